// @ts-check
// CPU time per `tools/call` in process, against a handler that parses the request and returns the same bytes.
import { startWorker } from '../lib/process.mjs';
import { quietRatio, ratios, sum } from '../lib/stats.mjs';
import { number, RATIO_HEAD, ratioCells, table } from '../lib/table.mjs';

const WORKER = new URL('worker.mjs', import.meta.url);
const TARGET = 1.3;
/** CPU microseconds that a slice should take: short against the machine's drift, long against its clock. */
const SLICE_US = 20_000;
/** Calls that a slice has at least, even if it takes longer then. */
const SLICE_CALLS = 25;

const OURS = /** @type {const} */ ('ours');
const OFFICIAL = /** @type {const} */ ('official');

/** @type {{ name: string, setup: import('../servers/call.mjs').Setup }[]} */
const CASES = [
  { server: OURS, tools: 1, structured: false },
  { server: OURS, tools: 100, structured: false },
  { server: OURS, tools: 100, structured: false, all: true },
  { server: OURS, tools: 1, structured: true },
  { server: OURS, tools: 100, structured: true },
  { server: OURS, tools: 100, structured: true, all: true },
  { server: OFFICIAL, tools: 1, structured: false },
  { server: OFFICIAL, tools: 100, structured: false },
  { server: OFFICIAL, tools: 100, structured: false, inline: true },
].map((setup) => ({ name: nameOf(setup), setup }));

/** @param {import('../run.mjs').Options} options */
export async function measure({ quick, log, matches }) {
  const plan = quick ? { calls: 2_000, slices: 40, warmUpMs: 600 } : { calls: 20_000, slices: 120, warmUpMs: 1_500 };
  log('starting and warming up');
  const cases = [];
  for (const { name, setup } of CASES.filter(matches)) cases.push(await prepare(name, setup, plan));

  let round = 0;
  for (let open = cases; open.length > 0; open = open.filter(isOpen)) {
    log(`round ${++round}, ${open.length} cases left`);
    for (const one of open) await pair(one, round);
  }
  for (const { subject, yardstick } of cases) [subject, yardstick].forEach((worker) => worker.stop());

  return cases.map(({ name, setup, pairs, calls, against }) => ({
    name,
    value: sum(pairs.map(({ value }) => value)) / pairs.length,
    against: sum(pairs.map(({ against }) => against)) / pairs.length,
    unit: 'CPU µs per call',
    ratio: ratios(pairs),
    quiet: quietRatio(pairs, 'low'),
    overall: sum(pairs.map(({ value }) => value)) / sum(pairs.map(({ against }) => against)),
    slices: pairs.length,
    calls: pairs.length * calls,
    yardstickCalls: pairs.length * against,
    ...(setup.server === 'ours' && setup.all !== true ? { target: { at: 'most', ratio: TARGET } } : {}),
  }));
}

/** @param {Awaited<ReturnType<typeof measure>>} rows */
export function print(rows) {
  return table(
    ['tools/call in process', 'CPU µs', 'floor µs', ...RATIO_HEAD, 'quiet', 'overall', 'target', 'slices', 'calls'],
    rows.map(({ name, value, against, ratio, quiet, overall, target, slices, calls }) => [
      name,
      number(value, 1),
      number(against, 1),
      ...ratioCells(ratio),
      number(quiet),
      number(overall),
      target === undefined ? '' : `≤ ${number(target.ratio)}`,
      String(slices),
      number(calls, 0),
    ]),
  );
}

/** @param {import('../servers/call.mjs').Setup} setup */
function nameOf({ server, tools, structured, all, inline }) {
  const remarks = [
    `${tools} ${tools === 1 ? 'tool' : 'tools'}`,
    ...(all === true ? ['all called'] : []),
    ...(structured ? ['output schema'] : []),
    ...(inline === true ? ['schemas in its factory'] : []),
  ];
  return [server, ...remarks].join(', ');
}

/**
 * @param {string} name
 * @param {import('../servers/call.mjs').Setup} setup
 * @param {{ calls: number, slices: number, warmUpMs: number }} plan
 */
async function prepare(name, setup, plan) {
  const subject = await startWorker(WORKER, setup);
  const answer = await subject.ask('answer');
  const yardstick = await startWorker(WORKER, { ...setup, server: 'bare', answer });
  const calls = perSlice(await subject.ask('warmUp', plan.warmUpMs));
  const against = perSlice(await yardstick.ask('warmUp', plan.warmUpMs));
  /** @type {import('../lib/stats.mjs').Pair[]} */
  const pairs = [];
  const enough = Math.ceil(plan.calls / calls);
  return { name, setup, subject, yardstick, calls, against, pairs, slices: Math.max(plan.slices, enough) };
}

/** @param {number} microseconds */
function perSlice(microseconds) {
  return Math.max(SLICE_CALLS, Math.round(SLICE_US / microseconds));
}

/** @param {Awaited<ReturnType<typeof prepare>>} one */
function isOpen({ pairs, slices }) {
  return pairs.length < slices;
}

/**
 * The two take turns in going first, so that drift within a pair cancels out over the pairs.
 *
 * @param {Awaited<ReturnType<typeof prepare>>} one
 * @param {number} round
 */
async function pair({ subject, yardstick, calls, against, pairs }, round) {
  const floorFirst = round % 2 === 0;
  const before = floorFirst ? await yardstick.ask('slice', against) : 0;
  const value = await subject.ask('slice', calls);
  pairs.push({ value, against: floorFirst ? before : await yardstick.ask('slice', against) });
}
