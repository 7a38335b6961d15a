import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { McpServer, type ServerOptions } from 'mcpwire/server';
import { McpServer as ModernServer } from 'mcpwire/server/modern';
import { modern, plain, rpc } from '../helpers/wire.ts';
import { OldClient, responseOf, serving, textOf, type Message } from './server-support.ts';

const REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

const build = (options?: ServerOptions) =>
  new McpServer(
    { name: 'hand', version: '1.2.3', title: 'Hand', websiteUrl: 'https://hand.test', instructions: 'Shake it' },
    options,
  )
    .tool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => text)
    .tool('who', {}, (_args, ctx) => JSON.stringify(ctx.client))
    .resource('test://one', { name: 'one' }, () => 'one')
    .method('own/method', {}, () => ({ own: true }));

const WHOLE = { tools: { listChanged: true }, resources: { subscribe: true, listChanged: true }, logging: {} };

describe('initialize', () => {
  // See 2025-11-25 basic/lifecycle, "Version Negotiation".
  // spec: basic/versioning#compatibility-matrix
  test.each(REVISIONS)('is answered with the version that it asks for: %s', async (revision) => {
    const { url } = await serving(build());
    const client = await OldClient.open(url, { revision });
    expect(client.greeting).toEqual({
      protocolVersion: revision,
      capabilities: WHOLE,
      serverInfo: {
        name: 'hand',
        version: '1.2.3',
        ...(revision >= '2025-06-18' && { title: 'Hand' }),
        ...(revision >= '2025-11-25' && { websiteUrl: 'https://hand.test' }),
      },
      instructions: 'Shake it',
    });
    const called = await client.ask('tools/call', { name: 'echo', arguments: { text: 'Hi' } });
    expect(called['result']).toEqual({ content: [{ type: 'text', text: 'Hi' }] });
  });

  // See 2025-11-25 basic/lifecycle, "Version Negotiation".
  test.each(['1.0.0', '2024-10-07', '2026-07-28', '2999-01-01', ''])(
    'of a version that knows no handshake here (%j) is answered with the newest that does',
    async (revision) => {
      const { url } = await serving(build());
      const response = await new OldClient(url, { revision }).post(new OldClient(url, { revision }).hello());
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ result: { protocolVersion: '2025-11-25' } });
    },
  );

  test('without a version is invalid', async () => {
    const { url } = await serving(build());
    const response = await new OldClient(url).request('initialize', { capabilities: {} });
    expect(response.headers.get('mcp-session-id')).toBeNull();
    expect(await response.json()).toMatchObject({ id: 1, error: { code: -32602 } });
  });

  test('tells handlers who asks and what it can do, as that very session said', async () => {
    const { url } = await serving(build());
    const one = await OldClient.open(url, { capabilities: { roots: {} }, clientInfo: { name: 'one', version: '1' } });
    const two = await OldClient.open(url, { revision: '2025-06-18', clientInfo: { name: 'two', version: '2' } });
    expect(JSON.parse(textOf(await one.ask('tools/call', { name: 'who' })))).toMatchObject({
      protocolVersion: '2025-11-25',
      info: { name: 'one', version: '1' },
      capabilities: { roots: {} },
    });
    expect(JSON.parse(textOf(await two.ask('tools/call', { name: 'who' })))).toMatchObject({
      protocolVersion: '2025-06-18',
      info: { name: 'two', version: '2' },
      capabilities: {},
    });
  });

  test('goes through middleware and server.context, which may speak first, and still brings its session', async () => {
    const seen: unknown[] = [];
    const server = build()
      .context(({ request }) => void seen.push(['context', request.method, request.params?.['protocolVersion']]))
      .use((next) => async (request, ctx) => {
        seen.push(['middleware', request.method, ctx.client.protocolVersion]);
        // Nothing can go out before the headers that say which session it is.
        await ctx.notify('too/early');
        return next(request, ctx);
      });
    const { url } = await serving(server);
    const client = await OldClient.open(url, { revision: '2025-06-18' });
    expect(client.sessionId).toMatch(/^[\x21-\x7e]+$/);
    expect(seen.slice(0, 2)).toEqual([
      ['context', 'initialize', '2025-06-18'],
      ['middleware', 'initialize', '2025-06-18'],
    ]);
  });

  test('that middleware refuses opens no session', async () => {
    const server = build().use((next) => async (request, ctx) => {
      const result = await next(request, ctx);
      if (request.method === 'initialize') throw ctx.error(-31000, 'Not you');
      return result;
    });
    const { url } = await serving(server);
    const client = new OldClient(url);
    const response = await client.post(client.hello());
    expect(response.headers.get('mcp-session-id')).toBeNull();
    expect(await response.json()).toMatchObject({ error: { code: -31000 } });
  });

  test('is answered, promptly, by JSON, however long it takes', async () => {
    const server = build({ limits: { silenceMs: 5 } }).context(() => new Promise((resolve) => setTimeout(resolve, 50)));
    const { url } = await serving(server);
    expect((await OldClient.open(url)).sessionId).toBeDefined();
  });

  test('opens no session where there are none, and then offers nothing that needs one', async () => {
    const { url } = await serving(build({ legacy: { sessions: false } }));
    const client = await OldClient.open(url);
    expect(client.sessionId).toBeUndefined();
    expect(client.greeting['capabilities']).toEqual({ tools: {}, resources: {} });
    expect(textOf(await client.ask('tools/call', { name: 'echo', arguments: { text: 'Hi' } }))).toBe('Hi');
    for (const method of ['resources/subscribe', 'resources/unsubscribe', 'logging/setLevel'])
      expect(await client.ask(method, { uri: 'test://one', level: 'info' })).toMatchObject({ error: { code: -32601 } });
    expect((await client.listen()).status).toBe(405);
    expect(await client.end()).toBe(405);
  });

  test('of the real client is understood', async () => {
    const { url } = await serving(build());
    const client = new Client({ name: 'c', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(url));
    await client.connect(transport);
    expect(transport.protocolVersion).toBe('2025-11-25');
    expect(client.getServerVersion()).toMatchObject({ name: 'hand', title: 'Hand' });
    expect(client.getInstructions()).toBe('Shake it');
    await client.ping();
    await transport.terminateSession();
    await client.close();
  });
});

