import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adapters, type Mounted } from '../helpers/adapters.js';
import { guarded, request } from '../helpers/guarded.js';
import type { HeaderList, RawRequest } from '../helpers/raw-http.js';
import { headersOf, plain, rpc } from '../helpers/wire.js';

describe.each(adapters)('through $name', ({ name, mount, raw }) => {
  let mounted: Mounted;
  beforeAll(async () => void (mounted = await mount(guarded())));
  afterAll(() => mounted.close());

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

  test('a preflight that asks for no headers is granted none', async () => {
    const answer = await mounted.send({
      method: 'OPTIONS',
      headers: [
        ['Host', 'localhost'],
        ['Origin', 'http://localhost:5173'],
        ['Access-Control-Request-Method', 'POST'],
      ],
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-headers')).toBe('');
  });

  test('what a preflight asks for cannot add a header to its answer', async () => {
    for (const asked of ['a\r\n b', 'a\rX-Evil: 1', 'a\nX-Evil: 1', 'a\u0000b']) {
      const headers: HeaderList = [
        ['Host', 'localhost'],
        ['Origin', 'http://localhost:5173'],
        ['Access-Control-Request-Headers', asked],
      ];
      const outcome = await mounted.send({ method: 'OPTIONS', headers }).then(
        (answer) => [answer.status, answer.headers.get('x-evil')],
        (error: unknown) => (error as Error).name,
      );
      // No Request can be made with such a header.
      expect(outcome).toEqual(name === 'server.fetch' ? 'TypeError' : [400, null]);
    }
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
      expect(answer.headers.get('access-control-expose-headers')).toBe('WWW-Authenticate, Retry-After, Mcp-Session-Id');
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
        guarded({ origins: ['https://app.example.com', /https:\/\/[a-z]+\.preview\.example\.com/] }),
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
      const closed = await mount(guarded({ origins: [] }));
      expect((await closed.send(request(['Host', 'localhost'], ['Origin', 'http://localhost']))).status).toBe(403);
      expect((await closed.send(request())).status).toBe(200);
      await closed.close();
    });

    test('allowedHosts admits those hosts, their own pages, and loopback; nothing else', async () => {
      const named = await mount(guarded({ allowedHosts: ['api.example.com', 'other.example.com:8443'] }));
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
  const response = await guarded().fetch(plain('nope', undefined, { headers: { origin: 'http://localhost:1' } }));
  expect(response.status).toBe(404);
  expect(response.headers.get('vary')).toContain('Origin');
});
