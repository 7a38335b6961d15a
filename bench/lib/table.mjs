// @ts-check

/**
 * Prints rows as aligned columns: the first one to the left, numbers to the right.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (/** @type {readonly string[]} */ cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/**
 * @param {number} value
 * @param {number} [digits]
 */
export function number(value, digits = 2) {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** @param {import('./stats.mjs').Spread} ratio */
export function ratioCells({ min, low, median, high, max }) {
  return [number(min), number(median), number(max), `${number(low)} – ${number(high)}`];
}

export const RATIO_HEAD = ['ratio min', 'median', 'max', '95 % interval'];