// See 2025-11-25 basic/utilities/ping.
test.each(REVISIONS)('ping is answered with nothing, with a session or without (%s)', async (revision) => {
  const { url } = await serving(build());
  const client = await OldClient.open(url, { revision });
  expect(await client.ask('ping')).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  const alone = new OldClient(url, { revision });
  expect(await alone.ask('ping')).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
});

describe('of which era a message is', () => {
  const versionOf = async (headers: Record<string, string>, message: Message): Promise<Message> => {
    const { url } = await serving(build());
    const session = await OldClient.open(url);
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value === 'ID' ? session.sessionId! : value]),
    );
    const accept = 'application/json, text/event-stream';
    const init = { method: 'POST', headers: { 'content-type': 'application/json', accept, ...sent } };
    const response = await fetch(url, { ...init, body: JSON.stringify(message) });
    return { status: response.status, ...(await responseOf(response)) };
  };
  const who = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'who' } };
  const hello = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18' } };

  test('the modern version in _meta is modern, whatever the method: there is no handshake', async () => {
    const message = rpc('initialize', { protocolVersion: '2025-11-25' });
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'initialize' };
    expect(await versionOf(headers, message)).toMatchObject({ status: 404, error: { code: -32601 } });
    expect(await versionOf({ ...headers, 'mcp-session-id': 'ID' }, message)).toMatchObject({ status: 404 });
  });

  test('the modern header alone is modern, with a session id too', async () => {
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'who' };
    expect(await versionOf(headers, who)).toMatchObject({ status: 400, error: { code: -32602 } });
    expect(await versionOf({ ...headers, 'mcp-session-id': 'ID' }, who)).toMatchObject({ status: 400 });
  });

  test('_meta without the header is modern', async () => {
    expect(await versionOf({}, rpc('tools/call', { name: 'who' }))).toMatchObject({
      status: 400,
      error: { code: -32020 },
    });
  });

  // See 2025-11-25 basic/transports, "Protocol Version Header".
  test('a version that nobody knows is refused, with a session id too', async () => {
    for (const more of [{}, { 'mcp-session-id': 'ID' }])
      expect(await versionOf({ 'mcp-protocol-version': '1999-01-01', ...more }, who)).toMatchObject({ status: 400 });
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    for (const method of ['GET', 'DELETE'])
      expect((await client.send(method, undefined, { 'mcp-protocol-version': '1999-01-01' })).status).toBe(400);
  });

  test('initialize is of the past, whatever older version or session it names', async () => {
    for (const headers of [{}, { 'mcp-protocol-version': '2025-03-26' }, { 'mcp-session-id': 'gone' }])
      expect(await versionOf(headers, hello)).toMatchObject({ status: 200, result: { protocolVersion: '2025-06-18' } });
  });

  test('what names a session is of the past, in the revision of its handshake, not of its header', async () => {
    const inSession = await versionOf({ 'mcp-session-id': 'ID', 'mcp-protocol-version': '2025-03-26' }, who);
    expect(JSON.parse(textOf(inSession))).toMatchObject({ protocolVersion: '2025-11-25' });
    expect(JSON.parse(textOf(await versionOf({ 'mcp-session-id': 'ID' }, who)))).toMatchObject({
      protocolVersion: '2025-11-25',
    });
  });

  test('a known older version without a session is of the past and stands alone', async () => {
    const alone = await versionOf({ 'mcp-protocol-version': '2025-06-18' }, who);
    expect(JSON.parse(textOf(alone))).toMatchObject({ protocolVersion: '2025-06-18', capabilities: {} });
  });

  test('headers of the modern era do not make a message modern', async () => {
    const headers = { 'mcp-method': 'nonsense', 'mcp-name': 'nonsense', 'mcp-session-id': 'ID' };
    expect(await versionOf(headers, who)).toMatchObject({ status: 200 });
    expect(await versionOf({ 'mcp-method': 'nonsense' }, hello)).toMatchObject({ status: 200 });
  });

  test('plain JSON-RPC is what it was', async () => {
    const server = build();
    const response = await server.fetch(plain('own/method'));
    expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, result: { own: true } });
    const unknown = await server.fetch(plain('no/method'));
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ error: { code: -32601 } });
  });

  test('modern methods are none of an older peer', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    for (const method of ['server/discover', 'subscriptions/listen'])
      expect(await client.ask(method)).toMatchObject({ error: { code: -32601 } });
  });
});

