/** Schemas of tools: of every library, in both directions, as JSON Schema 2020-12. */
import { Validator } from '@cfworker/json-schema';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { McpServer, type StandardSchema, type Tool } from 'mcpwire/server';
import * as z from 'zod';
import { ask, firstText, modern, toolCall, type Json } from '../helpers/wire.js';

afterEach(() => void vi.restoreAllMocks());

const make = () => new McpServer({ name: 's', version: '1' });
const listed = async (server: McpServer<unknown>) =>
  ((await ask(server, modern('tools/list'))).result['tools'] as [Tool])[0];

/** A schema that says itself as this very JSON Schema, and admits everything. */
const saying = (json: unknown) => ({
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) => ({ value }),
    types: undefined as { input: Json; output: Json } | undefined,
    jsonSchema: { input: () => json, output: () => json },
  },
});

describe.each([
  ['zod', z.object({ n: z.number(), unit: z.enum(['c', 'f']).default('c') }), z.object({ text: z.string() })],
  [
    'valibot',
    toStandardJsonSchema(v.object({ n: v.number(), unit: v.optional(v.picklist(['c', 'f']), 'c') })),
    toStandardJsonSchema(v.object({ text: v.string() })),
  ],
  ['arktype', type({ n: 'number', unit: "'c' | 'f' = 'c'" }), type({ text: 'string' })],
] as const)('schemas of %s', (_library, inputSchema, outputSchema) => {
  const server = make().tool(
    't',
    // One signature for three libraries: the types of each are tested with the types of the server.
    {
      inputSchema: inputSchema as StandardSchema<{ n: number; unit?: string }, { n: number; unit: string }>,
      outputSchema,
    },
    ({ n, unit }) => ({ text: n < 0 ? (7 as unknown as string) : `${n} ${unit}` }),
  );

  // spec: server/tools#tool.1 basic#schema-dialect.1
  test('go out as JSON Schema, the input as what callers send, the output as what they get', async () => {
    const tool = await listed(server);
    expect(tool.inputSchema).toMatchObject({
      type: 'object',
      properties: { n: { type: 'number' }, unit: { enum: ['c', 'f'] } },
      required: ['n'],
    });
    expect(tool.outputSchema).toMatchObject({
      type: 'object',
      properties: { text: { type: 'string' } },
      required: ['text'],
    });
  });

  // spec: basic#schema-validation.1 basic#implementation-requirements.2
  test('mean to a validator of 2020-12 what they mean to their library', async () => {
    const { inputSchema } = await listed(server);
    const validator = new Validator(inputSchema, '2020-12');
    for (const args of [{ n: 1 }, { n: 1, unit: 'f' }, { n: 'x' }, { n: 1, unit: 'k' }, {}]) {
      const admitted = (await ask(server, toolCall('t', args))).result.isError !== true;
      expect(validator.validate(args).valid).toBe(admitted);
    }
  });

  // spec: server/tools#security-considerations.1
  test('validate arguments, and fill in defaults', async () => {
    expect((await ask(server, toolCall('t', { n: 1 }))).result.structuredContent).toEqual({ text: '1 c' });
    const refused = await ask(server, toolCall('t', { n: 'x', unit: 'k' }));
    expect(refused.result.isError).toBe(true);
    expect(firstText(refused)).toMatch(/^Invalid arguments for tool "t":\n- n: /);
    expect(firstText(refused)).toContain('- unit: ');
  });

  // spec: server/tools#output-schema.1
  test('validate results', async () => {
    const silent = vi.spyOn(console, 'error').mockImplementation(() => {});
    const answer = await ask(server, toolCall('t', { n: -1 }));
    expect(answer.result.isError).toBe(true);
    expect(answer.result).not.toHaveProperty('structuredContent');
    expect(String(silent.mock.calls[0]?.[1])).toContain('returned what does not fit its outputSchema');
  });
});

