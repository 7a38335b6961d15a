// @ts-check
// One suite for every runtime: it uses web globals, and the package as users import it.
import { addAbortTests } from './abort-tests.mjs';
import { addCallTests } from './call-tests.mjs';
import { addCatalogTests } from './catalog-tests.mjs';
import { addChannelTests } from './channel-tests.mjs';
import { addErrorTests } from './error-tests.mjs';
import { addInputTests } from './input-tests.mjs';
import { addLegacyTests } from './legacy-tests.mjs';
import { addParallelTests } from './parallel-tests.mjs';
import { addPayloadTests } from './payload-tests.mjs';
import { addPlainTests } from './plain-tests.mjs';
import { addStreamTests } from './stream-tests.mjs';

export { inMemory, overHttp } from './targets.mjs';

/**
 * @typedef {object} Outcome
 * @property {string} name the test
 * @property {string} [error] why it failed; absent when it passed
 *
 * @typedef {{ where: string, outcomes: Outcome[] }} Report how the suite went against one server
 */

const TEST_TIMEOUT_MS = 30_000;

/**
 * Registers every test.
 *
 * @param {import('./targets.mjs').Test} test
 * @param {import('./targets.mjs').Target} target
 */
function addTests(test, target) {
  addCallTests(test, target);
  addStreamTests(test, target);
  addAbortTests(test, target);
  addErrorTests(test, target);
  addPlainTests(test, target);
  addCatalogTests(test, target);
  addInputTests(test, target);
  addParallelTests(test, target);
  addPayloadTests(test, target);
  addLegacyTests(test, target);
  addChannelTests(test);
}

/**
 * Runs every test, one after the other.
 *
 * @param {string} where names the server that the target leads to
 * @param {import('./targets.mjs').Target} target
 * @returns {Promise<Report>}
 */
export async function runSuite(where, target) {
  /** @type {{ name: string, run: () => Promise<void> }[]} */
  const tests = [];
  addTests((name, run) => tests.push({ name, run }), target);
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const { name, run } of tests) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const late = new Promise((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no end after ${TEST_TIMEOUT_MS} ms`)), TEST_TIMEOUT_MS);
    });
    try {
      await Promise.race([run(), late]);
      outcomes.push({ name });
    } catch (error) {
      outcomes.push({ name, error: error instanceof Error ? (error.stack ?? String(error)) : String(error) });
    } finally {
      clearTimeout(timer);
    }
  }
  return { where, outcomes };
}

/**
 * Prints a report for the process that started this one.
 *
 * @param {Report} report
 */
export function print(report) {
  console.log(`report ${JSON.stringify(report)}`);
}
