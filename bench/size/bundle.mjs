// @ts-check
// Bundles a program as a user's bundler does: in one file, and split where the package loads something later.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const PROGRAM = 'program.js';

/**
 * Sizes of a bundle, in bytes.
 *
 * @typedef {object} Size
 * @property {number} minified of the program in one file
 * @property {number} gzip the same, compressed
 * @property {number} start what is loaded when the program starts, compressed, where the bundler splits
 * @property {{ name: string, bytes: number }[]} packages what is in the one file, by package
 */

/**
 * @param {string} source
 * @param {string[]} conditions
 * @param {string[]} external
 * @returns {Promise<Size>}
 */
export async function bundle(source, conditions, external) {
  /** @param {boolean} splitting */
  const run = (splitting) =>
    build({
      stdin: { contents: source, resolveDir: import.meta.dirname, sourcefile: PROGRAM },
      bundle: true,
      splitting,
      outdir: 'out',
      minify: true,
      format: 'esm',
      target: 'es2022',
      platform: 'browser',
      conditions,
      external,
      define: { 'process.env.NODE_ENV': '"production"' },
      legalComments: 'none',
      // The paths of this repository are not those of a user.
      tsconfigRaw: '{}',
      logLevel: 'error',
      metafile: true,
      write: false,
    });
  const whole = await run(false);
  const [file] = whole.outputFiles;
  const [output] = Object.values(whole.metafile.outputs);
  if (file === undefined || output === undefined) throw new Error('esbuild wrote nothing');
  return {
    minified: file.contents.byteLength,
    gzip: compressed(file.contents),
    start: sizeAtStart(await run(true)),
    packages: byPackage(output.inputs),
  };
}

/**
 * The program's own file, and what it imports without asking.
 *
 * @param {{ outputFiles: import('esbuild').OutputFile[], metafile: import('esbuild').Metafile }} built
 */
function sizeAtStart({ outputFiles, metafile: { outputs } }) {
  const loaded = new Set(Object.keys(outputs).filter((path) => outputs[path]?.entryPoint?.endsWith(PROGRAM)));
  for (const path of loaded) {
    for (const { path: imported, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && imported in outputs) loaded.add(imported);
    }
  }
  const names = new Set([...loaded].map(basename));
  return outputFiles
    .filter(({ path }) => names.has(basename(path)))
    .reduce((total, { contents }) => total + compressed(contents), 0);
}

/** @param {Uint8Array} bytes */
function compressed(bytes) {
  return gzipSync(bytes, { level: 9 }).byteLength;
}

/** @param {string} path */
function basename(path) {
  return path.slice(path.lastIndexOf('/') + 1);
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
