/** What a tool that asks for input sees, and what it leaves to its caller and its operator. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { serve } from 'mcpwire/node';
import { McpServer, ToolError, type Context, type Middleware, type ServerOptions } from 'mcpwire/server';
import * as z from 'zod';
import type { Json } from '../helpers/wire.ts';
import { accept, converse, keysOf, retryOf, SECRET, send, type Answers, type Reply } from './input-support.ts';

const consent = z.object({ ok: z.boolean() });
const call = { name: 't', arguments: {} };
type Handler = (ctx: Context) => unknown;

/** A server with one tool that returns JSON. */
function serverOf(handler: Handler, options: ServerOptions = {}): McpServer<unknown> {
  return new McpServer({ name: 's', version: '1' }, { secret: SECRET, ...options }).tool(
    't',
    { outputSchema: z.unknown() },
    async (_args, ctx) => (await handler(ctx)) ?? null,
  );
}

const yes: Answers = () => accept({ ok: true });
const valueOf = (reply: Reply | undefined): unknown => reply?.result['structuredContent'];
const answerTo = async (handler: Handler, answers = yes): Promise<unknown> =>
  valueOf((await converse(serverOf(handler), 'tools/call', call, answers)).at(-1));

afterEach(() => {
  vi.restoreAllMocks();
});

describe('ctx.elicit', () => {
  test('yields what the schema makes of the answer', async () => {
    const schema = z.object({
      name: z.string().transform((name) => name.length),
      color: z.enum(['red', 'green']).default('red'),
    });
    const value = await answerTo(
      (ctx) => ctx.elicit('who?', schema),
      () => accept({ name: 'Ann' }),
    );
    expect(value).toEqual({ action: 'accept', content: { name: 3, color: 'red' } });
  });

  test('of several at once asks them in one round', async () => {
    const server = serverOf((ctx) =>
      Promise.all([ctx.elicit('a?', consent), ctx.elicit('b?', consent), ctx.elicit('a?', consent)]),
    );
    const replies = await converse(server, 'tools/call', call, yes);
    expect(replies.map((reply) => keysOf(reply).length)).toEqual([3, 0]);
    expect(valueOf(replies[1])).toHaveLength(3);
  });

  // spec: client/elicitation#requested-schema
  test('with a schema that fits no form fails the call, and tells the operator what does not fit', async () => {
    const onError = vi.fn<(error: unknown) => void>();
    const server = serverOf((ctx) => ctx.elicit('who?', z.object({ a: z.object({}) })), { onError });
    expect((await send(server, 'tools/call', call)).result['isError']).toBe(true);
    expect(String(onError.mock.calls[0]?.[0])).toMatch(/ctx\.elicit: property "a" is an object/);
  });
});

