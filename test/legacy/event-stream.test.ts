import * as fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { memoryEventStore } from '../../src/legacy/event-store.ts';
import type { EventStore } from '../../src/server/past-stores.ts';
import { EventStream, resume } from '../../src/legacy/event-stream.ts';
import { gate, settle } from '../helpers/gate.ts';
import { FakeReply, Processes, StreamReader } from './event-stream-support.ts';

afterEach(() => void vi.useRealTimers());

const message = (n: number | string): string => JSON.stringify({ jsonrpc: '2.0', method: 'note', params: { n } });

/** A stream with a client, which has got the opening event. */
async function started(
  processes = new Processes(),
  reply = new FakeReply(),
): Promise<{ processes: Processes; stream: EventStream; reply: FakeReply }> {
  const stream = new EventStream(processes.settings());
  await stream.connect(reply);
  return { processes, stream, reply };
}

const event = (stream: EventStream, n: number, text: string = message(n)): string =>
  `id: ${stream.id}.${n}\ndata: ${text}\n\n`;
const opening = (stream: EventStream, at = 0, retryMs = 1000): string =>
  `id: ${stream.id}.${at}\nretry: ${retryMs}\ndata: \n\n`;

test('a stream opens with an event that has an id, no data, and the time to come back', async () => {
  const reply = new FakeReply();
  const stream = new EventStream(new Processes().settings());
  await stream.connect(reply, { 'mcp-session-id': 'abc' });
  expect(reply.headers).toEqual({
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'mcp-session-id': 'abc',
  });
  expect(reply.text()).toBe(opening(stream));
  expect(stream.id).toMatch(/^[\w-]{22}$/);
});

test('every message has an id of its own, and the last one ends the connection', async () => {
  const { processes, stream, reply } = await started();
  await stream.send(message(1));
  await stream.finish(message(2));
  await stream.send(message(3));
  await stream.finish(message(4));
  expect(reply.text()).toBe(opening(stream) + event(stream, 1) + event(stream, 2));
  expect(reply.ended).toBe(true);
  expect(processes.listening).toBe(0);
});

test('older clients get ids, but neither an event without data nor a time to come back, and are not sent away', async () => {
  const { processes, stream, reply } = await started(new Processes({ primes: false }));
  await stream.send(message(1));
  await stream.detach();
  expect(reply.ended).toBe(false);
  reply.leave();
  await stream.finish(message(2));
  expect(reply.text()).toBe(event(stream, 1));
  const second = new FakeReply();
  expect(await resume(processes.settings(1), `${stream.id}.1`, second)).toBe('resumed');
  await settle();
  expect(second.text()).toBe(event(stream, 2));
  expect(second.ended).toBe(true);
});

test('a message is stored before it is written', async () => {
  const stored = gate();
  const memory = memoryEventStore();
  const store: EventStore = {
    ...memory,
    append: async (name, sequence, data) => {
      if (sequence > 0) await stored.opened;
      await memory.append(name, sequence, data);
    },
  };
  const { stream, reply } = await started(new Processes({ store }));
  reply.take();
  const sent = stream.send(message(1));
  await settle();
  expect(reply.text()).toBe('');
  stored.open();
  await sent;
  expect(reply.text()).toBe(event(stream, 1));
});

test('sends that overlap stay in order, however long the store takes for each', async () => {
  const memory = memoryEventStore();
  const gates = [gate(), gate(), gate()];
  const store: EventStore = {
    ...memory,
    append: async (name, sequence, data) => {
      if (sequence > 0) await gates[sequence - 1]!.opened;
      await memory.append(name, sequence, data);
    },
  };
  const { stream, reply } = await started(new Processes({ store }));
  reply.take();
  const sent = [stream.send(message(1)), stream.send(message(2)), stream.finish(message(3))];
  for (const { open } of [...gates].reverse()) {
    open();
    await settle();
  }
  await Promise.all(sent);
  expect(reply.text()).toBe(event(stream, 1) + event(stream, 2) + event(stream, 3));
});

