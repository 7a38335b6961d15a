// @ts-check
// The few assertions that the suite needs, for runtimes that bring none.

/**
 * @param {unknown} condition
 * @param {string} message
 * @returns {asserts condition}
 */
export function ok(condition, message) {
  if (!condition) throw new Error(message);
}

/**
 * Compares what JSON can carry.
 *
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} [what]
 */
export function equal(actual, expected, what = 'value') {
  const [got, wanted] = [canonical(actual), canonical(expected)];
  if (got !== wanted) throw new Error(`${what}: ${excerpt(got, wanted)} instead of ${excerpt(wanted, got)}`);
}

/**
 * @param {Promise<unknown>} promise
 * @param {Record<string, unknown>} facts members that the error must have
 * @returns {Promise<any>} the error
 */
export async function rejects(promise, facts) {
  const error = await promise.then(
    (value) => {
      throw new Error(`resolved with ${excerpt(canonical(value), '')} instead of rejecting with ${canonical(facts)}`);
    },
    (reason) => reason,
  );
  for (const [name, expected] of Object.entries(facts)) {
    equal(error[name], expected, `${name} of "${error}"`);
  }
  return error;
}

/** @param {unknown} value */
function canonical(value) {
  return (
    JSON.stringify(value, (_key, member) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ) ?? 'undefined'
  );
}

/**
 * Of long texts, the part around the first difference.
 *
 * @param {string} text
 * @param {string} other
 */
function excerpt(text, other) {
  if (text.length <= 200) return text;
  let at = 0;
  while (at < text.length && text[at] === other[at]) at++;
  const from = Math.max(0, at - 40);
  return `${from > 0 ? '…' : ''}${text.slice(from, from + 160)}… (${text.length} characters)`;
}
