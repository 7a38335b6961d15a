// @ts-check
// A Standard Schema by hand: the package needs no schema library, and neither does its suite.

/** @typedef {{ string: string, number: number, boolean: boolean }} Types */

/**
 * @template {Record<string, keyof Types>} Members
 * @typedef {{ [Name in keyof Members]: Types[Members[Name]] }} Value
 */

/**
 * An object of required members.
 *
 * @template {Record<string, keyof Types>} Members
 * @param {Members} members
 */
export function object(members) {
  const json = () => ({
    type: 'object',
    properties: Object.fromEntries(Object.entries(members).map(([name, type]) => [name, { type }])),
    required: Object.keys(members),
  });
  return {
    '~standard': {
      version: /** @type {1} */ (1),
      vendor: 'suite',
      // For the compiler alone.
      types: /** @type {{ input: Value<Members>, output: Value<Members> } | undefined} */ (undefined),
      jsonSchema: { input: json, output: json },
      /** @param {unknown} value */
      validate(value) {
        const given = /** @type {Record<string, unknown>} */ (value ?? {});
        const issues = Object.entries(members)
          .filter(([name, type]) => typeof given[name] !== type)
          .map(([name, type]) => ({ message: `must be a ${type}`, path: [name] }));
        return issues.length > 0 ? { issues } : { value };
      },
    },
  };
}