test('wherever the connection is cut, to the last byte of the last message, the client gets the rest, and the rest alone', async () => {
  const { stream: model, reply: whole } = await started();
  const data = [message(1), message('zwölf 💡'), message('the end')];
  await model.send(data[0]!);
  await model.send(data[1]!);
  await model.finish(data[2]);
  const length = whole.take().length;
  const primed = opening(model).length;
  for (let cut = primed; cut < length; cut++) {
    const { processes, stream, reply } = await started();
    const reader = new StreamReader();
    reader.connect();
    await stream.send(data[0]!);
    await stream.send(data[1]!);
    await stream.finish(data[2]);
    reader.feed(reply.take(cut));
    const second = new FakeReply();
    expect(await resume(processes.settings(1), reader.lastEventId!, second)).toBe('resumed');
    await settle(1);
    reader.connect();
    reader.feed(second.take());
    expect(reader.data).toEqual(data);
    expect(second.ended).toBe(true);
  }
});

test('a lost connection ends nothing: what is sent meanwhile waits for the client, and is announced', async () => {
  const { processes, stream, reply } = await started();
  reply.leave();
  await stream.send(message(1));
  await stream.send(message(2));
  expect(processes.announced.slice(-2)).toEqual([[`session/${stream.id}`], [`session/${stream.id}`]]);
  const second = new FakeReply();
  expect(await resume(processes.settings(1), `${stream.id}.0`, second, { 'x-own': 'yes' })).toBe('resumed');
  await settle();
  await stream.send(message(3));
  await settle();
  expect(second.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-own': 'yes' });
  expect(second.text()).toBe(opening(stream) + event(stream, 1) + event(stream, 2) + event(stream, 3));
  expect(second.ended).toBe(false);
  await stream.finish();
  await settle();
  expect(second.ended).toBe(true);
  expect(processes.listening).toBe(0);
});

test('a client that loses a resumed connection before its first event knows where it was', async () => {
  const { processes, stream, reply } = await started();
  await stream.send(message(1));
  reply.leave();
  const second = new FakeReply();
  await resume(processes.settings(), `${stream.id}.1`, second);
  expect(second.text()).toBe(opening(stream, 1));
});

test('a stream that is detached says when to come back, and goes on', async () => {
  const { processes, stream, reply } = await started();
  await stream.send(message(1));
  await stream.detach({ retryMs: 50 });
  expect(reply.text()).toBe(opening(stream) + event(stream, 1) + opening(stream, 1, 50));
  expect(reply.ended).toBe(true);
  await stream.finish(message(2));
  const second = new FakeReply();
  await resume(processes.settings(1), `${stream.id}.1`, second);
  await settle();
  expect(second.text()).toBe(opening(stream, 1) + event(stream, 2));
});

test('a detach also ends the connection that the client came back with', async () => {
  const { processes, stream } = await started();
  const second = new FakeReply();
  await resume(processes.settings(1), `${stream.id}.0`, second);
  await stream.detach();
  expect(second.ended).toBe(true);
  expect(processes.listening).toBe(0);
});

test('a client that has seen it all gets nothing, and nothing is opened', async () => {
  const { processes, stream } = await started();
  await stream.finish(message(1));
  expect(await resume(processes.settings(1), `${stream.id}.1`, new FakeReply())).toBe('ended');
});

test('what was sent before the first connection is not lost', async () => {
  const stream = new EventStream(new Processes().settings());
  await stream.send(message(1));
  const reply = new FakeReply();
  await stream.connect(reply);
  await stream.send(message(2));
  await settle();
  expect(reply.text()).toBe(opening(stream) + event(stream, 1) + event(stream, 2));
  const [over, late] = [new EventStream(new Processes().settings()), new FakeReply()];
  await over.finish();
  await over.connect(late);
  await settle();
  expect(late.ended).toBe(true);
});

test.each([
  ['nothing', () => ''],
  ['no sequence', (id: string) => id],
  ['an empty sequence', (id: string) => `${id}.`],
  ['a negative sequence', (id: string) => `${id}.-1`],
  ['a fraction', (id: string) => `${id}.0.5`],
  ['an exponent', (id: string) => `${id}.1e0`],
  ['leading zeros', (id: string) => `${id}.00`],
  ['a line break', (id: string) => `${id}.0\n`],
  ['spaces', (id: string) => ` ${id}.0`],
  ['an event of the future', (id: string) => `${id}.2`],
  ['an event of the far future', (id: string) => `${id}.999999999999999`],
  ['more digits than a number has', (id: string) => `${id}.${'9'.repeat(400)}`],
  ['another stream', (id: string) => `${'A'.repeat(id.length)}.0`],
  ['a path', (id: string) => `../session/${id}.0`],
  ['the key of the store', (id: string) => `session/${id}.0`],
  ['a megabyte', (id: string) => `${id}.${'0'.repeat(1e6)}`],
])('an event id with %s is unknown, and nothing is opened', async (_, make) => {
  const { processes, stream, reply } = await started();
  await stream.send(message(1));
  const second = new FakeReply();
  expect(await resume(processes.settings(), make(stream.id), second)).toBe('unknown');
  expect(second.headers).toBeUndefined();
  expect(reply.ended).toBe(false);
});

test('any text at all as an event id is unknown', async () => {
  const processes = new Processes();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (id) => {
      expect(await resume(processes.settings(), id, new FakeReply())).toBe('unknown');
    }),
  );
});

