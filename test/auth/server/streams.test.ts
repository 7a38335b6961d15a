import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { headersOf, rpc, type Json } from '../../helpers/wire.ts';
import { until } from '../../helpers/gate.ts';
import { call, guarded, post, textOf, type Guarded } from './support.ts';

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const soon = () => Math.floor(Date.now() / 1000) + 60;
afterEach(() => void vi.useRealTimers());

/** A session of an older revision, by hand. */
async function session({ url, keys }: Guarded, first: Json = {}) {
  const send = async (body: Json | undefined, claims: Json = {}, more: Record<string, string> = {}, method = 'POST') =>
    fetch(url, {
      method,
      headers: { ...JSON_HEADERS, authorization: `Bearer ${await keys.token(claims)}`, ...more },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'old', version: '1' } };
  const opened = await send({ jsonrpc: '2.0', id: 1, method: 'initialize', params }, first);
  expect(opened.status).toBe(200);
  const own = { 'mcp-session-id': opened.headers.get('mcp-session-id')!, 'mcp-protocol-version': '2025-11-25' };
  await opened.text();
  await send({ jsonrpc: '2.0', method: 'notifications/initialized' }, first, own);
  return { send, own };
}

test.each([
  ['without its scope nothing', 'other', ['tools/list_changed']],
  ['with its scope everything', 'docs', ['resources/updated', 'tools/list_changed']],
])('AZ15: of a resource that takes a scope, who listens %s is told', async (_what, scope, heard) => {
  const { url, keys, server } = await guarded();
  const notifications = { toolsListChanged: true, resourceSubscriptions: ['docs://secret'] };
  const message = rpc('subscriptions/listen', { notifications });
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headersOf(message), authorization: `Bearer ${await keys.token({ scope })}` },
    body: JSON.stringify(message),
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('acknowledged')) text += (await reader.read()).value ?? '';
  server.notify.resourceUpdated('docs://secret');
  server.notify.toolsChanged();
  while (!text.includes('tools/list_changed')) text += (await reader.read()).value ?? '';
  await reader.cancel();
  expect([...text.matchAll(/notifications\/((?:tools|resources)\/\w+)/g)].map(([, method]) => method)).toEqual(heard);
});

describe('a stream whose token expires', () => {
  test('of a subscription ends with its result, in time, though nothing changes', async () => {
    const { url, keys } = await guarded();
    const exp = soon();
    const message = rpc('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const token = await keys.token({ exp });
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headersOf(message), authorization: `Bearer ${token}` },
      body: JSON.stringify(message),
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('acknowledged')) text += (await reader.read()).value ?? '';
    await vi.advanceTimersByTimeAsync(exp * 1000 - Date.now() - 1);
    const rest = (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
      return true;
    })();
    await vi.advanceTimersByTimeAsync(1);
    expect(await rest).toBe(true);
    expect(text).toContain('"result"');
  });

  test('of a session of an older revision ends likewise', async () => {
    const own = await guarded();
    const { send, own: headers } = await session(own);
    const exp = soon();
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const response = await send(undefined, { exp }, headers, 'GET');
    expect(response.status).toBe(200);
    let done = false;
    const read = response.text().then(() => (done = true));
    await vi.advanceTimersByTimeAsync(exp * 1000 - Date.now() - 1);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await read;
    // The session lives on, for who comes with a new token.
    const more = await send({ jsonrpc: '2.0', id: 2, method: 'tools/list' }, { exp: exp + 600 }, headers);
    expect(more.status).toBe(200);
  });

  test('is not that of a running call', async () => {
    const own = await guarded();
    let go = (): void => {};
    let runs = false;
    own.server.tool('slow', {}, async () => {
      runs = true;
      await new Promise<void>((resolve) => (go = resolve));
      return 'finished';
    });
    const exp = soon();
    const token = await own.keys.token({ exp });
    vi.useFakeTimers({ toFake: ['Date'] });
    const answer = post(own.url, call('slow'), token);
    await until(() => runs);
    vi.setSystemTime((exp + 600) * 1000);
    go();
    expect(textOf(await answer)).toBe('finished');
  });
});

