/** Replies that break, processes that share a store and a bus, and a client that comes back. */
import { createParser } from 'eventsource-parser';
import type { AnswerHeaders, Reply } from '../../src/server/http-exchange.ts';
import { memoryEventStore } from '../../src/legacy/event-store.ts';
import type { EventStore } from '../../src/server/past-stores.ts';
import type { EventStreamSettings } from '../../src/legacy/event-stream.ts';

/** A connection whose client reads when it is told to. */
export class FakeReply implements Reply {
  headers: AnswerHeaders | undefined;
  ended = false;
  /** Most bytes that ever waited for the client. */
  peak = 0;
  readonly #highWaterMark: number;
  #pending = Buffer.alloc(0);
  #gone = false;
  #listener: (() => void) | undefined;
  #waiting: (() => void)[] = [];

  constructor(highWaterMark = 64 * 1024) {
    this.#highWaterMark = highWaterMark;
  }

  answer(): never {
    throw new Error('An event stream is never answered with one body');
  }

  open(headers: AnswerHeaders): void {
    if (this.headers !== undefined) throw new Error('Opened twice');
    this.headers = headers;
  }

  write(text: string): Promise<void> | undefined {
    if (this.headers === undefined) throw new Error('Written before it was opened');
    if (this.ended) throw new Error('Written after its end');
    if (this.#gone) return undefined;
    this.#pending = Buffer.concat([this.#pending, Buffer.from(text)]);
    this.peak = Math.max(this.peak, this.unsent());
    if (this.unsent() < this.#highWaterMark) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  unsent(): number {
    return this.#pending.length;
  }

  /** As Node's: what waits for room goes on waiting. */
  end(): void {
    this.ended = true;
  }

  onGone(listener: () => void): void {
    if (this.#gone) listener();
    else this.#listener = listener;
  }

  /** The client takes up to so many bytes. */
  take(bytes = Infinity): Buffer {
    const taken = this.#pending.subarray(0, bytes);
    this.#pending = this.#pending.subarray(taken.length);
    if (this.unsent() < this.#highWaterMark) this.#release();
    return taken;
  }

  /** The client takes everything, as text. */
  text(): string {
    return this.take().toString();
  }

  /** The server learns that the client has left. */
  leave(): void {
    if (this.#gone || this.ended) return;
    this.#gone = true;
    this.#release();
    this.#listener?.();
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Something that will happen when whoever plays the clock says so. */
export type Later = (happens: () => void) => void;

/** Processes that share a store, and a bus that is as slow as `later` wants it. */
export class Processes {
  readonly #listeners: Map<string, Set<(holder?: string) => void>>[];
  readonly #later: Later;
  readonly #settings: Partial<EventStreamSettings>;
  readonly store: EventStore;
  readonly errors: unknown[] = [];
  readonly announced: (readonly [key: string, holder?: string])[] = [];

  constructor(settings: Partial<EventStreamSettings> = {}, count = 2, later: Later = (happens) => happens()) {
    this.#settings = settings;
    this.#listeners = Array.from({ length: count }, () => new Map());
    this.#later = later;
    this.store = settings.store ?? memoryEventStore();
  }

  /** How many connections listen. */
  get listening(): number {
    return this.#listeners.flatMap((streams) => [...streams.values()]).reduce((sum, { size }) => sum + size, 0);
  }

  /** The settings of a process. */
  settings(process = 0): EventStreamSettings {
    return {
      session: 'session',
      primes: true,
      retryMs: 1000,
      keepAliveMs: null,
      streamDropBytes: 1024 * 1024,
      announce: (key, holder) => {
        this.announced.push(holder === undefined ? [key] : [key, holder]);
        this.#listeners.forEach((_, to) => {
          if (to === process) this.#tell(to, key, holder);
          else this.#later(() => this.#tell(to, key, holder));
        });
      },
      wake: (key, listener) => {
        const streams = this.#listeners[process]!;
        const listeners = streams.get(key) ?? new Set();
        streams.set(key, listeners.add(listener));
        return () => {
          listeners.delete(listener);
          if (listeners.size === 0) streams.delete(key);
        };
      },
      onError: (error) => void this.errors.push(error),
      ...this.#settings,
      store: this.store,
    };
  }

  #tell(process: number, key: string, holder: string | undefined): void {
    // A listener that is removed meanwhile is not called.
    this.#listeners[process]!.get(key)?.forEach((listener) => listener(holder));
  }
}

/** What a client knows of one stream, over all its connections. */
export class StreamReader {
  /** Data of the events that came in whole. */
  readonly data: string[] = [];
  /** The id of the last of them. */
  lastEventId: string | undefined;
  retries = 0;
  empty = 0;
  #parse: (bytes: Uint8Array) => void = () => {};

  /** A new connection: what the old one had not completed is lost. */
  connect(): void {
    const decoder = new TextDecoder();
    const parser = createParser({
      onEvent: ({ id, data }) => {
        if (id !== undefined) this.lastEventId = id;
        if (data === '') this.empty++;
        else this.data.push(data);
      },
      onRetry: () => void this.retries++,
    });
    this.#parse = (bytes) => parser.feed(decoder.decode(bytes, { stream: true }));
  }

  feed(bytes: Uint8Array): void {
    this.#parse(bytes);
  }
}
