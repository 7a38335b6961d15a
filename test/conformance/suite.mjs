// @ts-check
// The official suite as a function: what it would run, and what came of a run.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const SUITE = 'node_modules/@modelcontextprotocol/conformance/dist/index.js';

// A run of all scenarios of a side takes less than one minute; a client has 30 s for each.
const RUN_TIMEOUT_MS = 240_000;

/** @typedef {import('./legs.mjs').Leg} Leg */

/**
 * What the suite says of one requirement.
 *
 * @typedef {{ id: string, status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO', description?: string,
 *   errorMessage?: string }} Check
 */

/** @typedef {{ scenario: string, checks: Check[], output: string }} Outcome */

/**
 * The scenarios of a leg, without those that it leaves out.
 *
 * @param {Leg} leg
 * @returns {Promise<string[]>}
 */
export async function scenariosOf({ side, revision, required, without }) {
  const which = required === true ? ['--requirements', revision] : [`--${side}`, '--spec-version', revision];
  const { code, output } = await suite(['list', ...which]);
  if (code !== 0) throw new Error(`conformance list failed:\n${output}`);
  const found = [];
  let here = true;
  for (const line of output.split('\n')) {
    // Sections of one side, then one of both, where the side is named behind the scenario.
    if (/^\w+ scenarios/.test(line)) here = line.toLowerCase().startsWith(side);
    else if (line.startsWith('Run and reported')) here = true;
    const [, scenario, note] = /^\s+- (\S+)(?: \[(.*)\])?$/.exec(line) ?? [];
    if (scenario === undefined || !here || without?.test(scenario) === true) continue;
    if (note === undefined || note === side || /\d/.test(note)) found.push(scenario);
  }
  if (found.length === 0) throw new Error(`conformance list names no scenarios for ${which.join(' ')}`);
  return found;
}

/**
 * Runs scenarios against a server.
 *
 * @param {string} url
 * @param {Leg} leg
 * @param {string} [scenario] this one alone
 * @returns {Promise<Outcome[]>}
 */
export function testServer(url, leg, scenario) {
  return test(['server', '--url', url, ...selection(leg, scenario)]);
}

/**
 * Runs one scenario with a client. Alone, since the suite looks at a client's exit code only then.
 *
 * @param {string} command the server's URL is appended
 * @param {Leg} leg
 * @param {string} scenario
 * @returns {Promise<Outcome[]>}
 */
export async function testClient(command, leg, scenario) {
  return test(['client', '--command', command, ...selection(leg, scenario)]);
}

/**
 * @param {Leg} leg
 * @param {string | undefined} scenario
 */
function selection({ revision, required }, scenario) {
  // What `--requirements` does to each scenario of its list, for one: that revision on the wire, whatever else it knows.
  if (scenario !== undefined) return ['--scenario', scenario, '--spec-version', revision, '--force'];
  return required === true ? ['--requirements', revision] : ['--suite', 'all', '--spec-version', revision];
}

/** @param {string[]} args */
async function test(args) {
  const results = mkdtempSync(join(tmpdir(), 'mcpwire-conformance-'));
  try {
    const { code, output } = await suite([...args, '--output-dir', results]);
    const outcomes = readdirSync(results, { recursive: true, encoding: 'utf8' })
      .filter((path) => basename(path) === 'checks.json')
      .map((path) => {
        const scenario = dirname(path)
          .replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '')
          .replace(args[0] === 'server' ? /^server-/ : '', '');
        /** @type {Check[]} */
        const checks = JSON.parse(readFileSync(join(results, path), 'utf8'));
        const errors = join(results, dirname(path), 'stderr.txt');
        return { scenario, checks, output, errors: existsSync(errors) ? readFileSync(errors, 'utf8') : '' };
      });
    // The exit code says more than the checks where a client crashed or hung.
    const single = args.includes('--scenario') ? outcomes[0] : undefined;
    if (code !== 0 && single?.checks.every(({ status }) => status !== 'FAILURE' && status !== 'WARNING') === true) {
      single.checks.push({ id: 'exit-code', status: 'FAILURE', errorMessage: single.errors || output.slice(-2000) });
    }
    if (outcomes.length === 0) throw new Error(`The suite left no results:\n${output.slice(-2000)}`);
    return outcomes;
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/**
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function suite(args) {
  return new Promise((resolve, reject) => {
    // A group of its own, so that it can be ended with the clients it started.
    const child = spawn(process.execPath, [SUITE, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
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
    const timer = setTimeout(endAll, RUN_TIMEOUT_MS);
    process.once('exit', endAll);
    child.on('error', reject);
    child.on('exit', endAll);
    child.on('close', (code) => {
      clearTimeout(timer);
      process.off('exit', endAll);
      resolve({ code, output });
    });
  });
}
