import type { Schema } from '@cfworker/json-schema';

/** How many schemas may look at the same value in a row, each because of the one before. */
const MAX_IN_A_ROW = 500;

/**
 * Checks that every `$ref` leads to a schema, and that none leads back to where it is without going into the value: that would never
 * end.
 *
 * @param schemas all schemas by their absolute URIs, as the validator finds them
 * @throws TypeError that names the place
 */
export function checkReferences(schemas: Readonly<Record<string, Schema | boolean>>, owner: string): void {
  const done = new Set<Schema>();
  const open = new Set<Schema>();
  for (const schema of Object.values(schemas)) follow(schema);

  function follow(schema: Schema | boolean | undefined): void {
    if (typeof schema !== 'object' || done.has(schema)) return;
    if (open.has(schema))
      throw new TypeError(`${owner}: ${placeOf(schema)} refers to itself without going into the value`);
    if (open.size > MAX_IN_A_ROW) throw new TypeError(`${owner}: more than ${MAX_IN_A_ROW} references in a row`);
    open.add(schema);
    const { $ref, __absolute_ref__ = '', allOf = [], anyOf = [], oneOf = [], dependentSchemas = {} } = schema;
    if ($ref !== undefined && schemas[__absolute_ref__] === undefined) {
      throw new TypeError(`${owner}: $ref ${JSON.stringify($ref)} at ${placeOf(schema)} leads nowhere`);
    }
    for (const list of [allOf, anyOf, oneOf, Object.values(dependentSchemas)]) list.forEach(follow);
    for (const one of [schemas[__absolute_ref__], schema.not, schema.if, schema.then, schema.else]) follow(one);
    open.delete(schema);
    done.add(schema);
  }
}

function placeOf({ __absolute_uri__ = '' }: Schema): string {
  const { hash } = new URL(__absolute_uri__);
  return decodeURIComponent(hash) || '#';
}
