import type { JsonObject } from '../json-rpc.js';

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
 * Visits a schema and every schema inside of it, breadth first and without recursion: what comes from others can be of any depth.
 * What is under a keyword that is not known counts as a schema.
 */
export function walkSchema(root: JsonObject, visit: (place: Place) => void): void {
  const places: Place[] = [{ schema: root, pointer: '#', depth: 0, path: [], data: false }];
  for (const place of places) {
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

function escaped(token: string): string {
  return token.replace(/~/g, '~0').replace(/\//g, '~1');
}
