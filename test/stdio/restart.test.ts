/** What becomes of a server's process that ends, and of what is said to the next one. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { McpClient, type ClientTransport } from 'mcpwire/client';
import { StdioTransport } from 'mcpwire/stdio';
import type { JsonRpcResponse } from '../../src/json-rpc.ts';
import { gate, settle, until } from '../helpers/gate.ts';
import { programs, type Programs } from './programs.ts';

let built: Programs;
beforeAll(async () => {
  built = await programs('server', 'old');
});
afterAll(() => built.remove());
afterEach(() => {
  vi.useRealTimers();
});

const { signal } = new AbortController();
const transportTo = (name: string, ...args: string[]) =>
  new StdioTransport({ command: process.execPath, args: [built.path(name), ...args] });

let ids = 0;

/** The response to a request. */
async function ask(transport: ClientTransport, method: string, params = {}, by = signal): Promise<JsonRpcResponse> {
  for await (const message of transport.exchange({ jsonrpc: '2.0', id: ++ids, method, params }, { signal: by }))
    if (!('method' in message)) return message;
  throw new Error('no response');
}

async function handshake(transport: ClientTransport): Promise<void> {
  await ask(transport, 'initialize');
  await transport.notify({ jsonrpc: '2.0', method: 'notifications/initialized' }, { signal });
}

const call = async (transport: ClientTransport, name = 'pid') => {
  const response = await ask(transport, 'tools/call', { name });
  // The fixture's own shape.
  return (response as unknown as { result: { pid: number; answers: unknown[] } }).result;
};
const failureOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('a server that dies of the probe', () => {
  test('tells why, and is started anew with the next message', async () => {
    const transport = transportTo('old', '--dies');
    await expect(ask(transport, 'server/discover')).rejects.toMatchObject({
      code: 'stream_ended',
      exitCode: 5,
      stderr: expect.stringContaining('what is server/discover?'),
      message: expect.stringMatching(/code 5; its stderr ends: what is/),
    });
    expect(transport.pid).toBeUndefined();
    await handshake(transport);
    expect((await call(transport)).pid).toBe(transport.pid);
    await transport.close();
  });
});

