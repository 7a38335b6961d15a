import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import * as fc from 'fast-check';
import { McpClient } from 'mcpwire/client';
import { McpServer, type AuthInfo } from 'mcpwire/server';
import { memoryRateLimitStore, rateLimit, type RateLimitOptions } from '../../src/server/rate-limit.ts';
import { answerOf, modern, toolCall } from '../helpers/wire.js';

const ONE = { burst: 1, perSecond: 0.5 };
const user = (subject: string): AuthInfo => ({ subject, scopes: [], claims: {} });

/** A server with two tools and one method, behind a limit. */
function limited(options: RateLimitOptions = {}) {
  const ran = vi.fn<(name: string) => void>();
  const server = new McpServer({ name: 'r', version: '1' })
    .tool('search', {}, () => ran('search'))
    .tool('constructor', {}, () => ran('constructor'))
    .prompt(
      'review',
      { argsSchema: z.object({ language: z.string().optional() }), complete: { language: () => ['Java'] } },
      () => 'Review it.',
    )
    .use(rateLimit(options));
  const call = async (request: Request, auth?: AuthInfo): Promise<number> =>
    (await server.handler(auth === undefined ? {} : { auth })(request)).status;
  return { server, ran, call };
}

const completion = () =>
  modern('completion/complete', {
    ref: { type: 'ref/prompt', name: 'review' },
    argument: { name: 'language', value: 'J' },
  });

async function allowed(count: number, call: () => Promise<number>): Promise<number> {
  let passed = 0;
  for (let index = 0; index < count; index++) if ((await call()) === 200) passed++;
  return passed;
}

describe('rateLimit', () => {
  // spec: server/tools#security-considerations.3
  test('BI14: a tool call beyond the limit does not run, and fails with 429, Retry-After and a hint', async () => {
    const { server, ran } = limited({ methods: { 'tools/call': ONE } });
    await server.fetch(toolCall('search'));
    const response = await server.fetch(toolCall('search', {}, { id: 'again' }));
    expect(ran).toHaveBeenCalledOnce();
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('2');
    const { id, error } = await answerOf(response);
    expect(id).toBe('again');
    expect(error.code).toBe(429);
    expect(error.message).toMatch(/tools\/call.*try again in 2 s/);
    const { retryAfterMs } = error.data as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(1_000);
    expect(retryAfterMs).toBeLessThanOrEqual(2_000);
  });

  test('a client sees the code rate_limited, and middleware further out too', async () => {
    const seen = vi.fn<(code: unknown) => void>();
    const server = new McpServer({ name: 'r', version: '1' })
      .tool('search', {}, () => 'found')
      .use((next) => async (request, ctx) => {
        try {
          return await next(request, ctx);
        } catch (error) {
          seen((error as { code?: unknown }).code);
          throw error;
        }
      })
      .use(rateLimit({ methods: { 'tools/call': ONE } }));
    const client = await McpClient.connect(server);
    await client.callTool('search');
    await expect(client.callTool('search')).rejects.toMatchObject({
      code: 'rate_limited',
      rpcCode: 429,
      status: 429,
      data: { retryAfterMs: expect.any(Number) as unknown },
    });
    expect(seen).toHaveBeenCalledExactlyOnceWith('rate_limited');
    await client.close();
  });

  test('by default tools/call has 60 at once, and other methods have no limit', async () => {
    const { call } = limited({ store: memoryRateLimitStore({ now: () => 0 }) });
    expect(await allowed(100, () => call(toolCall('search')))).toBe(60);
    expect(await allowed(100, () => call(modern('tools/list')))).toBe(100);
  });

  // spec: server/utilities/completion#implementation-considerations.3 server/utilities/completion#security.2
  test('BI14: by default completion/complete has 60 at once', async () => {
    const { call } = limited({ store: memoryRateLimitStore({ now: () => 0 }) });
    expect(await allowed(100, () => call(completion()))).toBe(60);
  });

  test('a limit of false lifts a default', async () => {
    const { call } = limited({ methods: { 'tools/call': false }, store: memoryRateLimitStore({ now: () => 0 }) });
    expect(await allowed(100, () => call(toolCall('search')))).toBe(100);
  });

  test('a tool with a limit of its own has a bucket of its own; the others share one', async () => {
    const { server, call } = limited({
      methods: { 'tools/call': { burst: 3, perSecond: 1 } },
      tools: { search: { burst: 5, perSecond: 1 } },
      store: memoryRateLimitStore({ now: () => 0 }),
    });
    expect(await allowed(10, () => call(toolCall('search')))).toBe(5);
    expect(await allowed(10, () => call(toolCall('constructor')))).toBe(3);
    expect(await allowed(10, () => call(toolCall('__proto__')))).toBe(0);
    const { error } = await answerOf(await server.fetch(toolCall('search')));
    expect(error.message).toBe('Too many calls of tool "search"; try again in 1 s');
  });

  test('each authenticated caller has buckets of its own, whichever program it uses', async () => {
    const { call } = limited({ methods: { 'tools/call': ONE }, store: memoryRateLimitStore({ now: () => 0 }) });
    expect(await call(toolCall('search'), user('ada'))).toBe(200);
    expect(await call(toolCall('search'), { ...user('ada'), clientId: 'other' })).toBe(429);
    expect(await call(toolCall('search'), user('eve'))).toBe(200);
    expect(await call(toolCall('search'), { ...user('ada'), issuer: 'https://other.example' })).toBe(200);
    // Without a user it is the program that counts, and one without either is nobody in particular.
    expect(await call(toolCall('search'), { clientId: 'ada', scopes: [], claims: {} })).toBe(200);
    expect(await call(toolCall('search'))).toBe(200);
    expect(await call(toolCall('search'))).toBe(429);
  });

  test('key names the bucket; undefined is without limit', async () => {
    const { call } = limited({
      methods: { 'tools/call': ONE },
      key: (_request, { http }) => http?.headers.get('x-tenant') ?? undefined,
      store: memoryRateLimitStore({ now: () => 0 }),
    });
    const as = (tenant?: string) =>
      toolCall('search', {}, tenant === undefined ? {} : { headers: { 'x-tenant': tenant } });
    expect(await allowed(3, () => call(as('a')))).toBe(1);
    expect(await allowed(3, () => call(as('b')))).toBe(1);
    expect(await allowed(3, () => call(as()))).toBe(3);
  });

  test('a store may be asynchronous; one that fails fails the request, and is told to onError', async () => {
    const onError = vi.fn<(error: unknown) => void>();
    const take = vi.fn<() => Promise<number>>().mockResolvedValueOnce(0).mockRejectedValueOnce(new Error('no store'));
    const server = new McpServer({ name: 'r', version: '1' }, { onError })
      .tool('search', {}, () => 'found')
      .use(rateLimit({ store: { take } }));
    expect((await server.fetch(toolCall('search'))).status).toBe(200);
    const { error } = await answerOf(await server.fetch(toolCall('search')));
    expect(error.code).toBe(-32603);
    expect(error.message).not.toContain('no store');
    expect(onError).toHaveBeenCalledOnce();
  });

  test.each([
    { burst: 0, perSecond: 1 },
    { burst: 1, perSecond: 0 },
    { burst: NaN, perSecond: 1 },
    { burst: Infinity, perSecond: 1 },
  ])('%j is refused when the middleware is made', (limit) => {
    expect(() => rateLimit({ tools: { search: limit } })).toThrow(/tools\["search"\] needs burst/);
  });
});

