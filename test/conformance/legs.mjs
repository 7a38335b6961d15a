// @ts-check
// What this project claims of the official conformance suite, one entry for each run of it.

/**
 * One run of the suite, for each runtime that it names.
 *
 * @typedef {object} Leg
 * @property {string} name
 * @property {'server' | 'client'} side which of our sides is tested
 * @property {Runtime[]} runtimes where the server fixture runs; the client's runs in Node
 * @property {string} [requirements] the revision whose frozen list of scenarios is run
 * @property {string} [version] with no `requirements`: all scenarios that apply to this revision
 * @property {RegExp} [without] scenarios that are left out, with their checks
 */

/** @typedef {'node' | 'bun' | 'deno'} Runtime */

/** @type {Runtime[]} */
export const RUNTIMES = ['node', 'bun', 'deno'];

// Authorization and the extensions.
const LATER = /^(?:auth\/|tasks-|sep-2640-)/;

/** @type {Leg[]} */
export const LEGS = [
  {
    name: 'server, required by 2026-07-28',
    side: 'server',
    runtimes: RUNTIMES,
    requirements: '2026-07-28',
    without: LATER,
  },
  { name: 'server, all of 2026-07-28', side: 'server', runtimes: RUNTIMES, version: '2026-07-28', without: LATER },
  {
    name: 'client, required by 2026-07-28',
    side: 'client',
    runtimes: ['node'],
    requirements: '2026-07-28',
    without: LATER,
  },
  { name: 'client, all of 2026-07-28', side: 'client', runtimes: ['node'], version: '2026-07-28', without: LATER },
];
