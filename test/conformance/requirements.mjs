// @ts-check
// The sentences of the specification, from the folder beside this file.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const REQUIREMENTS = 'test/conformance/requirements';

/**
 * One demand of a normative sentence, in our words. `.n` counts the demands of a section.
 *
 * @typedef {object} Sentence
 * @property {string} id `<page>#<anchor>.<n>`
 * @property {'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT'} level
 * @property {'client' | 'server' | 'both' | 'host'} side whom it binds; `host`: not an SDK
 * @property {string} summary
 * @property {'authorization' | 'stdio' | 'stores'} [piece] a part of the package that is not there yet
 * @property {string[]} [suite] checks of the official suite that prove it: `<scenario>/<check>`
 * @property {string} [exception] why it is not kept
 */

/** @typedef {{ page: string, anchors: string[], sentences: Sentence[] }} Page */

/** @returns {Page[]} by name */
export function pages() {
  return readdirSync(REQUIREMENTS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => /** @type {Page} */ (JSON.parse(readFileSync(join(REQUIREMENTS, name), 'utf8'))))
    .sort((a, b) => (a.page < b.page ? -1 : 1));
}
