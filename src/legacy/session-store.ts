import type { SessionChange, SessionState, SessionStore } from '../server/past-stores.js';

/** Options of {@link memorySessionStore}. */
export interface MemorySessionStoreOptions {
  /** Sessions of which something is kept. Beyond it the ones that were changed longest ago are forgotten. Default 100,000. */
  readonly sessions?: number;
  /**
   * Characters of all that sessions have subscribed to. Beyond it the subscriptions that were changed longest ago are
   * forgotten. Default 16,777,216.
   */
  readonly characters?: number;
}

interface Kept {
  readonly state: SessionState;
  readonly expires: number;
  readonly characters: number;
}

/** A {@link SessionStore} in this process's memory. */
export function memorySessionStore({
  sessions = 100_000,
  characters: most = 16 * 1024 * 1024,
}: MemorySessionStoreOptions = {}): SessionStore {
  if (!(sessions >= 1)) throw new TypeError('memorySessionStore({ sessions }) must be a number, 1 or more');
  if (!(most >= 0)) throw new TypeError('memorySessionStore({ characters }) must be a number, 0 or more');
  const kept = new Map<string, Kept>();
  let characters = 0;
  const remove = (session: string): void => {
    characters -= kept.get(session)?.characters ?? 0;
    kept.delete(session);
  };
  const get = (session: string): SessionState | undefined => {
    const entry = kept.get(session);
    if (entry === undefined || Date.now() < entry.expires) return entry?.state;
    remove(session);
    return undefined;
  };
  return {
    get,
    change(session, change, ttlMs) {
      const state = changed(get(session), change);
      const own = (state.subscriptions ?? []).reduce((sum, { length }) => sum + length, 0);
      remove(session);
      kept.set(session, { state, expires: Date.now() + ttlMs, characters: own });
      characters += own;
      for (const [oldest, entry] of kept) {
        if (kept.size <= sessions && characters <= most) break;
        // A session that has ended must not come back for somebody else's subscriptions.
        if (kept.size > sessions || entry.characters > 0) remove(oldest);
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