describe('greet', () => {
  /** A transport whose first process was greeted by hand, as the client does. */
  async function greeted() {
    const transport = transportTo('old');
    await handshake(transport);
    const greetings: unknown[] = [];
    transport.greet = async (view) => {
      greetings.push(transport.pid);
      await handshake(view);
    };
    return { transport, greetings };
  }

  test('is called for a process that is started anew, once, before any other message, however many wait', async () => {
    const { transport, greetings } = await greeted();
    const { pid } = await call(transport);
    expect(greetings).toEqual([]);
    await expect(call(transport, 'exit')).rejects.toMatchObject({ code: 'stream_ended', exitCode: 1 });
    const after = await Promise.all(Array.from({ length: 5 }, () => call(transport)));
    expect(new Set(after.map((result) => result.pid))).toEqual(new Set([transport.pid]));
    expect(transport.pid).not.toBe(pid);
    expect(greetings).toEqual([transport.pid]);
    await transport.close();
  });

  test('one that fails fails the messages that wait, and the next one tries again with another process', async () => {
    const { transport } = await greeted();
    const greet = transport.greet;
    const pids: unknown[] = [];
    transport.greet = async () => {
      pids.push(transport.pid);
      throw new Error('no revision in common');
    };
    await failureOf(call(transport, 'exit'));
    const waiting = await Promise.all([1, 2].map(() => failureOf(call(transport))));
    for (const error of waiting) expect(error).toMatchObject({ message: 'no revision in common' });
    expect(pids).toHaveLength(1);
    transport.greet = greet;
    const { pid } = await call(transport);
    expect(pids).not.toContain(pid);
    await transport.close();
  });

  test('what a process asks during it can be answered during it', async () => {
    const { transport } = await greeted();
    const incoming = transport.incoming()[Symbol.asyncIterator]();
    await incoming.next();
    transport.greet = async (view) => {
      await handshake(view);
      const { value } = await incoming.next();
      await transport.respond({ jsonrpc: '2.0', id: value?.id, result: { roots: [] } });
      expect((await call(view)).answers).toHaveLength(1);
    };
    await failureOf(call(transport, 'exit'));
    expect((await call(transport)).answers).toEqual([[0, { roots: [] }]]);
    await transport.close();
  });

  test('an answer to a question of a process that has ended does not reach the next one, which asks with the same id', async () => {
    const { transport } = await greeted();
    const incoming = transport.incoming()[Symbol.asyncIterator]();
    const first = (await incoming.next()).value;
    expect(first).toMatchObject({ id: 0, method: 'roots/list' });
    await failureOf(call(transport, 'exit'));
    await transport.respond({ jsonrpc: '2.0', id: 0, result: { to: 'none' } });
    await call(transport);
    const second = (await incoming.next()).value;
    expect(second).toMatchObject({ method: 'roots/list' });
    await transport.respond({ jsonrpc: '2.0', id: 0, result: { to: 'the first' } });
    await transport.respond({ jsonrpc: '2.0', id: second?.id, result: { to: 'the second' } });
    expect((await call(transport)).answers).toEqual([[0, { to: 'the second' }]]);
    await transport.close();
  });

  test('while nobody sends, a subscription starts the process anew, and it is greeted', async () => {
    const transport = transportTo('server');
    const client = await McpClient.connect(transport);
    const greeting = vi.fn(async (view: ClientTransport) => void (await ask(view, 'tools/list')));
    transport.greet = greeting;
    const listening = gate();
    const changes = client.listen({ resourceSubscriptions: ['note://1'] }, { onListening: () => listening.open() });
    const change = changes.next();
    await listening.opened;
    process.kill(transport.pid ?? 0, 'SIGKILL');
    expect(await change).toMatchObject({ value: { type: 'refetch' } });
    expect(greeting).toHaveBeenCalledTimes(1);
    await client.close();
  });

  test('close() ends it', async () => {
    const { transport } = await greeted();
    const begun = gate();
    transport.greet = async (view) => {
      await handshake(view);
      begun.open();
      await new Promise(() => {});
    };
    await failureOf(call(transport, 'exit'));
    const waiting = failureOf(call(transport));
    await begun.opened;
    const { pid } = transport;
    await transport.close();
    expect(transport.pid).toBeUndefined();
    expect(pid).toBeGreaterThan(0);
    // Whoever waits is told, although the greeting itself never ends.
    expect(await waiting).toMatchObject({ code: 'closed' });
  });
});

describe('a server that ends whenever it is started', () => {
  test('is started again after a pause that grows, and the error counts the starts', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const transport = new StdioTransport({ command: process.execPath, args: ['--eval', 'process.exit(3)'] });
    const pauses = vi.spyOn(globalThis, 'setTimeout');
    let last: unknown;
    const early: unknown[] = [];
    for (const ms of [0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000]) {
      pauses.mockClear();
      const failing = failureOf(ask(transport, 'server/discover'));
      if (ms > 0) {
        await until(() => pauses.mock.calls.some(([, delay]) => delay === ms));
        await vi.advanceTimersByTimeAsync(ms - 1);
        await settle();
        early.push(transport.pid);
        await vi.advanceTimersByTimeAsync(1);
      }
      last = await failing;
    }
    expect(early).toEqual(Array(8).fill(undefined));
    expect(last).toMatchObject({ code: 'stream_ended', message: expect.stringMatching(/code 3, as the 8 before it/) });
    // Somebody who comes late does not wait.
    await vi.advanceTimersByTimeAsync(10_000);
    pauses.mockClear();
    const late = failureOf(ask(transport, 'server/discover'));
    await vi.advanceTimersByTimeAsync(0);
    expect(await late).toMatchObject({ code: 'stream_ended' });
    await transport.close();
  });

  test('close() and an abort do not wait for the pause', async () => {
    const transport = new StdioTransport({ command: 'no-such-program-here' });
    await expect(ask(transport, 'a')).rejects.toMatchObject({ code: 'connection_failed' });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const controller = new AbortController();
    const aborted = failureOf(ask(transport, 'b', {}, controller.signal));
    const closed = failureOf(ask(transport, 'c'));
    await settle();
    controller.abort();
    expect(await aborted).toMatchObject({ code: 'aborted' });
    await transport.close();
    expect(await closed).toMatchObject({ code: 'closed' });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('nothing is started for a call that is aborted already', async () => {
    const transport = transportTo('server');
    await expect(ask(transport, 'a', {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
    await settle();
    expect(transport.pid).toBeUndefined();
    await transport.close();
  });
});
