import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CreateMessageRequestSchema,
  ElicitationCompleteNotificationSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
  type JSONRPCMessage,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { inputRequired, McpServer, type ServerOptions } from 'mcpwire/server';
import { McpServer as ModernServer } from 'mcpwire/server/modern';
import { serveChannel, type ServeChannelOptions } from 'mcpwire/stdio';
import { gate, settle, until } from '../helpers/gate.ts';
import { call as modernCall, channelPair, driven } from '../stdio/channels.ts';
import { programs, type Programs } from '../stdio/programs.ts';
import { textOf, type Message } from './server-support.ts';

const ALL = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const SAMPLED = { role: 'assistant', content: { type: 'text', text: 'Hello' }, model: 'm' };

function build(options?: ServerOptions) {
  const begun = gate();
  const aborted = gate<unknown>();
  let done = false;
  const server = new McpServer({ name: 'channel', version: '1.0.0' }, options)
    .tool('quick', {}, () => 'quick')
    .tool('who', {}, (_args, ctx) => JSON.stringify([ctx.client.protocolVersion, ctx.client.info?.name ?? null]))
    .tool('log', {}, async (_args, ctx) => {
      await ctx.progress(1, 1);
      for (const level of ['debug', 'info', 'error'] as const) await ctx.log(level, level);
      return 'logged';
    })
    .tool('ask', {}, async (_args, ctx) => {
      const answer = await ctx.elicit('Name?', z.object({ name: z.string() }));
      return answer.action === 'accept' ? `Hello ${answer.content.name}` : answer.action;
    })
    .tool('page', {}, async (_args, ctx) => {
      const answer = await ctx.elicitUrl('Open', 'https://example.com/', {
        done: () => done || ((done = true), false),
      });
      return answer.action;
    })
    .tool('explicit', {}, (_args, ctx) =>
      ctx.inputResponses === undefined
        ? inputRequired({ inputRequests: { roots: { method: 'roots/list' } } })
        : JSON.stringify(ctx.inputResponses),
    )
    .tool('sample', {}, async (_args, ctx) =>
      JSON.stringify(
        await ctx.sample({ messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }], maxTokens: 1 }),
      ),
    )
    .tool('wait', {}, async (_args, ctx) => {
      const { signal } = ctx;
      begun.open();
      await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          aborted.open(signal.reason);
          reject(signal.reason as Error);
        }),
      );
      return 'never';
    })
    .resource('test://one', { name: 'one' }, () => 'one')
    .resource('test://hidden', { name: 'hidden', visible: () => false }, () => 'hidden');
  return { server, begun, aborted };
}

/** A server, served to a caller that is driven by hand. */
function served(server: McpServer<unknown>, options?: ServeChannelOptions) {
  const wire = driven();
  return { ...wire, ...serveChannel(server, wire.channel, options) };
}
type Wire = ReturnType<typeof served>;

const hello = (protocolVersion = '2025-11-25', capabilities: object = ALL): object => ({
  jsonrpc: '2.0',
  id: 'hello',
  method: 'initialize',
  params: { protocolVersion, capabilities, clientInfo: { name: 'old', version: '1' } },
});
const note = (method: string, params?: object): object => ({ jsonrpc: '2.0', method, ...(params && { params }) });
const asked = (id: unknown, method: string, params?: object): object => ({ ...note(method, params), id });
const tool = (id: unknown, name: string): object => asked(id, 'tools/call', { name, arguments: {} });

async function shaken(wire: Wire, revision?: string, capabilities?: object): Promise<Message> {
  await wire.send(hello(revision, capabilities));
  const greeting = await wire.next();
  await wire.send(note('notifications/initialized'));
  return greeting as Message;
}

