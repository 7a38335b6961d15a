/** The real client and the real server: over a channel in memory, and as two processes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { ChannelTransport, serveChannel, StdioTransport } from 'mcpwire/stdio';
import { world } from './fixtures/world.mjs';
import { channelPair } from './channels.ts';
import { programs, type Programs } from './programs.ts';

let built: Programs;
beforeAll(async () => {
  built = await programs('server');
});
afterAll(() => built.remove());

function overChannel(size?: number) {
  const { client, server } = channelPair(size);
  serveChannel(world({ secret: 'known to the tests alone' }), server);
  return new ChannelTransport(client);
}

function overProcess() {
  return new StdioTransport({ command: process.execPath, args: [built.path('server')] });
}

describe.each([
  ['a channel in memory', () => overChannel()],
  ['a process', overProcess],
])('over %s', (_name, open) => {
  // spec: basic/transports#custom-transports.3 basic/transports/stdio#top.5
  test('tools, errors, lists and resources', async () => {
    const client = await McpClient.connect(open());
    expect(client.server).toMatchObject({ info: { name: 'world' }, era: 'modern', protocolVersion: '2026-07-28' });
    expect((await client.callTool('echo', { text: 'Grüße, 世界 🌍\n' })).content).toEqual([
      { type: 'text', text: 'Grüße, 世界 🌍\n' },
    ]);
    expect((await client.listTools()).map(({ name }) => name)).toContain('echo');
    expect((await client.readResource('note://1')).contents).toMatchObject([{ text: 'a note' }]);
    expect(await client.callTool('refuse')).toMatchObject({ isError: true, content: [{ text: 'not today' }] });
    await expect(client.callTool('nothing')).rejects.toMatchObject({ code: 'invalid_params', rpcCode: -32602 });
    await client.close();
  });

  test('progress comes in order and to the call that it is of', async () => {
    const client = await McpClient.connect(open());
    const seen: number[][] = [[], []];
    await Promise.all(
      [20, 30].map((count, index) =>
        client.callTool('steps', { count }, { onProgress: ({ progress }) => seen[index]?.push(progress) }),
      ),
    );
    expect(seen.map((steps) => steps.length)).toEqual([20, 30]);
    for (const steps of seen) expect(steps).toEqual([...steps].sort((a, b) => a - b));
    await client.close();
  });

  test('a handler asks, and goes on with the answer', async () => {
    const client = await McpClient.connect(open(), { elicit: () => ({ action: 'accept', content: { name: 'Ada' } }) });
    expect((await client.callTool('greet')).content).toMatchObject([{ text: 'Hello, Ada' }]);
    await client.close();
  });

  // spec: basic/patterns/subscriptions#receiving-notifications.1 basic/transports/stdio#receiving-messages.1
  test('subscriptions hear of what they asked for, beside calls on the same channel', async () => {
    const client = await McpClient.connect(open());
    const notes = client.listen(
      { resourceSubscriptions: ['note://1'] },
      { onListening: () => void client.callTool('touch') },
    );
    const tools = client.listen({ toolsListChanged: true });
    const other = tools.next();
    expect(await notes.next()).toEqual({ done: false, value: { type: 'resourceUpdated', uri: 'note://1' } });
    await notes.return?.();
    await tools.return?.();
    expect(await other).toMatchObject({ done: true });
    expect((await client.callTool('echo', { text: 'still here' })).content).toMatchObject([{ text: 'still here' }]);
    await client.close();
  });

  // spec: basic/patterns/cancellation#transport-specific-cancellation.2 basic/transports/stdio#cancellation.1
  test('a call that is aborted ends at once, and the channel goes on', async () => {
    const client = await McpClient.connect(open());
    const controller = new AbortController();
    const waiting = client.callTool('wait', {}, { signal: controller.signal });
    await client.callTool('echo', { text: 'between' });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    expect((await client.callTool('echo', { text: 'after' })).content).toMatchObject([{ text: 'after' }]);
    await client.close();
  });

  test('200 answers of 64 KiB at the same time, none lost and none mixed up', async () => {
    const client = await McpClient.connect(open());
    const size = 64 * 1024;
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, index) => client.callTool('fill', { size, tag: `${index}:` })),
    );
    results.forEach(({ content }, index) => {
      const [block] = content;
      expect(block?.type === 'text' && block.text.length === size && block.text.startsWith(`${index}:`)).toBe(true);
    });
    await client.close();
  });

  test('after close() every call fails with closed', async () => {
    const client = await McpClient.connect(open());
    const waiting = client.callTool('wait').catch((error: unknown) => error);
    await client.close();
    expect(await waiting).toMatchObject({ code: 'closed' });
    await expect(client.callTool('echo', { text: '' })).rejects.toMatchObject({ code: 'closed' });
  });
});

test('A30: 9 MB in one line each way, in pieces of 1 KB', async () => {
  const client = await McpClient.connect(overChannel(1_000));
  const text = 'ß€🌍'.repeat(1_000_000);
  expect(new TextEncoder().encode(text).length).toBe(9_000_000);
  const { content } = await client.callTool('echo', { text });
  // Compared as a whole, since a difference would be printed.
  expect(content.length === 1 && content[0]?.type === 'text' && content[0].text === text).toBe(true);
  await client.close();
});
