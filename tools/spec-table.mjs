// @ts-check
// Writes docs/conformance.md: which test proves which sentence of the specification. `--check` fails where the page is not
// what would be written, or a test names a sentence that there is not; `--complete` where a MUST has no test.
//
// The sentences are in test/conformance/requirements. A test names those that it proves in its title or in a comment, above
// it or inside: `// spec: basic/patterns/mrtr#error-handling.3`, several with spaces between. Without a number it names the
// section, which proves no sentence.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LEGS } from '../test/conformance/legs.mjs';
import { pages, REQUIREMENTS } from '../test/conformance/requirements.mjs';
import { evidence } from './spec-evidence.mjs';

const PAGE = 'docs/conformance.md';
const SPECIFICATION = 'https://modelcontextprotocol.io/specification/2026-07-28';

/** @typedef {import('../test/conformance/requirements.mjs').Page} Page */

/** @typedef {import('../test/conformance/requirements.mjs').Sentence} Sentence */

const { values: wanted } = parseArgs({ options: { check: { type: 'boolean' }, complete: { type: 'boolean' } } });

/** @type {string[]} */
const faults = [];

const all = pages();
const sentences = all.flatMap((page) => page.sentences);
/** @type {Map<string, string[]>} */
const proofs = new Map();
for (const { id, suite = [] } of sentences) {
  if (proofs.has(id)) faults.push(`${id}: there twice`);
  proofs.set(
    id,
    suite.map((check) => `official suite › ${check}`),
  );
}
const sections = new Map(
  all.flatMap(({ page, anchors }) => ['top', ...anchors].map((anchor) => [`${page}#${anchor}`, 0])),
);

for (const { id, test, where } of evidence('test')) {
  const proof = proofs.get(id);
  if (test === undefined) {
    faults.push(`${where}: no test follows`);
  } else if (proof !== undefined) {
    if (!proof.includes(test)) proof.push(test);
  } else if (sections.has(id)) {
    sections.set(id, (sections.get(id) ?? 0) + 1);
  } else {
    faults.push(`${where}: the specification has no ${id}; see ${REQUIREMENTS}`);
  }
}

/** @param {Sentence} sentence */
const binds = ({ side, piece }) => side !== 'host' && piece === undefined;
/** @param {Sentence} sentence */
const covered = ({ id }) => (proofs.get(id)?.length ?? 0) > 0;
/** @param {Sentence} sentence */
const isMust = ({ level }) => level.startsWith('MUST');
const open = sentences.filter((sentence) => binds(sentence) && sentence.exception === undefined && !covered(sentence));
const openMusts = open.filter(isMust);
const openShoulds = open.filter((sentence) => !isMust(sentence));
if (wanted.complete) for (const { id } of openMusts) faults.push(`${id}: no test`);

const text = render();
if (wanted.check) {
  if (!existsSync(PAGE) || readFileSync(PAGE, 'utf8') !== text) {
    faults.push(`${PAGE} is stale; node tools/spec-table.mjs writes it`);
  }
} else {
  writeFileSync(PAGE, text);
}

for (const fault of faults) console.error(fault);
console.log(
  `specification: ${openMusts.length} MUST and ${openShoulds.length} SHOULD without a test, ${faults.length} faults`,
);
process.exitCode = faults.length === 0 ? 0 : 1;

