import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { ChannelTransport, type ChannelTransportOptions } from 'mcpwire/stdio';
import { gate, settle } from '../helpers/gate.ts';
import { driven } from './channels.ts';

const ID = 'io.modelcontextprotocol/subscriptionId';
const empty = (id: unknown, text = '') => ({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } });

const progress = (progressToken: unknown, value: number) => ({
  jsonrpc: '2.0',
  method: 'notifications/progress',
  params: { progressToken, progress: value },
});

/** A client whose server is driven by hand. */
async function connected(options: ChannelTransportOptions = {}) {
  const wire = driven();
  const warnings: string[] = [];
  const transport = new ChannelTransport(wire.channel, {
    onWarning: ({ message }) => warnings.push(message),
    ...options,
  });
  const client = await McpClient.connect(transport, {
    protocolVersion: '2026-07-28',
    onWarning: ({ message }) => warnings.push(message),
  });
  return { ...wire, client, warnings };
}

describe('messages find their call', () => {
  test('responses by id, whatever their order', async () => {
    const { client, send, next } = await connected();
    const calls = ['a', 'b', 'c'].map((name) => client.callTool(name));
    const ids = [await next(), await next(), await next()].map((message) => message?.['id']);
    for (const index of [2, 0, 1]) await send(empty(ids[index], `${index}`));
    const results = await Promise.all(calls);
    expect(results.map(({ content }) => content)).toMatchObject([[{ text: '0' }], [{ text: '1' }], [{ text: '2' }]]);
  });

  test('progress by token', async () => {
    const { client, send, next } = await connected();
    const seen: [string, number][] = [];
    const calls = ['a', 'b'].map((name) =>
      client.callTool(name, {}, { onProgress: ({ progress }) => seen.push([name, progress]) }),
    );
    const ids = [(await next())?.['id'], (await next())?.['id']];
    await send(progress(ids[0], 1));
    await send(progress(ids[1], 2));
    await send(progress('nobody', 3));
    for (const id of ids) await send(empty(id));
    await Promise.all(calls);
    expect(seen).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  test('progress by a token of the caller, which need not be an id', async () => {
    const wire = driven();
    const client = await McpClient.connect(new ChannelTransport(wire.channel), { protocolVersion: 'none' });
    const seen: unknown[] = [];
    const onMessage = (message: object): void => void seen.push('method' in message);
    const calls = [
      client.request('a', {}, { meta: { progressToken: 'mine' }, onMessage }),
      client.request('b', {}, { meta: { progressToken: 1 } }),
    ];
    const ids = [(await wire.next())?.['id'], (await wire.next())?.['id']];
    await wire.send(progress('mine', 2));
    await wire.send(progress(1, 2));
    for (const id of ids) await wire.send(empty(id));
    await Promise.all(calls);
    expect(seen).toEqual([true, false]);
  });

  test('what names no request goes to the only one, and otherwise to client.on', async () => {
    const { client, send, next } = await connected();
    const heard: unknown[] = [];
    client.on('notifications/message', ({ data }) => heard.push(data));
    const log = (data: string) => ({
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'info', data },
    });
    const messages: unknown[] = [];
    const only = client.callTool(
      'a',
      {},
      { onMessage: (message) => 'method' in message && messages.push(message.params?.['data']) },
    );
    const id = (await next())?.['id'];
    await send(log('one'));
    await settle();
    const second = client.callTool('b');
    const other = (await next())?.['id'];
    await send(log('two'));
    await send(empty(id));
    await send(empty(other));
    await Promise.all([only, second]);
    await send(log('three'));
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two', 'three']));
    expect(messages).toEqual(['one']);
  });

  test('a late answer, one to nobody, and a request of the server do no harm', async () => {
    const { client, send, next, warnings } = await connected();
    const controller = new AbortController();
    const call = client.callTool('a', {}, { signal: controller.signal });
    const id = (await next())?.['id'];
    controller.abort(new Error('changed my mind'));
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    // spec: basic/patterns/cancellation#behavior-requirements.1
    expect(await next()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
    await send(empty(id));
    await send(empty('nobody'));
    await send({ jsonrpc: '2.0', id: 1, method: 'roots/list' });
    const after = client.callTool('b');
    await send(empty((await next())?.['id'], 'fine'));
    expect((await after).content).toMatchObject([{ text: 'fine' }]);
    expect(warnings).toEqual([expect.stringContaining('must not send requests')]);
  });

  // spec: basic/patterns/cancellation#behavior-requirements.2
  test('what was answered, or never sent, is not cancelled', async () => {
    const { client, send, next } = await connected();
    const controller = new AbortController();
    const { signal } = controller;
    const answered = client.callTool('a', {}, { signal });
    await send(empty((await next())?.['id']));
    await answered;
    // The channel takes one line at a time: the first of these is on its way, the second waits.
    const [first, second] = ['b', 'c'].map((name) => client.callTool(name, {}, { signal }).catch(() => {}));
    await settle();
    controller.abort();
    await Promise.all([first, second]);
    const last = client.callTool('d');
    const messages = [await next(), await next(), await next()];
    expect(messages.map((message) => message?.['params']?.name ?? message?.['method'])).toEqual([
      'b',
      'notifications/cancelled',
      'd',
    ]);
    expect(messages[1]?.['params'].requestId).toBe(messages[0]?.['id']);
    await send(empty(messages[2]?.['id']));
    await last;
  });

  // spec: basic/versioning#compatibility-matrix.1
  test('server/discover is the first of them', async () => {
    const { channel, send, next } = driven();
    const connecting = McpClient.connect(new ChannelTransport(channel));
    const message = await next();
    expect(message).toMatchObject({ method: 'server/discover' });
    await send({
      jsonrpc: '2.0',
      id: message?.['id'],
      result: { supportedVersions: ['2026-07-28'], capabilities: {} },
    });
    expect((await connecting).server.era).toBe('modern');
  });

  // spec: basic/transports/stdio#sending-messages.1 basic/transports/stdio#top.4
  test('what the client writes are requests and notifications, a line each', async () => {
    const { client, send, next } = await connected();
    const call = client.callTool('a');
    const message = await next();
    expect(message).toMatchObject({ jsonrpc: '2.0', method: 'tools/call' });
    const notified = client.notify('editor/saved', { file: 'a\nb' });
    expect(await next()).toMatchObject({ method: 'editor/saved', params: { file: 'a\nb' } });
    await notified;
    await send({ jsonrpc: '2.0', id: 7, method: 'sampling/createMessage', params: {} });
    await send(empty(message?.['id']));
    await call;
    await client.close();
    expect(await next()).toBeUndefined();
  });

  test('a call that times out is cancelled', async () => {
    const { client, next } = await connected();
    await expect(client.callTool('a', {}, { timeoutMs: 5 })).rejects.toMatchObject({ code: 'timeout' });
    const id = (await next())?.['id'];
    expect(await next()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
  });

  test('a subscription ends with its answer, and with a cancellation by the server', async () => {
    const { client, send, next } = await connected();
    const changes = client.listen({ toolsListChanged: true });
    const first = changes.next();
    const acknowledge = async () => {
      const id = (await next())?.['id'];
      const params = { notifications: { toolsListChanged: true }, _meta: { [ID]: id } };
      await send({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params });
      return id;
    };
    await send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: await acknowledge() } });
    // It listens anew, and says that it may have missed something.
    await acknowledge();
    expect(await first).toMatchObject({ value: { type: 'refetch' } });
    await client.close();
  });
});

