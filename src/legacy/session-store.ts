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

/** Options of {@link memorySessionStore}. */
export interface MemorySessionStoreOptions {
  /** Sessions of which something is kept. Beyond it the ones that were changed longest ago are forgotten. Default 100,000. */
  readonly sessions?: number;
}

/** A {@link SessionStore} in this process's memory. */
export function memorySessionStore({ sessions = 100_000 }: MemorySessionStoreOptions = {}): SessionStore {
  if (!(sessions >= 1)) throw new TypeError('memorySessionStore({ sessions }) must be a number, 1 or more');
  const kept = new Map<string, { readonly state: SessionState; readonly expires: number }>();
  const get = (session: string): SessionState | undefined => {
    const entry = kept.get(session);
    if (entry === undefined || Date.now() < entry.expires) return entry?.state;
    kept.delete(session);
    return undefined;
  };
  return {
    get,
    change(session, change, ttlMs) {
      const state = changed(get(session), change);
      kept.delete(session);
      kept.set(session, { state, expires: Date.now() + ttlMs });
      for (const oldest of kept.keys()) {
        if (kept.size <= sessions) break;
        kept.delete(oldest);
      }
    },
  };
}

/** What is kept after a change. */
export function changed(state: SessionState = {}, change: SessionChange): SessionState {
  const { subscriptions = [] } = state;
  switch (change.type) {
    case 'end':
      return { ended: true };
    case 'logLevel':
      return { ...state, logLevel: change.level };
    case 'subscribe':
      return { ...state, subscriptions: [...new Set([...subscriptions, change.uri])] };
    case 'unsubscribe':
      return { ...state, subscriptions: subscriptions.filter((uri) => uri !== change.uri) };
  }
}
