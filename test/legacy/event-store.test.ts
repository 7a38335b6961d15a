import * as fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { memoryEventStore } from '../../src/legacy/event-store.ts';
import type { EventStore, StoredEvents } from '../../src/server/past-stores.ts';

afterEach(() => void vi.useRealTimers());

/** The memory store answers at once. */
const read = (store: EventStore, stream: string, after = 0): StoredEvents | undefined =>
  store.read(stream, after) as StoredEvents | undefined;

const append = (store: EventStore, stream: string, ...data: string[]): void => {
  const last = read(store, stream)?.last ?? 0;
  data.forEach((text, index) => void store.append(stream, last + index + 1, text));
};

const kept = (store: EventStore, stream: string, after = 0): string[] =>
  read(store, stream, after)!.events.map(({ data }) => data);

test('events after the asked one are read, oldest first, and the end shows', () => {
  const store = memoryEventStore();
  append(store, 's/a', 'one', 'two', 'three');
  expect(read(store, 's/a', 1)).toEqual({
    events: [
      { sequence: 2, data: 'two' },
      { sequence: 3, data: 'three' },
    ],
    last: 3,
    ended: false,
  });
  void store.end('s/a', 3);
  expect(read(store, 's/a', 3)).toEqual({ events: [], last: 3, ended: true });
});

test('a stream that nobody has written is unknown, and streams do not mix', () => {
  const store = memoryEventStore();
  append(store, 's/a', 'mine');
  append(store, 't/a', 'theirs');
  expect(kept(store, 's/a')).toEqual(['mine']);
  expect(read(store, 's/b')).toBeUndefined();
  expect(read(store, 's')).toBeUndefined();
});

test('an event that the store has not got leaves a gap that shows', () => {
  const store = memoryEventStore();
  append(store, 's/a', 'one');
  void store.append('s/a', 3, 'three');
  expect(kept(store, 's/a')).toEqual(['one']);
  expect(read(store, 's/a', 1)).toMatchObject({ events: [], last: 3 });
  void store.end('s/a', 4);
  expect(read(store, 's/a', 3)).toEqual({ events: [], last: 4, ended: true });
});

test('beyond eventsPerStream the oldest events go, and whoever has not read them learns it', () => {
  const store = memoryEventStore({ eventsPerStream: 2 });
  append(store, 's/a', 'one', 'two', 'three');
  expect(read(store, 's/a', 0)).toEqual({ events: [], last: 3, ended: false });
  expect(kept(store, 's/a', 1)).toEqual(['two', 'three']);
});

test('beyond the bytes ended streams go first, then those that have been quiet longest; what is left tells of the gap', () => {
  const text = 'x'.repeat(1000);
  const store = memoryEventStore({ bytes: 3 * 2500 });
  append(store, 's/open', text);
  append(store, 's/ended', text);
  void store.end('s/ended', 1);
  append(store, 's/other', text);
  append(store, 's/new', text);
  expect(kept(store, 's/open')).toEqual([text]);
  expect(read(store, 's/ended')).toEqual({ events: [], last: 1, ended: true });
  append(store, 's/newer', text);
  expect(read(store, 's/open')).toEqual({ events: [], last: 1, ended: false });
  // Who had read it all has lost nothing, and the stream goes on.
  append(store, 's/open', 'more');
  expect(kept(store, 's/open', 1)).toEqual(['more']);
  expect(kept(store, 's/other')).toEqual([text]);
});

test('an event that is larger than the store drives nobody out', () => {
  const store = memoryEventStore({ bytes: 10_000 });
  append(store, 's/a', 'small');
  append(store, 's/b', 'x'.repeat(5000));
  expect(kept(store, 's/a')).toEqual(['small']);
  expect(read(store, 's/b')).toEqual({ events: [], last: 1, ended: false });
});

test('events are kept for ttlMs after the last one, without a timer', () => {
  vi.useFakeTimers();
  const store = memoryEventStore({ ttlMs: 1000 });
  append(store, 's/a', 'one');
  vi.advanceTimersByTime(999);
  append(store, 's/b', 'other');
  expect(kept(store, 's/a')).toEqual(['one']);
  vi.advanceTimersByTime(1);
  expect(read(store, 's/a')).toEqual({ events: [], last: 1, ended: false });
  expect(kept(store, 's/b')).toEqual(['other']);
  expect(vi.getTimerCount()).toBe(0);
});

test('streams without events are forgotten too, when there are too many', () => {
  const store = memoryEventStore({ bytes: 0 });
  for (let stream = 0; stream <= 10_000; stream++) append(store, `s/${stream}`, 'x');
  expect(read(store, 's/0')).toBeUndefined();
  expect(read(store, 's/1')).toEqual({ events: [], last: 1, ended: false });
});

test('whatever is appended, ended and read: it never keeps more than its bytes, and never hides a loss', () => {
  const action = fc.record({
    stream: fc.constantFrom('a', 'b', 'c', 'd'),
    what: fc.constantFrom('append', 'append', 'append', 'skip', 'end'),
    size: fc.nat(400),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const bytes = 2000;
      const store = memoryEventStore({ bytes, eventsPerStream: 5 });
      const model = new Map<string, (string | undefined)[]>();
      for (const { stream, what, size } of actions) {
        const events = model.get(stream) ?? [];
        const data = `${events.length} `.padEnd(size, '.');
        model.set(stream, events);
        if (what === 'end') {
          void store.end(stream, events.length);
          continue;
        }
        events.push(what === 'skip' ? undefined : data);
        if (what === 'append') void store.append(stream, events.length, data);
      }
      let total = 0;
      for (const [stream, events] of model) {
        const held = new Set<string>();
        void store.end(stream, events.length);
        for (let after = 0; after <= events.length; after++) {
          const found = read(store, stream, after)!;
          // Whoever gets less than this knows that there was more.
          expect(found.last).toBe(events.length);
          const expected = found.events.map((_, index) => ({
            sequence: after + index + 1,
            data: events[after + index],
          }));
          expect(found.events).toEqual(expected);
          for (const { data } of found.events) held.add(data);
        }
        for (const data of held) total += 2 * data.length;
      }
      expect(total).toBeLessThanOrEqual(bytes);
    }),
  );
});
