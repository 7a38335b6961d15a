/**
 * What was sent on event streams, kept for clients whose connection broke and who come back for the rest.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery
 */

import type { EventStore, StoredEvent } from '../server/past-stores.js';

/** Options of {@link memoryEventStore}. */
export interface MemoryEventStoreOptions {
  /**
   * What the events of all streams may take, in bytes: two for each character, and something for each event and stream.
   * Default 16 MiB. On excess streams lose their events, those first that ended longest ago, then those that have been quiet
   * longest. Clients that never come back cost no more than this.
   */
  readonly bytes?: number;
  /**
   * How many events one stream keeps. Default 10,000. On excess its oldest go, which concerns nobody but a client that is
   * that far behind.
   */
  readonly eventsPerStream?: number;
  /** Milliseconds for which events are kept after a stream's end or its last event. Default 300,000: five minutes. */
  readonly ttlMs?: number;
}

interface Kept {
  readonly events: Map<number, string>;
  bytes: number;
  last: number;
  ended: boolean;
  /** By the clock that only goes forward. */
  touched: number;
}

/** What an event or a stream takes beside its text, roughly. */
const OVERHEAD = 64;
/** Streams without events that are still known, so that a client who missed some learns it, and one who did not goes on. */
const MAX_BARE = 10_000;

/** How many bytes a string takes at most. */
const sizeOf = (text: string): number => 2 * text.length + OVERHEAD;

/**
 * Makes an {@link EventStore} that keeps events in this process. It has no timers: what is too old goes when the store is
 * next used.
 */
export function memoryEventStore({
  bytes: maxBytes = 16 * 1024 * 1024,
  eventsPerStream = 10_000,
  ttlMs = 5 * 60_000,
}: MemoryEventStoreOptions = {}): EventStore {
  // Each in the order of its streams' last event, so that the first one is the one to go.
  const ended = new Map<string, Kept>();
  const open = new Map<string, Kept>();
  const bare = new Map<string, Kept>();
  let bytes = 0;

  const find = (stream: string): Kept | undefined => open.get(stream) ?? ended.get(stream) ?? bare.get(stream);

  const place = (stream: string, kept: Kept): void => {
    for (const streams of [open, ended, bare]) streams.delete(stream);
    (kept.events.size === 0 ? bare : kept.ended ? ended : open).set(stream, kept);
  };

  const strip = (stream: string, kept: Kept): void => {
    bytes -= kept.bytes;
    kept.bytes = 0;
    kept.events.clear();
    place(stream, kept);
  };

  const shrink = (): void => {
    const now = performance.now();
    for (const streams of [ended, open]) {
      for (const [stream, kept] of streams) {
        if (bytes <= maxBytes && now - kept.touched < ttlMs) break;
        strip(stream, kept);
      }
    }
    for (const stream of bare.keys()) {
      if (bare.size <= MAX_BARE) break;
      bare.delete(stream);
    }
  };

  const touch = (stream: string, last: number): Kept => {
    const kept = find(stream) ?? { events: new Map<number, string>(), bytes: 0, last, ended: false, touched: 0 };
    kept.last = last;
    kept.touched = performance.now();
    return kept;
  };

  const trim = (kept: Kept): void => {
    for (const [sequence, data] of kept.events) {
      if (kept.events.size <= eventsPerStream) break;
      kept.events.delete(sequence);
      kept.bytes -= sizeOf(data);
      bytes -= sizeOf(data);
    }
  };

  return {
    append(stream, sequence, data) {
      const kept = touch(stream, sequence);
      const size = sizeOf(data) + (kept.events.size === 0 ? sizeOf(stream) : 0);
      if (size > maxBytes) {
        // It would drive out everybody else, and then itself.
        strip(stream, kept);
      } else {
        kept.events.set(sequence, data);
        kept.bytes += size;
        bytes += size;
        trim(kept);
        place(stream, kept);
      }
      shrink();
    },
    end(stream, last) {
      const kept = touch(stream, last);
      kept.ended = true;
      place(stream, kept);
      shrink();
    },
    read(stream, after) {
      shrink();
      const kept = find(stream);
      if (kept === undefined) return undefined;
      const events: StoredEvent[] = [];
      for (let sequence = after + 1; sequence <= kept.last; sequence++) {
        const data = kept.events.get(sequence);
        if (data === undefined) break;
        events.push({ sequence, data });
      }
      return { events, last: kept.last, ended: kept.ended };
    },
  };
}
