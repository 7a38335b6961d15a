import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { serve, toNodeListener, type RunningServer } from 'mcpwire/node';
import { McpServer, memoryBus, type AuthInfo, type ServerOptions } from 'mcpwire/server';
import { aborted, gate, until, type Gate } from '../helpers/gate.js';
import { send } from '../helpers/raw-http.js';
import { callOf, get, initialize, openStream } from './sse-support.js';

const PATHS = { sse: '/sse', messages: '/messages' };
const SECRET = 'sixteen or more characters';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Seen {
  begun: Gate;
  aborted: Gate<unknown>;
  release: Gate;
}

let seen: Seen;
const make = (options: ServerOptions = {}) => {
  seen = { begun: gate(), aborted: gate(), release: gate() };
  const { begun, aborted: over, release } = seen;
  return new McpServer({ name: 'old', version: '1' }, { legacy: { httpSse: PATHS }, ...options })
    .tool('hi', {}, () => 'hi')
    .tool('who', {}, (_args, ctx) => JSON.stringify([ctx.auth?.subject, ctx.auth?.scopes, ctx.client.protocolVersion]))
    .tool('steps', {}, async (_args, ctx) => {
      await ctx.progress(1, 2);
      // A client may lose what comes in one piece with the response.
      await release.opened;
      return 'done';
    })
    .tool('elicit', {}, async (_args, ctx) => {
      const answer = await ctx.elicit('Name?', z.object({ name: z.string() }));
      return answer.action === 'accept' ? answer.content.name : answer.action;
    })
    .tool('sample', {}, async (_args, ctx) => {
      const { content } = await ctx.sample({
        messages: [{ role: 'user', content: { type: 'text', text: 'x' } }],
        maxTokens: 9,
      });
      return JSON.stringify(content);
    })
    .tool('roots', {}, async (_args, ctx) => JSON.stringify(await ctx.roots()))
    .tool('hang', {}, async (_args, ctx) => {
      begun.open();
      over.open(await aborted(ctx.signal));
      throw ctx.signal.reason;
    })
    .tool('wait', {}, async () => {
      begun.open();
      await release.opened;
      return 'waited';
    })
    .tool('flood', {}, async (_args, ctx) => {
      begun.open();
      for (let count = 0; count < 400; count++) void ctx.notify('x/y', { text: 'x'.repeat(64 * 1024) });
      return 'flooded';
    })
    .resource('test://x', { name: 'x' }, () => 'x');
};

async function start(server: McpServer<unknown>): Promise<RunningServer & { readonly sse: URL }> {
  const running = await serve(server);
  closing.push(() => running.close({ graceMs: 0 }));
  return { ...running, sse: new URL('/sse', running.url) };
}

