import { afterEach, describe, expect, test, vi } from 'vitest';
import { McpServer } from 'mcpwire/server';
import { connectInMemory, fakeClock, type FakeClock } from 'mcpwire/testing';
import { errorOf } from '../client/support.js';
import { gate } from '../helpers/gate.js';
import { BlockReader } from '../helpers/sse.js';
import { toolCall } from '../helpers/wire.js';

const globals = () => [
  globalThis.setTimeout,
  globalThis.setInterval,
  globalThis.clearTimeout,
  globalThis.clearInterval,
  Date.now,
  performance.now,
  AbortSignal.timeout,
];
const real = globals();
let clock: FakeClock;
afterEach(() => clock.uninstall());

describe('a fake clock', () => {
  test('stands still, from a time of your choice, until it is moved', async () => {
    clock = fakeClock({ now: Date.UTC(2026, 6, 28) }).install();
    const started = performance.now();
    expect(Number.isInteger(started)).toBe(true);
    expect([Date.now(), clock.now]).toEqual([1785196800000, 1785196800000]);
    await clock.advance(1500);
    expect([Date.now(), clock.now, performance.now() - started]).toEqual([1785196801500, 1785196801500, 1500]);
  });

  test('moved from two places at once, goes as far as both say, and never back', async () => {
    clock = fakeClock({ now: 0 }).install();
    const seen: number[] = [];
    setInterval(() => seen.push(Date.now()), 500);
    await Promise.all([clock.advance(1000), clock.advance(2000), clock.advance(500)]);
    expect(clock.now).toBe(3500);
    expect(seen).toEqual([500, 1000, 1500, 2000, 2500, 3000, 3500]);
  });

  test('gives the real clock its place back, and takes no second one beside it', () => {
    clock = fakeClock().install();
    expect(clock.installed).toBe(true);
    for (const [at, one] of globals().entries()) expect(one).not.toBe(real[at]);
    expect(() => fakeClock().install()).toThrow(/installed already/);
    clock.uninstall();
    clock.uninstall();
    expect(globals()).toEqual(real);
    expect(Object.hasOwn(performance, 'now')).toBe(false);
  });

  test('is uninstalled by `using`', () => {
    {
      using _clock = fakeClock().install();
      expect(setTimeout).not.toBe(real[0]);
    }
    expect(setTimeout).toBe(real[0]);
  });

  test('fires timers at their own time, in order, and what they start runs before the next', async () => {
    clock = fakeClock({ now: 0 }).install();
    const seen: unknown[] = [];
    const at = (what: string) => seen.push(`${what} ${Date.now()}`);
    setTimeout(at, 20, 'b');
    const late = async (): Promise<void> => {
      await new Response('x').text();
      setTimeout(at, 5, 'a+5');
    };
    setTimeout(() => {
      at('a');
      void late();
    }, 10);
    setTimeout(at, 20, 'c');
    const every = setInterval(at, 8, 'every');
    expect(clock.pending).toEqual([8, 10, 20, 20]);
    await clock.advance(20);
    expect(seen).toEqual(['every 8', 'a 10', 'a+5 15', 'every 16', 'b 20', 'c 20']);
    clearInterval(every);
    expect(clock.pending).toEqual([]);
  });

  test('has timers like those of Node: cleared by handle or number, refreshed, from 1 ms on', async () => {
    clock = fakeClock().install();
    const callback = vi.fn<() => void>();
    clearTimeout(setTimeout(callback, 5));
    clearTimeout(Number(setTimeout(callback, 5)));
    clearTimeout(undefined);
    const kept = setTimeout(callback, 10).unref().ref();
    await clock.advance(9);
    kept.refresh();
    await clock.advance(9);
    expect(callback).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(callback).toHaveBeenCalledOnce();
    for (const odd of [0.5, 2 ** 31]) setTimeout(callback, odd);
    for (const odd of [0, undefined]) setInterval(callback, odd);
    expect(clock.pending).toEqual([1, 1, 1, 1]);
  });

  test('lets run what waits for no time, only for its turn', async () => {
    clock = fakeClock().install();
    for (const delay of [0, -1, undefined]) await new Promise<void>((resolve) => void setTimeout(resolve, delay));
    const callback = vi.fn<() => void>();
    clearTimeout(setTimeout(callback, 0));
    await clock.advance(0);
    expect(callback).not.toHaveBeenCalled();
  });

  test('leaves timers from before alone, which can still be cleared', async () => {
    const callback = vi.fn<() => void>();
    const before = setTimeout(callback, 1);
    const goes = gate();
    setTimeout(() => goes.open(), 1);
    clock = fakeClock().install();
    clearTimeout(before);
    await goes.opened;
    expect(callback).not.toHaveBeenCalled();
  });

  test('moves AbortSignal.timeout', async () => {
    clock = fakeClock().install();
    const signal = AbortSignal.timeout(1000);
    await clock.advance(999);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  test('waits in real time for timers that are yet to start', async () => {
    const goes = gate();
    setTimeout(() => goes.open(), 5);
    clock = fakeClock().install();
    const callback = vi.fn<() => void>();
    void goes.opened.then(() => setTimeout(callback, 1000)).then(() => setTimeout(callback, 2000));
    await clock.armed();
    expect(clock.pending[0]).toBe(1000);
    await clock.armed(2);
    await clock.advance(2000);
    expect(callback).toHaveBeenCalledTimes(2);
    clock.uninstall();
    await expect(clock.armed()).rejects.toThrow(/not installed/);
  });

  test('fails loudly: when a callback throws, when it is not installed, when it is to go back', async () => {
    clock = fakeClock().install();
    setTimeout(() => {
      throw new Error('from a timer');
    }, 1);
    await expect(clock.advance(1)).rejects.toThrow('from a timer');
    await expect(clock.advance(-1)).rejects.toThrow(TypeError);
    clock.uninstall();
    await expect(clock.advance(1)).rejects.toThrow(/not installed/);
  });
});

describe('a fake clock moves', () => {
  const hanging = new McpServer({ name: 'slow', version: '1.0.0' }).tool(
    'hang',
    {},
    (_args, { signal }) => new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('gone'))),
  );

  test("a client's timeouts", async () => {
    clock = fakeClock();
    const client = await connectInMemory(hanging, { clock });
    const failed = errorOf(client.callTool('hang', {}, { timeoutMs: 5_000 }));
    await clock.advance(4_999);
    expect(clock.pending).toContain(1);
    await clock.advance(1);
    expect((await failed).code).toBe('timeout');
    await client[Symbol.asyncDispose]();
    expect(clock.installed).toBe(false);
  });

  test("a server's first sign of life and its keep-alive comments", async () => {
    clock = fakeClock().install();
    const server = new McpServer({ name: 's', version: '1' }, { keepAliveMs: 8_000 }).tool(
      'hang',
      {},
      () => new Promise<string>(() => {}),
    );
    const answer = server.fetch(toolCall('hang'));
    await clock.advance(5_000);
    const reader = new BlockReader(await answer);
    expect(await reader.next()).toEqual({ comment: '' });
    const next = reader.next();
    await clock.advance(7_999);
    expect(clock.pending).toEqual([1]);
    await clock.advance(1);
    expect(await next).toEqual({ comment: '' });
    await reader.leave();
  });
});
