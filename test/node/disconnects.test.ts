import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { serve, type RunningServer } from 'mcpwire/node';
import { McpServer, type Context } from 'mcpwire/server';
import { aborted, settle, until } from '../helpers/gate.js';
import { dial, encodeRequest, type HeaderList } from '../helpers/raw-http.js';
import { answerOf, headersOf, rpc, toolCall } from '../helpers/wire.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

const onError = vi.fn<() => void>();
const contexts: Context[] = [];
let started = 0;
let ended = 0;
const server = new McpServer({ name: 'd', version: '1' }, { onError })
  .tool('echo', {}, () => 'x')
  .tool('steps', {}, async (_args, ctx) => {
    for (let step = 1; step <= 3; step++) await ctx.notify('step', { step });
    return 'done';
  })
  .tool('wait', {}, async (_args, ctx) => {
    contexts.push(ctx);
    started++;
    await ctx.notify('begin');
    await aborted(ctx.signal);
    ended++;
    return 'late';
  })
  .tool('silent', {}, async (_args, ctx) => {
    contexts.push(ctx);
    started++;
    await aborted(ctx.signal);
    ended++;
    throw new Error('the connection is gone');
  });

let running: RunningServer;
let port: number;
const uncaught = vi.fn<() => void>();
beforeAll(async () => {
  running = await serve(server);
  port = Number(new URL(running.url).port);
  process.on('uncaughtException', uncaught).on('unhandledRejection', uncaught);
});
afterAll(async () => {
  process.off('uncaughtException', uncaught).off('unhandledRejection', uncaught);
  await running.close();
});
beforeEach(() => {
  contexts.length = started = ended = 0;
  onError.mockClear();
});
async function expectAlive(): Promise<void> {
  expect(uncaught).not.toHaveBeenCalled();
  expect((await answerOf(await fetch(toolCall('echo', {}, { url: running.url })))).result.content[0]?.text).toBe('x');
}
afterEach(expectAlive);

const bytesOf = (name: string) => {
  const message = rpc('tools/call', { name });
  const headers: HeaderList = [['Host', 'localhost'], ...Object.entries(headersOf(message))];
  return encodeRequest({ headers, body: JSON.stringify(message) });
};

describe('A13: a connection that breaks', () => {
  test('after every byte of the request: the server lives, and nothing is reported', async () => {
    const bytes = bytesOf('echo');
    for (let start = 0; start <= bytes.byteLength; start += 64) {
      await Promise.all(
        Array.from({ length: 64 }, async (_, offset) => {
          const socket = await dial(port);
          socket.on('error', () => {});
          const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
          const cut = bytes.subarray(0, start + offset);
          // Half of them by a reset, half by an orderly end.
          socket.write(cut, () => (offset % 2 === 0 ? socket.resetAndDestroy() : socket.destroy()));
          if (cut.byteLength === 0) socket.destroy();
          await closed;
        }),
      );
    }
    await settle(20);
    expect(onError).not.toHaveBeenCalled();
  });

  test('after every byte of a streamed response: the server lives, and nothing is reported', async () => {
    const bytes = bytesOf('steps');
    const reader = await dial(port);
    const whole = await new Promise<number>((resolve) => {
      let length = 0;
      reader.on('data', (chunk) => {
        length += Buffer.byteLength(chunk);
        if (chunk.includes('0\r\n\r\n')) resolve(length);
      });
      reader.write(bytes);
    });
    reader.destroy();
    for (let start = 0; start <= whole; start += 64) {
      await Promise.all(
        Array.from({ length: 64 }, async (_, offset) => {
          const socket = await dial(port);
          let length = 0;
          socket.on('error', () => {});
          const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
          socket.on('data', (chunk) => {
            length += Buffer.byteLength(chunk);
            if (length >= start + offset) socket.resetAndDestroy();
          });
          socket.write(bytes, () => {
            if (start + offset === 0) socket.resetAndDestroy();
          });
          if (start + offset > whole) socket.end();
          await closed;
        }),
      );
    }
    await settle(20);
    expect(onError).not.toHaveBeenCalled();
  });

  test.each(['wait', 'silent'])(
    '1,000 in the same tick: all handlers are told, and nothing keeps running (%s)',
    async (tool) => {
      const sockets = await Promise.all(
        Array.from({ length: 1_000 }, async () => {
          const socket = await dial(port);
          socket.on('error', () => {});
          socket.write(bytesOf(tool));
          return socket;
        }),
      );
      await until(() => started === 1_000);
      for (const socket of sockets) socket.destroy();
      await until(() => ended === 1_000);
      expect(contexts.every(({ signal }) => (signal.reason as { code?: string }).code === 'aborted')).toBe(true);
      await settle();
      expect(onError).not.toHaveBeenCalled();
    },
  );
});

// spec: basic/patterns/cancellation#transport-specific-cancellation.1
test('TR6: requests that wait behind another one on the same connection are told, too', async () => {
  const socket = await dial(port);
  socket.on('error', () => {});
  socket.write(Buffer.concat(Array.from({ length: 20 }, () => bytesOf('wait'))));
  await until(() => started === 20);
  socket.destroy();
  await until(() => ended === 20);
  expect(contexts.every(({ signal }) => signal.aborted)).toBe(true);
});

test('a caller that has left is never waited for: sends resolve', async () => {
  const socket = await dial(port);
  socket.on('error', () => {});
  socket.write(bytesOf('wait'));
  await until(() => started === 1);
  socket.destroy();
  await until(() => ended === 1);
  const padding = 'x'.repeat(10_000);
  const sent = Promise.all(Array.from({ length: 100 }, () => contexts[0]!.notify('x', { padding })));
  await expect(sent).resolves.toHaveLength(100);
});
