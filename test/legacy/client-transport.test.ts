import { McpClient, type ListenChange } from 'mcpwire/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deferred, errorOf } from '../client/support.js';
import { connected, INITIALIZED, oldHttp, result } from './client-support.js';

const everything = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  logging: {},
};

describe('a request to an older server', () => {
  it('carries its token for progress, what the caller adds, and nothing of newer revisions', async () => {
    const server = await connected({ capabilities: everything });
    const seen: unknown[] = [];
    const done = server.client.callTool(
      'x',
      { a: 1 },
      {
        meta: { traceparent: '00-1', 'io.modelcontextprotocol/x': 1, 'com.example/y': 2 },
        onProgress: (progress) => seen.push(progress),
      },
    );
    const call = await server.expect('tools/call');
    expect(call.params).toEqual({
      name: 'x',
      arguments: { a: 1 },
      _meta: { traceparent: '00-1', 'com.example/y': 2, progressToken: call.id },
    });
    await server.notify('notifications/progress', { progressToken: call.id, progress: 1, total: 2 });
    await server.answer(call.id, { content: [{ type: 'text', text: 'done' }] });
    expect(await done).toEqual({ content: [{ type: 'text', text: 'done' }] });
    expect(seen).toEqual([{ progress: 1, total: 2 }]);
  });

  it('is cancelled by its caller at once, and the server is told', async () => {
    const server = await connected();
    const leave = new AbortController();
    const done = server.client.callTool('x', {}, { signal: leave.signal });
    const { id } = await server.expect('tools/call');
    leave.abort();
    expect((await errorOf(done)).code).toBe('aborted');
    expect((await server.expect('notifications/cancelled')).params).toMatchObject({ requestId: id });
  });

  it('for a resource that does not exist is invalid_params, whoever asks', async () => {
    const server = await connected();
    for (const ask of [
      () => server.client.readResource('a:b'),
      () => server.client.request('resources/read', { uri: 'a:b' }),
    ]) {
      const done = ask();
      await server.refuse((await server.expect('resources/read')).id, -32002, { uri: 'a:b' });
      expect(await errorOf(done)).toMatchObject({ code: 'invalid_params', rpcCode: -32002, data: { uri: 'a:b' } });
    }
  });

  it('for what only newer servers have is refused without asking', async () => {
    const server = await connected();
    expect(await errorOf(server.client.request('server/discover'))).toMatchObject({ code: 'method_not_found' });
  });

  it('is answered anew each time, since older servers say nothing about keeping', async () => {
    const server = await connected();
    for (const page of [['a'], ['b']]) {
      const done = server.client.listResources();
      const first = await server.expect('resources/list');
      await server.answer(first.id, { resources: page.map((name) => ({ name, uri: `x:${name}` })), nextCursor: 'n' });
      const second = await server.expect('resources/list');
      expect(second.params?.['cursor']).toBe('n');
      await server.answer(second.id, { resources: [] });
      expect((await done).map(({ name }) => name)).toEqual(page);
    }
  });

  it('asks for log messages by setting the level, once for as long as it stays the same', async () => {
    const server = await connected({ capabilities: everything });
    const levels: unknown[] = [];
    const call = async (logLevel: 'info' | 'debug', fails = false): Promise<void> => {
      const done = server.client.callTool('x', {}, { logLevel });
      let message = await server.next();
      if (message?.['method'] === 'logging/setLevel') {
        levels.push(message['params']);
        if (fails) await server.refuse(message['id'], -32603);
        else await server.answer(message['id']);
        message = await server.next();
      }
      expect(message).toMatchObject({ method: 'tools/call' });
      expect(JSON.stringify(message)).not.toContain('logLevel');
      await server.answer(message?.['id'], { content: [] });
      await done;
    };
    await call('info');
    await call('info');
    await call('debug', true);
    await call('debug');
    expect(levels).toEqual([{ level: 'info' }, { level: 'debug' }, { level: 'debug' }]);
    expect(server.warnings).toMatchObject([{ code: 'internal' }]);
  });

  it('sets no level where the server does not log', async () => {
    const server = await connected();
    const done = server.client.callTool('x', {}, { logLevel: 'info' });
    await server.answer((await server.expect('tools/call')).id, { content: [] });
    await expect(done).resolves.toEqual({ content: [] });
  });
});

