import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isMcpError, McpServer, type Context } from 'mcpwire/server';
import { fakeClock } from 'mcpwire/testing';
import { aborted, gate } from '../helpers/gate.js';
import { messagesOf } from '../helpers/sse.js';
import { answerOf, ask, modern, plain, toolCall } from '../helpers/wire.js';

const clock = fakeClock();
beforeEach(() => void clock.install());
afterEach(() => clock.uninstall());

describe('handlerTimeoutMs', () => {
  test('fails the call after that time, aborts ctx.signal with the reason and tells onError', async () => {
    const left = gate<unknown>();
    const onError = vi.fn();
    const server = new McpServer({ name: 'l', version: '1' }, { handlerTimeoutMs: 1_000, onError }).tool(
      'slow',
      {},
      async (_args, ctx) => {
        left.open(await aborted(ctx.signal));
        return 'too late';
      },
    );
    const pending = ask(server, toolCall('slow', {}, { id: 'x' }));
    await clock.advance(999);
    await clock.advance(1);
    expect(await pending).toMatchObject({
      status: 200,
      id: 'x',
      error: { code: -32603, message: '"tools/call" took longer than 1000 ms (handlerTimeoutMs)' },
    });
    expect(onError).toHaveBeenCalledTimes(1);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/\(handlerTimeoutMs\)$/) as unknown,
    });
    expect(await left.opened).toSatisfy((reason) => isMcpError(reason) && reason.code === 'timeout');
    expect(clock.pending).toEqual([]);
  });

  test('ends an open stream with the error', async () => {
    const options = { handlerTimeoutMs: 1_000, onError: () => {} };
    const server = new McpServer({ name: 'l', version: '1' }, options).tool('slow', {}, async (_args, ctx) => {
      await ctx.notify('begin');
      await aborted(ctx.signal);
      await ctx.notify('late');
      return 'late';
    });
    const response = await server.fetch(toolCall('slow'));
    await clock.advance(1_000);
    const messages = messagesOf(await response.text());
    expect(messages[0]).toMatchObject({ method: 'begin' });
    expect(messages.at(-1)).toMatchObject({ id: 1, error: { code: -32603 } });
  });

  test('leaves calls that are in time alone, and no timer', async () => {
    const server = new McpServer({ name: 'l', version: '1' }, { handlerTimeoutMs: 1_000 }).tool('quick', {}, () => 'x');
    expect((await ask(server, toolCall('quick'))).status).toBe(200);
    expect(clock.pending).toEqual([]);
  });

  test('is off unless set', async () => {
    const release = gate<string>();
    const server = new McpServer({ name: 'l', version: '1' }).tool('slow', {}, () => release.opened);
    const pending = server.fetch(toolCall('slow', {}, { headers: { accept: 'application/json' } }));
    await clock.advance(24 * 3_600_000);
    release.open('at last');
    expect((await answerOf(await pending)).result.content[0]?.text).toBe('at last');
  });
});

