import { describe, expect, test, vi } from 'vitest';
import { McpError, McpServer, type Context, type ServerOptions } from 'mcpwire/server';
import * as z from 'zod';
import { aborted, gate } from '../helpers/gate.js';
import { BlockReader, messagesOf } from '../helpers/sse.js';
import { ask, meta, modern, plain, toolCall } from '../helpers/wire.js';

type OnError = NonNullable<ServerOptions['onError']>;
const make = (options: ServerOptions = {}) => new McpServer({ name: 'm', version: '1' }, options);

describe('a method of your own', () => {
  test('receives the params without _meta; absent params are an empty object', async () => {
    const seen: unknown[] = [];
    const server = make().method('own', {}, (params) => {
      seen.push(params);
      return {};
    });
    await server.fetch(modern('own', { a: 1 }));
    await server.fetch(plain('own', { a: 1, _meta: { x: 1 } }));
    await server.fetch(plain('own'));
    expect(seen).toEqual([{ a: 1 }, { a: 1 }, {}]);
  });

  test('finds its _meta at ctx.meta', async () => {
    const server = make().method('own', {}, (_params, ctx) => ({ token: ctx.meta['x'] }));
    expect((await ask(server, modern('own', {}, { meta: { x: 'y' } }))).result['token']).toBe('y');
  });

  test('params that its schema refuses are -32602 with each path; the handler does not run', async () => {
    const handler = vi.fn<() => object>(() => ({}));
    const server = make().method('own', { params: z.object({ a: z.number(), b: z.string() }) }, handler);
    const answer = await ask(server, modern('own', { a: 'x' }));
    expect(answer).toMatchObject({
      status: 200,
      error: { code: -32602, message: expect.stringMatching(/- a: .*\n- b: /) as unknown },
    });
    expect(handler).not.toHaveBeenCalled();
    expect((await ask(server, modern('own', { a: 1, b: 'x' }))).status).toBe(200);
  });

  test('its handler receives what the schema yields, async schemas included', async () => {
    const schema = z.object({ a: z.string().transform(async (text) => Promise.resolve(Number(text))) });
    const server = make().method('own', { params: schema }, ({ a }) => ({ twice: a * 2 }));
    expect((await ask(server, modern('own', { a: '4' }))).result['twice']).toBe(8);
  });

  test('a result that its schema refuses is a masked internal error', async () => {
    const onError = vi.fn<OnError>();
    const server = make({ onError }).method('own', { result: z.object({ n: z.number() }) }, () => ({ n: 'secret' }));
    const answer = await ask(server, modern('own'));
    expect(answer).toMatchObject({
      status: 200,
      error: { code: -32603, message: expect.stringMatching(/^"own" failed \(error id [0-9a-z]{1,8}\)$/) as unknown },
    });
    expect(String(onError.mock.calls[0]?.[0])).toMatch(
      /Method "own" returned what does not fit its result schema:\n- n: /,
    );
  });

  test('a result goes out as its schema yields it', async () => {
    const server = make().method('own', { result: z.object({ n: z.number().default(3) }) }, () => ({ extra: 1 }));
    expect((await ask(server, plain('own'))).result).toEqual({ n: 3 });
  });

  test('nothing returned is an empty result; anything but an object is a masked error', async () => {
    const onError = vi.fn<OnError>();
    let value: unknown;
    const server = make({ onError }).method('own', {}, () => value);
    expect((await ask(server, plain('own'))).result).toEqual({});
    for (value of ['x', 1, null, [], true])
      expect(await ask(server, plain('own'))).toMatchObject({ status: 200, error: { code: -32603 } });
    expect(String(onError.mock.calls[0]?.[0])).toContain('must return an object');
  });

  test('ctx.error passes with its status, in either form of JSON-RPC', async () => {
    const server = make().method('own', {}, (_params, ctx) => {
      throw ctx.error(-32001, 'Invalid or expired session token', { status: 401 });
    });
    for (const request of [modern('own'), plain('own')]) {
      expect(await ask(server, request)).toMatchObject({
        status: 401,
        id: 1,
        error: { code: -32001, message: 'Invalid or expired session token' },
      });
    }
  });

  test('any other error is masked, an McpError of a downstream client included', async () => {
    const onError = vi.fn<OnError>();
    const error = new McpError('unauthorized', 'secret', { status: 401, rpcCode: -32001, data: 'secret' });
    const server = make({ onError }).method('own', {}, () => {
      throw error;
    });
    const answer = await ask(server, modern('own'));
    expect(answer).toMatchObject({ status: 200, error: { code: -32603 } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      error,
      expect.anything(),
      / \(error id ([0-9a-z]{1,8})\)$/.exec(answer.error.message)?.[1],
    );
  });

  test('a name that is taken or built in throws', () => {
    expect(() =>
      make()
        .method('own', {}, () => ({}))
        .method('own', {}, () => ({})),
    ).toThrow(/method "own" exists already/);
    expect(() => make().method('tools/call', {}, () => ({}))).toThrow(/method "tools\/call" exists already/);
  });

  test('what is no schema throws when it is registered', () => {
    const schema = { a: 1 } as never;
    expect(() => make().method('own', { params: schema }, () => ({}))).toThrow(
      /^method "own": params is not a Standard Schema, such as z\.object/,
    );
    expect(() => make().method('own', { result: schema }, () => ({}))).toThrow(
      /^method "own": result is not a Standard Schema, such as z\.object/,
    );
    expect(() => make().notification('own', { params: schema }, () => {})).toThrow(
      /^notification "own": params is not a Standard Schema, such as z\.object/,
    );
  });
});

describe('ctx.respond', () => {
  const job = (server: McpServer) =>
    server.method('job/run', {}, async (params, ctx) => {
      await ctx.respond({ status: 'started' });
      await ctx.notify('job/progress', { progress: 100 });
      await ctx.notify('job/completed', params);
      return { ignored: true };
    });

  test('answers now; notifications follow, then the stream ends', async () => {
    const response = await job(make()).fetch(plain('job/run', { job: 1 }, { id: 2 }));
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(messagesOf(await response.text())).toEqual([
      { jsonrpc: '2.0', id: 2, result: { status: 'started' } },
      { jsonrpc: '2.0', method: 'job/progress', params: { progress: 100 } },
      { jsonrpc: '2.0', method: 'job/completed', params: { job: 1 } },
    ]);
  });

  test('works in a method of your own for a peer of this revision, whose result has a resultType', async () => {
    const messages = messagesOf(await (await job(make()).fetch(modern('job/run'))).text());
    expect(messages[0]).toMatchObject({ id: 1, result: { resultType: 'complete', status: 'started' } });
    expect(messages).toHaveLength(3);
  });

  test('arrives before the handler is done', async () => {
    const release = gate();
    const server = make().method('slow', {}, async (_params, ctx) => {
      await ctx.respond({ now: true });
      await release.opened;
      await ctx.notify('later');
    });
    const reader = new BlockReader(await server.fetch(plain('slow')));
    expect(await reader.message()).toMatchObject({ result: { now: true } });
    release.open();
    expect(await reader.message()).toMatchObject({ method: 'later' });
    expect(await reader.next()).toBeUndefined();
  });

  test('in plain JSON-RPC works in tools/call, too', async () => {
    const server = make().use((next) => async (request, ctx) => {
      if (request.method !== 'tools/call') return next(request, ctx);
      await ctx.respond({ status: 'Job started. Awaiting progress...' });
      await ctx.notify('job/completed');
      return {};
    });
    server.tool('job/run', {}, async (_args, ctx) => {
      await ctx.respond({ status: 'started' });
    });
    const messages = messagesOf(await (await server.fetch(plain('tools/call', { name: 'job/run' }))).text());
    expect(messages).toEqual([
      { jsonrpc: '2.0', id: 1, result: { status: 'Job started. Awaiting progress...' } },
      { jsonrpc: '2.0', method: 'job/completed' },
    ]);
    const direct = make().tool('job/run', {}, async (_args, ctx) => {
      await ctx.respond({ status: 'started' });
      await ctx.notify('job/completed');
    });
    expect(messagesOf(await (await direct.fetch(plain('tools/call', { name: 'job/run' }))).text())).toMatchObject([
      { result: { status: 'started' } },
      { method: 'job/completed' },
    ]);
  });

  test('in a built-in method throws for a peer of this revision, and the call goes on', async () => {
    const server = make().tool('t', {}, async (_args, ctx) => {
      await expect(ctx.respond({})).rejects.toMatchObject({
        code: 'invalid_request',
        message: 'ctx.respond: answered already, or a built-in method: return the result',
      });
      return 'answered once';
    });
    expect((await ask(server, toolCall('t'))).result.content[0]?.text).toBe('answered once');
  });

  test('throws on a second call', async () => {
    const server = make().method('twice', {}, async (_params, ctx) => {
      await ctx.respond({ n: 1 });
      await expect(ctx.respond({ n: 2 })).rejects.toMatchObject({
        code: 'invalid_request',
        message: expect.stringMatching(/^ctx\.respond: answered already/) as unknown,
      });
    });
    expect(messagesOf(await (await server.fetch(plain('twice'))).text())).toEqual([
      { jsonrpc: '2.0', id: 1, result: { n: 1 } },
    ]);
  });

  test('with a result that JSON cannot carry fails, and the request is answered with an error', async () => {
    const onError = vi.fn<() => void>();
    const server = make({ onError }).method('big', {}, async (_params, ctx) => {
      await ctx.respond({ n: 1n });
    });
    expect(await ask(server, modern('big'))).toMatchObject({ id: 1, error: { code: -32603 } });
    expect(onError).toHaveBeenCalledOnce();
  });

  test.each([
    ['an error', () => new Error('late')],
    ['an error for the caller', (ctx: Context) => ctx.error(1, 'late')],
  ])('%s after the answer is told to onError, and the stream ends', async (_what, error) => {
    const onError = vi.fn<() => void>();
    const server = make({ onError }).method('own', {}, async (_params, ctx) => {
      await ctx.respond({});
      throw error(ctx);
    });
    expect(messagesOf(await (await server.fetch(plain('own'))).text())).toEqual([
      { jsonrpc: '2.0', id: 1, result: {} },
    ]);
    expect(onError).toHaveBeenCalledOnce();
  });

  test('a caller that accepts JSON only gets the answer as JSON, at once', async () => {
    const response = await job(make()).fetch(plain('job/run', {}, { headers: { accept: 'application/json' } }));
    expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, result: { status: 'started' } });
  });

  test('a caller that leaves afterwards aborts ctx.signal as before', async () => {
    const left = gate<unknown>();
    const server = make().method('own', {}, async (_params, ctx) => {
      await ctx.respond({});
      left.open(await aborted(ctx.signal));
    });
    const reader = new BlockReader(
      await server.fetch(
        plain('own', { _meta: meta() }, { headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'own' } }),
      ),
    );
    await reader.next();
    await reader.leave();
    expect(await left.opened).toMatchObject({ code: 'aborted' });
  });
});
