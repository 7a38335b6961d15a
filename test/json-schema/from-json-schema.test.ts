import { describe, expect, test } from 'vitest';
import { fromJsonSchema, type JsonObject, type JsonSchemaValidator, type SchemaResult } from 'mcpwire/json-schema';
import { describeIssues } from '../../src/schema/standard.js';

// Validation is synchronous here: Standard Schema leaves it open.
const validate = (schema: JsonObject, value: unknown) =>
  fromJsonSchema(schema)['~standard'].validate(value) as SchemaResult;
const fits = (schema: JsonObject, value: unknown) => validate(schema, value).issues === undefined;
const issues = (schema: JsonObject, value: unknown) => describeIssues(validate(schema, value).issues ?? []);

describe('a JSON Schema as a schema', () => {
  const schema = { type: 'object', title: 'T', 'x-own': { a: 1 }, properties: { a: { type: 'string' } } };

  test('is shown as it is written, on both sides', () => {
    const { vendor, version, jsonSchema } = fromJsonSchema(schema)['~standard'];
    expect({ vendor, version }).toEqual({ vendor: 'mcpwire', version: 1 });
    expect(jsonSchema.input({ target: 'draft-2020-12' })).toBe(schema);
    expect(jsonSchema.output({ target: 'draft-2020-12' })).toBe(schema);
    expect(JSON.stringify(schema)).not.toContain('__absolute');
    expect(Object.getOwnPropertyNames(schema)).toEqual(['type', 'title', 'x-own', 'properties']);
  });

  test('is not shown as what it is not', () => {
    const { jsonSchema } = fromJsonSchema(schema)['~standard'];
    expect(() => jsonSchema.input({ target: 'draft-07' as 'draft-2020-12' })).toThrow(
      new TypeError('fromJsonSchema: the schema is one of draft 2020-12, and not of draft-07'),
    );
  });

  test('may be frozen, and is not changed by what becomes of the original', () => {
    const properties = { a: { type: 'string' } };
    const frozen = fromJsonSchema(Object.freeze({ properties: Object.freeze(properties) }));
    const changed = { properties: { a: { type: 'string' } as JsonObject } };
    const before = fromJsonSchema(changed);
    changed.properties.a = { type: 'number' };
    for (const one of [frozen, before]) {
      expect(one['~standard'].validate({ a: 'x' })).toEqual({ value: { a: 'x' } });
      expect(one['~standard'].validate({ a: 1 })).toHaveProperty('issues');
    }
  });

  test('yields the value itself', () => {
    const value = { a: 'x', b: undefined };
    expect(validate({ type: 'object' }, value)).toEqual({ value });
    expect((validate({}, value) as { value: unknown }).value).toBe(value);
  });

  test('is what a client takes to check what tools return', () => {
    const validator: JsonSchemaValidator = fromJsonSchema;
    expect(validator({ type: 'string' })['~standard'].validate(1)).toHaveProperty('issues');
  });
});

