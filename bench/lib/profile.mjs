// @ts-check
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dist } from './package.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** @typedef {{ name: string, us: number }} Share */

/**
 * Self time of a CPU profile by owner, by function and by line of our source.
 *
 * @param {import('node:inspector').Profiler.Profile} profile
 * @returns {{ total: number, owners: Share[], functions: Share[], lines: Share[] }}
 */
export function summarise({ nodes, samples = [], timeDeltas = [] }) {
  const owners = new Tally();
  const functions = new Tally();
  const lines = new Tally();
  /** @type {Map<number, number>} */
  const self = new Map();
  let total = 0;
  samples.forEach((id, index) => {
    self.set(id, (self.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  });
  for (const { id, callFrame, positionTicks = [] } of nodes) {
    const us = self.get(id) ?? 0;
    if (callFrame.functionName === '(idle)') continue;
    total += us;
    owners.add(ownerOf(callFrame), us);
    const place = callFrame.url === '' ? '' : ` ${locate(callFrame.url, callFrame.lineNumber, callFrame.columnNumber)}`;
    functions.add(`${callFrame.functionName || '(anonymous)'}${place}`, us);
    if (!isOurs(callFrame.url)) continue;
    const ticks = positionTicks.reduce((sum, { ticks }) => sum + ticks, 0);
    for (const { line, ticks: some } of positionTicks)
      lines.add(locateLine(callFrame.url, line - 1), (us * some) / ticks);
  }
  return { total, owners: owners.sorted(), functions: functions.sorted(), lines: lines.sorted() };
}

class Tally {
  /** @type {Map<string, number>} */
  #totals = new Map();

  /**
   * @param {string} name
   * @param {number} us
   */
  add(name, us) {
    this.#totals.set(name, (this.#totals.get(name) ?? 0) + us);
  }

  /** @returns {Share[]} */
  sorted() {
    return [...this.#totals].map(([name, us]) => ({ name, us })).sort((a, b) => b.us - a.us);
  }
}

/** @param {string} url */
function isOurs(url) {
  return url.startsWith('file:') && fileURLToPath(url).startsWith(dist);
}

/** @param {{ functionName: string, url: string }} frame */
function ownerOf({ functionName, url }) {
  if (isOurs(url)) return 'mcpwire';
  const match = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url);
  if (match?.[1] !== undefined) return match[1];
  if (url.startsWith('node:')) return url.includes('undici') ? 'fetch of Node (undici)' : 'Node';
  if (url.startsWith('file:')) return 'bench';
  return functionName.startsWith('(') ? functionName : 'the engine';
}

/**
 * @param {string} url
 * @param {number} line from 0
 * @param {number} column from 0
 */
function locate(url, line, column) {
  if (!url.startsWith('file:')) return `${url}:${line + 1}`;
  const source = isOurs(url) ? original(url, line, column) : undefined;
  return source ?? `${relative(root, fileURLToPath(url))}:${line + 1}`;
}

/**
 * @param {string} url
 * @param {number} line from 0
 */
function locateLine(url, line) {
  const text = readLines(fileURLToPath(url))[line] ?? '';
  const column = text.length - text.trimStart().length;
  return `${original(url, line, column) ?? `${relative(root, fileURLToPath(url))}:${line + 1}`}  ${text.trim().slice(0, 70)}`;
}

/** @type {Map<string, SourceMap>} */
const maps = new Map();
/** @type {Map<string, string[]>} */
const texts = new Map();

/** @param {string} file */
function readLines(file) {
  const known = texts.get(file);
  if (known !== undefined) return known;
  const lines = readFileSync(file, 'utf8').split('\n');
  texts.set(file, lines);
  return lines;
}

/**
 * Where a position in dist comes from.
 *
 * @param {string} url
 * @param {number} line
 * @param {number} column
 */
function original(url, line, column) {
  const file = fileURLToPath(url);
  try {
    const map = maps.get(file) ?? new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
    maps.set(file, map);
    const entry = map.findEntry(line, column);
    if (!('originalSource' in entry)) return undefined;
    return `${entry.originalSource.replace(/^.*?(?=src\/)/, '')}:${entry.originalLine + 1}`;
  } catch {
    return undefined;
  }
}
