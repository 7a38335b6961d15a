// @ts-check
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package that is measured is the one that is published: what `import 'mcpwire/…'` finds in dist. */
export const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

/** @param {string} file below dist, such as `node/index.js` */
export function isBuilt(file) {
  return existsSync(dist + file);
}

export function requireBuild() {
  if (isBuilt('server-modern.js') && isBuilt('node/index.js')) return;
  console.error('bench: dist is missing. Run `npm run build` first, or `npm run bench`, which builds.');
  process.exit(1);
}

/**
 * Whether a peer can be imported; a row about one that is not installed says so instead of failing the run.
 *
 * @param {string} specifier
 */
export function isInstalled(specifier) {
  try {
    import.meta.resolve(specifier);
    return true;
  } catch {
    return false;
  }
}
