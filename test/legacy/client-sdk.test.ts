import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { McpClient, type ConnectOptions, type ListenChange } from 'mcpwire/client';
import { ChannelTransport, StdioTransport } from 'mcpwire/stdio';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deferred, errorOf } from '../client/support.js';
import { channelPair } from '../stdio/channels.js';
import { oldServer } from './fixtures/old-server.mjs';

const PROGRAM = fileURLToPath(new URL('fixtures/old-server.mjs', import.meta.url));

const options: ConnectOptions = {
  elicit: () => ({ action: 'accept' }),
  sample: () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: 'Ho' }, stopReason: 'endTurn' }),
  roots: [{ uri: 'file:///a' }],
};

async function inProcess(more: ConnectOptions = {}): Promise<McpClient> {
  const { client, server } = channelPair();
  const old = oldServer();
  // The types of Node's and the web's streams do not know each other.
  const input = Readable.fromWeb(server.readable as Parameters<typeof Readable.fromWeb>[0]);
  const output = Writable.fromWeb(server.writable);
  // Cut off when the client closes, which is the end of both.
  for (const stream of [input, output]) stream.on('error', () => {});
  await old.connect(new StdioServerTransport(input, output));
  return closedAfterwards(await McpClient.connect(new ChannelTransport(client), { ...options, ...more }));
}

function program(env: Record<string, string> = {}): StdioTransport {
  const transport = new StdioTransport({ command: process.execPath, args: [PROGRAM], env });
  return Object.assign(transport, { probeMs: 20 });
}

function closedAfterwards(client: McpClient): McpClient {
  onTestFinished(() => client.close());
  return client;
}

const texts = async (call: Promise<{ readonly content: readonly object[] }>): Promise<unknown> => {
  const [first] = (await call).content as readonly { readonly text: string }[];
  return JSON.parse(first?.text ?? '');
};

