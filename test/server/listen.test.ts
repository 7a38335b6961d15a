/** Subscriptions as callers meet them: over HTTP, and through `server.notify`. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { serve, type RunningServer } from 'mcpwire/node';
import { McpServer, memoryBus, type Bus, type Change, type ServerOptions } from 'mcpwire/server';
import { gate, settle, until } from '../helpers/gate.js';
import { acknowledged, ID, tagged } from '../helpers/listening.js';
import { dial, encodeRequest } from '../helpers/raw-http.js';
import { BlockReader, messagesOf } from '../helpers/sse.js';
import { ask, headersOf, modern, rpc, toolCall, type Json, type RequestOptions } from '../helpers/wire.js';

// Thousands of connections: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

const ALL = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };

function makeServer(options: ServerOptions = {}) {
  return new McpServer({ name: 's', version: '1' }, options)
    .tool('x', {}, async (_args, ctx) => {
      await ctx.log('error', 'logged');
      await ctx.progress(1);
      return 'done';
    })
    .prompt('p', {}, () => 'text')
    .resource('file:///a', { name: 'a' }, () => 'text');
}

const listenRequest = (notifications: Json, options: RequestOptions = {}) =>
  modern('subscriptions/listen', { notifications }, options);

async function open(server: McpServer<unknown>, notifications: Json, options: RequestOptions = {}) {
  const response = await server.fetch(listenRequest(notifications, options));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  return new BlockReader(response);
}

const running: RunningServer[] = [];
afterEach(() => Promise.all(running.splice(0).map((one) => one.close({ graceMs: 0 }))));

async function start(server: McpServer<unknown>): Promise<RunningServer & { port: number }> {
  const one = await serve(server);
  running.push(one);
  return { ...one, port: Number(new URL(one.url).port) };
}

/** Opens a subscription on a connection of its own, and reads its acknowledgement. */
async function dialIn(port: number, notifications: Json, id: number) {
  const message = rpc('subscriptions/listen', { notifications }, { id });
  const socket = await dial(port);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.on('error', () => {});
  const headers = [['Host', `127.0.0.1:${port}`], ...Object.entries(headersOf(message))] as [string, string][];
  socket.write(encodeRequest({ headers, body: JSON.stringify(message) }));
  await until(() => text.includes('\n\n') || text.includes('HTTP/1.1 503'));
  return {
    socket,
    text: () => text,
    /** The messages in the chunked body. */
    messages: () => [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as Json),
  };
}

