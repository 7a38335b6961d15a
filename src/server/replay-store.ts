/**
 * Remembers what must not be used twice, such as the proofs that come with DPoP tokens. Share one between processes, or a
 * proof that one of them has seen can be used again at another.
 *
 * @example
 * ```ts
 * const replayStore: ReplayStore = {
 *   add: async (key, ttlMs) => (await redis.set(key, '', { NX: true, PX: ttlMs })) === 'OK',
 * };
 * ```
 */
export interface ReplayStore {
  /**
   * Keeps a key, in one step with looking for it.
   *
   * @param ttlMs milliseconds after which it may be forgotten
   * @returns whether it is new. A rejection refuses the request, as nobody can tell then
   */
  add(key: string, ttlMs: number): boolean | Promise<boolean>;
}

/** Options of {@link memoryReplayStore}. */
export interface MemoryReplayStoreOptions {
  /** Keys that are kept at once. Beyond, `add` throws: to forget one would allow its second use. Default 100,000. */
  readonly maxKeys?: number;
  /** The time in milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

/** A {@link ReplayStore} that keeps keys in this process. */
export function memoryReplayStore(options: MemoryReplayStoreOptions = {}): {
  add(key: string, ttlMs: number): boolean;
} {
  const { maxKeys = 100_000, now = () => Date.now() } = options;
  const ends = new Map<string, number>();
  return {
    add(key, ttlMs) {
      const at = now();
      const end = ends.get(key);
      if (end !== undefined && end > at) return false;
      // All at once, and only when there is no room: each key is looked at about once in its life.
      if (ends.size >= maxKeys) for (const [old, its] of ends) if (its <= at) ends.delete(old);
      if (ends.size >= maxKeys) throw new RangeError(`memoryReplayStore: maxKeys is reached: ${maxKeys}`);
      ends.set(key, at + ttlMs);
      return true;
    },
  };
}
