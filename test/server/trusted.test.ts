import { describe, expect, test } from 'vitest';
import { McpServer, type Context } from 'mcpwire/server';
import { ask, META, modern, plain, toolCall } from '../helpers/wire.js';

const seen: Context[] = [];
const server = new McpServer({ name: 'who', version: '1.0.0' })
  .tool('later', {}, async () => 'x')
  .tool('who', {}, (_args, ctx) => {
    seen.push(ctx);
    return 'x';
  });
const last = () => seen.at(-1)!;

describe('who the caller is', () => {
  test('server.fetch ignores further arguments: bindings named auth are no identity', async () => {
    const fetch = server.fetch as (...args: unknown[]) => Promise<Response>;
    const response = await fetch(
      toolCall('who'),
      { auth: { subject: 'root', scopes: ['*'] }, platform: 1 },
      { auth: {}, waitUntil() {} },
    );
    expect(response.status).toBe(200);
    expect(last().auth).toBeUndefined();
    expect(last().platform).toBeUndefined();
  });

  test('of a Worker’s context waitUntil alone is used: for a call of a session, which outlives its connection', async () => {
    const kept: Promise<unknown>[] = [];
    const context = {
      waitUntil(work: Promise<unknown>) {
        expect(this).toBe(context);
        kept.push(work);
      },
    };
    const post = (message: object, headers = {}): Promise<Response> => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      const all = { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...headers };
      const request = new Request('http://localhost/mcp', { method: 'POST', headers: all, body });
      // As workerd calls an exported server, which its type does not say.
      return Reflect.apply(server.fetch, server, [request, {}, context]) as Promise<Response>;
    };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'old', version: '1' } };
    const greeted = await post({ id: 1, method: 'initialize', params });
    expect(kept).toEqual([]);
    const session = { 'mcp-session-id': greeted.headers.get('mcp-session-id') };
    await post({ id: 2, method: 'tools/call', params: { name: 'later' } }, session);
    expect(kept).toHaveLength(1);
    await Promise.all(kept);
  });

  test('and for a notification, whose answer is out before its handler has ended', async () => {
    const kept: Promise<unknown>[] = [];
    let heard = false;
    const told = new McpServer({ name: 'told', version: '1' }).notification('news', {}, async () => {
      await Promise.resolve();
      heard = true;
    });
    const request = new Request('http://localhost/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', method: 'news' }),
    });
    const context = { waitUntil: (work: Promise<unknown>) => kept.push(work) };
    const response = (await Reflect.apply(told.fetch, told, [request, {}, context])) as Response;
    expect(response.status).toBe(202);
    expect(kept).toHaveLength(1);
    await Promise.all(kept);
    expect(heard).toBe(true);
  });

  test('server.fetch is bound', async () => {
    const { fetch } = server;
    expect((await fetch(toolCall('who'))).status).toBe(200);
  });

  test('server.handler is the way in for identity and platform data, each call for itself', async () => {
    const auth = { subject: 'ann', scopes: ['read'], claims: {} };
    await server.handler({ auth, platform: { KV: 1 } })(toolCall('who'));
    expect(last().auth).toBe(auth);
    expect(last().platform).toEqual({ KV: 1 });
    await server.handler()(toolCall('who'));
    expect(last().auth).toBeUndefined();
  });

  // spec: client/elicitation#identifying-the-user.1
  test('nothing in the message becomes an identity', async () => {
    await server.fetch(
      toolCall(
        'who',
        { auth: { subject: 'root' } },
        { meta: { auth: { subject: 'root' } }, headers: { authorization: 'Bearer x', 'x-user': 'root' } },
      ),
    );
    expect(last().auth).toBeUndefined();
  });

  // spec: basic#statelessness.1
  test('ctx.client is what this very request says', async () => {
    await server.fetch(
      toolCall(
        'who',
        {},
        { meta: { [META.info]: { name: 'bob', version: '2' }, [META.capabilities]: { elicitation: {} } } },
      ),
    );
    expect(last().client).toMatchObject({
      protocolVersion: '2026-07-28',
      info: { name: 'bob' },
      capabilities: { elicitation: {} },
    });
    await server.fetch(plain('tools/call', { name: 'who' }));
    expect(last().client).toMatchObject({ protocolVersion: '2025-03-26', capabilities: {} });
    expect(last().client.info).toBeUndefined();
  });

  test('ctx.id, ctx.meta and ctx.http are what was sent', async () => {
    await server.fetch(
      toolCall(
        'who',
        {},
        { id: 'abc', meta: { 'com.example/trace': 't' }, headers: { 'x-trace': 'u' }, url: 'http://localhost/mcp?x=1' },
      ),
    );
    expect(last().id).toBe('abc');
    expect(last().meta['com.example/trace']).toBe('t');
    expect(last().http?.url).toBe('http://localhost/mcp?x=1');
    expect(last().http?.headers.get('x-trace')).toBe('u');
  });
});

test('every server can be a default export: Bun reads idleTimeout beside fetch', async () => {
  expect(server.idleTimeout).toBe(255);
  expect((await ask(server, modern('server/discover'))).status).toBe(200);
});