test("no session reads another's stream, nor ends its connection", async () => {
  const { processes, stream, reply } = await started();
  await stream.send(message('secret'));
  for (const session of ['other', '', 'session/', `session/${stream.id}`]) {
    const settings = { ...processes.settings(1), session };
    expect(await resume(settings, `${stream.id}.0`, new FakeReply())).toBe('unknown');
  }
  expect(reply.ended).toBe(false);
});

test('what is no longer kept is gone, before anything is opened; a client that has it already goes on', async () => {
  const { processes, stream, reply } = await started(
    new Processes({ store: memoryEventStore({ eventsPerStream: 2 }) }),
  );
  for (const n of [1, 2, 3, 4]) await stream.send(message(n));
  const second = new FakeReply();
  expect(await resume(processes.settings(), `${stream.id}.1`, second)).toBe('gone');
  expect(second.headers).toBeUndefined();
  expect(reply.ended).toBe(false);
  expect(await resume(processes.settings(), `${stream.id}.2`, second)).toBe('resumed');
  await settle();
  expect(second.text()).toBe(opening(stream, 2) + event(stream, 3) + event(stream, 4));
});

test('a stream that was driven out of the store is gone', async () => {
  const { processes, stream } = await started(new Processes({ store: memoryEventStore({ bytes: 20_000 }) }));
  await stream.finish(message(1));
  const other = new EventStream(processes.settings());
  await other.send('x'.repeat(9800));
  expect(await resume(processes.settings(), `${stream.id}.0`, new FakeReply())).toBe('gone');
});

test('a reader who falls behind what is kept is cut off, never led past the gap', async () => {
  const processes = new Processes({ store: memoryEventStore({ eventsPerStream: 3 }) });
  const { stream, reply } = await started(processes, new FakeReply(100));
  for (let n = 1; n <= 20; n++) void stream.send(message(n));
  await settle();
  const reader = new StreamReader();
  reader.connect();
  reader.feed(reply.take());
  await settle();
  reader.feed(reply.take());
  expect(reader.data.length).toBeLessThan(20);
  expect(reader.data).toEqual(reader.data.map((_, index) => message(index + 1)));
  expect(reply.ended).toBe(true);
  expect(await resume(processes.settings(), reader.lastEventId!, new FakeReply())).toBe('gone');
});

test('a second resume takes over from the first', async () => {
  const { processes, stream, reply } = await started();
  reply.leave();
  const [first, second] = [new FakeReply(), new FakeReply()];
  await resume(processes.settings(0), `${stream.id}.0`, first);
  await settle();
  await resume(processes.settings(1), `${stream.id}.0`, second);
  await settle();
  expect(first.ended).toBe(true);
  await stream.finish(message(1));
  await settle();
  expect(first.text()).toBe(opening(stream));
  expect(second.text()).toBe(opening(stream) + event(stream, 1));
  expect(processes.listening).toBe(0);
});

