// @ts-check
// Compiles a user's program against the packed tarball under every supported compiler and module resolution, and counts
// what the types of a large server cost.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { entries } from './entries.mjs';
import { packAndInstall, run } from './pack.mjs';

/**
 * Instantiations that a server with 100 tools and a client with three calls may cost beyond what zod asks for the same
 * schemas and handlers. Looking at a schema's `~standard` types is most of it, so two schemas cost twice as much as one; a
 * member of the class costs a few, once.
 */
const MAX_INSTANTIATIONS = { arguments: 27_010, 'arguments and results': 49_000 };
/** 400 tools may cost four times as much as 100, and this factor for what is not a multiple. */
const LINEAR_TOLERANCE = 1.1;

const COMPILERS = [
  ['5.9', 'node_modules/typescript59/lib/tsc.js'],
  ['6', 'node_modules/typescript/bin/tsc6'],
  ['7', 'node_modules/@typescript/native/bin/tsc'],
].map(([name = '', path = '']) => ({ name, path: resolve(path) }));

const RESOLUTIONS = {
  nodenext: { module: 'NodeNext', moduleResolution: 'NodeNext', exactOptionalPropertyTypes: true },
  bundler: { module: 'ESNext', moduleResolution: 'Bundler' },
};

let passed = 0;
let failed = 0;

/**
 * @param {string} name
 * @param {() => string | void} check Throws when the check fails; what it returns is printed.
 */
function step(name, check) {
  const start = performance.now();
  try {
    const note = check();
    passed++;
    console.log(`ok    ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)${note ? `: ${note}` : ''}`);
  } catch (error) {
    failed++;
    const lines = (error instanceof Error ? error.message : String(error)).split('\n');
    const more = lines.length > 20 ? `\n… ${lines.length - 20} more lines` : '';
    console.error(`FAIL  ${name}: ${lines.slice(0, 20).join('\n')}${more}`);
  }
}

const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const { project } = packAndInstall({ dependencies: { zod: devDependencies.zod } });

/**
 * Compiles files of the project, without emitting.
 *
 * @param {{ path: string }} compiler
 * @param {string[]} files
 * @param {object} options Compiler options beside the common ones.
 * @param {string[]} flags
 */
function compile(compiler, files, options, flags = []) {
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2022', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
    types: [],
    strict: true,
    noEmit: true,
    ...options,
  };
  const config = join(project, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  return run(process.execPath, [compiler.path, '-p', config, '--pretty', 'false', ...flags], project);
}

/** What entries export, by specifier. */
function exported() {
  const found = entries().map(({ specifier, name }) => ({
    specifier,
    file: join(project, 'node_modules', 'mcpwire', 'dist', `${name}.d.ts`),
  }));
  const options = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
  const program = ts.createProgram(
    found.map(({ file }) => file),
    options,
  );
  const checker = program.getTypeChecker();
  return new Map(
    found.map(({ specifier, file }) => {
      const source = program.getSourceFile(file);
      const module = source && checker.getSymbolAtLocation(source);
      if (module === undefined) throw new Error(`${file} is no module`);
      return [specifier, new Set(checker.getExportsOfModule(module).map(({ name }) => name))];
    }),
  );
}

/** The names that test/dist/names.ts has, by specifier. */
function named() {
  const source = ts.createSourceFile('names.ts', readFileSync('test/dist/names.ts', 'utf8'), ts.ScriptTarget.ES2022);
  /** @type {Map<string, Set<string>>} */
  const names = new Map();
  for (const statement of source.statements) {
    if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier || !statement.exportClause) continue;
    if (!ts.isStringLiteral(statement.moduleSpecifier) || !ts.isNamedExports(statement.exportClause)) continue;
    const list = statement.exportClause.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
    names.set(statement.moduleSpecifier.text, new Set(list));
  }
  return names;
}

