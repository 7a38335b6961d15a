import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { McpServer } from 'mcpwire/server';
import * as z from 'zod';
import { settle } from '../helpers/gate.js';
import { messagesOf } from '../helpers/sse.js';
import { ask, headersOf, modern, post, rpc, toolCall } from '../helpers/wire.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

const server = new McpServer({ name: 'i', version: '1' })
  .tool('secret', { inputSchema: z.object({ secret: z.string() }) }, async ({ secret }) => {
    await settle(1);
    return secret;
  })
  .tool('chatty', { inputSchema: z.object({ secret: z.string() }) }, async ({ secret }, ctx) => {
    for (let step = 1; step <= 3; step++) {
      await ctx.progress(step, 3, secret);
      await ctx.notify('x/y', { secret });
      await settle(1);
    }
    return secret;
  });

const shuffled = <T>(list: T[]): T[] =>
  list
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

describe('A6, A28: 1,000 parallel calls that all use id 1', () => {
  // spec: basic#statelessness.2 basic/transports/streamable-http#receiving-messages.1
  test.each([
    ['in JSON', 'secret', {}, 1],
    ['in streams, with progress and notifications in flight', 'chatty', { progressToken: 1 }, 7],
  ])('%s get their own answers and not a foreign byte', async (_what, tool, meta, messages) => {
    await Promise.all(
      shuffled(Array.from({ length: 1_000 }, (_, index) => `secret-${index}-`)).map(async (secret) => {
        const text = await (await server.fetch(toolCall(tool, { secret }, { meta }))).text();
        expect([...new Set(text.match(/secret-\d+-/g))]).toEqual([secret]);
        expect(text.startsWith('{') ? [text] : messagesOf(text)).toHaveLength(messages);
      }),
    );
  });

  test('A28: the same id works again and again, one call after the other', async () => {
    for (let round = 0; round < 500; round++) {
      expect((await ask(server, toolCall('secret', { secret: `s${round}` }))).result.content[0]?.text).toBe(
        `s${round}`,
      );
    }
  });
});

test('A12: 300 malformed messages, then a good one that is answered', async () => {
  const headers = headersOf(rpc('tools/list'));
  const bad = [
    '',
    '{',
    '[]',
    'null',
    '{}',
    '{"jsonrpc":"2.0"}',
    '{"jsonrpc":"2.0","id":null,"method":"x"}',
    '\u0000',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":7}',
    '['.repeat(200),
  ];
  const statuses = await Promise.all(
    Array.from(
      { length: 300 },
      async (_, index) => (await server.fetch(post(bad[index % bad.length]!, headers))).status,
    ),
  );
  expect(new Set(statuses)).toEqual(new Set([400]));
  expect((await ask(server, modern('tools/list'))).status).toBe(200);
});

describe('A29: refused requests leave nothing behind', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const headers = headersOf(rpc('tools/list'));

  test.each<[string, number, () => Request]>([
    ['403', 403, () => modern('tools/list', {}, { headers: { origin: 'https://evil.example' } })],
    ['405', 405, () => new Request('http://localhost/mcp')],
    ['413', 413, () => post(' '.repeat(101), headers)],
    ['415', 415, () => post('{}', { 'content-type': 'text/plain' })],
    ['400', 400, () => post('[]', headers)],
    ['404', 404, () => modern('x')],
    ['202', 202, () => post('{"jsonrpc":"2.0","method":"x"}', headers)],
  ])('%s', async (_what, status, make) => {
    const strict = new McpServer(
      { name: 'i', version: '1' },
      { limits: { requestBodyBytes: status === 413 ? 100 : 10_000 } },
    ).tool('t', {}, () => 'x');
    const refs: WeakRef<object>[] = [];
    for (let round = 0; round < 1_000; round++) {
      const request = make();
      const response = await strict.fetch(request);
      expect(response.status).toBe(status);
      await response.text();
      refs.push(new WeakRef(request), new WeakRef(response));
    }
    for (let round = 0; round < 10 && refs.some((ref) => ref.deref() !== undefined); round++) {
      await settle(2);
      collect();
    }
    // The last ones may still be held by the engine's own frames.
    expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(20);
    // And nothing runs: closing has nothing to wait for.
    await strict.close({ graceMs: 1_000_000 });
  });
});
