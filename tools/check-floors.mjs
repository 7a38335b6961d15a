// @ts-check
// The layout as a check: an import never points up a floor, the two roles do not know each other, a package is imported
// only where it may be, and a file stays short enough to hold one idea.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';
import { edges, entries } from './entries.mjs';

/** Lowest first. The entries stand on the top floor. */
const FLOORS = [
  ['spec', 'errors', 'util'],
  ['json-rpc', 'schema', 'http'],
  ['server', 'client'],
  ['legacy', 'auth', 'tasks', 'skills', 'stores', 'stdio', 'gateway', 'schemas', 'testing', 'json-schema'],
  ['node', 'redis', 'durable-objects'],
];
const TOP = FLOORS.length - 1;

/** Which rooms may import which package; a bundle carries what it imports. */
const PACKAGES = /** @type {Record<string, string[]>} */ ({
  oauth4webapi: ['auth'],
  jose: ['auth'],
  'eventsource-parser': ['http', 'client', 'legacy'],
  '@cfworker/json-schema': ['json-schema'],
  // No dependency of the package: its parts are bundled.
  'cross-spawn': ['stdio'],
  zod: ['schemas'],
});

const NODE_ROOMS = ['node', 'stdio', 'redis'];
/** Elsewhere a file's name says that it is Node's, and only what `imports` in package.json chooses leads to it. */
const NODE_FILE = /-node\.ts$/;
const MAX_LINES = 500;

const edgeSources = edges();
const entrySources = new Set(entries().map(({ source }) => source));
/** @type {string[]} */
const faults = [];

/**
 * @param {string} file
 * @returns {{ room: string, floor: number } | undefined} Undefined where the layout has no place for it.
 */
function place(file) {
  const [first = '', ...rest] = file.split('/').slice(1);
  const room = rest.length === 0 ? first.replace(/\.ts$/, '') : first;
  // src/server.ts is an entry, src/server/ a room of the same name.
  if (rest.length === 0 && entrySources.has(file)) return { room: `${room} (entry)`, floor: TOP };
  const floor = FLOORS.findIndex((rooms) => rooms.includes(room));
  return floor === -1 ? undefined : { room, floor };
}

for (const name of readdirSync('src', { recursive: true, encoding: 'utf8' }).sort()) {
  if (!name.endsWith('.ts')) continue;
  const file = join('src', name).split(sep).join('/');
  const text = readFileSync(file, 'utf8');
  const from = place(file);
  if (from === undefined) {
    faults.push(
      `${file}: on no floor. Put it in a room that tools/check-floors.mjs knows, or export it in package.json.`,
    );
    continue;
  }
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.ts$/.test(file.slice(file.lastIndexOf('/') + 1))) {
    faults.push(`${file}: file names are kebab-case.`);
  }
  const lines = text.split('\n').length - 1;
  if (lines > MAX_LINES && from.room !== 'spec') {
    faults.push(`${file}: ${lines} lines; at most ${MAX_LINES}. Split it by idea.`);
  }
  for (const { fileName: specifier, pos } of ts.preProcessFile(text, true, true).importedFiles) {
    const where = `${file}:${text.slice(0, pos).split('\n').length}`;
    if (specifier.startsWith('node:')) {
      if (!NODE_ROOMS.includes(from.room) && !NODE_FILE.test(file)) {
        faults.push(`${where}: ${specifier} outside of ${NODE_ROOMS.join(', ')} and of files named *-node.ts.`);
      }
      continue;
    }
    if (specifier.startsWith('#')) {
      const all = edgeSources.filter((edge) => edge.specifier === specifier);
      if (all.length === 0) faults.push(`${where}: ${specifier} is not in the imports of package.json.`);
      if (all.some(({ source }) => place(source)?.room !== from.room)) {
        faults.push(`${where}: ${specifier} belongs to another room.`);
      }
      continue;
    }
    if (!specifier.startsWith('.')) {
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      if (!PACKAGES[name]?.includes(from.room)) {
        faults.push(`${where}: src/${from.room} must not import ${name} (PACKAGES in tools/check-floors.mjs).`);
      }
      continue;
    }
    if (!specifier.endsWith('.js')) faults.push(`${where}: '${specifier}' must end in .js.`);
    const target = relative('.', join(dirname(file), specifier))
      .split(sep)
      .join('/')
      .replace(/\.js$/, '.ts');
    const to = place(target);
    if (NODE_FILE.test(target) && !NODE_FILE.test(file) && !NODE_ROOMS.includes(from.room)) {
      faults.push(`${where}: '${specifier}' is for Node alone; reach it through the imports of package.json.`);
    }
    if (to === undefined) {
      faults.push(`${where}: '${specifier}' leads out of the layout.`);
    } else if (to.floor > from.floor) {
      faults.push(
        `${where}: ${from.room} (floor ${from.floor}) imports ${to.room} (floor ${to.floor}); imports never point up.`,
      );
    } else if ((from.room === 'server' && to.room === 'client') || (from.room === 'client' && to.room === 'server')) {
      faults.push(`${where}: ${from.room}/ imports ${to.room}/; what both need lives on a lower floor.`);
    }
  }
}

// Tests and examples see the public subpaths through `paths`; a subpath missing there would silently resolve to an old dist.
const { config, error } = ts.readConfigFile('tsconfig.test.json', ts.sys.readFile);
if (error !== undefined) faults.push('tsconfig.test.json: cannot be read.');
const inNode = edgeSources.filter(({ condition }) => condition === 'node');
const expected = Object.fromEntries(
  [...inNode, ...entries()].map(({ specifier, source }) => [specifier, [`./${source}`]]),
);
if (JSON.stringify(config?.compilerOptions?.paths) !== JSON.stringify(expected)) {
  faults.push(
    `tsconfig.test.json: paths, and the imports and exports of package.json differ. Expected ${JSON.stringify(expected, null, 2)}`,
  );
}

for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? 'floors: ok' : `floors: ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
