// @ts-check
// What this project claims of the official conformance suite, one entry for each run of it.

/**
 * One run of the suite, for each runtime that it names.
 *
 * @typedef {object} Leg
 * @property {string} name
 * @property {'server' | 'client'} side which of our sides is tested
 * @property {Runtime[]} runtimes where the server fixture runs; the client's runs in Node
 * @property {string} revision what is spoken
 * @property {boolean} [required] the revision's frozen list of scenarios, not all that apply to it
 * @property {RegExp} [without] scenarios that are left out, with their checks
 */

/** @typedef {'node' | 'bun' | 'deno'} Runtime */

/** @type {Runtime[]} */
export const RUNTIMES = ['node', 'bun', 'deno'];

/** The revision whose sentences docs/conformance.md lists. */
export const REVISION = '2026-07-28';

// Whether the legs of older revisions are part of what is claimed. Without, only `--leg` runs them.
const CLAIMS_OLDER = true;

// Whether signing in is part of what is claimed of the client.
const CLAIMS_SIGN_IN = true;

/**
 * At 2025-03-26 the suite has one scenario for servers, and for clients nothing but authorization.
 *
 * @type {Leg[]}
 */
export const ALL_LEGS = [
  leg('server', REVISION, RUNTIMES, true),
  leg('server', REVISION, RUNTIMES),
  leg('server', '2025-11-25', RUNTIMES, true),
  leg('server', '2025-11-25', RUNTIMES),
  leg('server', '2025-06-18', ['node']),
  leg('server', '2025-03-26', ['node']),
  leg('client', REVISION, ['node'], true),
  leg('client', REVISION, ['node']),
  leg('client', '2025-11-25', ['node'], true),
  leg('client', '2025-11-25', ['node']),
  leg('client', '2025-06-18', ['node']),
  ...(CLAIMS_SIGN_IN ? [leg('client', '2025-03-26', ['node'])] : []),
];

/** What is run where nothing else is asked for. */
export const LEGS = ALL_LEGS.filter(({ revision }) => CLAIMS_OLDER || revision === REVISION);

/**
 * @param {Leg['side']} side
 * @param {string} revision
 * @param {Runtime[]} runtimes
 * @param {boolean} [required]
 * @returns {Leg}
 */
function leg(side, revision, runtimes, required = false) {
  const signsIn = side === 'client' && CLAIMS_SIGN_IN;
  // Extensions that are not built.
  const without = signsIn ? /^(?:tasks-|sep-2640-)/ : /^(?:auth\/|tasks-|sep-2640-)/;
  return {
    name: `${side}, ${required ? 'required by' : 'all of'} ${revision}`,
    side,
    runtimes,
    revision,
    required,
    without,
  };
}
