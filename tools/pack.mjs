// @ts-check
// What a user gets: the packed tarball, installed into an empty project.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs a program and returns what it printed.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {string} [cwd]
 * @returns {string}
 * @throws An error with both outputs in its message when the program fails.
 */
export function run(program, args, cwd = process.cwd()) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}

/**
 * Packs the package (its prepack script builds it first) and installs the tarball into a new project in a temporary
 * folder, which goes when the process does.
 *
 * @param {{ dependencies?: Record<string, string> }} [options] What else the project installs.
 * @returns {{ tarball: string, project: string }} Absolute paths.
 */
export function packAndInstall({ dependencies = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'mcpwire-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  run('npm', ['pack', '--pack-destination', folder]);
  const file = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (file === undefined) throw new Error('npm pack wrote no tarball');
  const tarball = join(folder, file);
  const project = join(folder, 'project');
  mkdirSync(project);
  const manifest = {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: { ...dependencies, mcpwire: `file:${tarball}` },
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest, null, 2));
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], project);
  return { tarball, project };
}
