import type { Schema } from '@cfworker/json-schema';
import { isObject, type JsonObject } from '../json-rpc.js';

const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];
/** Beyond, `uniqueItems` compares too many pairs. */
const MAX_UNIQUE_ITEMS = 2000;
// Those of draft 2020-12 that the validator knows. Its others, `url` for one, it checks in exponential time.
const FORMATS = new Set(
  (
    'date time date-time duration uri uri-reference uri-template email hostname ipv4 ipv6 regex uuid json-pointer ' +
    'relative-json-pointer'
  ).split(' '),
);

/** What the value of a keyword must be, and how to say it. */
type Form = readonly [is: (value: unknown) => boolean, said: string];
const count: Form = [(value) => Number.isInteger(value) && (value as number) >= 0, 'an integer from 0 on'];
const number: Form = [Number.isFinite, 'a number'];
const strings: Form = [isStrings, 'a list of strings'];
const string: Form = [(value) => typeof value === 'string', 'a string'];
const any: Form = [() => true, ''];

const PLAIN: Readonly<Record<string, Form>> = {
  $id: string,
  $anchor: [(value) => typeof value === 'string' && /^[A-Za-z_][\w.-]*$/.test(value), 'a name'],
  $ref: string,
  type: [
    (value) => {
      const types: unknown[] = Array.isArray(value) ? value : [value];
      return types.length > 0 && types.every((type) => TYPES.includes(type as string));
    },
    `of ${TYPES.join(', ')}`,
  ],
  const: any,
  enum: [Array.isArray, 'a list'],
  required: strings,
  dependentRequired: [(value) => isObject(value) && Object.values(value).every(isStrings), 'lists of strings by name'],
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  multipleOf: [(value) => Number.isFinite(value) && (value as number) > 0, 'a number above 0'],
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  minProperties: count,
  maxProperties: count,
  minContains: count,
  maxContains: count,
  pattern: [isPattern, 'a regular expression (with the flag u)'],
};

const ONE = new Set(
  'items contains additionalProperties unevaluatedItems unevaluatedProperties propertyNames not if then else'.split(
    ' ',
  ),
);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const MAPS = new Set(['$defs', 'definitions', 'properties', 'patternProperties', 'dependentSchemas']);

/**
 * Copies a schema for the validator: only what it can check, and only in forms that cannot make it fail or take long. Keywords of
 * older drafts, which it would follow, are left out.
 *
 * @throws TypeError for a keyword with a value that it cannot have
 */
export function prepare(schema: JsonObject, owner: string): Schema {
  return copyObject(schema, '#');

  function copy(value: unknown, at: string): Schema | boolean {
    // As an error, `enum` says where it is; `false` does not.
    if (typeof value === 'boolean') return value || { enum: [] };
    return isObject(value) ? copyObject(value, at) : malformed(at, value, 'a schema');
  }

  function copyObject(source: JsonObject, at: string): Schema {
    const copied: Schema = {};
    for (const [keyword, value] of Object.entries(source)) {
      const place = `${at}/${keyword}`;
      const form = Object.hasOwn(PLAIN, keyword) ? PLAIN[keyword] : undefined;
      if (form !== undefined) {
        if (!form[0](value)) malformed(place, value, form[1]);
        copied[keyword] = structuredClone(value);
      } else if (ONE.has(keyword)) {
        copied[keyword] = copy(value, place);
      } else if (LISTS.has(keyword)) {
        if (!Array.isArray(value) || value.length === 0) return malformed(place, value, 'a list of schemas');
        copied[keyword] = value.map((one, index) => copy(one, `${place}/${index}`));
      } else if (MAPS.has(keyword)) {
        if (!isObject(value)) return malformed(place, value, 'schemas by name');
        const entries = Object.entries(value).map(([name, one]) => {
          if (keyword === 'patternProperties' && !isPattern(name)) malformed(place, name, 'regular expressions');
          return [name, copy(one, `${place}/${name}`)] as const;
        });
        copied[keyword] = Object.fromEntries(entries);
      } else if (keyword === '$dynamicRef') {
        throw new TypeError(`${owner}: ${place} is not supported; use $ref`);
      } else if (keyword === '$dynamicAnchor') {
        copied.$anchor ??= String(value);
      } else if (keyword === 'format') {
        if (FORMATS.has(value as string)) copied.format = value as string;
      } else if (keyword === 'uniqueItems' && typeof value !== 'boolean') {
        malformed(place, value, 'true or false');
      }
    }
    if (source['uniqueItems'] === true) {
      // Every item is compared with every other: a long list is refused before.
      const bounded = { if: { minItems: MAX_UNIQUE_ITEMS + 1 }, else: { uniqueItems: true } };
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      copied.allOf = [...(copied.allOf ?? []), { ...bounded, then: { maxItems: MAX_UNIQUE_ITEMS } }];
    }
    return copied;
  }

  function malformed(place: string, value: unknown, said: string): never {
    throw new TypeError(`${owner}: ${place} must be ${said}, not ${JSON.stringify(value)?.slice(0, 99)}`);
  }
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isPattern(value: unknown): boolean {
  try {
    return typeof value === 'string' && new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
