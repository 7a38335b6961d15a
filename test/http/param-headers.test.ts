import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeHeaderValue } from '../../src/http/headers.js';
import { compileHeaderPlan, paramHeaders, paramMismatch, type HeaderPlan } from '../../src/http/param-headers.js';
import { text } from '../helpers/arbitraries.js';

const annotated = (name: unknown, type: unknown = 'string') => ({
  type: 'object',
  properties: { a: { type, 'x-mcp-header': name } },
});
const plan = (schema: Record<string, unknown>): HeaderPlan => {
  const compiled = compileHeaderPlan(schema);
  if (compiled === undefined) throw new Error('no plan');
  return compiled;
};
const region = plan(annotated('Region'));
const count = plan(annotated('Count', 'integer'));
const flag = plan(annotated('Flag', 'boolean'));
const mismatch = (which: HeaderPlan, args: Record<string, unknown>, headers: Record<string, string>) =>
  paramMismatch(which, args, (name) => new Headers(headers).get(name));

describe('TR11: what may be annotated', () => {
  test('a schema without annotations has no plan', () => {
    expect(compileHeaderPlan({ type: 'object' })).toBeUndefined();
    expect(compileHeaderPlan({ type: 'object', properties: { a: { type: 'string' } } })).toBeUndefined();
  });

  // spec: basic/transports/streamable-http#schema-extension.5 server/tools#x-mcp-header.5
  test('strings, integers and booleans, each in the header Mcp-Param-{name}', () => {
    const schema = {
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        priority: { type: 'integer', 'x-mcp-header': 'Priority' },
        dry: { type: 'boolean', 'x-mcp-header': "!#$%&'*+-.^_`|~09azAZ" },
        other: { type: 'number' },
      },
    };
    expect(compileHeaderPlan(schema)).toEqual({
      params: [
        { header: 'mcp-param-region', path: ['region'] },
        { header: 'mcp-param-priority', path: ['priority'] },
        { header: "mcp-param-!#$%&'*+-.^_`|~09azaz", path: ['dry'] },
      ],
    });
  });

  // spec: basic/transports/streamable-http#schema-extension.7 server/tools#x-mcp-header.7
  test('properties of properties, at any depth', () => {
    const inner = { properties: { c: { type: 'string', 'x-mcp-header': 'C' } } };
    expect(compileHeaderPlan({ properties: { a: { properties: { b: inner } } } })).toEqual({
      params: [{ header: 'mcp-param-c', path: ['a', 'b', 'c'] }],
    });
  });

  test('a property or a value that only looks like an annotation is none', () => {
    expect(
      compileHeaderPlan({
        properties: { 'x-mcp-header': { type: 'string' }, properties: { type: 'string' } },
        default: { 'x-mcp-header': 'X' },
        examples: [{ 'x-mcp-header': 'X' }],
        $defs: { 'x-mcp-header': { type: 'string' } },
      }),
    ).toBeUndefined();
  });

  // spec: basic/transports/streamable-http#schema-extension.1 server/tools#x-mcp-header.1
  // spec: basic/transports/streamable-http#schema-extension.2 server/tools#x-mcp-header.2
  // spec: basic/transports/streamable-http#schema-extension.3 server/tools#x-mcp-header.3
  test.each([
    '',
    ' ',
    'a b',
    'a:b',
    'é',
    'a\r',
    'a\n',
    'a\r\nb',
    'a\0',
    'a\t',
    'a(',
    'a,',
    'a/',
    'a"',
    '[a]',
    7,
    null,
    ['a'],
    {},
  ])('a name is a token: not %j', (name) => {
    expect(() => compileHeaderPlan(annotated(name))).toThrow(
      new TypeError(`x-mcp-header ${JSON.stringify(name)} at #/properties/a: a name is letters, digits and -`),
    );
  });

  // spec: basic/transports/streamable-http#schema-extension.5 server/tools#x-mcp-header.5
  test.each(['number', 'object', 'array', 'null', undefined, ['string', 'null'], ['string']])('not a %j', (type) => {
    expect(() => compileHeaderPlan({ properties: { a: { type, 'x-mcp-header': 'A' } } })).toThrow(
      new TypeError('x-mcp-header "A" at #/properties/a: the type must be string, integer or boolean'),
    );
  });

  // spec: basic/transports/streamable-http#schema-extension.4 server/tools#x-mcp-header.4
  test.each(['Region', 'region', 'REGION'])('a name is used once, whatever its case: Region and %s', (name) => {
    const schema = {
      properties: {
        a: { type: 'string', 'x-mcp-header': 'Region' },
        b: { properties: { c: { type: 'string', 'x-mcp-header': name } } },
      },
    };
    expect(() => compileHeaderPlan(schema)).toThrow(
      new TypeError(
        `x-mcp-header ${JSON.stringify(name)} at #/properties/b/properties/c: another property has this header`,
      ),
    );
  });

  const one = { type: 'string', 'x-mcp-header': 'A' };
  // spec: basic/transports/streamable-http#schema-extension.7 server/tools#x-mcp-header.7
  // spec: basic/transports/streamable-http#schema-extension.8
  test.each([
    ['#', one],
    ['#/items', { items: one }],
    ['#/properties/a/items', { properties: { a: { items: one } } }],
    ['#/properties/a/prefixItems/0', { properties: { a: { prefixItems: [one] } } }],
    ['#/properties/a/contains', { properties: { a: { contains: one } } }],
    ['#/oneOf/0', { oneOf: [one] }],
    ['#/anyOf/1/properties/a', { anyOf: [{}, { properties: { a: one } }] }],
    ['#/allOf/0/properties/a', { allOf: [{ properties: { a: one } }] }],
    ['#/not', { not: one }],
    ['#/if/properties/a', { if: { properties: { a: one } } }],
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword
    ['#/then/properties/a', { then: { properties: { a: one } } }],
    ['#/else/properties/a', { else: { properties: { a: one } } }],
    ['#/$defs/a', { $defs: { a: one }, properties: { a: { $ref: '#/$defs/a' } } }],
    ['#/$defs/a/properties/b', { $defs: { a: { properties: { b: one } } } }],
    ['#/definitions/a', { definitions: { a: one } }],
    ['#/additionalProperties', { additionalProperties: one }],
    ['#/patternProperties/^a', { patternProperties: { '^a': one } }],
    ['#/propertyNames', { propertyNames: one }],
    ['#/dependentSchemas/a/properties/b', { dependentSchemas: { a: { properties: { b: one } } } }],
    ['#/unevaluatedProperties', { unevaluatedProperties: one }],
    ['#/x-own', { 'x-own': one }],
  ])('only what "properties" alone reach: not %s', (pointer, schema) => {
    expect(() => compileHeaderPlan(schema)).toThrow(
      new TypeError(
        `x-mcp-header "A" at ${pointer}: only a property that is reached by "properties" alone can have a header`,
      ),
    );
  });

  test('a schema of any depth and size is refused and not followed', () => {
    let deep: Record<string, unknown> = one;
    for (let level = 0; level < 100_000; level++) deep = { properties: { a: deep } };
    expect(() => compileHeaderPlan(deep)).toThrow('inputSchema: more than 64 schemas inside of one another');
  });
});