describe('a channel', () => {
  // See 2025-11-25 basic/lifecycle.
  test.each(['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '1999-01-01'])(
    'shakes hands and serves the revision: %s',
    async (asked) => {
      const wire = served(build().server);
      const revision = asked === '1999-01-01' ? '2025-11-25' : asked;
      expect(await shaken(wire, asked)).toEqual({
        jsonrpc: '2.0',
        id: 'hello',
        result: {
          protocolVersion: revision,
          capabilities: {
            tools: { listChanged: true },
            resources: { subscribe: true, listChanged: true },
            logging: {},
          },
          serverInfo: { name: 'channel', version: '1.0.0' },
        },
      });
      await wire.send(tool(1, 'who'));
      expect(textOf(await wire.next())).toBe(`["${revision}","old"]`);
      await wire.close();
    },
  );

  test('keeps the order of what is sent while its session opens', async () => {
    const wire = served(build().server);
    const lines = [
      hello(),
      note('notifications/initialized'),
      asked(1, 'ping'),
      asked(2, 'logging/setLevel', { level: 'error' }),
      tool(3, 'who'),
      asked(4, 'ping'),
    ];
    await wire.send(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const answers: (Message | undefined)[] = [];
    for (let count = 0; count < 5; count++) {
      answers.push(await wire.next());
    }
    const ids = answers.map((message) => message?.['id'] as unknown);
    expect(ids[0]).toBe('hello');
    expect(textOf(answers.find((message) => message?.['id'] === 3))).toBe('["2025-11-25","old"]');
    expect(new Set(ids)).toEqual(new Set(['hello', 1, 2, 3, 4]));
    await wire.close();
  });

  test('serves a peer that pings before it says who it is', async () => {
    const wire = served(build().server);
    await wire.send(asked(0, 'ping'));
    expect(await wire.next()).toEqual({ jsonrpc: '2.0', id: 0, result: {} });
    expect((await shaken(wire, '2025-06-18'))['result']).toMatchObject({ protocolVersion: '2025-06-18' });
    await wire.close();
  });

  test('serves modern messages beside, each in its own way', async () => {
    const wire = served(build().server);
    await shaken(wire);
    await wire.send(modernCall('modern', 'who'));
    const modern = await wire.next();
    expect(modern?.['result']).toMatchObject({ resultType: 'complete' });
    expect(textOf(modern)).toBe('["2026-07-28",null]');
    await wire.send(tool('old', 'who'));
    const old = await wire.next();
    expect(old?.['result']).not.toHaveProperty('resultType');
    expect(textOf(old)).toBe('["2025-11-25","old"]');
    await wire.send(
      modernCall('asks', 'explicit', {}, { 'io.modelcontextprotocol/clientCapabilities': { roots: {} } }),
    );
    expect(await wire.next()).toMatchObject({ id: 'asks', result: { resultType: 'input_required' } });
    await wire.close();
  });

  test('goes on after a handshake that is none', async () => {
    const wire = served(build().server);
    for (const params of [{}, { protocolVersion: 7 }, undefined]) {
      await wire.send(asked('hello', 'initialize', params));
      expect(await wire.next()).toMatchObject({ id: 'hello', error: { code: -32602 } });
    }
    expect((await shaken(wire))['result']).toMatchObject({ protocolVersion: '2025-11-25' });
    await wire.close();
  });

  test('A28: refuses an id that is in use', async () => {
    const { server, begun } = build();
    const wire = served(server);
    await shaken(wire);
    await wire.send(tool(1, 'wait'));
    await begun.opened;
    await wire.send(tool(1, 'quick'));
    expect(await wire.next()).toMatchObject({ id: 1, error: { code: -32600 } });
    await wire.send(note('notifications/cancelled', { requestId: 1 }));
    await wire.send(tool(1, 'quick'));
    expect(textOf(await wire.next())).toBe('quick');
    await wire.close({ graceMs: 0 });
  });

  // See 2025-11-25 basic/utilities/cancellation.
  test('cancels without a response', async () => {
    const { server, begun, aborted } = build();
    const wire = served(server);
    await shaken(wire);
    await wire.send(tool(1, 'wait'));
    await begun.opened;
    await wire.send(note('notifications/cancelled', { requestId: 1, reason: 'enough' }));
    expect(await aborted.opened).toMatchObject({ code: 'aborted', message: expect.stringContaining('enough') });
    for (const params of [{ requestId: 1 }, { requestId: 'unknown' }, {}, undefined])
      await wire.send(note('notifications/cancelled', params));
    await wire.send(asked(2, 'ping'));
    expect(await wire.next()).toEqual({ jsonrpc: '2.0', id: 2, result: {} });
    await wire.close();
  });

  test('answers a handler that takes too long', async () => {
    const { server } = build({ handlerTimeoutMs: 20, onError: () => {} });
    const wire = served(server);
    await shaken(wire);
    await wire.send(tool(1, 'wait'));
    expect(await wire.next()).toMatchObject({ id: 1, error: { message: expect.stringContaining('handlerTimeoutMs') } });
    await wire.close();
  });

  test('tells of changes once it is initialized, and of subscribed resources', async () => {
    const { server } = build();
    const wire = served(server);
    await wire.send(hello());
    await wire.next();
    server.notify.toolsChanged();
    await wire.send(note('notifications/initialized'));
    // Answered after the subscription is effective.
    await wire.send(asked(1, 'resources/subscribe', { uri: 'test://one' }));
    expect(await wire.next()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    server.notify.resourceUpdated('test://two');
    server.notify.resourceUpdated('test://one');
    expect(await wire.next()).toEqual(note('notifications/resources/updated', { uri: 'test://one' }));
    server.tool('more', {}, () => 'more');
    expect(await wire.next()).toEqual(note('notifications/tools/list_changed'));
    await wire.send(asked(2, 'resources/subscribe', { uri: 'test://hidden' }));
    expect(await wire.next()).toMatchObject({ id: 2, error: { code: -32002 } });
    await wire.send(asked(3, 'resources/unsubscribe', { uri: 'test://one' }));
    expect(await wire.next()).toMatchObject({ id: 3, result: {} });
    server.notify.resourceUpdated('test://one');
    server.notify.resourcesChanged();
    expect(await wire.next()).toEqual(note('notifications/resources/list_changed'));
    await wire.close();
  });

  test('asks, and takes the answer', async () => {
    const wire = served(build().server);
    await shaken(wire);
    await wire.send(tool(1, 'ask'));
    const question = await wire.next();
    expect(question).toMatchObject({ method: 'elicitation/create', params: { mode: 'form' } });
    await wire.send({ jsonrpc: '2.0', id: 'another', result: { action: 'accept', content: { name: 'Bob' } } });
    await wire.send({ jsonrpc: '2.0', id: question?.['id'], result: { action: 'accept', content: { name: 'Ann' } } });
    expect(textOf(await wire.next())).toBe('Hello Ann');
    await wire.close();
  });

  test('asks nobody who did not declare it, or has not shaken hands', async () => {
    const wire = served(build().server);
    await wire.send(tool(0, 'ask'));
    expect(await wire.next()).toMatchObject({ id: 0, error: {} });
    await shaken(wire, '2025-11-25', {});
    for (const name of ['ask', 'sample', 'explicit']) {
      await wire.send(tool(name, name));
      expect(await wire.next()).toMatchObject({ id: name, error: { code: -32600 } });
    }
    await wire.close();
  });

  test('gives up its questions when it ends, and leaves nothing running', async () => {
    const { server } = build();
    const wire = served(server);
    await shaken(wire);
    await wire.send(tool(1, 'ask'));
    await wire.next();
    await wire.send(tool(2, 'wait'));
    await wire.end();
    await wire.close({ graceMs: 10 });
    expect(await wire.closed).toBeUndefined();
    await server.close({ graceMs: 1000 });
  });

  test('is one session, beside others', async () => {
    const { server } = build();
    const [one, two] = [served(server), served(server)];
    await shaken(one, '2025-11-25');
    await shaken(two, '2025-03-26', {});
    await one.send(asked(1, 'logging/setLevel', { level: 'error' }));
    await one.next();
    await one.send(tool(2, 'log'));
    await two.send(tool(2, 'log'));
    const levels = async (wire: Wire): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for (let message = await wire.next(); message?.['id'] === undefined; message = await wire.next())
        seen.push((message as Message)['params']['level']);
      return seen;
    };
    expect(await levels(one)).toEqual(['error']);
    expect(await levels(two)).toEqual(['info', 'error']);
    await one.close();
    await two.send(tool(3, 'who'));
    expect(textOf(await two.next())).toBe('["2025-03-26","old"]');
    await two.close();
  });

  test('of a server without a past refuses the handshake and says what it speaks', async () => {
    for (const server of [
      build({ legacy: false }).server,
      new ModernServer({ name: 'm', version: '1' }).tool('t', {}, () => 't'),
    ]) {
      const wire = served(server);
      await wire.send(hello());
      expect(await wire.next()).toMatchObject({
        id: 'hello',
        error: { code: -32022, data: { supported: ['2026-07-28'] } },
      });
      await wire.close();
    }
  });
});

/** The real client's way over a pair of byte streams. */
function transportOver({ readable, writable }: ReturnType<typeof channelPair>['client']): Transport {
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const transport: Transport = {
    async start() {
      void (async () => {
        let rest = '';
        const decoder = new TextDecoder();
        const reader = readable.getReader();
        for (let read = await reader.read(); !read.done; read = await reader.read()) {
          const lines = (rest + decoder.decode(read.value, { stream: true })).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) transport.onmessage?.(JSON.parse(line) as JSONRPCMessage);
        }
        transport.onclose?.();
      })();
    },
    send: (message) => writer.write(encoder.encode(`${JSON.stringify(message)}\n`)),
    close: () => writer.close(),
  };
  return transport;
}

function realClient() {
  const client = new Client({ name: 'real', version: '1' }, { capabilities: ALL });
  const seen: string[] = [];
  client.setRequestHandler(ElicitRequestSchema, ({ params }) =>
    params.mode === 'url' ? { action: 'accept' as const } : { action: 'accept' as const, content: { name: 'Ann' } },
  );
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED as never);
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///a' }] }));
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void seen.push(String(params.data)));
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void seen.push('tools'));
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void seen.push(params.uri));
  client.setNotificationHandler(ElicitationCompleteNotificationSchema, () => void seen.push('complete'));
  const text = async (name: string, options?: Parameters<Client['callTool']>[2]): Promise<unknown> =>
    ((await client.callTool({ name, arguments: {} }, undefined, options)).content as { text: string }[])[0]?.text;
  return { client, seen, text };
}