// spec: basic/index#implementation-requirements
describe('draft 2020-12', () => {
  test.each<[JsonObject, unknown[], unknown[]]>([
    [{ type: 'string' }, ['', 'x'], [1, null, [], {}, true]],
    [{ type: 'integer' }, [1, 1.0, -0], [1.5, '1', true]],
    [{ type: 'number' }, [1, 1.5], ['1']],
    [{ type: ['string', 'null'] }, ['x', null], [1]],
    [{ const: null }, [null], [0, false, {}]],
    [{ const: { a: [1] } }, [{ a: [1] }], [{ a: [2] }, { a: [1], b: 1 }]],
    [{ enum: ['a', 1, null, { b: 1 }] }, ['a', 1, null, { b: 1 }], ['b', { b: 2 }]],
    [{ minLength: 2, maxLength: 2 }, ['ab', '😀😀', 7], ['a', 'abc']],
    [{ pattern: '^a+$' }, ['aa', 7], ['b', 'ab']],
    [{ minimum: 1, exclusiveMaximum: 3 }, [1, 2.9, 'x'], [0, 3]],
    [{ multipleOf: 0.1 }, [0.3, 1], [0.35]],
    [{ required: ['a'] }, [{ a: 1 }, [], 'x'], [{}, { b: 1 }, Object.create({ a: 1 })]],
    [{ properties: { a: { type: 'string' } } }, [{}, { a: 'x' }, { b: 1 }, 7], [{ a: 1 }]],
    [
      { properties: { a: true }, additionalProperties: false },
      [{}, { a: 1 }],
      [{ b: 1 }, JSON.parse('{"__proto__":1}')],
    ],
    [
      { patternProperties: { '^x': { type: 'number' } }, additionalProperties: false },
      [{ xa: 1 }],
      [{ xa: 'x' }, { a: 1 }],
    ],
    [{ propertyNames: { maxLength: 1 } }, [{ a: 1 }], [{ ab: 1 }]],
    [{ minProperties: 1, maxProperties: 1 }, [{ a: 1 }], [{}, { a: 1, b: 2 }]],
    [{ dependentRequired: { a: ['b'] } }, [{ a: 1, b: 1 }, { b: 1 }, {}], [{ a: 1 }]],
    [{ dependentSchemas: { a: { required: ['b'] } } }, [{ a: 1, b: 1 }, {}], [{ a: 1 }]],
    [{ items: { type: 'number' } }, [[], [1], 'x'], [['x'], [1, 'x']]],
    [{ prefixItems: [{ type: 'number' }], items: false }, [[], [1]], [['x'], [1, 2]]],
    [{ prefixItems: [{ type: 'number' }], items: { type: 'string' } }, [[1, 'x']], [[1, 2]]],
    [
      { contains: { const: 1 }, minContains: 2, maxContains: 3 },
      [
        [1, 1],
        [1, 2, 1],
      ],
      [[1], [], [1, 1, 1, 1]],
    ],
    [{ minItems: 1, maxItems: 2 }, [[1], [1, 2]], [[], [1, 2, 3]]],
    [
      { uniqueItems: true },
      [[], [1, '1'], [{ a: 1 }, { a: 2 }], 'x'],
      [
        [1, 1],
        [{ a: 1 }, { a: 1 }],
      ],
    ],
    [{ uniqueItems: false }, [[1, 1]], []],
    [{ allOf: [{ minimum: 1 }], uniqueItems: true }, [1, [1]], [0, [1, 1]]],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, [1, 2], [0, 3]],
    [{ anyOf: [{ type: 'string' }, { minimum: 1 }] }, ['x', 1], [0]],
    [{ oneOf: [{ minimum: 1 }, { maximum: 2 }] }, [0, 3], [1, 2]],
    [{ not: { type: 'string' } }, [1], ['x']],
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword
    [{ if: { minimum: 1 }, then: { maximum: 2 }, else: { const: 0 } }, [1, 2, 0], [3, -1]],
    [{ properties: { a: {} }, unevaluatedProperties: false }, [{ a: 1 }], [{ b: 1 }]],
    [{ allOf: [{ properties: { a: {} } }], unevaluatedProperties: false }, [{ a: 1 }], [{ b: 1 }]],
    [{ prefixItems: [true], unevaluatedItems: false }, [[1]], [[1, 2]]],
    [{ $ref: '#/$defs/a', $defs: { a: { type: 'string' } } }, ['x'], [1]],
    [{ $ref: '#/$defs/a', maxLength: 1, $defs: { a: { type: 'string' } } }, ['x'], ['xy', 1]],
    [{ $ref: '#/definitions/a', definitions: { a: { type: 'string' } } }, ['x'], [1]],
    [{ $ref: '#/$defs/a~1b%20c', $defs: { 'a/b c': { type: 'string' } } }, ['x'], [1]],
    [{ $ref: '#a', $defs: { a: { $anchor: 'a', type: 'string' } } }, ['x'], [1]],
    [{ $ref: '#a', $defs: { a: { $dynamicAnchor: 'a', type: 'string' } } }, ['x'], [1]],
    [{ $ref: 'https://example.com/a', $defs: { a: { $id: 'https://example.com/a', type: 'string' } } }, ['x'], [1]],
    [{ $id: 'https://example.com/', items: { $ref: '#' }, type: 'array' }, [[], [[[]]]], [[1], [[1]]]],
    [{ $ref: '#/properties/a', properties: { a: { type: 'object' } } }, [{}], [1]],
    [
      { properties: { kids: { items: { $ref: '#' } }, v: { type: 'number' } } },
      [{ v: 1, kids: [{ v: 1 }] }],
      [{ kids: [{ v: 'x' }] }],
    ],
    [{ format: 'date-time' }, ['2026-07-28T00:00:00Z', 7], ['x']],
    [{ format: 'email' }, ['a@example.com'], ['x']],
    [{ format: 'uuid' }, ['123e4567-e89b-12d3-a456-426614174000'], ['x']],
    [{ format: 'own' }, ['x'], []],
    [
      { properties: { $ref: { type: 'string' }, const: { type: 'string' } } },
      [{ $ref: 'x', const: 'x' }],
      [{ $ref: 1 }, { const: 1 }],
    ],
    // Keywords of other drafts and one's own are no keywords here.
    [
      { id: 'x', $recursiveRef: '#', additionalItems: false, dependencies: { a: ['b'] }, 'x-own': false },
      [{ a: 1 }, [1]],
      [],
    ],
    [
      { type: 'object', id: 'x', properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { id: 'a', type: 'string' } } },
      [{ a: 'x' }],
      [{ a: 1 }],
    ],
  ])('%j', (schema, good, bad) => {
    for (const value of good) expect([value, issues(schema, value)]).toEqual([value, '']);
    for (const value of bad) expect([value, fits(schema, value)]).toEqual([value, false]);
  });
});