describe('ctx.elicitUrl', () => {
  // spec: client/elicitation#url-mode-elicitation-requests.1 client/elicitation#elicitation-requests.1
  test('asks to open a page, in URL mode', async () => {
    const server = serverOf((ctx) => ctx.elicitUrl('Sign in', new URL('https://example.com/in?x=1'), { key: 'in' }));
    const replies = await converse(server, 'tools/call', call, () => ({ action: 'accept' }));
    expect(replies[0]?.result.inputRequests).toEqual({
      in: {
        method: 'elicitation/create',
        params: { mode: 'url', message: 'Sign in', url: 'https://example.com/in?x=1' },
      },
    });
    expect(valueOf(replies[1])).toMatchObject({ action: 'accept' });
  });

  // spec: client/elicitation#url-mode-elicitation-requests
  test('asks until it is done, and not at all when it is', async () => {
    let done = false;
    const server = serverOf((ctx) => ctx.elicitUrl('Pay', 'https://example.com/', { done: () => done }));
    const consented: Answers = () => ({ action: 'accept' });
    const first = await send(server, 'tools/call', call);
    const second = await send(server, 'tools/call', { ...call, ...retryOf(first, consented) });
    expect(keysOf(second)).toEqual(keysOf(first));
    done = true;
    const third = await send(server, 'tools/call', { ...call, ...retryOf(second, consented) });
    expect(valueOf(third)).toMatchObject({ action: 'accept' });
    expect(valueOf(await send(server, 'tools/call', call))).toMatchObject({ action: 'accept' });
  });

  // spec: client/elicitation#url-mode-elicitation-requests.2 client/elicitation#safe-url-handling.5
  test.each(['javascript:alert(1)', 'not a url', 'https://user:pass@example.com/'])('never sends %j', async (url) => {
    const server = serverOf((ctx) => ctx.elicitUrl('Open', url), { onError: () => {} });
    const { result } = await send(server, 'tools/call', call);
    expect(result).toMatchObject({ resultType: 'complete', isError: true });
    expect(JSON.stringify(result)).not.toContain('example.com');
  });

  // spec: client/elicitation#capabilities.3
  test('does not ask a client that has forms only', async () => {
    const server = serverOf((ctx) => ctx.elicitUrl('Open', 'https://example.com/'));
    const { error } = await send(server, 'tools/call', call, { capabilities: { elicitation: {} } });
    expect([error.code, error.data]).toEqual([-32021, { requiredCapabilities: { elicitation: { url: {} } } }]);
  });
});

describe('ctx.sample and ctx.roots', () => {
  const params = {
    messages: [{ role: 'user', content: { type: 'text', text: 'Capital of France?' } }],
    maxTokens: 9,
  } as const;

  // spec: client/sampling#creating-messages
  // spec: client/roots#listing-roots
  test('ask what the revision has for them', async () => {
    const server = serverOf(async (ctx) => [
      await Promise.all([ctx.sample(params, { key: 'm' }), ctx.roots({ key: 'r' })]),
    ]);
    const said: Record<string, Json> = {
      m: { role: 'assistant', model: 'x', content: { type: 'text', text: 'Paris' }, stopReason: 'endTurn' },
      r: { roots: [{ uri: 'file:///home', name: 'home' }] },
    };
    const replies = await converse(server, 'tools/call', call, (key) => said[key]);
    expect(replies[0]?.result.inputRequests).toEqual({
      m: { method: 'sampling/createMessage', params },
      r: { method: 'roots/list' },
    });
    expect(valueOf(replies[1])).toEqual([[said['m'], [{ uri: 'file:///home', name: 'home' }]]]);
  });

  // spec: client/sampling#tools-in-sampling.2
  test('no tools are sent to a client that does not take them', async () => {
    const server = serverOf((ctx) => ctx.sample({ ...params, tools: [] }));
    const { error } = await send(server, 'tools/call', call, { capabilities: { sampling: {} } });
    expect(error.data).toEqual({ requiredCapabilities: { sampling: { tools: {} } } });
  });
});

