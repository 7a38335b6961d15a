import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { McpServer, type ServerOptions } from 'mcpwire/server';
import { adapters, type Mounted } from '../helpers/adapters.js';
import type { HeaderList, RawAnswer, RawRequest } from '../helpers/raw-http.js';
import { headersOf, plain, rpc, type Answer } from '../helpers/wire.js';

let calls = 0;
const make = (options?: ServerOptions) =>
  new McpServer({ name: 'guarded', version: '1.0.0' }, options)
    .tool('run', {}, () => {
      calls++;
      return 'ran';
    })
    .method('fail', {}, (_params, ctx) => {
      throw ctx.error(-31001, 'No', { status: 401 });
    })
    .method('stream', {}, async (_params, ctx) => {
      await ctx.notify('x/y');
      return {};
    });

const message = rpc('tools/call', { name: 'run' });
const valid: HeaderList = Object.entries(headersOf(message));
const without = (name: string): HeaderList => valid.filter(([header]) => header !== name);
const request = (...extra: [string, string][]): RawRequest => ({
  headers: [...valid, ...extra],
  body: JSON.stringify(message),
});
const errorOf = (answer: RawAnswer) => (JSON.parse(answer.text) as Answer).error;

describe.each(adapters)('through $name', ({ mount, raw }) => {
  let mounted: Mounted;
  beforeAll(async () => void (mounted = await mount(make())));
  afterAll(() => mounted.close());
  beforeEach(() => void (calls = 0));

  // streamable-http#security--endpoint
  describe('A1, A2, TR1: by default', () => {
    test('a request without Origin is served', async () => {
      expect((await mounted.send(request())).status).toBe(200);
      expect(calls).toBe(1);
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
      expect(calls).toBe(0);
    });

    test('the refusal of a Host names the option', async () => {
      expect(errorOf(await mounted.send(request(['Host', 'evil.example']))).message).toContain('allowedHosts');
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
      expect(calls).toBe(0);
    });

    test('DNS rebinding, where Origin and Host agree on a foreign name, is 403', async () => {
      const answer = await mounted.send(
        request(['Host', 'rebound.example:3000'], ['Origin', 'http://rebound.example:3000']),
      );
      expect(answer.status).toBe(403);
    });

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
      expect(calls).toBe(1);
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
      expect(calls).toBe(0);
    });
  });

  // streamable-http#earlier-streamable-http-revisions
  describe('TR16: methods', () => {
    test.each(['GET', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'])('%s is 405, allows POST, and has no id', async (method) => {
      const answer = await mounted.send({ method, headers: [['Accept', 'text/event-stream']] });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('POST');
      expect(errorOf(answer).code).toBe(-32600);
      expect(answer.text).not.toContain('"id"');
    });

    test('HEAD is 405 without a body', async () => {
      expect((await mounted.send({ method: 'HEAD' })).status).toBe(405);
    });
  });

  test('a preflight of an admitted page is answered before anything else, and grants what it asks for', async () => {
    const answer = await mounted.send({
      method: 'OPTIONS',
      headers: [
        ['Host', 'localhost'],
        ['Origin', 'http://localhost:5173'],
        ['Access-Control-Request-Method', 'POST'],
        ['Access-Control-Request-Headers', 'content-type,mcp-method,mcp-param-region'],
      ],
    });
    expect(answer.status).toBe(204);
    expect(answer.text).toBe('');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': 'http://localhost:5173',
      'access-control-allow-methods': 'POST, GET, DELETE',
      'access-control-allow-headers': 'content-type,mcp-method,mcp-param-region',
      'access-control-max-age': '7200',
      vary: 'Origin, Access-Control-Request-Headers',
    });
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('CORS headers are on every status, errors and streams included', async () => {
    const page: HeaderList = [
      ['Host', 'localhost'],
      ['Origin', 'http://localhost:5173'],
    ];
    const modernCall = (method: string) => {
      const body = rpc(method);
      return { headers: [...page, ...Object.entries(headersOf(body))], body: JSON.stringify(body) };
    };
    const answers: [number, RawRequest][] = [
      [200, modernCall('stream')],
      [202, { headers: [...page, ['Content-Type', 'application/json']], body: '{"jsonrpc":"2.0","method":"x"}' }],
      [400, { headers: [...page, ['Content-Type', 'application/json']], body: '[]' }],
      [401, modernCall('fail')],
      [404, modernCall('unknown')],
      [405, { method: 'GET', headers: page }],
      [413, { headers: [...page, ['Content-Type', 'application/json']], body: ' '.repeat(4 * 1024 * 1024 + 1) }],
      [415, { headers: [...page, ['Content-Type', 'text/plain']], body: '{}' }],
    ];
    for (const [status, sent] of answers) {
      if (status === 413 && !raw) continue;
      const answer = await mounted.send(sent);
      expect(answer.status).toBe(status);
      expect([status, answer.headers.get('access-control-allow-origin')]).toEqual([status, 'http://localhost:5173']);
      expect(answer.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    }
  });

  test('A14: without an Origin no CORS header is sent, on any status', async () => {
    for (const sent of [
      request(),
      { method: 'GET' },
      { headers: [['Content-Type', 'text/plain'] as const], body: 'x' },
    ]) {
      const answer = await mounted.send(sent);
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  describe('with options', () => {
    test('origins replaces the default; A14: allowing an origin never means all of them', async () => {
      const open = await mount(
        make({ origins: ['https://app.example.com', /https:\/\/[a-z]+\.preview\.example\.com/] }),
      );
      const from = (origin: string) => open.send(request(['Host', 'localhost'], ['Origin', origin]));
      for (const origin of ['https://app.example.com', 'https://pr.preview.example.com']) {
        const answer = await from(origin);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      }
      for (const origin of [
        'http://localhost:3000',
        'https://evil.example',
        'https://pr.preview.example.com.evil.example',
        'null',
      ]) {
        expect([origin, (await from(origin)).status]).toEqual([origin, 403]);
      }
      await open.close();
    });

    test('A36: an empty list of origins refuses every page and serves those who are none', async () => {
      const closed = await mount(make({ origins: [] }));
      expect((await closed.send(request(['Host', 'localhost'], ['Origin', 'http://localhost']))).status).toBe(403);
      expect((await closed.send(request())).status).toBe(200);
      await closed.close();
    });

    test('allowedHosts admits those hosts, their own pages, and loopback; nothing else', async () => {
      const named = await mount(make({ allowedHosts: ['api.example.com', 'other.example.com:8443'] }));
      const to = async (...headers: [string, string][]) => (await named.send(request(...headers))).status;
      expect(await to(['Host', 'api.example.com'])).toBe(200);
      expect(await to(['Host', 'API.example.com:8080'])).toBe(200);
      expect(await to(['Host', 'other.example.com:8443'])).toBe(200);
      expect(await to(['Host', 'other.example.com'])).toBe(403);
      expect(await to(['Host', 'evil.example.com'])).toBe(403);
      expect(await to(['Host', 'localhost'])).toBe(200);
      expect(await to(['Host', 'api.example.com'], ['Origin', 'https://api.example.com'])).toBe(200);
      expect(await to(['Host', 'api.example.com'], ['Origin', 'https://other.example.com'])).toBe(403);
      expect(await to(['Host', 'api.example.com'], ['Origin', 'http://localhost:3000'])).toBe(403);
      await named.close();
    });
  });
});

test('two origins never share an answer: what a page may read varies by Origin', async () => {
  const response = await make().fetch(plain('nope', undefined, { headers: { origin: 'http://localhost:1' } }));
  expect(response.status).toBe(404);
  expect(response.headers.get('vary')).toContain('Origin');
});
