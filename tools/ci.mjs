// @ts-check
// Runs every check and test, each as a process of its own, and adds up what they counted. `.ci/run` prepares the machine
// and starts this.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STEP_TIMEOUT_MS = 10 * 60_000;

/**
 * - `check`: counts as one.
 * - `vitest`: counts its tests; a skipped one is a failure, since everything it could need is installed here.
 * - `lines`: counts what the lines `N passed, N failed` of its output say.
 *
 * @typedef {'check' | 'vitest' | 'lines'} Kind
 */

/** @type {{ name: string, kind: Kind, script: string, needs?: string }[]} */
const STEPS = [
  { name: 'lint', kind: 'check', script: 'lint' },
  { name: 'format', kind: 'check', script: 'format:check' },
  { name: 'typecheck', kind: 'check', script: 'typecheck' },
  { name: 'build', kind: 'check', script: 'build' },
  { name: 'unused code', kind: 'check', script: 'knip' },
  { name: 'tests', kind: 'vitest', script: 'test' },
  { name: 'interop', kind: 'vitest', script: 'test:interop', needs: 'build' },
  { name: 'runtimes', kind: 'lines', script: 'test:runtimes', needs: 'build' },
  { name: 'conformance', kind: 'lines', script: 'conformance', needs: 'build' },
  { name: 'package', kind: 'lines', script: 'test:package', needs: 'build' },
  { name: 'types', kind: 'lines', script: 'test:types', needs: 'build' },
  { name: 'size', kind: 'check', script: 'size', needs: 'build' },
  { name: 'docs', kind: 'check', script: 'docs' },
  { name: 'demo', kind: 'check', script: 'demo', needs: 'build' },
];

const reports = mkdtempSync(join(tmpdir(), 'mcpwire-ci-'));
process.once('exit', () => rmSync(reports, { recursive: true, force: true }));

/**
 * @param {string[]} args
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
function npm(args) {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that a step that hangs can be ended with all it started.
      detached: true,
      env: { ...process.env, MCPWIRE_REQUIRE_ALL: '1', NO_COLOR: '1' },
    });
    let output = '';
    const take = (/** @type {string} */ chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group has gone.
      }
    };
    const timer = setTimeout(() => {
      take(`\nno end after ${STEP_TIMEOUT_MS / 60_000} minutes\n`);
      end();
    }, STEP_TIMEOUT_MS);
    child.on('error', (error) => take(`${error.message}\n`));
    child.on('close', (code) => {
      clearTimeout(timer);
      end();
      resolve({ ok: code === 0, output });
    });
  });
}

/** @param {string} file */
function countReport(file) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  let passed = 0;
  let failed = 0;
  for (const suite of report.testResults) {
    // A file that cannot be loaded has no tests to fail.
    if (suite.status === 'failed' && suite.assertionResults.length === 0) failed++;
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') {
        passed++;
      } else {
        failed++;
        console.error(`${test.status}: ${suite.name}: ${test.fullName}`);
      }
    }
  }
  return { passed, failed };
}

/** @param {string} output */
function countLines(output) {
  let passed = 0;
  let failed = 0;
  for (const [, good, bad] of output.matchAll(/^(\d+) passed, (\d+) failed\s*$/gm)) {
    passed += Number(good);
    failed += Number(bad);
  }
  return { passed, failed };
}

/** @type {{ name: string, passed: number, failed: number, seconds: number, note: string }[]} */
const table = [];

for (const { name, kind, script, needs } of STEPS) {
  const missing = table.find((row) => row.name === needs && row.failed > 0);
  if (missing !== undefined) {
    table.push({ name, passed: 0, failed: 1, seconds: 0, note: `not run: ${missing.name} failed` });
    continue;
  }
  console.log(`\n=== ${name}: npm run ${script}`);
  const start = performance.now();
  const report = join(reports, `${name}.json`);
  const { ok, output } = await npm(
    kind === 'vitest'
      ? [script, '--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
      : [script],
  );
  let count = { passed: 0, failed: 0 };
  let note = '';
  try {
    if (kind === 'check') count = { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
    else if (kind === 'vitest') count = countReport(report);
    else count = countLines(output);
  } catch {
    note = 'no report';
  }
  if (count.failed === 0 && !ok) {
    count.failed = 1;
    note ||= 'failed outside of its tests';
  } else if (count.passed + count.failed === 0) {
    count.failed = 1;
    note ||= 'counted nothing';
  }
  table.push({ name, ...count, seconds: (performance.now() - start) / 1000, note });
}

console.log(`\n${'step'.padEnd(14)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'seconds'.padStart(9)}`);
for (const { name, passed, failed, seconds, note } of table) {
  const figures = [String(passed).padStart(8), String(failed).padStart(8), seconds.toFixed(1).padStart(9)].join('');
  console.log(`${name.padEnd(14)}${figures}${note === '' ? '' : `  ${note}`}`);
}
const sum = (/** @type {'passed' | 'failed'} */ key) => table.reduce((total, row) => total + row[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
