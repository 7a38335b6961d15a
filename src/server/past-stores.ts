/** What is kept for peers of older revisions, where several processes serve them. */
import type { LoggingLevel } from '../spec/types.js';

/** What is kept of an older peer's session beside what its id says. */
export interface SessionState {
  /** It was ended by its client. */
  readonly ended?: boolean | undefined;
  /** The least severe log messages that it wants. */
  readonly logLevel?: LoggingLevel | undefined;
  /** The resources whose updates it wants to hear of. */
  readonly subscriptions?: readonly string[] | undefined;
}

/** One change of a {@link SessionState}. */
export type SessionChange =
  | {
      /** The client has ended the session. */
      readonly type: 'end';
    }
  | {
      /** The client has set its log level. */
      readonly type: 'logLevel';
      /** The level. */
      readonly level: LoggingLevel;
    }
  | {
      /** The client wants to hear of a resource's updates, or does not any more. */
      readonly type: 'subscribe' | 'unsubscribe';
      /** Which resource. */
      readonly uri: string;
    };

/**
 * Keeps what the id of a session cannot say, for every process that serves the session. Most sessions never keep anything.
 *
 * @example
 * ```ts
 * const sessionStore: SessionStore = {
 *   get: async (session) => JSON.parse((await database.get(session)) ?? 'null') ?? undefined,
 *   change: (session, change, ttlMs) => database.update(session, (state) => changed(state, change), ttlMs),
 * };
 * ```
 */
export interface SessionStore {
  /** What is kept of a session; `undefined`: nothing. */
  get(session: string): SessionState | undefined | Promise<SessionState | undefined>;
  /**
   * Changes what is kept. Two processes may do so at the same time, and neither change may be lost.
   *
   * @param ttlMs milliseconds after which the session is over in any case
   */
  change(session: string, change: SessionChange, ttlMs: number): void | Promise<void>;
}

/** One kept event. */
export interface StoredEvent {
  /** Its place in the stream: one more than the event before it has. */
  readonly sequence: number;
  /** A message's JSON text, or nothing: the event that a stream opens with. */
  readonly data: string;
}

/** What a store knows of a stream. */
export interface StoredEvents {
  /**
   * Events after the asked one, oldest first. Not necessarily all of them: whoever wants the rest asks again. None means
   * that the store has none, so that a reader who is not at `last` yet knows that something is lost.
   */
  readonly events: readonly StoredEvent[];
  /** The sequence of the newest event, whether it is still kept or not. */
  readonly last: number;
  /** No events follow `last`. */
  readonly ended: boolean;
}

/**
 * Keeps the events of streams to older peers. Share one between processes, and a client may come back to any of them. The
 * default, `memoryEventStore` of `mcpwire/stores`, knows one process.
 *
 * A stream's name begins with its session's, so that no session reads another's events. One process writes a stream, and
 * waits for one call before the next; any number read it. A store may forget what it likes: a reader sees the gap in the
 * sequences, and the client is told.
 *
 * @example
 * ```ts
 * // Over anything with hashes that expire.
 * const store: EventStore = {
 *   async append(stream, sequence, data) {
 *     await db.set(stream, { [sequence]: data, last: String(sequence) }, { ttlMs: 300_000 });
 *   },
 *   async end(stream, last) {
 *     await db.set(stream, { last: String(last), ended: 'yes' }, { ttlMs: 300_000 });
 *   },
 *   async read(stream, after) {
 *     const { last, ended, ...events } = await db.get(stream);
 *     if (last === undefined) return undefined;
 *     const kept = Object.entries(events).map(([sequence, data]) => ({ sequence: Number(sequence), data }));
 *     const later = kept.filter(({ sequence }) => sequence > after).sort((one, other) => one.sequence - other.sequence);
 *     return { events: later, last: Number(last), ended: ended !== undefined };
 *   },
 * };
 * ```
 */
export interface EventStore {
  /** Keeps an event, and knows of the stream from its first one on. What it rejects with goes to the server's `onError`. */
  append(stream: string, sequence: number, data: string): void | Promise<void>;
  /** The stream has ended with the event `last`, which need not be one that the store has got. */
  end(stream: string, last: number): void | Promise<void>;
  /**
   * Events after the one with the sequence `after`; `undefined` for a stream that the store does not know. Sees what has
   * been appended, whichever process did it.
   */
  read(stream: string, after: number): StoredEvents | undefined | Promise<StoredEvents | undefined>;
}
