import { describe, expect, test } from 'vitest';
import { checkSchema, MAX_SCHEMA_DEPTH, MAX_SCHEMAS } from '../../src/schema/bounds.js';

const check = (schema: Record<string, unknown>) => () => checkSchema(schema, 'it');
const nested = (levels: number, wrap: (inner: object) => object): Record<string, unknown> => {
  let schema: object = { type: 'string' };
  for (let level = 0; level < levels; level++) schema = wrap(schema);
  return schema as Record<string, unknown>;
};

// spec: basic#composition-keyword-resource-use.1
describe('a schema is of bounded depth', () => {
  test.each([
    ['properties', (inner: object) => ({ properties: { a: inner } })],
    ['items', (inner: object) => ({ items: inner })],
    ['anyOf', (inner: object) => ({ anyOf: [{ type: 'null' }, inner] })],
    ['$defs', (inner: object) => ({ $defs: { a: inner } })],
    ['an unknown keyword', (inner: object) => ({ 'x-own': inner })],
    ['default', (inner: object) => ({ default: inner })],
    ['arrays in default', (inner: object) => ({ default: [[inner]] })],
  ])('through %s', (_, wrap) => {
    expect(check(nested(5000, wrap))).toThrow('it: more than 64 schemas inside of one another');
    expect(check(nested(20, wrap))).not.toThrow();
  });

  test('to the schema', () => {
    const items = (inner: object) => ({ items: inner });
    expect(check(nested(MAX_SCHEMA_DEPTH, items))).not.toThrow();
    expect(check(nested(MAX_SCHEMA_DEPTH + 1, items))).toThrow(TypeError);
  });
});

// spec: basic#composition-keyword-resource-use.1
test('a schema is of bounded size', () => {
  const wide = (count: number) => ({
    properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, { type: 'string' }])),
  });
  expect(check(wide(MAX_SCHEMAS - 1))).not.toThrow();
  expect(check(wide(MAX_SCHEMAS))).toThrow('it: more than 10000 schemas');
});

// spec: basic#composition-keyword-resource-use.1
test('a schema that contains itself is too deep, and not endless', () => {
  const schema: Record<string, unknown> = { type: 'array' };
  schema['items'] = schema;
  expect(check(schema)).toThrow('it: more than 64 schemas inside of one another');
});

// spec: basic/index#ref-resolution basic#ref-resolution.1 basic#ref-resolution.2 basic#ref-resolution.4
describe('BI5: a $ref that leads out of the schema is refused and nothing is fetched', () => {
  test.each([
    'https://example.com/schema.json',
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
    '//example.com/x',
    'other.json',
    'other.json#/$defs/a',
    7,
    null,
    { $ref: '#' },
  ])('%j', (reference) => {
    const reason = `to ${JSON.stringify(reference)}: nothing is fetched; use "#/$defs/…"`;
    expect(check({ properties: { 'a/b': { $ref: reference } } })).toThrow(
      new TypeError(`it: $ref at #/properties/a~1b ${reason}`),
    );
    expect(check({ anyOf: [{ $dynamicRef: reference }] })).toThrow(new TypeError(`it: $ref at #/anyOf/0 ${reason}`));
  });

  test.each([
    { $ref: '#' },
    { $ref: '#/$defs/a', $defs: { a: {} } },
    { $ref: '#a', $defs: { a: { $anchor: 'a' } } },
    { $ref: 'https://example.com/a', $defs: { a: { $id: 'https://example.com/a' } } },
    { $ref: 'https://example.com/a#/x', $defs: { a: { $id: 'https://example.com/a' } } },
    { properties: { $ref: { type: 'string' }, $schema: { type: 'string' } } },
    { default: { $ref: 'https://example.com' }, enum: [{ $ref: 'x' }], const: { $schema: 'x' } },
    { examples: [{ $ref: 'https://example.com' }] },
  ])('but not one within it, nor a value that looks like one: %j', (schema) => {
    expect(check(schema)).not.toThrow();
  });
});

// spec: basic/index#implementation-requirements basic#implementation-requirements.3
describe('another dialect is an error that names it', () => {
  test.each(['http://json-schema.org/draft-07/schema#', 'https://json-schema.org/draft/2019-09/schema', 'x', 7, null])(
    '%j',
    (dialect) => {
      expect(check({ $schema: dialect })).toThrow(
        new TypeError(
          `it: $schema at # is ${JSON.stringify(dialect)}; only https://json-schema.org/draft/2020-12/schema is supported`,
        ),
      );
      expect(check({ $defs: { a: { $schema: dialect } } })).toThrow(/^it: \$schema at #\/\$defs\/a is/);
    },
  );

  test.each([
    {},
    { $schema: 'https://json-schema.org/draft/2020-12/schema' },
    { $schema: 'https://json-schema.org/draft/2020-12/schema#' },
  ])('but not 2020-12, said or not: %j', (schema) => {
    expect(check(schema)).not.toThrow();
  });
});
