// @ts-check
// Runs the official conformance suite on the built package: every leg that this project claims. A WARNING counts as a
// failure here, and nothing is expected to fail.
//
//   node test/conformance/run.mjs [--leg TEXT] [--runtime node|bun|deno] [--scenario NAME] [--verbose]
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ALL_LEGS, LEGS, REVISION } from './legs.mjs';
import { pages } from './requirements.mjs';
import { startServer } from './serve.mjs';
import { scenariosOf, testClient, testServer } from './suite.mjs';

// A shell reads it.
const CLIENT = `${JSON.stringify(process.execPath)} test/conformance/client.mjs`;

// Scenarios wait more than they work.
const AT_ONCE = 4;

const { values: wanted } = parseArgs({
  options: {
    leg: { type: 'string', multiple: true },
    runtime: { type: 'string', multiple: true },
    scenario: { type: 'string', multiple: true },
    verbose: { type: 'boolean', default: false },
  },
});

/** @typedef {{ name: string, revision: string, expected: string[], outcomes: import('./suite.mjs').Outcome[], problems: string[] }} Row */

/** @type {Row[]} */
const rows = [];
/** @type {(() => Promise<void>)[]} */
const jobs = [];

const legs =
  wanted.leg === undefined ? LEGS : ALL_LEGS.filter(({ name }) => wanted.leg?.some((text) => name.includes(text)));
for (const leg of legs) {
  const scenarios = await scenariosOf(leg);
  const chosen = wanted.scenario === undefined ? scenarios : scenarios.filter((one) => wanted.scenario?.includes(one));
  if (chosen.length === 0) continue;
  for (const runtime of leg.runtimes) {
    if (wanted.runtime?.includes(runtime) === false) continue;
    /** @type {Row} */
    const row = {
      name: leg.side === 'server' ? `${leg.name}, ${runtime}` : leg.name,
      revision: leg.revision,
      expected: chosen,
      outcomes: [],
      problems: [],
    };
    rows.push(row);
    const job = (/** @type {() => Promise<import('./suite.mjs').Outcome[]>} */ work) =>
      jobs.push(async () => {
        try {
          row.outcomes.push(...(await work()).filter(({ scenario }) => chosen.includes(scenario)));
        } catch (error) {
          row.problems.push(error instanceof Error ? error.message : String(error));
        }
      });
    if (leg.side === 'client') {
      for (const scenario of chosen) job(() => testClient(CLIENT, leg, scenario));
    } else {
      job(async () => {
        const server = await startServer(runtime);
        try {
          if (wanted.scenario === undefined) return await testServer(server.url, leg);
          const outcomes = [];
          for (const scenario of chosen) outcomes.push(...(await testServer(server.url, leg, scenario)));
          return outcomes;
        } finally {
          server.close();
        }
      });
    }
  }
}

if (!existsSync('dist/index.js')) throw new Error('no dist; npm run build makes it');
const start = performance.now();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
  }),
);

/**
 * What is wrong, and where.
 *
 * @type {Map<string, string[]>}
 */
const complaints = new Map();
const complain = (/** @type {string} */ what, /** @type {string} */ where) =>
  complaints.set(what, [...(complaints.get(what) ?? []), where]);

const cells = [['leg', 'scenarios', 'passed', 'failed', 'warned', 'skipped']];
let passed = 0;
let failed = 0;
for (const { name, expected, outcomes, problems } of rows) {
  for (const problem of problems) complain(problem, name);
  const missing =
    problems.length > 0 ? [] : expected.filter((one) => !outcomes.some(({ scenario }) => scenario === one));
  for (const scenario of missing) complain(`${scenario}: no result`, name);
  const count = { SUCCESS: 0, FAILURE: problems.length + missing.length, WARNING: 0, SKIPPED: 0, INFO: 0 };
  for (const { scenario, checks, output } of outcomes) {
    const bad = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
    for (const { status } of checks) count[status]++;
    for (const { id, status, errorMessage, description } of bad) {
      complain(`${scenario}: ${id} (${status}): ${errorMessage ?? description ?? ''}`, name);
    }
    if (bad.length === 0 && !checks.some(({ status }) => status === 'SUCCESS')) {
      count.FAILURE++;
      complain(`${scenario}: nothing was tested`, name);
    }
    if (wanted.verbose && wanted.scenario !== undefined) console.log(`--- ${name}: ${scenario}\n${output}`);
    else if (wanted.verbose) console.log(`${bad.length === 0 ? 'ok' : 'no'}  ${name}: ${scenario}`);
  }
  passed += count.SUCCESS;
  failed += count.FAILURE + count.WARNING;
  const figures = [count.SUCCESS, count.FAILURE, count.WARNING, count.SKIPPED];
  cells.push([name, `${outcomes.length} of ${expected.length}`, ...figures.map(String)]);
}

// What stands as a proof in docs/conformance.md has to be one.
if (wanted.scenario === undefined && wanted.runtime === undefined && wanted.leg === undefined) {
  const passing = new Set(
    rows
      .filter(({ revision }) => revision === REVISION)
      .flatMap(({ outcomes }) => outcomes)
      .flatMap(({ scenario, checks }) =>
        checks.filter(({ status }) => status === 'SUCCESS').map(({ id }) => `${scenario}/${id}`),
      ),
  );
  for (const { id, suite = [] } of pages().flatMap(({ sentences }) => sentences)) {
    for (const check of suite) {
      if (passing.has(check)) continue;
      failed++;
      complain(`${check} did not pass`, `${id} names it as its proof`);
    }
  }
}

const widths = cells[0]?.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0))) ?? [];
for (const row of cells) {
  console.log(
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  );
}
if (rows.length === 0) complain('nothing was run', 'no leg has what was asked for');
for (const [what, where] of complaints) console.log(`\n${what}\n  ${[...new Set(where)].join('\n  ')}`);
console.log(`\n${((performance.now() - start) / 1000).toFixed(0)} s\n${passed} passed, ${failed} failed`);
process.exitCode = complaints.size === 0 ? 0 : 1;
