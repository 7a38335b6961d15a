import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve, toNodeListener, type RunningServer } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import { listen } from '../helpers/adapters.js';
import { decodeAnswer, encodeRequest, send, talk, type HeaderList, type RawRequest } from '../helpers/raw-http.js';
import { headersOf, rpc } from '../helpers/wire.js';

let calls = 0;
const make = (options = {}) =>
  new McpServer({ name: 'raw', version: '1' }, options).tool('run', {}, () => {
    calls++;
    return 'ran';
  });
const message = rpc('tools/call', { name: 'run' });
const headers: HeaderList = Object.entries(headersOf(message));
const body = JSON.stringify(message);

let running: RunningServer;
let port: number;
beforeAll(async () => {
  running = await serve(make());
  port = Number(new URL(running.url).port);
});
afterAll(() => running.close());

/** Sends exactly these headers; `send` would add a Host. */
const exactly = async (request: RawRequest) =>
  decodeAnswer(
    await talk(
      port,
      encodeRequest({ body, ...request, headers: [...(request.headers ?? []), ['Connection', 'close']] }),
    ),
  );

describe('A1: Host, as only a socket can send it', () => {
  test.each<[string, RawRequest]>([
    ['none, in HTTP/1.1', { headers }],
    ['none, in HTTP/1.0', { headers, version: '1.0' }],
    ['two, equal', { headers: [['Host', 'localhost'], ['Host', 'localhost'], ...headers] }],
    ['two, the foreign one last', { headers: [['Host', 'localhost'], ['host', 'evil.example'], ...headers] }],
    ['two, the foreign one first', { headers: [['Host', 'evil.example'], ['HOST', 'localhost'], ...headers] }],
    ['empty', { headers: [['Host', ''], ...headers] }],
    ['a tab inside', { headers: [['Host', 'local\thost'], ...headers] }],
    ['a space inside', { headers: [['Host', 'localhost evil'], ...headers] }],
    ['bytes beyond ASCII', { headers: [['Host', 'localhost\u00ff'], ...headers] }],
    [
      'an absolute target of another host',
      { target: 'http://evil.example/mcp', headers: [['Host', 'localhost'], ...headers] },
    ],
    [
      'an absolute target of this host',
      { target: 'http://localhost/mcp', headers: [['Host', 'localhost'], ...headers] },
    ],
    ['a space before the colon', { headers: [['Host ', 'localhost'], ...headers] }],
    ['folded over two lines', { headers: [['Host', 'localhost\r\n evil.example'], ...headers] }],
  ])('%s: refused, and no handler runs', async (_what, request) => {
    calls = 0;
    const { status } = await exactly(request);
    expect([400, 403, 404]).toContain(status);
    expect(calls).toBe(0);
  });

  test('white space around it is not part of it', async () => {
    expect((await exactly({ headers: [['Host', ' \tlocalhost '], ...headers] })).status).toBe(200);
  });

  test('two of them are refused where the listener is mounted by hand, too', async () => {
    const mounted = await listen(createServer({ requireHostHeader: false }, toNodeListener(make())));
    calls = 0;
    for (const hosts of [
      [],
      [
        ['Host', 'localhost'],
        ['Host', 'localhost'],
      ],
    ] as HeaderList[]) {
      const bytes = await talk(
        mounted.port,
        encodeRequest({ headers: [...hosts, ...headers, ['Connection', 'close']], body }),
      );
      expect([400, 403]).toContain(decodeAnswer(bytes).status);
    }
    expect(calls).toBe(0);
    await mounted.close();
  });
});

test('A2: two Origins are refused, whatever they say', async () => {
  for (const origins of [
    ['http://localhost', 'http://evil.example'],
    ['http://evil.example', 'http://localhost'],
    ['http://localhost', 'http://localhost'],
  ]) {
    const answer = await send(port, {
      headers: [...headers, ...origins.map((origin) => ['Origin', origin] as const)],
      body,
    });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  }
});

describe('TR8, TR9: repeated metadata headers are a mismatch', () => {
  test.each(['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name'])('%s twice: 400', async (name) => {
    const value = headers.find(([header]) => header === name.toLowerCase())![1];
    const answer = await send(port, { headers: [...headers, [name, value]], body });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('-32020');
  });
});

describe('bodies', () => {
  test('in chunks of one byte', async () => {
    const bytes = Buffer.from(body);
    const chunks = [...bytes].map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join('');
    const head = encodeRequest({
      headers: [['Host', 'localhost'], ...headers, ['Transfer-Encoding', 'chunked'], ['Connection', 'close']],
    });
    expect(decodeAnswer(await talk(port, Buffer.concat([head, Buffer.from(`${chunks}0\r\n\r\n`)]))).status).toBe(200);
  });

  test('with chunk extensions, which mean nothing', async () => {
    const head = encodeRequest({
      headers: [['Host', 'localhost'], ...headers, ['Transfer-Encoding', 'chunked'], ['Connection', 'close']],
    });
    const chunk = `${body.length.toString(16)};a=b;c="d"\r\n${body}\r\n0\r\n\r\n`;
    expect(decodeAnswer(await talk(port, Buffer.concat([head, Buffer.from(chunk)]))).status).toBe(200);
  });

  test.each<[string, HeaderList]>([
    [
      'a length and chunks',
      [
        ['Content-Length', '5'],
        ['Transfer-Encoding', 'chunked'],
      ],
    ],
    [
      'two lengths',
      [
        ['Content-Length', String(body.length)],
        ['Content-Length', '5'],
      ],
    ],
    ['a negative length', [['Content-Length', '-1']]],
    ['a length that is no number', [['Content-Length', 'x']]],
  ])('with %s never reach a handler', async (_what, extra) => {
    calls = 0;
    const { status } = await exactly({ headers: [['Host', 'localhost'], ...headers, ...extra] });
    expect(status).toBe(400);
    expect(calls).toBe(0);
  });

  test('a length that is too short leaves a cut message', async () => {
    expect((await exactly({ headers: [['Host', 'localhost'], ...headers, ['Content-Length', '10']] })).status).toBe(
      400,
    );
  });

  test('compressed ones are not unpacked: no bomb goes off', async () => {
    const { gzipSync } = await import('node:zlib');
    const answer = await send(port, {
      headers: [...headers, ['Content-Encoding', 'gzip']],
      body: gzipSync(Buffer.alloc(20_000_000, 32)),
    });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('-32700');
  });

  test('Expect: 100-continue is honoured', async () => {
    const bytes = await talk(
      port,
      encodeRequest({
        headers: [['Host', 'localhost'], ...headers, ['Expect', '100-continue'], ['Connection', 'close']],
        body,
      }),
    );
    expect(bytes.toString()).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });
});

test('A4: a WebSocket handshake is a GET like any other', async () => {
  const upgrade: HeaderList = [
    ['Host', 'localhost'],
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ];
  const asked = (extra: HeaderList) =>
    talk(port, encodeRequest({ method: 'GET', headers: [...upgrade, ...extra, ['Connection', 'close']] }));
  expect(decodeAnswer(await asked([])).status).toBe(405);
  expect(decodeAnswer(await asked([['Origin', 'http://evil.example']])).status).toBe(403);
});