test('a resume takes over from a connection that looks alive, and frees who waits for it', async () => {
  const processes = new Processes();
  const { stream, reply } = await started(processes, new FakeReply(1));
  const sent = stream.send(message(1));
  await settle();
  const second = new FakeReply();
  expect(await resume(processes.settings(1), `${stream.id}.0`, second)).toBe('resumed');
  await sent;
  expect(reply.ended).toBe(true);
  await stream.finish(message(2));
  await settle();
  expect(second.text()).toBe(opening(stream) + event(stream, 1) + event(stream, 2));
});

test('what was stored while the takeover was on its way reaches the new connection', async () => {
  const waiting: (() => void)[] = [];
  const processes = new Processes({}, 2, (happens) => void waiting.push(happens));
  const { stream } = await started(processes);
  const second = new FakeReply();
  await resume(processes.settings(1), `${stream.id}.0`, second);
  await settle();
  // The writer believes that its own connection has it.
  await stream.finish(message(1));
  expect(second.text()).toBe(opening(stream));
  for (const happens of waiting.splice(0)) happens();
  await settle();
  for (const happens of waiting.splice(0)) happens();
  await settle();
  expect(second.text()).toBe(event(stream, 1));
});

test('a connection that loses its client while the takeover is on its way tells the new one', async () => {
  const waiting: (() => void)[] = [];
  const processes = new Processes({}, 2, (happens) => void waiting.push(happens));
  const { stream, reply } = await started(processes);
  const second = new FakeReply();
  await resume(processes.settings(1), `${stream.id}.0`, second);
  await settle();
  await stream.send(message(1));
  reply.leave();
  for (const happens of waiting.splice(0)) happens();
  await settle();
  expect(second.text()).toBe(opening(stream) + event(stream, 1));
});

test('a caller who has left before the store answers takes over from nobody', async () => {
  const { processes, stream, reply } = await started();
  const second = new FakeReply();
  second.leave();
  expect(await resume(processes.settings(1), `${stream.id}.0`, second)).toBe('resumed');
  expect(reply.ended).toBe(false);
  expect(processes.listening).toBe(1);
});

test('a reader who does not keep up costs no memory: what is not awaited waits in the store', async () => {
  const processes = new Processes();
  const { stream, reply } = await started(processes, new FakeReply(1000));
  const sent = Array.from({ length: 500 }, (_, n) => stream.send(message(n)));
  void stream.finish(message('end'));
  await settle();
  expect(reply.peak).toBeLessThan(1100);
  const reader = new StreamReader();
  reader.connect();
  const second = new FakeReply(1000);
  while (reader.data.length < 200) {
    reader.feed(reply.take());
    await settle(1);
  }
  await resume(processes.settings(1), reader.lastEventId!, second);
  reader.connect();
  while (reader.data.length < 501) {
    reader.feed(second.take());
    await settle(1);
  }
  expect(second.peak).toBeLessThan(1100);
  expect(reader.data).toEqual([...sent.map((_, n) => message(n)), message('end')]);
  expect(second.ended).toBe(true);
});

test('messages that a slow store lets pile up beyond streamDropBytes are lost for all to see', async () => {
  const stored = gate();
  const memory = memoryEventStore();
  const store: EventStore = {
    ...memory,
    append: async (name, sequence, data) => {
      if (sequence > 0) await stored.opened;
      await memory.append(name, sequence, data);
    },
  };
  const { processes, stream, reply } = await started(new Processes({ store, streamDropBytes: 200 }));
  for (let n = 1; n <= 50; n++) void stream.send(message(n));
  const finished = stream.finish(message('end'));
  stored.open();
  await finished;
  const reader = new StreamReader();
  reader.connect();
  reader.feed(reply.take());
  expect(reader.data.length).toBeLessThan(10);
  expect(reader.data).toEqual(reader.data.map((_, index) => message(index + 1)));
  expect(reply.ended).toBe(true);
  expect(await resume(processes.settings(), reader.lastEventId!, new FakeReply())).toBe('gone');
});

