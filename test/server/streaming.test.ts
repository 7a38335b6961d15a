import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { McpServer } from 'mcpwire/server';
import { fakeClock } from 'mcpwire/testing';
import { gate } from '../helpers/gate.js';
import { blocksOf, BlockReader, messagesOf } from '../helpers/sse.js';
import { answerOf, modern, plain, toolCall } from '../helpers/wire.js';

const server = new McpServer({ name: 'streams', version: '1.0.0' })
  .tool('quiet', {}, () => 'done')
  .tool('chatty', {}, async (_args, ctx) => {
    await ctx.notify('a/b', { text: 'line\nbreak \u2028 and "quotes"' });
    await ctx.notify('c/d');
    return 'done';
  })
  .method('fails/late', {}, async (_params, ctx) => {
    await ctx.notify('a/b');
    throw ctx.error(-31000, 'Late', { status: 418 });
  });

// streamable-http#receiving-messages
describe('one JSON object, or a stream from the moment something is sent first', () => {
  // spec: basic/transports/streamable-http#sending-messages.9
  test('a handler that sends nothing is answered with one JSON object', async () => {
    const response = await server.fetch(toolCall('quiet'));
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await answerOf(response)).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } });
  });

  // spec: basic/transports/streamable-http#sending-messages.9
  // spec: basic/transports/streamable-http#receiving-messages.3
  // spec: basic/transports/streamable-http#receiving-messages.4 basic/transports#messages.2
  test('TR5, TR7: a handler that sends first turns the same response into a stream, which the response ends', async () => {
    const response = await server.fetch(toolCall('chatty', {}, { id: 7 }));
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      'cache-control': 'no-cache, no-transform',
    });
    const text = await response.text();
    expect(blocksOf(text)).toHaveLength(3);
    expect(messagesOf(text)).toEqual([
      { jsonrpc: '2.0', method: 'a/b', params: { text: 'line\nbreak \u2028 and "quotes"' } },
      { jsonrpc: '2.0', method: 'c/d' },
      expect.objectContaining({
        jsonrpc: '2.0',
        id: 7,
        result: expect.objectContaining({ resultType: 'complete' }) as unknown,
      }),
    ]);
  });

  test('messages arrive when they are sent, not at the end', async () => {
    const first = gate();
    const gated = new McpServer({ name: 'g', version: '1' }).tool('wait', {}, async (_args, ctx) => {
      await ctx.notify('one');
      await first.opened;
      return 'two';
    });
    const reader = new BlockReader(await gated.fetch(toolCall('wait')));
    expect(await reader.message()).toMatchObject({ method: 'one' });
    first.open();
    expect(await reader.message()).toMatchObject({ id: 1 });
    expect(await reader.next()).toBeUndefined();
  });

  test('once the stream began, an error is its last event, under status 200', async () => {
    const response = await server.fetch(modern('fails/late'));
    expect(response.status).toBe(200);
    expect(messagesOf(await response.text()).at(-1)).toMatchObject({ id: 1, error: { code: -31000, message: 'Late' } });
  });

  test.each(['application/json', 'application/*', 'text/html, application/json'])(
    'a caller that accepts JSON only (%s) gets JSON, and its notifications are dropped',
    async (accept) => {
      const response = await server.fetch(toolCall('chatty', {}, { headers: { accept } }));
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(await answerOf(response)).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } });
    },
  );

  test.each([
    '*/*',
    '',
    'text/html',
    'application/json, text/event-stream',
    // Even these: one object is an answer, and no client is known to want a stream of one event.
    'text/event-stream',
    'text/*',
    // Weights are not looked at.
    'application/json, text/event-stream;q=0',
  ])('Accept %j takes both', async (accept) => {
    expect((await server.fetch(toolCall('quiet', {}, { headers: { accept } }))).headers.get('content-type')).toBe(
      'application/json',
    );
    expect((await server.fetch(toolCall('chatty', {}, { headers: { accept } }))).headers.get('content-type')).toBe(
      'text/event-stream',
    );
  });

  test('no Accept at all takes both', async () => {
    const request = toolCall('chatty');
    request.headers.delete('accept');
    expect((await server.fetch(request)).headers.get('content-type')).toBe('text/event-stream');
  });

  test('plain JSON-RPC streams, too', async () => {
    const response = await server.fetch(plain('tools/call', { name: 'chatty' }));
    expect(messagesOf(await response.text())).toMatchObject([
      { method: 'a/b' },
      { method: 'c/d' },
      { id: 1, result: { content: [{ text: 'done' }] } },
    ]);
  });
});

