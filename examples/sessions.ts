/** Sessions that a token in the client's hands refers to. Back it with a shared store and any process can answer. */
export interface SessionStore {
  /** Starts a session and answers its token. */
  start(): Promise<string>;
  /** Whether a token belongs to a session that has not expired. Being asked for keeps a session alive. */
  isAlive(token: string): Promise<boolean>;
}

/**
 * Sessions in this process's memory.
 *
 * @param options `ttlMs`: milliseconds a session lives after it was last used, 30 minutes by default; `max`: sessions at
 * once, 10,000 by default: the one unused for longest makes room
 */
export function memorySessions({ ttlMs = 30 * 60_000, max = 10_000 } = {}): SessionStore {
  // A Map iterates in the order of insertion, so re-inserting on use keeps the stalest first.
  const expiry = new Map<string, number>();

  return {
    start() {
      for (const [token, expiresAt] of expiry) {
        if (expiresAt > Date.now() && expiry.size < max) break;
        expiry.delete(token);
      }
      const token = crypto.randomUUID();
      expiry.set(token, Date.now() + ttlMs);
      return Promise.resolve(token);
    },
    isAlive(token) {
      const alive = (expiry.get(token) ?? 0) > Date.now();
      expiry.delete(token);
      if (alive) expiry.set(token, Date.now() + ttlMs);
      return Promise.resolve(alive);
    },
  };
}