describe('garbage', () => {
  test('lines that are no messages are passed over, with one warning', async () => {
    const { client, send, next, warnings } = await connected();
    const call = client.callTool('a');
    const id = (await next())?.['id'];
    await send('Server started!\n\n{"half": \n[]\n42\n');
    await send(new Uint8Array([0xff, 0x0a]));
    await send(empty(id, 'fine'));
    expect((await call).content).toMatchObject([{ text: 'fine' }]);
    expect(warnings).toEqual([expect.stringContaining('Server started!')]);
  });

  test('each call gets its answer, whatever lines are between, and however all of them are cut', async () => {
    const noise = fc.oneof(
      fc.constantFrom('', '{', 'null', '[]', '{"jsonrpc":"2.0"}', '{"id":"x","result":{}}', '\u{1f30d} started', '\r'),
      fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, '')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), async (lines, size) => {
        const { client, send, next } = await connected();
        const calls = lines.map((_line, index) => client.callTool(`${index}`));
        const answers: string[] = [];
        for (const line of lines) answers.push(line, JSON.stringify(empty((await next())?.['id'], `ö${line}`)));
        const bytes = new TextEncoder().encode(`${answers.join('\n')}\n`);
        for (let at = 0; at < bytes.length; at += size) await send(bytes.slice(at, at + size));
        const results = await Promise.all(calls);
        expect(results.map(({ content }) => content)).toMatchObject(lines.map((line) => [{ text: `ö${line}` }]));
      }),
      { numRuns: 50 },
    );
  });

  test('a malformed response fails its call', async () => {
    const { client, send, next } = await connected();
    const call = client.callTool('a');
    await send({ jsonrpc: '2.0', id: (await next())?.['id'], result: 'text' });
    await expect(call).rejects.toMatchObject({ code: 'invalid_message' });
  });

  test('an error without an id answers the only call', async () => {
    const { client, send, next } = await connected();
    const call = client.callTool('a');
    await next();
    await send({ jsonrpc: '2.0', error: { code: -32700, message: 'what?' } });
    await expect(call).rejects.toMatchObject({ code: 'parse_error' });
  });

  test('A30: a line over the limit fails its call alone, and every call where it has no id', async () => {
    const { client, send, next } = await connected({ limits: { lineBytes: 1000 } });
    const [one, two, three] = ['a', 'b', 'c'].map((name) => client.callTool(name).catch((error: unknown) => error));
    const ids = [await next(), await next(), await next()].map((message) => message?.['id']);
    await send(empty(ids[0], 'x'.repeat(1000)));
    expect(await one).toMatchObject({ code: 'limit_exceeded', message: expect.stringContaining('lineBytes') });
    await send(empty(ids[1], 'fine'));
    expect(await two).toMatchObject({ content: [{ text: 'fine' }] });
    await send(`${'x'.repeat(2000)}\n`);
    expect(await three).toMatchObject({ code: 'limit_exceeded' });
    expect(await next()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: ids[2] } });
    const after = client.callTool('d');
    await send(empty((await next())?.['id']));
    await after;
  });

  test('A30: what a slow reader leaves unread is bounded', async () => {
    const { client, send, next } = await connected({ limits: { unreadBytes: 500 } });
    const messages = client.stream('tools/call', { name: 'a' });
    const first = messages.next();
    const id = (await next())?.['id'];
    const note = progress(id, 1);
    await send(note);
    await first;
    for (let round = 0; round < 10; round++) await send(note);
    expect(await next()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
    await expect(messages.next()).rejects.toMatchObject({ code: 'limit_exceeded' });
  });
});

