import { describe, expect, test } from 'vitest';
import { defineTool, McpServer, type StandardSchema } from 'mcpwire/server';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { ask, firstText, toolCall } from '../helpers/wire.js';

const make = () => new McpServer({ name: 'r', version: '1' });
const handler = () => 'x';

describe('a schema without a JSON Schema form fails at registration', () => {
  test.each<[string, StandardSchema, RegExp]>([
    ['a date', z.object({ when: z.date() }), /tool "t": inputSchema.*has no JSON Schema form.*z\.iso\.datetime\(\)/s],
    ['a bigint', z.object({ n: z.bigint() }), /tool "t": inputSchema.*has no JSON Schema form/s],
    [
      'a transform in front',
      z.object({ m: z.map(z.string(), z.string()) }),
      /tool "t": inputSchema.*has no JSON Schema form/s,
    ],
    [
      'a schema of zod/mini',
      mini.object({ a: mini.string() }),
      /^tool "t": inputSchema \(zod\) has no JSON Schema form; import 'zod' 4\.2\+, not 'zod\/mini'$/,
    ],
    [
      'a library without JSON Schema',
      { '~standard': { version: 1, vendor: 'tiny', validate: (value) => ({ value }) } },
      /^tool "t": inputSchema \(tiny\) has no JSON Schema form/,
    ],
  ])('%s: the error names the tool and the cure', (_what, inputSchema, message) => {
    expect(() => make().tool('t', { inputSchema }, handler)).toThrow(message);
  });

  test('the error names the path where the library tells it', () => {
    const schema: unknown = {
      '~standard': {
        version: 1,
        vendor: 'telling',
        validate: (value: unknown) => ({ value }),
        jsonSchema: {
          input: () => {
            throw Object.assign(new Error('dates are no JSON'), { path: ['a', 0, 'b'] });
          },
        },
      },
    };
    expect(() => make().tool('t', { inputSchema: schema as StandardSchema }, handler)).toThrow(
      /^tool "t": inputSchema has no JSON Schema form at a\.0\.b: dates are no JSON\. Use what JSON has/,
    );
  });

  test('an outputSchema, too', () => {
    expect(() => make().tool('t', { outputSchema: z.date() as never }, handler as never)).toThrow(
      /tool "t": outputSchema.*has no JSON Schema form/s,
    );
  });

  test('the failed tool is not registered', async () => {
    const server = make().tool('ok', {}, handler);
    expect(() => server.tool('t', { inputSchema: z.object({ d: z.date() }) }, handler)).toThrow(/JSON Schema/);
    expect(await ask(server, toolCall('t'))).toMatchObject({ error: { code: -32602, message: 'Unknown tool: t' } });
  });
});

// spec: server/tools#tool.1
describe('an inputSchema', () => {
  // spec: server/tools#tool.1
  test.each([z.string(), z.array(z.string()), z.number()])('that is no object throws (%#)', (inputSchema) => {
    expect(() => make().tool('t', { inputSchema }, handler)).toThrow(
      /^tool "t": inputSchema must be an object: z\.object\(/,
    );
  });

  test('that is a union of objects is listed with type object', async () => {
    const server = make().tool(
      't',
      { inputSchema: z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]) },
      () => 'x',
    );
    expect(firstText(await ask(server, toolCall('t', { b: 'y' })))).toBe('x');
    expect((await ask(server, toolCall('t', { c: 'y' }))).result.isError).toBe(true);
  });
});

describe('habits of other libraries get an error that shows our line', () => {
  test.each<[string, unknown[], RegExp]>([
    ['a raw shape', ['t', { inputSchema: { a: z.string() } }, handler], /z\.object\(\{/],
    ['no definition', ['t', handler], /server\.tool\('/],
    ['a description in its place', ['t', 'does things', {}, handler], /server\.tool\('/],
    ['no handler', ['t', {}], /server\.tool\('/],
    ['one object', [{ name: 't' }, handler], /server\.tool\('/],
    [
      'JSON Schema',
      ['t', { inputSchema: { type: 'object', properties: {} } }, handler],
      /inputSchema is not a Standard Schema, such as z\.object\(/,
    ],
  ])('%s', (_what, args, message) => {
    const server = make() as unknown as { tool(...args: unknown[]): unknown };
    expect(() => server.tool(...args)).toThrow(message);
  });
});

// spec: server/tools#tool-names.1
describe('A34: the name of a tool', () => {
  test.each([
    'getUser',
    'DATA_EXPORT_v2',
    'admin.tools.list',
    'job/run',
    'a',
    'x'.repeat(128),
    '天気',
    '__proto__',
    'constructor',
  ])('%j is taken, and the tool can be called', async (name) => {
    expect(
      firstText(
        await ask(
          make().tool(name, {}, () => name),
          toolCall(name),
        ),
      ),
    ).toBe(name);
  });

  // spec: server/tools#tool-names.1
  test.each([
    '',
    ' ',
    'a b',
    'name\n',
    '\tname',
    'a\u0000b',
    'a\u200bb',
    'a\u202eb',
    'a\u2066b',
    '\ufeffa',
    'a\u00adb',
    'a\u2028',
    '\u3164',
    'x'.repeat(129),
    'a\ud800',
  ])('%j is refused: a reader could not tell it apart', (name) => {
    expect(() => make().tool(name, {}, handler)).toThrow(/a name is 1 to 128 visible characters/);
  });

  // spec: server/tools#tool-names.5
  // spec: server/tools#tool-names.5
  test('is taken once', () => {
    expect(() => make().tool('t', {}, handler).tool('t', {}, handler)).toThrow(/tool "t" exists already/);
  });

  // spec: server/tools#tool-names.2
  // spec: server/tools#tool-names.2
  test('is case-sensitive', async () => {
    const server = make()
      .tool('t', {}, () => 'small')
      .tool('T', {}, () => 'large');
    expect(firstText(await ask(server, toolCall('T')))).toBe('large');
  });
});

test('defineTool and server.add register tools from other files, in order', async () => {
  const one = defineTool('one', { inputSchema: z.object({ n: z.number() }) }, ({ n }) => String(n + 1));
  const two = defineTool('two', {}, () => 'two');
  const server = make().add(one, two);
  expect(firstText(await ask(server, toolCall('one', { n: 1 })))).toBe('2');
  expect(firstText(await ask(server, toolCall('two')))).toBe('two');
  expect(() => server.add(one)).toThrow(/tool "one" exists already/);
});

test('A29, A10: a call never registers, removes or renames anything', async () => {
  const server = make().tool('t', {}, handler);
  const before = await (await server.fetch(toolCall('t'))).text();
  await ask(server, toolCall('toString'));
  await ask(server, toolCall('T'));
  expect(await (await server.fetch(toolCall('t'))).text()).toBe(before);
});