describe('memoryRateLimitStore', () => {
  test('never lets more through than the burst and what was refilled since, and tells when the next one has a chance', () => {
    const scenario = fc.array(fc.nat(5_000), { maxLength: 60 });
    fc.assert(
      fc.property(scenario, fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 50 }), (steps, burst, rate) => {
        let time = 0;
        const store = memoryRateLimitStore({ now: () => time });
        const limit = { burst, perSecond: rate / 10 };
        let taken = 0;
        for (const step of steps) {
          time += step;
          const wait = store.take('k', limit);
          if (wait === 0) {
            taken++;
            continue;
          }
          time += wait;
          expect(store.take('k', limit)).toBe(0);
          taken++;
        }
        expect(taken).toBeLessThanOrEqual(burst + (time / 1000) * limit.perSecond + 1e-6);
      }),
    );
  });

  test('whoever waits as long as told is let through, also where sums of parts fall short of a whole', () => {
    let time = 0;
    const store = memoryRateLimitStore({ now: () => time });
    const limit = { burst: 2, perSecond: 0.1 };
    for (const step of [0, 3_943]) {
      time += step;
      expect(store.take('k', limit)).toBe(0);
    }
    time += 357;
    time += store.take('k', limit);
    expect(store.take('k', limit)).toBe(0);
  });

  test('a clock that is set back refills nothing, and does not take anything away', () => {
    let time = 1_000_000;
    const store = memoryRateLimitStore({ now: () => time });
    expect(store.take('k', ONE)).toBe(0);
    time = 0;
    expect(store.take('k', ONE)).toBe(2_000);
    time = 2_000;
    expect(store.take('k', ONE)).toBe(0);
  });

  test('keeps maxBuckets, and forgets the one unused for longest', () => {
    const store = memoryRateLimitStore({ maxBuckets: 2, now: () => 0 });
    store.take('a', ONE);
    store.take('b', ONE);
    store.take('a', ONE);
    store.take('c', ONE);
    expect(store.take('a', ONE)).toBeGreaterThan(0);
    expect(store.take('b', ONE)).toBe(0);
  });
});
