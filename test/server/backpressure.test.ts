import { describe, expect, test, vi } from 'vitest';
import { McpServer } from 'mcpwire/server';
import { gate, settle, until } from '../helpers/gate.js';
import { messagesOf } from '../helpers/sse.js';
import { toolCall } from '../helpers/wire.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

const KIB = 1024;
const PADDING = 'x'.repeat(16 * KIB - 200);

describe('writes wait at the high-water mark', () => {
  test('await ctx.progress() waits while the caller does not read, and goes on as it reads', async () => {
    let sent = 0;
    const server = new McpServer({ name: 'b', version: '1' }).tool('flood', {}, async (_args, ctx) => {
      for (let step = 1; step <= 100; step++) {
        await ctx.progress(step, 100, PADDING);
        sent = step;
      }
      return 'done';
    });
    const response = await server.fetch(toolCall('flood', {}, { meta: { progressToken: 1 } }));
    await settle(50);
    // 64 KiB are four messages; the one that reaches the mark waits.
    expect(sent).toBeLessThanOrEqual(5);
    const reader = response.body!.getReader();
    let bytes = 0;
    let ahead = 0;
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      bytes += chunk.value.byteLength;
      await settle(2);
      ahead = Math.max(ahead, sent * 16 * KIB - bytes);
    }
    expect(sent).toBe(100);
    expect(bytes).toBeGreaterThan(100 * PADDING.length);
    expect(ahead).toBeLessThanOrEqual(96 * KIB);
  });

  test('the mark is the option streamHighWaterBytes', async () => {
    let sent = 0;
    const server = new McpServer({ name: 'b', version: '1' }, { limits: { streamHighWaterBytes: 256 * KIB } }).tool(
      'flood',
      {},
      async (_args, ctx) => {
        for (; sent < 100; sent++) await ctx.notify('x', { PADDING });
        return 'done';
      },
    );
    const response = await server.fetch(toolCall('flood'));
    await settle(100);
    expect(sent).toBeGreaterThan(12);
    expect(sent).toBeLessThan(20);
    await response.body!.cancel();
  });

  test('an answer waits for its caller as well, however large it is', async () => {
    const server = new McpServer({ name: 'b', version: '1' }).tool('large', {}, async (_args, ctx) => {
      await ctx.notify('x');
      return 'y'.repeat(3_000_000);
    });
    const response = await server.fetch(toolCall('large'));
    await settle(20);
    expect(messagesOf(await response.text()).at(-1)).toMatchObject({
      result: { content: [{ text: expect.stringMatching(/^y{3000000}$/) as unknown }] },
    });
  });

  test('when the caller leaves, everyone who waits for room goes on', async () => {
    const waits = gate<string>();
    const server = new McpServer({ name: 'b', version: '1' }).tool('flood', {}, async (_args, ctx) => {
      await Promise.all(Array.from({ length: 20 }, () => ctx.notify('x', { PADDING })));
      waits.open('resolved');
      return 'done';
    });
    const response = await server.fetch(toolCall('flood'));
    await settle();
    await response.body!.cancel();
    expect(await waits.opened).toBe('resolved');
  });
});

describe('what nobody awaits is dropped beyond 1 MiB', () => {
  test('memory is bounded, the answer arrives, and what arrives is in order', async () => {
    const server = new McpServer({ name: 'b', version: '1' }).tool('flood', {}, async (_args, ctx) => {
      for (let step = 1; step <= 3_000; step++) void ctx.progress(step, 3_000, PADDING);
      return Promise.resolve('done');
    });
    const response = await server.fetch(toolCall('flood', {}, { meta: { progressToken: 1 } }));
    await settle(20);
    const text = await response.text();
    expect(text.length).toBeGreaterThan(1_000 * KIB);
    expect(text.length).toBeLessThan(1_100 * KIB);
    const messages = messagesOf(text);
    expect(messages.at(-1)).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } });
    const values = messages.slice(0, -1).map(({ params }) => (params as { progress: number }).progress);
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  test('the bound is the option streamDropBytes', async () => {
    const server = new McpServer({ name: 'b', version: '1' }, { limits: { streamDropBytes: 100 * KIB } }).tool(
      'flood',
      {},
      (_args, ctx) => {
        for (let step = 1; step <= 100; step++) void ctx.notify('x', { PADDING });
        return 'done';
      },
    );
    const text = await (await server.fetch(toolCall('flood'))).text();
    expect(text.length).toBeLessThan(140 * KIB);
  });
});

test('a thousand callers that never read cost their high-water marks, not their floods', async () => {
  let sent = 0;
  let aborts = 0;
  const server = new McpServer({ name: 'b', version: '1' }).tool('flood', {}, async (_args, ctx) => {
    ctx.signal.addEventListener('abort', () => aborts++);
    while (!ctx.signal.aborted) {
      await ctx.notify('x', { PADDING });
      sent++;
    }
    return 'done';
  });
  const responses = await Promise.all(Array.from({ length: 1_000 }, () => server.fetch(toolCall('flood'))));
  await settle(20);
  expect(sent).toBeLessThanOrEqual(5_000);
  await Promise.all(responses.map((response) => response.body!.cancel()));
  await until(() => aborts === 1_000);
});