describe('a notification to an older server', () => {
  it('goes out as it is', async () => {
    const server = await connected();
    const done = server.client.notify('notifications/roots/list_changed');
    expect(await server.next()).toEqual({ jsonrpc: '2.0', method: 'notifications/roots/list_changed' });
    await done;
  });
});

describe('client.listen() with an older server', () => {
  it('hears of lists without a message, and of resources by subscribing to each', async () => {
    const server = await connected({ capabilities: everything });
    const listening = deferred<unknown>();
    const changes = server.client.listen(
      {
        toolsListChanged: true,
        promptsListChanged: true,
        resourcesListChanged: true,
        resourceSubscriptions: ['a:1', 'a:2'],
      },
      { onListening: listening.resolve },
    );
    const first = changes.next();
    for (const uri of ['a:1', 'a:2']) {
      const { id, params } = await server.expect('resources/subscribe');
      expect(params?.['uri']).toBe(uri);
      await server.answer(id);
    }
    expect(await listening.promise).toEqual({
      toolsListChanged: true,
      promptsListChanged: true,
      resourcesListChanged: true,
      resourceSubscriptions: ['a:1', 'a:2'],
    });
    await server.notify('notifications/tools/list_changed');
    expect((await first).value).toEqual({ type: 'toolsListChanged' });
    const rest: (readonly [string, object | undefined, ListenChange])[] = [
      ['notifications/prompts/list_changed', undefined, { type: 'promptsListChanged' }],
      ['notifications/resources/list_changed', {}, { type: 'resourcesListChanged' }],
      ['notifications/resources/updated', { uri: 'a:1' }, { type: 'resourceUpdated', uri: 'a:1' }],
      // A part of one of them.
      ['notifications/resources/updated', { uri: 'a:1/b' }, { type: 'resourceUpdated', uri: 'a:1/b' }],
    ];
    for (const [method, params, change] of rest) {
      await server.notify(method, params);
      expect((await changes.next()).value).toEqual(change);
    }
    await changes.return?.();
    for (const uri of ['a:1', 'a:2']) {
      const { id, params } = await server.expect('resources/unsubscribe');
      expect(params?.['uri']).toBe(uri);
      await server.answer(id);
    }
  });

  it('hears of what the server offers, is told of the rest, and ends where that is all', async () => {
    const server = await connected({ capabilities: { tools: { listChanged: true }, resources: {} } });
    const listening = deferred<unknown>();
    const changes = server.client.listen(
      { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['a:1'] },
      { onListening: listening.resolve },
    );
    void changes.next();
    expect(await listening.promise).toEqual({ toolsListChanged: true });
    expect(server.warnings[0]?.message).toMatch(/promptsListChanged, resourceSubscriptions/);
    await changes.return?.();
    expect(await server.client.listen({ promptsListChanged: true }).next()).toEqual({ done: true, value: undefined });
  });

  it('subscribes once, however many listen, and unsubscribes after the last', async () => {
    const server = await connected({ capabilities: everything });
    const heard: unknown[] = [];
    server.client.on('notifications/resources/updated', ({ uri }) => heard.push(uri));
    const listen = async (answer: boolean) => {
      const listening = deferred<unknown>();
      const changes = server.client.listen({ resourceSubscriptions: ['a:1'] }, { onListening: listening.resolve });
      const next = changes.next();
      if (answer) await server.answer((await server.expect('resources/subscribe')).id);
      await listening.promise;
      return { changes, next };
    };
    const one = await listen(true);
    const two = await listen(false);
    await server.notify('notifications/resources/updated', { uri: 'a:1' });
    expect((await one.next).value).toEqual({ type: 'resourceUpdated', uri: 'a:1' });
    expect((await two.next).value).toEqual({ type: 'resourceUpdated', uri: 'a:1' });
    // Once for each that listens, as servers of today send it.
    expect(heard).toEqual(['a:1', 'a:1']);
    await one.changes.return?.();
    const ping = server.client.request('ping');
    await server.answer((await server.expect('ping')).id);
    await ping;
    await two.changes.return?.();
    expect((await server.expect('resources/unsubscribe')).params).toEqual({ uri: 'a:1' });
  });

  it('goes on without a resource that the server refuses', async () => {
    const server = await connected({ capabilities: everything });
    const listening = deferred<unknown>();
    const changes = server.client.listen({ resourceSubscriptions: ['a:1', 'a:2'] }, { onListening: listening.resolve });
    void changes.next();
    await server.refuse((await server.expect('resources/subscribe')).id, -32002);
    await server.answer((await server.expect('resources/subscribe')).id);
    expect(await listening.promise).toEqual({ resourceSubscriptions: ['a:2'] });
    expect(server.warnings[0]?.message).toMatch(/does not tell of a:1/);
    await changes.return?.();
    expect((await server.expect('resources/unsubscribe')).params).toEqual({ uri: 'a:2' });
  });

  it('passes on what nobody listens to', async () => {
    const server = await connected({ capabilities: everything });
    const heard = deferred<unknown>();
    server.client.on('notifications/tools/list_changed', (params) => heard.resolve(params));
    await server.notify('notifications/tools/list_changed', { a: 1 });
    expect(await heard.promise).toEqual({ a: 1 });
  });

  it('hears of changes that come in the answer to something else', async () => {
    const event = (value: object): string => `data: ${JSON.stringify({ jsonrpc: '2.0', ...value })}\n\n`;
    const http = oldHttp({
      initialize: ({ id }) => result(id, { ...INITIALIZED, capabilities: everything }),
      other: ({ id }) =>
        new Response(event({ method: 'notifications/tools/list_changed' }) + event({ id, result: { content: [] } }), {
          headers: { 'content-type': 'text/event-stream' },
        }),
    });
    const client = await McpClient.connect('https://lists.test/mcp', {
      fetch: http.fetch,
      protocolVersion: '2025-11-25',
    });
    onTestFinished(() => client.close());
    const listening = deferred<unknown>();
    const changes = client.listen({ toolsListChanged: true }, { onListening: listening.resolve });
    const next = changes.next();
    await listening.promise;
    await client.callTool('x');
    expect((await next).value).toEqual({ type: 'toolsListChanged' });
    await changes.return?.();
  });
});

