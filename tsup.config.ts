import { defineConfig } from 'tsup';
import { bundled } from './tools/bundle.mjs';
import { edges, entries } from './tools/entries.mjs';

export default defineConfig({
  entry: Object.fromEntries([...entries(), ...edges()].map(({ name, source }) => [name, source])),
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  // Shared chunks: a class imported through two entry points is one class.
  splitting: true,
  // tsc writes the declarations after this build, since it also checks them.
  dts: false,
  clean: true,
  silent: true,
  // The code is not minified and reads as it was written; maps would be over half of what users install.
  sourcemap: false,
  // Deno, Bun and workerd know Node's modules by their `node:` names only.
  removeNodeProtocol: false,
  // The program's own bundler or runtime chooses an edge (`imports` in package.json).
  external: [/^node:/, /^#/],
  // For Windows, in the one file that Windows loads.
  esbuildPlugins: [bundled(/^cross-spawn$/)],
});
