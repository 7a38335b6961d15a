import { afterEach, describe, expect, test, vi } from 'vitest';
import { McpServer, type ServerLimits } from 'mcpwire/server';
import * as z from 'zod';
import { adapters, type Mounted } from '../helpers/adapters.js';
import { headersOf, rpc, type Json } from '../helpers/wire.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

let calls = 0;
const make = (limits: Partial<ServerLimits> = {}) =>
  new McpServer({ name: 'limits', version: '1.0.0' }, { limits }).tool(
    'eat',
    { inputSchema: z.looseObject({}) },
    () => {
      calls++;
      return 'eaten';
    },
  );

const message = (args: unknown) => JSON.stringify(rpc('tools/call', { name: 'eat', arguments: args }));
const headers = Object.entries(headersOf(rpc('tools/call', { name: 'eat' })));
const padded = (length: number) => {
  const empty = message({ pad: '' });
  return empty.replace('"pad":""', `"pad":"${'x'.repeat(length - empty.length)}"`);
};
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

let mounted: Mounted | undefined;
afterEach(async () => {
  await mounted?.close();
  mounted = undefined;
});

describe.each(adapters.filter(({ raw }) => raw))('through $name', ({ name, mount }) => {
  describe('A30: the byte cap of a body', () => {
    // What a Request holds has no transfer coding; a streamed one is below.
    test.each(name === 'server.fetch' ? [false] : [false, true])(
      'passes exactly the limit; one byte more is 413 and runs no handler (chunked: %j)',
      async (chunked) => {
        mounted = await mount(make({ requestBodyBytes: 50_000 }));
        calls = 0;
        const fits = await mounted.send({ headers, body: padded(50_000), chunked });
        expect(fits.status).toBe(200);
        expect(calls).toBe(1);
        const over = await mounted.send({ headers, body: padded(50_001), chunked });
        expect(over.status).toBe(413);
        expect(JSON.parse(over.text)).toEqual({
          jsonrpc: '2.0',
          error: { code: -32600, message: expect.stringContaining('limits.requestBodyBytes: 50000') as unknown },
        });
        expect(calls).toBe(1);
      },
    );

    test('is 4 MiB unless told otherwise', async () => {
      mounted = await mount(make());
      expect((await mounted.send({ headers, body: padded(4 * 1024 * 1024) })).status).toBe(200);
      expect((await mounted.send({ headers, body: padded(4 * 1024 * 1024 + 1) })).status).toBe(413);
    });

    test('counts bytes, not characters', async () => {
      mounted = await mount(make({ requestBodyBytes: 1_000 }));
      const body = message({ pad: '€'.repeat(300) });
      expect(body.length).toBeLessThan(1_000);
      expect((await mounted.send({ headers, body })).status).toBe(413);
    });
  });
});

describe('through server.fetch', () => {
  const fetchOf = async (limits: Partial<ServerLimits>, body: string) => {
    const response = await make(limits).fetch(
      new Request('http://localhost/mcp', { method: 'POST', headers: Object.fromEntries(headers), body }),
    );
    return { status: response.status, answer: (await response.json()) as Json };
  };

  test('A30: a streamed body without a length is cut off at the limit, and its source is told', async () => {
    let sent = 0;
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1_000;
        controller.enqueue(new Uint8Array(1_000).fill(32));
      },
      cancel() {
        cancelled = true;
      },
    });
    const init = { method: 'POST', headers: Object.fromEntries(headers), body, duplex: 'half' } as RequestInit;
    const response = await make({ requestBodyBytes: 10_000 }).fetch(new Request('http://localhost/mcp', init));
    expect(response.status).toBe(413);
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThan(15_000);
  });

  test('nesting: 128 levels pass, 129 are 400 and -32600', async () => {
    // The message itself is three levels deep where its arguments begin.
    const at = (depth: number) => message({}).replace('"arguments":{}', `"arguments":{"a":${nested(depth - 3)}}`);
    expect((await fetchOf({}, at(128))).status).toBe(200);
    expect(await fetchOf({}, at(129))).toMatchObject({
      status: 400,
      answer: { error: { code: -32600, message: expect.stringContaining('limits.jsonDepth: 128') as unknown } },
    });
  });

  test.each([1_000, 100_000, 1_000_000])(
    'nesting of %i levels is refused before any parser recurses',
    async (depth) => {
      expect(await fetchOf({}, nested(depth))).toMatchObject({ status: 400, answer: { error: { code: -32600 } } });
      expect(await fetchOf({}, '{"":'.repeat(depth))).toMatchObject({
        status: 400,
        answer: { error: { code: -32600 } },
      });
    },
  );

  test('values: the limit passes, one more is 400 and -32600', async () => {
    const body = message({ list: Array.from({ length: 100 }, (_, index) => index) });
    let total = 0;
    JSON.parse(body, (_key, value: unknown) => {
      total++;
      return value;
    });
    // The empty clientCapabilities object may count twice.
    expect((await fetchOf({ jsonValues: total + 1 }, body)).status).toBe(200);
    expect(await fetchOf({ jsonValues: total - 1 }, body)).toMatchObject({
      status: 400,
      answer: { error: { code: -32600, message: expect.stringContaining('limits.jsonValues: ') as unknown } },
    });
  });

  test('values: 200,000 keys pass and 500,001 values do not', async () => {
    const keys = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`k${index}`, 0]));
    expect((await fetchOf({}, message(keys))).status).toBe(200);
    expect((await fetchOf({}, message({ list: Array<number>(500_001).fill(0) }))).status).toBe(400);
  });
});

test('A30: a declared length beyond the limit is refused before a byte of the body arrives', async () => {
  const adapter = adapters.find(({ name }) => name === 'serve')!;
  mounted = await adapter.mount(make());
  const answer = await mounted.send({ headers: [...headers, ['Content-Length', '4194305']], body: '' });
  expect(answer.status).toBe(413);
});

describe('a limit that is no number', () => {
  test.each([Number.NaN, undefined, '10', -1])('%j throws when the server is made, and says which one', (value) => {
    // As it comes from an environment variable that is not set.
    const limits = { requestBodyBytes: value } as Partial<ServerLimits>;
    expect(() => make(limits)).toThrow(new TypeError('limits.requestBodyBytes must be a number, 0 or more'));
  });

  test.each(['handlerTimeoutMs', 'keepAliveMs'])('nor is there a %s of none', (name) => {
    for (const value of [Number.NaN, 0]) {
      expect(() => new McpServer({ name: 'l', version: '1' }, { [name]: value })).toThrow(`${name} must be a number`);
    }
  });
});

test.each([{ requestBodyBytes: NaN }, { jsonDepth: -1 }, { streamDropBytes: undefined }, { subscriptions: NaN }])(
  'a limit that would limit nothing is refused: %j',
  (limits) => {
    // As JavaScript may call it.
    expect(() => make(limits as Partial<ServerLimits>)).toThrow(
      `${Object.keys(limits)[0]} must be a number, 0 or more`,
    );
  },
);
