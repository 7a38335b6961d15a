import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { McpServer } from 'mcpwire/server';
import * as z from 'zod';
import { ask, headersOf, META, meta, modern, post, rpc, toolCall, type Json } from '../helpers/wire.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

const seen: unknown[] = [];
const server = new McpServer({ name: 'json', version: '1.0.0' })
  .tool('echo', { inputSchema: z.looseObject({}) }, (args) => {
    seen.push(args);
    return JSON.stringify(args);
  })
  .method('echo/params', {}, (params) => ({ params }));

const headers = headersOf(rpc('tools/list'));
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part)))),
  );

describe('a body that is no JSON in UTF-8: 400 and -32700', () => {
  const text = JSON.stringify(rpc('tools/list'));
  // spec: basic/transports#messages.1
  test.each<[string, string | Uint8Array<ArrayBuffer>]>([
    ['nothing', ''],
    ['white space', ' \n'],
    ['a cut message', text.slice(0, -1)],
    ['trailing garbage', `${text}x`],
    ['two messages', `${text}${text}`],
    ['two messages on two lines', `${text}\n${text}`],
    ['single quotes', text.replaceAll('"', "'")],
    ['a comment', `${text}/* */`],
    ['a trailing comma', `{"jsonrpc":"2.0","id":1,"method":"x",}`],
    ['NaN', '{"jsonrpc":"2.0","id":NaN,"method":"x"}'],
    ['a leading zero', '{"jsonrpc":"2.0","id":01,"method":"x"}'],
    ['a raw control character in a string', '{"jsonrpc":"2.0","id":"\u0001","method":"x"}'],
    ['a vertical tab as white space', '{"jsonrpc"\u000b:"2.0","id":1,"method":"x"}'],
    ['a byte order mark', `\ufeff${text}`],
    ['UTF-16', new Uint8Array(Buffer.from(text, 'utf16le'))],
    ['UTF-16 with a mark', bytes([0xff, 0xfe], [...Buffer.from(text, 'utf16le')])],
    ['an overlong encoding', bytes('{"jsonrpc":"2.0","id":"', [0xc0, 0xaf], '","method":"x"}')],
    ['a surrogate in UTF-8', bytes('{"jsonrpc":"2.0","id":"', [0xed, 0xa0, 0x80], '","method":"x"}')],
    ['a character cut at the end', bytes(text, [0xe2, 0x82])],
    ['compression', bytes([0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00])],
  ])('%s', async (_what, body) => {
    const answer = await ask(server, post(body, headers));
    expect(answer).toMatchObject({ status: 400, jsonrpc: '2.0', error: { code: -32700 } });
    expect(answer).not.toHaveProperty('id');
  });

  test('without the header of this revision such an answer has the id null', async () => {
    expect(await ask(server, post('{', { 'content-type': 'application/json' }))).toMatchObject({
      status: 400,
      id: null,
      error: { code: -32700 },
    });
  });
});

describe('an envelope key that occurs twice: 400 and -32600', () => {
  const tail = `"params":{"_meta":${JSON.stringify(meta())}}`;
  test.each([
    ['id', `{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list",${tail}}`],
    ['id, equal values', `{"jsonrpc":"2.0","id":1,"id":1,"method":"tools/list",${tail}}`],
    ['id, the second one escaped', `{"jsonrpc":"2.0","id":1,"\\u0069d":2,"method":"tools/list",${tail}}`],
    [
      'id, both escaped, hexadecimal in both cases',
      `{"jsonrpc":"2.0","\\u0069\\u0064":1,"\\u0069d":2,"method":"tools/list",${tail}}`,
    ],
    ['method', `{"jsonrpc":"2.0","id":1,"method":"server/discover","method":"tools/list",${tail}}`],
    [
      'method, escaped, far away',
      `{"method":"tools/list","jsonrpc":"2.0","id":1,${tail},"x":{"method":1},"me\\u0074ho\\u0064" : "tools/list"}`,
    ],
    ['jsonrpc', `{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"tools/list",${tail}}`],
    ['params', `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{},${tail}}`],
  ])('%s', async (_what, body) => {
    expect(await ask(server, post(body, headers))).toMatchObject({
      status: 400,
      error: { code: -32600 },
    });
  });

  test('keys of the same words deeper down are data', async () => {
    const params = { id: 1, method: 'x', params: { jsonrpc: '1', id: 2 } };
    expect(await ask(server, modern('echo/params', params))).toMatchObject({ status: 200, result: { params } });
  });
});