describe('issues say what is wrong and where', () => {
  test.each<[JsonObject, unknown, string]>([
    [{ type: 'string' }, 1, '- (root): must be string, not number'],
    [{ type: ['string', 'null'] }, [], '- (root): must be string or null, not array'],
    [{ properties: { a: { items: { type: 'string' } } } }, { a: ['x', 1] }, '- a.1: must be string, not number'],
    [{ properties: { 'a/b~c%': { type: 'string' } } }, { 'a/b~c%': 1 }, '- a/b~c%: must be string, not number'],
    [{ required: ['a', 'b"c'] }, {}, '- a: is required\n- b"c: is required'],
    [{ properties: { a: { required: ['b'] } } }, { a: {} }, '- a.b: is required'],
    [{ additionalProperties: false }, { a: 1, b: 2 }, '- a: is not allowed\n- b: is not allowed'],
    [{ enum: ['a', 'b'] }, 'c', '- (root): must be one of "a","b"'],
    [{ const: 'a' }, 'c', '- (root): must be "a"'],
    [{ $ref: '#/$defs/a', $defs: { a: { properties: { x: { pattern: '^a' } } } } }, { x: 'b' }, '- x: must match ^a'],
    [{ minLength: 3 }, 'a', '- (root): String is too short (1 < 3)'],
    [{ minimum: 3 }, 1, '- (root): 1 is less than 3'],
    [{ format: 'date' }, 'x', '- (root): String does not match format "date"'],
    [{ not: {} }, 1, '- (root): is what it must not be'],
    [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, '- (root): Property name "ab" does not match schema'],
    [{ contains: { type: 'string' } }, [1, 2], '- (root): Array does not contain item matching schema'],
    [
      {
        properties: {
          a: { anyOf: [{ type: 'string' }, { properties: { k: { const: 1 } } }, { type: 'string' }, false] },
        },
      },
      { a: { k: 2 } },
      '- a: fits no alternative: must be string, not object; or k must be 1; or is not allowed',
    ],
    [{ oneOf: [{ type: 'number' }, { type: 'integer' }] }, 1, '- (root): fits 2 alternatives, and must fit one'],
    [{ uniqueItems: true }, [1, 2, 1], '- (root): Duplicate items at indexes 0 and 2'],
    [
      { properties: { a: { type: 'string' }, b: { type: 'string' }, c: { minimum: 3 } } },
      { a: 1, b: 2, c: 3 },
      '- a: must be string, not number\n- b: must be string, not number',
    ],
    [{}, undefined, '- (root): cannot be checked: "undefined" is not valid JSON'],
  ])('%j of %j', (schema, value, text) => {
    expect(issues(schema, value)).toBe(text);
  });

  test('indices are numbers and names are strings', () => {
    const { issues: found } = validate({ items: { properties: { 0: { type: 'string' } } } }, [{ 0: 1 }]);
    expect(found).toEqual([{ message: 'must be string, not number', path: [0, '0'] }]);
  });

  test('of many, 20 are told', () => {
    const { issues: found } = validate(
      { items: { type: 'string' } },
      Array.from({ length: 100 }, () => 1),
    );
    expect(found).toHaveLength(21);
    expect(found?.at(-1)).toEqual({ message: 'and more' });
  });

  test('long texts are cut', () => {
    expect(issues({ const: 'x'.repeat(100_000) }, 1).length).toBeLessThan(400);
    expect(issues({ enum: ['x'.repeat(100_000)] }, 1).length).toBeLessThan(400);
    expect(issues({ pattern: `^${'x'.repeat(10_000)}` }, '').length).toBeLessThan(400);
  });
});

