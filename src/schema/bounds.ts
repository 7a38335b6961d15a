/**
 * What holds for every JSON Schema that is taken from someone, a library or a peer: it is of bounded depth and size, says the
 * dialect that is spoken here, and points nowhere outside of itself.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#json-schema-usage
 */
import type { JsonObject } from '../json-rpc.js';

/** How many schemas may be inside of one another. */
export const MAX_SCHEMA_DEPTH = 64;
/** How many schemas may be in one, the objects of its `default`, `const`, `enum` and `examples` included. */
export const MAX_SCHEMAS = 10_000;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** A schema inside of a schema, or an object in the data that it carries. */
export interface Place {
  readonly schema: JsonObject;
  /** Where it is, as a JSON Pointer in a fragment: `#/properties/a`. */
  readonly pointer: string;
  /** How many schemas it is in. */
  readonly depth: number;
  /** The properties that lead to it from the root. Absent: it is reached by other keywords than `properties`. */
  readonly path?: readonly string[] | undefined;
  /** It is no schema, but part of a value: in `const`, `enum`, `default` or `examples`. */
  readonly data: boolean;
}

/**
 * Visits a schema and every schema inside of it, from the outside in, without recursion. What is under a keyword that is not known
 * counts as a schema.
 *
 * @param owner begins the messages of errors
 * @throws TypeError beyond {@link MAX_SCHEMA_DEPTH} and {@link MAX_SCHEMAS}
 */
export function walkSchema(root: JsonObject, owner: string, visit: (place: Place) => void): void {
  const places: Place[] = [{ schema: root, pointer: '#', depth: 0, path: [], data: false }];
  for (const place of places) {
    if (place.depth > MAX_SCHEMA_DEPTH)
      throw new TypeError(`${owner}: more than ${MAX_SCHEMA_DEPTH} schemas inside of one another`);
    if (places.length > MAX_SCHEMAS) throw new TypeError(`${owner}: more than ${MAX_SCHEMAS} schemas`);
    visit(place);
    for (const [keyword, value] of Object.entries(place.schema)) {
      if (typeof value !== 'object' || value === null) continue;
      const data = place.data || /^(?:const|enum|default|examples)$/.test(keyword);
      const pointer = `${place.pointer}/${escaped(keyword)}`;
      const depth = place.depth + 1;
      const names = !data && /^(?:properties|patternProperties|\$defs|definitions|dependentSchemas)$/.test(keyword);
      if (!names && !Array.isArray(value)) {
        // An object: `typeof` has said so.
        places.push({ schema: value as JsonObject, pointer, depth, data });
        continue;
      }
      // Schemas by name, or a list of them: it is none itself.
      for (const [name, schema] of Object.entries(value as JsonObject)) {
        if (typeof schema !== 'object' || schema === null) continue;
        const path = keyword === 'properties' && place.path ? [...place.path, name] : undefined;
        places.push({ schema: schema as JsonObject, pointer: `${pointer}/${escaped(name)}`, depth, path, data });
      }
    }
  }
}

/**
 * Checks a schema.
 *
 * @param owner begins the messages of errors
 * @throws TypeError that names the place and the reason
 */
export function checkSchema(root: JsonObject, owner: string): void {
  // A reference is within the schema, or to the `$id` of one in it, as that is written.
  const known = new Set<unknown>([undefined, '']);
  const references: (readonly [pointer: string, reference: unknown])[] = [];
  walkSchema(root, owner, ({ schema, pointer, data }) => {
    if (data) return;
    const { $schema = DIALECT, $id, $ref, $dynamicRef } = schema;
    if ($schema !== DIALECT && $schema !== `${DIALECT}#`) {
      throw new TypeError(
        `${owner}: $schema at ${pointer} is ${JSON.stringify($schema)}; only ${DIALECT} is supported`,
      );
    }
    known.add($id);
    references.push([pointer, $ref], [pointer, $dynamicRef]);
  });
  for (const [pointer, reference] of references) {
    if (known.has(typeof reference === 'string' ? reference.split('#', 1)[0] : reference)) continue;
    throw new TypeError(
      `${owner}: $ref at ${pointer} to ${JSON.stringify(reference)}: nothing is fetched; use "#/$defs/…"`,
    );
  }
}

function escaped(token: string): string {
  return token.replace(/~/g, '~0').replace(/\//g, '~1');
}
