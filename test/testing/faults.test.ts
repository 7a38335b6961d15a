import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { McpClient, type McpErrorCode } from 'mcpwire/client';
import { McpServer } from 'mcpwire/server';
import { connectInMemory, faultyFetch, fakeClock, recordWire, type Fault, type FaultPlan } from 'mcpwire/testing';
import { errorOf } from '../client/support.js';
import { gate, settle } from '../helpers/gate.js';

const encode = (text: string) => new TextEncoder().encode(text);
const answering =
  (text: string, headers = {}) =>
  () =>
    Promise.resolve(new Response(text, { headers }));
const post = { method: 'POST', body: '{}' };

/** The chunks of a body as text, and what it broke with. */
async function read(response: Response): Promise<{ chunks: string[]; broke?: unknown }> {
  const chunks: string[] = [];
  try {
    for await (const chunk of response.body ?? []) chunks.push(new TextDecoder('latin1').decode(chunk));
  } catch (broke) {
    return { chunks, broke };
  }
  return { chunks };
}

const spoilt = async (text: string, fault: Fault) => read(await faultyFetch(answering(text), fault)('http://x', post));

describe('a plan', () => {
  const statuses = async (plan: FaultPlan) => {
    const fetch = faultyFetch(answering('fine'), plan);
    const found: number[] = [];
    for (let i = 0; i < 3; i++) found.push((await fetch('http://x/mcp', post)).status);
    return found;
  };

  test('is one fault for all requests, a list with one for each, or a function', async () => {
    expect(await statuses({ status: 503 })).toEqual([503, 503, 503]);
    expect(await statuses([undefined, { status: 503 }])).toEqual([200, 503, 200]);
    expect(await statuses(({ index }) => (index === 2 ? { status: 429 } : undefined))).toEqual([200, 200, 429]);
  });

  test('as a function knows the request', async () => {
    const seen: unknown[] = [];
    const fetch = faultyFetch(answering('fine'), ({ random: _random, headers, ...rest }) => {
      seen.push({ ...rest, type: headers.get('content-type') });
      return undefined;
    });
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    await fetch('http://x/mcp', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(message),
    });
    await fetch('http://x/mcp', { method: 'POST', body: 'no JSON' });
    await fetch('http://x/mcp', {});
    expect(seen).toEqual([
      { index: 0, url: 'http://x/mcp', httpMethod: 'POST', type: 'application/json', message },
      { index: 1, url: 'http://x/mcp', httpMethod: 'POST', type: null },
      { index: 2, url: 'http://x/mcp', httpMethod: 'GET', type: null },
    ]);
  });

  test('draws the same random numbers from the same seed, and others from another', async () => {
    const draw = async (seed?: number) => {
      const numbers: number[] = [];
      const plan: FaultPlan = ({ random }) => void numbers.push(random(), random());
      const fetch = faultyFetch(answering(''), plan, { seed });
      for (let i = 0; i < 50; i++) await fetch('http://x', post);
      return numbers;
    };
    const numbers = await draw(7);
    expect(await draw(7)).toEqual(numbers);
    expect(await draw(8)).not.toEqual(numbers);
    expect(await draw()).toEqual(await draw(1));
    expect(new Set(numbers).size).toBe(100);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
  });
});

