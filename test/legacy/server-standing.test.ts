import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  PromptListChangedNotificationSchema,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { McpServer, type ServerOptions } from 'mcpwire/server';
import { memorySessionStore } from '../../src/legacy/session-store.ts';
import { gate, settle, until } from '../helpers/gate.ts';
import { dial, encodeRequest } from '../helpers/raw-http.ts';
import { closing, OldClient, serving, shared, twice, type EventReader, type Message } from './server-support.ts';

afterEach(() => void vi.useRealTimers());

const build = (options?: ServerOptions) =>
  new McpServer({ name: 'standing', version: '1.0.0' }, options)
    .tool('t', {}, () => 't')
    .prompt('p', {}, () => 'p')
    .resource('test://one', { name: 'one' }, () => 'one')
    .resource('test://two', { name: 'two' }, () => 'two')
    .resource('test://hidden', { name: 'hidden', visible: (ctx) => ctx.auth?.subject === 'ann' }, () => 'hidden')
    .resource('file://{name}', { name: 'file' }, ({ name }) => name)
    .resource('secret://{name}', { name: 'secret', visible: () => false }, ({ name }) => name);

const told = (messages: readonly (Message | undefined)[]): unknown[] =>
  messages.map((message) => (message?.['params'] as Message | undefined)?.['uri'] ?? message?.['method']);
const next = async (stream: EventReader, count: number): Promise<unknown[]> => {
  const messages: (Message | undefined)[] = [];
  for (let at = 0; at < count; at++) messages.push(await stream.message());
  return told(messages);
};
const subscribe = (client: OldClient, uri: unknown): Promise<Message> => client.ask('resources/subscribe', { uri });