describe('what is checked is what will be sent', () => {
  test('members that are undefined are absent', () => {
    expect(
      fits({ properties: { a: { type: 'string' } }, additionalProperties: false }, { a: undefined, b: undefined }),
    ).toBe(true);
    expect(issues({ required: ['a'] }, { a: undefined })).toBe('- a: is required');
  });

  test('values that write themselves as JSON are what they write', () => {
    expect(fits({ properties: { at: { format: 'date-time', type: 'string' } } }, { at: new Date(0) })).toBe(true);
    expect(fits({ type: 'null' }, Number.NaN)).toBe(true);
  });

  test('what is no JSON does not fit', () => {
    for (const value of [1n, { a: 1n }, () => 1, Symbol('x')]) expect(fits({}, value)).toBe(false);
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    circle['selves'] = Array.from({ length: 1000 }, () => circle);
    expect(issues({}, circle)).toBe('- (root): has more than 5000000 values');
  });

  test('a name that is no Unicode does not fit, and throws nothing', () => {
    expect(issues({ additionalProperties: { type: 'string' } }, { '\ud800': 1 })).toMatch(/cannot be checked/);
  });
});

describe('a schema that is none is refused with the place', () => {
  test.each<[unknown, string]>([
    [true, 'a JSON Schema is an object'],
    [null, 'a JSON Schema is an object'],
    [[], 'a JSON Schema is an object'],
    [{ type: 'text' }, '#/type must be of array, boolean, integer, null, number, object, string, not "text"'],
    [{ type: [] }, '#/type must be of array, boolean, integer, null, number, object, string, not []'],
    [{ properties: { a: 1 } }, '#/properties/a must be a schema, not 1'],
    [{ properties: [] }, '#/properties must be schemas by name, not []'],
    [{ items: [{}] }, '#/items must be a schema, not [{}]'],
    [{ allOf: {} }, '#/allOf must be a list of schemas, not {}'],
    [{ anyOf: [] }, '#/anyOf must be a list of schemas, not []'],
    [{ required: 'a' }, '#/required must be a list of strings, not "a"'],
    [{ required: [1] }, '#/required must be a list of strings, not [1]'],
    [{ dependentRequired: { a: 'b' } }, '#/dependentRequired must be lists of strings by name, not {"a":"b"}'],
    [{ enum: 'a' }, '#/enum must be a list, not "a"'],
    [{ minimum: '1' }, '#/minimum must be a number, not "1"'],
    [{ multipleOf: 0 }, '#/multipleOf must be a number above 0, not 0'],
    [{ minLength: -1 }, '#/minLength must be an integer from 0 on, not -1'],
    [{ maxItems: 1.5 }, '#/maxItems must be an integer from 0 on, not 1.5'],
    [{ uniqueItems: 1 }, '#/uniqueItems must be true or false, not 1'],
    [{ pattern: '(' }, '#/pattern must be a regular expression (with the flag u), not "("'],
    [{ pattern: 1 }, '#/pattern must be a regular expression (with the flag u), not 1'],
    [{ patternProperties: { '(': {} } }, '#/patternProperties must be regular expressions, not "("'],
    [{ $anchor: '#a' }, '#/$anchor must be a name, not "#a"'],
    [{ $dynamicRef: '#a' }, '#/$dynamicRef is not supported; use $ref'],
    [{ $defs: { a: { $defs: { b: { not: 7 } } } } }, '#/$defs/a/$defs/b/not must be a schema, not 7'],
  ])('%j', (schema, reason) => {
    expect(() => fromJsonSchema(schema as JsonObject)).toThrow(new TypeError(`fromJsonSchema: ${reason}`));
  });

  // spec: basic/index#implementation-requirements
  test.each(['http://json-schema.org/draft-07/schema#', 'https://json-schema.org/draft/2019-09/schema'])(
    'another dialect: %s',
    ($schema) => {
      expect(() => fromJsonSchema({ $schema, type: 'object' })).toThrow(
        new TypeError(
          `fromJsonSchema: $schema at # is "${$schema}"; only https://json-schema.org/draft/2020-12/schema is supported`,
        ),
      );
    },
  );
});

