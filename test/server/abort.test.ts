import { afterEach, describe, expect, test, vi } from 'vitest';
import { isMcpError, McpServer, type Context, type ServerOptions } from 'mcpwire/server';
import { aborted, gate, settle, until } from '../helpers/gate.js';
import { BlockReader, messagesOf } from '../helpers/sse.js';
import { plain, toolCall } from '../helpers/wire.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

afterEach(() => void vi.useRealTimers());

/** A server whose one tool shows its context and then waits for the test. */
const make = (options: ServerOptions = {}) => {
  const contexts: Context[] = [];
  const release = gate<string>();
  const server = new McpServer({ name: 'a', version: '1' }, options)
    .tool('silent', {}, (_args, ctx) => {
      contexts.push(ctx);
      return release.opened;
    })
    .tool('watching', {}, (_args, ctx) => {
      contexts.push(ctx);
      void ctx.signal;
      return release.opened;
    })
    .tool('streaming', {}, async (_args, ctx) => {
      contexts.push(ctx);
      await ctx.notify('begin');
      return release.opened;
    });
  return { server, contexts, release };
};

// streamable-http#cancellation
describe('TR6: a caller that goes away', () => {
  // spec: basic/patterns/cancellation#transport-specific-cancellation.1
  // spec: basic/transports/streamable-http#cancellation.1 basic/transports/streamable-http#cancellation.2
  test('by closing the stream aborts ctx.signal at once, with a typed reason', async () => {
    const { server, contexts } = make();
    const reader = new BlockReader(await server.fetch(toolCall('streaming')));
    await reader.next();
    const { signal } = contexts[0]!;
    expect(signal.aborted).toBe(false);
    await reader.leave();
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toSatisfy((reason) => isMcpError(reason) && reason.code === 'aborted');
  });

  test.each(['silent', 'watching', 'streaming'])(
    'by aborting its request aborts ctx.signal at once (%s)',
    async (tool) => {
      const { server, contexts } = make();
      const caller = new AbortController();
      void server.fetch(toolCall(tool, {}, { signal: caller.signal }));
      await until(() => contexts.length === 1);
      await settle();
      caller.abort();
      expect(contexts[0]!.signal.aborted).toBe(true);
      expect(contexts[0]!.signal.reason).toMatchObject({ code: 'aborted' });
    },
  );

  test('before its handler looked at ctx.signal finds it aborted', async () => {
    const { server, contexts } = make();
    const caller = new AbortController();
    void server.fetch(toolCall('silent', {}, { signal: caller.signal }));
    await until(() => contexts.length === 1);
    caller.abort();
    await settle();
    expect(contexts[0]!.signal.aborted).toBe(true);
  });

  // spec: basic/transports/streamable-http#cancellation.3
  test('is sent nothing further: sends resolve, and reading ends', async () => {
    const { server, contexts, release } = make();
    const caller = new AbortController();
    const response = await server.fetch(toolCall('streaming', {}, { signal: caller.signal }));
    caller.abort();
    await expect(contexts[0]!.notify('late')).resolves.toBeUndefined();
    await expect(contexts[0]!.progress(1)).resolves.toBeUndefined();
    release.open('late');
    await settle();
    // Closed, not errored: some runtimes log a stack trace for a body that errors.
    expect(messagesOf(await response.text())).toEqual([{ jsonrpc: '2.0', method: 'begin' }]);
  });

  test.each(['silent', 'watching', 'streaming'])(
    'is not reported: what fails afterwards had nobody to tell (%s)',
    async (tool) => {
      const onError = vi.fn<() => void>();
      const failing = gate<never>();
      const contexts: Context[] = [];
      const broken = new McpServer({ name: 'x', version: '1' }, { onError }).tool(tool, {}, async (_args, ctx) => {
        contexts.push(ctx);
        if (tool === 'watching') void ctx.signal;
        if (tool === 'streaming') await ctx.notify('begin');
        await failing.opened;
        throw new Error('database connection lost');
      });
      const caller = new AbortController();
      void broken.fetch(toolCall(tool, {}, { signal: caller.signal }));
      await until(() => contexts.length === 1);
      await settle();
      caller.abort();
      failing.open(undefined as never);
      await settle();
      expect(onError).not.toHaveBeenCalled();
    },
  );

  test('leaves no timer behind', async () => {
    vi.useFakeTimers();
    const { server } = make();
    const reader = new BlockReader(await server.fetch(toolCall('streaming')));
    await reader.next();
    expect(vi.getTimerCount()).toBe(1);
    await reader.leave();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('in silence leaves no timer behind once its silence is over', async () => {
    vi.useFakeTimers();
    const { server, contexts } = make();
    const caller = new AbortController();
    void server.fetch(toolCall('silent', {}, { signal: caller.signal }));
    await vi.waitUntil(() => contexts.length === 1);
    caller.abort();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(contexts[0]!.signal.aborted).toBe(true);
  });
});

describe('1,000 callers that go away in the same tick', () => {
  test('all abort their ctx.signal, and leave no timer and no running request', async () => {
    vi.useFakeTimers();
    let handlers = 0;
    let aborts = 0;
    const server = new McpServer({ name: 'a', version: '1' }).tool('wait', {}, async (_args, ctx) => {
      handlers++;
      await ctx.notify('begin');
      await aborted(ctx.signal);
      aborts++;
      return 'late';
    });
    const readers = await Promise.all(
      Array.from({ length: 1_000 }, async () => new BlockReader(await server.fetch(toolCall('wait')))),
    );
    expect(handlers).toBe(1_000);
    for (const reader of readers) void reader.leave();
    await vi.advanceTimersByTimeAsync(0);
    expect(aborts).toBe(1_000);
    expect(vi.getTimerCount()).toBe(0);
    // With nothing running there is nothing to wait for.
    await server.close({ graceMs: 1_000_000 });
  });

  test('half of them by cancelling, half by aborting, before and after their streams opened', async () => {
    let aborts = 0;
    let running = 0;
    const server = new McpServer({ name: 'a', version: '1' }).tool('wait', {}, async (_args, ctx) => {
      running++;
      if (running % 2 === 0) await ctx.notify('begin');
      await aborted(ctx.signal);
      aborts++;
      return 'late';
    });
    const callers = Array.from({ length: 1_000 }, () => new AbortController());
    for (const caller of callers) server.fetch(toolCall('wait', {}, { signal: caller.signal })).catch(() => {});
    await until(() => running === 1_000);
    for (const caller of callers) caller.abort();
    await until(() => aborts === 1_000);
    await expect(server.close({ graceMs: 1_000_000 })).resolves.toBeUndefined();
  });
});

test.each(['watching', 'streaming'])(
  'the promise of a caller who left settles, whenever that was (%s)',
  async (tool) => {
    const { server, contexts } = make();
    const caller = new AbortController();
    const pending = server.fetch(toolCall(tool, {}, { signal: caller.signal }));
    await until(() => contexts.length === 1);
    caller.abort();
    await expect(pending).resolves.toBeInstanceOf(Response);

    const early = new AbortController();
    const request = toolCall(tool, {}, { signal: early.signal });
    early.abort();
    await expect(server.fetch(request)).resolves.toBeInstanceOf(Response);
  },
);

test('the end of a call does not abort its signal', async () => {
  const { server, contexts, release } = make();
  const pending = server.fetch(toolCall('watching'));
  await until(() => contexts.length === 1);
  release.open('done');
  await (await pending).text();
  await settle();
  expect(contexts[0]!.signal.aborted).toBe(false);
});

// spec: basic/patterns/cancellation#timing-considerations.1
test('a caller that aborts after its answer changes nothing', async () => {
  const { server, contexts, release } = make();
  const caller = new AbortController();
  const pending = server.fetch(plain('tools/call', { name: 'watching' }, { signal: caller.signal }));
  await until(() => contexts.length === 1);
  release.open('done');
  await (await pending).text();
  caller.abort();
  expect(contexts[0]!.signal.aborted).toBe(false);
});
