/** Kept answers in memory: the least recently used go first. */
import type { JsonObject } from '../json-rpc.js';
import type { CacheStore } from './stored.js';

interface Entry {
  /** JSON, so that nobody who gets it can change what others get. */
  readonly text: string;
  /** By the clock that only goes forward. */
  readonly until: number;
}

/** Makes a store that holds at most so many answers, and so many characters of JSON. */
export function memoryStore(maxEntries: number, maxCharacters: number): CacheStore {
  // In the order of their last use.
  const entries = new Map<string, Entry>();
  let characters = 0;
  const drop = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry !== undefined) characters -= key.length + entry.text.length;
    entries.delete(key);
    return entry;
  };
  const put = (key: string, entry: Entry): void => {
    entries.set(key, entry);
    characters += key.length + entry.text.length;
  };
  return {
    get(key) {
      const entry = drop(key);
      if (entry === undefined || performance.now() >= entry.until) return undefined;
      put(key, entry);
      // It was an object when it was set.
      return JSON.parse(entry.text) as JsonObject;
    },
    set(key, value, ttlMs) {
      drop(key);
      put(key, { text: JSON.stringify(value), until: performance.now() + ttlMs });
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries && characters <= maxCharacters) break;
        drop(oldest);
      }
    },
    delete(prefix) {
      for (const key of entries.keys()) if (key.startsWith(prefix)) drop(key);
    },
  };
}