describe('a stream', () => {
  // spec: basic/patterns/subscriptions#acknowledgment.1 basic#meta.16
  // spec: server/tools#list-changed-notification.1 server/prompts#list-changed-notification.1
  // spec: server/resources#list-changed-notification.1
  test('begins with the acknowledgement, and brings what is published', async () => {
    const server = makeServer();
    const filter = { ...ALL, resourceSubscriptions: ['file:///a'] };
    const reader = await open(server, filter, { id: 'sub' });
    expect(await reader.message()).toEqual(acknowledged(filter, 'sub'));
    server.notify.toolsChanged();
    expect(await reader.message()).toEqual(tagged('tools/list_changed', {}, 'sub'));
    server.notify.promptsChanged();
    expect(await reader.message()).toEqual(tagged('prompts/list_changed', {}, 'sub'));
    server.notify.resourcesChanged();
    expect(await reader.message()).toEqual(tagged('resources/list_changed', {}, 'sub'));
    server.notify.resourceUpdated('file:///b');
    server.notify.resourceUpdated('file:///a');
    expect(await reader.message()).toEqual(tagged('resources/updated', { uri: 'file:///a' }, 'sub'));
    await reader.leave();
  });

  // spec: basic/patterns/subscriptions#acknowledgment
  test('tells in the acknowledgement what the server does not have by leaving it out', async () => {
    const server = new McpServer({ name: 's', version: '1' }).tool('x', {}, () => 'y');
    const reader = await open(server, { ...ALL, resourceSubscriptions: ['file:///a'] });
    expect(await reader.message()).toEqual(acknowledged({ toolsListChanged: true }));
    await reader.leave();
  });

  // spec: basic/patterns/subscriptions#opening-a-stream.1 server/tools#list-changed-notification.1
  test('is told of what is registered and removed, and of nothing it did not ask for', async () => {
    const server = makeServer();
    const reader = await open(server, { toolsListChanged: true });
    await reader.message();
    server.prompt('p2', {}, () => 'text');
    server.resource('file:///b', { name: 'b' }, () => 'text');
    // By statements, the type does not grow; the server does.
    (server as McpServer<unknown>).tool('y', {}, () => 'y');
    expect(await reader.message()).toEqual(tagged('tools/list_changed'));
    server.remove('prompt', 'p2');
    server.remove('tool', 'y');
    expect(await reader.message()).toEqual(tagged('tools/list_changed'));
    await reader.leave();
  });

  // spec: server/utilities/logging#per-request-log-level.2
  test('BI12: gets neither logs nor progress of other requests', async () => {
    const server = makeServer();
    const meta = { 'io.modelcontextprotocol/logLevel': 'debug', progressToken: 1 };
    const reader = await open(server, { toolsListChanged: true }, { meta });
    await reader.message();
    const call = await server.fetch(toolCall('x', {}, { meta }));
    expect(messagesOf(await call.text())).toHaveLength(3);
    server.notify.toolsChanged();
    expect(await reader.message()).toEqual(tagged('tools/list_changed'));
    await reader.leave();
  });

  test('that honours nothing ends at once', async () => {
    const server = new McpServer({ name: 's', version: '1' }).tool('x', {}, () => 'y');
    const response = await server.fetch(listenRequest({ promptsListChanged: true }));
    expect(messagesOf(await response.text())).toEqual([
      acknowledged({}),
      {
        jsonrpc: '2.0',
        id: 1,
        result: { resultType: 'complete', _meta: expect.objectContaining({ [ID]: 1 }) as unknown },
      },
    ]);
  });

  test('is refused with 406 to a caller that accepts JSON only', async () => {
    const answer = await ask(makeServer(), listenRequest(ALL, { headers: { accept: 'application/json' } }));
    expect(answer.status).toBe(406);
    expect(answer.error).toMatchObject({ code: -32600, message: expect.stringMatching(/Accept/) as unknown });
  });

  // spec: basic/transports/streamable-http#receiving-messages
  test('TR7: has a comment every 8 s while it is quiet, and no handler timeout', async () => {
    vi.useFakeTimers();
    const server = makeServer({ handlerTimeoutMs: 1_000 });
    const reader = await open(server, ALL);
    await reader.next();
    const quiet = [reader.next(), reader.next()];
    await vi.advanceTimersByTimeAsync(16_000);
    expect(await Promise.all(quiet)).toEqual([{ comment: '' }, { comment: '' }]);
    await reader.leave();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});

describe('closing', () => {
  // spec: basic/patterns/subscriptions#graceful-closure.1 basic/patterns/subscriptions#cancellation.1
  test('SU2: server.close answers every listen request with its id, and ends the streams at once', async () => {
    const server = makeServer();
    const readers = await Promise.all(['a', 2].map((id) => open(server, ALL, { id })));
    const closed = server.close({ graceMs: 600_000 });
    for (const [index, id] of ['a', 2].entries()) {
      const reader = readers[index]!;
      expect(await reader.message()).toEqual(acknowledged(ALL, id));
      const last = await reader.message();
      expect(last).toMatchObject({ jsonrpc: '2.0', id, result: { resultType: 'complete', _meta: { [ID]: id } } });
      expect(Object.keys(last?.['result'] as Json).sort()).toEqual(['_meta', 'resultType']);
      expect(await reader.next()).toBeUndefined();
    }
    await closed;
  });

  test('one place of several ends its own streams, and the server goes on at the others', async () => {
    const server = makeServer();
    const [first, second] = [await start(server), await start(server)];
    const here = await dialIn(first.port, ALL, 1);
    const there = await dialIn(second.port, ALL, 2);
    await first.close({ graceMs: 600_000 });
    await until(() => here.messages().length === 2);
    expect(here.messages()[1]).toMatchObject({ id: 1, result: { _meta: { [ID]: 1 } } });
    server.notify.toolsChanged();
    await until(() => there.messages().length === 2);
    expect(there.messages()[1]).toEqual(tagged('tools/list_changed', {}, 2));
    there.socket.destroy();
  });
});

describe('callers', () => {
  const as = (subject: string) => ({ auth: { subject, scopes: [], claims: {} } });

  test('see updates of what they may watch, each for itself', async () => {
    const server = makeServer({ mayWatch: (uri, { auth }) => uri === `user://${auth?.subject}` });
    const filter = { resourceSubscriptions: ['user://ada', 'user://eve'] };
    const readers = await Promise.all(
      ['ada', 'eve'].map(async (name) => new BlockReader(await server.handler(as(name))(listenRequest(filter)))),
    );
    for (const uri of filter.resourceSubscriptions) server.notify.resourceUpdated(uri);
    for (const [index, uri] of filter.resourceSubscriptions.entries()) {
      const reader = readers[index]!;
      expect(await reader.message()).toEqual(acknowledged({ resourceSubscriptions: [uri] }));
      expect(await reader.message()).toEqual(tagged('resources/updated', { uri }));
    }
    const closing = server.close();
    for (const reader of readers) expect(await reader.message()).toHaveProperty('result');
    await closing;
  });

  test('with 100 open subscriptions get 503 with Retry-After for the next', async () => {
    const server = makeServer();
    const serveAda = server.handler(as('ada'));
    for (let id = 1; id <= 100; id++) expect((await serveAda(listenRequest(ALL, { id }))).status).toBe(200);
    const refused = await serveAda(listenRequest(ALL, { id: 101 }));
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(await refused.json()).toMatchObject({ id: 101, error: { code: -32603 } });
    expect((await server.handler(as('eve'))(listenRequest(ALL))).status).toBe(200);
    expect((await server.fetch(listenRequest(ALL))).status).toBe(200);
    await server.close();
  });

  // spec: basic/patterns/cancellation#transport-specific-cancellation.1
  test('that leave are forgotten at once: 1,000 at the same time, and 1,000 others have room', async () => {
    const server = makeServer({ limits: { subscriptions: 1_000 }, keepAliveMs: 3_600_000 });
    const { port } = await start(server);
    const ids = Array.from({ length: 1_000 }, (_, index) => index);
    const callers = await Promise.all(ids.map((id) => dialIn(port, ALL, id)));
    const refused = await dialIn(port, ALL, 1_001);
    expect(refused.text()).toMatch(/^HTTP\/1\.1 503[^]*retry-after: \d/i);
    refused.socket.destroy();
    for (const { socket } of callers) socket.destroy();
    // Nothing but the sockets' own ends can have made room: no keep-alive is due.
    const others = [];
    while (others.length < 1_000) {
      const other = await dialIn(port, ALL, 1);
      if (other.messages().length === 1) others.push(other);
      else other.socket.destroy();
    }
    for (const { socket } of others) socket.destroy();
  });

  test('that do not read cost their high-water mark and one notification per topic', async () => {
    const server = makeServer();
    const uris = ['file:///a', 'file:///b'];
    const response = await server.fetch(listenRequest({ toolsListChanged: true, resourceSubscriptions: uris }));
    for (let round = 0; round < 10_000; round++) {
      server.notify.toolsChanged();
      for (const uri of uris) server.notify.resourceUpdated(uri);
      if (round % 100 === 0) await settle(1);
    }
    const text = gate<string>();
    void response.text().then(text.open);
    await settle(20);
    await server.close();
    const messages = messagesOf(await text.opened);
    expect(JSON.stringify(messages).length).toBeLessThan(70 * 1024);
    // What waited has arrived: the last of each topic, and then the result.
    const last = messages
      .slice(-4)
      .map(({ method = 'result', params }) => [method, (params as Json)?.['uri']].join(' '));
    expect(new Set(last.slice(0, 3))).toEqual(
      new Set([
        'notifications/tools/list_changed ',
        'notifications/resources/updated file:///a',
        'notifications/resources/updated file:///b',
      ]),
    );
    expect(last[3]).toBe('result ');
  });
});

test('2,000 open streams over HTTP: a change is serialised once, and reaches them all', async () => {
  const server = makeServer({ keepAliveMs: 3_600_000 });
  const { port } = await start(server);
  const ids = Array.from({ length: 2_000 }, (_, index) => index);
  const callers = await Promise.all(ids.map((id) => dialIn(port, ALL, id)));
  const stringify = vi.spyOn(JSON, 'stringify');
  server.notify.toolsChanged();
  expect(stringify.mock.calls.length).toBeLessThanOrEqual(3);
  stringify.mockRestore();
  await until(() => callers.every(({ messages }) => messages().length === 2));
  for (const [id, { messages, socket }] of callers.entries()) {
    expect(messages()[1]).toEqual(tagged('tools/list_changed', {}, id));
    socket.destroy();
  }
});

describe('a bus', () => {
  test('shared by two servers carries changes from one to the streams of the other', async () => {
    const shared = memoryBus();
    // What crosses processes is JSON.
    const bus: Bus = {
      publish: (change) => shared.publish(JSON.parse(JSON.stringify(change)) as Change),
      subscribe: (listener) => shared.subscribe(listener),
    };
    const [here, there] = [makeServer({ bus }), makeServer({ bus })];
    const reader = await open(there, { toolsListChanged: true, resourceSubscriptions: ['file:///a'] });
    await reader.message();
    here.notify.resourceUpdated('file:///a');
    expect(await reader.message()).toEqual(tagged('resources/updated', { uri: 'file:///a' }));
    (here as McpServer<unknown>).tool('y', {}, () => 'y');
    here.notify.toolsChanged();
    expect(await reader.message()).toEqual(tagged('tools/list_changed'));
    await here.close();
    await there.close();
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no broker');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no broker'))],
  ])('that %s while publishing is told to onError; whoever notified is not bothered', async (_name, publish) => {
    const onError = vi.fn<(error: unknown) => void>();
    const server = makeServer({ onError, bus: { publish, subscribe: () => () => {} } });
    server.notify.toolsChanged();
    await settle();
    expect(onError).toHaveBeenCalledOnce();
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ message: 'no broker' });
  });
});

describe('closing, with a bus that', () => {
  const closing = async (subscribe: Bus['subscribe'], onError = vi.fn<(error: unknown) => void>()) => {
    const server = new McpServer({ name: 'b', version: '1' }, { bus: { publish() {}, subscribe }, onError });
    server.tool('t', {}, () => 'x');
    const listening = server.fetch(modern('subscriptions/listen', { notifications: { toolsListChanged: true } }));
    await settle(20);
    await server.close({ graceMs: 20 });
    return { onError, listening };
  };

  test('hangs is not waited for', async () => {
    const { onError } = await closing(() => new Promise(() => {}));
    expect(onError).not.toHaveBeenCalled();
  });

  test('cannot be left is told to onError', async () => {
    const { onError, listening } = await closing(() => () => {
      throw new Error('no route');
    });
    await (await listening).text();
    await settle();
    expect(onError.mock.calls[0]?.[0]).toEqual(new Error('no route'));
  });
});
