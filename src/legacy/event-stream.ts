/**
 * Event streams of a session, which outlive their connections: what a client has missed it gets when it comes back with
 * `Last-Event-ID`, from whichever process.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery
 */
import type { AnswerHeaders, Reply } from '../server/http-exchange.js';
import { EventConnection, type EventStreamSettings, isGap, streamKeyOf } from './event-connection.js';
import { randomId } from '../util/random-id.js';

export type { EventStreamSettings } from './event-connection.js';

/** Announced when a client's connection is to end without another one in its place. */
export const NOBODY = '-';

/** A stream that this process writes. */
export class EventStream {
  /** Names the stream within its session; event ids begin with it. */
  readonly id: string;
  readonly #settings: EventStreamSettings;
  readonly #key: string;
  #connection: EventConnection | undefined;
  /** The sequence of the last message; the event without data that opens the stream has 0. */
  #last = 0;
  /** The store has the event that opens the stream. */
  #begun = false;
  #over = false;
  /** Settles when what was asked for so far is in the store and handed on. Never rejects. */
  #queue: Promise<void> = Promise.resolve();
  /** Characters in the queue. */
  #queued = 0;

  /** @param kind one character that its id begins with, by which its maker knows it again */
  constructor(settings: EventStreamSettings, kind = 'P') {
    this.id = kind + randomId().slice(1);
    this.#settings = settings;
    this.#key = streamKeyOf(settings, this.id);
  }

  /**
   * Opens a reply and writes the stream to it. An earlier connection ends.
   *
   * @param headers beside those of every event stream
   * @returns settles when the client can come back to the stream
   */
  connect(reply: Reply, headers?: AnswerHeaders): Promise<void> {
    // Another connection may have taken over while this one looked alive, and overlooked what was stored meanwhile.
    const closed = (): void => this.#settings.announce(this.#key);
    const connection = new EventConnection(this.#settings, this.id, 0, reply, headers, closed);
    const late = this.#last > 0 || this.#over;
    return this.#enqueue(async () => {
      this.#connection?.end();
      this.#connection = connection;
      const { primes, store } = this.#settings;
      // An id that the store does not know would lead nowhere.
      if (primes && !this.#begun) this.#begun = await this.#stored(() => store.append(this.#key, 0, ''));
      connection.begin(this.#begun);
      if (late) void connection.catchUp();
    });
  }

  /**
   * Sends a message: into the store, then to whoever is connected.
   *
   * @param message JSON text
   * @param response somebody waits for it: it is not dropped, however much is on its way
   * @returns settles when it is stored and there is room for more. Never rejects: the client comes back, and what the store
   *   has not kept by then it is told
   */
  async send(message: string, response = false): Promise<void> {
    if (this.#over) return;
    // The author does not await, the store is slow. The number is gone, so that the gap shows.
    if (!response && this.#queued > this.#settings.streamDropBytes) this.#last++;
    else await this.#append(message, false);
  }

  /**
   * Sends the last message, if any, and ends the stream. What comes later is for nothing.
   *
   * @param message JSON text
   */
  async finish(message?: string): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#append(message, true);
  }

  /**
   * Ends the connection for now, so that the client comes back for the rest: server-side polling. Nothing happens where
   * streams are not primed, since those clients would not come back.
   *
   * @param options `retryMs`: milliseconds after which it comes back. Default: the setting
   */
  detach({ retryMs = this.#settings.retryMs }: { readonly retryMs?: number | undefined } = {}): Promise<void> {
    return this.#enqueue(() => {
      if (!this.#settings.primes || this.#over) return;
      if (this.#connection?.open === true) {
        this.#connection.prime(retryMs);
        this.#connection.end();
      } else {
        this.#settings.announce(this.#key, NOBODY);
      }
    });
  }

  async #append(message: string | undefined, final: boolean): Promise<void> {
    const { store, announce } = this.#settings;
    const last = message === undefined ? this.#last : ++this.#last;
    const size = message?.length ?? 0;
    this.#queued += size;
    let room: Promise<void> | undefined;
    await this.#enqueue(async () => {
      if (message !== undefined) await this.#stored(() => store.append(this.#key, last, message));
      if (final) await this.#stored(() => store.end(this.#key, last));
      this.#queued -= size;
      const connection = this.#connection;
      if (connection?.open !== true) return announce(this.#key);
      if (message !== undefined) room = connection.offer(last, message);
      if (final) connection.finish();
    });
    await room;
  }

  /** Does one thing after the other, however slow the store is. */
  #enqueue(job: () => void | Promise<void>): Promise<void> {
    return (this.#queue = this.#queue.then(job).catch(this.#settings.onError));
  }

  async #stored(write: () => void | Promise<void>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      // Whoever is connected gets it all the same; who comes back later sees the gap.
      this.#settings.onError(error);
      return false;
    }
  }
}

/** The longest sequence that `Number` can hold exactly has 16 digits. */
const EVENT_ID = /^([\w-]{22})\.(0|[1-9]\d{0,14})$/;

/**
 * What came of a `Last-Event-ID`: the reply is open and gets the rest (`resumed`); or nothing is open yet, since no stream
 * of this session has such an event (`unknown`), something that the client has not seen is no longer kept (`gone`), or
 * the client has seen it all (`ended`).
 */
export type Resumption = 'resumed' | 'unknown' | 'gone' | 'ended';

/**
 * Goes on with a stream where a client has lost it, whichever process writes it, in place of any other connection of it.
 *
 * @param lastEventId as the client sent it
 * @param headers beside those of every event stream
 * @throws what the store rejects with, before the reply is open
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery
 */
export async function resume(
  settings: EventStreamSettings,
  lastEventId: string,
  reply: Reply,
  headers?: AnswerHeaders,
): Promise<Resumption> {
  const [, streamId, sequence] = EVENT_ID.exec(lastEventId) ?? [];
  if (streamId === undefined) return 'unknown';
  const after = Number(sequence);
  const found = await settings.store.read(streamKeyOf(settings, streamId), after);
  if (found === undefined || after > found.last) return 'unknown';
  if (isGap(found, after)) return 'gone';
  if (found.ended && after === found.last) return 'ended';
  new EventConnection(settings, streamId, after, reply, headers).resume(found);
  return 'resumed';
}
