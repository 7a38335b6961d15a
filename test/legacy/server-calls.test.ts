import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { McpServer, type Change, type ServerOptions } from 'mcpwire/server';
import { serve } from 'mcpwire/node';
import { dial, encodeRequest } from '../helpers/raw-http.ts';
import { gate, until, type Gate } from '../helpers/gate.ts';
import { closing, EventReader, OldClient, responseOf, serving, textOf, twice, type Message } from './server-support.ts';

/** A server whose one tool waits, and what becomes of it. */
interface Waiting {
  readonly begun: Gate;
  readonly go: Gate;
  readonly aborted: Gate<unknown>;
  readonly build: (options?: ServerOptions) => McpServer<unknown>;
}

function waiting({ says = false, obeys = true } = {}): Waiting {
  const begun = gate();
  const go = gate();
  const aborted = gate<unknown>();
  const build = (options?: ServerOptions) =>
    new McpServer({ name: 'calls', version: '1.0.0' }, options).tool('wait', {}, async (_args, ctx) => {
      const { signal } = ctx;
      const left = new Promise<never>((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          aborted.open(signal.reason);
          if (obeys) reject(signal.reason as Error);
        }),
      );
      if (says) await ctx.log('info', 'begun');
      begun.open();
      await Promise.race([go.opened, left]);
      return `done, ${signal.aborted ? 'aborted' : 'not aborted'}`;
    });
  return { begun, go, aborted, build };
}

// See 2025-11-25 basic/transports, "Sending Messages to the Server" and "Resumability and Redelivery".
describe('a lost connection', () => {
  test('is no cancellation: the rest is there for who comes back with Last-Event-ID', async () => {
    const { build, begun, go } = waiting({ says: true });
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    const call = await client.call('wait');
    expect((await call.message())?.['method']).toBe('notifications/message');
    await begun.opened;
    await call.cut();
    const back = await client.listen(call.lastEventId);
    expect(back.status).toBe(200);
    expect(back.response.headers.get('content-type')).toBe('text/event-stream');
    go.open();
    expect(await back.rest()).toMatchObject([{ id: 1, result: { content: [{ text: 'done, not aborted' }] } }]);
  });

  test('is none either when the call ends before its client is back, at another process', async () => {
    const { build, begun, go } = waiting({ says: true });
    const [a, b] = await twice(build);
    const client = await OldClient.open(a);
    const call = await client.call('wait');
    await call.message();
    const [opening] = call.events;
    await begun.opened;
    await call.cut();
    go.open();
    const back = await client.at(b).listen(opening?.id);
    expect(await back.rest()).toMatchObject([
      { method: 'notifications/message' },
      { id: 1, result: { content: [{ text: 'done, not aborted' }] } },
    ]);
    // It has it all by then.
    expect((await client.at(b).listen(back.lastEventId)).status).toBe(204);
  });

  test('goes on at another process while the call still runs', async () => {
    const { build, begun, go } = waiting({ says: true });
    const [a, b] = await twice(build);
    const client = await OldClient.open(a);
    const call = await client.call('wait');
    await call.message();
    await begun.opened;
    const back = await client.at(b).listen(call.lastEventId);
    // Who takes over ends the connection that was.
    expect(await call.rest()).toEqual([]);
    go.open();
    expect(await back.rest()).toMatchObject([{ id: 1, result: {} }]);
  });

  test('is none for a stateless server’s neighbour: there it is one, since nobody can come back', async () => {
    const { build, begun, aborted } = waiting();
    const { url } = await serving(build({ legacy: { sessions: false } }));
    const client = await OldClient.open(url);
    const leaving = new AbortController();
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } });
    const call = fetch(url, { method: 'POST', headers: client.headers(), body, signal: leaving.signal });
    await begun.opened;
    leaving.abort();
    await expect(call).rejects.toThrow('aborted');
    expect(await aborted.opened).toMatchObject({ code: 'aborted' });
  });

  test('of another session’s stream cannot be taken up', async () => {
    const { build, begun, go } = waiting({ says: true });
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    const call = await client.call('wait');
    await call.message();
    await begun.opened;
    const stranger = await OldClient.open(url);
    expect((await stranger.listen(call.lastEventId)).status).toBe(400);
    go.open();
    expect((await call.rest()).length).toBe(1);
  });

  test('before there was a stream costs the response, and the handler goes on', async () => {
    const { build, begun, go } = waiting();
    const ended = gate<unknown>();
    const server = build().use((next) => async (request, ctx) => {
      const result = await next(request, ctx);
      if (request.method === 'tools/call') ended.open(result);
      return result;
    });
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const leaving = new AbortController();
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } });
    const call = fetch(url, { method: 'POST', headers: client.headers(), body, signal: leaving.signal });
    await begun.opened;
    leaving.abort();
    await expect(call).rejects.toThrow('aborted');
    go.open();
    expect(await ended.opened).toMatchObject({ content: [{ text: 'done, not aborted' }] });
  });

  test('is survived by the real client, which polls where the server asks it to', async () => {
    const go = gate();
    const server = new McpServer({ name: 'polls', version: '1' }).tool('long', {}, async (_args, ctx) => {
      await ctx.progress(1, 2);
      await ctx.detach({ retryMs: 10 });
      await go.opened;
      await ctx.progress(2, 2);
      return 'done';
    });
    const { url } = await serving(server);
    const client = new Client({ name: 'c', version: '1' });
    let gets = 0;
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      fetch: (to, init) => {
        if (new Headers(init?.headers).has('last-event-id') && gets++ === 0) go.open();
        return fetch(to, init);
      },
    });
    await client.connect(transport);
    const seen: number[] = [];
    const options = { onprogress: ({ progress }: { progress: number }) => void seen.push(progress) };
    const result = await client.callTool({ name: 'long', arguments: {} }, undefined, options);
    expect(result.content).toMatchObject([{ text: 'done' }]);
    expect(seen).toEqual([1, 2]);
    expect(gets).toBeGreaterThan(0);
    await transport.terminateSession();
    await client.close();
  });
});

