// @ts-check
// Where the runtimes' binaries are.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * A binary that a dependency brings.
 *
 * @param {string} name
 * @returns {Promise<string>}
 */
export async function packageBinary(name) {
  const path = resolve('node_modules/.bin', name);
  if (!existsSync(path)) throw new Error(`not installed; npm ci brings it`);
  return path;
}

/** Bun obeys `paths`, which in test/ lead to the source: an override without any makes it import the built package. */
export const BUN_ARGS = ['--tsconfig-override=test/runtimes/tsconfig.bun.json'];

/**
 * A Node of the same major version: the one that runs this, the machine's own, or one from npm. Not a dependency, since
 * two packages that bring a `node` to node_modules/.bin are one too many.
 *
 * @param {string} version what to get when there is none
 * @returns {Promise<string>}
 */
export async function nodeBinary(version) {
  const path = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, 'node'));
  for (const candidate of [process.execPath, process.env['SYSTEM_NODE'], ...path]) {
    if (candidate !== undefined && (await major(candidate)) === version.split('.', 1)[0]) return candidate;
  }
  const home = resolve(`node_modules/.cache/mcpwire/node-${version}`);
  const binary = join(home, 'node_modules/node/bin/node');
  if (!existsSync(binary)) {
    const options = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--global=false'];
    await execute('npm', ['install', ...options, '--prefix', home, `node@${version}`]);
  }
  return binary;
}

/** @param {string} command */
async function major(command) {
  try {
    const { stdout } = await execute(command, ['--version']);
    return /^v(\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}
