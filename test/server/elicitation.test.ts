import { type } from 'arktype';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { formOf } from '../../src/server/elicitation.ts';

const fieldsOf = (schema: unknown): unknown => formOf(schema, 'ctx.elicit').requestedSchema['properties'];

/** A schema of JSON Schema alone, as `fromJsonSchema` makes one. */
function plain(json: object): unknown {
  const say = (): object => json;
  const validate = (value: unknown): object => ({ value });
  return { '~standard': { version: 1, vendor: 'test', validate, jsonSchema: { input: say, output: say } } };
}

// spec: client/elicitation#requested-schema
describe('a form is a flat object of', () => {
  test('strings, with length and the four formats', () => {
    const schema = z.object({
      name: z.string().min(3).max(50).describe('Who').meta({ title: 'Name' }).default('Ann'),
      email: z.email(),
      site: z.url(),
      day: z.iso.date(),
      at: z.iso.datetime(),
    });
    expect(formOf(schema, 'ctx.elicit').requestedSchema).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', title: 'Name', description: 'Who', minLength: 3, maxLength: 50, default: 'Ann' },
        email: { type: 'string', format: 'email' },
        site: { type: 'string', format: 'uri' },
        day: { type: 'string', format: 'date' },
        at: { type: 'string', format: 'date-time' },
      },
      required: ['email', 'site', 'day', 'at'],
    });
  });

  test('numbers, with bounds', () => {
    const schema = z.object({ age: z.int().min(0).max(100).default(18), weight: z.number().min(0.5), any: z.int() });
    expect(fieldsOf(schema)).toEqual({
      age: { type: 'integer', minimum: 0, maximum: 100, default: 18 },
      weight: { type: 'number', minimum: 0.5 },
      any: { type: 'integer' },
    });
  });

  test('booleans', () => {
    expect(fieldsOf(z.object({ ok: z.boolean().default(false), agreed: z.literal(true) }))).toEqual({
      ok: { type: 'boolean', default: false },
      agreed: { type: 'boolean' },
    });
  });

  test('a choice, bare', () => {
    const schema = z.object({ color: z.enum(['red', 'green']).default('red'), one: z.literal('only') });
    expect(fieldsOf(schema)).toEqual({
      color: { type: 'string', enum: ['red', 'green'], default: 'red' },
      one: { type: 'string', enum: ['only'] },
    });
  });

  test('a choice, with titles', () => {
    const color = z.union([z.literal('#f00').meta({ title: 'Red' }), z.literal('#0f0')]);
    expect(fieldsOf(z.object({ color: color.meta({ title: 'Color' }) }))).toEqual({
      color: {
        type: 'string',
        title: 'Color',
        oneOf: [
          { const: '#f00', title: 'Red' },
          { const: '#0f0', title: '#0f0' },
        ],
      },
    });
  });

  test('several choices, bare', () => {
    const colors = z
      .array(z.enum(['red', 'green']))
      .min(1)
      .max(2)
      .default(['red']);
    expect(fieldsOf(z.object({ colors }))).toEqual({
      colors: {
        type: 'array',
        items: { type: 'string', enum: ['red', 'green'] },
        minItems: 1,
        maxItems: 2,
        default: ['red'],
      },
    });
  });

  test('several choices, with titles', () => {
    const color = z.union([z.literal('#f00').meta({ title: 'Red' }), z.literal('#0f0').meta({ title: 'Green' })]);
    expect(fieldsOf(z.object({ colors: z.array(color) }))).toEqual({
      colors: {
        type: 'array',
        items: {
          anyOf: [
            { const: '#f00', title: 'Red' },
            { const: '#0f0', title: 'Green' },
          ],
        },
      },
    });
  });

  test('nothing at all: a bare confirmation', () => {
    expect(formOf(z.object({}), 'ctx.elicit').requestedSchema).toEqual({ type: 'object', properties: {} });
  });

  test('what is optional is not required', () => {
    const { requestedSchema } = formOf(z.object({ a: z.string(), b: z.string().optional() }), 'ctx.elicit');
    expect(requestedSchema['required']).toEqual(['a']);
  });

  test('a property called __proto__ is one like any other', () => {
    const properties = JSON.parse('{"__proto__":{"type":"string"}}') as object;
    expect(JSON.stringify(fieldsOf(plain({ type: 'object', properties })))).toBe('{"__proto__":{"type":"string"}}');
  });
});

describe('what merely tightens', () => {
  test('is left out of the form', () => {
    const schema = z
      .strictObject({ id: z.string().regex(/^x/), uuid: z.uuid(), more: z.number().positive() })
      .meta({ title: 'T', $id: 'x' });
    expect(formOf(schema, 'ctx.elicit').requestedSchema).toEqual({
      type: 'object',
      properties: { id: { type: 'string' }, uuid: { type: 'string' }, more: { type: 'number' } },
      required: ['id', 'uuid', 'more'],
    });
  });

  test('is checked when the answer comes', async () => {
    const { validate } = formOf(z.strictObject({ id: z.string().regex(/^x/) }), 'ctx.elicit');
    expect(await validate({ id: 'x1' })).toEqual({ id: 'x1' });
    expect(() => validate({ id: 'y1' })).toThrow(expect.objectContaining({ code: 'invalid_params' }));
    expect(() => validate({ id: 'x1', more: 1 })).toThrow(/does not fit/);
    expect(() => validate(undefined)).toThrow(/does not fit/);
  });
});