describe('the end', () => {
  test('of the channel fails what runs with stream_ended, and so what comes after', async () => {
    const { client, next, end } = await connected();
    const call = client.callTool('a', {}, { retry: false });
    await next();
    await end();
    await expect(call).rejects.toMatchObject({ code: 'stream_ended' });
    await expect(client.callTool('b', {}, { retry: false })).rejects.toMatchObject({ code: 'stream_ended' });
    await expect(client.notify('n')).rejects.toMatchObject({ code: 'stream_ended' });
  });

  test('by a fault names it as the cause', async () => {
    const { client, next, cut } = await connected();
    const call = client.callTool('a');
    await next();
    await cut(new Error('ECONNRESET'));
    await expect(call).rejects.toMatchObject({ code: 'stream_ended', cause: { message: 'ECONNRESET' } });
  });

  test('a server that does not read does not hold an aborted call back', async () => {
    const never = gate();
    const transport = new ChannelTransport({
      readable: new ReadableStream<Uint8Array>(),
      writable: new WritableStream<Uint8Array>({ write: () => never.opened }),
    });
    const client = await McpClient.connect(transport, { protocolVersion: '2026-07-28' });
    await expect(client.callTool('a', {}, { timeoutMs: 5 })).rejects.toMatchObject({ code: 'timeout' });
    await expect(client.notify('a', {}, { timeoutMs: 5 })).rejects.toMatchObject({ code: 'timeout' });
    never.open();
    await client.close();
  });

  test('private answers are kept: a channel belongs to one caller', async () => {
    const { client, send, next } = await connected();
    const list = { tools: [{ name: 'a', inputSchema: { type: 'object' } }], ttlMs: 60_000, cacheScope: 'private' };
    const first = client.listTools();
    await send({ jsonrpc: '2.0', id: (await next())?.['id'], result: list });
    expect(await first).toHaveLength(1);
    expect(await client.listTools()).toHaveLength(1);
  });
});
