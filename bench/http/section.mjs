// @ts-check
// Requests per second over HTTP on Node, against a bare `node:http` server that does the same JSON work.
import { isInstalled } from '../lib/package.mjs';
import { startWorker, Worker } from '../lib/process.mjs';
import { quietRatio, ratios, spread } from '../lib/stats.mjs';
import { number, RATIO_HEAD, ratioCells, table } from '../lib/table.mjs';
import { callsOf } from '../servers/call.mjs';

const SERVER = new URL('server.mjs', import.meta.url);
const LOAD = new URL('load.mjs', import.meta.url);
const ADAPTER = '@modelcontextprotocol/node';
const TARGET = 0.75;
const CONNECTIONS = 32;

/** @typedef {Awaited<ReturnType<typeof start>>} Server */

const CASES = /** @type {const} */ (['ours', 'official']).flatMap((server) =>
  [1, 100].map((tools) => ({
    name: `${server}, ${tools} ${tools === 1 ? 'tool' : 'tools'}`,
    setup: { server, tools, structured: false },
  })),
);

/** @param {import('../run.mjs').Options} options */
export async function measure({ quick, log, matches }) {
  const plan = quick ? { slices: 12, ms: 120, warmUpMs: 700 } : { slices: 60, ms: 120, warmUpMs: 1_500 };
  log('starting and warming up');
  const load = new Worker(LOAD);
  const wanted = CASES.filter(matches);
  const possible = wanted.filter(({ setup }) => setup.server !== 'official' || isInstalled(ADAPTER));
  const cases = [];
  for (const { name, setup } of possible) cases.push(await prepare(name, setup, load, plan.warmUpMs));

  for (let round = 1; round <= plan.slices; round++) {
    log(`round ${round} of ${plan.slices}`);
    for (const { subject, yardstick } of cases) {
      // In turns, so that drift within a pair cancels out over the pairs.
      for (const server of round % 2 === 0 ? [yardstick, subject] : [subject, yardstick])
        await slice(server, load, plan.ms);
    }
  }
  for (const { subject, yardstick } of cases) [subject, yardstick].forEach(({ worker }) => worker.stop());
  load.stop();

  const rows = cases.map(({ name, setup, subject, yardstick }) => {
    const rates = pairsOf(subject, yardstick, ({ perSecond }) => perSecond);
    const cpu = pairsOf(subject, yardstick, ({ cpu, requests }) => cpu / requests);
    return {
      name,
      ...middle(rates),
      unit: 'requests per second',
      ratio: ratios(rates),
      quiet: quietRatio(rates, 'high'),
      cpu: { ...middle(cpu), unit: 'CPU µs per request', ratio: ratios(cpu), quiet: quietRatio(cpu, 'low') },
      loadBusy: spread(yardstick.slices.map(({ busy }) => busy)).median,
      slices: rates.length,
      connections: CONNECTIONS,
      ...(setup.server === 'ours' ? { target: { at: 'least', ratio: TARGET } } : {}),
    };
  });
  const missing = wanted.filter((one) => !possible.includes(one));
  return [...rows, ...missing.map(({ name }) => ({ name, skipped: `${ADAPTER} is not installed` }))];
}

/** @param {Awaited<ReturnType<typeof measure>>} rows */
export function print(rows) {
  const measured = rows.filter((row) => 'ratio' in row);
  const skipped = rows.filter((row) => 'skipped' in row);
  return [
    table(
      [
        `HTTP, ${CONNECTIONS} connections`,
        'req/s',
        'bare req/s',
        ...RATIO_HEAD,
        'quiet',
        'target',
        'CPU ratio',
        'slices',
      ],
      measured.map(({ name, value, against, ratio, quiet, target, cpu, slices }) => [
        name,
        number(value, 0),
        number(against, 0),
        ...ratioCells(ratio),
        number(quiet),
        target === undefined ? '' : `≥ ${number(target.ratio)}`,
        number(cpu.ratio.median),
        String(slices),
      ]),
    ),
    ...measured
      .slice(0, 1)
      .map(
        ({ cpu, loadBusy }) =>
          `CPU ratio: what the server's process spends on a request against the bare one, here ${number(cpu.value, 1)} and ` +
          `${number(cpu.against, 1)} µs. Beside the bare server the load generator was busy ${number(100 * loadBusy, 0)} % of the time.`,
      ),
    ...skipped.map(({ name, skipped }) => `${name}: skipped, ${skipped}`),
  ].join('\n');
}

/**
 * @param {string} name
 * @param {import('../servers/call.mjs').Setup} setup
 * @param {Worker} load
 * @param {number} warmUpMs
 */
async function prepare(name, setup, load, warmUpMs) {
  const subject = await start(setup);
  const yardstick = await start({ ...setup, server: 'bare', answer: subject.answer });
  for (const server of [subject, yardstick]) {
    await slice(server, load, warmUpMs);
    server.slices.length = 0;
  }
  return { name, setup, subject, yardstick };
}

/** @param {import('../servers/call.mjs').Setup} setup */
async function start(setup) {
  const worker = await startWorker(SERVER, setup);
  /** @type {string} */
  const url = await worker.ask('where');
  /** @type {string} */
  const answer = await worker.ask('answer', setup);
  /** @type {(import('./load.mjs').Load & { cpu: number })[]} */
  const slices = [];
  return { worker, url, answer, calls: callsOf(setup), slices };
}

/**
 * @param {Server} server
 * @param {Worker} load
 * @param {number} ms
 */
async function slice({ worker, url, answer, calls, slices }, load, ms) {
  const before = await worker.ask('cpu');
  const measured = await load.ask('slice', { url, calls, answer, connections: CONNECTIONS, ms });
  slices.push({ ...measured, cpu: (await worker.ask('cpu')) - before });
}

/**
 * @param {Server} subject
 * @param {Server} yardstick
 * @param {(slice: Server['slices'][number]) => number} figure
 * @returns {import('../lib/stats.mjs').Pair[]}
 */
function pairsOf(subject, yardstick, figure) {
  return subject.slices.flatMap((slice, index) => {
    const beside = yardstick.slices[index];
    return beside === undefined ? [] : [{ value: figure(slice), against: figure(beside) }];
  });
}

/** @param {import('../lib/stats.mjs').Pair[]} pairs */
function middle(pairs) {
  return {
    value: spread(pairs.map(({ value }) => value)).median,
    against: spread(pairs.map(({ against }) => against)).median,
  };
}
