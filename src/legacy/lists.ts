/** What lists show, for older peers. */
import { isObject, type JsonObject } from '../json-rpc.js';
import { annotated } from './blocks.js';
import { each, mapped, omit, shaped } from './members.js';
import { isSince, MEMBERS, type Revision } from './revisions.js';

/** A prompt with its arguments. */
export function promptFor(revision: Revision, prompt: JsonObject): JsonObject {
  const argument = (one: JsonObject): JsonObject => shaped(revision, one, MEMBERS.argument);
  return mapped(shaped(revision, prompt, MEMBERS.prompt), 'arguments', each(argument));
}

/** A resource or a template. */
export function resourceFor(revision: Revision, resource: JsonObject): JsonObject {
  return annotated(revision, shaped(revision, resource, MEMBERS.resource));
}

/** A tool; or nothing, where its arguments cannot be said in a way that does not cost an older client the whole list. */
export function toolFor(revision: Revision, tool: JsonObject): JsonObject | undefined {
  const { title, annotations, inputSchema, outputSchema } = tool;
  const input = inputFor(revision, inputSchema);
  if (input === undefined) return undefined;
  const own: JsonObject = { ...shaped(revision, tool, MEMBERS.tool), inputSchema: input };
  if ('outputSchema' in own) {
    const output = outputFor(revision, outputSchema);
    if (output === undefined) delete own['outputSchema'];
    else own['outputSchema'] = output;
  }
  // Where 2025-03-26 has the title.
  if (revision === '2025-03-26' && title !== undefined && (annotations === undefined || isObject(annotations))) {
    own['annotations'] = { title, ...annotations };
  }
  return own;
}

/** Arguments are an object, whatever their schema says of that; so nothing is lost by saying it. */
function inputFor(revision: Revision, schema: unknown): JsonObject | undefined {
  if (schema === undefined || schema === true) return { type: 'object' };
  if (!isObject(schema)) return undefined;
  const { type = 'object' } = schema;
  const fits = type === 'object' || (Array.isArray(type) && type.includes('object'));
  return fits ? rooted(revision, schema) : undefined;
}

/** Only where every value is an object. The client that has no schema takes the value all the same. */
function outputFor(revision: Revision, schema: unknown): JsonObject | undefined {
  if (!isObject(schema) || !isObjects(schema, schema, 8)) return undefined;
  // An object comes back as one.
  return rooted(revision, untupled(schema) as JsonObject);
}

/** Whether all that a schema admits are objects: by its type, or by that of everything that it chooses from. */
function isObjects(schema: unknown, root: JsonObject, depth: number): boolean {
  if (!isObject(schema) || depth === 0) return false;
  const { type, $ref } = schema;
  if (type !== undefined) return type === 'object' || (Array.isArray(type) && type.every((one) => one === 'object'));
  const of = (one: unknown): boolean => isObjects(one, root, depth - 1);
  if (typeof $ref === 'string' && of(target($ref, root))) return true;
  const every = (list: unknown): boolean => Array.isArray(list) && list.length > 0 && list.every(of);
  const { allOf } = schema;
  return every(schema['anyOf']) || every(schema['oneOf']) || (Array.isArray(allOf) && allOf.some(of));
}

function target($ref: string, root: JsonObject): unknown {
  const [, keyword, name = ''] = /^#\/(\$defs|definitions)\/([^/~%]+)$/.exec($ref) ?? [];
  const definitions = root[String(keyword)];
  return isObject(definitions) ? definitions[name] : undefined;
}

/** Keywords with values in them, and no schemas. */
const VALUES = ['const', 'enum', 'default', 'examples'];

/**
 * The schema without what follows a tuple's members. Clients check structured content as draft-07, as ajv does by default, in
 * which `items` is about all of them: any tuple would be refused, and the call with it.
 */
function untupled(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(untupled);
  if (!isObject(schema)) return schema;
  const { prefixItems, items, maxItems } = schema;
  const tuple = Array.isArray(prefixItems);
  const entries = Object.entries(tuple ? omit(schema, ['items']) : schema);
  const own = Object.fromEntries(entries.map(([name, one]) => [name, VALUES.includes(name) ? one : untupled(one)]));
  return tuple && items === false && maxItems === undefined ? { ...own, maxItems: prefixItems.length } : own;
}

/**
 * The root as older schemas spell it: its type is `object`, its properties are objects, where JSON Schema also takes `true`
 * and `false`.
 *
 * `$schema` goes where the revision has no word for it: 1.32 of the official client ignores it, but hosts that hand a schema
 * on to a validator of another draft fail on it.
 *
 * @returns nothing for keywords that are not what JSON Schema makes of them
 */
function rooted(revision: Revision, schema: JsonObject): JsonObject | undefined {
  const { properties, required, $schema } = schema;
  if (properties !== undefined && !isObject(properties)) return undefined;
  if (required !== undefined && !(Array.isArray(required) && required.every((name) => typeof name === 'string'))) {
    return undefined;
  }
  const keep = typeof $schema === 'string' && isSince(revision, MEMBERS.schema.$schema);
  const own: JsonObject = { ...(keep ? schema : omit(schema, ['$schema'])), type: 'object' };
  if (properties === undefined) return own;
  const entries = Object.entries(properties).map(([name, one]) => [
    name,
    one === true ? {} : one === false ? { not: {} } : one,
  ]);
  if (!entries.every(([, one]) => typeof one === 'object' && one !== null)) return undefined;
  return { ...own, properties: Object.fromEntries(entries) };
}
