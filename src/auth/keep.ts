/** What is remembered, over a store that belongs to somebody else. */
import { McpError } from '../errors.js';
import { lockIn, memoryStore } from './stores.js';
import type { AuthStore } from './types.js';

/** A store with names for what is in it. */
export interface Keep {
  get(kind: string, name: string): Promise<string | undefined>;
  /** What {@link Keep.get} finds, as JSON; nothing where it is not. */
  json<T>(kind: string, name: string): Promise<T | undefined>;
  set(kind: string, name: string, value: string): Promise<void>;
  delete(kind: string, name: string): Promise<void>;
  /** Runs one at a time, across everything that shares the store. */
  lock<T>(kind: string, name: string, run: () => Promise<T>): Promise<T>;
}

/** @param store undefined: everything is in memory, and goes with it */
export function keepIn(store: AuthStore | undefined): Keep {
  const within = store ?? memoryStore();
  const ask = async <T>(what: string, run: () => T | Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (cause) {
      throw new McpError('internal', `The store of authorizations failed to ${what}`, { cause });
    }
  };
  const key = (kind: string, name: string): string => `mcp ${kind} ${name}`;
  const get = (kind: string, name: string): Promise<string | undefined> =>
    ask('get', () => within.get(key(kind, name)));
  return {
    get,
    async json<T>(kind: string, name: string): Promise<T | undefined> {
      const text = await get(kind, name);
      try {
        // Only what this module wrote is in there.
        return text === undefined ? undefined : (JSON.parse(text) as T);
      } catch {
        return undefined;
      }
    },
    set: (kind, name, value) => ask('set', () => within.set(key(kind, name), value)),
    delete: (kind, name) => ask('delete', () => within.delete(key(kind, name))),
    lock: (kind, name, run) => lockIn(within, key(kind, name), run),
  };
}
