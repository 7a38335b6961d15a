// @ts-check
// What a bundler sends to users: minimal programs, minified and compressed.
import { isBuilt } from '../lib/package.mjs';
import { number, table } from '../lib/table.mjs';
import { bundle } from './bundle.mjs';
import { PROGRAMS } from './programs.mjs';

/** @param {import('../run.mjs').Options} options */
export async function measure({ log, matches }) {
  const rows = [];
  for (const { name, source, needs, conditions, external, limit } of PROGRAMS.filter(matches)) {
    log(name);
    const missing = needs.find((file) => !isBuilt(file));
    if (missing !== undefined) {
      rows.push({ name, skipped: `dist/${missing} does not exist` });
      continue;
    }
    rows.push({ name, ...(await bundle(source, conditions, external)), ...(limit === undefined ? {} : { limit }) });
  }
  return rows;
}

/** @param {Awaited<ReturnType<typeof measure>>} rows */
export function print(rows) {
  const measured = rows.filter((row) => 'gzip' in row);
  const skipped = rows.filter((row) => 'skipped' in row);
  return [
    table(
      ['bundle', 'minified', 'gzip', 'target', 'gzip KiB', 'at the start'],
      measured.map(({ name, minified, gzip, limit, start }) => [
        name,
        number(minified, 0),
        number(gzip, 0),
        limit === undefined ? '' : `≤ ${number(limit, 0)}`,
        number(gzip / 1024, 1),
        number(start, 0),
      ]),
    ),
    'gzip: in one file. At the start: where a bundler splits, what is loaded before a feature is first used.',
    'What is in the one file, in minified bytes:',
    ...measured.map(
      ({ name, packages }) =>
        `  ${name}: ${packages.map(({ name, bytes }) => `${name} ${number(bytes, 0)}`).join(', ')}`,
    ),
    ...skipped.map(({ name, skipped }) => `${name}: skipped, ${skipped}`),
  ].join('\n');
}
