/** One HTTP connection on which a client follows an event stream. A stream outlives its connections. */
import { encodeComment, encodeEvent } from '../http/sse-encode.js';
import { SSE_HEADERS, type AnswerHeaders, type Reply } from '../server/http-exchange.js';
import { randomId } from '../util/random-id.js';
import type { EventStore, StoredEvents } from '../server/past-stores.js';

/** What event streams need to know of their session and its server. */
export interface EventStreamSettings {
  readonly store: EventStore;
  /** Names the session, in a few characters: streams of one session are out of reach for every other. */
  readonly session: string;
  /**
   * Streams open with an event without data, so that a client can come back before the first message, and say when to come
   * back. For 2025-11-25 and later: older clients take an event without data for a broken message.
   */
  readonly primes: boolean;
  /** Milliseconds after which a client whose connection ended comes back. */
  readonly retryMs: number;
  /** Milliseconds of quiet after which a comment goes out; `null` for none. */
  readonly keepAliveMs: number | null;
  /** Characters of un-awaited messages on their way into the store. What exceeds it is lost, and the client learns it. */
  readonly streamDropBytes: number;
  /**
   * Tells everyone who follows a stream, in every process, this one included, that there is something new: events in the
   * store, or, with a `holder`, a connection that follows it from now on instead of any other.
   */
  announce(this: void, streamKey: string, holder?: string): void;
  /**
   * Listens to what is announced of a stream. To hear of it twice does no harm.
   *
   * @returns what ends it
   */
  wake(this: void, streamKey: string, listener: (holder?: string) => void): () => void;
  /** Hears of a store that fails. */
  onError(this: void, error: unknown): void;
}

/** Milliseconds after which a connection that follows another process's stream says again that it does. */
const FOLLOWED_MS = 20_000;

/** The name of a stream in stores and on buses. Ids hold no slash, so that no two sessions' streams share a name. */
export function streamKeyOf({ session }: EventStreamSettings, streamId: string): string {
  return `${session}/${streamId}`;
}

/** Whether a store's answer goes on where a reader is. */
export function isGap({ events: [first], last }: StoredEvents, after: number): boolean {
  return first === undefined ? last > after : first.sequence !== after + 1;
}

/**
 * Writes a stream's events to one reply, each once and in order: at once while the reader keeps up, from the store when
 * it has fallen behind. So nothing waits in memory, however slow the reader is.
 */
export class EventConnection {
  readonly #settings: EventStreamSettings;
  readonly #streamId: string;
  readonly #key: string;
  readonly #reply: Reply;
  readonly #holder = randomId();
  readonly #closed: (() => void) | undefined;
  /** The sequence of the last event that was written. */
  #after: number;
  #open = true;
  #news = false;
  #ending = false;
  #pumping: Promise<void> | undefined;
  /** Counts pumps: one that is not the last has nothing to say any more. */
  #pumps = 0;
  #release: (() => void) | undefined;
  #heard: () => void = () => {};
  #unsubscribe: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastWrite = 0;
  #lastTold = 0;