// spec: client/elicitation#form-mode-security.3
test('an answer comes out as the schema makes it: defaults, transforms, asynchronous checks', async () => {
  const schema = z.object({
    name: z
      .string()
      .refine(async (name) => name !== 'nobody')
      .transform((name) => name.length),
    color: z.enum(['red', 'green']).default('red'),
  });
  const { validate } = formOf(z.object({ name: z.string(), color: z.enum(['red']).default('red') }), 'ctx.elicit');
  expect(await validate({ name: 'Ann' })).toEqual({ name: 'Ann', color: 'red' });
  const slow = formOf(schema, 'ctx.elicit');
  expect(await slow.validate({ name: 'Ann' })).toEqual({ name: 3, color: 'red' });
  await expect(slow.validate({ name: 'nobody' })).rejects.toMatchObject({ code: 'invalid_params' });
});

describe('what fits no form is a TypeError that names the property and what it is', () => {
  test.each<[string, unknown, string]>([
    ['a nested object', z.object({ a: z.object({ b: z.string() }) }), 'property "a" is an object'],
    ['an array of strings', z.object({ a: z.array(z.string()) }), 'property "a" is a list of something else'],
    ['an array of objects', z.object({ a: z.array(z.object({})) }), 'property "a" is a list of something else'],
    ['an array of numbers', z.object({ a: z.array(z.literal([1, 2])) }), 'property "a" is a list of something else'],
    ['a union', z.object({ a: z.union([z.string(), z.number()]) }), 'property "a" is a union'],
    ['null or a string', z.object({ a: z.string().nullable() }), '.optional()'],
    [
      'null or a string, by a list of types',
      plain({ type: 'object', properties: { a: { type: ['string', 'null'] } } }),
      'a union',
    ],
    ['a choice of numbers', z.object({ a: z.literal([1, 2]) }), 'property "a" is a choice of numbers'],
    ['mixed literals', z.object({ a: z.union([z.literal('a'), z.literal(1)]) }), 'property "a" is a union'],
    ['null', z.object({ a: z.null() }), 'property "a" is of type null'],
    ['anything', z.object({ a: z.unknown() }), 'property "a" is of no type'],
    ['a record', z.record(z.string(), z.string()), 'a form is z.object'],
    ['a string', z.string(), 'a form is z.object'],
    ['a union of objects', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), 'a form is z.object'],
    ['a date', z.object({ a: z.date() }), 'has no JSON Schema form'],
    ['no schema', { type: 'object' }, 'is not a Standard Schema'],
    ['a tree', plain({ $ref: '#' }), 'a form is z.object'],
  ])('%s', (_what, schema, message) => {
    expect(() => formOf(schema, 'ctx.elicit("Really?")')).toThrow(TypeError);
    expect(() => formOf(schema, 'ctx.elicit("Really?")')).toThrow(message);
    expect(() => formOf(schema, 'ctx.elicit("Really?")')).toThrow('ctx.elicit("Really?")');
  });
});

describe('schemas of other kinds', () => {
  test('references within a schema are followed', () => {
    const color = z.enum(['red', 'green']).meta({ id: 'color~/x' });
    expect(fieldsOf(z.object({ a: color, b: color.describe('second') }))).toMatchObject({
      a: { type: 'string', enum: ['red', 'green'] },
      b: { type: 'string', enum: ['red', 'green'], description: 'second' },
    });
  });

  test('a flat JSON Schema stays as it is', () => {
    const json = {
      type: 'object',
      properties: {
        untyped: { enum: ['a', 'b'] },
        titled: { type: 'string', oneOf: [{ const: 'a', title: 'A' }], default: 'a' },
        wrong: { type: 'string', default: 5 },
      },
      required: ['untyped'],
    };
    expect(
      formOf(
        plain({ $schema: 'https://json-schema.org/draft/2020-12/schema', additionalProperties: false, ...json }),
        'o',
      ).requestedSchema,
    ).toEqual({
      ...json,
      properties: { ...json.properties, untyped: { type: 'string', enum: ['a', 'b'] }, wrong: { type: 'string' } },
    });
  });

  test('arktype', () => {
    expect(fieldsOf(type({ name: 'string>=2', 'color?': "'red'|'green'", age: 'number', ok: 'boolean' }))).toEqual({
      name: { type: 'string', minLength: 2 },
      color: { type: 'string', enum: ['green', 'red'] },
      age: { type: 'number' },
      ok: { type: 'boolean' },
    });
  });

  test('valibot', () => {
    const schema = toStandardJsonSchema(
      v.object({ name: v.pipe(v.string(), v.minLength(2)), color: v.optional(v.picklist(['red', 'green']), 'red') }),
    );
    expect(fieldsOf(schema)).toEqual({
      name: { type: 'string', minLength: 2 },
      color: { type: 'string', enum: ['red', 'green'], default: 'red' },
    });
  });
});

test('a schema is read once', () => {
  const schema = z.object({ a: z.string() });
  expect(formOf(schema, 'x')).toBe(formOf(schema, 'y'));
});