describe('silence', () => {
  const clock = fakeClock();
  beforeEach(() => void clock.install());
  afterEach(() => clock.uninstall());

  const slow = (options = {}) => {
    const release = gate<string>();
    const made = new McpServer({ name: 's', version: '1' }, options)
      .tool('slow', {}, () => release.opened)
      .tool('talks', {}, async (_args, ctx) => {
        await ctx.notify('start');
        await ctx.notify(await release.opened);
        return 'end';
      });
    return { made, release };
  };

  test('after 5 s without a first byte the answer becomes a stream with one comment', async () => {
    const { made, release } = slow();
    const settled = vi.fn<() => void>();
    const pending = made.fetch(toolCall('slow')).then((response) => {
      settled();
      return response;
    });
    await clock.advance(4_999);
    expect(settled).not.toHaveBeenCalled();
    await clock.advance(1);
    const response = await pending;
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = new BlockReader(response);
    expect(await reader.next()).toEqual({ comment: '' });
    release.open('late');
    expect(await reader.next()).toMatchObject({ data: expect.stringContaining('late') as unknown });
    expect(await reader.next()).toBeUndefined();
    expect(clock.pending).toEqual([]);
  });

  test('an answer before that is plain JSON, and leaves no timer', async () => {
    const { made, release } = slow();
    const pending = made.fetch(toolCall('slow'));
    await clock.advance(4_999);
    release.open('in time');
    expect((await pending).headers.get('content-type')).toBe('application/json');
    expect(clock.pending).toEqual([]);
  });

  test('a caller that accepts JSON only waits for its JSON', async () => {
    const { made, release } = slow();
    const pending = made.fetch(toolCall('slow', {}, { headers: { accept: 'application/json' } }));
    await clock.advance(60_000);
    release.open('late');
    expect((await pending).headers.get('content-type')).toBe('application/json');
    expect(clock.pending).toEqual([]);
  });

  test('TR7: an open stream carries a comment after each 8 s of quiet, counted from the last message', async () => {
    const { made, release } = slow();
    const reader = new BlockReader(await made.fetch(toolCall('talks')));
    expect(await reader.next()).toMatchObject({ data: expect.stringContaining('start') as unknown });
    const heard = vi.fn<(block: unknown) => void>();
    void reader.next().then((block) => heard(block));
    await clock.advance(7_999);
    expect(heard).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(heard).toHaveBeenCalledWith({ comment: '' });

    // A message restarts the clock.
    await clock.advance(5_000);
    release.open('message');
    expect(await reader.next()).toMatchObject({ data: expect.stringContaining('message') as unknown });
    expect(await reader.next()).toMatchObject({ data: expect.stringContaining('end') as unknown });
    expect(await reader.next()).toBeUndefined();
    expect(clock.pending).toEqual([]);
  });

  test('a message in between puts the next comment off', async () => {
    const steps = [gate(), gate()];
    const made = new McpServer({ name: 's', version: '1' }, { keepAliveMs: 1_000 }).tool(
      'talks',
      {},
      async (_args, ctx) => {
        await ctx.notify('one');
        await steps[0]!.opened;
        await ctx.notify('two');
        await steps[1]!.opened;
        return 'end';
      },
    );
    const reader = new BlockReader(await made.fetch(toolCall('talks')));
    await reader.next();
    await clock.advance(900);
    steps[0]!.open();
    expect(await reader.next()).toMatchObject({ data: expect.stringContaining('two') as unknown });
    const heard = vi.fn<(block: unknown) => void>();
    void reader.next().then((block) => heard(block));
    await clock.advance(999);
    expect(heard).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(heard).toHaveBeenCalledWith({ comment: '' });
    steps[1]!.open();
  });

  test('a caller that does not read gets no comments on top of what it has not read', async () => {
    const { made, release } = slow({ keepAliveMs: 1_000 });
    const response = await made.fetch(toolCall('talks'));
    await clock.advance(60_000);
    release.open('x');
    expect(blocksOf(await response.text()).filter(({ comment }) => comment !== undefined)).toEqual([]);
  });
});