describe('a session that the server has lost', () => {
  it('is made anew, and what belonged to it is done again', async () => {
    const dead = new Set<string>();
    let sessions = 0;
    const levels: unknown[] = [];
    const subscribed: unknown[] = [];
    const http = oldHttp({
      async initialize({ id }) {
        const response = result(id, { ...INITIALIZED, capabilities: everything });
        response.headers.set('mcp-session-id', `s${++sessions}`);
        return response;
      },
      other({ id, method, params }) {
        if (method === 'logging/setLevel') levels.push(params?.['level']);
        if (method === 'resources/subscribe') subscribed.push(params?.['uri']);
        return result(id, { content: [] });
      },
    });
    const client = await McpClient.connect('https://sessions.test/mcp', {
      protocolVersion: '2025-11-25',
      async fetch(url, init) {
        const session = new Headers(init.headers).get('mcp-session-id');
        if (session !== null && dead.has(session)) return new Response(null, { status: 404 });
        return http.fetch(url, init);
      },
    });
    onTestFinished(() => client.close());
    const listening = [deferred<unknown>(), deferred<unknown>()];
    let times = 0;
    const changes = client.listen(
      { resourceSubscriptions: ['a:1'] },
      { onListening: (honored) => listening[times++]?.resolve(honored) },
    );
    const first = changes.next();
    await listening[0]?.promise;
    await client.callTool('x', {}, { logLevel: 'info' });
    dead.add('s1');
    await expect(client.listTools()).rejects.toMatchObject({ code: 'invalid_message' });
    expect((await first).value).toEqual({ type: 'refetch' });
    await listening[1]?.promise;
    await client.callTool('x', {}, { logLevel: 'info' });
    expect({ sessions, levels, subscribed }).toEqual({
      sessions: 2,
      levels: ['info', 'info'],
      subscribed: ['a:1', 'a:1'],
    });
    await changes.return?.();
  });
});

