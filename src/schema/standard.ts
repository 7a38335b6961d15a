/**
 * Schemas of any library, through Standard Schema and Standard JSON Schema. The interfaces are shallow on purpose: a
 * deep constraint on a user's schema costs the compiler far more than it tells it.
 *
 * @see https://standardschema.dev
 */
import { isObject, type JsonObject } from '../json-rpc.js';
import { checkSchema } from './bounds.js';

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  /** What is wrong, for people. */
  readonly message: string;
  /** Where in the value it is. Absent: the value itself. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What validating a value came to. */
export type SchemaResult =
  { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** A schema that can validate: the part of Standard Schema v1 that is used here. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** What Standard Schema v1 asks a library for. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    // A method, not a function property: parameters of methods compare bivariantly, which keeps schemas of
    // libraries that declare further optional parameters assignable.
    validate(value: unknown): SchemaResult | Promise<SchemaResult>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** A schema that can also say itself as JSON Schema: Standard JSON Schema v1. */
export interface StandardJsonSchema<Input = unknown, Output = Input> extends StandardSchema<Input, Output> {
  readonly '~standard': StandardSchema<Input, Output>['~standard'] & {
    readonly jsonSchema: {
      input(options: { readonly target: 'draft-2020-12' }): Record<string, unknown>;
      output(options: { readonly target: 'draft-2020-12' }): Record<string, unknown>;
    };
  };
}

/** Makes a schema of a JSON Schema: `fromJsonSchema` of `mcpwire/json-schema`, or another library's. */
export type JsonSchemaValidator = (schema: JsonObject) => StandardSchema;

/**
 * The types of a schema and nothing else: what public signatures ask for. To compare whole schemas would cost the compiler
 * several times as much and tell it nothing more.
 */
export interface SchemaTypes<Input = unknown, Output = Input> {
  /** Where Standard Schema v1 keeps the types. */
  readonly '~standard': {
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a caller of a schema supplies. */
export type SchemaInput<S extends SchemaTypes> = NonNullable<S['~standard']['types']>['input'];

/** What validation by a schema yields. */
export type SchemaOutput<S extends SchemaTypes> = NonNullable<S['~standard']['types']>['output'];

/**
 * The JSON Schema (2020-12) of a schema.
 *
 * @param owner names the definition in errors, for example `tool "job_run": inputSchema`
 * @throws TypeError that names the owner, the path where the library tells it, and the cure
 */
export function jsonSchemaOf(schema: unknown, side: 'input' | 'output', owner: string): JsonObject {
  if (!isStandardSchema(schema)) throw new TypeError(`${owner} is not a Standard Schema, such as z.object({ … })`);
  const { vendor, jsonSchema } = schema['~standard'] as Partial<StandardJsonSchema['~standard']>;
  if (jsonSchema === undefined) {
    throw new TypeError(`${owner} (${vendor}) has no JSON Schema form; import 'zod' 4.2+, not 'zod/mini'`);
  }
  let json: JsonObject;
  try {
    json = jsonSchema[side]({ target: 'draft-2020-12' });
  } catch (cause) {
    const { path, message } = Object(cause) as { readonly path?: unknown; readonly message?: unknown };
    const where = pathOf(path);
    throw new TypeError(
      `${owner} has no JSON Schema form${where && ` at ${where}`}: ${String(message)}. Use what JSON has: z.iso.datetime()`,
      { cause },
    );
  }
  checkSchema(json, owner);
  return json;
}

/** Whether a value is a Standard Schema. Libraries also make schemas that are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  const standard: unknown = (Object(value) as Partial<StandardSchema>)['~standard'];
  return isObject(standard) && 'validate' in standard;
}

/**
 * Checks a value. Synchronous where the schema is, since nearly all are.
 *
 * @param refuse makes the error for a value that does not fit, from the issues, one a line
 */
export function check(
  standard: StandardSchema['~standard'],
  value: unknown,
  refuse: (issues: string) => Error,
): unknown {
  const settle = (checked: SchemaResult): unknown => {
    if (checked.issues !== undefined) throw refuse(describeIssues(checked.issues));
    return checked.value;
  };
  const checked = standard.validate(value);
  return isThenable(checked) ? checked.then(settle) : settle(checked);
}

/** Whether a value is to be awaited. */
export function isThenable<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
}

/** Lists issues one a line: `- path: message`. */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  return issues.map((issue) => `- ${pathOf(issue.path) || '(root)'}: ${issue.message}`).join('\n');
}

function pathOf(path: unknown): string {
  if (!Array.isArray(path)) return '';
  return path.map((segment: unknown) => String(isObject(segment) ? segment['key'] : segment)).join('.');
}