describe('a handler that runs again', () => {
  test('does once what is in ctx.once', async () => {
    const create = vi.fn<() => number>(() => 7);
    const value = await answerTo(async (ctx) => {
      const id = await ctx.once('create', create);
      await ctx.elicit('a?', consent);
      await ctx.elicit('b?', consent);
      return id;
    });
    expect([value, create.mock.calls.length]).toEqual([7, 1]);
  });

  test('tells its progress once', async () => {
    const server = serverOf(async (ctx) => {
      await ctx.progress(1, 3);
      await ctx.elicit('a?', consent);
      await ctx.progress(2, 3);
      await ctx.elicit('b?', consent);
      await ctx.progress(3, 3);
    });
    const options = { meta: { progressToken: 'p' } };
    const replies = await converse(server, 'tools/call', call, yes, options);
    expect(replies.map(({ notifications }) => notifications.map(({ params }) => (params as Json)['progress']))).toEqual(
      [[1], [2], [3]],
    );
    // What was sent first makes a stream, which ends with the questions.
    expect(replies.map(({ type }) => type)).toEqual(Array.from({ length: 3 }, () => 'text/event-stream'));
  });

  test('is told to stop by ctx.signal when its round is over', async () => {
    const stopped = vi.fn<(aborted: boolean) => void>();
    const server = serverOf(async (ctx) => {
      const { signal } = ctx;
      signal.addEventListener('abort', () => stopped(signal.aborted));
      await Promise.all([ctx.elicit('a?', consent), new Promise(() => {})]);
    });
    expect((await send(server, 'tools/call', call)).result.resultType).toBe('input_required');
    await vi.waitFor(() => expect(stopped).toHaveBeenCalledExactlyOnceWith(true));
  });

  test.each<[string, Handler]>([
    ['lets the error pass', (ctx) => ctx.elicit('a?', consent)],
    ['swallows it', (ctx) => ctx.elicit('a?', consent).catch(() => 'never mind')],
    ['wraps it', (ctx) => ctx.elicit('a?', consent).catch((cause) => Promise.reject(new Error('no', { cause })))],
    ['returns nonsense in its place', (ctx) => ctx.elicit('a?', consent).catch(() => 1n)],
    ['tells the model', (ctx) => ctx.elicit('a?', consent).catch(() => Promise.reject(new ToolError('no')))],
  ])('is no failure for the operator when it %s', async (_what, handler) => {
    const onError = vi.fn<() => void>();
    const { result } = await send(serverOf(handler, { onError }), 'tools/call', call);
    expect(result.resultType).toBe('input_required');
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(onError).not.toHaveBeenCalled();
  });

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow basic#meta.11
  test('may find that the client cannot answer after it has told something: an error at the end of the stream', async () => {
    const server = serverOf(async (ctx) => {
      await ctx.progress(1);
      await ctx.elicit('a?', consent);
    });
    const reply = await send(server, 'tools/call', call, { capabilities: {}, meta: { progressToken: 1 } });
    expect([reply.status, reply.type, reply.notifications.length]).toEqual([200, 'text/event-stream', 1]);
    expect(reply.error.code).toBe(-32021);
  });
});

describe('without a secret', () => {
  const asks: Handler = (ctx) => ctx.elicit('a?', consent);

  test('the first question warns, and only this process goes on', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const server = serverOf(asks, { secret: undefined as never });
    const replies = await converse(server, 'tools/call', call, yes);
    expect(replies.at(-1)?.result.resultType).toBe('complete');
    await converse(server, 'tools/call', call, yes);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]?.[0])).toMatch(/"secret"/);
    const first = await send(server, 'tools/call', call);
    const elsewhere = serverOf(asks, { secret: undefined as never });
    expect((await send(elsewhere, 'tools/call', { ...call, ...retryOf(first, yes) })).error.code).toBe(-32602);
  });

  test('serve() does not warn: it is one process', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const server = serverOf(asks, { secret: undefined as never });
    const running = await serve(server);
    await send(server, 'tools/call', call);
    expect(warn).not.toHaveBeenCalled();
    await running.close();
  });

  test('questions in the explicit form need none, and nobody is warned', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { inputRequired } = await import('mcpwire/server');
    const server = new McpServer({ name: 's', version: '1' }).tool('t', {}, (_args, { inputResponses }) =>
      inputResponses === undefined
        ? inputRequired({ inputRequests: { r: { method: 'roots/list' } } })
        : JSON.stringify(inputResponses),
    );
    const replies = await converse(
      () => server,
      'tools/call',
      call,
      () => ({ roots: [] }),
    );
    expect(replies[1]?.result['content']).toEqual([{ type: 'text', text: '{"r":{"roots":[]}}' }]);
    expect(warn).not.toHaveBeenCalled();
  });
});

test('a secret that is too short is refused before the first question', () => {
  expect(() => new McpServer({ name: 's', version: '1' }, { secret: 'short' })).toThrow(/secret must be 16/);
});

