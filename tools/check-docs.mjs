// @ts-check
// Every TypeScript or JavaScript block of README.md and docs/ is a region of a file that is compiled and executed:
//
//   <!-- region: examples/demo.ts#minimal -->
//
// stands before the block, and `// #region minimal` … `// #endregion minimal` encloses the lines in that file. The check
// compares; `--write` fills the blocks in.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';

const write = process.argv.includes('--write');
const LANGUAGES = new Set(['ts', 'tsx', 'typescript', 'mts', 'js', 'jsx', 'javascript', 'mjs']);
const ANY_MARK = /^\s*\/\/\s*#(end)?region\b/;

/** @type {string[]} */
const faults = [];
let checked = 0;

/**
 * @param {string} reference `path#name`
 * @returns {string[]} The region's lines, dedented, without the marks of regions inside it.
 */
function region(reference) {
  const [path = '', name = ''] = reference.split('#');
  if (!existsSync(path)) throw new Error(`there is no file ${path}`);
  const lines = readFileSync(path, 'utf8').split('\n');
  const escaped = name.replaceAll(/[^\w-]/g, String.raw`\$&`);
  const start = lines.findIndex((line) => new RegExp(`^\\s*//\\s*#region ${escaped}\\s*$`).test(line));
  const end = lines.findIndex(
    (line, at) => at > start && new RegExp(`^\\s*//\\s*#endregion ${escaped}\\s*$`).test(line),
  );
  if (start === -1 || end === -1) throw new Error(`${path} has no '// #region ${name}' … '// #endregion ${name}'`);
  const body = lines.slice(start + 1, end).filter((line) => !ANY_MARK.test(line));
  while (body[0]?.trim() === '') body.shift();
  while (body.at(-1)?.trim() === '') body.pop();
  const indents = body.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indents, Number.MAX_SAFE_INTEGER);
  return body.map((line) => line.slice(indent));
}

/** @param {string} file */
function check(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  /** @type {string[]} */
  const output = [];
  /** @type {string | undefined} */
  let reference;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    output.push(line);
    const fence = /^(\s*)(`{3,}|~{3,})\s*([\w-]*)/.exec(line);
    if (fence === null) {
      const mark = /^\s*<!--\s*region:\s*(\S+)\s*-->\s*$/.exec(line);
      if (mark !== null) reference = mark[1];
      else if (line.trim() !== '') reference = undefined;
      continue;
    }
    const [, indent = '', ticks = '', language = ''] = fence;
    let close = at + 1;
    while (close < lines.length && lines[close]?.trim() !== ticks) close++;
    const where = `${file}:${at + 1}`;
    const found = lines.slice(at + 1, close);
    let wanted = found;
    if (close === lines.length) {
      faults.push(`${where}: the block has no end`);
    } else if (reference !== undefined) {
      try {
        wanted = region(reference).map((text) => (text === '' ? '' : indent + text));
        checked++;
        if (!write && wanted.join('\n') !== found.join('\n')) {
          faults.push(`${where}: differs from ${reference}; \`npm run docs:check -- --write\` fills it in`);
        }
      } catch (error) {
        faults.push(`${where}: ${/** @type {Error} */ (error).message}`);
      }
    } else if (LANGUAGES.has(language)) {
      faults.push(`${where}: a ${language} block without <!-- region: file#name --> before it`);
    }
    output.push(...wanted, ...lines.slice(close, close + 1));
    at = close;
    reference = undefined;
  }
  const text = output.join('\n');
  if (write && text !== lines.join('\n')) {
    writeFileSync(file, text);
    console.log(`wrote ${file}`);
  }
}

const files = existsSync('README.md') ? ['README.md'] : [];
const guides = existsSync('docs') ? readdirSync('docs', { recursive: true, encoding: 'utf8' }).sort() : [];
for (const name of guides) {
  if (name.endsWith('.md') && name.split(sep)[0] !== 'site') files.push(join('docs', name));
}
for (const file of files) check(file);

for (const fault of faults) console.error(fault);
console.log(`docs: ${checked} blocks in ${files.length} files, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
