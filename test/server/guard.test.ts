import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { toNodeListener } from 'mcpwire/node';
import { adapters, listen, parsesFirst, type Mounted } from '../helpers/adapters.js';
import { errorOf, guarded, message, ran, request, valid, without } from '../helpers/guarded.js';
import { send, type HeaderList } from '../helpers/raw-http.js';

describe.each(adapters)('through $name', ({ mount }) => {
  let mounted: Mounted;
  beforeAll(async () => void (mounted = await mount(guarded())));
  afterAll(() => mounted.close());
  beforeEach(() => void (ran.calls = 0));

  // streamable-http#security--endpoint
  describe('A1, A2, TR1: by default', () => {
    test('a request without Origin is served', async () => {
      expect((await mounted.send(request())).status).toBe(200);
      expect(ran.calls).toBe(1);
    });

    test.each([
      'localhost',
      'localhost:1',
      'LOCALHOST:8080',
      '127.0.0.1',
      '127.0.0.1:65535',
      '127.0.0.2',
      '[::1]',
      '[::1]:3000',
    ])('Host %s is served', async (host) => {
      expect((await mounted.send(request(['Host', host]))).status).toBe(200);
    });

    test.each([
      'evil.example',
      'evil.example:80',
      'localhost.evil.example',
      '127.0.0.1.nip.io',
      'localhost.',
      '127.0.0.1.',
      'localhost@evil',
      'evil@localhost',
      'localhost:80:80',
      'localhost,evil',
      'localhost, localhost',
      'localhost evil',
      'localhost/evil',
      'localhost#evil',
      '[::ffff:127.0.0.1]',
      '[::]',
      '0.0.0.0',
      '127.1',
      '2130706433',
      '0x7f.1',
      '192.168.0.1',
      'localhost:',
      '::1',
      '[localhost]',
      ':80',
      '*',
    ])('Host %s is 403', async (host) => {
      const answer = await mounted.send(request(['Host', host]));
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toEqual({
        jsonrpc: '2.0',
        error: { code: -32600, message: expect.stringContaining('Host') as unknown },
      });
      expect(ran.calls).toBe(0);
    });

    test('the refusal of a Host names it and the option', async () => {
      expect(errorOf(await mounted.send(request(['Host', 'evil.example']))).message).toBe(
        'Host "evil.example" is not in the option allowedHosts',
      );
    });

    test('the refusal of an Origin names it and the option', async () => {
      const answer = await mounted.send(request(['Host', 'localhost'], ['Origin', 'https://evil.example']));
      expect(errorOf(answer).message).toBe('Origin "https://evil.example" is not in the option origins');
    });

    test.each([
      'http://localhost',
      'http://localhost:5173',
      'https://localhost:8443',
      'http://127.0.0.1:3000',
      'http://[::1]:3000',
    ])('the loopback page %s is served, with CORS', async (origin) => {
      const answer = await mounted.send(request(['Host', 'localhost:3000'], ['Origin', origin]));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('vary')).toBe('Origin');
    });

    // spec: basic/transports/streamable-http#security--endpoint.1
    // spec: basic/transports/streamable-http#security--endpoint.2
    test.each([
      'http://evil.example',
      'https://evil.example',
      'null',
      '',
      'localhost',
      'http://',
      'http://localhost.evil.example',
      'http://evil.example:80',
      'http://localhost/',
      'http://localhost/path',
      'http://user@localhost',
      'http://LOCALHOST',
      'http://localhost:80',
      'http://localhost http://evil.example',
      'http://localhost, http://evil.example',
      'file://',
      'data:',
      'javascript://localhost',
      'chrome-extension://abcdef',
      'http://127.1',
      'http://0.0.0.0',
      'http://2130706433',
      'http://[::ffff:127.0.0.1]',
    ])('A2: the Origin %j is 403 although the Host is right, and gets no CORS header', async (origin) => {
      const answer = await mounted.send(request(['Host', '127.0.0.1:3000'], ['Origin', origin]));
      expect(answer.status).toBe(403);
      expect(errorOf(answer)).toMatchObject({ code: -32600, message: expect.stringContaining('origins') as unknown });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(ran.calls).toBe(0);
    });

    // spec: basic/transports/streamable-http#security--endpoint.1
    test('DNS rebinding, where Origin and Host agree on a foreign name, is 403', async () => {
      const answer = await mounted.send(
        request(['Host', 'rebound.example:3000'], ['Origin', 'http://rebound.example:3000']),
      );
      expect(answer.status).toBe(403);
    });

    // spec: basic/transports/streamable-http#security--endpoint.1
    test.each(['GET', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'])('A4: %s is guarded as POST is', async (method) => {
      expect((await mounted.send({ method, headers: [['Host', 'evil.example']] })).status).toBe(403);
      expect(
        (
          await mounted.send({
            method,
            headers: [
              ['Host', 'localhost'],
              ['Origin', 'http://evil.example'],
            ],
          })
        ).status,
      ).toBe(403);
    });
  });

  describe('A3: content types', () => {
    test.each([
      'application/json',
      'application/json; charset=utf-8',
      'Application/JSON;Charset=UTF-8',
      'application/json;charset="utf-8"',
    ])('%j passes', async (type) => {
      const answer = await mounted.send({
        headers: [...without('content-type'), ['Content-Type', type]],
        body: JSON.stringify(message),
      });
      expect(answer.status).toBe(200);
      expect(ran.calls).toBe(1);
    });

    test.each<[string, HeaderList]>([
      ['none', []],
      ['an empty one', [['Content-Type', '']]],
      ['text/plain', [['Content-Type', 'text/plain']]],
      ['text/plain that mentions JSON', [['Content-Type', 'text/plain; a=application/json']]],
      ['a form', [['Content-Type', 'application/x-www-form-urlencoded']]],
      ['a multipart form', [['Content-Type', 'multipart/form-data; boundary=application/json']]],
      ['a longer name', [['Content-Type', 'application/json-patch+json']]],
      ['another charset', [['Content-Type', 'application/json; charset=utf-16']]],
      ['a list', [['Content-Type', 'application/json, text/plain']]],
      [
        'two headers, JSON first',
        [
          ['Content-Type', 'application/json'],
          ['Content-Type', 'text/plain'],
        ],
      ],
      [
        'two headers, JSON last',
        [
          ['Content-Type', 'text/plain'],
          ['Content-Type', 'application/json'],
        ],
      ],
      [
        'two equal headers',
        [
          ['Content-Type', 'application/json'],
          ['content-type', 'application/json'],
        ],
      ],
    ])('%s: 415, and no handler runs', async (_what, types) => {
      const answer = await mounted.send({
        headers: [...without('content-type'), ...types],
        body: new Uint8Array(Buffer.from(JSON.stringify(message))),
      });
      expect(answer.status).toBe(415);
      expect(errorOf(answer).code).toBe(-32600);
      expect(answer.text).not.toContain('"id"');
      expect(ran.calls).toBe(0);
    });
  });

  // streamable-http#earlier-streamable-http-revisions
  describe('TR16: methods', () => {
    // spec: basic/transports/streamable-http#earlier-streamable-http-revisions.1
    test.each(['GET', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'])('%s is 405, allows POST, and has no id', async (method) => {
      const answer = await mounted.send({ method, headers: [['Accept', 'text/event-stream']] });
      expect(answer.status).toBe(405);
      expect(errorOf(answer).message).toBe('Send POST');
      expect(answer.headers.get('allow')).toBe('POST');
      expect(errorOf(answer).code).toBe(-32600);
      expect(answer.text).not.toContain('"id"');
    });

    test('HEAD is 405 without a body', async () => {
      expect((await mounted.send({ method: 'HEAD' })).status).toBe(405);
    });
  });
});

test('behind a body parser without trustParsedBody: guarded all the same, and no parsed body is taken', async () => {
  const quiet = guarded({ onError: () => {} });
  const { port, close } = await listen(createServer(parsesFirst(toNodeListener(quiet))));
  ran.calls = 0;
  const statuses: [number, HeaderList][] = [
    [403, [...valid, ['Host', 'evil.example']]],
    [403, [...valid, ['Origin', 'https://evil.example']]],
    [415, [...without('content-type'), ['Content-Type', 'text/plain']]],
    [500, valid],
  ];
  for (const [status, headers] of statuses) {
    expect(await send(port, { headers, body: JSON.stringify(message) })).toMatchObject({ status });
  }
  expect(await send(port, { method: 'GET' })).toMatchObject({ status: 405 });
  expect(ran.calls).toBe(0);
  await close();
});
