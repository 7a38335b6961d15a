import { describe, expect, test, vi } from 'vitest';
import { McpServer, type Context } from 'mcpwire/server';
import { settle } from '../helpers/gate.js';
import { messagesOf } from '../helpers/sse.js';
import { ask, META, modern, toolCall, type Json } from '../helpers/wire.js';

const run = async (work: (ctx: Context) => Promise<void>, meta: Json) => {
  const server = new McpServer({ name: 'p', version: '1' }).tool('work', {}, async (_args, ctx) => {
    await work(ctx);
    return 'done';
  });
  const response = await server.fetch(toolCall('work', {}, { meta }));
  const type = response.headers.get('content-type');
  const text = await response.text();
  return { type, messages: type === 'text/event-stream' ? messagesOf(text) : [JSON.parse(text) as Json] };
};
const progressOf = (messages: Json[]) =>
  messages.filter(({ method }) => method === 'notifications/progress').map(({ params }) => params);

// basic/patterns/progress
describe('BI9: progress', () => {
  // spec: basic/patterns/progress#behavior-requirements.1
  test.each(['abc', '', 0, -1, 42])('is sent with the token %j that the caller gave', async (progressToken) => {
    const { messages } = await run((ctx) => ctx.progress(1, 2, 'half'), { progressToken });
    expect(progressOf(messages)).toEqual([{ progressToken, progress: 1, total: 2, message: 'half' }]);
  });

  // spec: basic/patterns/progress#behavior-requirements.1
  test.each([[undefined], [null], [1.5], [{}], [['a']], [true]])(
    'is not sent when the caller gave no token that is one (%j)',
    async (progressToken) => {
      const { type, messages } = await run(
        (ctx) => ctx.progress(1),
        progressToken === undefined ? {} : { progressToken },
      );
      expect(type).toBe('application/json');
      expect(messages).toHaveLength(1);
    },
  );

  // spec: basic/patterns/progress#progress-flow.3
  test('only increases: equal, smaller and impossible values are dropped', async () => {
    const { messages } = await run(
      async (ctx) => {
        for (const value of [-1, 1, 1, 0.5, Number.NaN, Infinity, -Infinity, 1.25, 1.25, 7, 6, 8])
          await ctx.progress(value);
      },
      { progressToken: 1 },
    );
    expect(progressOf(messages)).toEqual([-1, 1, 1.25, 7, 8].map((progress) => ({ progressToken: 1, progress })));
  });

  test('leaves out a total that is no number of JSON', async () => {
    const { messages } = await run(
      async (ctx) => {
        await ctx.progress(1, Infinity);
        await ctx.progress(2, Number.NaN, 'two');
      },
      { progressToken: 1 },
    );
    expect(progressOf(messages)).toEqual([
      { progressToken: 1, progress: 1 },
      { progressToken: 1, progress: 2, message: 'two' },
    ]);
  });

  // spec: basic/patterns/progress#behavior-requirements.2 basic/patterns/progress#implementation-notes.3
  test('is not sent after the end', async () => {
    let kept: Context | undefined;
    const { messages } = await run(
      async (ctx) => {
        kept = ctx;
        await ctx.progress(1);
      },
      { progressToken: 1 },
    );
    await kept!.progress(2);
    await kept!.notify('late');
    await settle();
    expect(messages.at(-1)).toMatchObject({ id: 1 });
    expect(progressOf(messages)).toHaveLength(1);
  });

  // spec: basic/patterns/progress#implementation-notes.3
  test('is not sent after ctx.respond, unlike other notifications', async () => {
    const server = new McpServer({ name: 'p', version: '1' }).method('own', {}, async (_params, ctx) => {
      await ctx.progress(1);
      await ctx.respond({});
      await ctx.progress(2);
      await ctx.notify('x/y');
    });
    const response = await server.fetch(modern('own', {}, { meta: { progressToken: 1 } }));
    expect(messagesOf(await response.text())).toMatchObject([
      { method: 'notifications/progress', params: { progress: 1 } },
      { id: 1, result: {} },
      { method: 'x/y' },
    ]);
  });

  test('after an answer in JSON nothing opens a stream any more', async () => {
    let kept: Context | undefined;
    await run(
      (ctx) => {
        kept = ctx;
        return Promise.resolve();
      },
      { progressToken: 1 },
    );
    await expect(kept!.progress(1)).resolves.toBeUndefined();
    await expect(kept!.notify('late')).resolves.toBeUndefined();
  });
});

test('what JSON cannot carry fails a send, and where nobody waits for it ends no process', async () => {
  const unhandled = vi.fn<(reason: unknown) => void>();
  process.on('unhandledRejection', unhandled);
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const failed: unknown[] = [];
  const server = new McpServer({ name: 'p', version: '1' }).tool('t', {}, async (_args, ctx) => {
    void ctx.log('info', circle);
    void ctx.notify('own', circle);
    void ctx.progress(1, 2, 1n as unknown as string);
    await ctx.log('info', circle).catch((error: unknown) => failed.push(error));
    return 'x';
  });
  await ask(server, toolCall('t', {}, { meta: { progressToken: 1, [META.logLevel]: 'debug' } }));
  await settle();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  expect(failed).toEqual([expect.any(TypeError)]);
});