describe('A7: a session of an older revision', () => {
  test('is unknown to all but issuer, client and user that opened it: POST, GET and DELETE', async () => {
    const { send, own } = await session(await guarded());
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    const strange = { ...own, 'mcp-session-id': `${own['mcp-session-id'].slice(0, -4)}AAAA` };
    for (const claims of [{ sub: 'eve' }, { client_id: 'other' }, { sub: undefined }]) {
      for (const [method, body] of [
        ['POST', list],
        ['GET', undefined],
        ['DELETE', undefined],
      ] as const) {
        const theirs = await send(body, claims, own, method);
        const nobodys = await send(body, claims, strange, method);
        expect([claims, method, theirs.status]).toEqual([claims, method, 404]);
        expect(await theirs.text()).toBe(await nobodys.text());
      }
    }
    expect((await send(list, { scope: 'more' }, own)).status).toBe(200);
  });

  test('needs a token for each request: POST, GET and DELETE', async () => {
    const guardedServer = await guarded();
    const { own } = await session(guardedServer);
    for (const method of ['POST', 'GET', 'DELETE']) {
      const response = await fetch(guardedServer.url, {
        method,
        headers: { ...JSON_HEADERS, ...own },
        ...(method === 'POST' && { body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' }),
      });
      expect([method, response.status]).toEqual([method, 401]);
      expect(response.headers.get('www-authenticate')).toContain('resource_metadata');
    }
  });
});

test('AZ14: the HTTP+SSE transport needs a token for its stream and for what is posted', async () => {
  const { url, keys } = await guarded({}, { legacy: { httpSse: { sse: '/sse', messages: '/messages' } } });
  const sse = new URL('/sse', url);
  expect((await fetch(sse, { headers: { accept: 'text/event-stream' } })).status).toBe(401);
  const authorization = `Bearer ${await keys.token()}`;
  const stream = await fetch(sse, { headers: { accept: 'text/event-stream', authorization } });
  expect(stream.status).toBe(200);
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value = '' } = await reader.read();
  const messages = new URL(/data: (\S+)/.exec(value)![1]!, url);
  const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(messages, { method: 'POST', headers, body })).status).toBe(401);
  expect((await fetch(messages, { method: 'POST', headers: { ...headers, authorization }, body })).status).toBe(202);
  await reader.cancel();
});

test('pages of served origins are asked for no token before they may ask, and read every challenge', async () => {
  const { url } = await guarded();
  const local = url.replace('127.0.0.1', 'localhost');
  const origin = 'http://localhost:5173';
  const preflight = await fetch(local, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,dpop',
    },
  });
  expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
    204,
    'authorization,dpop',
  ]);
  const refused = await post(local, rpc('tools/list'), undefined, { origin });
  expect(refused.status).toBe(401);
  expect(refused.headers.get('access-control-allow-origin')).toBe(origin);
  expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
  expect((await post(local, rpc('tools/list'), undefined, { origin: 'https://evil.example' })).status).toBe(403);
});

test('A33: a token is in no answer, error, context, log or inspection', async () => {
  const seen: string[] = [];
  const note = (...all: unknown[]): void => {
    for (const one of all) seen.push(inspect(one, { depth: 20, showHidden: true }), JSON.stringify(one) ?? '');
  };
  const spies = (['log', 'warn', 'error', 'info', 'debug'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation(note),
  );
  const { url, keys, server } = await guarded({}, { onError: (error, ctx) => note(error, ctx) });
  server
    .tool('look', {}, (_args, ctx) => {
      note(ctx, ctx.auth, ctx.http, ctx.http && [...ctx.http.headers]);
      return 'looked';
    })
    .tool('fail', {}, () => {
      throw new Error('failed');
    });
  const now = Math.floor(Date.now() / 1000);
  const tokens = [
    await keys.token(),
    await keys.token({ exp: now - 600 }),
    'canary-garbage',
    await keys.token({ aud: 'x' }),
  ];
  for (const token of tokens) {
    for (const name of ['look', 'fail', 'delete_file', 'unknown']) {
      const { headers, body } = await post(url, call(name), token);
      note([...headers], body);
    }
  }
  keys.status = 500;
  const other = await guarded({}, { onError: (error, ctx) => note(error, ctx) });
  other.keys.status = 500;
  tokens.push(await other.keys.token());
  const failed = await post(other.url, call('look'), tokens.at(-1));
  note([...failed.headers], failed.body);
  for (const spy of spies) spy.mockRestore();
  expect(seen.length).toBeGreaterThan(50);
  for (const token of tokens) expect(seen.filter((text) => text.includes(token))).toEqual([]);
});
