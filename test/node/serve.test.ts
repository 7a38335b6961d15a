import { createServer } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { serve, toNodeListener, type RunningServer } from 'mcpwire/node';
import { isMcpError, McpServer, type Context } from 'mcpwire/server';
import { listen } from '../helpers/adapters.js';
import { aborted, gate, settle } from '../helpers/gate.js';
import { send, type RawRequest } from '../helpers/raw-http.js';
import { BlockReader } from '../helpers/sse.js';
import { answerOf, headersOf, rpc, toolCall, type Answer } from '../helpers/wire.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

let running: RunningServer | undefined;
afterEach(async () => {
  await running?.close({ graceMs: 0 });
  running = undefined;
});

const contexts: Context[] = [];
const make = () =>
  new McpServer({ name: 'n', version: '1' })
    .tool('echo', {}, (_args, ctx) =>
      JSON.stringify([ctx.http?.url, ctx.http?.headers.get('x-trace'), ctx.auth, ctx.platform]),
    )
    .tool('wait', {}, async (_args, ctx) => {
      contexts.push(ctx);
      await ctx.notify('begin');
      await aborted(ctx.signal);
      return 'aborted';
    });
const call = (name: string, url: string, init: { headers?: Record<string, string>; signal?: AbortSignal } = {}) =>
  fetch(toolCall(name, {}, { url, ...init }));