describe('keys with a meaning in JavaScript are data', () => {
  const keys = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'then',
    'toJSON',
    '0',
    '',
  ];

  test.each(keys)('%s in arguments, params, _meta and the envelope', async (key) => {
    const member = `${JSON.stringify(key)}:{"polluted":true,"then":1}`;
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call",${member},"params":{"name":"echo",${member},"arguments":{${member}},"_meta":{${member},${JSON.stringify(meta()).slice(1)}}}`;
    const answer = await ask(server, post(body, headersOf(rpc('tools/call', { name: 'echo' }))));
    expect(answer.status).toBe(200);
    expect(answer.result.isError).toBeUndefined();
    expect(Object.getOwnPropertyDescriptor({}.constructor.prototype, 'polluted')).toBeUndefined();
    expect(({} as Json)['polluted']).toBeUndefined();
  });

  test.each(keys)('%s comes back from a method that echoes its params', async (key) => {
    const body = `{"jsonrpc":"2.0","id":1,"method":"echo/params","params":{${JSON.stringify(key)}:{"a":1},"_meta":${JSON.stringify(meta())}}}`;
    const response = await server.fetch(post(body, headersOf(rpc('echo/params'))));
    expect(await response.text()).toContain(`{${JSON.stringify(key)}:{"a":1}}`);
  });

  test('a prototype in the envelope supplies no member', async () => {
    const inherited = `{"__proto__":{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}}`;
    expect(await ask(server, post(inherited, headers))).toMatchObject({ status: 400, error: { code: -32600 } });
    const noMeta = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"__proto__":{"_meta":${JSON.stringify(meta())}}}}`;
    expect(await ask(server, post(noMeta, headers))).toMatchObject({ status: 400, error: { code: -32602 } });
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'the method and tool name %s are unknown',
    async (name) => {
      expect(await ask(server, modern(name))).toMatchObject({ status: 404, error: { code: -32601 } });
      expect(await ask(server, toolCall(name))).toMatchObject({ status: 200, error: { code: -32602 } });
    },
  );
});

describe('A10: keys match exactly, without case folding', () => {
  test.each(['Method', 'METHOD', 'method ', 'meth\\u03bfd'])('%s is not method', async (key) => {
    const body = `{"jsonrpc":"2.0","id":1,"${key}":"tools/list","params":{"_meta":${JSON.stringify(meta())}}}`;
    expect(await ask(server, post(body, headers))).toMatchObject({ status: 400, id: 1, error: { code: -32600 } });
  });

  test.each(['Params', 'param\\u017f', 'PARAMS'])('%s is not params', async (key) => {
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/list","${key}":{"_meta":${JSON.stringify(meta())}}}`;
    expect(await ask(server, post(body, headers))).toMatchObject({ status: 400, id: 1, error: { code: -32602 } });
  });

  test.each(['Id', 'ID', '\\u0131d', '\\u0049d'])('%s is not id: the message is a notification', async (key) => {
    const body = `{"jsonrpc":"2.0","${key}":1,"method":"tools/list","params":{"_meta":${JSON.stringify(meta())}}}`;
    expect((await server.fetch(post(body, headers))).status).toBe(202);
  });

  test('a Kelvin sign is no k: the version key of _meta is matched exactly', async () => {
    const body = JSON.stringify(rpc('tools/list')).replace('protocolVersion', 'ProtocolVersion');
    expect(await ask(server, post(body, headers))).toMatchObject({ status: 400, error: { code: -32602 } });
  });
});

