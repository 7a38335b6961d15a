import type { ConnectOptions, McpClient } from 'mcpwire/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorOf as failureOf } from './support.js';
import { errorOf, openStream, play, type Asked, type Played, type Reply } from './wire.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

/** Lets time pass until a promise settles. */
async function settle<T>(promise: Promise<T>): Promise<T> {
  const state = { done: false };
  const over = (): void => void (state.done = true);
  promise.then(over, over);
  while (!state.done) {
    // What the client loads on its way takes real time, in which none must pass here.
    await import('../../src/client/lazy.js');
    await vi.advanceTimersByTimeAsync(100);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return promise;
}

const lost = (): Response => {
  const stream = openStream();
  stream.comment();
  stream.end();
  return stream.response;
};
const status = (code: number, headers: Record<string, string> = {}): Response =>
  new Response('later', { status: code, headers });

/** Fails as told, then answers. */
const flaky = (failures: (() => Reply)[], options?: ConnectOptions): Promise<Played> =>
  play(({ method }: Asked) => {
    if (method === 'tools/list' && failures.length > 0 && listed) return { tools };
    const failure = failures.shift();
    if (failure !== undefined) return failure();
    return {
      tools: [],
      prompts: [],
      resources: [],
      resourceTemplates: [],
      contents: [],
      messages: [],
      content: [],
      completion: {},
    };
  }, options);

let listed = false;
const tools = [
  { name: 'repeat', inputSchema: { type: 'object' }, annotations: { idempotentHint: true } },
  { name: 'read', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
  { name: 'once', inputSchema: { type: 'object' } },
];

afterEach(() => void (listed = false));

const reads: [string, (client: McpClient) => Promise<unknown>][] = [
  ['tools/list', (client) => client.listTools()],
  ['prompts/list', (client) => client.listPrompts()],
  ['resources/list', (client) => client.listResources()],
  ['resources/templates/list', (client) => client.listResourceTemplates()],
  ['resources/read', (client) => client.readResource('x://a')],
  ['prompts/get', (client) => client.getPrompt('a')],
  ['completion/complete', (client) => client.complete({ type: 'ref/prompt', name: 'a' }, { name: 'a', value: '' })],
];

describe('what changes nothing', () => {
  it.each(reads)('%s is sent again with a new id when its stream is lost', async (method, call) => {
    const { client, asked } = await flaky([lost, lost]);
    await settle(call(client));
    expect(asked.map((entry) => entry.method)).toEqual([method, method, method]);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(3);
  });

  it.each<[string, () => Reply]>([
    ['429', () => status(429)],
    ['503', () => status(503)],
    [
      '429 with a JSON-RPC error',
      () => Response.json({ jsonrpc: '2.0', error: { code: -31000, message: 'slow down' } }, { status: 429 }),
    ],
    [
      'a rate limit, on any transport',
      () => Response.json({ jsonrpc: '2.0', error: { code: 429, message: 'no', data: { retryAfterMs: 500 } } }),
    ],
    ['a connection that fails', () => Promise.reject(new TypeError('fetch failed'))],
    [
      'a stream that breaks',
      () => {
        const stream = openStream();
        stream.break();
        return stream.response;
      },
    ],
  ])('is sent again after %s', async (_name, failure) => {
    const { client, asked } = await flaky([failure]);
    await settle(client.listPrompts());
    expect(asked).toHaveLength(2);
  });

  it('is sent 4 times in all, and fails with what happened last', async () => {
    const { client, asked } = await flaky(Array.from({ length: 10 }, () => lost));
    expect(await settle(failureOf(client.listPrompts()))).toMatchObject({ code: 'stream_ended' });
    expect(asked).toHaveLength(4);
  });

  it.each([400, 401, 403, 404, 500, 502])('is not sent again after %i', async (code) => {
    const { client, asked } = await flaky([() => status(code)]);
    await settle(failureOf(client.listPrompts()));
    expect(asked).toHaveLength(1);
  });

  it('is not sent again after an error of JSON-RPC, and not after a timeout', async () => {
    const { client, asked } = await play(({ id, method }) =>
      method === 'prompts/list' ? errorOf(id, -32603) : openStream().response,
    );
    await settle(failureOf(client.listPrompts()));
    expect((await settle(failureOf(client.listTools({ timeoutMs: 50 })))).code).toBe('timeout');
    expect(asked).toHaveLength(2);
  });
});

describe('a tool', () => {
  it.each(['repeat', 'read'])('that was listed as one to %s is sent again', async (name) => {
    listed = true;
    const { client, methods } = await flaky([lost, lost]);
    await client.listTools();
    await settle(client.callTool(name));
    expect(methods()).toEqual(['tools/list', 'tools/call', 'tools/call', 'tools/call']);
  });

  it.each(['once', 'unlisted'])('that is %s fails with stream_ended', async (name) => {
    listed = true;
    const { client, methods } = await flaky([lost, lost]);
    await client.listTools();
    expect((await settle(failureOf(client.callTool(name)))).code).toBe('stream_ended');
    expect(methods()).toEqual(['tools/list', 'tools/call']);
  });
});

describe('retry', () => {
  it.each<[unknown, number]>([
    [true, 4],
    [1, 2],
    [0, 1],
    [false, 1],
    [undefined, 1],
  ])('%j for a method of your own: %i requests', async (retry, requests) => {
    const { client, asked } = await flaky(Array.from({ length: 10 }, () => lost));
    await settle(failureOf(client.request('jobs/run', {}, { retry: retry as boolean })));
    expect(asked).toHaveLength(requests);
  });

  it('false or a number is for lists, too', async () => {
    const { client, asked } = await flaky(Array.from({ length: 10 }, () => lost));
    await settle(failureOf(client.listPrompts({ retry: false })));
    await settle(failureOf(client.listPrompts({ retry: 2 })));
    expect(asked).toHaveLength(4);
  });
});

describe('the pause between two tries', () => {
  const times = async (failures: (() => Reply)[]): Promise<number[]> => {
    const at: number[] = [];
    const { client } = await play(() => {
      at.push(performance.now());
      return failures.shift()?.() ?? { prompts: [] };
    });
    await settle(client.listPrompts().catch(() => {}));
    return at.slice(1).map((time, index) => time - (at[index] ?? 0));
  };

  it('grows, and is never longer than 200, 400 and 800 ms', async () => {
    const [first = 0, second = 0, third = 0] = await times([lost, lost, lost]);
    expect(first).toBeGreaterThanOrEqual(100);
    expect(first).toBeLessThanOrEqual(300);
    expect(second).toBeGreaterThanOrEqual(200);
    expect(third).toBeGreaterThanOrEqual(400);
    expect(third).toBeLessThanOrEqual(900);
  });

  it('is what Retry-After says, in seconds or as a date', async () => {
    const [seconds = 0] = await times([() => status(503, { 'retry-after': '7' })]);
    expect(seconds).toBeGreaterThanOrEqual(7000);
    const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 20_000).toUTCString();
    const [dated = 0] = await times([() => status(429, { 'retry-after': date })]);
    expect(dated).toBeGreaterThanOrEqual(19_000);
  });

  it.each(['soon', '-5', ''])('is a usual one where Retry-After is %j', async (value) => {
    const [pause = 0] = await times([() => status(503, { 'retry-after': value })]);
    expect(pause).toBeLessThanOrEqual(300);
  });

  it('is not waited where Retry-After is over a minute: the error tells it', async () => {
    const { client, asked } = await flaky([() => status(503, { 'retry-after': '61' })]);
    expect(await settle(failureOf(client.listPrompts()))).toMatchObject({ status: 503, retryAfterMs: 61_000 });
    expect(asked).toHaveLength(1);
  });

  it.each(['aborted', 'closed'] as const)('ends with %s', async (code) => {
    const controller = new AbortController();
    const { client, asked } = await flaky([() => status(503, { 'retry-after': '50' })]);
    const call = failureOf(client.listPrompts({ signal: controller.signal }));
    await vi.waitUntil(() => asked.length === 1 && vi.getTimerCount() >= 2);
    if (code === 'aborted') controller.abort();
    else await client.close();
    expect((await call).code).toBe(code);
    expect(vi.getTimerCount()).toBe(0);
    expect(asked).toHaveLength(1);
  });
});