describe('serve', () => {
  // spec: basic/transports/streamable-http#top.1 basic/transports/streamable-http#security--endpoint.3
  test('TR2: listens on 127.0.0.1, on a free port, at /mcp', async () => {
    running = await serve(make());
    expect(running.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    expect(await answerOf(await call('echo', running.url))).toMatchObject({ id: 1 });
  });

  test('two servers get two ports', async () => {
    running = await serve(make());
    const other = await serve(make());
    expect(other.url).not.toBe(running.url);
    await other.close();
    await call('echo', running.url);
  });

  test('serves its path with and without a query; others are 404, without an MCP answer', async () => {
    running = await serve(make(), { path: '/custom' });
    const { url } = running;
    expect(url).toMatch(/\/custom$/);
    expect((await call('echo', `${url}?a=/other`)).status).toBe(200);
    for (const path of ['/', '/mcp', '/custom/', '/custom/x', '/customs', '/CUSTOM', '/%63ustom', '//custom']) {
      const answer = await send(Number(new URL(url).port), {
        target: path,
        headers: [['Content-Type', 'application/json']],
        body: '{}',
      });
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.text).not.toContain('jsonrpc');
    }
  });

  test('a port in use is a typed error that names it', async () => {
    running = await serve(make());
    const port = Number(new URL(running.url).port);
    await expect(serve(make(), { port })).rejects.toSatisfy(
      (error) =>
        isMcpError(error) &&
        error.code === 'connection_failed' &&
        error.message.includes(`127.0.0.1:${port}`) &&
        error.cause instanceof Error,
    );
  });

  test('a host that is no address is a typed error', async () => {
    await expect(serve(make(), { host: '256.256.256.256' })).rejects.toMatchObject({ code: 'connection_failed' });
  });

  test('an aborted signal prevents it, and one that aborts closes it', async () => {
    await expect(serve(make(), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
    const controller = new AbortController();
    const { url, close } = await serve(make(), { signal: controller.signal });
    await call('echo', url);
    controller.abort();
    await close();
    await expect(fetch(url)).rejects.toThrow(/fetch failed/);
  });

  test('ctx.http is the request; nothing of it is an identity', async () => {
    running = await serve(make());
    const answer = await answerOf(
      await call('echo', `${running.url}?q=1`, { headers: { 'x-trace': 't', authorization: 'Bearer x' } }),
    );
    expect(JSON.parse(answer.result.content[0]!.text)).toEqual([`${running.url}?q=1`, 't', null, null]);
  });

  test('messages arrive as they are sent, and a caller that leaves aborts ctx.signal', async () => {
    running = await serve(make());
    contexts.length = 0;
    const caller = new AbortController();
    const reader = new BlockReader(await call('wait', running.url, { signal: caller.signal }));
    expect(await reader.message()).toEqual({ jsonrpc: '2.0', method: 'begin' });
    caller.abort();
    expect(await aborted(contexts[0]!.signal)).toMatchObject({ code: 'aborted' });
  });
});

describe('close', () => {
  test('with streams open: handlers get their grace, then their signal, and their last words still arrive', async () => {
    running = await serve(make());
    contexts.length = 0;
    const readers = await Promise.all(
      Array.from({ length: 20 }, async () => new BlockReader(await call('wait', running!.url))),
    );
    for (const reader of readers) await reader.message();
    const closing = running.close({ graceMs: 1 });
    for (const reader of readers) {
      expect(await reader.message()).toMatchObject({ id: 1, result: { content: [{ text: 'aborted' }] } });
      expect(await reader.message()).toBeUndefined();
    }
    await closing;
    expect(contexts.map(({ signal }) => (signal.reason as { code: string }).code)).toEqual(
      Array<string>(20).fill('closed'),
    );
    await expect(fetch(running.url)).rejects.toThrow(/fetch failed/);
  });

  test('with idle keep-alive connections does not wait for them', async () => {
    running = await serve(make());
    for (let round = 0; round < 3; round++) await (await call('echo', running.url)).text();
    await expect(running.close({ graceMs: 1_000_000 })).resolves.toBeUndefined();
  });

  test('with a client that never reads, and handlers that ignore their signal, ends all the same', async () => {
    const release = gate();
    const stubborn = new McpServer({ name: 'n', version: '1' }).tool('stubborn', {}, async (_args, ctx) => {
      void ctx.notify('x', { padding: 'x'.repeat(1_000_000) });
      await release.opened;
      return 'x';
    });
    const server = await serve(stubborn);
    const response = await call('stubborn', server.url);
    await server.close({ graceMs: 1 });
    release.open();
    await expect(response.text()).rejects.toThrow(/terminated/);
  });

  test('may be called twice', async () => {
    running = await serve(make());
    await expect(Promise.all([running.close(), running.close()])).resolves.toHaveLength(2);
    await expect(running.close()).resolves.toBeUndefined();
  });
});

describe('toNodeListener', () => {
  const message = rpc('tools/call', { name: 'echo' });
  const request: RawRequest = { headers: Object.entries(headersOf(message)), body: JSON.stringify(message) };

  test('answers on any path: where it is mounted decides', async () => {
    const { port, close } = await listen(createServer(toNodeListener(make())));
    for (const target of ['/', '/mcp', '/a/b?c']) expect((await send(port, { ...request, target })).status).toBe(200);
    await close();
  });

  test('a body that was read before is refused, the operator hears the cure, and nothing hangs', async () => {
    const heard: unknown[] = [];
    const server = new McpServer({ name: 'n', version: '1' }, { onError: (error) => heard.push(error) }).tool(
      'echo',
      {},
      () => 'x',
    );
    const listener = toNodeListener(server);
    for (const body of [{ parsed: true }, undefined]) {
      const { port, close } = await listen(
        createServer((incoming, response) => {
          incoming
            .resume()
            .on('end', () => listener(Object.assign(incoming, body === undefined ? {} : { body }), response));
        }),
      );
      const answer = await send(port, request);
      expect(answer.status).toBe(500);
      expect((JSON.parse(answer.text) as Answer).error.code).toBe(-32603);
      expect(String(heard.pop())).toContain('trustParsedBody');
      await close();
    }
  });

  test('a body that a middleware left unread is read, however late', async () => {
    const listener = toNodeListener(make());
    const { port, close } = await listen(
      createServer((incoming, response) => {
        // Some parsers put an empty body on requests that they do not parse.
        Object.assign(incoming, { body: {} });
        void settle(20).then(() => listener(incoming, response));
      }),
    );
    expect((await send(port, request)).status).toBe(200);
    await close();
  });

  test('a parsed body that JSON cannot carry is masked and told to onError; the listener does not throw', async () => {
    const onError = vi.fn<() => void>();
    const listener = toNodeListener(new McpServer({ name: 'n', version: '1' }, { onError }), { trustParsedBody: true });
    const thrown = vi.fn<(error: unknown) => void>();
    const { port, close } = await listen(
      createServer((incoming, response) => {
        try {
          listener(Object.assign(incoming, { body: { n: 1n } }), response);
        } catch (error) {
          thrown(error);
          response.end();
        }
      }),
    );
    const { status } = await send(port, request);
    expect(thrown).not.toHaveBeenCalled();
    expect(status).toBe(500);
    expect(onError).toHaveBeenCalledOnce();
    await close();
  });

  test('trustParsedBody takes text, bytes and objects, and still checks what the message says', async () => {
    const listener = toNodeListener(make(), { trustParsedBody: true });
    const bodies: [unknown, number][] = [
      [message, 200],
      [JSON.stringify(message), 200],
      [Buffer.from(JSON.stringify(message)), 200],
      [[message], 400],
      [{ ...message, id: null }, 400],
      ['{"jsonrpc":"2.0","id":1,"id":2}', 400],
      ['{', 400],
      [null, 400],
    ];
    for (const [body, status] of bodies) {
      const { port, close } = await listen(
        createServer((incoming, response) =>
          incoming.resume().on('end', () => listener(Object.assign(incoming, { body }), response)),
        ),
      );
      expect([body, (await send(port, request)).status]).toEqual([body, status]);
      await close();
    }
  });

  test('answers of characters beyond ASCII carry their length in bytes', async () => {
    const { port, close } = await listen(createServer(toNodeListener(new McpServer({ name: 'ü€😀', version: '1' }))));
    const body = rpc('server/discover');
    const answer = await send(port, { headers: Object.entries(headersOf(body)), body: JSON.stringify(body) });
    expect(Number(answer.headers.get('content-length'))).toBe(Buffer.byteLength(answer.text));
    expect(answer.text).toContain('ü€😀');
    await close();
  });

  test(
    'A6: 1,000 parallel calls over sockets that all use id 1 get their own answers',
    { timeout: 30_000 },
    async () => {
      const server = new McpServer({ name: 'n', version: '1' }).tool('echo', {}, async (_args, ctx) => {
        const secret = ctx.http!.headers.get('x-secret')!;
        if (secret.endsWith('0')) await ctx.notify('x', { secret });
        await settle(1);
        return secret;
      });
      running = await serve(server);
      const port = Number(new URL(running.url).port);
      await Promise.all(
        Array.from({ length: 1_000 }, async (_, index) => {
          const secret = `secret-${index}`;
          const { text } = await send(port, { ...request, headers: [...request.headers!, ['X-Secret', secret]] });
          expect([...new Set(text.match(/secret-\d+/g))]).toEqual([secret]);
        }),
      );
    },
  );
});
