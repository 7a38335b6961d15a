// @ts-check
// What bundling a CommonJS package into `dist` takes beyond what tsup does.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles packages, each as one ES module of its own: the helpers that CommonJS needs would otherwise end up in a chunk
 * that every entry imports.
 *
 * @param {RegExp} filter the specifiers
 * @returns {import('esbuild').Plugin}
 */
export function bundled(filter) {
  return {
    name: 'bundled',
    setup({ onLoad, onResolve }) {
      onResolve({ filter }, ({ path }) => ({ path, namespace: 'bundled' }));
      onLoad({ filter: /.*/, namespace: 'bundled' }, async ({ path }) => {
        const { outputFiles } = await build({
          entryPoints: [path],
          bundle: true,
          write: false,
          format: 'esm',
          target: 'es2022',
          platform: 'neutral',
          mainFields: ['main'],
          plugins: [nodeModules, licences],
        });
        return { contents: outputFiles[0]?.text ?? '', resolveDir: process.cwd() };
      });
    },
  };
}

/**
 * Lets CommonJS have Node's modules: an ES module has no `require`, but it can import them.
 *
 * @type {import('esbuild').Plugin}
 */
const nodeModules = {
  name: 'node-modules',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: /^(?:child_process|fs|path)$/ }, ({ path }) => ({ path, namespace: 'node' }));
    onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => ({ contents: `export * from 'node:${path}';` }));
  },
};

/**
 * Puts the licence of each package before its code, in a comment that bundlers keep.
 *
 * @type {import('esbuild').Plugin}
 */
const licences = {
  name: 'licences',
  setup({ onLoad }) {
    onLoad({ filter: /\/node_modules\/.+\.js$/ }, ({ path }) => {
      const folder = packageOf(path);
      const { name, version, main = 'index.js' } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const contents = readFileSync(path, 'utf8');
      // Once, before the file that everybody enters by.
      if (join(folder, main) !== path) return { contents, loader: 'js' };
      const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
      if (file === undefined) throw new Error(`${name} has no licence to bundle it with`);
      const text = readFileSync(join(folder, file), 'utf8').trim().replaceAll('*/', '* /');
      return { contents: `/*! ${name} ${version}\n${text}\n*/\n${contents}`, loader: 'js' };
    });
  },
};

/** @param {string} file */
function packageOf(file) {
  let folder = dirname(file);
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