/** Serves as somebody, whom the test may change. */
async function startAs(server: McpServer<unknown>, who: { auth: AuthInfo | undefined }): Promise<URL> {
  const http: Server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const url = `http://127.0.0.1${incoming.url ?? ''}`;
      const body = chunks.length === 0 ? null : Buffer.concat(chunks);
      const controller = new AbortController();
      outgoing.on('close', () => controller.abort());
      const headers = incoming.headers as Record<string, string>;
      const request = new Request(url, { method: incoming.method ?? '', headers, body, signal: controller.signal });
      const response = await server.handler(who.auth === undefined ? {} : { auth: who.auth })(request);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.flushHeaders();
      for await (const chunk of response.body ?? []) outgoing.write(chunk);
      outgoing.end();
    })();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    http.closeAllConnections();
    http.close();
  });
  return new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/sse`);
}

const open = async (...given: Parameters<typeof openStream>) => {
  const client = await openStream(...given);
  closing.push(client.leave);
  return client;
};

describe('a real client of the transport', () => {
  const connect = async (sse: URL) => {
    const client = new Client(
      { name: 'c', version: '1' },
      { capabilities: { elicitation: {}, sampling: {}, roots: { listChanged: true } } },
    );
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept' as const, content: { name: 'Ann' } }));
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: 'm',
      role: 'assistant' as const,
      content: { type: 'text' as const, text: 'sampled' },
    }));
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///r' }] }));
    await client.connect(new SSEClientTransport(sse));
    closing.push(() => client.close());
    return client;
  };

  test('calls tools, hears of progress, is asked, and negotiates a newer revision than the transport has', async () => {
    const { sse } = await start(make());
    const client = await connect(sse);
    expect(client.getServerVersion()).toMatchObject({ name: 'old' });
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('steps');
    const progress: number[] = [];
    const stepped = await client.callTool({ name: 'steps', arguments: {} }, undefined, {
      onprogress: (one) => {
        progress.push(one.progress);
        seen.release.open();
      },
    });
    expect([stepped.content, progress]).toMatchObject([[{ text: 'done' }], [1]]);
    const text = async (name: string) => (await client.callTool({ name, arguments: {} })).content;
    expect(await text('elicit')).toMatchObject([{ text: 'Ann' }]);
    expect(await text('sample')).toMatchObject([{ text: '{"type":"text","text":"sampled"}' }]);
    expect(await text('roots')).toMatchObject([{ text: expect.stringContaining('file:///r') }]);
    expect(await text('who')).toMatchObject([{ text: expect.stringContaining('2025-11-25') }]);
    await client.ping();
    await client.setLoggingLevel('error');
  });

  test('is told of changes on its stream', async () => {
    const server = make();
    const { sse } = await start(server);
    const client = await connect(sse);
    const tools = gate();
    const updated = gate<string>();
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => tools.open());
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => updated.open(params.uri));
    await client.subscribeResource({ uri: 'test://x' });
    server.notify.resourceUpdated('test://x');
    expect(await updated.opened).toBe('test://x');
    server.tool('more', {}, () => 'more');
    await tools.opened;
  });

  test('cancels what runs', async () => {
    const { sse } = await start(make());
    const client = await connect(sse);
    const { begun, aborted: over } = seen;
    const controller = new AbortController();
    const call = client.callTool({ name: 'hang', arguments: {} }, undefined, { signal: controller.signal });
    await begun.opened;
    controller.abort('enough');
    await expect(call).rejects.toThrow('enough');
    expect(await over.opened).toMatchObject({ code: 'aborted', message: expect.stringContaining('cancelled') });
    expect(await client.callTool({ name: 'hi', arguments: {} })).toMatchObject({ content: [{ text: 'hi' }] });
  });

  test('shares the server with clients of the later transport, at one path if need be', async () => {
    const server = make({ legacy: { httpSse: { sse: '/mcp', messages: '/mcp' } } });
    const { url } = await serve(server).then((running) => {
      closing.push(() => running.close({ graceMs: 0 }));
      return running;
    });
    const old = await connect(new URL(url));
    const later = new Client({ name: 'l', version: '1' });
    await later.connect(new StreamableHTTPClientTransport(new URL(url)));
    closing.push(() => later.close());
    const changed = gate();
    later.setNotificationHandler(ToolListChangedNotificationSchema, () => changed.open());
    for (const client of [old, later])
      expect(await client.callTool({ name: 'hi', arguments: {} })).toMatchObject({ content: [{ text: 'hi' }] });
  });
});

describe('the wire', () => {
  test('the first event says where to post, a POST gets 202 Accepted, and messages are events of that name', async () => {
    const { sse } = await start(make());
    const client = await open(sse);
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': expect.stringContaining('no-cache'),
    });
    expect(client.endpoint.href).toMatch(new RegExp(`^${new URL('/messages', sse).href}\\?sessionId=[\\w-]{40,}$`));
    const accepted = await client.post(initialize('2024-11-05'));
    expect([accepted.status, await accepted.text()]).toEqual([202, 'Accepted']);
    const event = await client.next();
    expect(event?.event).toBe('message');
    expect(JSON.parse(event?.data ?? '')).toMatchObject({ id: 0, result: { protocolVersion: '2024-11-05' } });
    expect((await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);
    await client.post(callOf('hi', 'a'));
    expect(await client.message()).toEqual({
      jsonrpc: '2.0',
      id: 'a',
      result: { content: [{ type: 'text', text: 'hi' }] },
    });
  });

  test('is off unless asked for: the paths are 404', async () => {
    const { url } = await start(new McpServer({ name: 's', version: '1' }));
    for (const path of ['/sse', '/messages?sessionId=x']) expect((await fetch(new URL(path, url))).status).toBe(404);
    expect((await fetch(url)).status).toBe(405);
  });

  test('other paths of serve() stay 404', async () => {
    const { url } = await start(make());
    for (const path of ['/', '/sse/', '/x/sse', '/SSE', '/messages/', '//sse'])
      expect((await send(Number(new URL(url).port), { method: 'GET', target: path })).status).toBe(404);
  });

  test('what cannot be asked in its revision is refused to the handler, what can is asked', async () => {
    const { sse } = await start(make());
    const client = await open(sse);
    await client.greet('2024-11-05', { sampling: {} });
    await client.post(callOf('elicit', 1));
    expect(await client.message()).toMatchObject({ id: 1 });
    await client.post(callOf('sample', 2));
    const question = await client.message();
    expect(question).toMatchObject({ method: 'sampling/createMessage', params: { maxTokens: 9 } });
    await client.post({
      jsonrpc: '2.0',
      id: question.id,
      result: { model: 'm', role: 'assistant', content: { type: 'text', text: 'so' } },
    });
    expect(await client.message()).toMatchObject({
      id: 2,
      result: { content: [{ text: '{"type":"text","text":"so"}' }] },
    });
  });

  test('a message that is none, an id that is in use, and a body of another type are refused to the POST', async () => {
    const { sse } = await start(make());
    const client = await open(sse);
    await client.greet();
    const { begun, release } = seen;
    const refusals: [unknown, number, number][] = [
      ['{', 400, -32700],
      [{ id: 1, method: 'ping' }, 400, -32600],
      [[], 400, -32600],
    ];
    for (const [body, status, code] of refusals) {
      const refused = await client.post(body);
      expect([refused.status, (await refused.json()) as unknown]).toMatchObject([status, { error: { code } }]);
    }
    // What is understood is answered where answers go.
    expect((await client.post(initialize(1 as never, {}, 5))).status).toBe(202);
    expect(await client.message()).toMatchObject({ id: 5, error: { code: -32602 } });
    await client.post(callOf('wait', 7));
    await begun.opened;
    expect((await client.post(callOf('hi', 7))).status).toBe(400);
    release.open();
    expect(await client.message()).toMatchObject({ id: 7, result: { content: [{ text: 'waited' }] } });
    expect((await client.post('{}', { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    const large = await client.post('x'.repeat(5 * 1024 * 1024));
    expect(large.status).toBe(413);
  });

  test('a GET that takes JSON only is 406', async () => {
    const { sse } = await start(make());
    expect((await get(sse, { accept: 'application/json' })).statusCode).toBe(406);
  });

  test('a quiet stream gets comments', async () => {
    const { sse } = await start(make({ keepAliveMs: 5 }));
    const client = await open(sse);
    expect(await client.next()).toEqual({ comment: '' });
    expect(await client.next()).toEqual({ comment: '' });
  });
});

describe('A4: the guard', () => {
  test.each([
    ['a foreign page', { origin: 'http://evil.example' }],
    ['a rebound name', { host: 'evil.example' }],
  ])('%s opens no stream and posts nothing', async (_who, headers) => {
    const { sse } = await start(make());
    expect((await get(sse, headers)).statusCode).toBe(403);
    const client = await open(sse);
    const { port, pathname, search } = client.endpoint;
    const answer = await send(Number(port), {
      target: pathname + search,
      headers: [['Content-Type', 'application/json'], ...Object.entries(headers)],
      body: JSON.stringify(initialize('2024-11-05')),
    });
    expect(answer.status).toBe(403);
  });

  test('an admitted page may read the stream and its answers', async () => {
    const { sse } = await start(make());
    const origin = { origin: 'http://localhost:9' };
    const client = await open(sse, origin);
    expect(client.headers['access-control-allow-origin']).toBe(origin.origin);
    expect((await client.post(initialize('2024-11-05'))).headers.get('access-control-allow-origin')).toBe(
      origin.origin,
    );
    const preflight = await fetch(client.endpoint, {
      method: 'OPTIONS',
      headers: { ...origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
  });
});

describe('the session lives with its stream', () => {
  test('when the stream ends, what runs is aborted and its POST finds nothing', async () => {
    const { sse } = await start(make());
    const client = await open(sse);
    await client.greet();
    const { begun, aborted: over } = seen;
    await client.post(callOf('hang'));
    await begun.opened;
    client.leave();
    expect(await over.opened).toMatchObject({ code: 'aborted' });
    const late = await client.post(callOf('hi'));
    expect([late.status, (await late.json()) as unknown]).toMatchObject([404, { error: { code: -32600 } }]);
  });

  test.each(['', 'x', 'AAAA'.repeat(30), 'A'.repeat(5_000)])('an id that nobody has given is 404', async (id) => {
    const { sse } = await start(make());
    const posted = await fetch(new URL(`/messages?sessionId=${id}`, sse), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(callOf('hi')),
    });
    expect(posted.status).toBe(404);
  });

  test('it ends with its time to live', async () => {
    const { sse } = await start(make({ legacy: { httpSse: PATHS, sessionTtlMs: 50 } }));
    const client = await open(sse);
    expect(await client.message()).toBeUndefined();
    expect((await client.post(callOf('hi'))).status).toBe(404);
  });

  test('a session of this transport is none of the later one', async () => {
    const { sse, url } = await start(make());
    const client = await open(sse);
    const posted = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'mcp-session-id': client.endpoint.searchParams.get('sessionId') ?? '',
      },
      body: JSON.stringify(callOf('hi')),
    });
    expect(posted.status).toBe(404);
  });

  test('A7: another principal gets the 404 of a session that never was; another token of the same one is served', async () => {
    const ann: AuthInfo = { issuer: 'i', subject: 'ann', clientId: 'c', scopes: ['a'], claims: {} };
    const who = { auth: ann as AuthInfo | undefined };
    const sse = await startAs(make({ secret: SECRET }), who);
    const client = await open(sse);
    await client.greet();
    const answers = [];
    for (const auth of [undefined, { ...ann, subject: 'bob' }, { ...ann, clientId: 'd' }, { ...ann, issuer: 'j' }]) {
      who.auth = auth;
      const foreign = await client.post(callOf('hi'));
      const unknown = await client.post(callOf('hi'), { url: new URL('/messages?sessionId=x', sse) });
      expect([foreign.status, unknown.status]).toEqual([404, 404]);
      answers.push(await foreign.text(), await unknown.text());
    }
    expect(new Set(answers).size).toBe(1);
    who.auth = { ...ann, scopes: ['b'] };
    await client.post(callOf('who', 2));
    expect(await client.message()).toMatchObject({
      id: 2,
      result: { content: [{ text: '["ann",["b"],"2024-11-05"]' }] },
    });
  });
});

describe('limits', () => {
  test('streams beyond limits.subscriptions are 503, and one that ends makes room', async () => {
    const { sse } = await start(make({ limits: { subscriptions: 2 } }));
    const first = await open(sse);
    await open(sse);
    const refused = await get(sse);
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '5']);
    first.leave();
    let status: number | undefined;
    while (status !== 200) {
      const answer = await get(sse);
      status = answer.statusCode;
      answer.destroy();
    }
  });

  test('streams of one principal beyond limits.subscriptionsPerPrincipal are 503', async () => {
    const auth = { subject: 'ann', scopes: [], claims: {} };
    const who: { auth: AuthInfo | undefined } = { auth };
    const sse = await startAs(make({ secret: SECRET, limits: { subscriptionsPerPrincipal: 1 } }), who);
    await open(sse);
    expect((await get(sse)).statusCode).toBe(503);
    who.auth = { ...auth, subject: 'bob' };
    await open(sse);
  });

  test('a client that does not read costs no more than it may, and is served again when it reads', async () => {
    const { sse } = await start(make({ limits: { streamDropBytes: 256 * 1024 } }));
    const client = await open(sse);
    await client.greet();
    client.response.pause();
    await client.post(callOf('flood', 1));
    await seen.begun.opened;
    let refused = await client.post(callOf('hi', 2));
    for (let id = 3; refused.status === 202; id++) refused = await client.post(callOf('flood', id));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    // What ends something is taken all the same.
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    expect((await client.post(cancel)).status).toBe(202);
    let count = 0;
    for (let message = await client.message(); message?.id !== 1; message = await client.message()) count++;
    expect(count).toBeLessThan(400);
    let accepted = refused;
    do {
      void client.message();
      accepted = await client.post(callOf('hi', 'again'));
    } while (accepted.status !== 202);
  });

  test('a forwarded and a local POST are bounded by concurrency: what is beyond is 503', async () => {
    const { sse } = await start(make());
    const client = await open(sse);
    await client.greet();
    let last = await client.post(callOf('wait', 0));
    for (let id = 1; id < 1_001 && last.status === 202; id++) last = await client.post(callOf('wait', id));
    expect(last.status).toBe(503);
    seen.release.open();
    expect(await client.message()).toMatchObject({ result: { content: [{ text: 'waited' }] } });
  }, 30_000);
});

describe('closing', () => {
  test.each(['place', 'server'])('the %s lets what runs finish, then ends its streams', async (which) => {
    const server = make();
    const running = await start(server);
    const [idle, busy, fresh] = [await open(running.sse), await open(running.sse), await open(running.sse)];
    await idle.greet();
    await busy.greet();
    const { begun, release } = seen;
    await busy.post(callOf('wait', 5));
    await begun.opened;
    const closed = which === 'place' ? running.close() : server.close();
    expect(await idle.message()).toBeUndefined();
    expect(await fresh.message()).toBeUndefined();
    release.open();
    expect(await busy.message()).toMatchObject({ id: 5, result: { content: [{ text: 'waited' }] } });
    expect(await busy.message()).toBeUndefined();
    await closed;
  });

  test('what outlives the grace is aborted and told so before its stream ends', async () => {
    const running = await start(make());
    const client = await open(running.sse);
    await client.greet();
    await client.post(callOf('hang', 5));
    await seen.begun.opened;
    const closed = running.close({ graceMs: 0 });
    expect(await client.message()).toMatchObject({ id: 5, error: { code: -32603 } });
    expect(await client.message()).toBeUndefined();
    await closed;
  });
});

describe('where it is mounted', () => {
  const mounted = async (listener: Parameters<typeof createServer>[1]): Promise<string> => {
    const http = createServer(listener);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      http.closeAllConnections();
      http.close();
    });
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  };

  test('a mount of Express keeps its prefix', async () => {
    const listener = toNodeListener(make());
    const mount: Parameters<typeof createServer>[1] = (incoming, outgoing) => {
      const { url = '' } = incoming;
      // What Express does for `app.use('/api/v1', listener)`.
      listener(Object.assign(incoming, { originalUrl: url, url: url.slice('/api/v1'.length) }), outgoing);
    };
    const client = await open(new URL('/api/v1/sse?a=b', await mounted(mount)));
    expect(client.endpoint.pathname).toBe('/api/v1/messages');
    expect(await client.greet()).toMatchObject({ result: { serverInfo: { name: 'old' } } });
  });

  test('a fetch handler below a prefix keeps it', async () => {
    const response = await make({ secret: SECRET }).fetch(new Request('http://localhost/deep/down/sse'));
    const reader = response.body!.getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toMatch(/^event: endpoint\ndata: \/deep\/down\/messages\?sessionId=/);
    await reader.cancel();
  });

  test('A43: a path that looks like a host leads to none', async () => {
    const client = await open(new URL(`${await mounted(toNodeListener(make()))}//evil.example/sse`));
    expect(client.endpoint.pathname).toBe('/evil.example/messages');
    expect(client.endpoint.host).toMatch(/^127\.0\.0\.1:/);
  });
});