test('a store that fails is reported, and whoever is connected gets the message all the same', async () => {
  const memory = memoryEventStore();
  const failure = new Error('no store');
  let failing = false;
  const fail = (): void => {
    if (failing) throw failure;
  };
  const store: EventStore = {
    append: async (name, sequence, data) => (fail(), memory.append(name, sequence, data)),
    end: async (name, last) => (fail(), memory.end(name, last)),
    read: async (name, after) => (fail(), memory.read(name, after)),
  };
  const { processes, stream, reply } = await started(new Processes({ store }));
  failing = true;
  await stream.send(message(1));
  const second = new FakeReply();
  await expect(resume(processes.settings(), `${stream.id}.0`, second)).rejects.toBe(failure);
  expect(second.headers).toBeUndefined();
  failing = false;
  await stream.finish(message(2));
  expect(reply.text()).toBe(opening(stream) + event(stream, 1) + event(stream, 2));
  expect(reply.ended).toBe(true);
  expect(processes.errors).toEqual([failure]);
  expect(await resume(processes.settings(), `${stream.id}.0`, second)).toBe('gone');
});

test('a stream that the store could not begin gives no id that leads nowhere', async () => {
  const store: EventStore = { ...memoryEventStore(), append: () => Promise.reject(new Error('no store')) };
  const { processes, reply } = await started(new Processes({ store }));
  expect(reply.text()).toBe('');
  expect(processes.errors).toHaveLength(1);
});

test('a quiet stream gets comments while its client reads, and no timer is left', async () => {
  vi.useFakeTimers();
  const processes = new Processes({ keepAliveMs: 1000 });
  const { stream, reply } = await started(processes);
  reply.take();
  vi.advanceTimersByTime(600);
  await stream.send(message(1));
  reply.take();
  vi.advanceTimersByTime(999);
  expect(reply.text()).toBe('');
  vi.advanceTimersByTime(1);
  vi.advanceTimersByTime(3000);
  expect(reply.text()).toBe(':\n\n');
  reply.leave();
  expect(vi.getTimerCount()).toBe(0);
});

