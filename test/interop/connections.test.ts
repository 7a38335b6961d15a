/** What becomes of calls and sessions when connections, and servers, do not last. */
import * as v2 from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer as V1Server } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer as V2Server } from '@modelcontextprotocol/server';
import { McpClient } from 'mcpwire/client';
import { toNodeListener } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gate, until, type Gate } from '../helpers/gate.ts';
import { ourCaller } from './clients/ours.ts';
import { v1Caller } from './clients/v1.ts';
import { v2Caller } from './clients/v2.ts';
import { line, listeningFetch, place, type Line, type Listener, type Place } from './http.ts';
import { README, type Caller } from './peer.ts';
import { ourServer } from './servers/ours.ts';
import { eventStore, v1Sessions } from './servers/v1-http.ts';
import { v2Sessions } from './servers/v2-http.ts';

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

/** A tool that tells of progress, and is done when a gate opens. */
const OURS = (done: Gate): Listener =>
  toNodeListener(
    new McpServer({ name: 'ours', version: '1.0.0' }, { secret: 'a secret of no importance, but long' })
      .tool('work', { annotations: { readOnlyHint: true } }, async (_args, ctx) => {
        await ctx.progress(1);
        await done.opened;
        await ctx.progress(2);
        return 'done';
      })
      .tool('poll', {}, async (_args, ctx) => {
        await ctx.progress(1);
        await ctx.detach({ retryMs: 10 });
        await ctx.progress(2);
        return 'done';
      }),
  );