describe('several processes', () => {
  const ann: AuthInfo = { issuer: 'i', subject: 'ann', clientId: 'c', scopes: ['a'], claims: {} };
  const two = async (who: { auth: AuthInfo | undefined } = { auth: undefined }) => {
    const options = { secret: SECRET, bus: memoryBus() };
    const first = make(options);
    const held = seen;
    const second = make(options);
    const [here, there] = [await startAs(first, who), await startAs(second, who)];
    const client = await open(here);
    const elsewhere = new URL(client.endpoint.pathname + client.endpoint.search, there);
    return { client, elsewhere, held, second };
  };

  test('a POST finds its way to the process that holds the stream: requests, answers, cancellations', async () => {
    const who = { auth: ann as AuthInfo | undefined };
    const { client, elsewhere, held } = await two(who);
    const post = (body: unknown) => client.post(body, { url: elsewhere });
    expect((await post(initialize('2024-11-05', { roots: {} }))).status).toBe(202);
    expect(await client.message()).toMatchObject({ id: 0, result: { protocolVersion: '2024-11-05' } });
    await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    who.auth = { ...ann, scopes: ['later'] };
    await post(callOf('who', 1));
    expect(await client.message()).toMatchObject({
      result: { content: [{ text: '["ann",["later"],"2024-11-05"]' }] },
    });
    await client.post(callOf('roots', 2));
    const question = await client.message();
    expect(question).toMatchObject({ method: 'roots/list' });
    await post({ jsonrpc: '2.0', id: question.id, result: { roots: [{ uri: 'file:///r' }] } });
    expect(await client.message()).toMatchObject({ id: 2 });
    await client.post(callOf('hang', 3));
    await held.begun.opened;
    await post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 3 } });
    expect(await held.aborted.opened).toMatchObject({ code: 'aborted' });
  });

  test('what the holder refuses is refused there, too', async () => {
    const { client, elsewhere, held } = await two();
    await client.greet();
    await client.post(callOf('wait', 1));
    await held.begun.opened;
    const answers = await Promise.all(
      [callOf('hi', 1), { jsonrpc: '2.0' }, []].map((body) => client.post(body, { url: elsewhere })),
    );
    for (const answer of answers)
      expect([answer.status, (await answer.json()) as unknown]).toMatchObject([400, { error: { code: -32600 } }]);
    held.release.open();
  });

  test('A7: a foreign principal is 404 at every process, and so is a session that has ended', async () => {
    const who = { auth: ann as AuthInfo | undefined };
    const { client, elsewhere } = await two(who);
    await client.greet();
    who.auth = { ...ann, subject: 'bob' };
    expect((await client.post(callOf('hi'), { url: elsewhere })).status).toBe(404);
    who.auth = ann;
    expect((await client.post(callOf('hi'), { url: elsewhere })).status).toBe(202);
    client.leave();
    let { status } = await client.post(callOf('hi'), { url: elsewhere });
    while (status === 202) ({ status } = await client.post(callOf('hi'), { url: elsewhere }));
    expect(status).toBe(404);
  });

  test('changes that another process makes are told', async () => {
    const { client, second } = await two();
    await client.greet();
    // The subscription opens after the POST is answered.
    await client.post({ jsonrpc: '2.0', id: 9, method: 'resources/subscribe', params: { uri: 'test://x' } });
    expect(await client.message()).toMatchObject({ id: 9 });
    await until(() => {
      second.notify.resourceUpdated('test://x');
      return client.response.readableLength > 0 || true;
    });
    expect(await client.message()).toMatchObject({
      method: 'notifications/resources/updated',
      params: { uri: 'test://x' },
    });
  });
});
