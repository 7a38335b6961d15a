import { dereference, validate, type OutputUnit, type Schema } from '@cfworker/json-schema';
import { isObject, type JsonObject } from '../json-rpc.js';
import { checkSchema } from '../schema/bounds.js';
import type { SchemaResult, StandardJsonSchema } from '../schema/standard.js';
import { checkReferences } from './references.js';
import { issuesOf } from './issues.js';
import { prepare } from './prepare.js';

const OWNER = 'fromJsonSchema';
/** Up to how many values all issues are looked for; beyond, the first of each object and list. */
const THOROUGH = 1000;
/** How many values are taken at all. */
const MAX_VALUES = 5_000_000;

/**
 * Turns a JSON Schema (2020-12) into a schema for tools, prompts and methods: it validates, and `tools/list` shows it as it is
 * written. It can also be given to a client, which then checks what tools return: `connect(url, { jsonSchema: fromJsonSchema })`.
 *
 * Formats are checked, unknown ones and unknown keywords are not. Nothing is fetched: a `$ref` leads into the schema itself.
 *
 * @typeParam T - what values that fit are, for the compiler; nobody checks that the schema says so
 * @throws TypeError that names the place, for what is no JSON Schema 2020-12: another `$schema`, a keyword whose value is
 * malformed, a `$ref` that leads nowhere or in a circle, `$dynamicRef`, more than 64 schemas inside of one another or 10,000 in all
 *
 * @see https://json-schema.org/draft/2020-12
 *
 * @example
 * ```ts
 * server.tool('greet', {
 *   inputSchema: fromJsonSchema<{ name: string }>({
 *     type: 'object',
 *     properties: { name: { type: 'string', minLength: 1 } },
 *     required: ['name'],
 *   }),
 * }, ({ name }) => `Hello, ${name}!`);
 * ```
 */
export function fromJsonSchema<T = unknown>(schema: JsonObject): StandardJsonSchema<T> {
  if (!isObject(schema)) throw new TypeError(`${OWNER}: a JSON Schema is an object`);
  checkSchema(schema, OWNER);
  const prepared = prepare(schema, OWNER);
  const schemas = resolve(prepared);
  checkReferences(schemas, OWNER);

  let steps = 0;
  // Whatever repeats itself does so through a reference. So that work grows with the value alone, references are counted.
  const counted = new Proxy(schemas, {
    get(target, uri: string) {
      if (--steps < 0) throw new RangeError('it refers to itself too often');
      return target[uri];
    },
  });

  function check(value: unknown): SchemaResult {
    const { size, json } = measure(value);
    if (size > MAX_VALUES) return refusal(`has more than ${MAX_VALUES} values`);
    let errors: readonly OutputUnit[];
    try {
      // What is sent is what counts: no members that are undefined, dates as text.
      const sent: unknown = json ? value : JSON.parse(JSON.stringify(value) ?? 'undefined');
      steps = 100_000 + 16 * size;
      ({ errors } = validate(sent, prepared, '2020-12', counted, size > THOROUGH));
      return errors.length === 0 ? { value } : { issues: issuesOf(errors, sent, { schema: prepared, schemas }) };
    } catch (error) {
      return refusal(`cannot be checked: ${(error as Error).message}`);
    }
  }

  const jsonSchema = ({ target }: { readonly target: string }): JsonObject => {
    if (target === 'draft-2020-12') return schema;
    throw new TypeError(`${OWNER}: the schema is one of draft 2020-12, and not of ${target}`);
  };
  return {
    '~standard': {
      version: 1,
      vendor: 'mcpwire',
      validate: check,
      jsonSchema: { input: jsonSchema, output: jsonSchema },
    },
  };
}

/** Finds every schema and resolves every reference, within the schema alone. */
function resolve(schema: Schema): Record<string, Schema | boolean> {
  try {
    return dereference(schema);
  } catch (cause) {
    throw new TypeError(`${OWNER}: an $id or $ref is malformed: ${(cause as Error).message}`, { cause });
  }
}

function refusal(message: string): SchemaResult {
  return { issues: [{ message }] };
}

/** Counts values, and tells whether they are JSON as they are. Without recursion: a value can be of any depth. */
function measure(root: unknown): { readonly size: number; readonly json: boolean } {
  let json = true;
  let taken = 0;
  const values = [root];
  while (values.length > 0 && taken + values.length <= MAX_VALUES) {
    const value = values.pop();
    taken++;
    if (typeof value === 'object' && value !== null) {
      if ('toJSON' in value) json = false;
      for (const member of Object.values(value) as unknown[]) values.push(member);
    } else if (typeof value !== 'string' && typeof value !== 'boolean' && value !== null && !Number.isFinite(value)) {
      json = false;
    }
  }
  return { size: taken + values.length, json };
}