const V1 = (done: Gate): Listener =>
  v1Sessions({ eventStore: eventStore(), retryInterval: 10 }, () => {
    const server = new V1Server({ name: 'sdk', version: '1.32.2' });
    server.registerTool('poll', {}, async ({ _meta, sendNotification, closeSSEStream }) => {
      const progressToken = _meta?.progressToken ?? '';
      await sendNotification({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
      closeSSEStream?.();
      await sendNotification({ method: 'notifications/progress', params: { progressToken, progress: 2 } });
      return text('done');
    });
    server.registerTool('work', { annotations: { readOnlyHint: true } }, async ({ _meta, sendNotification }) => {
      const progressToken = _meta?.progressToken ?? '';
      await sendNotification({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
      await done.opened;
      await sendNotification({ method: 'notifications/progress', params: { progressToken, progress: 2 } });
      return text('done');
    });
    return server;
  });

const V2 = (done: Gate): Listener =>
  v2Sessions({ eventStore: eventStore(), retryInterval: 10 }, () => {
    const server = new V2Server({ name: 'server', version: '2.4.0' });
    server.registerTool('poll', {}, async ({ mcpReq: { _meta, notify }, http }) => {
      const progressToken = _meta?.progressToken ?? '';
      await notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
      http?.closeSSE?.();
      await notify({ method: 'notifications/progress', params: { progressToken, progress: 2 } });
      return text('done');
    });
    server.registerTool('work', { annotations: { readOnlyHint: true } }, async ({ mcpReq: { _meta, notify } }) => {
      const progressToken = _meta?.progressToken ?? '';
      await notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
      await done.opened;
      await notify({ method: 'notifications/progress', params: { progressToken, progress: 2 } });
      return text('done');
    });
    return server;
  });

/** A client of any package, as these tests use it. */
interface Worker {
  work(onProgress?: (progress: number) => void, tool?: string): Promise<string>;
  /** Ends the session, as the package does it. */
  leave(): Promise<void>;
}

// The type of results differs with each package; these all have one text.
const textOf = (result: object): string =>
  (result as { readonly content: readonly { readonly text: string }[] }).content[0]?.text ?? '';

const worker = {
  async ours(url: string): Promise<Worker> {
    const client = await McpClient.connect(url);
    onTestFinished(() => client.close());
    return {
      work: async (onProgress = () => {}, name = 'work') =>
        textOf(await client.callTool(name, {}, { onProgress: ({ progress }) => onProgress(progress) })),
      leave: () => client.close(),
    };
  },
  async v1(url: string): Promise<Worker> {
    const transport = new StreamableHTTPClientTransport(new URL(url));
    const client = new Client({ name: 'v1', version: '1.0.0' });
    await client.connect(transport);
    onTestFinished(() => client.close());
    return {
      work: async (onProgress = () => {}, name = 'work') =>
        textOf(await client.callTool({ name }, undefined, { onprogress: ({ progress }) => onProgress(progress) })),
      leave: () => transport.terminateSession(),
    };
  },
  async v2(url: string): Promise<Worker> {
    const transport = new v2.StreamableHTTPClientTransport(new URL(url));
    const client = new v2.Client({ name: 'v2', version: '1.0.0' });
    await client.connect(transport);
    onTestFinished(() => client.close());
    return {
      work: async (onProgress = () => {}, name = 'work') =>
        textOf(await client.callTool({ name }, { onprogress: ({ progress }) => onProgress(progress) })),
      leave: () => transport.terminateSession(),
    };
  },
};

const PAIRS: readonly (readonly [string, keyof typeof worker, (done: Gate) => Listener])[] = [
  ['the client of sdk 1.32 and this server', 'v1', OURS],
  ['the client of client 2.4 and this server', 'v2', OURS],
  ['this client and the server of sdk 1.32', 'ours', V1],
  ['this client and the server of server 2.4', 'ours', V2],
];

async function opened(listener: Listener): Promise<Place> {
  const made = await place(listener);
  onTestFinished(() => made.close());
  return made;
}

async function lineTo({ url }: Place): Promise<Line> {
  const made = await line(url);
  onTestFinished(() => made.close());
  return made;
}

describe.each(PAIRS)('%s', (_name, client, serve) => {
  test('a call goes on when its connection is cut, and gets all that was sent meanwhile', async () => {
    const done = gate();
    const server = await opened(serve(done));
    const wire = await lineTo(server);
    const { work } = await worker[client](wire.url);
    const seen: number[] = [];
    const { opened: begun, open } = gate();
    const working = work((progress) => {
      if (seen.push(progress) === 1) open();
    });
    await begun;
    wire.cut();
    done.open();
    expect(await working).toBe('done');
    expect(seen).toEqual([1, 2]);
    expect(server.seen.some(({ method, headers }) => method === 'GET' && 'last-event-id' in headers)).toBe(true);
    expect(server.seen.filter(({ method }) => method === 'POST').length).toBeLessThanOrEqual(4);
  });

  test('a call whose connection the server has closed gets the rest when its client comes back', async () => {
    const server = await opened(serve(gate()));
    const { work } = await worker[client](server.url);
    const seen: number[] = [];
    expect(await work((progress) => seen.push(progress), 'poll')).toBe('done');
    expect(seen).toEqual([1, 2]);
    expect(server.seen.some(({ method, headers }) => method === 'GET' && 'last-event-id' in headers)).toBe(true);
  });

  test('a session ends with DELETE', async () => {
    const done = gate();
    done.open();
    const server = await opened(serve(done));
    const { work, leave } = await worker[client](server.url);
    expect(await work()).toBe('done');
    await leave();
    const [ended] = server.seen.filter(({ method }) => method === 'DELETE');
    const id = ended?.headers['mcp-session-id'];
    expect(id).toMatch(/./);
    await until(() => ended?.response.writableEnded === true);
    expect(ended?.response.statusCode).toBeLessThan(300);
    // And is over.
    const { status } = await fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
        'mcp-session-id': String(id),
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    });
    expect(status).toBe(404);
  });
});

/** Other processes, as far as sessions go: they know nothing of what was before. */
const fresh = (): McpServer =>
  new McpServer(
    { name: 'ours', version: '1.0.0' },
    { secret: 'made anew each time'.padEnd(40, String(Math.random())) },
  );

describe('a server that was started anew', () => {
  test.each([
    ['sdk 1.32', V1],
    ['server 2.4', V2],
  ])('of %s gets a new session, and the call that found out is made again', async (_name, serve) => {
    const done = gate();
    done.open();
    const server = await opened(serve(done));
    const { work } = await worker.ours(server.url);
    expect(await work()).toBe('done');
    server.restart(serve(done));
    expect(await work()).toBe('done');
    const ids = new Set(server.seen.flatMap(({ headers }) => headers['mcp-session-id'] ?? []));
    expect(ids.size).toBe(2);
  });

  test.each(['v1', 'v2'] as const)('tells the official client (%s) that its session is over', async (client) => {
    const tooled = (): Listener => toNodeListener(fresh().tool('work', {}, () => 'done'));
    const server = await opened(tooled());
    const { work } = await worker[client](server.url);
    expect(await work()).toBe('done');
    server.restart(tooled());
    await expect(work()).rejects.toThrow(/Session not found/);
    expect(server.seen.at(-1)?.response.statusCode).toBe(404);
  });

  test.each(['v1', 'v2'] as const)('with the same secret serves the sessions of %s on', async (client) => {
    const done = gate();
    done.open();
    const server = await opened(OURS(done));
    const { work } = await worker[client](server.url);
    expect(await work()).toBe('done');
    server.restart(OURS(done));
    expect(await work()).toBe('done');
  });
});

/** Clients that listen. */
const listener = {
  ours: (url: string): Promise<Caller> => ourCaller(url),
  async v1(url: string): Promise<Caller> {
    const { fetch: tracked, listening } = listeningFetch();
    return v1Caller(new StreamableHTTPClientTransport(new URL(url), { fetch: tracked }), '2025-11-25', listening);
  },
  async v2(url: string): Promise<Caller> {
    const { fetch: tracked, listening } = listeningFetch();
    return v2Caller(new v2.StreamableHTTPClientTransport(new URL(url), { fetch: tracked }), {}, listening);
  },
};

async function watching(client: keyof typeof listener, url: string): Promise<[Caller, readonly string[]]> {
  const caller = await listener[client](url);
  onTestFinished(() => caller.close());
  return [caller, (await caller.watch(README)).heard];
}

const CHANGE = `updated ${README}`;

describe('who listens', () => {
  test.each<[string, keyof typeof listener, () => Listener]>([
    ['the client of sdk 1.32 and this server', 'v1', () => toNodeListener(ourServer())],
    ['the client of client 2.4 and this server', 'v2', () => toNodeListener(ourServer())],
    ['this client and the server of sdk 1.32', 'ours', () => v1Sessions({ eventStore: eventStore() })],
    ['this client and the server of server 2.4', 'ours', () => v2Sessions({ eventStore: eventStore() })],
  ])('hears what happened while its stream was broken: %s', async (_name, client, serve) => {
    const server = await opened(serve());
    const [caller, heard] = await watching(client, server.url);
    const all = (times: number): boolean =>
      [CHANGE, 'resources'].every((change) => heard.filter((one) => one === change).length >= times);
    // Official servers name no event before the first one.
    await caller.call('touch');
    await until(() => all(1));
    server.breakStreams();
    await caller.call('touch');
    await until(() => all(2));
    expect(heard.filter((change) => change === CHANGE)).toHaveLength(2);
    expect(heard).not.toContain('refetch');
  });

  test.each([
    ['sdk 1.32', v1Sessions],
    ['server 2.4', v2Sessions],
  ])('to a server of %s that keeps no events is told to fetch anew', async (_name, serve) => {
    const server = await opened(serve());
    const [caller, heard] = await watching('ours', server.url);
    server.breakStreams();
    await until(() => heard.includes('refetch'));
    await caller.call('touch');
    await until(() => heard.includes(CHANGE));
    expect(heard[0]).toBe('refetch');
  });

  test.each([
    ['sdk 1.32', v1Sessions],
    ['server 2.4', v2Sessions],
  ])('to a server of %s that was started anew listens in a new session', async (_name, serve) => {
    const server = await opened(serve());
    const [caller, heard] = await watching('ours', server.url);
    server.restart(serve());
    await until(() => heard.includes('refetch'));
    await caller.call('touch');
    await until(() => heard.includes(CHANGE));
    expect(new Set(server.seen.flatMap(({ headers }) => headers['mcp-session-id'] ?? [])).size).toBe(2);
  });
});