describe('in a session', () => {
  test('errors ride on status 200: 404 says that the session is dead', async () => {
    const server = build().method('own/404', {}, (_params, ctx) => {
      throw ctx.error(-31001, 'No such thing', { status: 404 });
    });
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    for (const [method, params, code] of [
      ['no/method', {}, -32601],
      ['own/404', {}, -31001],
      ['tools/call', { name: 'none' }, -32602],
      ['resources/read', { uri: 'test://none' }, -32002],
    ] as const) {
      const response = await client.request(method, params);
      expect([method, response.status]).toEqual([method, 200]);
      expect(await responseOf(response)).toMatchObject({ error: { code } });
    }
  });

  // See 2025-11-25 basic/transports, "Sending Messages to the Server".
  test('notifications and answers are accepted with 202 and no body', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    for (const message of [
      { jsonrpc: '2.0', method: 'notifications/roots/list_changed' },
      { jsonrpc: '2.0', method: 'notifications/cancelled' },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'unknown' } },
      { jsonrpc: '2.0', id: 'nobody asked', result: {} },
      { jsonrpc: '2.0', id: 7, error: { code: 1, message: 'No' } },
    ]) {
      const response = await client.post(message);
      expect([response.status, await response.text()]).toEqual([202, '']);
    }
  });

  test('what is no message is refused with 400', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    for (const [body, code] of [
      ['{', -32700],
      ['"text"', -32600],
      ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600],
      ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
    ] as const) {
      const response = await client.send('POST', body);
      expect([body, response.status]).toEqual([body, 400]);
      expect(await response.json()).toMatchObject({ error: { code } });
    }
  });

  test.each([
    ['2025-11-25', undefined],
    ['2025-06-18', null],
    ['2025-03-26', null],
  ])('an id that cannot be read is answered as %s has it: %s', async (revision, id) => {
    const { url } = await serving(build());
    const client = await OldClient.open(url, { revision });
    for (const body of ['{', '{"jsonrpc":"2.0","id":{},"method":"ping"}']) {
      const response = await client.send('POST', body);
      expect(((await response.json()) as Message)['id']).toBe(id);
    }
  });

  // See 2025-11-25 basic/transports, "Listening for Messages from the Server".
  test('GET needs Accept: text/event-stream', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    expect((await client.send('GET', undefined, { accept: 'application/json' })).status).toBe(406);
    expect((await new OldClient(url).listen()).status).toBe(405);
  });
});

