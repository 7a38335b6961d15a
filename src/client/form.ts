/**
 * Forms: defaults filled in, and answers checked against what was asked for.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation#requested-schema
 */
import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import type { ElicitResult } from '../spec/types.js';
import { actionOf } from './action.js';
import type { FormAnswer, FormRequest } from './input-handlers.js';

/**
 * Makes the result of a form out of a handler's answer.
 *
 * @throws McpError `internal` that names each field that does not fit
 */
export function fillIn({ requestedSchema }: FormRequest, answer: FormAnswer): ElicitResult {
  const action = actionOf(answer, 'elicit');
  if (action !== 'accept') return { action };
  const { content = {} } = answer as { readonly content?: unknown };
  if (!isObject(content)) throw new McpError('internal', 'The handler elicit gave content that is no object');
  const filled: JsonObject = { ...content };
  const problems: string[] = [];
  for (const [name, field] of Object.entries(requestedSchema.properties) as [string, unknown][]) {
    if (!isObject(field)) continue;
    // Some servers write null for a default that is absent.
    const { default: preset = null } = field;
    // A field that was left empty on purpose is there, as undefined.
    if (!Object.hasOwn(filled, name) && preset !== null) set(filled, name, preset);
    const value = Object.hasOwn(filled, name) ? filled[name] : undefined;
    if (value === undefined) {
      if (requestedSchema.required?.includes(name)) problems.push(`${name} is missing`);
      continue;
    }
    const problem = problemOf(value, field);
    if (problem !== undefined) problems.push(`${name} ${problem}`);
  }
  if (problems.length > 0) {
    throw new McpError('internal', `The handler elicit gave an answer that does not fit: ${problems.join('; ')}`);
  }
  // Every value was checked that the form asks for; others are the handler's own.
  return { action, content: filled as NonNullable<ElicitResult['content']> };
}

/** Sets a member, also one named `__proto__`. */
function set(target: JsonObject, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function problemOf(value: unknown, field: JsonObject): string | undefined {
  const { type } = field;
  if (type === 'string') return typeof value === 'string' ? textProblem(value, field) : 'is no string';
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'is no boolean';
  if (type === 'array') return listProblem(value, field);
  if (type !== 'number' && type !== 'integer') return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'is no number';
  if (type === 'integer' && !Number.isInteger(value)) return 'is no integer';
  return rangeProblem(value, field['minimum'], field['maximum'], '');
}

function listProblem(value: unknown, { items, minItems, maxItems }: JsonObject): string | undefined {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return 'is no array of strings';
  const choices = choicesOf(isObject(items) ? items : {});
  const stranger = choices && value.find((item) => !choices.includes(item));
  if (stranger !== undefined) return `has ${JSON.stringify(stranger)}, which is no choice`;
  return rangeProblem(value.length, minItems, maxItems, ' items');
}

function textProblem(value: string, field: JsonObject): string | undefined {
  const choices = choicesOf(field);
  if (choices !== undefined && !choices.includes(value)) return 'is none of the choices';
  // JSON Schema counts code points.
  const range = rangeProblem(Array.from(value).length, field['minLength'], field['maxLength'], ' characters');
  if (range !== undefined) return range;
  return isFormat(value, field['format']) ? undefined : `is no ${String(field['format'])}`;
}

/** The values that may be chosen, in any of the ways to say so. */
function choicesOf({ enum: values, oneOf, anyOf }: JsonObject): readonly unknown[] | undefined {
  if (Array.isArray(values)) return values as readonly unknown[];
  const titled = oneOf ?? anyOf;
  return Array.isArray(titled) ? titled.map((choice: unknown) => (Object(choice) as JsonObject)['const']) : undefined;
}

function rangeProblem(value: number, least: unknown, most: unknown, unit: string): string | undefined {
  if (typeof least === 'number' && value < least) return `is under ${least}${unit}`;
  return typeof most === 'number' && value > most ? `is over ${most}${unit}` : undefined;
}

function isFormat(value: string, format: unknown): boolean {
  switch (format) {
    case 'email':
      return /^[^\s@]+@[^\s@]+$/.test(value);
    case 'uri':
      return /^[a-z][a-z0-9+.-]*:/i.test(value) && URL.canParse(value);
    case 'date':
      return isDate(value);
    case 'date-time':
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i.test(value) && isDate(value.slice(0, 10));
    default:
      return true;
  }
}

function isDate(value: string): boolean {
  // The parser takes the 31st of a shorter month for the next month's first.
  const time = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(value);
}
