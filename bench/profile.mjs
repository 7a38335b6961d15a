// @ts-check
// Usage: node bench/profile.mjs [--http] [--tools 100 [--all]] [--structured] [--server ours|official|bare] [--calls 30000]
//          [--top 25] [--out file.cpuprofile]
// Where a `tools/call` spends its time, once the compiler has settled: the functions and, of our own source, the lines.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { parseArgs } from 'node:util';
import { caller } from './cpu/caller.mjs';
import { requireBuild } from './lib/package.mjs';
import { startWorker, Worker } from './lib/process.mjs';
import { summarise } from './lib/profile.mjs';
import { number, table } from './lib/table.mjs';
import { callsOf } from './servers/call.mjs';

const { values: flags } = parseArgs({
  options: {
    http: { type: 'boolean' },
    tools: { type: 'string', default: '1' },
    all: { type: 'boolean' },
    structured: { type: 'boolean' },
    server: { type: 'string', default: 'ours' },
    calls: { type: 'string', default: '30000' },
    top: { type: 'string', default: '25' },
    out: { type: 'string' },
  },
});
requireBuild();

const setup = {
  server: /** @type {import('./servers/call.mjs').Setup['server']} */ (flags.server),
  tools: Number(flags.tools),
  all: flags.all === true,
  structured: flags.structured === true,
};
const run = flags.http === true ? await overHttp() : await inProcess();
const calls = Number(flags.calls);
await run(calls / 2);

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: 100 });
await session.post('Profiler.start');
const made = await run(calls);
const { profile } = await session.post('Profiler.stop');
if (flags.out !== undefined) writeFileSync(flags.out, JSON.stringify(profile));

const { total, functions, owners, lines } = summarise(profile);
const top = Number(flags.top);
const share = (/** @type {number} */ us) => [`${number((100 * us) / total, 1)} %`, number(us / made)];
console.log(`${made} calls, ${number(total / made, 1)} µs each with the profiler on\n`);
console.log(
  table(
    ['where', 'self', 'µs a call'],
    owners.map(({ name, us }) => [name, ...share(us)]),
  ),
  '\n',
);
console.log(
  table(
    ['function', 'self', 'µs a call'],
    functions.slice(0, top).map(({ name, us }) => [name, ...share(us)]),
  ),
  '\n',
);
console.log(
  table(
    ['line of ours', 'self', 'µs a call'],
    lines.slice(0, top).map(({ name, us }) => [name, ...share(us)]),
  ),
);
process.exit();

/** @returns {Promise<(calls: number) => Promise<number>>} */
async function inProcess() {
  const call = await caller({ ...setup, answer: await answerOfOurs() });
  return async (count) => {
    await call(count);
    return count;
  };
}

/** @returns {Promise<(calls: number) => Promise<number>>} */
async function overHttp() {
  const answer = await answerOfOurs();
  /** @type {{ listen: (setup: import('./servers/call.mjs').Setup) => Promise<string> }} */
  const { listen } = await import(`./servers/${setup.server}.mjs`);
  const url = await listen({ ...setup, answer });
  const requests = callsOf(setup);
  const first = await fetch(url, { method: 'POST', ...requests[0] });
  const expected = await first.text();
  const load = new Worker(new URL('http/load.mjs', import.meta.url));
  return async (count) => {
    const slice = { url, calls: requests, answer: expected, connections: 32, ms: count / 10 };
    return (await load.ask('slice', slice)).requests;
  };
}

/** What the bare server answers with. From another process, so that our code is not in its profile. */
async function answerOfOurs() {
  if (setup.server !== 'bare') return '';
  const worker = await startWorker(new URL('cpu/worker.mjs', import.meta.url), { ...setup, server: 'ours' });
  const answer = await worker.ask('answer');
  worker.stop();
  return answer;
}