test('a resumed connection looks into the store now and then, since a bus may lose a message', async () => {
  vi.useFakeTimers();
  const processes = new Processes({ keepAliveMs: 1000 }, 2, () => {});
  const { stream, reply } = await started(processes);
  reply.leave();
  const second = new FakeReply();
  await resume(processes.settings(1), `${stream.id}.0`, second);
  expect(second.text()).toBe(opening(stream));
  await stream.finish(message(1));
  await vi.advanceTimersByTimeAsync(1000);
  expect(second.text()).toBe(`:\n\n${event(stream, 1)}`);
  expect(second.ended).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('10,000 streams whose clients never come back cost no more than the store may hold', async () => {
  const bytes = 1024 * 1024;
  const processes = new Processes({ store: memoryEventStore({ bytes }), keepAliveMs: 1000 });
  const settings = processes.settings();
  const streams: EventStream[] = [];
  for (let n = 0; n < 10_000; n++) {
    const stream = new EventStream(settings);
    const reply = new FakeReply();
    const connected = stream.connect(reply);
    reply.leave();
    await connected;
    await stream.send(message('x'.repeat(200)));
    if (n % 2 === 0) await stream.finish(message('end'));
    streams.push(stream);
  }
  let kept = 0;
  for (const { id } of streams) {
    const found = await processes.store.read(`session/${id}`, -1);
    for (const { data } of found?.events ?? []) kept += 2 * data.length;
  }
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThanOrEqual(bytes);
  expect(processes.listening).toBe(0);
});

/** Draws numbers below a bound, the same ones for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/**
 * One stream, a client whose connections are cut again and again, and a server that is two processes, one of which writes.
 * What happens when is drawn: store and bus are slow, calls overlap, half of the cuts go unnoticed by the server.
 *
 * @returns how many connections were cut
 */
async function play(draw: (below: number) => number): Promise<number> {
  const waiting: (() => void)[] = [];
  const later = (happens: () => void): void => void waiting.push(happens);
  const slowly = <T>(act: () => T): T | Promise<T> =>
    draw(3) === 0 ? act() : new Promise<T>((resolve) => later(() => resolve(act())));
  const memory = memoryEventStore();
  const store: EventStore = {
    append: (name, sequence, data) => slowly(() => memory.append(name, sequence, data) as void),
    end: (name, last) => slowly(() => memory.end(name, last) as void),
    read: async (name, after) => {
      const found = await slowly(() => memory.read(name, after));
      // A store need not give everything at once.
      return found && { ...found, events: found.events.slice(0, 1 + draw(8)) };
    },
  };
  const primes = draw(4) > 0;
  const processes = new Processes({ store, primes }, 2, later);
  const stream = new EventStream(processes.settings());
  const reader = new StreamReader();
  const count = 1 + draw(40);
  const data = Array.from({ length: count }, (_, n) => message(n % 7 === 0 ? `${n} ${'ü💡'.repeat(draw(20))}` : n));
  const sent: Promise<void>[] = [];
  const highWaterMark = 1 + draw(400);
  let cuts = 0;
  let next = 0;
  let reply: FakeReply | undefined = new FakeReply(highWaterMark);
  let first = true;

  const produce = (): void => {
    if (next === count) return;
    sent.push(next === count - 1 ? stream.finish(data[next]) : stream.send(data[next]!));
    next++;
  };
  const complete = (): boolean => reader.data.length >= count;
  const comeBack = async (): Promise<void> => {
    const fresh = new FakeReply(highWaterMark);
    reply = fresh;
    reader.connect();
    const came = await resume(processes.settings(draw(2)), reader.lastEventId!, fresh);
    expect(came).toBe('resumed');
  };
  const cut = (): void => {
    if (reply === undefined || (first && reader.lastEventId === undefined)) return;
    cuts++;
    first = false;
    const lost = reply;
    reply = undefined;
    const notice = draw(4);
    if (notice < 2) lost.leave();
    // The server learns it some time, or when somebody takes over.
    else if (notice === 2) later(() => lost.leave());
  };
  const take = (bytes: number): void => {
    if (reply === undefined) return;
    reader.feed(reply.take(bytes));
    if (reply.ended && reply.unsent() === 0) {
      reply = undefined;
      first = false;
    }
  };
  const happen = (): void => waiting.splice(draw(waiting.length), 1)[0]?.();

  const resumes: Promise<void>[] = [stream.connect(reply)];
  reader.connect();
  // Cuts leave little progress: how much of each is drawn, too.
  const haste = 2 + draw(6);
  while (!complete()) {
    switch (draw(haste + 6)) {
      case 0:
        produce();
        break;
      case 1:
        if (draw(8) === 0) void stream.detach({ retryMs: draw(1000) });
        break;
      case 2:
        cut();
        break;
      case 3:
        take(1 + draw(200));
        cut();
        break;
      case 4:
      case 5:
        take(1 + draw(300));
        break;
      default:
        if (reply === undefined) resumes.push(comeBack());
        else happen();
    }
    for (let turns = draw(10); turns > 0; turns--) await Promise.resolve();
    if (cuts < 400) continue;
    // Enough: from here on nothing is cut, and everything must come by itself.
    for (let idle = 0; idle < 20 && !complete(); idle++) {
      const before = reader.data.length;
      produce();
      while (waiting.length > 0) happen();
      await settle(1);
      take(Infinity);
      if (reply === undefined && !complete()) resumes.push(comeBack());
      if (reader.data.length > before || next < count) idle = 0;
    }
    break;
  }
  for (let round = 0; round < 5 || waiting.length > 0; round++) {
    while (waiting.length > 0) happen();
    await settle(1);
  }
  expect(reader.data).toEqual(data);
  await Promise.all([...resumes, ...sent]);
  expect(processes.errors).toEqual([]);
  expect([reader.empty > 0, reader.retries > 0]).toEqual([primes, primes]);
  return cuts;
}

test('100,000 random cuts: every message arrives once, in order, and the last one is there', async () => {
  let cuts = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const draw = numbers(seed);
      for (let own = 0; own < 1000;) {
        const more = await play(draw);
        own += more;
        cuts += more;
      }
    }),
    { numRuns: 100, endOnFailure: true },
  );
  expect(cuts).toBeGreaterThanOrEqual(100_000);
}, 120_000);