describe('JSON Schema', () => {
  const everything = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://example.com/order',
    type: 'object',
    $defs: { item: { type: 'object', properties: { n: { $ref: '#/$defs/count' } } }, count: { type: 'integer' } },
    properties: {
      items: { type: 'array', prefixItems: [{ $ref: '#/$defs/item' }], items: false, minItems: 1 },
      kind: { const: 'order' },
      next: { $dynamicRef: '#' },
    },
    patternProperties: { '^x-': true },
    dependentRequired: { kind: ['items'] },
    dependentSchemas: { kind: { required: ['items'] } },
    if: { properties: { kind: { const: 'order' } } },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { required: ['items'] },
    else: { not: { required: ['items'] } },
    oneOf: [{ required: ['items'] }, { required: ['kind'] }],
    unevaluatedProperties: false,
    'x-own': { kept: true },
  };

  // spec: basic#schema-dialect.1 basic#implementation-requirements.1
  test('of 2020-12 goes out as it is, word for word', async () => {
    const server = make().tool('t', { inputSchema: saying(everything), outputSchema: saying(everything) }, () => ({}));
    const { inputSchema, outputSchema } = await listed(server);
    expect(inputSchema).toEqual(everything);
    expect(outputSchema).toEqual(everything);
  });

  // spec: server/tools#tool.1
  test('a tool without parameters says that it takes none', async () => {
    expect((await listed(make().tool('t', {}, () => 'x'))).inputSchema).toEqual({
      type: 'object',
      additionalProperties: false,
    });
  });

  // spec: basic#implementation-requirements.2 basic#implementation-requirements.3
  test.each(['http://json-schema.org/draft-07/schema#', 'https://json-schema.org/draft/2019-09/schema', 'mine'])(
    'of the dialect %s throws at registration, with the one that is supported',
    ($schema) => {
      for (const side of ['inputSchema', 'outputSchema']) {
        const definition = { [side]: saying({ $schema, type: 'object' }) };
        expect(() => make().tool('t', definition, () => 'x')).toThrow(
          `tool "t": ${side}: $schema at # is "${$schema}"; only https://json-schema.org/draft/2020-12/schema is supported`,
        );
      }
    },
  );

  // spec: basic#ref-resolution.1 basic#ref-resolution.2 basic#ref-resolution.4
  test.each([
    'https://example.com/schema.json',
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
    '//host/x',
    'other.json',
  ])('BI5: a $ref to %s is never fetched, and throws at registration', ($ref) => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    const schema = saying({ type: 'object', properties: { a: { $ref } } });
    expect(() => make().tool('t', { inputSchema: schema }, () => 'x')).toThrow(
      /^tool "t": inputSchema: \$ref at #\/properties\/a to .*: nothing is fetched; use "#\/\$defs/,
    );
    expect(() => make().prompt('p', { argsSchema: schema }, () => 'x')).toThrow(/^prompt "p": argsSchema: \$ref at /);
    expect(fetched).not.toHaveBeenCalled();
  });

  // spec: basic#composition-keyword-resource-use.1
  test('BI6: of any depth or number of schemas throws at registration, fast', () => {
    let deep: Json = { type: 'string' };
    for (let n = 0; n < 10_000; n++) deep = { anyOf: [deep] };
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`p${n}`, {}]));
    expect(() => make().tool('t', { inputSchema: saying({ type: 'object', ...deep }) }, () => 'x')).toThrow(
      /more than 64 schemas inside of one another/,
    );
    expect(() => make().tool('t', { inputSchema: saying({ type: 'object', properties: wide }) }, () => 'x')).toThrow(
      /more than 10000 schemas/,
    );
  });

  // spec: server/tools#tool.1
  test('is never null', () => {
    expect(() => make().tool('t', { inputSchema: saying(null) }, () => 'x')).toThrow(TypeError);
  });
});