describe('a stream of a call', () => {
  const noisy = (options?: ServerOptions) =>
    new McpServer({ name: 'noisy', version: '1' }, options).tool('noisy', {}, async (_args, ctx) => {
      await ctx.progress(1, 3, 'one');
      await ctx.log('info', 'two');
      return 'three';
    });

  // See 2025-11-25 basic/transports, "Sending Messages to the Server".
  test('opens with an id to come back to, since 2025-11-25, and ends after the response', async () => {
    const { url } = await serving(noisy());
    const client = await OldClient.open(url);
    const call = await client.call('noisy', {}, { _meta: { progressToken: 'p' } });
    expect(await call.rest()).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: 'p', progress: 1, total: 3, message: 'one' },
      },
      { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'two' } },
      { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'three' }] } },
    ]);
    const [opening, ...rest] = call.events;
    expect(opening?.data).toBe('');
    expect(call.retries).toEqual([1000]);
    const ids = call.events.map(({ id }) => id);
    const [name] = ids[0]!.split('.');
    expect(ids).toEqual([`${name}.0`, `${name}.1`, `${name}.2`, `${name}.3`]);
    expect(rest.every(({ data }) => data !== '')).toBe(true);
    const other = await client.call('noisy');
    await other.rest();
    expect(other.events.map(({ id }) => id)).not.toContain(ids[0]);
  });

  test.each(['2025-06-18', '2025-03-26'])('opens without one before (%s)', async (revision) => {
    const { url } = await serving(noisy());
    const client = await OldClient.open(url, { revision });
    const call = await client.call('noisy', {}, { _meta: { progressToken: 'p' } });
    expect((await call.rest()).length).toBe(3);
    expect(call.events.every(({ data }) => data !== '')).toBe(true);
    expect(call.retries).toEqual([]);
  });

  test('is none for a caller that takes JSON only', async () => {
    const { url } = await serving(noisy());
    const client = await OldClient.open(url, { accept: 'application/json' });
    const response = await client.request('tools/call', { name: 'noisy', _meta: { progressToken: 1 } });
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(textOf(await responseOf(response))).toBe('three');
  });

  test('is none where nothing comes before the response', async () => {
    const { url } = await serving(noisy());
    const client = await OldClient.open(url);
    const response = await client.request('tools/list');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(((await responseOf(response))['result'] as Message)['tools']).toHaveLength(1);
  });

  test('opens when the handler has been silent for limits.silenceMs, and can be taken up from there', async () => {
    const { build, go } = waiting();
    const { url } = await serving(build({ limits: { silenceMs: 10 } }));
    const client = await OldClient.open(url);
    const call = await client.call('wait');
    expect(await call.event()).toMatchObject({ data: '' });
    await call.cut();
    const back = await client.listen(call.lastEventId);
    go.open();
    expect(textOf((await back.rest()).at(-1))).toBe('done, not aborted');
  });

  test('goes on after ctx.respond, until the handler ends', async () => {
    const server = noisy().method('own/early', {}, async (_params, ctx) => {
      await ctx.respond({ early: true });
      await ctx.notify('own/later', { n: 1 });
    });
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const response = await client.request('own/early');
    const call = new EventReader(response);
    expect(await call.rest()).toMatchObject([{ id: 1, result: { early: true } }, { method: 'own/later' }]);
  });

  test('that ctx.detach closes tells when to come back; who cannot is not sent away', async () => {
    const go = gate();
    const server = new McpServer({ name: 'd', version: '1' }).tool('detach', {}, async (_args, ctx) => {
      await ctx.detach({ retryMs: 77 });
      await go.opened;
      return 'done';
    });
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const call = await client.call('detach');
    expect(await call.rest()).toEqual([]);
    expect(call.retries.at(-1)).toBe(77);
    const june = await OldClient.open(url, { revision: '2025-06-18' });
    const staying = june.call('detach');
    const back = client.listen(call.lastEventId);
    const [kept, returned] = await Promise.all([staying, back]);
    go.open();
    expect(textOf((await kept.rest()).at(-1))).toBe('done');
    expect(textOf((await returned.rest()).at(-1))).toBe('done');
  });
});