describe('a request', () => {
  test('that goes well is passed on as it is', async () => {
    const response = new Response('x');
    const inner = vi.fn<() => Promise<Response>>(() => Promise.resolve(response));
    const init = { method: 'POST', body: '{}' };
    expect(await faultyFetch(inner, [])('http://x/mcp', init)).toBe(response);
    expect(inner).toHaveBeenCalledExactlyOnceWith('http://x/mcp', init);
  });

  test('is answered with a status by something on the way', async () => {
    const inner = vi.fn<() => Promise<Response>>();
    const fetch = faultyFetch(inner, { status: 429, headers: { 'retry-after': '7' }, body: 'slow down' });
    const response = await fetch('http://x', post);
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
      429,
      '7',
      'slow down',
    ]);
    expect((await faultyFetch(inner, { status: 204 })('http://x', post)).body).toBeNull();
    expect(inner).not.toHaveBeenCalled();
  });

  test("is lost before the server sees it, with drop: 'request'", async () => {
    const inner = vi.fn<() => Promise<Response>>();
    await expect(faultyFetch(inner, { drop: 'request' })('http://x', post)).rejects.toThrow(TypeError);
    expect(inner).not.toHaveBeenCalled();
  });

  test("is worked on in vain, with drop: 'response'", async () => {
    const whole = gate();
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          controller.enqueue(encode('x'));
          controller.close();
          whole.open();
        },
        cancel: () => expect.unreachable('the server would stop'),
      },
      { highWaterMark: 0 },
    );
    const work = gate<Response>();
    const lost = vi.fn<() => void>();
    const answer = faultyFetch(() => work.opened, { drop: 'response' })('http://x', post);
    answer.catch(lost);
    await settle();
    expect(lost).not.toHaveBeenCalled();
    work.open(new Response(body));
    await expect(answer).rejects.toThrow(TypeError);
    await whole.opened;
    const failing = faultyFetch(() => Promise.reject(new Error('refused')), { drop: 'response' });
    await expect(failing('http://x', post)).rejects.toThrow('fetch failed');
  });

  test('is sent twice, and answered with the first answer', async () => {
    let runs = 0;
    const server = new McpServer({ name: 's', version: '1' }).tool('count', {}, async (_args, ctx) => {
      const run = ++runs;
      await ctx.progress(1);
      return String(run);
    });
    await using client = await connectInMemory(server, {
      wrap: (fetch) => faultyFetch(fetch, [undefined, { duplicateRequest: true }]),
    });
    expect(await client.callTool('count')).toMatchObject({ content: [{ text: '1' }] });
    expect(runs).toBe(2);
  });

  test('waits on the clock, and not after its caller has left', async () => {
    using clock = fakeClock().install();
    const inner = vi.fn(answering('late'));
    const fetch = faultyFetch(inner, { delayMs: 1000 });
    const answer = fetch('http://x', post);
    await clock.advance(999);
    expect(inner).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(await (await answer).text()).toBe('late');

    const controller = new AbortController();
    const left = fetch('http://x', { ...post, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    await expect(fetch('http://x', { ...post, signal: controller.signal })).rejects.toThrow('enough');
    expect(clock.pending).toEqual([]);
    expect(inner).toHaveBeenCalledOnce();
  });
});

describe('a body', () => {
  test.each([0, 1, 5, 9])('is cut after %i bytes: an error, no end', async (cutAfterBytes) => {
    const { chunks, broke } = await spoilt('0123456789', { cutAfterBytes });
    expect(chunks.join('')).toBe('0123456789'.slice(0, cutAfterBytes));
    expect(broke).toBeInstanceOf(TypeError);
  });

  test('that is shorter than where it is to be cut comes whole', async () => {
    expect(await spoilt('0123', { cutAfterBytes: 5 })).toEqual({ chunks: ['0123'] });
  });

  test('ends early, as if that were all', async () => {
    expect(await spoilt('0123456789', { endAfterBytes: 4 })).toEqual({ chunks: ['0123'] });
  });

  test('has garbage at an offset, or at its end when it is shorter', async () => {
    const garbage = (at: number, bytes: Uint8Array | string | number) => spoilt('0123', { garbage: { at, bytes } });
    expect((await garbage(2, 'xx')).chunks.join('')).toBe('01xx23');
    expect((await garbage(0, Uint8Array.of(0x78))).chunks.join('')).toBe('x0123');
    expect((await garbage(9, 'x')).chunks.join('')).toBe('0123x');
    const random = (await garbage(2, 16)).chunks.join('');
    expect(random).toMatch(/^01[^]{16}23$/);
    expect((await garbage(2, 16)).chunks.join('')).toBe(random);
  });

  test('comes in small pieces, one at a time on the clock', async () => {
    using clock = fakeClock().install();
    const fetch = faultyFetch(answering('0123456'), { chunkBytes: 3, chunkDelayMs: 10 });
    const reader = (await fetch('http://x', post)).body!.getReader();
    const texts: string[] = [];
    const reading = (async () => {
      for (let step; !(step = await reader.read()).done;) texts.push(new TextDecoder().decode(step.value));
    })();
    for (const expected of [['012'], ['012', '345'], ['012', '345', '6']]) {
      await clock.advance(0);
      expect(texts).toEqual(expected);
      await clock.advance(10);
    }
    await reading;
  });

  test('stops when its reader leaves, and tells the server', async () => {
    using clock = fakeClock().install();
    const left = gate<unknown>();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encode('0123')),
      cancel: (reason) => left.open(reason),
    });
    const slow = { chunkBytes: 1, chunkDelayMs: 1000 };
    const fetch = faultyFetch(() => Promise.resolve(new Response(body)), slow);
    const reader = (await fetch('http://x', post)).body!.getReader();
    await reader.read();
    const pending = reader.read();
    await clock.advance(1);
    await reader.cancel('enough');
    expect(await left.opened).toBe('enough');
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(clock.pending).toEqual([]);
  });

  test('has every event twice, comments once', async () => {
    const text = ': hello\n\ndata: 1\n\ndata: 2\ndata: 3\n\ndata: open';
    const twice = ': hello\n\ndata: 1\n\ndata: 1\n\ndata: 2\ndata: 3\n\ndata: 2\ndata: 3\n\ndata: open';
    expect((await spoilt(text, { duplicateEvents: true })).chunks.join('')).toBe(twice);
  });

  test('passes through unharmed by faults that do not apply', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.integer({ min: 1, max: 20 }), async (text, chunkBytes) => {
        const binary = [...encode(text)].map((byte) => String.fromCharCode(byte)).join('');
        const { chunks, broke } = await spoilt(text, { chunkBytes, cutAfterBytes: encode(text).length + 1 });
        expect([chunks.join(''), broke]).toEqual([binary, undefined]);
        expect(chunks.every((chunk) => chunk.length <= chunkBytes)).toBe(true);
      }),
    );
  });

  test('in pieces of no bytes is a mistake', async () => {
    await expect(faultyFetch(answering('x'), { chunkBytes: 0 })('http://x', post)).rejects.toThrow(/chunkBytes/);
  });
});

