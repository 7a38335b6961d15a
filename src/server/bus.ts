import type { JsonObject } from '../json-rpc.js';

/** Something that subscribers may want to know of. It is plain JSON, so that a {@link Bus} can carry it to other processes. */
export type Change =
  | {
      /** Whose list has changed. */
      readonly kind: 'tools' | 'prompts' | 'resources';
    }
  | {
      /** One resource has other contents now. */
      readonly kind: 'resource';
      /** Which one; compared as it is written. */
      readonly uri: string;
    }
  | {
      /** A notification that an extension has made. */
      readonly kind: 'extension';
      /** The member of the listen filter that asks for it. */
      readonly filter: string;
      /** What of it has changed. A slow reader gets the last change of each key. */
      readonly key: string;
      /** The notification's method. */
      readonly method: string;
      /** The notification's params. */
      readonly params: JsonObject;
    }
  | {
      /** Something of an older peer's session, for the process that waits for it. */
      readonly kind: 'session';
      /** Which session: not what the peer calls it, and of no use to anyone else. */
      readonly session: string;
      /** What it is. */
      readonly message: JsonObject;
    };

/**
 * Carries changes to everyone who holds streams: a change that one process publishes reaches the subscribers of all. The
 * default, {@link memoryBus}, knows one process.
 *
 * @example
 * ```ts
 * // Over anything with publish and subscribe.
 * const bus: Bus = {
 *   publish: (change) => broker.publish('mcp', JSON.stringify(change)),
 *   subscribe: (listener) => broker.subscribe('mcp', (text: string) => listener(JSON.parse(text) as Change)),
 * };
 * ```
 */
export interface Bus {
  /** Tells every listener, those of this process included. A rejection goes to the server's `onError`. */
  publish(change: Change): void | Promise<void>;
  /**
   * Listens. A server does so when its first subscriber comes, and to its end; a promise holds that subscriber's
   * acknowledgement back, so that no change after it is missed.
   *
   * @returns what ends it
   */
  subscribe(listener: (change: Change) => void): (() => void) | Promise<() => void>;
}

/** A {@link Bus} within one process. Give the same one to several servers, and they share their changes. */
export function memoryBus(): Bus {
  const listeners = new Set<(change: Change) => void>();
  return {
    publish(change) {
      for (const listener of listeners) listener(change);
    },
    subscribe(listener) {
      // Wrapped, so that the same function subscribed twice is two subscriptions.
      const entry = (change: Change): void => listener(change);
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
  };
}