describe("the official package's older server", () => {
  it('looks like any other', async () => {
    const client = await inProcess();
    expect(client.server).toMatchObject({ era: 'legacy', protocolVersion: '2025-11-25', info: { name: 'old' } });
    expect((await client.listTools()).map(({ name }) => name)).toContain('add');
    expect(await client.callTool('add', { a: 1, b: 2 })).toMatchObject({ structuredContent: { sum: 3 } });
    expect((await client.callTool('add', { a: 'x' })).isError).toBe(true);
    expect((await client.listResources()).map(({ uri }) => uri)).toEqual(['file:///readme']);
    expect((await client.readResource('file:///readme')).contents).toEqual([{ uri: 'file:///readme', text: 'Hi' }]);
    expect((await errorOf(client.readResource('file:///none'))).code).toBe('invalid_params');
    expect((await client.listPrompts()).map(({ name }) => name)).toEqual(['greet']);
    expect((await client.getPrompt('greet', { name: 'Ann' })).messages[0]?.content).toEqual({
      type: 'text',
      text: 'Hi Ann',
    });
    expect((await errorOf(client.request('no/such'))).code).toBe('method_not_found');
  });

  it('reports progress', async () => {
    const client = await inProcess();
    const seen: number[] = [];
    await client.callTool('count', {}, { onProgress: ({ progress }) => seen.push(progress) });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('asks, and is answered', async () => {
    const client = await inProcess();
    expect(await texts(client.callTool('ask'))).toEqual({ action: 'accept', content: { name: 'Ann' } });
    expect(await texts(client.callTool('sample'))).toMatchObject({ model: 'm', content: { text: 'Ho' } });
    expect(await texts(client.callTool('roots'))).toEqual({ roots: [{ uri: 'file:///a' }] });
  });

  it('logs at the level that a call asks for', async () => {
    const client = await inProcess();
    const heard: unknown[] = [];
    client.on('notifications/message', ({ data }) => heard.push(data));
    await client.callTool('log', {}, { logLevel: 'error' });
    expect(heard).toEqual(['high']);
    await client.callTool('log', {}, { logLevel: 'debug' });
    expect(heard).toEqual(['high', 'low', 'high']);
  });

  it('is told when a call is cancelled', async () => {
    const client = await inProcess();
    const heard = deferred<unknown>();
    client.on('notifications/message', ({ data }) => heard.resolve(data));
    const leave = new AbortController();
    const waiting = client.callTool('wait', {}, { signal: leave.signal });
    await client.callTool('count');
    leave.abort();
    expect((await errorOf(waiting)).code).toBe('aborted');
    expect(await heard.promise).toBe('aborted');
  });

  it('tells of changes', async () => {
    const client = await inProcess();
    const listening = deferred<unknown>();
    const changes = client.listen(
      { toolsListChanged: true, resourceSubscriptions: ['file:///readme'] },
      { onListening: listening.resolve },
    );
    const first = changes.next();
    await listening.promise;
    expect(await texts(client.callTool('touch'))).toEqual(['file:///readme']);
    const heard = [(await first).value, (await changes.next()).value];
    expect(heard).toContainEqual({ type: 'resourceUpdated', uri: 'file:///readme' });
    expect(heard).toContainEqual({ type: 'toolsListChanged' });
    await changes.return?.();
    expect(await texts(client.callTool('touch'))).toEqual([]);
  });
});

describe('an older server as a program', () => {
  it.each<[string, Record<string, string>]>([
    ['refuses what it does not know', {}],
    ['says nothing to what it does not know', { SILENT: '1' }],
    ['dies of what it does not know', { DIES: '1' }],
    ['dies of it so late that the handshake is lost, too', { DIES: 'late' }],
  ])('is found where it %s', async (_name, env) => {
    const client = closedAfterwards(await McpClient.connect(program(env), options));
    expect(client.server).toMatchObject({ era: 'legacy', info: { name: 'old' } });
    expect(await client.callTool('add', { a: 1, b: 2 })).toMatchObject({ structuredContent: { sum: 3 } });
    expect(await texts(client.callTool('ask'))).toMatchObject({ action: 'accept' });
  });

  it('is greeted anew after it has ended, and what was listened to is listened to again', async () => {
    const client = closedAfterwards(await McpClient.connect(program(), options));
    const heard: ListenChange[] = [];
    const listening = [deferred<unknown>(), deferred<unknown>()];
    let times = 0;
    const updated = deferred();
    const done = (async () => {
      const filter = { toolsListChanged: true, resourceSubscriptions: ['file:///readme'] };
      for await (const change of client.listen(filter, { onListening: (all) => listening[times++]?.resolve(all) })) {
        heard.push(change);
        if (change.type === 'resourceUpdated') updated.resolve();
      }
    })().catch((error: unknown) => error);
    await listening[0]?.promise;
    expect((await errorOf(client.callTool('exit'))).code).toBe('stream_ended');
    // By itself: nothing else is called.
    await listening[1]?.promise;
    expect(await texts(client.callTool('touch'))).toEqual(['file:///readme']);
    await updated.promise;
    expect(heard[0]).toEqual({ type: 'refetch' });
    await client.close();
    expect(await done).toMatchObject({ code: 'closed' });
  });

  it('is started again for who listens to lists alone', async () => {
    const transport = program();
    const client = closedAfterwards(await McpClient.connect(transport, options));
    const again = deferred();
    let times = 0;
    const changes = client.listen({ toolsListChanged: true }, { onListening: () => times++ === 1 && again.resolve() });
    const first = changes.next();
    await client.callTool('count');
    const before = transport.pid;
    if (before !== undefined) process.kill(before, 'SIGKILL');
    await again.promise;
    expect((await first).value).toEqual({ type: 'refetch' });
    expect(transport.pid).toBeDefined();
    expect(transport.pid).not.toBe(before);
    expect(await client.callTool('add', { a: 1, b: 2 })).toMatchObject({ structuredContent: { sum: 3 } });
    await changes.return?.();
  });
});
