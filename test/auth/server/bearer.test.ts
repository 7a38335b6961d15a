import { request as httpRequest } from 'node:http';
import { bearerAuth, jwt } from 'mcpwire/auth/server';
import { serve } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import { describe, expect, test } from 'vitest';
import { rpc } from '../../helpers/wire.ts';
import { call, closing, guarded, ISSUER, Keys, makeKey, METADATA, post, RESOURCE, textOf } from './support.ts';

const LIST = rpc('tools/list');

describe('a request without a good token', () => {
  test('AZ1: gets 401, where the metadata is, the scopes to ask for, and no error', async () => {
    const { url } = await guarded({ requiredScopes: ['mcp', 'offline_access'] });
    const { status, challenge, body, headers } = await post(url, LIST);
    expect(status).toBe(401);
    expect(challenge).toBe(`Bearer scope="mcp", resource_metadata="${METADATA}"`);
    expect(headers.get('content-type')).toBe('application/json');
    expect(body).toMatchObject({ jsonrpc: '2.0', error: { code: -32600 } });
  });

  test('AZ14: of another scheme is one without a token', async () => {
    const { url } = await guarded();
    const { status, challenge } = await post(url, LIST, undefined, { authorization: 'Basic YTpi' });
    expect([status, challenge]).toEqual([401, `Bearer resource_metadata="${METADATA}"`]);
  });

  test('AZ14: gets 401 with invalid_token for what was signed by nobody known, has ended, or has not begun', async () => {
    const { url, keys } = await guarded();
    const now = Math.floor(Date.now() / 1000);
    const stranger = await makeKey('one');
    const bad = {
      garbage: 'garbage',
      'another key': await keys.token({}, {}, stranger),
      expired: await keys.token({ exp: now - 61 }),
      'no exp': await keys.token({ exp: undefined }),
      early: await keys.token({ nbf: now + 120 }),
      'another issuer': await keys.token({ iss: `${ISSUER}/` }),
      'no issuer': await keys.token({ iss: undefined }),
      'another kind': await keys.token({}, { typ: 'dpop+jwt' }),
      'no signature': `${btoa('{"alg":"none"}')}.${(await keys.token()).split('.')[1]}.`.replaceAll('=', ''),
    };
    for (const [why, token] of Object.entries(bad)) {
      const { status, challenge } = await post(url, LIST, token);
      expect([why, status]).toEqual([why, 401]);
      expect(challenge).toMatch(/^Bearer error="invalid_token", .*resource_metadata="/);
    }
    for (const token of [await keys.token({ exp: now - 30 }), await keys.token({ nbf: now + 30 })])
      expect((await post(url, LIST, token)).status).toBe(200);
  });

  test('A23: gets 401 for a token that is for another server, for several of which none is this one, or for nobody', async () => {
    const { url, keys } = await guarded();
    const others = ['https://other.example', `${RESOURCE}/`, 'https://mcp.example.com', RESOURCE.toUpperCase()];
    for (const aud of [...others, others, [], undefined]) {
      const { status, challenge } = await post(url, LIST, await keys.token({ aud: aud as string[] }));
      expect([aud, status]).toEqual([aud, 401]);
      expect(challenge).toContain('error="invalid_token"');
    }
    for (const aud of [RESOURCE, [...others, RESOURCE]])
      expect((await post(url, LIST, await keys.token({ aud }))).status).toBe(200);
  });

  test('gets 401 for a signature that a public key could have made', async () => {
    const { url, keys } = await guarded();
    const { SignJWT } = await import('jose');
    const secret = new TextEncoder().encode(JSON.stringify(keys.keys[0]!.publicJwk));
    const token = await new SignJWT({ iss: ISSUER, aud: RESOURCE })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .setExpirationTime('1h')
      .sign(secret);
    expect((await post(url, LIST, token)).status).toBe(401);
  });

  test('never reaches a handler, nor is its body read', async () => {
    const { url } = await guarded();
    const { status } = await post(url, { not: 'a message' });
    expect(status).toBe(401);
  });
});

describe('a malformed request', () => {
  test('AZ14: gets 400 for a token in the URL, an empty one, or two headers', async () => {
    const { url, keys } = await guarded();
    const token = await keys.token();
    const answers = [
      await post(`${url}?access_token=${token}`, LIST),
      await post(`${url}?access_token=${token}`, LIST, token),
      await post(url, LIST, undefined, { authorization: 'Bearer' }),
      await post(url, LIST, undefined, { authorization: `Bearer ${token}, DPoP ${token}` }),
      await post(url, LIST, undefined, { authorization: `Basic YTpi, Bearer ${token}` }),
      await post(url, LIST, undefined, { authorization: `Bearer ${token} ${token}` }),
    ];
    for (const { status, challenge } of answers) {
      expect(status).toBe(400);
      expect(challenge).toContain('Bearer error="invalid_request"');
    }
  });

  test('AZ14: gets 400 for two Authorization headers, of which Node would show one', async () => {
    const { url, keys } = await guarded();
    const token = await keys.token();
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(url, { method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.setHeader('content-type', 'application/json');
      request.setHeader('authorization', [`Bearer ${token}`, 'Bearer other']);
      request.on('error', reject);
      request.end('{}');
    });
    expect(status).toBe(400);
  });
});

describe('a request with a good token', () => {
  test('has its bearer in ctx.auth, with the claims', async () => {
    const { url, keys } = await guarded();
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await keys.token({ scope: 'a b', exp, tenant: 't1' });
    expect(JSON.parse(textOf(await post(url, call('whoami'), token)))).toEqual({
      issuer: ISSUER,
      clientId: 'app',
      subject: 'ada',
      scopes: ['a', 'b'],
      expiresAt: exp,
      claims: { iss: ISSUER, aud: RESOURCE, sub: 'ada', client_id: 'app', exp, scope: 'a b', tenant: 't1' },
    });
    const azure = await keys.token({ client_id: undefined, azp: 'other', scp: ['x', 'y'] });
    expect(JSON.parse(textOf(await post(url, call('whoami'), azure)))).toMatchObject({
      clientId: 'other',
      scopes: ['x', 'y'],
    });
  });

  test('A33: shows its handler no credentials', async () => {
    const { url, keys } = await guarded();
    const token = await keys.token();
    const seen = textOf(await post(url, call('headers'), token, { 'x-other': 'kept', dpop: 'proof' }));
    expect(seen).toContain('x-other');
    expect(seen).not.toMatch(/authorization|dpop/i);
    expect(seen).not.toContain(token);
  });

  test('passes through server.fetch as well', async () => {
    const { server, keys } = await guarded();
    const { headersOf } = await import('../../helpers/wire.ts');
    const ask = (headers: Record<string, string> = {}) =>
      server.fetch(
        new Request('http://internal/mcp', {
          method: 'POST',
          headers: { ...headersOf(LIST), ...headers },
          body: JSON.stringify(LIST),
        }),
      );
    expect((await ask()).status).toBe(401);
    expect((await ask({ authorization: `bearer ${await keys.token()}` })).status).toBe(200);
  });

  test('is not asked for where the surrounding code vouches for the caller', async () => {
    const { server } = await guarded();
    const { headersOf } = await import('../../helpers/wire.ts');
    const auth = { subject: 'trusted', scopes: [], claims: {} };
    const message = call('whoami');
    const init = { method: 'POST', headers: headersOf(message), body: JSON.stringify(message) };
    const response = await server.handler({ auth })(new Request('http://internal/mcp', init));
    expect(await response.text()).toContain('trusted');
  });
});

describe('verify', () => {
  const withVerify = async (verify: Parameters<typeof bearerAuth>[0]['verify']) => guarded({ verify });

  test('that knows the token names the caller; that does not is 401', async () => {
    const { url } = await withVerify((token) =>
      token === 'good' ? { subject: 'ada', scopes: [], claims: {} } : undefined,
    );
    expect(textOf(await post(url, call('whoami'), 'good'))).toContain('"ada"');
    expect((await post(url, LIST, 'bad')).status).toBe(401);
  });

  test('that fails is a 500 that says nothing, and told to onError', async () => {
    const { url, errors } = await withVerify(() => Promise.reject(new Error('database at 10.0.0.1 is down')));
    const { status, body, challenge } = await post(url, LIST, 'any');
    expect([status, challenge]).toEqual([500, null]);
    expect(JSON.stringify(body)).not.toContain('10.0.0.1');
    expect(errors).toMatchObject([{ cause: { message: 'database at 10.0.0.1 is down' } }]);
  });

  test('gets the request without its credentials', async () => {
    const seen: unknown[] = [];
    const { url } = await withVerify((token, { method, headers, resource }) => {
      seen.push(token, method, resource, headers.get('authorization'));
      return undefined;
    });
    await post(url, LIST, 'canary');
    expect(seen).toEqual(['canary', 'POST', RESOURCE, null]);
  });

  test('that says when the token ended is believed', async () => {
    const { url } = await withVerify(() => ({ subject: 'ada', scopes: [], claims: {}, expiresAt: 1 }));
    expect((await post(url, LIST, 'old')).status).toBe(401);
  });

  test('that names nobody makes each token a caller of its own, and keeps the token to itself', async () => {
    const { url } = await withVerify(() => ({ scopes: [], claims: {} }));
    const ids = [];
    for (const token of ['one', 'two', 'one']) {
      const text = textOf(await post(url, call('whoami'), token));
      ids.push((JSON.parse(text) as { clientId: string }).clientId);
      expect(text).not.toContain(token);
    }
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe('the keys of an issuer', () => {
  test('are asked for once, however many requests come', async () => {
    const { url, keys } = await guarded();
    const token = await keys.token();
    await Promise.all(Array.from({ length: 20 }, () => post(url, LIST, token)));
    expect(keys.asked).toBe(1);
  });

  test('may change: an unknown one makes the server ask again, but not for each stranger', async () => {
    const { url, keys } = await guarded({ jwt: { cooldownMs: 0 } });
    expect((await post(url, LIST, await keys.token())).status).toBe(200);
    keys.keys = [await makeKey('two')];
    expect((await post(url, LIST, await keys.token())).status).toBe(200);
    expect(keys.asked).toBe(2);

    const calm = await guarded();
    expect((await post(calm.url, LIST, await calm.keys.token())).status).toBe(200);
    const stranger = await makeKey('stranger');
    for (let count = 0; count < 5; count++)
      expect((await post(calm.url, LIST, await calm.keys.token({}, {}, stranger))).status).toBe(401);
    expect(calm.keys.asked).toBe(1);
  });

  test('that cannot be had are a failure of the server, not of the token; redirects are not followed', async () => {
    for (const status of [500, 302]) {
      const { url, keys, errors } = await guarded();
      keys.status = status;
      expect((await post(url, LIST, await keys.token())).status).toBe(500);
      expect(errors).toHaveLength(1);
    }
  });
});

describe('options that make no sense', () => {
  const verify = () => undefined;
  test.each([
    { resource: 'http://mcp.example.com/mcp', authorizationServers: [ISSUER] },
    { resource: `${RESOURCE}#x`, authorizationServers: [ISSUER] },
    { resource: `${RESOURCE}?x`, authorizationServers: [ISSUER] },
    { resource: 'mcp.example.com', authorizationServers: [ISSUER] },
    { resource: RESOURCE },
    { resource: RESOURCE, authorizationServers: [] },
    { resource: RESOURCE, authorizationServers: ['http://auth.example.com'] },
    { dpop: true },
  ])('%j throws', (options) => {
    expect(() => bearerAuth({ verify, ...options })).toThrow(TypeError);
  });

  test('algorithms with a shared secret throw', () => {
    for (const algorithms of [['HS256'], ['none'], []])
      expect(() => jwt({ issuer: ISSUER, jwksUri: `${ISSUER}/jwks`, algorithms })).toThrow(TypeError);
  });
});

describe('methods that are for everyone', () => {
  test('are served without a token; all others are refused by the id of their message', async () => {
    const keys = await Keys.start();
    const server = new McpServer(
      { name: 'jobs', version: '1' },
      {
        auth: bearerAuth({
          verify: jwt({ issuer: ISSUER, jwksUri: keys.uri, audience: 'jobs' }),
          publicMethods: ['session/start'],
          unauthorized: { code: -32001, message: 'Start a session' },
        }),
      },
    ).method('session/start', {}, (_params, ctx) => ({ known: ctx.auth !== undefined }));
    const running = await serve(server);
    closing({ close: () => running.close({ graceMs: 0 }) });
    const ask = (body: unknown, token?: string) =>
      fetch(running.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
      });
    const start = { jsonrpc: '2.0', id: 1, method: 'session/start' };
    expect(await (await ask(start)).json()).toMatchObject({ id: 1, result: { known: false } });
    expect(await (await ask(start, 'stale')).json()).toMatchObject({ result: { known: false } });
    expect(await (await ask(start, await keys.token({ aud: 'jobs' }))).json()).toMatchObject({
      result: { known: true },
    });

    const other = await ask({ jsonrpc: '2.0', id: 7, method: 'tools/list' });
    expect([other.status, other.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await other.json()).toEqual({ jsonrpc: '2.0', id: 7, error: { code: -32001, message: 'Start a session' } });
    expect((await ask([start])).status).toBe(401);
    expect((await ask({ jsonrpc: '2.0', method: 'notifications/other' })).status).toBe(401);
    expect((await fetch(running.url)).status).toBe(401);
  });
});