step('test/dist/names.ts has every name of every entry', () => {
  const found = exported();
  const list = named();
  const all = list.get('mcpwire') ?? new Set();
  const roles = new Set(['mcpwire/server', 'mcpwire/client'].flatMap((role) => [...(found.get(role) ?? [])]));
  /** @param {string} entry @param {Set<string>} names @param {Set<string>} wanted */
  const compare = (entry, names, wanted) => [
    ...[...names].filter((name) => !wanted.has(name)).map((name) => `${entry}: ${name} is new`),
    ...[...wanted].filter((name) => !names.has(name)).map((name) => `${entry}: ${name} is missing`),
  ];
  const faults = compare('mcpwire/server and mcpwire/client', roles, all);
  for (const [entry, names] of found) faults.push(...compare(entry, names, list.get(entry) ?? names));
  for (const [specifier, names] of found) {
    if (!list.has(specifier) && ![...names].every((name) => all.has(name))) faults.push(`${specifier} has no list`);
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return `${[...list.values()].reduce((total, { size }) => total + size, 0)} names`;
});

mkdirSync(join(project, 'src'));
cpSync('test/dist/names.ts', join(project, 'src', 'names.ts'));
cpSync('test/dist/consumer.ts', join(project, 'src', 'consumer.ts'));
for (const compiler of COMPILERS) {
  for (const [resolution, options] of Object.entries(RESOLUTIONS)) {
    step(`consumer, TypeScript ${compiler.name}, ${resolution}`, () => {
      compile(compiler, ['src/consumer.ts', 'src/names.ts'], { ...options, skipLibCheck: false });
    });
  }
}

/** @typedef {keyof typeof MAX_INSTANTIATIONS} Typed What of a tool has a schema. */

const indices = (/** @type {number} */ count) => Array.from({ length: count }, (_, index) => index);

/** @param {number} i @param {Typed} typed */
function definition(i, typed) {
  const output = typed === 'arguments' ? '' : `, outputSchema: z.object({ id${i}: z.string(), done: z.boolean() })`;
  return `{ description: 'Tool ${i}', inputSchema: z.object({ id${i}: z.string(), count: z.number().optional() })${output} }`;
}

/** @param {number} i @param {Typed} typed */
function handler(i, typed) {
  return `async ({ id${i} }) => ${typed === 'arguments' ? `id${i}` : `({ id${i}, done: true })`}`;
}

/** @param {number} count */
function client(count) {
  const calls = [0, count >> 1, count - 1].map((i) => `await client.callTool('tool${i}', { id${i}: 'a' });`);
  return `const client = await McpClient.connect<typeof server>('http://127.0.0.1:3000/mcp');\n${calls.join('\n')}\n`;
}

const IMPORTS = `import * as z from 'zod';
import { McpServer, defineTool } from 'mcpwire/server';
import { McpClient } from 'mcpwire/client';
`;

/** Programs with so many tools. The baseline has the same schemas and handlers, typed by zod alone. */
const PROBES = {
  /** @param {number} count @param {Typed} typed */
  baseline(count, typed) {
    const returned = (/** @type {number} */ i) =>
      typed === 'arguments' ? 'string' : `z.input<typeof tool${i}.outputSchema>`;
    const tools = indices(count).map(
      (i) => `export const tool${i} = ${definition(i, typed)};
export const handler${i}: (args: z.output<typeof tool${i}.inputSchema>) => Promise<${returned(i)}> = ${handler(i, typed)};`,
    );
    return `import * as z from 'zod';\n${tools.join('\n')}\n`;
  },
  /** @param {number} count @param {Typed} typed */
  chained(count, typed) {
    const tools = indices(count).map((i) => `  .tool('tool${i}', ${definition(i, typed)}, ${handler(i, typed)})`);
    return `${IMPORTS}void defineTool;
export const server = new McpServer({ name: 'probe', version: '1.0.0' })
${tools.join('\n')};
${client(count)}`;
  },
  /** @param {number} count @param {Typed} typed */
  added(count, typed) {
    const tools = indices(count).map(
      (i) => `export const tool${i} = defineTool('tool${i}', ${definition(i, typed)}, ${handler(i, typed)});`,
    );
    const names = indices(count).map((i) => `tool${i}`);
    return `${IMPORTS}${tools.join('\n')}
export const server = new McpServer({ name: 'probe', version: '1.0.0' }).add(${names.join(', ')});
${client(count)}`;
  },
};

/**
 * @param {{ path: string }} compiler
 * @param {keyof typeof PROBES} probe
 * @param {number} count
 * @param {Typed} typed
 */
function instantiations(compiler, probe, count, typed) {
  const file = join('src', 'probe.ts');
  writeFileSync(join(project, file), PROBES[probe](count, typed));
  const output = compile(compiler, [file], { ...RESOLUTIONS.nodenext, skipLibCheck: true }, ['--extendedDiagnostics']);
  const match = /^Instantiations:\s+(\d+)$/m.exec(output);
  if (match === null) throw new Error(`no instantiation count in:\n${output}`);
  return Number(match[1]);
}

// The oldest and the newest; what lies between counts the same.
for (const compiler of COMPILERS.filter(({ name }) => name !== '6')) {
  for (const typed of /** @type {const} */ (['arguments', 'arguments and results'])) {
    /** @type {Map<number, number>} */
    const baselines = new Map();
    for (const probe of /** @type {const} */ (['chained', 'added'])) {
      step(`100 and 400 tools with typed ${typed}, ${probe}, TypeScript ${compiler.name}`, () => {
        const [few = 0, many = 0] = [100, 400].map((count) => {
          const baseline = baselines.get(count) ?? instantiations(compiler, 'baseline', count, typed);
          baselines.set(count, baseline);
          return instantiations(compiler, probe, count, typed) - baseline;
        });
        const limit = MAX_INSTANTIATIONS[typed];
        const note = `${few} and ${many} instantiations beyond zod's, ${Math.round(few / 100)} a tool`;
        if (few > limit) throw new Error(`${note}; at most ${limit} for 100 tools`);
        if (many > 4 * few * LINEAR_TOLERANCE) throw new Error(`${note}; that grows faster than the number of tools`);
        return note;
      });
    }
  }
}

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