describe('what a client makes of it', () => {
  const server = new McpServer({ name: 's', version: '1' }).tool('work', {}, async (_args, ctx) => {
    await ctx.progress(1);
    await ctx.progress(2);
    return 'done';
  });
  const onlyTools =
    (fault: Fault): FaultPlan =>
    ({ headers }) =>
      headers.get('mcp-method') === 'tools/call' ? fault : undefined;

  test.each<[string, Fault, McpErrorCode]>([
    ['a lost request', { drop: 'request' }, 'connection_failed'],
    ['a lost response', { drop: 'response' }, 'connection_failed'],
    ['a status', { status: 502, body: '<html>' }, 'http_status'],
    ['a cut', { cutAfterBytes: 100 }, 'stream_ended'],
    ['an early end', { endAfterBytes: 100 }, 'stream_ended'],
    ['garbage in an event', { garbage: { at: 8, bytes: '}{' } }, 'invalid_message'],
    ['bytes that are no UTF-8', { garbage: { at: 8, bytes: Uint8Array.of(0xff) } }, 'invalid_message'],
  ])('%s', async (_name, fault, code) => {
    await using client = await connectInMemory(server, { wrap: (fetch) => faultyFetch(fetch, onlyTools(fault)) });
    expect((await errorOf(client.callTool('work'))).code).toBe(code);
  });

  test('an answer that comes twice is an answer, and a warning', async () => {
    const warned = gate<McpErrorCode>();
    await using client = await connectInMemory(server, {
      wrap: (fetch) => faultyFetch(fetch, onlyTools({ duplicateEvents: true })),
      onWarning: ({ code }) => warned.open(code),
    });
    expect(await client.callTool('work')).toMatchObject({ content: [{ text: 'done' }] });
    expect(await warned.opened).toBe('invalid_message');
  });

  test('pieces of one byte change nothing', async () => {
    const steps: number[] = [];
    await using client = await connectInMemory(server, { wrap: (fetch) => faultyFetch(fetch, { chunkBytes: 1 }) });
    await client.callTool('work', {}, { onProgress: ({ progress }) => steps.push(progress) });
    expect(steps).toEqual([1, 2]);
  });

  test('faults stand between a recorder and the server, and before any fetch', async () => {
    const wire = recordWire();
    const fetch = wire.wrap(faultyFetch((url, init) => server.fetch(new Request(url, init)), { status: 503 }));
    expect((await errorOf(McpClient.connect('http://localhost/mcp', { fetch }))).status).toBe(503);
    // The second one, after which a server is given up.
    expect(wire.entries.at(-1)).toEqual({ exchange: 2, direction: 'received', status: 503 });
  });

  test('a delay beyond the time limit is a timeout', async () => {
    const clock = fakeClock();
    await using client = await connectInMemory(server, {
      clock,
      timeoutMs: 1000,
      wrap: (fetch) => faultyFetch(fetch, onlyTools({ delayMs: 5000 })),
    });
    const failed = errorOf(client.callTool('work'));
    await clock.advance(1000);
    expect((await failed).code).toBe('timeout');
    expect(clock.pending).toEqual([]);
  });
});
