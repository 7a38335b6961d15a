import { afterEach, expect, test, vi } from 'vitest';
import { serve, type RunningServer } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import { settle, until } from '../helpers/gate.js';
import { dial, encodeRequest } from '../helpers/raw-http.js';
import { headersOf, rpc } from '../helpers/wire.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

let running: RunningServer | undefined;
afterEach(async () => {
  await running?.close({ graceMs: 0 });
  running = undefined;
});

const PADDING = 'x'.repeat(64 * 1024);
const bytesOf = (name: string) => {
  const message = rpc('tools/call', { name }, { meta: { progressToken: 1 } });
  return encodeRequest({
    headers: [['Host', 'localhost'], ...Object.entries(headersOf(message))],
    body: JSON.stringify(message),
  });
};

/** Turns of the event loop until a number stops growing: what a socket takes before its peer reads. */
const standstill = async (read: () => number): Promise<number> => {
  for (let last = -1, still = 0; still < 200;) {
    still = read() === last ? still + 1 : 0;
    last = read();
    await settle(1);
  }
  return read();
};

test('await ctx.progress() waits for a socket that is not read, and goes on when it is', async () => {
  const total = 1_000;
  let sent = 0;
  const server = new McpServer({ name: 'b', version: '1' }).tool('flood', {}, async (_args, ctx) => {
    for (let step = 1; step <= total; step++) {
      await ctx.progress(step, total, PADDING);
      sent = step;
    }
    return 'done';
  });
  running = await serve(server);
  const socket = await dial(Number(new URL(running.url).port));
  socket.pause();
  socket.write(bytesOf('flood'));
  await until(() => sent > 0);
  const stopped = await standstill(() => sent);
  // What the kernel buffers is its own affair (some megabytes); what is sent is 64 MB.
  expect(stopped).toBeLessThan(total / 2);
  socket.resume();
  await until(() => sent === total);
  socket.destroy();
});

// spec: basic/patterns/progress#implementation-notes.2
test('a flood that nobody awaits, to a client that never reads, is bounded at about 1 MiB', async () => {
  let settled = 0;
  let sends = 0;
  const server = new McpServer({ name: 'b', version: '1' }).tool('flood', {}, async (_args, ctx) => {
    while (sends < 3_000) {
      void ctx.notify('x', { PADDING }).then(() => settled++);
      if (++sends % 10 === 0) await settle(1);
    }
    await settle(5);
    return 'done';
  });
  running = await serve(server);
  const before = process.memoryUsage();
  const sockets = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const socket = await dial(Number(new URL(running!.url).port));
      socket.pause();
      socket.on('error', () => {});
      socket.write(bytesOf('flood'));
      return socket;
    }),
  );
  await until(() => sends >= 3_000);
  await settle(20);
  const after = process.memoryUsage();
  // 187 MiB were sent; what stays is at most a few MiB a stream.
  expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(60 * 1024 * 1024);
  expect(settled).toBeGreaterThan(1_000);
  for (const socket of sockets) socket.destroy();
});