// spec: basic/index#ref-resolution
describe('BI5: references', () => {
  test('to the network are refused, and nothing is fetched', () => {
    const fetched: unknown[] = [];
    const original = globalThis.fetch;
    globalThis.fetch = async (input) => {
      fetched.push(input);
      return Promise.reject(new Error('no'));
    };
    try {
      for (const $ref of ['https://example.com/a', 'http://127.0.0.1/a', 'other.json', 'https://github.com/cfworker']) {
        expect(() => fromJsonSchema({ properties: { a: { $ref } } })).toThrow(
          `fromJsonSchema: $ref at #/properties/a to "${$ref}": nothing is fetched`,
        );
      }
    } finally {
      globalThis.fetch = original;
    }
    expect(fetched).toEqual([]);
  });

  test.each(['#/$defs/b', '#/$defs', '#b', '#/properties/a/x', '#/enum/0', '#/%zz'])(
    'that lead nowhere are refused with their place: %s',
    ($ref) => {
      expect(() => fromJsonSchema({ $defs: { a: {} }, enum: [{}], properties: { a: { $ref } } })).toThrow(
        new TypeError(`fromJsonSchema: $ref ${JSON.stringify($ref)} at #/properties/a leads nowhere`),
      );
    },
  );

  test.each<[JsonObject]>([
    [{ $ref: '#' }],
    [{ allOf: [{ $ref: '#' }] }],
    [{ not: { $ref: '#' } }],
    [{ if: { $ref: '#' } }],
    [{ dependentSchemas: { a: { $ref: '#' } } }],
    [{ $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { $ref: '#/$defs/a' } } }],
  ])('that never go into the value are refused: %j', (schema) => {
    expect(() => fromJsonSchema(schema)).toThrow(/^fromJsonSchema: #.* refers to itself without going into the value$/);
  });

  test('in long rows are refused', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 600 }, (_, index) => [`d${index}`, index === 599 ? {} : { $ref: `#/$defs/d${index + 1}` }]),
    );
    expect(() => fromJsonSchema({ $ref: '#/$defs/d0', $defs })).toThrow(
      'fromJsonSchema: more than 500 references in a row',
    );
  });

  test('of a malformed $id are refused', () => {
    expect(() => fromJsonSchema({ $id: 'http://[' })).toThrow(/^fromJsonSchema: an \$id or \$ref is malformed: /);
    const $defs = { a: { $id: 'https://example.com/a' }, b: { $id: 'https://example.com/a' } };
    expect(() => fromJsonSchema({ $defs })).toThrow(/^fromJsonSchema: an \$id or \$ref is malformed: Duplicate/);
  });
});

