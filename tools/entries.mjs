// @ts-check
// `exports` in package.json is the one list of entry points; builds, tests, docs and checks derive theirs from it.
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

/**
 * Every importable entry point of the package.
 *
 * @returns {{ specifier: string, name: string, source: string }[]} What users import (`mcpwire/node`), the file's name
 *   below `dist` without extension (`node/index`), and the file it is built from (`src/node/index.ts`).
 */
export function entries() {
  const list = [];
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    const match = /^\.\/dist\/(.+)\.js$/.exec(target.default ?? '');
    if (match === null) continue;
    const name = /** @type {string} */ (match[1]);
    list.push({ specifier: manifest.name + subpath.slice(1), name, source: `src/${name}.ts` });
  }
  return list;
}

/**
 * The files among which `imports` in package.json chooses by runtime: nobody imports them by name.
 *
 * @returns {{ specifier: string, condition: string, name: string, source: string }[]} What the source imports
 *   (`#auth-edge`), for which runtime (`node`, `default`), and the file as above.
 */
export function edges() {
  return Object.entries(manifest.imports ?? {}).flatMap(([specifier, targets]) =>
    Object.entries(targets).map(([condition, path]) => {
      const name = path.replace(/^\.\/dist\/|\.js$/g, '');
      return { specifier, condition, name, source: `src/${name}.ts` };
    }),
  );
}
