// @ts-check
import { build } from 'esbuild';

/**
 * Bundles one file, as runtimes without a module loader of Node's kind want it.
 *
 * @param {string} file below test/
 * @param {string[]} conditions of `exports`
 * @returns {Promise<string>} an ES module
 */
export async function bundle(file, conditions) {
  const { outputFiles } = await build({
    entryPoints: [`test/${file}`],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    // Of what is not used here: where a process is started.
    external: ['node:*'],
    conditions,
    // The one of test/ has paths that lead to the source.
    tsconfigRaw: {},
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