test('the real client is served over a channel', async () => {
  const { server, begun, aborted } = build();
  const pair = channelPair();
  const { closed } = serveChannel(server, pair.server);
  const { client, seen, text } = realClient();
  await client.connect(transportOver(pair.client));
  expect(client.getServerVersion()).toMatchObject({ name: 'channel' });
  await client.ping();
  expect((await client.listTools()).tools.length).toBe(8);
  const progress: number[] = [];
  expect(await text('log', { onprogress: (one) => void progress.push(one.progress) })).toBe('logged');
  expect([progress, seen.splice(0)]).toEqual([[1], ['info', 'error']]);
  await client.setLoggingLevel('debug');
  await text('log');
  expect(seen.splice(0)).toEqual(['debug', 'info', 'error']);
  expect(await text('ask')).toBe('Hello Ann');
  expect(await text('explicit')).toBe('{"roots":{"roots":[{"uri":"file:///a"}]}}');
  expect(JSON.parse(String(await text('sample')))).toEqual(SAMPLED);
  expect(await text('page')).toBe('accept');
  expect(seen.splice(0)).toEqual(['complete']);
  await client.subscribeResource({ uri: 'test://one' });
  server.notify.resourceUpdated('test://one');
  server.tool('more', {}, () => 'more');
  await until(() => seen.length === 2);
  expect(seen).toEqual(['test://one', 'tools']);
  const aborter = new AbortController();
  const waiting = text('wait', { signal: aborter.signal });
  await begun.opened;
  aborter.abort('enough');
  await expect(waiting).rejects.toThrow('enough');
  expect(await aborted.opened).toMatchObject({ code: 'aborted' });
  await expect(client.readResource({ uri: 'test://none' })).rejects.toMatchObject({ code: -32002 });
  await client.close();
  await closed;
  await settle();
});

