import type { SessionChange, SessionState, SessionStore } from '../server/past-stores.js';

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
