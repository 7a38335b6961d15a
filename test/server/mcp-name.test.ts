import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { McpServer } from 'mcpwire/server';
import { serve, type RunningServer } from 'mcpwire/node';
import { encodeHeaderValue } from '../../src/http/headers.js';
import { text } from '../helpers/arbitraries.js';
import { send } from '../helpers/raw-http.js';
import { ask, headersOf, modern, rpc, type Answer } from '../helpers/wire.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

// streamable-http#standard-request-headers and #value-encoding
const names = ['plain', 'café', '世界', '=?base64?x?=', 'a,b', '=?BASE64?YQ==?='];
const server = new McpServer({ name: 'names', version: '1.0.0' });
for (const name of names) server.tool(name, {}, () => 'called');

const call = (name: string, header: string | undefined) => {
  const request = modern('tools/call', { name });
  if (header === undefined) request.headers.delete('mcp-name');
  else request.headers.set('mcp-name', header);
  return ask(server, request);
};

describe('TR9, TR10: Mcp-Name agrees with params.name', () => {
  // spec: basic/transports/streamable-http#value-encoding.5 basic/transports/streamable-http#value-encoding.6
  // spec: basic/transports/streamable-http#server-validation.5
  test.each<[name: string, header: string]>([
    ['plain', 'plain'],
    ['plain', '=?base64?cGxhaW4=?='],
    ['plain', ' plain\t'],
    ['café', '=?base64?Y2Fmw6k=?='],
    ['世界', '=?base64?5LiW55WM?='],
    ['=?base64?x?=', '=?base64?PT9iYXNlNjQ/eD89?='],
    ['a,b', 'a,b'],
    ['=?BASE64?YQ==?=', '=?BASE64?YQ==?='],
  ])('the tool %j is called with the header %j', async (name, header) => {
    expect((await call(name, header)).result?.content[0]?.text).toBe('called');
  });

  // spec: basic/transports/streamable-http#server-validation.1
  // spec: basic/transports/streamable-http#server-validation.3
  // spec: basic/transports/streamable-http#server-validation.4
  test.each<[name: string, header: string | undefined]>([
    ['plain', undefined],
    ['plain', ''],
    ['plain', 'Plain'],
    ['plain', 'other'],
    ['plain', 'plain, plain'],
    ['plain', 'plain\u0001'.replace('\u0001', '\u007f')],
    ['plain', '=?BASE64?cGxhaW4=?='],
    ['plain', '=?base64?cGxhaW4?='],
    ['plain', '=?base64?cGxh aW4=?='],
    ['plain', '=?base64?@@?='],
    ['plain', '=?base64??='],
    ['plain', '=?base64?b3RoZXI=?='],
    ['plain', 'cGxhaW4='],
    ['café', 'café'],
    ['café', '=?base64?Y2Fm6Q==?='],
    ['=?base64?x?=', '=?base64?x?='],
    ['世界', '=?utf-8?B?5LiW55WM?='],
  ])('the tool %j with the header %j: 400 and -32020', async (name, header) => {
    expect(await call(name, header)).toMatchObject({
      status: 400,
      id: 1,
      error: { code: -32020, message: expect.stringMatching(/Mcp-Name/) as unknown },
    });
  });

  test.each([undefined, 'plain\u007f', '=?base64?cGxhaW4?=', '=?base64?@@?=', '=?base64?Y2Fm6Q==?='])(
    'a header that is not there and one that cannot be read (%j) are told alike',
    async (header) => {
      expect((await call('plain', header)).error.message).toBe('Header mismatch: Mcp-Name is missing or malformed');
    },
  );

  test('any name a client may send agrees with its own encoding, and with no other', async () => {
    // RFC 9110 lets recipients drop white space around a value; Headers does, and so such values are always encoded.
    await fc.assert(
      fc.asyncProperty(text, text, async (name, other) => {
        expect((await call(name, encodeHeaderValue(name))).error.code).toBe(names.includes(name) ? undefined : -32602);
        fc.pre(other !== name);
        expect((await call(name, encodeHeaderValue(other))).error.code).toBe(-32020);
      }),
      { numRuns: 100 },
    );
  });

  test('the header is looked at where it applies, and nowhere else', async () => {
    expect((await ask(server, modern('tools/list', { name: 'a' }, { headers: { 'mcp-name': 'b' } }))).status).toBe(200);
    expect(
      (await ask(server, modern('tools/list', {}, { headers: { 'mcp-param-region': 'x', 'mcp-unknown': 'y' } })))
        .status,
    ).toBe(200);
  });
});

describe('over a socket, where any byte can arrive', () => {
  let running: RunningServer;
  beforeAll(async () => void (running = await serve(server)));
  afterAll(() => running.close());

  const raw = async (name: string, ...headers: [string, string][]) => {
    const message = rpc('tools/call', { name });
    const rest = Object.entries(headersOf(message)).filter(([header]) => header !== 'mcp-name');
    const answer = await send(Number(new URL(running.url).port), {
      headers: [...rest, ...headers],
      body: JSON.stringify(message),
    });
    return { status: answer.status, body: answer.text === '' ? undefined : (JSON.parse(answer.text) as Answer) };
  };

  test.each<[string, string, [string, string][]]>([
    ['bytes beyond ASCII that happen to spell the name in Latin-1', 'café', [['Mcp-Name', 'café']]],
    ['UTF-8 bytes', 'café', [['Mcp-Name', Buffer.from('café').toString('latin1')]]],
    ['a tab inside', 'plain', [['Mcp-Name', 'pl\tain']]],
    [
      'the header twice',
      'plain',
      [
        ['Mcp-Name', 'plain'],
        ['Mcp-Name', 'plain'],
      ],
    ],
    [
      'the header twice, the right one last',
      'plain',
      [
        ['Mcp-Name', 'x'],
        ['mcp-name', 'plain'],
      ],
    ],
    ['no header', 'plain', []],
  ])('%s: 400 and -32020', async (_what, name, headers) => {
    expect(await raw(name, ...headers)).toMatchObject({ status: 400, body: { error: { code: -32020 } } });
  });

  test.each(['\u0000', '\r', 'a\u0000b', '\u007f'])('control character %j: never a handler', async (control) => {
    const { status } = await raw('plain', ['Mcp-Name', `plain${control}`]);
    expect(status).toBe(400);
  });

  test('white space around the value is not part of it', async () => {
    expect((await raw('plain', ['Mcp-Name', '  plain \t'])).status).toBe(200);
  });
});
