// @ts-check
// Usage: node bench/run.mjs [--only cpu|http|size] [--match text] [--quick] [--json]
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { requireBuild } from './lib/package.mjs';

/**
 * @typedef {object} Options
 * @property {boolean} quick fewer slices: a glance, not a figure to publish
 * @property {(one: { name: string }) => boolean} matches
 * @property {(text: string) => void} log
 */

// A section measures rows and knows how to print them. New figures are new sections.
/** @type {Record<string, () => Promise<{ measure: (options: Options) => Promise<any[]>, print: (rows: any[]) => string }>>} */
const SECTIONS = {
  cpu: () => import('./cpu/section.mjs'),
  http: () => import('./http/section.mjs'),
  size: () => import('./size/section.mjs'),
};

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    match: { type: 'string', default: '' },
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
  },
});
const names = flags.only?.flatMap((list) => list.split(',')) ?? Object.keys(SECTIONS);
const unknown = names.find((name) => !(name in SECTIONS));
if (unknown !== undefined) {
  console.error(`bench: there is no section "${unknown}"; there are ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(1);
}
requireBuild();

const machine = { node: process.version, platform: process.platform, arch: process.arch, cpus: availableParallelism() };
if (flags.json !== true) {
  const { node, platform, arch, cpus } = machine;
  console.log(`Node ${node}, ${platform} ${arch}, ${cpus} CPUs${flags.quick === true ? ', quick' : ''}\n`);
}

/** @type {Record<string, unknown>} */
const results = {};
for (const name of names) {
  const section = await SECTIONS[name]?.();
  if (section === undefined) continue;
  const rows = await section.measure({
    quick: flags.quick === true,
    matches: (one) => one.name.includes(flags.match),
    log: (text) => progress(`${name}: ${text}`),
  });
  progress('');
  results[name] = rows;
  if (flags.json !== true) console.log(`${section.print(rows)}\n`);
}
if (flags.json === true)
  console.log(JSON.stringify({ machine, quick: flags.quick === true, sections: results }, undefined, 2));

/**
 * One line that overwrites itself, where somebody watches.
 *
 * @param {string} text
 */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