// See 2025-11-25 basic/transports, "Listening for Messages from the Server".
describe('GET', () => {
  test('opens a stream that tells of changed lists', async () => {
    const server = build();
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const stream = await client.listen();
    expect([stream.status, stream.response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect((await stream.event())?.data).toBe('');
    server.tool('more', {}, () => 'more');
    expect(await stream.message()).toEqual({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    server.remove('prompt', 'p');
    server.notify.resourcesChanged();
    expect(await next(stream, 2)).toEqual([
      'notifications/prompts/list_changed',
      'notifications/resources/list_changed',
    ]);
  });

  test.each(['2025-06-18', '2025-03-26'])(
    'opens one without an opening event before 2025-11-25 (%s)',
    async (revision) => {
      const server = build();
      const { url } = await serving(server);
      const client = await OldClient.open(url, { revision });
      const stream = await client.listen();
      server.notify.toolsChanged();
      expect(await next(stream, 1)).toEqual(['notifications/tools/list_changed']);
      expect(stream.events).toHaveLength(1);
    },
  );

  test('is told once, on that stream alone, and not on those of calls', async () => {
    const open = gate();
    const server = build().tool('wait', {}, async (_args, ctx) => {
      await ctx.log('info', 'begun');
      await open.opened;
      return 'done';
    });
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const stream = await client.listen();
    const call = await client.call('wait');
    await call.message();
    server.notify.toolsChanged();
    expect(await next(stream, 1)).toEqual(['notifications/tools/list_changed']);
    open.open();
    expect((await call.rest()).length).toBe(1);
  });

  test('A9: twice is refused with 409, and the first one keeps receiving', async () => {
    const server = build();
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const first = await client.listen();
    const second = await client.listen();
    expect(second.status).toBe(409);
    expect(second.response.headers.get('content-type')).toBe('application/json');
    server.notify.toolsChanged();
    expect(await next(first, 1)).toEqual(['notifications/tools/list_changed']);
    const burst = await Promise.all(Array.from({ length: 10 }, () => client.listen()));
    expect(burst.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 409));
  });

  test('A9: of ten at once one is served', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    const burst = await Promise.all(Array.from({ length: 10 }, () => client.listen()));
    expect(burst.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    expect(burst.every(({ status }) => status === 200 || status === 409)).toBe(true);
  });

  test('works again after the first one has left', async () => {
    const server = build();
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    for (let round = 0; round < 3; round++) {
      const stream = await client.listen();
      // The server may not have noticed yet that the one before has left.
      if (stream.status === 409) {
        await settle();
        round--;
        continue;
      }
      server.notify.toolsChanged();
      expect(await next(stream, 1)).toEqual(['notifications/tools/list_changed']);
      await stream.cut();
    }
  });

  test('is 405 where there is nothing to tell of', async () => {
    const { url } = await serving(new McpServer({ name: 'bare', version: '1' }).method('own/m', {}, () => ({})));
    const client = await OldClient.open(url);
    expect(client.greeting['capabilities']).toEqual({ logging: {} });
    expect((await client.listen()).status).toBe(405);
    expect((await client.listen()).status).toBe(405);
    expect(await subscribe(client, 'test://one')).toMatchObject({ error: { code: -32601 } });
    expect(await client.ask('resources/unsubscribe', { uri: 'test://one' })).toMatchObject({ error: { code: -32601 } });
  });

  test('is 503 where too many listen', async () => {
    const { url } = await serving(build({ limits: { subscriptions: 1 } }));
    expect((await (await OldClient.open(url)).listen()).status).toBe(200);
    const late = await OldClient.open(url);
    expect((await late.listen()).status).toBe(503);
    expect((await late.listen()).status).toBe(503);
  });

  test('by the real client tells of everything', async () => {
    const server = build();
    const { url } = await serving(server);
    const client = new Client({ name: 'c', version: '1' });
    const seen: string[] = [];
    const listening = gate();
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void seen.push('tools'));
    client.setNotificationHandler(PromptListChangedNotificationSchema, () => void seen.push('prompts'));
    client.setNotificationHandler(ResourceListChangedNotificationSchema, () => void seen.push('resources'));
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void seen.push(params.uri));
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      fetch: async (to, init) => {
        const response = await fetch(to, init);
        if (init?.method === 'GET') listening.open();
        return response;
      },
    });
    await client.connect(transport);
    await listening.opened;
    await client.subscribeResource({ uri: 'test://one' });
    server.notify.resourceUpdated('test://one');
    server.notify.resourceUpdated('test://two');
    server.tool('more', {}, () => 'x');
    server.prompt('more', {}, () => 'x');
    server.resource('test://more', { name: 'more' }, () => 'x');
    await until(() => seen.length >= 4);
    await client.unsubscribeResource({ uri: 'test://one' });
    server.notify.resourceUpdated('test://one');
    server.notify.toolsChanged();
    await until(() => seen.length >= 5);
    expect(seen).toEqual(['test://one', 'tools', 'prompts', 'resources', 'tools']);
    await transport.terminateSession();
    await client.close();
  });
});