describe('TR12: the headers of a call', () => {
  // spec: basic/transports/streamable-http#value-encoding.1 basic/transports/streamable-http#value-encoding.2
  // spec: basic/transports/streamable-http#value-encoding.7
  // spec: basic/transports/streamable-http#client-behavior.4
  // spec: basic/transports/streamable-http#client-behavior.5
  // spec: basic/transports/streamable-http#server-behavior-for-custom-headers.5
  test.each([
    [region, 'us-west1', 'us-west1'],
    [region, '', ''],
    [region, 'inner space', 'inner space'],
    [region, 'Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [region, ' padded ', '=?base64?IHBhZGRlZCA=?='],
    [region, 'line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    [region, '=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    [count, 42, '42'],
    [count, -7, '-7'],
    [count, 0, '0'],
    [count, -0, '0'],
    [count, 9_007_199_254_740_991, '9007199254740991'],
    [count, -9_007_199_254_740_991, '-9007199254740991'],
    [flag, true, 'true'],
    [flag, false, 'false'],
  ])('%# %j is sent as %j', (which, a, expected) => {
    expect(Object.values(paramHeaders(which, { a }))).toEqual([expected]);
    expect(mismatch(which, { a }, paramHeaders(which, { a }))).toBeUndefined();
  });

  // spec: basic/transports/streamable-http#server-behavior-for-custom-headers.7
  // spec: basic/transports/streamable-http#server-behavior-for-custom-headers.8
  // spec: basic/transports/streamable-http#server-behavior-for-custom-headers.9
  // spec: basic/transports/streamable-http#server-behavior-for-custom-headers.10
  // spec: basic/transports/streamable-http#client-behavior.3
  test.each([{}, { a: null }, { a: undefined }])(
    'null and absent values have none, and none is expected: %j',
    (args) => {
      expect(paramHeaders(region, args)).toEqual({});
      expect(mismatch(region, args, {})).toBeUndefined();
    },
  );

  // spec: basic/transports/streamable-http#client-behavior.3
  test('a value is read at the exact path of its property', () => {
    const nested = plan({ properties: { a: { properties: { b: { type: 'string', 'x-mcp-header': 'B' } } } } });
    expect(paramHeaders(nested, { a: { b: 'x' } })).toEqual({ 'mcp-param-b': 'x' });
    for (const args of [{}, { b: 'x' }, { a: 'x' }, { a: null }, { a: ['x'] }, { a: [{ b: 'x' }] }, { 'a.b': 'x' }]) {
      expect(paramHeaders(nested, args)).toEqual({});
    }
    const inherited = plan(annotated('A'));
    expect(paramHeaders(inherited, Object.create({ a: 'x' }) as Record<string, unknown>)).toEqual({});
  });

  test('a property that is not annotated has none', () => {
    expect(paramHeaders(region, { a: 'x', b: 'y' })).toEqual({ 'mcp-param-region': 'x' });
  });

  // spec: basic/transports/streamable-http#schema-extension.6 server/tools#x-mcp-header.6
  test.each([2 ** 53, -(2 ** 53), 1e300])('an integer beyond what is safe cannot be sent: %d', (a) => {
    expect(() => paramHeaders(count, { a })).toThrow(
      expect.objectContaining({
        code: 'invalid_params',
        message: expect.stringMatching(/^a: .* is beyond ±\(2\^53 − 1\)/),
      }),
    );
    expect(mismatch(count, { a }, { 'Mcp-Param-Count': String(a) })).toMatch(/does not match/);
  });

  test('a value of another type is left to the check of arguments', () => {
    expect(paramHeaders(count, { a: 'x' })).toEqual({ 'mcp-param-count': 'x' });
    for (const a of [['x'], { x: 1 }]) {
      expect(paramHeaders(count, { a })).toEqual({});
      expect(mismatch(count, { a }, {})).toBeUndefined();
    }
  });
});

describe('TR12: headers and body are compared', () => {
  // spec: basic/transports/streamable-http#case-sensitivity.1
  test('names without regard to case, values with', () => {
    expect(mismatch(region, { a: 'us' }, { 'MCP-PARAM-REGION': 'us' })).toBeUndefined();
    expect(mismatch(region, { a: 'us' }, { 'Mcp-Param-Region': 'US' })).toBe(
      'mcp-param-region value does not match the body',
    );
    expect(mismatch(flag, { a: true }, { 'Mcp-Param-Flag': 'TRUE' })).toBe(
      'mcp-param-flag value does not match the body',
    );
  });

  // spec: basic/transports/streamable-http#server-behavior-for-custom-headers.11
  test('a header that is missing while the body has the value', () => {
    expect(mismatch(region, { a: 'us' }, {})).toBe('mcp-param-region is missing');
    expect(mismatch(region, { a: '' }, {})).toBe('mcp-param-region is missing');
    expect(mismatch(flag, { a: false }, {})).toBe('mcp-param-flag is missing');
    expect(paramMismatch(region, { a: 'us' }, () => undefined)).toBe('mcp-param-region is missing');
  });

  // spec: basic/transports/streamable-http#server-validation.1
  test('a header whose value the body does not have, on which an intermediary may have acted', () => {
    for (const args of [{}, { a: null }, { a: ['us'] }]) {
      expect(mismatch(region, args, { 'Mcp-Param-Region': 'us' })).toBe('mcp-param-region has no value in the body');
    }
  });

  test('every header of the plan', () => {
    const two = plan({
      properties: { a: { type: 'string', 'x-mcp-header': 'A' }, b: { type: 'string', 'x-mcp-header': 'B' } },
    });
    expect(mismatch(two, { a: '1', b: '2' }, { 'mcp-param-a': '1', 'mcp-param-b': '2' })).toBeUndefined();
    expect(mismatch(two, { a: '1', b: '2' }, { 'mcp-param-a': '1', 'mcp-param-b': '3' })).toMatch(/^mcp-param-b /);
  });

  // spec: basic/transports/streamable-http#value-encoding.5 basic/transports/streamable-http#value-encoding.6
  // spec: basic/transports/streamable-http#server-validation.5
  // spec: basic/transports/streamable-http#server-behavior-for-custom-headers.3
  test('an encoded value is decoded before it is compared', () => {
    expect(mismatch(region, { a: 'us' }, { 'Mcp-Param-Region': '=?base64?dXM=?=' })).toBeUndefined();
    expect(mismatch(region, { a: 'eu' }, { 'Mcp-Param-Region': '=?base64?dXM=?=' })).toMatch(/does not match/);
    expect(mismatch(count, { a: 42 }, { 'Mcp-Param-Count': '=?base64?NDI=?=' })).toBeUndefined();
    expect(mismatch(region, { a: '=?base64?x' }, { 'Mcp-Param-Region': '=?base64?x' })).toBeUndefined();
    expect(mismatch(region, { a: '=?BASE64?dXM=?=' }, { 'Mcp-Param-Region': '=?BASE64?dXM=?=' })).toBeUndefined();
  });

  // spec: basic/transports/streamable-http#server-behavior-for-custom-headers.2
  test.each(['\u00e9', '\u0080', '=?base64?SGVsbG8?=', '=?base64?SGVs!!!bG8=?=', '=?base64?/w==?=', '=?base64?dXN=?='])(
    'characters that no value has, and encodings that are none: %j',
    (sent) => {
      expect(paramMismatch(region, { a: 'Hello' }, () => sent)).toBe('mcp-param-region is malformed');
    },
  );

  // spec: basic/transports/streamable-http#server-validation.2
  test.each(['42', '42.0', '42.000', '4.2e1', '4.2E+1', '420e-1', '042'])('integers numerically: %s is 42', (sent) => {
    expect(mismatch(count, { a: 42 }, { 'Mcp-Param-Count': sent })).toBeUndefined();
  });

  test.each(['43', '42.5', '', '0x2a', '+42', '42.', '.42e2', 'Infinity', '42 43', '42, 42', '4_2', '٤٢'])(
    'but %j is not 42',
    (sent) => {
      expect(paramMismatch(count, { a: 42 }, () => sent)).toBeDefined();
    },
  );

  test('strings are not numbers', () => {
    expect(mismatch(region, { a: '42' }, { 'Mcp-Param-Region': '42.0' })).toMatch(/does not match/);
    expect(mismatch(count, { a: 0 }, { 'Mcp-Param-Count': '-0' })).toBeUndefined();
    expect(mismatch(count, { a: 2 ** 53 }, { 'Mcp-Param-Count': '9007199254740993' })).toMatch(/does not match/);
  });

  test('TR14: a value that is much longer than the body has it is not decoded', () => {
    const sent = encodeHeaderValue(`é${'a'.repeat(100_000)}`);
    expect(mismatch(region, { a: 'é' }, { 'Mcp-Param-Region': sent })).toBe('mcp-param-region is malformed');
    const long = 'é'.repeat(10_000);
    expect(mismatch(region, { a: long }, { 'Mcp-Param-Region': encodeHeaderValue(long) })).toBeUndefined();
  });

  test('what a client sends a server takes, and nothing else of it', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const headers = paramHeaders(region, { a });
        expect(mismatch(region, { a }, headers)).toBeUndefined();
        expect(mismatch(region, { a: b }, headers) === undefined).toBe(a === b);
      }),
    );
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
        const headers = paramHeaders(count, { a });
        expect(mismatch(count, { a }, headers)).toBeUndefined();
        expect(mismatch(count, { a: b }, headers) === undefined).toBe(a === b);
      }),
    );
  });
});
