import type { ConnectOptions, ListenChange, ListenOptions, ListenTopics } from 'mcpwire/client';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChangeQueue } from '../../src/client/changes.js';
import { errorOf as failureOf } from './support.js';
import { errorOf, openStream, play, resultOf, type Asked, type OpenStream, type Played } from './wire.js';

// To load it takes real time, which does not pass here: the first time, and each time that the client asks for it, since the
// test runner then asks another process.
const loaded = (): Promise<unknown> => import('../../src/client/lazy.js');
beforeAll(loaded);
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const TOOLS = 'notifications/tools/list_changed';

/** One `subscriptions/listen` that has arrived, and the stream that answers it. */
interface Listened extends OpenStream {
  readonly asked: Asked;
  readonly acknowledge: (notifications?: object) => void;
  readonly tell: (method: string, params?: object) => void;
  readonly close: () => void;
}

interface Listening extends Played {
  readonly changes: AsyncIterableIterator<ListenChange>;
  /** The next stream that is opened, while time passes. */
  readonly opened: () => Promise<Listened>;
  /** How many were opened so far. */
  readonly count: () => number;
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function eventually(condition: () => boolean, stepMs = 100): Promise<void> {
  await loaded();
  for (let step = 0; !condition(); step++) {
    if (step > 5000) throw new Error('It never happens');
    await vi.advanceTimersByTimeAsync(stepMs);
    await tick();
  }
}

async function listening(
  topics: ListenTopics,
  {
    answer,
    connect,
    ...options
  }: ListenOptions & {
    answer?: (asked: Asked, count: number) => Response | Promise<Response> | undefined;
    connect?: ConnectOptions;
  } = {},
): Promise<Listening> {
  const streams: Listened[] = [];
  let taken = 0;
  let count = 0;
  const played = await play((asked) => {
    if (asked.method !== 'subscriptions/listen') return { tools: [], ttlMs: 1_000_000 };
    const other = answer?.(asked, ++count);
    if (other !== undefined) return other;
    const stream = openStream();
    const meta = { _meta: { [SUBSCRIPTION]: asked.id } };
    const tell = (method: string, params: object = {}): void => stream.send({ method, params: { ...params, ...meta } });
    streams.push({
      ...stream,
      asked,
      tell,
      acknowledge: (notifications = asked.params['notifications'] as object) =>
        tell('notifications/subscriptions/acknowledged', { notifications }),
      close: () => {
        stream.send({ id: asked.id, result: { resultType: 'complete', ...meta } });
        stream.end();
      },
    });
    return stream.response;
  }, connect);
  return {
    ...played,
    changes: played.client.listen(topics, options),
    count: () => streams.length,
    async opened() {
      await eventually(() => streams.length > taken);
      return streams[taken++]!;
    },
  };
}

describe('a subscription', () => {
  // spec: basic/patterns/subscriptions#opening-a-stream
  it('is opened when its first change is pulled, with what is asked for', async () => {
    const { changes, opened, asked } = await listening({ toolsListChanged: true, resourceSubscriptions: ['x://a'] });
    await tick();
    expect(asked).toHaveLength(0);
    const first = changes.next();
    const stream = await opened();
    expect(stream.asked).toMatchObject({
      method: 'subscriptions/listen',
      params: { notifications: { toolsListChanged: true, resourceSubscriptions: ['x://a'] } },
    });
    stream.acknowledge();
    stream.tell(TOOLS);
    expect(await first).toEqual({ done: false, value: { type: 'toolsListChanged' } });
  });

  it('tells every kind of change', async () => {
    const { changes, opened } = await listening({
      toolsListChanged: true,
      promptsListChanged: true,
      resourcesListChanged: true,
      resourceSubscriptions: ['x://a'],
      'com.example/parcels': ['p1'],
    });
    const first = changes.next();
    const stream = await opened();
    stream.acknowledge();
    stream.tell(TOOLS);
    stream.tell('notifications/prompts/list_changed');
    stream.tell('notifications/resources/list_changed');
    stream.tell('notifications/resources/updated', { uri: 'x://a/part' });
    stream.tell('parcels/moved', { parcelId: 'p1' });
    const all = [await first];
    for (let more = 0; more < 4; more++) all.push(await changes.next());
    expect(all.map(({ value }) => value as unknown)).toMatchObject([
      { type: 'toolsListChanged' },
      { type: 'promptsListChanged' },
      { type: 'resourcesListChanged' },
      { type: 'resourceUpdated', uri: 'x://a/part' },
      { type: 'notification', method: 'parcels/moved', params: { parcelId: 'p1' } },
    ]);
  });

  it('has its notifications heard by client.on, too', async () => {
    const { client, changes, opened } = await listening({ toolsListChanged: true });
    const heard: string[] = [];
    client.on(TOOLS, (_params, { method }) => heard.push(method));
    const first = changes.next();
    const stream = await opened();
    stream.acknowledge();
    stream.tell(TOOLS);
    await first;
    expect(heard).toEqual([TOOLS]);
  });

  it('is not opened by client.on', async () => {
    const { client, asked } = await listening({});
    client.on(TOOLS, () => {});
    await vi.advanceTimersByTimeAsync(100_000);
    expect(asked).toHaveLength(0);
  });

  it('makes kept lists stale', async () => {
    const { client, changes, opened, methods } = await listening({ toolsListChanged: true });
    const first = changes.next();
    const stream = await opened();
    stream.acknowledge();
    await client.listTools();
    await client.listTools();
    stream.tell(TOOLS);
    await first;
    await client.listTools();
    expect(methods()).toEqual(['subscriptions/listen', 'tools/list', 'tools/list']);
  });

  // spec: basic/patterns/subscriptions#multiple-concurrent-subscriptions
  it('is one of several', async () => {
    const { client, changes, opened } = await listening({ toolsListChanged: true });
    const other = client.listen({ promptsListChanged: true });
    const mine = changes.next();
    const first = await opened();
    const theirs = other.next();
    const second = await opened();
    expect(first.asked.id).not.toBe(second.asked.id);
    first.acknowledge();
    second.acknowledge();
    second.tell('notifications/prompts/list_changed');
    first.tell(TOOLS);
    expect([(await mine).value, (await theirs).value]).toEqual([
      { type: 'toolsListChanged' },
      { type: 'promptsListChanged' },
    ]);
  });

  it('is closed when its reader leaves the loop', async () => {
    const { changes, opened, count } = await listening({ toolsListChanged: true });
    const loop = (async () => {
      for await (const change of changes) if (change.type === 'toolsListChanged') break;
    })();
    const stream = await opened();
    stream.acknowledge();
    stream.tell(TOOLS);
    await loop;
    await stream.left;
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(count()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends a pending step when it is left from elsewhere', async () => {
    const { changes, opened } = await listening({ toolsListChanged: true });
    const pending = changes.next();
    const stream = await opened();
    stream.acknowledge();
    await changes.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    await stream.left;
    expect(await changes.next()).toEqual({ done: true, value: undefined });
  });

  it('that is left before it begins is never opened', async () => {
    const { changes, asked } = await listening({ toolsListChanged: true });
    await changes.return?.();
    expect(await changes.next()).toEqual({ done: true, value: undefined });
    expect(asked).toHaveLength(0);
  });

  it.each(['aborted', 'closed'] as const)('fails with %s', async (code) => {
    const controller = new AbortController();
    const { client, changes, opened } = await listening({ toolsListChanged: true }, { signal: controller.signal });
    const pending = failureOf(changes.next());
    const stream = await opened();
    stream.acknowledge();
    if (code === 'aborted') controller.abort();
    else await client.close();
    expect((await pending).code).toBe(code);
    await stream.left;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the acknowledgement', () => {
  // spec: basic/patterns/subscriptions#acknowledgment.3
  it('is checked: what the server does not tell of is a warning, and what it does is told', async () => {
    const honored: ListenTopics[] = [];
    const { changes, opened, warnings } = await listening(
      { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: [], resourcesListChanged: false },
      { onListening: (topics) => honored.push(topics) },
    );
    changes.next().catch(() => {});
    const stream = await opened();
    stream.acknowledge({ toolsListChanged: true, promptsListChanged: false, resourcesListChanged: true });
    await eventually(() => honored.length > 0);
    expect(honored).toEqual([{ toolsListChanged: true }]);
    expect(warnings.map(({ message }) => message)).toEqual(['The server does not tell of promptsListChanged']);
  });

  it.each([{}, { toolsListChanged: false }, { promptsListChanged: true }, null])(
    'of nothing (%j) ends the subscription, which is not opened again',
    async (notifications) => {
      const { changes, opened, count } = await listening({ toolsListChanged: true });
      const first = changes.next();
      const stream = await opened();
      stream.acknowledge(notifications as object);
      expect(await first).toEqual({ done: true, value: undefined });
      await stream.left;
      await vi.advanceTimersByTimeAsync(1_000_000);
      expect(count()).toBe(1);
    },
  );

  it('that never comes while the server ends the subscription ends it', async () => {
    const { changes, count } = await listening({ toolsListChanged: true }, { answer: ({ id }) => resultOf(id, {}) });
    expect(await changes.next()).toEqual({ done: true, value: undefined });
    expect(count()).toBe(0);
  });

  it('must come first', async () => {
    const { changes, opened } = await listening({ toolsListChanged: true });
    const first = failureOf(changes.next());
    (await opened()).tell(TOOLS);
    expect(await first).toMatchObject({ code: 'invalid_message', message: expect.stringContaining(TOOLS) as string });
  });

  it('is waited for no longer than timeoutMs, and the stream itself without end', async () => {
    const { changes, opened } = await listening({ toolsListChanged: true }, { timeoutMs: 1000, retry: false });
    const late = failureOf(changes.next());
    await opened();
    await vi.advanceTimersByTimeAsync(1000);
    expect((await late).code).toBe('timeout');
    const other = await listening({ toolsListChanged: true }, { timeoutMs: 1000 });
    const first = other.changes.next();
    const stream = await other.opened();
    stream.acknowledge();
    await tick();
    await vi.advanceTimersByTimeAsync(86_400_000);
    stream.tell(TOOLS);
    expect((await first).value).toEqual({ type: 'toolsListChanged' });
  });

  it('and changes of another subscription are passed over', async () => {
    const { changes, opened } = await listening({ toolsListChanged: true });
    const first = changes.next();
    const stream = await opened();
    stream.send({ method: 'notifications/resources/updated', params: { uri: 'x://a', _meta: { [SUBSCRIPTION]: 99 } } });
    stream.acknowledge();
    stream.send({ method: 'notifications/resources/updated', params: { uri: 'x://a', _meta: { [SUBSCRIPTION]: 99 } } });
    stream.tell(TOOLS);
    expect((await first).value).toEqual({ type: 'toolsListChanged' });
  });

  // spec: basic/patterns/subscriptions#opening-a-stream
  it('does not admit what was not asked for', async () => {
    const { changes, opened } = await listening({ toolsListChanged: true });
    const first = changes.next();
    const stream = await opened();
    stream.acknowledge();
    stream.tell('notifications/prompts/list_changed');
    stream.tell('notifications/resources/updated', { uri: 'x://a' });
    stream.tell(TOOLS);
    expect((await first).value).toEqual({ type: 'toolsListChanged' });
  });
});

describe('a subscription goes on', () => {
  const ends: readonly [string, (stream: Listened) => void][] = [
    ['its stream breaks', (stream) => stream.break()],
    ['its stream ends without a result', (stream) => stream.end()],
    ['the server ends it by a result', (stream) => stream.close()],
    [
      'SU2: the server ends it by notifications/cancelled',
      (stream) => stream.send({ method: 'notifications/cancelled', params: { requestId: stream.asked.id } }),
    ],
  ];

  // spec: basic/patterns/subscriptions#graceful-closure basic/patterns/cancellation#cancellation-flow
  it.each(ends)('when %s, and says that anything may have changed', async (_name, end) => {
    const { client, changes, opened, methods } = await listening({ toolsListChanged: true });
    const first = changes.next();
    const stream = await opened();
    stream.acknowledge();
    await client.listTools();
    end(stream);
    const again = await opened();
    expect(again.asked.id).not.toBe(stream.asked.id);
    again.acknowledge();
    expect((await first).value).toEqual({ type: 'refetch' });
    again.tell(TOOLS);
    expect((await changes.next()).value).toEqual({ type: 'toolsListChanged' });
    await client.listTools();
    expect(methods()).toEqual(['subscriptions/listen', 'tools/list', 'subscriptions/listen', 'tools/list']);
  });

  it('while servers are replaced: refused connections, 502, 503 with Retry-After', async () => {
    const times: number[] = [];
    const { changes, opened } = await listening(
      { toolsListChanged: true },
      {
        answer: (_asked, count) => {
          times.push(performance.now());
          if (count === 2) return Promise.reject(new TypeError('fetch failed'));
          if (count === 3) return new Response('', { status: 502 });
          return count === 4 ? new Response('', { status: 503, headers: { 'retry-after': '20' } }) : undefined;
        },
      },
    );
    const first = changes.next();
    const stream = await opened();
    stream.acknowledge();
    stream.close();
    const again = await opened();
    again.acknowledge();
    expect((await first).value).toEqual({ type: 'refetch' });
    expect((times[4] ?? 0) - (times[3] ?? 0)).toBeGreaterThanOrEqual(20_000);
  });

  it('after ever longer pauses, up to half a minute, never twice the same, and without end', async () => {
    const times: number[] = [];
    const { changes } = await listening(
      { toolsListChanged: true },
      {
        answer: (asked) => {
          times.push(performance.now());
          const stream = openStream();
          stream.send({
            method: 'notifications/subscriptions/acknowledged',
            params: { notifications: asked.params['notifications'], _meta: { [SUBSCRIPTION]: asked.id } },
          });
          stream.send({ id: asked.id, result: { resultType: 'complete' } });
          stream.end();
          return stream.response;
        },
      },
    );
    changes.next().catch(() => {});
    await eventually(() => times.length >= 20, 1000);
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(pauses[0]).toBeLessThanOrEqual(1000);
    for (const pause of pauses.slice(9)) expect(pause).toBeGreaterThanOrEqual(15_000);
    for (const pause of pauses) expect(pause).toBeLessThanOrEqual(31_000);
    await changes.return?.();
  });

  it('after a short pause where the stream has lasted for a minute', async () => {
    const { changes, opened } = await listening({ toolsListChanged: true });
    changes.next().catch(() => {});
    for (let round = 0; round < 8; round++) {
      const stream = await opened();
      stream.acknowledge();
      await tick();
      stream.close();
    }
    const stream = await opened();
    stream.acknowledge();
    await tick();
    await vi.advanceTimersByTimeAsync(61_000);
    stream.close();
    const from = performance.now();
    await opened();
    expect(performance.now() - from).toBeLessThanOrEqual(500);
  });

  it('when three keep-alives are missed', async () => {
    const { changes, opened, count } = await listening({ toolsListChanged: true });
    const first = changes.next();
    const stream = await opened();
    stream.acknowledge();
    for (let beat = 0; beat < 3; beat++) {
      await tick();
      await vi.advanceTimersByTimeAsync(15_000);
      stream.comment(' keep-alive');
    }
    await tick();
    await vi.advanceTimersByTimeAsync(44_000);
    expect(count()).toBe(1);
    const again = await opened();
    await stream.left;
    again.acknowledge();
    expect((await first).value).toEqual({ type: 'refetch' });
  });

  it('and forgets a rhythm that its server does not keep to, so that it does not lose one stream after the other', async () => {
    const { changes, opened, count } = await listening({ toolsListChanged: true });
    changes.next().catch(() => {});
    const stream = await opened();
    stream.acknowledge();
    // Two that a proxy has held back and sent together are no rhythm of 8 s.
    for (const wait of [30_000, 28_000, 2000]) {
      await tick();
      await vi.advanceTimersByTimeAsync(wait);
      stream.comment();
    }
    const again = await opened();
    again.acknowledge();
    for (let beat = 0; beat < 10; beat++) {
      await tick();
      await vi.advanceTimersByTimeAsync(30_000);
      again.comment();
    }
    expect(count()).toBe(2);
  });

  it('when a server that is about to go ends it before it agrees', async () => {
    const { changes, opened } = await listening(
      { toolsListChanged: true },
      { answer: ({ id }, count) => (count === 2 ? resultOf(id, {}) : undefined) },
    );
    const first = changes.next();
    const stream = await opened();
    stream.acknowledge();
    stream.close();
    (await opened()).acknowledge();
    expect((await first).value).toEqual({ type: 'refetch' });
  });

  it('however long a server is silent that sends no keep-alives', async () => {
    const { changes, opened, count } = await listening({ toolsListChanged: true });
    changes.next().catch(() => {});
    (await opened()).acknowledge();
    await tick();
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(count()).toBe(1);
  });

  it('when three keep-alives are missed whose time was told', async () => {
    const { changes, opened, count } = await listening({ toolsListChanged: true }, { keepAliveMs: 1000 });
    changes.next().catch(() => {});
    const stream = await opened();
    stream.acknowledge();
    await tick();
    await vi.advanceTimersByTimeAsync(2900);
    expect(count()).toBe(1);
    await opened();
    await stream.left;
  });
});

describe('a subscription fails', () => {
  it.each<[string, (asked: Asked) => Response]>([
    ['method_not_found', ({ id }) => errorOf(id, -32601, 'no', { status: 404 })],
    ['invalid_params', ({ id }) => errorOf(id, -32602)],
    ['unauthorized', () => new Response('', { status: 401 })],
    ['http_status', () => new Response('', { status: 404 })],
    ['invalid_message', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
  ])('with %s at once', async (code, answer) => {
    const { changes, asked } = await listening({ toolsListChanged: true }, { answer });
    expect((await failureOf(changes.next())).code).toBe(code);
    expect(asked).toHaveLength(1);
    expect(await changes.next()).toEqual({ done: true, value: undefined });
  });

  it('after 4 requests where it never got through', async () => {
    const { changes, asked } = await listening(
      { toolsListChanged: true },
      { answer: () => Promise.reject(new TypeError('fetch failed')) },
    );
    const first = failureOf(changes.next());
    await eventually(() => asked.length === 4);
    expect((await first).code).toBe('connection_failed');
  });

  it('after as many pauses as retry says', async () => {
    const { changes, opened, count } = await listening({ toolsListChanged: true }, { retry: false });
    const first = failureOf(changes.next());
    const stream = await opened();
    stream.acknowledge();
    await tick();
    stream.break();
    expect((await first).code).toBe('stream_ended');
    expect(count()).toBe(1);
  });

  it('with what happened while it went on', async () => {
    const { changes, opened } = await listening(
      { toolsListChanged: true },
      { answer: (_asked, count) => (count === 2 ? new Response('', { status: 401 }) : undefined) },
    );
    const first = failureOf(changes.next());
    const stream = await opened();
    stream.acknowledge();
    stream.close();
    await eventually(() => vi.getTimerCount() === 0);
    expect((await first).code).toBe('unauthorized');
  });
});

describe('changes that wait for their reader', () => {
  const drain = async (queue: ChangeQueue): Promise<unknown[]> => {
    queue.end();
    const all: unknown[] = [];
    for (let step = await queue.next(); step.done !== true; step = await queue.next()) all.push(step.value);
    return all;
  };

  it('wait once for each list and each resource, in the order of the first', async () => {
    const queue = new ChangeQueue();
    for (let round = 0; round < 1000; round++) {
      queue.push({ type: 'resourceUpdated', uri: 'x://a' });
      queue.push({ type: 'toolsListChanged' });
      queue.push({ type: 'resourceUpdated', uri: 'x://b' });
    }
    expect(await drain(queue)).toEqual([
      { type: 'resourceUpdated', uri: 'x://a' },
      { type: 'toolsListChanged' },
      { type: 'resourceUpdated', uri: 'x://b' },
    ]);
  });

  it('reach every step that waits for one, in order', async () => {
    const queue = new ChangeQueue();
    const steps = [queue.next(), queue.next(), queue.next()];
    queue.push({ type: 'toolsListChanged' });
    expect((await steps[0])?.value).toEqual({ type: 'toolsListChanged' });
    queue.push({ type: 'promptsListChanged' });
    queue.end();
    expect(await Promise.all(steps.slice(1))).toEqual([
      { done: false, value: { type: 'promptsListChanged' } },
      { done: true, value: undefined },
    ]);
  });

  it('become one refetch when over 1,000 wait', async () => {
    const queue = new ChangeQueue();
    for (let at = 0; at < 5000; at++) queue.push({ type: 'notification', method: 'x', params: { at } });
    queue.push({ type: 'toolsListChanged' });
    expect(await drain(queue)).toEqual([{ type: 'refetch' }]);
  });
});