// See 2025-11-25 server/resources, "Subscriptions".
describe('resources/subscribe', () => {
  test('is effective by the time it is answered, for that resource alone, until it is taken back', async () => {
    const server = build();
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const stream = await client.listen();
    for (let round = 0; round < 20; round++) {
      expect(await subscribe(client, 'test://one')).toMatchObject({ result: {} });
      server.notify.resourceUpdated('test://two');
      server.notify.resourceUpdated('test://one');
      expect(await next(stream, 1)).toEqual(['test://one']);
      expect(await client.ask('resources/unsubscribe', { uri: 'test://one' })).toMatchObject({ result: {} });
      server.notify.resourceUpdated('test://one');
      server.notify.toolsChanged();
      expect(await next(stream, 1)).toEqual(['notifications/tools/list_changed']);
    }
  });

  test('is effective by then, however long it takes to decide', async () => {
    const mayWatch = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 20));
    const server = build({ mayWatch });
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const stream = await client.listen();
    await subscribe(client, 'test://one');
    server.notify.resourceUpdated('test://one');
    expect(await next(stream, 1)).toEqual(['test://one']);
  });

  test('before GET counts, too', async () => {
    const server = build();
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    await subscribe(client, 'test://one');
    await subscribe(client, 'file://a');
    const stream = await client.listen();
    server.notify.resourceUpdated('file://a');
    server.notify.resourceUpdated('test://one');
    expect(await next(stream, 2)).toEqual(['file://a', 'test://one']);
  });

  test('at another process, and changes of another process, reach the stream here', async () => {
    const [a, b, , other] = await twice(build);
    const client = await OldClient.open(a);
    const stream = await client.listen();
    const there = client.at(b);
    await subscribe(there, 'test://one');
    // The bus is in this process, and so is everything it sets off: told to the stream when the turn is over.
    await settle(20);
    other.notify.resourceUpdated('test://two');
    other.notify.resourceUpdated('test://one');
    expect(await next(stream, 1)).toEqual(['test://one']);
    await there.ask('resources/unsubscribe', { uri: 'test://one' });
    await settle(20);
    other.notify.resourceUpdated('test://one');
    other.notify.promptsChanged();
    expect(await next(stream, 1)).toEqual(['notifications/prompts/list_changed']);
  });

  test('by many at once loses nobody’s', async () => {
    const server = build();
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const stream = await client.listen();
    const uris = Array.from({ length: 20 }, (_, at) => `file://f${at}`);
    await Promise.all(uris.map((uri) => subscribe(client, uri)));
    for (const uri of uris) server.notify.resourceUpdated(uri);
    expect(new Set(await next(stream, 20))).toEqual(new Set(uris));
  });

  test('of a hidden resource is answered like that of one that there is not', async () => {
    const server = build();
    const asked = async (subject: string, uri: string): Promise<Message> => {
      const auth = { subject, scopes: [], claims: {} };
      const settings = { fetch: (url: string, init: RequestInit) => server.handler({ auth })(new Request(url, init)) };
      return subscribe(await OldClient.open('http://localhost/mcp', settings), uri);
    };
    expect(await asked('ann', 'test://hidden')).toMatchObject({ result: {} });
    for (const uri of ['test://hidden', 'secret://a', 'test://none'])
      expect(await asked('bob', uri)).toEqual({
        jsonrpc: '2.0',
        id: 1,
        error: { code: -32002, message: `Resource not found: ${uri}`, data: { uri } },
      });
  });

  test('is for whom mayWatch says', async () => {
    const server = build({ mayWatch: (uri) => uri === 'any://thing' });
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const stream = await client.listen();
    expect(await subscribe(client, 'test://one')).toMatchObject({ error: { code: -32002 } });
    expect(await subscribe(client, 'any://thing')).toMatchObject({ result: {} });
    server.notify.resourceUpdated('test://one');
    server.notify.resourceUpdated('any://thing');
    expect(await next(stream, 1)).toEqual(['any://thing']);
  });

  test('may be for anything where resources are looked up', async () => {
    const server = build().list(
      'resources',
      () => ({ resources: [] }),
      (uri) => (uri === 'db://1' ? 'row' : undefined),
    );
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const stream = await client.listen();
    for (const uri of ['db://1', 'test://hidden']) expect(await subscribe(client, uri)).toMatchObject({ result: {} });
    server.notify.resourceUpdated('test://hidden');
    server.notify.resourceUpdated('db://1');
    expect(await next(stream, 1)).toEqual(['db://1']);
  });

  test('has limits', async () => {
    const { url } = await serving(build({ limits: { subscribedUris: 2, subscribedUriLength: 10 } }));
    const client = await OldClient.open(url);
    for (const uri of ['file://a', 'file://b', 'file://a'])
      expect(await subscribe(client, uri)).toMatchObject({ result: {} });
    for (const uri of ['file://c', 'file://0123456789', 7, undefined])
      expect(await subscribe(client, uri)).toMatchObject({ error: { code: -32602 } });
    await client.ask('resources/unsubscribe', { uri: 'file://a' });
    expect(await subscribe(client, 'file://c')).toMatchObject({ result: {} });
  });

  test('of all sessions takes no more than the store’s characters; revocations are kept', () => {
    const store = memorySessionStore({ characters: 1000 });
    void store.change('dead', { type: 'end' }, 60_000);
    for (let session = 0; session < 100; session++)
      void store.change(`s${session}`, { type: 'subscribe', uri: `file://${'x'.repeat(93)}` }, 60_000);
    const kept = Array.from({ length: 100 }, (_, session) => store.get(`s${session}`)).filter(Boolean);
    expect(kept).toHaveLength(10);
    expect(store.get('s99')).toBeDefined();
    expect(store.get('dead')).toEqual({ ended: true });
  });
});

