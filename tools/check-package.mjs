// @ts-check
// Looks at the package as a stranger would: the tarball's contents, its manifest, its declarations, and every entry point
// imported by the oldest supported Node and by the one the lock file brings.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import ts from 'typescript';
import { entries } from './entries.mjs';
import { packAndInstall, run } from './pack.mjs';

/** What an install may weigh, dependencies and source maps included. */
const MAX_INSTALL_BYTES = 3_000_000;

/** Whose code is part of `dist`. */
const BUNDLED = ['cross-spawn'];

let passed = 0;
let failed = 0;

/**
 * @param {string} name
 * @param {() => string | void} check Throws when the check fails; what it returns is printed.
 */
function step(name, check) {
  try {
    const note = check();
    passed++;
    console.log(`ok    ${name}${note ? `: ${note}` : ''}`);
  } catch (error) {
    failed++;
    console.error(`FAIL  ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @param {string} folder */
function weigh(folder) {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const stat = statSync(join(folder, name));
    if (stat.isFile()) bytes += stat.size;
  }
  return bytes;
}

/** The Node of the machine, not the one that npm puts in front of it. */
function systemNode() {
  if (process.env.SYSTEM_NODE) return process.env.SYSTEM_NODE;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder.split(sep).includes('node_modules')) continue;
    const file = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
    if (existsSync(file)) return file;
  }
  throw new Error('no node on PATH outside of node_modules; name one with SYSTEM_NODE');
}

// zod is an optional peer dependency: one entry needs it.
const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const { tarball, project } = packAndInstall({ dependencies: { zod: devDependencies.zod } });
const installed = join(project, 'node_modules', 'mcpwire');
const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
  .filter((name) => statSync(join(installed, name)).isFile())
  .map((name) => name.split(sep).join('/'));
const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));

step('contents', () => {
  const strangers = files.filter(
    (name) => !/^(package\.json|README\.md|LICENSE|dist\/.+\.(js|js\.map|d\.ts))$/.test(name),
  );
  if (strangers.length > 0) throw new Error(`not for users: ${strangers.join(', ')}`);
  for (const name of ['package.json', 'README.md', 'LICENSE']) {
    if (!files.includes(name)) throw new Error(`${name} is missing`);
  }
  return `${files.length} files, ${Math.round(statSync(tarball).size / 1000)} kB packed`;
});

step('bundled packages have their licences with them', () => {
  const code = files.filter((name) => name.endsWith('.js')).map((name) => readFileSync(join(installed, name), 'utf8'));
  // What they depend on is bundled, too.
  const names = new Set(BUNDLED);
  for (const name of names) {
    const { dependencies = {} } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
    for (const other of Object.keys(dependencies)) names.add(other);
    const text = code.find((one) => one.includes(`! ${name} `))?.split(`! ${name} `)[1] ?? '';
    if (!/^\d[^]{0,200}Copyright[^]{0,200}Permission/.test(text)) throw new Error(`that of ${name} is missing`);
  }
  return [...names].join(', ');
});

step('install size', () => {
  const bytes = weigh(join(project, 'node_modules')) - weigh(join(project, 'node_modules', 'zod'));
  const note = `${(bytes / 1e6).toFixed(2)} MB with dependencies`;
  if (bytes > MAX_INSTALL_BYTES) throw new Error(`${note}, at most ${MAX_INSTALL_BYTES / 1e6} MB`);
  return note;
});

step('publint', () => {
  run('publint', ['run', tarball, '--strict']);
});

step('are the types wrong', () => {
  run('attw', [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color']);
});

step('declarations name no foreign types', () => {
  const declarations = files.filter((name) => name.endsWith('.d.ts'));
  const allowed = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
  for (const name of declarations) {
    const text = readFileSync(join(installed, name), 'utf8');
    if (/^\s*\/\/\/\s*<reference/m.test(text)) throw new Error(`${name} has a triple-slash reference`);
    if (/\bNodeJS\./.test(text)) throw new Error(`${name} names the NodeJS namespace`);
    for (const { fileName: specifier } of ts.preProcessFile(text, true, true).importedFiles) {
      if (specifier.startsWith('.')) continue;
      const dependency = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      if (!allowed.has(dependency)) throw new Error(`${name} imports ${specifier}`);
    }
  }
  return `${declarations.length} files`;
});

const probe = entries()
  .map(
    ({ specifier }) =>
      `if (Object.keys(await import('${specifier}')).length === 0) throw new Error('${specifier} exports nothing');`,
  )
  .join('\n');
for (const [name, find] of /** @type {[string, () => string][]} */ ([
  ['the system Node', systemNode],
  ['the Node of the lock file', () => process.execPath],
])) {
  step(`entries import in ${name}`, () => {
    const node = find();
    const version = run(node, ['--version']).trim();
    run(node, ['--input-type=module', '--eval', probe], project);
    return `${version}, ${entries().length} entries`;
  });
}

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
