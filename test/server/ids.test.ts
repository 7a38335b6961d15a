import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { McpServer } from 'mcpwire/server';
import { anyString } from '../helpers/arbitraries.js';
import { ask, headersOf, meta, post, rpc } from '../helpers/wire.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

const server = new McpServer({ name: 'ids', version: '1.0.0' })
  .tool('ok', {}, () => 'ok')
  .tool('stream', {}, async (_args, ctx) => {
    await ctx.notify('x/y');
    return 'ok';
  });

const withId = (id: string, name = 'ok') =>
  post(
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}","_meta":${JSON.stringify(meta())}}}`,
    headersOf(rpc('tools/call', { name })),
  );

// basic/index#requests
describe('BI1: an id is a string or an integer, and comes back as it was', () => {
  // spec: basic#result-responses.1
  test.each([
    '0',
    '""',
    '-1',
    '9007199254740991',
    '-9007199254740991',
    '"1"',
    '1',
    '"null"',
    '"\\u0000"',
    '"\\ud800"',
    '"😀"',
    '"__proto__"',
  ])('%s', async (id) => {
    const answer = await ask(server, withId(id));
    expect(answer.status).toBe(200);
    expect(answer.id).toBe(JSON.parse(id));
  });

  test('a string of 1 MB', async () => {
    const id = 'x'.repeat(1024 * 1024);
    expect((await ask(server, withId(JSON.stringify(id)))).id).toBe(id);
  });

  test('1.0 and 1e2 are integers, too: JSON has one kind of number', async () => {
    expect((await ask(server, withId('1.0'))).id).toBe(1);
    expect((await ask(server, withId('1e2'))).id).toBe(100);
  });

  // spec: basic#result-responses.1 basic#error-responses.1
  test('any string and any safe integer, in JSON, in streams and in errors', async () => {
    const ids = fc.oneof(anyString, fc.maxSafeInteger());
    await fc.assert(
      fc.asyncProperty(ids, async (id) => {
        const text = JSON.stringify(id);
        const expected: unknown = JSON.parse(text);
        expect((await ask(server, withId(text))).id).toBe(expected);
        expect((await ask(server, withId(text, 'unknown'))).id).toBe(expected);
        const stream = await server.fetch(withId(text, 'stream'));
        expect(await stream.text()).toContain(`"id":${text}`);
      }),
      { numRuns: 50 },
    );
  });

  // spec: basic#requests.1 basic#requests.2 basic#error-responses.1
  test.each([
    'null',
    '1.5',
    '9007199254740992',
    '-9007199254740992',
    '1e999',
    '{}',
    '[]',
    '[1]',
    '{"toString":1}',
    'true',
    'false',
  ])('%s is refused with 400 and -32600, without an id', async (id) => {
    const answer = await ask(server, withId(id));
    expect(answer.status).toBe(400);
    expect(answer.error.code).toBe(-32600);
    expect(answer).not.toHaveProperty('id');
  });

  test('without the metadata of this revision a refused id is answered as null', async () => {
    const answer = await ask(
      server,
      post('{"jsonrpc":"2.0","id":1.5,"method":"x"}', { 'content-type': 'application/json' }),
    );
    expect(answer).toMatchObject({ status: 400, id: null, error: { code: -32600 } });
  });

  // 2025-11-25 made the id of an error optional.
  test.each([
    ['2025-11-25', undefined],
    ['2025-06-18', null],
    ['2025-03-26', null],
    ['2024-11-05', null],
  ])('under the version header %s an id that cannot be read is answered as %j', async (version, id) => {
    const headers = { 'content-type': 'application/json', 'mcp-protocol-version': version };
    for (const body of ['{"jsonrpc":"2.0","id":1.5,"method":"x"}', '{']) {
      const answer = await ask(server, post(body, headers));
      expect(answer.status).toBe(400);
      expect('id' in answer).toBe(id === null);
      expect(answer.id).toBe(id);
    }
  });
});

// streamable-http#sending-messages
describe('TR3: a body is one request or one notification', () => {
  // spec: basic#messages.1
  test.each([
    ['an empty batch', '[]'],
    ['a batch of one', JSON.stringify([rpc('tools/list')])],
    ['a batch of two', JSON.stringify([rpc('tools/list'), rpc('tools/list', {}, { id: 2 })])],
    ['a response', '{"jsonrpc":"2.0","id":1,"result":{}}'],
    ['an error response', '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}'],
    ['a string', '"tools/list"'],
    ['a number', '1'],
    ['null', 'null'],
    ['true', 'true'],
    ['an empty object', '{}'],
    ['no jsonrpc', '{"id":1,"method":"tools/list"}'],
    ['another version of JSON-RPC', '{"jsonrpc":"1.0","id":1,"method":"tools/list"}'],
    ['a numeric version', '{"jsonrpc":2.0,"id":1,"method":"tools/list"}'],
    ['no method', '{"jsonrpc":"2.0","id":1}'],
    ['a method that is no string', '{"jsonrpc":"2.0","id":1,"method":["tools/list"]}'],
    ['params that are an array', '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}'],
    ['params that are null', '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}'],
    ['params that are a string', '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":"x"}'],
  ])('%s: 400 and -32600', async (_what, body) => {
    const answer = await ask(server, post(body, headersOf(rpc('tools/list'))));
    expect(answer).toMatchObject({ status: 400, jsonrpc: '2.0', error: { code: -32600 } });
    expect(answer.error.message).toMatch(
      /^Not a JSON-RPC request: (?:it must be one object|(?:jsonrpc|method|params) must be )/,
    );
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  // spec: basic#error-responses.2
  test.each([
    ['[{}]', 'it must be one object'],
    ['null', 'it must be one object'],
    ['{"jsonrpc":"2.0","id":1,"result":{}}', 'method must be a string'],
    ['{"jsonrpc":"1.0","id":1,"method":"x"}', 'jsonrpc must be "2.0"'],
    ['{"jsonrpc":"2.0","id":1,"method":"x","params":[]}', 'params must be an object'],
  ])('%s is told what is wrong: %s', async (body, problem) => {
    const { error } = await ask(server, post(body, headersOf(rpc('x'))));
    expect(error.message).toBe(`Not a JSON-RPC request: ${problem}`);
  });

  // spec: basic#error-responses.1
  test('an id that can be read is in the error', async () => {
    const answer = await ask(server, post('{"jsonrpc":"2.0","id":"a","method":1}', headersOf(rpc('tools/list'))));
    expect(answer).toMatchObject({ status: 400, id: 'a', error: { code: -32600 } });
  });
});
