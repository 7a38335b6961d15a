// @ts-check
// One case of the in-process comparison.
import { answerCommands } from '../lib/process.mjs';
import { caller } from './caller.mjs';

/** @type {import('./caller.mjs').Caller} */
let call;

/** @param {number} calls */
async function slice(calls) {
  const before = process.cpuUsage();
  await call(calls);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

answerCommands({
  /** @param {import('../servers/call.mjs').Setup} setup */
  async start(setup) {
    call = await caller(setup);
  },

  /** The bytes of an answer. */
  answer: () => call.answer,

  slice,

  /**
   * Calls until the compiler has settled, and says what a call costs then.
   *
   * @param {number} ms
   */
  async warmUp(ms) {
    const end = performance.now() + ms;
    let microseconds = await slice(10);
    // The best one, since a slice that was disturbed says too much.
    while (performance.now() < end) {
      microseconds = Math.min(microseconds, await slice(Math.max(10, Math.floor(20_000 / microseconds))));
    }
    return microseconds;
  },
});
