// @ts-check
// Two cases are compared slice by slice: each pair ran within a fraction of a second, so that a machine that slows down
// slows both, and the ratio stays.

/**
 * One slice of a case and the slice of its yardstick that ran beside it, in the same unit: CPU microseconds per call, or
 * requests per second.
 *
 * `low` and `high` bound the median with 95 % confidence, whatever the distribution.
 *
 * @typedef {{ value: number, against: number }} Pair
 * @typedef {{ min: number, low: number, median: number, high: number, max: number }} Spread
 */

/**
 * @param {readonly number[]} values
 * @returns {Spread}
 */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const last = sorted.length - 1;
  // The ranks between which the median lies: a binomial distribution, approximated.
  const reach = 0.98 * Math.sqrt(sorted.length);
  return {
    min: at(sorted, 0),
    low: at(sorted, Math.max(0, Math.floor(last / 2 - reach))),
    median: median(sorted),
    high: at(sorted, Math.min(last, Math.ceil(last / 2 + reach))),
    max: at(sorted, last),
  };
}

/** @param {readonly Pair[]} pairs */
export function ratios(pairs) {
  return spread(pairs.map(({ value, against }) => value / against));
}

/**
 * The ratio of the best tenth of slices of both: what an undisturbed machine would show, since others only ever slow one
 * down.
 *
 * @param {readonly Pair[]} pairs
 * @param {'low' | 'high'} best which end is the good one
 */
export function quietRatio(pairs, best) {
  const rank = (best === 'low' ? 0.1 : 0.9) * (pairs.length - 1);
  const tenth = (/** @type {readonly number[]} */ values) =>
    at(
      [...values].sort((a, b) => a - b),
      Math.round(rank),
    );
  return tenth(pairs.map(({ value }) => value)) / tenth(pairs.map(({ against }) => against));
}

/** @param {readonly number[]} values */
export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** @param {readonly number[]} sorted */
function median(sorted) {
  const middle = (sorted.length - 1) / 2;
  return (at(sorted, Math.floor(middle)) + at(sorted, Math.ceil(middle))) / 2;
}

/**
 * @param {readonly number[]} values
 * @param {number} index
 */
function at(values, index) {
  return values[index] ?? Number.NaN;
}
