// @ts-check
// What a bundler sends to users: minimal programs, minified and compressed.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { isBuilt } from '../lib/package.mjs';
import { number, table } from '../lib/table.mjs';
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
      ['bundle', 'minified', 'gzip', 'target', 'gzip KiB'],
      measured.map(({ name, minified, gzip, limit }) => [
        name,
        number(minified, 0),
        number(gzip, 0),
        limit === undefined ? '' : `≤ ${number(limit, 0)}`,
        number(gzip / 1024, 1),
      ]),
    ),
    'What is in them, in minified bytes:',
    ...measured.map(
      ({ name, packages }) =>
        `  ${name}: ${packages.map(({ name, bytes }) => `${name} ${number(bytes, 0)}`).join(', ')}`,
    ),
    ...skipped.map(({ name, skipped }) => `${name}: skipped, ${skipped}`),
  ].join('\n');
}

/**
 * @param {string} source
 * @param {string[]} conditions
 * @param {string[]} external
 */
async function bundle(source, conditions, external) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname, sourcefile: 'program.js' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions,
    external,
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
    write: false,
  });
  const [file] = outputFiles;
  const [output] = Object.values(metafile.outputs);
  if (file === undefined || output === undefined) throw new Error('esbuild wrote nothing');
  return {
    minified: file.contents.byteLength,
    gzip: gzipSync(file.contents, { level: 9 }).byteLength,
    packages: byPackage(output.inputs),
  };
}

/**
 * @param {Record<string, { bytesInOutput: number }>} inputs
 * @returns {{ name: string, bytes: number }[]}
 */
function byPackage(inputs) {
  /** @type {Map<string, number>} */
  const totals = new Map();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const name = packageOf(path);
    totals.set(name, (totals.get(name) ?? 0) + bytesInOutput);
  }
  return [...totals]
    .map(([name, bytes]) => ({ name, bytes }))
    .filter(({ bytes }) => bytes >= 100)
    .sort((a, b) => b.bytes - a.bytes);
}

/** @param {string} path */
function packageOf(path) {
  const match = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path);
  if (match?.[1] !== undefined) return match[1];
  return path.includes('dist/') ? 'mcpwire' : 'program';
}