describe('what schemas and values cost is bounded', () => {
  test('depth and size of a schema', () => {
    let deep: JsonObject = {};
    for (let level = 0; level < 65; level++) deep = { items: deep };
    expect(() => fromJsonSchema(deep)).toThrow('fromJsonSchema: more than 64 schemas inside of one another');
    expect(() => fromJsonSchema({ anyOf: Array.from({ length: 10_000 }, () => ({})) })).toThrow(
      'fromJsonSchema: more than 10000 schemas',
    );
  });

  test('references that multiply', () => {
    const $defs: Record<string, JsonObject> = { d30: { type: 'string' } };
    for (let level = 0; level < 30; level++) {
      $defs[`d${level}`] = { allOf: [{ $ref: `#/$defs/d${level + 1}` }, { $ref: `#/$defs/d${level + 1}` }] };
    }
    expect(issues({ $ref: '#/$defs/d0', $defs }, 'x')).toBe(
      '- (root): cannot be checked: it refers to itself too often',
    );
  });

  test('references that multiply with the depth of the value', () => {
    const either = { properties: { a: { $ref: '#' } } };
    let value: unknown = {};
    for (let level = 0; level < 60; level++) value = { a: value };
    expect(issues({ anyOf: [either, either] }, value)).toBe(
      '- (root): cannot be checked: it refers to itself too often',
    );
  });

  test('but a long list of references is checked, and one value does not take from the next', () => {
    const schema = fromJsonSchema({ items: { $ref: '#/$defs/a' }, $defs: { a: { type: 'number' } } });
    const value = Array.from({ length: 200_000 }, () => 1);
    for (let round = 0; round < 3; round++) expect(schema['~standard'].validate(value)).toEqual({ value });
  });

  test('values of any depth', () => {
    let value: unknown = 1;
    for (let level = 0; level < 100_000; level++) value = [value];
    expect(issues({ items: { $ref: '#' } }, value)).toMatch(/^- \(root\): cannot be checked: /);
    expect(fits({ type: 'array' }, value)).toBe(true);
  });

  test('comparisons of uniqueItems', () => {
    const schema = { properties: { a: { uniqueItems: true } } };
    const numbers = (length: number) => ({ a: Array.from({ length }, (_, index) => index) });
    expect(fits(schema, numbers(2000))).toBe(true);
    expect(issues(schema, numbers(2001))).toBe('- a: Array has too many items (2001 > 2000)');
  });

  test('many issues in a large value', () => {
    const value = Array.from({ length: 100_000 }, () => ({ a: 1 }));
    const schema = { items: { properties: { a: { type: 'string' } } } };
    expect(issues(schema, value)).toBe('- 0.a: must be string, not number');
    expect(fits({ contains: { type: 'string' } }, value)).toBe(false);
  });

  test('formats that would take exponential time are not checked', () => {
    expect(fits({ format: 'url' }, `http://${'a'.repeat(100)}!`)).toBe(true);
  });
});

test('no code is made from text', () => {
  const { Function: made } = globalThis;
  globalThis.Function = (() => {
    throw new Error('no');
  }) as unknown as FunctionConstructor;
  try {
    expect(fits({ properties: { a: { type: 'string', pattern: 'a' } } }, { a: 'a' })).toBe(true);
  } finally {
    globalThis.Function = made;
  }
});
