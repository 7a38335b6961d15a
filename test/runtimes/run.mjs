// @ts-check
// Runs the suite in every runtime on the built package, and prints what passed where. What is not installed is skipped
// and named; with MCPWIRE_REQUIRE_ALL=1 that is a failure.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromiumPath } from './chromium-path.mjs';
import { BUN_ARGS, nodeBinary, packageBinary } from './binaries.mjs';

const RUNTIME_TIMEOUT_MS = 120_000;

/**
 * A file that is run by a binary, and what its reports are filed under.
 *
 * @type {{ name: string, file: string, binary: () => Promise<string>, args?: string[], version?: () => Promise<string> }[]}
 */
const RUNTIMES = [
  ...['20.20.2', '22.23.3', '24.21.0'].map((version) => ({
    name: 'node',
    file: 'node.mjs',
    binary: () => nodeBinary(version),
  })),
  { name: 'bun', file: 'bun.mjs', binary: () => packageBinary('bun'), args: BUN_ARGS },
  { name: 'deno', file: 'deno.mjs', binary: () => packageBinary('deno'), args: ['run', '-A'] },
  {
    name: 'workerd',
    file: 'workerd.mjs',
    binary: async () => process.execPath,
    version: async () => versionOf(await packageBinary('workerd')),
  },
  { name: 'chromium', file: 'chromium.mjs', binary: async () => process.execPath, version: chromiumVersion },
];

/** @typedef {import('../suite/suite.mjs').Report} Report */

/** @type {{ runtime: string, where: string, tests: number, failed: number }[]} */
const rows = [];
/** @type {string[]} */
const failures = [];
/** @type {string[]} */
const skipped = [];

for (const { name, file, binary, args = [], version } of RUNTIMES) {
  let runtime = name;
  /** @type {string} */
  let command;
  try {
    command = await binary();
    runtime = `${name} ${await (version?.() ?? versionOf(command))}`;
  } catch (error) {
    skipped.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    continue;
  }
  const { output, problem } = await run(command, [...args, `test/runtimes/${file}`]);
  const reports = [...output.matchAll(/^report (.*)$/gm)].map(
    (match) => /** @type {Report} */ (JSON.parse(match[1] ?? '')),
  );
  for (const { where, outcomes } of reports) {
    const failed = outcomes.filter(({ error }) => error !== undefined);
    rows.push({ runtime, where, tests: outcomes.length, failed: failed.length });
    for (const { name: test, error } of failed) failures.push(`${runtime}, ${where}: ${test}\n${error}`);
  }
  const trouble = problem ?? (reports.length === 0 ? 'no report' : undefined);
  if (trouble !== undefined) failures.push(`${runtime}: ${trouble}\n${output.replaceAll(/^report .*$/gm, '')}`);
}

const most = Math.max(0, ...rows.map(({ tests }) => tests));
for (const { runtime, where, tests } of rows) {
  if (tests !== most) failures.push(`${runtime}, ${where}: ${tests} tests, where others run ${most}`);
}
if (process.env['MCPWIRE_REQUIRE_ALL'] === '1') failures.push(...skipped.map((what) => `missing: ${what}`));

for (const failure of failures) console.error(`${failure}\n`);
const widths = [
  Math.max(...rows.map(({ runtime }) => runtime.length), 7),
  Math.max(...rows.map(({ where }) => where.length), 6),
];
const line = (/** @type {unknown[]} */ ...cells) =>
  console.log(
    cells.map((cell, at) => (at < 2 ? String(cell).padEnd(widths[at] ?? 0) : String(cell).padStart(6))).join('  '),
  );
line('runtime', 'server', 'tests', 'passed', 'failed');
for (const { runtime, where, tests, failed } of rows) line(runtime, where, tests, tests - failed, failed);
for (const what of skipped) console.log(`skipped: ${what}`);

const passed = rows.reduce((sum, { tests, failed }) => sum + tests - failed, 0);
console.log(`\n${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

/**
 * Runs a command to its end, and ends what it leaves behind.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ output: string, problem?: string }>}
 */
function run(command, args) {
  return new Promise((resolve) => {
    // A group of its own, so that it can be ended with all it started.
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const endAll = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group has gone.
      }
    };
    let output = '';
    const take = (/** @type {string} */ chunk) => (output += chunk);
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const timer = setTimeout(() => {
      endAll();
      settle(`no end after ${RUNTIME_TIMEOUT_MS / 1000} s`);
    }, RUNTIME_TIMEOUT_MS);
    process.once('exit', endAll);
    child.on('error', (error) => settle(error.message));
    // What is left behind may hold the pipes, and 'close' back.
    child.on('exit', endAll);
    child.on('close', (code, signal) => settle(code === 0 ? undefined : `ended with ${signal ?? `code ${code}`}`));

    /** @param {string} [problem] */
    function settle(problem) {
      clearTimeout(timer);
      process.off('exit', endAll);
      resolve(problem === undefined ? { output } : { output, problem });
    }
  });
}

/** @param {string} command */
async function versionOf(command) {
  const { output, problem } = await run(command, ['--version']);
  const version = /\d+[.-]\d[\w.-]*/.exec(output)?.[0];
  if (problem !== undefined || version === undefined) throw new Error(problem ?? `${command} --version says nothing`);
  return version;
}

async function chromiumVersion() {
  if (!existsSync(chromiumPath)) throw new Error(`no ${chromiumPath}; set CHROMIUM_PATH`);
  return versionOf(chromiumPath);
}