  /**
   * Opens the reply. Nothing is written before {@link begin} or {@link resume}.
   *
   * @param closed called once, when nothing more will be written
   */
  constructor(
    settings: EventStreamSettings,
    streamId: string,
    after: number,
    reply: Reply,
    headers: AnswerHeaders | undefined,
    closed?: () => void,
  ) {
    this.#settings = settings;
    this.#streamId = streamId;
    this.#key = streamKeyOf(settings, streamId);
    this.#after = after;
    this.#reply = reply;
    this.#closed = closed;
    reply.open({ ...SSE_HEADERS, ...headers });
    reply.onGone(() => this.#close());
  }

  get open(): boolean {
    return this.#open;
  }

  /**
   * Starts to follow the stream.
   *
   * @param polls also looks into the store now and then: a bus that loses a message must not silence a client for ever
   */
  begin(primes: boolean, polls = false): void {
    if (!this.#open) return;
    this.#unsubscribe = this.#settings.wake(this.#key, (holder) => this.#hear(holder));
    this.#listen();
    if (primes) this.prime(this.#settings.retryMs);
    this.#keepAlive(this.#settings.keepAliveMs, polls);
  }

  /** Goes on with what the store has, instead of any other connection of the stream. */
  resume(found: StoredEvents): void {
    // Again, since a client that loses this connection before its first event knows an id from here alone.
    this.begin(this.#settings.primes, true);
    // A caller who has left meanwhile takes over from nobody.
    if (!this.#open) return;
    this.#news = true;
    this.#pumping = this.#pump(undefined, found);
    this.#tell();
  }

  /**
   * Writes an event that the store has got.
   *
   * @returns settles when there is room for more, or nobody left; `undefined` for at once
   */
  offer(sequence: number, data: string): Promise<void> | undefined {
    if (this.#pumping !== undefined || sequence !== this.#after + 1) return this.catchUp();
    const room = this.#event(sequence, data);
    return room && (this.#pumping = this.#pump(room));
  }

  /** Writes what the store has got since. */
  catchUp(): Promise<void> | undefined {
    if (!this.#open) return undefined;
    this.#news = true;
    return (this.#pumping ??= this.#pump());
  }

  /** The stream has ended: so does the connection, when everything is written. */
  finish(): void {
    this.#ending = true;
    if (this.#pumping === undefined) this.end();
    else this.#news = true;
  }

  /** Tells the client from where, and when, to come back. */
  prime(retryMs: number): void {
    void this.#write(`id: ${this.#id(this.#after)}\nretry: ${retryMs}\ndata: \n\n`);
  }

  /** Ends the reply. The stream goes on. */
  end(): void {
    if (!this.#open) return;
    this.#reply.end();
    this.#close();
  }

  /** Whoever has news settles a promise, since on workerd only the request that made the reply may wait for room in it. */
  #listen(): void {
    const heard = new Promise<void>((resolve) => (this.#heard = resolve));
    void heard.then(() => {
      if (!this.#open) return;
      this.#listen();
      void this.catchUp();
    });
  }

  #hear(holder: string | undefined): void {
    if (holder === undefined) {
      this.#heard();
    } else if (holder !== this.#holder) {
      this.end();
    }
  }

  async #pump(room?: Promise<void>, found?: StoredEvents): Promise<void> {
    const own = ++this.#pumps;
    // At least one turn, so that the caller has stored the promise.
    await (room && this.#settled(room));
    try {
      if (found) await this.#replay(found);
      while (this.#news && this.#open) {
        this.#news = false;
        const next = await this.#settings.store.read(this.#key, this.#after);
        if (!this.#open) break;
        if (next === undefined || isGap(next, this.#after)) this.end();
        else await this.#replay(next);
      }
    } catch (error) {
      // The client comes back, and is told if it still fails.
      this.end();
      this.#settings.onError(error);
    }
    if (own !== this.#pumps) return;
    this.#pumping = undefined;
    if (this.#ending) this.end();
  }

  async #replay({ events, last, ended }: StoredEvents): Promise<void> {
    for (const { sequence, data } of events) {
      // A gap among them shows when the rest is read again.
      if (sequence !== this.#after + 1) break;
      const room = this.#event(sequence, data);
      if (room) await this.#settled(room);
      if (!this.#open) return;
    }
    if (this.#after < last) this.#news = true;
    else if (ended) this.end();
  }

  #event(sequence: number, data: string): Promise<void> | undefined {
    this.#after = sequence;
    // The store's mark of a stream's beginning: no message.
    if (data === '') return undefined;
    return this.#write(`id: ${this.#id(sequence)}\n${encodeEvent(data)}`);
  }

  #id(sequence: number): string {
    return `${this.#streamId}.${sequence}`;
  }

  #write(text: string): Promise<void> | undefined {
    if (!this.#open) return undefined;
    this.#lastWrite = Date.now();
    return this.#reply.write(text);
  }

  /** Settles with room, or at the end: a reply that was taken over may never see its client again. */
  #settled(room: Promise<void>): Promise<void> | undefined {
    if (!this.#open) return undefined;
    return new Promise((resolve) => {
      this.#release = resolve;
      void room.then(resolve);
    });
  }

  /** One timer a connection, re-armed only when it fires. */
  #keepAlive(delay: number | null, polls: boolean): void {
    const { keepAliveMs } = this.#settings;
    if (delay === null || keepAliveMs === null || !this.#open) return;
    this.#timer = setTimeout(() => {
      const quiet = Date.now() - this.#lastWrite;
      if (quiet < keepAliveMs) return this.#keepAlive(keepAliveMs - quiet, polls);
      // A client that does not read gets no comments on top.
      if (this.#reply.unsent() === 0) {
        void this.#write(encodeComment());
        // On workerd the request that has waited for room, since it sent the event, may be over.
        if (this.#pumping !== undefined) {
          this.#pumping = undefined;
          void this.catchUp();
        }
      }
      if (polls) {
        void this.catchUp();
        if (Date.now() - this.#lastTold > FOLLOWED_MS) this.#tell();
      }
      this.#keepAlive(keepAliveMs, polls);
    }, delay);
  }

  /** Says that it follows the stream: whoever writes it has a client, somewhere. */
  #tell(): void {
    this.#lastTold = Date.now();
    this.#settings.announce(this.#key, this.#holder);
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#timer);
    this.#unsubscribe?.();
    this.#release?.();
    this.#closed?.();
  }
}