// See 2025-11-25 basic/utilities/cancellation.
describe('notifications/cancelled', () => {
  test.each(['here', 'there'])('aborts the call, sent %s, and there is no response', async (where) => {
    const { build, begun, aborted } = waiting({ says: true });
    const [a, b] = await twice(build);
    const client = await OldClient.open(a);
    const call = await client.call('wait');
    await call.message();
    await begun.opened;
    const sender = where === 'here' ? client : client.at(b);
    expect((await sender.notify('notifications/cancelled', { requestId: 1, reason: 'enough' })).status).toBe(202);
    expect(await aborted.opened).toMatchObject({ code: 'aborted', message: expect.stringContaining('enough') });
    expect(await call.rest()).toEqual([]);
    // The id is free again.
    expect((await client.ask('ping', {}, 1))['id']).toBe(1);
  });

  test('before anything was sent ends the request with a stream that has nothing in it', async () => {
    const { build, begun, aborted } = waiting();
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    const call = client.call('wait');
    await begun.opened;
    await client.notify('notifications/cancelled', { requestId: 1 });
    await aborted.opened;
    const { response, status } = await call;
    expect([status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(await (await call).rest()).toEqual([]);
    expect((await call).events).toEqual([]);
  });

  test('is nothing to complain of when it comes too late, is malformed or of another session', async () => {
    const errors: unknown[] = [];
    const published: Change[] = [];
    const { build, begun, go } = waiting({ says: true });
    const bus = { publish: (change: Change) => void published.push(change), subscribe: () => () => {} };
    const { url } = await serving(build({ bus, onError: (error) => void errors.push(error) }));
    const client = await OldClient.open(url);
    const stranger = await OldClient.open(url);
    const call = await client.call('wait');
    await call.message();
    await begun.opened;
    for (const params of [{ requestId: 'other' }, {}, { requestId: { a: 1 } }, { requestId: null }, { requestId: '1' }])
      expect((await client.notify('notifications/cancelled', params)).status).toBe(202);
    expect((await stranger.notify('notifications/cancelled', { requestId: 1 })).status).toBe(202);
    go.open();
    expect(textOf((await call.rest()).at(-1))).toBe('done, not aborted');
    expect((await client.notify('notifications/cancelled', { requestId: 1 })).status).toBe(202);
    expect(errors).toEqual([]);
    // To other processes, of which one may know it, goes what could name a request.
    const passed = published.flatMap((change) => (change.kind === 'session' ? [change.message] : []));
    const ids = passed
      .filter(({ type }) => type === 'cancel')
      .map(({ params }) => (params as Message)['requestId'] as unknown);
    expect(ids).toEqual(['other', '1', 1, 1]);
  });

  test('of the real client aborts ctx.signal', async () => {
    const { build, begun, aborted } = waiting();
    const { url } = await serving(build());
    const client = new Client({ name: 'c', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(url));
    await client.connect(transport);
    const aborter = new AbortController();
    const call = client.callTool({ name: 'wait', arguments: {} }, undefined, { signal: aborter.signal });
    await begun.opened;
    aborter.abort('enough');
    await expect(call).rejects.toThrow('enough');
    expect(await aborted.opened).toMatchObject({ code: 'aborted' });
    await transport.terminateSession();
    await client.close();
  });
});

// See 2025-11-25 server/utilities/logging.
describe('the log level', () => {
  const logs = (options?: ServerOptions) =>
    new McpServer({ name: 'logs', version: '1' }, options).tool('log', {}, async (_args, ctx) => {
      for (const level of ['debug', 'info', 'warning', 'error'] as const) await ctx.log(level, level);
      return 'logged';
    });
  const levels = async (client: OldClient): Promise<unknown[]> =>
    (await (await client.call('log')).rest()).flatMap(({ params }) => (params as Message | undefined)?.['level'] ?? []);

  test('belongs to the session, at every process, and to no other', async () => {
    const [a, b] = await twice(logs);
    const client = await OldClient.open(a);
    const other = await OldClient.open(a);
    expect(await levels(client)).toEqual(['info', 'warning', 'error']);
    expect(await client.ask('logging/setLevel', { level: 'error' })).toMatchObject({ result: {} });
    expect(await levels(client)).toEqual(['error']);
    expect(await levels(client.at(b))).toEqual(['error']);
    expect(await levels(other)).toEqual(['info', 'warning', 'error']);
    await client.at(b).ask('logging/setLevel', { level: 'debug' });
    expect(await levels(client)).toEqual(['debug', 'info', 'warning', 'error']);
  });

  test('must be one of them', async () => {
    const { url } = await serving(logs());
    const client = await OldClient.open(url);
    for (const level of ['loud', 3, undefined])
      expect(await client.ask('logging/setLevel', { level })).toMatchObject({ error: { code: -32602 } });
  });

  test('is no method of a server that does not log', async () => {
    const { url } = await serving(logs({ logging: false }));
    const client = await OldClient.open(url);
    expect(client.greeting['capabilities']).not.toHaveProperty('logging');
    expect(await client.ask('logging/setLevel', { level: 'info' })).toMatchObject({ error: { code: -32601 } });
    expect(await levels(client)).toEqual([]);
  });
});

test('handlerTimeoutMs answers with an error, before a stream and in one', async () => {
  for (const says of [false, true]) {
    const { build, aborted } = waiting({ says });
    const { url } = await serving(build({ handlerTimeoutMs: 20, onError: () => {} }));
    const client = await OldClient.open(url);
    const response = await client.request('tools/call', { name: 'wait' });
    expect(response.status).toBe(200);
    expect(await responseOf(response)).toMatchObject({
      id: 1,
      error: { message: expect.stringContaining('handlerTimeoutMs') },
    });
    expect(await aborted.opened).toMatchObject({ code: 'timeout' });
  }
});

test('what fails is masked, told to onError, and answered', async () => {
  const errors: unknown[] = [];
  const server = new McpServer({ name: 'f', version: '1' }, { onError: (error) => void errors.push(error) })
    .method('own/fail', {}, () => {
      throw new Error('secret');
    })
    .method('own/odd', {}, () => ({ odd: 1n }));
  const { url } = await serving(server);
  const client = await OldClient.open(url);
  for (const method of ['own/fail', 'own/odd']) {
    const answer = await client.ask(method);
    expect(answer).toMatchObject({ error: { code: -32603 } });
    expect(JSON.stringify(answer)).not.toContain('secret');
  }
  expect(errors).toHaveLength(2);
});

test('arguments are checked as ever', async () => {
  const server = new McpServer({ name: 'a', version: '1' }).tool(
    'add',
    { inputSchema: z.object({ a: z.number() }) },
    ({ a }) => String(a),
  );
  const { url } = await serving(server);
  const client = await OldClient.open(url);
  expect(await client.ask('tools/call', { name: 'add', arguments: { a: 'x' } })).toMatchObject({
    result: { isError: true },
  });
});

describe('closing', () => {
  test('server.close lets calls end, ends streams, and refuses what is new', async () => {
    const { build, begun, go } = waiting({ says: true });
    const server = build();
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const listening = await client.listen();
    expect(listening.status).toBe(200);
    const call = await client.call('wait');
    await call.message();
    await begun.opened;
    const closed = server.close({ graceMs: 10_000 });
    expect((await client.request('tools/list')).status).toBe(503);
    expect((await client.listen()).status).toBe(503);
    expect(await listening.rest()).toEqual([]);
    go.open();
    expect(textOf((await call.rest()).at(-1))).toBe('done, not aborted');
    await closed;
  });

  test('aborts what does not end in time, and says so', async () => {
    const { build, begun, aborted } = waiting({ says: true });
    const server = build();
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    const call = await client.call('wait');
    await call.message();
    await begun.opened;
    await server.close({ graceMs: 10 });
    expect(await aborted.opened).toMatchObject({ code: 'closed' });
    expect(await call.rest()).toMatchObject([{ id: 1, error: {} }]);
  });

  test('ends, in time, streams that were taken up again and questions that wait', async () => {
    const asked = gate<unknown>();
    const server = new McpServer({ name: 'q', version: '1' }).tool('ask', {}, async (_args, ctx) => {
      await ctx.elicit('Name?', z.object({})).catch((error: unknown) => {
        asked.open(error);
        throw error;
      });
      return 'x';
    });
    const { url } = await serving(server);
    const client = await OldClient.open(url, { capabilities: { elicitation: {} } });
    const call = await client.call('ask');
    await call.message();
    const again = await client.listen(call.lastEventId);
    const standing = await client.listen();
    await standing.event();
    const resumed = await client.listen(standing.lastEventId);
    await server.close({ graceMs: 10 });
    expect(await asked.opened).toMatchObject({ code: 'closed' });
    expect((await again.rest()).at(-1)).toMatchObject({ id: 1, error: {} });
    expect(await resumed.rest()).toEqual([]);
  });

  test('ends connections that follow what another process writes, which goes on', async () => {
    const { build, begun, go } = waiting({ says: true });
    const [a, b, , other] = await twice(build);
    const client = await OldClient.open(a);
    const call = await client.call('wait');
    await call.message();
    await begun.opened;
    const there = await client.at(b).listen(call.lastEventId);
    await other.close();
    expect(await there.rest()).toEqual([]);
    const back = await client.listen(there.lastEventId);
    go.open();
    expect(textOf((await back.rest()).at(-1))).toBe('done, not aborted');
  });

  test('of serve() ends what it serves, in time, though handlers do not listen', async () => {
    const { build, begun } = waiting({ says: true, obeys: false });
    const server = build();
    const { url, close } = await serve(server);
    const client = await OldClient.open(url);
    const standing = await client.listen();
    const call = await client.call('wait');
    await call.message();
    await begun.opened;
    await close({ graceMs: 10 });
    expect(await standing.rest()).toEqual([]);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    await server.close({ graceMs: 0 });
  });

  test('by the client of a connection leaves no timers for it, though the call goes on', async () => {
    const { build, begun, go } = waiting({ says: true });
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { host, port } = new URL(url);
      const socket = await dial(Number(port));
      const headers = Object.entries({ ...client.headers(), host });
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } });
      socket.write(encodeRequest({ headers, body }));
      await begun.opened;
      const before = vi.getTimerCount();
      socket.destroy();
      await until(() => vi.getTimerCount() < before);
      expect(vi.getTimerCount()).toBe(before - 1);
    } finally {
      vi.useRealTimers();
    }
    go.open();
  });

  test('leaves no timers behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    try {
      const { build, begun, go } = waiting({ says: true });
      const server = build();
      const settings = { fetch: (url: string, init: RequestInit) => server.fetch(new Request(url, init)) };
      const client = await OldClient.open('http://localhost/mcp', settings);
      const standing = await client.listen();
      const call = await client.call('wait');
      await call.message();
      await begun.opened;
      go.open();
      await call.rest();
      const again = await client.listen(standing.lastEventId);
      expect(vi.getTimerCount()).toBeGreaterThan(0);
      await again.cut();
      await closing(server);
      await standing.rest();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

test('1,000 calls whose connections are cut at once keep nothing running', async () => {
  let running = 0;
  const go = gate();
  const server = new McpServer({ name: 'many', version: '1' }).tool('wait', {}, async (_args, ctx) => {
    running++;
    await ctx.log('info', 'begun');
    await go.opened;
    running--;
    return 'done';
  });
  const settings = { fetch: (url: string, init: RequestInit) => server.fetch(new Request(url, init)) };
  const client = await OldClient.open('http://localhost/mcp', settings);
  const calls = await Promise.all(Array.from({ length: 1000 }, () => client.call('wait')));
  await until(() => running === 1000);
  await Promise.all(calls.map((call) => call.cut()));
  expect(running).toBe(1000);
  go.open();
  await until(() => running === 0);
  await server.close({ graceMs: 1000 });
});