describe('server.close', () => {
  const busy = () => {
    const release = gate<string>();
    const contexts: Context[] = [];
    const server = new McpServer({ name: 'l', version: '1' }).tool('slow', {}, (_args, ctx) => {
      contexts.push(ctx);
      return Promise.race([release.opened, aborted(ctx.signal).then(() => 'aborted')]);
    });
    return { server, release, contexts };
  };

  test('refuses new requests with 503 and Retry-After, without an id', async () => {
    const { server } = busy();
    await server.close();
    for (const request of [toolCall('slow'), plain('x'), modern('server/discover')]) {
      const response = await server.fetch(request);
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('1');
      const answer = await answerOf(response);
      expect(answer.error.code).toBe(-32600);
      expect(answer).not.toHaveProperty('id');
    }
  });

  test('lets running requests finish, and waits no longer than they take', async () => {
    const { server, release, contexts } = busy();
    const pending = server.fetch(toolCall('slow'));
    await clock.advance(0);
    const closed = vi.fn<() => void>();
    const closing = server.close().then(closed);
    await clock.advance(100);
    expect(closed).not.toHaveBeenCalled();
    expect((await server.fetch(toolCall('slow'))).status).toBe(503);
    release.open('finished');
    // Looked at every 5 ms.
    await clock.advance(5);
    expect(closed).toHaveBeenCalledOnce();
    await closing;
    expect((await answerOf(await pending)).result.content[0]?.text).toBe('finished');
    expect(contexts[0]!.signal.aborted).toBe(false);
    expect(clock.pending).toEqual([]);
  });

  test.each([
    [undefined, 5_000],
    [{ graceMs: 50 }, 50],
    [{ graceMs: 0 }, 0],
  ])('%j: after the grace it aborts what still runs, with the reason', async (options, graceMs) => {
    const { server, contexts } = busy();
    const pending = server.fetch(toolCall('slow', {}, { headers: { accept: 'application/json' } }));
    await clock.advance(0);
    const closing = server.close(options);
    await clock.advance(Math.max(graceMs - 1, 0));
    expect(contexts[0]!.signal.aborted).toBe(graceMs === 0);
    await clock.advance(1);
    await closing;
    expect(contexts[0]!.signal.reason).toMatchObject({ code: 'closed' });
    expect((await answerOf(await pending)).result.content[0]?.text).toBe('aborted');
  });

  test('after the grace a handler that stops with ctx.signal fails with the reason of the close', async () => {
    const onError = vi.fn<() => void>();
    const server = new McpServer({ name: 'l', version: '1' }, { onError })
      .tool('slow', {}, async (_args, ctx) => {
        throw await aborted(ctx.signal);
      })
      .method('slow', {}, async (_params, ctx) => {
        throw await aborted(ctx.signal);
      });
    const answers = [ask(server, toolCall('slow')), ask(server, modern('slow'))];
    await clock.advance(0);
    const closing = server.close({ graceMs: 50 });
    await clock.advance(50);
    await closing;
    for (const answer of answers) {
      expect(await answer).toMatchObject({ id: 1, error: { code: -32603, message: 'The server is closing' } });
    }
    expect(onError).not.toHaveBeenCalled();
    expect(clock.pending).toEqual([]);
  });

  test('after the grace ctx.signal is aborted also for a handler that looks at it for the first time', async () => {
    const release = gate();
    const late = gate<unknown>();
    const server = new McpServer({ name: 'l', version: '1' }).tool('slow', {}, async (_args, ctx) => {
      await release.opened;
      late.open(ctx.signal.aborted && ctx.signal.reason);
      return 'late';
    });
    const pending = server.fetch(toolCall('slow'));
    await clock.advance(0);
    await server.close({ graceMs: 0 });
    release.open();
    expect(await late.opened).toMatchObject({ code: 'closed' });
    await pending;
  });

  test('may be called again, also while it waits: each call ends when the last request has', async () => {
    const { server, release } = busy();
    const pending = server.fetch(toolCall('slow'));
    await clock.advance(0);
    const closed = vi.fn<() => void>();
    const closings = [1, 2].map(() => server.close({ graceMs: 1_000_000 }).then(closed));
    await clock.advance(1_000);
    expect(closed).not.toHaveBeenCalled();
    release.open('finished');
    await pending;
    await clock.advance(5);
    expect(closed).toHaveBeenCalledTimes(2);
    await Promise.all(closings);
    await server.close();
    expect(clock.pending).toEqual([]);
  });
});

test('times of Infinity are never up', async () => {
  const release = gate<string>();
  const options = { handlerTimeoutMs: Infinity, keepAliveMs: Infinity, limits: { silenceMs: Infinity } };
  const server = new McpServer({ name: 'l', version: '1' }, options)
    .tool('slow', {}, () => release.opened)
    .tool('loud', {}, async (_args, ctx) => {
      await ctx.notify('begin');
      return release.opened;
    });
  // Timers take 32 bits, and what is more they take for nothing.
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const slow = server.fetch(toolCall('slow'));
  const loud = await server.fetch(toolCall('loud'));
  await clock.advance(24 * 3_600_000);
  release.open('at last');
  expect((await slow).headers.get('content-type')).toBe('application/json');
  expect(await loud.text()).not.toContain('\n:');
  expect(timers).toHaveBeenCalled();
  for (const [, delay] of timers.mock.calls) expect(delay).toBeLessThan(2 ** 31);
  timers.mockRestore();
});

test('a signal that is looked at when all is over is not kept for the closing', async () => {
  let late: (() => AbortSignal) | undefined;
  const server = new McpServer({ name: 'l', version: '1' }).tool('t', {}, (_args, ctx) => {
    late = () => ctx.signal;
    return 'x';
  });
  await ask(server, toolCall('t'));
  const signal = late?.();
  await server.close();
  // Whoever is told is whoever is held.
  expect(signal?.aborted).toBe(false);
});

test('a handler that answered early and takes too long is told to onError once', async () => {
  const onError = vi.fn();
  const server = new McpServer({ name: 'l', version: '1' }, { handlerTimeoutMs: 1_000, onError }).method(
    'own',
    {},
    async (_params, ctx) => {
      await ctx.respond({ early: true });
      await aborted(ctx.signal);
    },
  );
  const response = await server.fetch(modern('own'));
  await clock.advance(1_000);
  expect(await response.text()).toContain('early');
  expect(onError).toHaveBeenCalledTimes(1);
});
