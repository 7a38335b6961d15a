import { afterEach, describe, expect, test, vi } from 'vitest';
import { McpServer } from 'mcpwire/server';
import { messagesOf } from '../helpers/sse.js';
import { ask, modern, toolCall, type Json } from '../helpers/wire.js';

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;
const LEVEL = 'io.modelcontextprotocol/logLevel';

afterEach(() => void vi.useRealTimers());

/** A server whose tool logs one message of each level, and one without data. */
const server = new McpServer({ name: 'l', version: '1' }).tool('work', {}, async (_args, ctx) => {
  for (const level of LEVELS) await ctx.log(level, { code: 7 }, 'db');
  return 'done';
});

/** The log messages that a call's response has. */
async function heard(meta: Json): Promise<Json[]> {
  const response = await server.fetch(toolCall('work', {}, { meta }));
  const text = await response.text();
  const messages = text.startsWith('{') ? [JSON.parse(text) as Json] : messagesOf(text);
  // The response is the last one.
  expect(messages.pop()).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } });
  return messages;
}

describe('what a request gets to hear', () => {
  // spec: server/utilities/logging#per-request-log-level.1
  test('BI12: nothing, when its _meta has no log level', async () => {
    expect(await heard({})).toEqual([]);
  });

  // spec: server/utilities/logging#per-request-log-level.2
  test.each(LEVELS)('BI12: %s and what is more severe, on its own stream, before the response', async (asked) => {
    const levels = (await heard({ [LEVEL]: asked })).map(({ params }) => (params as Json)['level']);
    expect(levels).toEqual(LEVELS.slice(LEVELS.indexOf(asked)));
  });

  // spec: server/utilities/logging#log-message-notifications
  test('a message has its level, its logger and its data', async () => {
    expect(await heard({ [LEVEL]: 'emergency' })).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/message',
        params: { level: 'emergency', logger: 'db', data: { code: 7 } },
      },
    ]);
  });

  // spec: server/utilities/logging#error-handling.1
  test.each(['verbose', 'ERROR', '', 3, null, ['error']])('a level that is none (%j) is -32602', async (asked) => {
    const { error } = await ask(server, toolCall('work', {}, { meta: { [LEVEL]: asked } }));
    expect(error.code).toBe(-32602);
    expect(error.message).toContain(LEVEL);
  });
});

// spec: server/utilities/logging#capabilities.1
test('the capability is declared, unless logging is switched off', async () => {
  const capabilities = async (one: McpServer<unknown>) =>
    (await ask(one, modern('server/discover'))).result['capabilities'] as Json;
  expect(await capabilities(server)).toMatchObject({ logging: {} });
  const silent = new McpServer({ name: 'l', version: '1' }, { logging: false });
  expect(await capabilities(silent)).not.toHaveProperty('logging');
});

// spec: server/utilities/logging#implementation-considerations.1
test('a handler that logs in a loop is cut off after 100 messages a second', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const counts: number[] = [];
  const loop = new McpServer({ name: 'l', version: '1' }).tool('loop', {}, async (_args, ctx) => {
    for (let second = 0; second < 3; second++) {
      // What is below the level is not sent, and not counted.
      for (let index = 0; index < 500; index++) void ctx.log('debug', 'x');
      for (let index = 0; index < 500; index++) void ctx.log('info', second);
      vi.setSystemTime(Date.now() + 1_000);
    }
    return Promise.resolve('done');
  });
  const response = await loop.fetch(toolCall('loop', {}, { meta: { [LEVEL]: 'info' } }));
  for (const { params } of messagesOf(await response.text()).slice(0, -1)) {
    const { data } = params as { data: number };
    counts[data] = (counts[data] ?? 0) + 1;
  }
  expect(counts).toEqual([100, 100, 100]);
});

test('a message without data has null, since data must be there', async () => {
  const empty = new McpServer({ name: 'l', version: '1' }).tool('x', {}, async (_args, ctx) => {
    await ctx.log('info', undefined);
  });
  const [message] = messagesOf(await (await empty.fetch(toolCall('x', {}, { meta: { [LEVEL]: 'info' } }))).text());
  expect(message?.['params']).toEqual({ level: 'info', data: null });
});