describe('with legacy: false', () => {
  // spec: basic/versioning#backward-compatibility-with-initialization-based-versions.2 basic/transports/streamable-http#protocol-version-header.6 basic/transports/streamable-http#backward-compatibility
  test.each([
    ['mcpwire/server', build({ legacy: false })],
    [
      'mcpwire/server/modern',
      new ModernServer({ name: 'm', version: '1' }, { legacy: false }).tool('t', {}, () => 't'),
    ],
  ])('%s refuses every older peer', async (_name, server) => {
    const client = new OldClient('http://localhost/mcp', {
      fetch: (url, init) => server.fetch(new Request(url, init)),
    });
    const shaken = await client.post(client.hello());
    expect(shaken.status).toBe(400);
    expect(await shaken.json()).toMatchObject({ error: { code: -32022, data: { supported: ['2026-07-28'] } } });
    const known = await client.post(
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      { 'mcp-protocol-version': '2025-11-25' },
    );
    expect(known.status).toBe(400);
    client.sessionId = 'any';
    expect((await client.request('tools/list')).status).toBe(400);
    expect((await client.listen()).status).toBe(405);
    expect(await client.end()).toBe(405);
    client.sessionId = undefined;
    expect((await client.request('tools/list')).status).toBe(400);
    expect((await server.fetch(modern('tools/list'))).status).toBe(200);
  });

  test('mcpwire/server/modern serves plain JSON-RPC without it, and no handshake', async () => {
    const server = new ModernServer({ name: 'm', version: '1' }).method('own/method', {}, () => ({ own: true }));
    expect((await server.fetch(plain('own/method'))).status).toBe(200);
    const response = await server.fetch(plain('initialize', { protocolVersion: '2025-11-25' }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: -32022 } });
  });
});

describe('pages of served origins', () => {
  const page = { origin: 'https://app.example.com' };

  test('may read which session it is', async () => {
    const { url } = await serving(build({ origins: [page.origin] }));
    const client = new OldClient(url, { headers: page });
    const response = await client.post(client.hello());
    expect(response.headers.get('access-control-expose-headers')).toMatch(/\bMcp-Session-Id\b/);
    expect(response.headers.get('access-control-allow-origin')).toBe(page.origin);
  });

  test('may GET and DELETE, and send what a session needs', async () => {
    const { url } = await serving(build({ origins: [page.origin] }));
    const headers = {
      ...page,
      'access-control-request-method': 'DELETE',
      'access-control-request-headers': 'mcp-session-id, last-event-id, mcp-protocol-version',
    };
    const response = await fetch(url, { method: 'OPTIONS', headers });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-methods')).toBe('POST, GET, DELETE');
    expect(response.headers.get('access-control-allow-headers')).toContain('last-event-id');
  });

  test('may read every answer of a session, streams and refusals included', async () => {
    const { url } = await serving(build({ origins: [page.origin] }));
    const client = await OldClient.open(url, { headers: page });
    const answers = [
      await client.request('ping'),
      await client.post({ jsonrpc: '2.0', method: 'notifications/x' }),
      (await client.listen()).response,
      (await client.listen()).response,
      (await client.listen('unknown.1')).response,
      await client.send('DELETE'),
      await client.request('ping'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 202, 200, 409, 400, 204, 404]);
    for (const { headers } of answers) expect(headers.get('access-control-allow-origin')).toBe(page.origin);
  });

  // See 2025-11-25 basic/transports, "Security Warning".
  test('of other origins get 403, whatever the method', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    for (const method of ['GET', 'DELETE', 'POST'])
      expect((await client.send(method, method === 'POST' ? '{}' : undefined, page)).status).toBe(403);
  });
});