test('questions that a handler asked and did not await are nobody’s unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listen);
  try {
    const server = serverOf(async (ctx) => {
      const asked = [ctx.elicit('a?', consent), ctx.elicitUrl('b', 'https://example.com/'), ctx.roots()];
      const done = ctx.once('o', () => 1);
      const all: unknown[] = [];
      for (const one of [...asked, done]) all.push(await one);
      return all.length;
    });
    const first = await send(server, 'tools/call', call);
    expect(keysOf(first)).toHaveLength(3);
    await new Promise((resolve) => setTimeout(resolve, 5));
  } finally {
    process.off('unhandledRejection', listen);
  }
  expect(unhandled).toEqual([]);
});

test('middleware sees the questions as a result like any other', async () => {
  const seen: unknown[] = [];
  const server = serverOf((ctx) => ctx.elicit('a?', consent)).use((next) => async (request, ctx) => {
    const result = await next(request, ctx);
    seen.push(result['resultType'] ?? 'a result');
    return result;
  });
  await converse(server, 'tools/call', call, yes);
  expect(seen).toEqual(['input_required', 'a result']);
});

// spec: basic/patterns/mrtr#server-requirements-basic-workflow
test('a client that never comes back leaves nothing behind', async () => {
  const server = serverOf(async (ctx) => {
    await Promise.all([ctx.elicit('a?', consent), new Promise(() => {})]);
  });
  for (let count = 0; count < 50; count++) await send(server, 'tools/call', call);
  const closing = server.close({ graceMs: 60_000 });
  await closing;
  const refused = await server.fetch(new Request('http://localhost/mcp', { method: 'POST' }));
  expect(refused.ok).toBe(false);
});

test('a question in ctx.once fails at once, and tells the operator why', async () => {
  const onError = vi.fn<(error: unknown) => void>();
  const server = serverOf((ctx) => ctx.once('k', async () => (await ctx.elicit('ok?', consent)).action), { onError });
  expect((await send(server, 'tools/call', call)).result['isError']).toBe(true);
  expect(String(onError.mock.calls[0]?.[0])).toMatch(/ctx\.once must not ask/);
});

describe('middleware', () => {
  const twice: Middleware = (next) => async (request, ctx) => {
    try {
      return await next(request, ctx);
    } catch {
      return next(request, ctx);
    }
  };

  test('may run a tool again that asked before it failed', async () => {
    const flaky = vi.fn<() => void>().mockImplementationOnce(() => {
      throw new Error('once');
    });
    const server = serverOf(async (ctx) => {
      const made = await ctx.once('k', () => 1);
      const { action } = await ctx.elicit('ok?', consent);
      try {
        flaky();
      } catch (error) {
        throw ctx.error(1, String(error));
      }
      return [made, action];
    }).use(twice);
    expect(valueOf((await converse(server, 'tools/call', call, yes)).at(-1))).toEqual([1, 'accept']);
  });

  test('may run a tool again that failed before it asked', async () => {
    let runs = 0;
    const server = serverOf(async (ctx) => {
      const made = await ctx.once('k', () => 1);
      if (runs++ === 0) throw ctx.error(1, 'flaky');
      return [made, (await ctx.elicit('ok?', consent)).action];
    }).use(twice);
    expect(valueOf((await converse(server, 'tools/call', call, yes)).at(-1))).toEqual([1, 'accept']);
  });

  test('that uses ctx.once before a tool leaves the tool’s questions alone', async () => {
    const server = serverOf(async (ctx) => (await ctx.elicit('ok?', consent)).action).use(
      (next) => async (request, ctx) => {
        await ctx.once('log', () => 'logged');
        return next(request, ctx);
      },
    );
    expect(valueOf((await converse(server, 'tools/call', call, yes)).at(-1))).toBe('accept');
    const quiet = serverOf(() => 'done').use((next) => async (request, ctx) => {
      await ctx.once('log', () => 'logged');
      return next(request, ctx);
    });
    expect(valueOf(await send(quiet, 'tools/call', call))).toBe('done');
  });
});
