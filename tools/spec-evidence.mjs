// @ts-check
// Which tests name which sentences of the specification.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const TESTS = new Set(['test', 'it', 'describe']);

/** @typedef {{ id: string, test: string | undefined, where: string }} Evidence `test` is absent beside a comment that is about none */

/** @typedef {{ title: string, start: number, end: number, group: boolean }} Call */

/**
 * @param {string} folder
 * @returns {Evidence[]} in the order of files and lines
 */
export function evidence(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|mjs)$/.test(name))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .sort()
    .flatMap(ofFile);
}

/** @param {string} file */
function ofFile(file) {
  const source = readFileSync(file, 'utf8');
  if (!/\bspec: /.test(source)) return [];
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  /** @type {Call[]} */
  const calls = [];
  collect(tree, [], calls);

  /** @type {Evidence[]} */
  const found = [];
  const add = (/** @type {string} */ ids, /** @type {number} */ at, /** @type {Call | undefined} */ call) => {
    const where = `${file}:${tree.getLineAndCharacterOfPosition(at).line + 1}`;
    const test = call && `${file.slice(file.indexOf('/') + 1)} › ${call.title}`;
    for (const id of ids.trim().split(/\s+/)) found.push({ id: normal(id), test, where });
  };
  for (const match of source.matchAll(/^[ \t]*(?:\/\/|\/?\*+)[ \t]*spec: (.+?)(?:\*\/)?$/gm)) {
    const call = named(calls, match.index, match.index + match[0].length, source);
    add(match[1] ?? '', match.index, call);
  }
  for (const call of calls) {
    const ids = /\bspec: (\S+#\S+(?: \S+#\S+)*)/.exec(call.title)?.[1];
    if (ids !== undefined) add(ids.replace(/[)\]]+$/, ''), call.start, call);
  }
  return found;
}

/**
 * The test around a comment, or the next one, with nothing but comments between.
 *
 * @param {Call[]} calls
 * @param {number} start
 * @param {number} end
 * @param {string} source
 */
function named(calls, start, end, source) {
  const around = calls.filter((call) => !call.group && call.start < start && end < call.end);
  if (around.length > 0) return around.reduce((a, b) => (a.end - a.start < b.end - b.start ? a : b));
  const next = calls.filter((call) => call.start >= end).sort((a, b) => a.start - b.start)[0];
  const between = source.slice(end, next?.start ?? end).replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
  return between.trim() === '' ? next : undefined;
}

/**
 * @param {ts.Node} node
 * @param {string[]} titles of the groups around it
 * @param {Call[]} calls
 */
function collect(node, titles, calls) {
  let inner = titles;
  if (ts.isCallExpression(node) && !(ts.isCallExpression(node.parent) && node.parent.expression === node)) {
    const name = rootOf(node.expression);
    const [title] = node.arguments;
    if (TESTS.has(name) && title !== undefined && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title))) {
      inner = [...titles, ts.isStringLiteralLike(title) ? title.text : title.getText().slice(1, -1)];
      calls.push({ title: inner.join(' › '), start: node.getStart(), end: node.end, group: name === 'describe' });
    }
  }
  ts.forEachChild(node, (child) => collect(child, inner, calls));
}

/**
 * `test` of `test.each([…])(…)`.
 *
 * @param {ts.Expression} expression
 * @returns {string}
 */
function rootOf(expression) {
  if (ts.isIdentifier(expression)) return expression.text;
  if (ts.isPropertyAccessExpression(expression) || ts.isCallExpression(expression))
    return rootOf(expression.expression);
  return ts.isTaggedTemplateExpression(expression) ? rootOf(expression.tag) : '';
}

/**
 * Pages and anchors as the requirements spell them: a folder's own page is named by the folder.
 *
 * @param {string} id
 */
function normal(id) {
  return id.replace(/\/index#/, '#').replace('#_', '#');
}