describe('over stdio', () => {
  let made: Programs;
  beforeAll(async () => void (made = await programs('server')));
  afterAll(() => made.remove());

  test('the real client is served by a process of its own', async () => {
    const { client, seen, text } = realClient();
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [made.path('server')],
      stderr: 'pipe',
    });
    const stderr: string[] = [];
    transport.stderr?.on('data', (chunk) => void stderr.push(String(chunk)));
    await client.connect(transport);
    expect(client.getServerVersion()).toMatchObject({ name: 'world' });
    expect(await text('greet')).toBe('Hello, Ann');
    // What it prints by mistake harms nobody.
    expect(await text('print')).toBe('printed');
    await client.subscribeResource({ uri: 'note://1' });
    expect(await text('touch')).toBe('touched');
    await until(() => seen.includes('note://1'));
    const aborter = new AbortController();
    const waiting = text('wait', { signal: aborter.signal });
    await until(() => stderr.join('').includes('waiting'));
    aborter.abort('enough');
    await expect(waiting).rejects.toThrow('enough');
    await until(() => stderr.join('').includes('aborted'));
    const calls = Array.from({ length: 50 }, async (_, at) =>
      client.callTool({ name: 'fill', arguments: { size: 10_000, tag: `${at}é` } }),
    );
    const texts = (await Promise.all(calls)).map(({ content }) => (content as { text: string }[])[0]!.text);
    expect(texts.map((one) => one.replace(/\.+$/, ''))).toEqual(texts.map((_, at) => `${at}é`));
    await client.close();
  });
});
