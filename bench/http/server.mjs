// @ts-check
// One server of the comparison over HTTP.
import { answerCommands } from '../lib/process.mjs';
import { callsOf, checkAnswer } from '../servers/call.mjs';

answerCommands({
  /** @param {import('../servers/call.mjs').Setup} setup */
  async start(setup) {
    /** @type {{ listen: (setup: import('../servers/call.mjs').Setup) => Promise<string> }} */
    const { listen } = await import(`../servers/${setup.server}.mjs`);
    url = await listen(setup);
  },

  where: () => url,

  /** @param {import('../servers/call.mjs').Setup} setup */
  async answer(setup) {
    const [call] = callsOf(setup);
    const response = await fetch(url, { method: 'POST', ...call });
    const text = await response.text();
    checkAnswer(response.status, text, setup.structured);
    return text;
  },

  /** CPU microseconds so far. */
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
});

/** @type {string} */
let url;