describe('x-mcp-header', () => {
  const annotated = (property: Json, rest: Json = {}) =>
    make().tool('t', { inputSchema: saying({ type: 'object', properties: { a: property }, ...rest }) }, () => 'x');

  // spec: server/tools#x-mcp-header.1 server/tools#x-mcp-header.2 server/tools#x-mcp-header.3
  test.each(['', ' ', 'a b', 'a:b', 'a\r\nb', 'a\u0000', 'größe', 7, null])(
    'TR11: %j throws at registration',
    (name) => {
      expect(() => annotated({ type: 'string', 'x-mcp-header': name })).toThrow(
        /^tool "t": x-mcp-header .* at #\/properties\/a: /,
      );
    },
  );

  // spec: server/tools#x-mcp-header.4
  test('TR11: a header of two properties, in any case, throws at registration', () => {
    const b = { type: 'string', 'x-mcp-header': 'REGION' };
    const a = { type: 'string', 'x-mcp-header': 'Region' };
    expect(() => annotated(a, { properties: { a, b } })).toThrow(/^tool "t": x-mcp-header "REGION".*another property/);
  });

  // spec: server/tools#x-mcp-header.5
  test.each(['number', 'object', 'array', 'null', undefined])('TR11: at the type %s throws at registration', (kind) => {
    expect(() => annotated({ type: kind, 'x-mcp-header': 'A' })).toThrow(/the type must be string, integer or boolean/);
  });

  // spec: server/tools#x-mcp-header.7
  test.each<[string, Json]>([
    ['items', { type: 'array', items: { type: 'string', 'x-mcp-header': 'A' } }],
    ['anyOf', { anyOf: [{ type: 'string', 'x-mcp-header': 'A' }] }],
    ['$defs', { $defs: { b: { type: 'string', 'x-mcp-header': 'A' } } }],
    ['if', { if: { type: 'string', 'x-mcp-header': 'A' } }],
  ])('TR11: under %s throws at registration', (_keyword, property) => {
    expect(() => annotated(property)).toThrow(/only a property that is reached by "properties" alone/);
  });

  test('TR12: a call whose header does not agree with its arguments is 400 and -32020, and no handler runs', async () => {
    const handler = vi.fn<() => string>(() => 'x');
    const inputSchema = z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }), n: z.number() });
    const server = make().tool('t', { inputSchema }, handler);
    const call = (headers: Record<string, string>) => ask(server, toolCall('t', { region: 'eu', n: 1 }, { headers }));
    for (const headers of [{}, { 'mcp-param-region': 'us' }]) {
      expect(await call(headers as Record<string, string>)).toMatchObject({ status: 400, error: { code: -32020 } });
    }
    expect(handler).not.toHaveBeenCalled();
    expect((await call({ 'mcp-param-region': 'eu' })).status).toBe(200);
    expect((await listed(server)).inputSchema['properties']).toMatchObject({ region: { 'x-mcp-header': 'Region' } });
  });

  // spec: server/tools#x-mcp-header.6
  test('TR11: an integer that a double does not carry agrees with no header', async () => {
    const inputSchema = z.object({ n: z.int().meta({ 'x-mcp-header': 'N' }) });
    const server = make().tool('t', { inputSchema }, () => 'x');
    const n = Number.MAX_SAFE_INTEGER + 1;
    const headers = { 'mcp-param-n': String(n) };
    expect(await ask(server, toolCall('t', { n }, { headers }))).toMatchObject({
      status: 400,
      error: { code: -32020 },
    });
  });
});

describe('structured output', () => {
  // spec: server/tools#structured-content.1 server/tools#output-schema.1
  test.each<[string, StandardSchema, unknown]>([
    ['an object', z.object({ a: z.array(z.number()) }), { a: [1, 2] }],
    ['an array', z.array(z.object({ id: z.string() })), [{ id: '1' }]],
    ['a string', z.string(), 'text'],
    ['a number', z.number(), 0.5],
    ['false', z.boolean(), false],
    ['null', z.null(), null],
    ['a union', z.union([z.string(), z.number()]), 7],
  ])('may be %s: any JSON, with the same as text', async (_what, outputSchema, value) => {
    const server = make().tool('t', { outputSchema }, () => value);
    const { result } = await ask(server, toolCall('t'));
    expect(result.structuredContent).toEqual(value);
    expect(result.content).toEqual([{ type: 'text', text: JSON.stringify(value) }]);
    expect((await listed(server)).outputSchema).toBeDefined();
  });
});
