/** The same tools with schemas of each library, called over HTTP by the real client. */
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { McpClient } from 'mcpwire/client';
import { fromJsonSchema } from 'mcpwire/json-schema';
import { serve, type RunningServer } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';

const reported: unknown[] = [];
const make = () =>
  new McpServer({ name: 'thermometer', version: '1.0.0' }, { onError: (error) => void reported.push(error) });

const withZod = make()
  .tool(
    'measure',
    {
      inputSchema: z.object({ city: z.string().min(1), days: z.array(z.int()).optional() }),
      outputSchema: z.object({ degrees: z.number(), unit: z.enum(['C', 'F']) }),
    },
    ({ city, days = [] }) => ({ degrees: city.length + days.length, unit: city === 'Bern' ? 'C' : ('K' as 'F') }),
  )
  .tool('any', { inputSchema: z.object({ value: z.json() }), outputSchema: z.json() }, ({ value }) => value);

const withValibot = make()
  .tool(
    'measure',
    {
      inputSchema: toStandardJsonSchema(
        v.object({
          city: v.pipe(v.string(), v.minLength(1)),
          days: v.optional(v.array(v.pipe(v.number(), v.integer()))),
        }),
      ),
      outputSchema: toStandardJsonSchema(v.object({ degrees: v.number(), unit: v.picklist(['C', 'F']) })),
    },
    ({ city, days = [] }) => ({ degrees: city.length + days.length, unit: city === 'Bern' ? 'C' : ('K' as 'F') }),
  )
  .tool(
    'any',
    { inputSchema: toStandardJsonSchema(v.object({ value: v.any() })), outputSchema: toStandardJsonSchema(v.any()) },
    ({ value }) => value as unknown,
  );

const withArktype = make()
  .tool(
    'measure',
    {
      inputSchema: type({ city: 'string >= 1', 'days?': 'number.integer[]' }),
      outputSchema: type({ degrees: 'number', unit: "'C' | 'F'" }),
    },
    ({ city, days = [] }) => ({ degrees: city.length + days.length, unit: city === 'Bern' ? 'C' : ('K' as 'F') }),
  )
  .tool('any', { inputSchema: type({ value: 'unknown' }), outputSchema: type('unknown') }, ({ value }) => value);

const measureInput = {
  type: 'object',
  properties: { city: { type: 'string', minLength: 1 }, days: { type: 'array', items: { type: 'integer' } } },
  required: ['city'],
};
const measureOutput = {
  type: 'object',
  properties: { degrees: { type: 'number' }, unit: { enum: ['C', 'F'] } },
  required: ['degrees', 'unit'],
};
const withJsonSchema = make()
  .tool(
    'measure',
    {
      inputSchema: fromJsonSchema<{ city: string; days?: number[] }>(measureInput),
      outputSchema: fromJsonSchema<{ degrees: number; unit: 'C' | 'F' }>(measureOutput),
    },
    ({ city, days = [] }) => ({ degrees: city.length + days.length, unit: city === 'Bern' ? 'C' : ('K' as 'F') }),
  )
  .tool(
    'any',
    {
      inputSchema: fromJsonSchema<{ value: unknown }>({ type: 'object', required: ['value'] }),
      outputSchema: fromJsonSchema({}),
    },
    ({ value }) => value,
  );

const running: RunningServer[] = [];
afterAll(() => Promise.all(running.map((one) => one.close())));

