/** Leaving members out of objects that belong to somebody else: a copy is made where something goes, and only there. */
import { isObject, type JsonObject } from '../json-rpc.js';
import { isSince, META_KEYS, type Changes, type Revision } from './revisions.js';

const RESERVED = 'io.modelcontextprotocol/';

/** The object without those members, or the very object where it has none of them. */
export function omit(object: JsonObject, names: readonly string[]): JsonObject {
  const gone = names.filter((name) => name in object);
  return gone.length === 0
    ? object
    : Object.fromEntries(Object.entries(object).filter(([name]) => !gone.includes(name)));
}

/** The object without the members that came after a revision, and with the `_meta` that the revision knows. */
export function shaped(revision: Revision, object: JsonObject, changes: Changes): JsonObject {
  const late = Object.keys(changes).filter((name) => !isSince(revision, changes[name]!));
  return withMeta(revision, omit(object, late));
}

/** The object with an author's `_meta`, and of the specification's own keys those that the revision knows. */
export function withMeta(revision: Revision, object: JsonObject): JsonObject {
  if (!('_meta' in object)) return object;
  const { _meta } = object;
  if (!isObject(_meta)) return omit(object, ['_meta']);
  const unknown = Object.keys(_meta).filter(
    (key) => key.startsWith(RESERVED) && !(key in META_KEYS && isSince(revision, META_KEYS[key]!)),
  );
  if (unknown.length === 0) return object;
  const rest = omit(_meta, unknown);
  return Object.keys(rest).length === 0 ? omit(object, ['_meta']) : { ...object, _meta: rest };
}

/** The object with a member changed, where it has it. */
export function mapped(object: JsonObject, name: string, change: (value: unknown) => unknown): JsonObject {
  if (!(name in object)) return object;
  const value = change(object[name]);
  return value === object[name] ? object : { ...object, [name]: value };
}

/** A function for arrays, from one for their objects; what is no array or no object stays as it is. */
export function each(change: (item: JsonObject) => unknown): (value: unknown) => unknown {
  return (value) =>
    Array.isArray(value) ? value.map((item: unknown) => (isObject(item) ? change(item) : item)) : value;
}