// See 2025-11-25 basic/transports, "Resumability and Redelivery".
describe('a stream that was cut', () => {
  test('goes on where it was, with what came meanwhile, here or elsewhere', async () => {
    const [a, b, server] = await twice(build);
    const client = await OldClient.open(a);
    let stream = await client.listen();
    await stream.event();
    for (const where of [client, client.at(b), client]) {
      await stream.cut();
      server.notify.toolsChanged();
      const again = await where.listen(stream.lastEventId);
      expect(again.status).toBe(200);
      server.notify.promptsChanged();
      expect(await next(again, 2)).toEqual(['notifications/tools/list_changed', 'notifications/prompts/list_changed']);
      stream = again;
    }
  });

  test('is taken over from a connection that looks alive', async () => {
    const server = build();
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const first = await client.listen();
    await first.event();
    const second = await client.listen(first.lastEventId);
    expect(second.status).toBe(200);
    expect(await first.rest()).toEqual([]);
    server.notify.toolsChanged();
    expect(await next(second, 1)).toEqual(['notifications/tools/list_changed']);
    expect((await client.listen()).status).toBe(409);
  });

  test('begins anew after everyone has long given it up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const server = build();
    const settings = { fetch: (url: string, init: RequestInit) => server.fetch(new Request(url, init)) };
    const client = await OldClient.open('http://localhost/mcp', settings);
    const stream = await client.listen();
    await stream.event();
    await stream.cut();
    await vi.advanceTimersByTimeAsync(61_000);
    const again = await client.listen(stream.lastEventId);
    expect(again.status).toBe(200);
    server.notify.toolsChanged();
    expect(await next(again, 1)).toEqual(['notifications/tools/list_changed']);
    await again.cut();
    await closing(server);
  });

  test('begins anew at a process that has never heard of it', async () => {
    const { secret } = shared();
    const { url: before } = await serving(build({ secret: secret! }));
    const server = build({ secret: secret! });
    const { url: after } = await serving(server);
    const client = await OldClient.open(before);
    const stream = await client.listen();
    await stream.event();
    const again = await client.at(after).listen(stream.lastEventId);
    expect(again.status).toBe(200);
    server.notify.toolsChanged();
    expect(await next(again, 1)).toEqual(['notifications/tools/list_changed']);
  });

  test('is followed elsewhere for longer than the one who writes it waits for its own client', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const common = shared();
    const one = build(common);
    const other = build(common);
    const through = (server: McpServer<unknown>) => ({
      fetch: (url: string, init: RequestInit) => server.fetch(new Request(url, init)),
    });
    const client = await OldClient.open('http://localhost/mcp', through(one));
    const stream = await client.listen();
    await stream.event();
    const there = await client.at('http://localhost/mcp', through(other)).listen(stream.lastEventId);
    expect(there.status).toBe(200);
    await stream.rest();
    await vi.advanceTimersByTimeAsync(300_000);
    one.notify.toolsChanged();
    expect(await next(there, 1)).toEqual(['notifications/tools/list_changed']);
    await there.cut();
    await closing(one);
    await closing(other);
  });

  test('with an id that nobody gave is refused', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    for (const id of ['nonsense', 'P'.repeat(22) + '.0', '1']) expect((await client.listen(id)).status).toBe(400);
    expect((await client.listen()).status).toBe(200);
  });
});

test('a reader that does not read costs one pending change of each kind, and gets the last of each', async () => {
  const server = build({ limits: { streamHighWaterBytes: 1024 } });
  const { url } = await serving(server);
  const client = await OldClient.open(url);
  const socket = await dial(Number(new URL(url).port));
  const headers = Object.entries({ ...client.headers(), accept: 'text/event-stream', host: new URL(url).host });
  socket.pause();
  socket.write(encodeRequest({ method: 'GET', headers }));
  await until(() => socket.bytesWritten > 0);
  for (const uri of ['file://a', 'file://b']) await subscribe(client, uri);
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < 20_000; round++) {
    server.notify.toolsChanged();
    server.notify.resourceUpdated('file://a');
    if (round % 1000 === 0) await settle(1);
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  server.notify.resourceUpdated('file://b');
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.resume();
  await until(() => text.includes('file://b'));
  expect(text).toContain('file://a');
  socket.destroy();
});