function render() {
  const lines = [
    '---',
    'title: Conformance',
    '---',
    '',
    '# Conformance',
    '',
    `What of [revision 2026-07-28](${SPECIFICATION}) is tested, and where. Made by \`node tools/spec-table.mjs\` from`,
    `\`${REQUIREMENTS}\` and from the tests; do not edit it.`,
    '',
    '## The official suite',
    '',
    '`npm run conformance` runs [`@modelcontextprotocol/conformance`](https://github.com/modelcontextprotocol/conformance)',
    'on the built package. Warnings count as failures, and nothing is expected to fail.',
    '',
    ...table(
      ['run', 'runtimes', 'scenarios left out'],
      LEGS.map(({ name, runtimes, without }) => [
        name,
        runtimes.join(', '),
        without === undefined ? '' : `\`${without.source.replaceAll('|', String.raw`\|`)}\``,
      ]),
    ),
    '',
    '## Sentences and their tests',
    '',
    'A sentence of the specification that demands several things has several entries. The summaries are ours; the',
    'specification decides. Sides: an SDK is bound as `client`, `server` or `both`; `host` marks what applications, authorization',
    'servers and proxies have to do.',
    '',
    ...totals(),
    '',
    ...all.flatMap(ofPage),
    ...ofSections(),
    '## Exceptions',
    '',
    ...sentences
      .filter(({ exception }) => exception !== undefined)
      .map(
        ({ id, level, summary, exception }) => `- ${link(id)} (${level}): ${cell(summary)} ${cell(exception ?? '')}`,
      ),
    '',
    '## Without a test',
    '',
    ...missing('MUST', openMusts),
    ...missing('SHOULD', openShoulds),
  ];
  return lines.join('\n').replace(/\n+$/, '\n');
}

function totals() {
  /** @type {[string, (sentence: Sentence) => boolean][]} */
  const rows = [
    ['client', (one) => binds(one) && one.side === 'client'],
    ['server', (one) => binds(one) && one.side === 'server'],
    ['both', (one) => binds(one) && one.side === 'both'],
    ['older servers over stdio, not built yet', ({ side, piece }) => side !== 'host' && piece === 'stdio'],
    ['authorization, not built yet', ({ side, piece }) => side !== 'host' && piece === 'authorization'],
    ['stores, not built yet', ({ side, piece }) => side !== 'host' && piece === 'stores'],
    ['host', ({ side }) => side === 'host'],
  ];
  return table(
    ['who', 'MUST', 'tested', 'SHOULD', 'tested'],
    rows.map(([who, belongs]) => {
      const own = sentences.filter(belongs);
      const musts = own.filter(isMust);
      const shoulds = own.filter((sentence) => !isMust(sentence));
      return [
        who,
        ...[musts, musts.filter(covered), shoulds, shoulds.filter(covered)].map(({ length }) => String(length)),
      ];
    }),
  );
}

/** @param {Page} page */
function ofPage({ page, sentences: own }) {
  let section = '';
  return [
    `### ${page}`,
    '',
    ...table(
      ['sentence', 'level', 'side', 'summary', 'tests'],
      own.map(({ id, level, side, piece, summary }) => {
        const place = id.slice(page.length + 1);
        const first = section !== (section = place.replace(/\.\d+$/, ''));
        return [
          first ? link(id, place) : cell(place),
          level,
          piece === undefined || page.includes(piece) ? side : `${side} (${piece})`,
          cell(summary),
          (proofs.get(id) ?? []).map(cell).join('<br>'),
        ];
      }),
    ),
    '',
  ];
}

/** Sections that tests name without saying which sentence they prove. */
function ofSections() {
  const rows = [...sections].filter(([, count]) => count > 0).map(([id, count]) => [link(id), String(count)]);
  if (rows.length === 0) return [];
  return [
    '### Sections',
    '',
    'Named by tests as a whole, which proves no particular sentence.',
    '',
    ...table(['section', 'tests'], rows),
    '',
  ];
}

/**
 * @param {string} level
 * @param {Sentence[]} list
 */
function missing(level, list) {
  if (list.length === 0) return [`No ${level}.`, ''];
  return [
    `${list.length} ${level}:`,
    '',
    ...list.map(({ id, side, summary }) => `- \`${id}\` (${side}): ${cell(summary)}`),
    '',
  ];
}

/**
 * @param {string} id
 * @param {string} [name]
 */
function link(id, name = id) {
  const [page = '', place = ''] = id.split('#');
  const anchor = place.replace(/\.\d+$/, '');
  return `[${cell(name)}](${SPECIFICATION}/${page}${anchor === 'top' ? '' : `#${anchor}`})`;
}

/** @param {string} value */
function cell(value) {
  return value.replaceAll(/[\\|<>*_[\]`]/g, String.raw`\$&`);
}

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