describe.each([
  ['zod', withZod],
  ['valibot', withValibot],
  ['arktype', withArktype],
  ['fromJsonSchema', withJsonSchema],
])('%s', (_, server) => {
  let client: Awaited<ReturnType<typeof McpClient.connect<typeof withZod>>>;
  beforeAll(async () => {
    const one = await serve(server as McpServer<unknown>);
    running.push(one);
    client = await McpClient.connect<typeof withZod>(one.url);
  });
  afterAll(() => client.close());

  test('its JSON Schema is listed', async () => {
    const { tools } = (await client.request('tools/list')) as unknown as { tools: Record<string, unknown>[] };
    expect(tools.find(({ name }) => name === 'measure')).toMatchObject({
      inputSchema: measureInput,
      outputSchema: { type: 'object', properties: { degrees: { type: 'number' }, unit: { enum: ['C', 'F'] } } },
    });
  });

  test('what fits is taken and returned', async () => {
    const { structuredContent } = await client.callTool('measure', { city: 'Bern', days: [1, 2] });
    expect(structuredContent).toEqual({ degrees: 6, unit: 'C' });
  });

  test('arguments that do not fit are answered with their paths', async () => {
    for (const [args, path] of [
      [{ city: '' }, 'city'],
      [{ city: 7 }, 'city'],
      [{ city: 'Bern', days: [1, 'x'] }, 'days.1'],
      [{}, 'city'],
    ] as const) {
      const result = await client.callTool('measure', args as never);
      expect(result).toMatchObject({ isError: true });
      expect((result.content[0] as { text: string }).text).toMatch(
        new RegExp(`^Invalid arguments for tool "measure":\n- ${path}: .`),
      );
    }
  });

  test('a returned value that does not fit is never sent', async () => {
    reported.length = 0;
    const result = await client.callTool('measure', { city: 'Oslo' });
    expect(result).toMatchObject({ isError: true });
    expect(result.structuredContent).toBeUndefined();
    expect(JSON.stringify(result)).not.toContain('unit');
    expect(String(reported[0])).toMatch(/what does not fit its outputSchema:\n- unit: ./);
  });

  // spec: server/tools#structured-content
  test.each([[{ a: [1] }], [[1, 'x', null]], [[]], ['text'], [''], [7], [0], [-1.5], [true], [false], [null]])(
    'a structured value can be any JSON: %j',
    async (value) => {
      const { structuredContent, content } = await client.callTool('any', { value });
      expect(structuredContent).toEqual(value);
      expect(content).toEqual([{ type: 'text', text: JSON.stringify(value) }]);
    },
  );
});

describe('a schema without a JSON Schema form fails at registration with the cure', () => {
  test.each([
    ['zod/mini', mini.object({ a: mini.string() }), /inputSchema \(zod\) has no JSON Schema form; import 'zod' 4\.2\+/],
    ['valibot alone', v.object({ a: v.string() }), /inputSchema \(valibot\) has no JSON Schema form/],
    ['zod, a date', z.object({ a: z.date() }), /inputSchema has no JSON Schema form.*Use what JSON has/],
    ['valibot, a date', toStandardJsonSchema(v.object({ a: v.date() })), /inputSchema has no JSON Schema form.*date/],
    ['plain JSON Schema', { type: 'object' }, /inputSchema is not a Standard Schema/],
  ])('%s', (_, inputSchema, message) => {
    expect(() => make().tool('t', { inputSchema: inputSchema as typeof mini.object.prototype }, () => 'x')).toThrow(
      message,
    );
  });
});

describe('a schema of any library is bounded at registration', () => {
  const standard = (json: Record<string, unknown>) => ({
    '~standard': {
      version: 1 as const,
      vendor: 'own',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => json, output: () => json },
      types: undefined as { input: object; output: object } | undefined,
    },
  });

  test.each([
    [{ $ref: 'https://example.com/schema' }, '$ref at # to "https://example.com/schema": nothing is fetched'],
    [
      { $schema: 'http://json-schema.org/draft-07/schema#' },
      '$schema at # is "http://json-schema.org/draft-07/schema#"',
    ],
    [{ anyOf: Array.from({ length: 10_000 }, () => ({})) }, 'more than 10000 schemas'],
  ])('%#', (json, message) => {
    for (const side of ['inputSchema', 'outputSchema'] as const) {
      expect(() => make().tool('t', { [side]: standard({ type: 'object', ...json }) }, () => ({}))).toThrow(
        `tool "t": ${side}: ${message}`,
      );
    }
  });

  test('recursive schemas are not too deep', async () => {
    const Zod = z.object({
      get kids() {
        return z.array(Zod);
      },
    });
    const server = make()
      .tool('zod', { inputSchema: Zod }, ({ kids }) => String(kids.length))
      .tool('arktype', { inputSchema: type({ a: type.module({ t: { kids: 't[]' } }).t }) }, () => 'x');
    const one = await serve(server);
    running.push(one);
    const client = await McpClient.connect<typeof server>(one.url);
    expect(await client.callTool('zod', { kids: [{ kids: [] }] })).toMatchObject({ content: [{ text: '1' }] });
    await client.close();
  });
});