describe('pages that the user has to visit before a call (-32042)', () => {
  const page = (elicitationId: string): object => ({
    mode: 'url',
    elicitationId,
    url: `https://a.example/${elicitationId}`,
    message: 'Look',
  });
  const pages = { elicitations: [page('e1'), page('e2')] };

  it('are shown by the handler, waited for, and the call is made again as it was', async () => {
    const shown: string[] = [];
    const server = await connected({}, { elicitUrl: ({ url }) => (shown.push(url), { action: 'accept' }) });
    const done = server.client.callTool('x', { a: 1 });
    const first = await server.expect('tools/call');
    await server.refuse(first.id, -32042, pages);
    // One is done before anybody waits for it, and strangers are none of our business.
    await server.notify('notifications/elicitation/complete', { elicitationId: 'e1' });
    await server.notify('notifications/elicitation/complete', { elicitationId: 'other' });
    await server.notify('notifications/elicitation/complete', { elicitationId: 'e2' });
    const second = await server.expect('tools/call');
    const { _meta: _first, ...params } = first.params ?? {};
    const { _meta: _second, ...again } = second.params ?? {};
    expect(again).toEqual(params);
    await server.answer(second.id, { content: [] });
    expect(await done).toEqual({ content: [] });
    expect(shown).toEqual(['https://a.example/e1', 'https://a.example/e2']);
  });

  it('may be done with before their error is read', async () => {
    const server = await connected({}, { elicitUrl: () => ({ action: 'accept' }) });
    const done = server.client.callTool('x', { a: 1 });
    const first = await server.expect('tools/call');
    for (const elicitationId of ['e2', 'e1'])
      await server.notify('notifications/elicitation/complete', { elicitationId });
    await server.refuse(first.id, -32042, pages);
    await server.answer((await server.expect('tools/call')).id, { content: [] });
    expect(await done).toEqual({ content: [] });
  });

  it('that the user does not come back from cost the call its time', async () => {
    const server = await connected({}, { elicitUrl: () => ({ action: 'accept' }) });
    const done = server.client.callTool('x', {}, { timeoutMs: 30 });
    await server.refuse((await server.expect('tools/call')).id, -32042, pages);
    expect((await errorOf(done)).code).toBe('timeout');
  });

  it('that the user refuses to visit fail the call with what the server said', async () => {
    const server = await connected({}, { elicitUrl: () => ({ action: 'decline' }) });
    const done = server.client.callTool('x');
    await server.refuse((await server.expect('tools/call')).id, -32042, pages);
    expect(await errorOf(done)).toMatchObject({ code: 'rpc_error', rpcCode: -32042, data: pages });
  });

  it('need a handler', async () => {
    const server = await connected();
    const done = server.client.callTool('x');
    await server.refuse((await server.expect('tools/call')).id, -32042, pages);
    expect(await errorOf(done)).toMatchObject({
      code: 'missing_capability',
      message: expect.stringMatching(/elicitUrl/) as string,
    });
  });

  it.each([
    undefined,
    {},
    { elicitations: [] },
    { elicitations: [{ url: 'https://a.example/' }] },
    { elicitations: 5 },
  ])('that are none (%j) are an error like any other', async (data) => {
    const server = await connected({}, { elicitUrl: () => expect.unreachable() });
    const done = server.client.callTool('x');
    await server.refuse((await server.expect('tools/call')).id, -32042, data);
    expect((await errorOf(done)).rpcCode).toBe(-32042);
  });
});
