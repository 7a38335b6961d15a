import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { describeIssues, isStandardSchema, jsonSchemaOf } from '../../src/schema/standard.js';

describe('the JSON Schema of a schema', () => {
  test('is the one of draft 2020-12, for the side that is asked for', () => {
    const schema = z.object({ a: z.string().default('x') });
    expect(jsonSchemaOf(schema, 'input', 'it')).toMatchObject({
      type: 'object',
      properties: { a: { type: 'string' } },
    });
    expect(jsonSchemaOf(schema, 'input', 'it')['required']).toBeUndefined();
    expect(jsonSchemaOf(schema, 'output', 'it')['required']).toEqual(['a']);
    expect(jsonSchemaOf(schema, 'input', 'it')['$schema'] ?? 'https://json-schema.org/draft/2020-12/schema').toBe(
      'https://json-schema.org/draft/2020-12/schema',
    );
  });

  test.each([undefined, null, 'x', 7, {}, { '~standard': null }, { '~standard': {} }, () => 'x'])(
    'of %j, which is no schema: an error that says what is one',
    (value) => {
      expect(() => jsonSchemaOf(value, 'input', 'tool "t": inputSchema')).toThrow(
        /^tool "t": inputSchema is not a Standard Schema, such as z\.object/,
      );
    },
  );
});

test('schemas that are functions are schemas', () => {
  const schema = Object.assign(() => {}, { '~standard': { version: 1, vendor: 'v', validate: () => ({ value: 1 }) } });
  expect(isStandardSchema(schema)).toBe(true);
});

test('issues name their paths, whatever the library makes them of', () => {
  expect(
    describeIssues([
      { message: 'none' },
      { message: 'empty', path: [] },
      { message: 'keys', path: ['a', 0, 'b', 1] },
      { message: 'segments', path: [{ key: 'a' }, { key: 0 }, { key: 'b' }] },
      { message: 'numbers first', path: [0, 'a'] },
      { message: 'symbols', path: [Symbol('s')] },
    ]),
  ).toBe(
    '- (root): none\n- (root): empty\n- a.0.b.1: keys\n- a.0.b: segments\n- 0.a: numbers first\n- Symbol(s): symbols',
  );
});
