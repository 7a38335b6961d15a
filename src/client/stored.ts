/** What keeps answers: the interface that a store of one's own implements. Types only. */
import type { JsonObject } from '../json-rpc.js';

/** Keeps answers, each for as long as it is given. Its keys begin with the server that they belong to. */
export interface CacheStore {
  /** The value that was set, unless its time is over. The caller may change it, so it must be a copy. */
  get(key: string): JsonObject | undefined | Promise<JsonObject | undefined>;
  /** Keeps a value for at most `ttlMs` milliseconds. It may be dropped sooner. */
  set(key: string, value: JsonObject, ttlMs: number): void | Promise<void>;
  /** Drops every value whose key begins with `prefix`. */
  delete(prefix: string): void | Promise<void>;
}

/** How a client keeps answers. */
export interface CacheOptions {
  /** Where. Default: in the memory of this client. */
  readonly store?: CacheStore | undefined;
  /** Answers that the default store keeps; the oldest go first. Default 1,000. */
  readonly maxEntries?: number | undefined;
  /** Characters of JSON that the default store keeps; the oldest go first. Default 16,777,216. */
  readonly maxCharacters?: number | undefined;
  /**
   * Names the authorization that calls travel with: private answers are kept for it alone. Default: a digest of `headers`,
   * those of the client and of the call. With `auth`, which may send what it likes, and with transports that cannot tell,
   * private answers are not kept unless this names it. A `fetch` of your own that adds credentials is not seen: name them
   * here.
   */
  readonly authorization?: (() => string | Promise<string>) | undefined;
}