describe('A11: NUL ends no key', () => {
  test.each(['method\\u0000', '\\u0000method', 'method\\u0000x'])('%s is not method', async (key) => {
    const body = `{"jsonrpc":"2.0","id":1,"${key}":"tools/list"}`;
    expect(await ask(server, post(body, headers))).toMatchObject({ status: 400, error: { code: -32600 } });
  });

  test('an exact key beside one with NUL wins nothing and loses nothing', async () => {
    const body = `{"jsonrpc":"2.0","id":1,"method\\u0000":"server/discover","method":"tools/list","params":{"_meta":${JSON.stringify(meta())}}}`;
    expect(await ask(server, post(body, headers))).toMatchObject({
      status: 200,
      result: { tools: expect.any(Array) as unknown },
    });
  });

  test('NUL in keys and values of data round-trips', async () => {
    const params = { 'a\u0000b': 'c\u0000d', '\u0000': '\u2028\u2029' };
    expect(await ask(server, modern('echo/params', params))).toMatchObject({ result: { params } });
  });
});

test('numbers and strings of params arrive as JSON.parse reads them', async () => {
  const params = '{"a":1e999,"b":-0,"c":9007199254740993,"d":1.0,"e":"\\ud800","f":"\u2028"}';
  const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":${params},"_meta":${JSON.stringify(meta())}}}`;
  seen.length = 0;
  await server.fetch(post(body, headersOf(rpc('tools/call', { name: 'echo' }))));
  expect(seen).toEqual([JSON.parse(params)]);
});

// spec: basic#messages.1 basic#result-responses.2 basic#error-responses.2
test('A12: whatever JSON arrives, the answer is a JSON-RPC message with a fitting status', async () => {
  const words = fc.constantFrom(
    'jsonrpc',
    'id',
    'method',
    'params',
    '_meta',
    'name',
    'arguments',
    META.version,
    META.capabilities,
    '__proto__',
  );
  const leaf = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('2.0', 'tools/list', 'tools/call', 'echo', 'echo/params', '2026-07-28', {}, 1),
  );
  const near = fc.oneof(
    fc.dictionary(words, fc.oneof(leaf, fc.dictionary(words, fc.oneof(leaf, fc.dictionary(words, leaf))))),
    leaf,
  );
  const broken = fc.tuple(near, fc.nat(), fc.string()).map(([value, at, insert]) => {
    const text = JSON.stringify(value);
    return text.slice(0, at % (text.length + 1)) + insert + text.slice(at % (text.length + 1));
  });
  const sent = fc.oneof(
    fc.constant(headers),
    fc.constant(headersOf(rpc('tools/call', { name: 'echo' }))),
    fc.constant({ 'content-type': 'application/json' }),
    fc.constant({ ...headers, 'mcp-protocol-version': '2025-11-25' }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        near.map((value) => JSON.stringify(value)),
        broken,
      ),
      sent,
      async (body, head) => {
        const response = await server.fetch(post(body, head));
        const text = await response.text();
        expect([200, 202, 400, 404]).toContain(response.status);
        // A notification has no answer; everything else has one result or one error.
        const answer = response.status === 202 ? undefined : (JSON.parse(text) as Json);
        const { code, message } = (answer?.['error'] ?? {}) as Json;
        expect([
          text === '',
          answer?.['jsonrpc'],
          answer !== undefined && 'result' in answer,
          typeof code,
          typeof message,
        ]).toEqual(
          answer === undefined
            ? [true, undefined, false, 'undefined', 'undefined']
            : response.status === 200 && 'result' in answer
              ? [false, '2.0', true, 'undefined', 'undefined']
              : [false, '2.0', false, 'number', 'string'],
        );
      },
    ),
    { numRuns: 500 },
  );
});
