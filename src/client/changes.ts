/** What a subscription tells, and the queue in which it waits for its reader. */
import type { McpError } from '../errors.js';
import type { JsonObject } from '../json-rpc.js';
import type { SubscriptionFilter } from '../spec/types.js';
import type { CallOptions } from './options.js';

/** What to listen to. Extensions have members of their own. */
export type ListenTopics = SubscriptionFilter & { readonly [name: string]: unknown };

/** Something that has changed on the server. */
export type ListenChange =
  | {
      /** The list of tools, prompts or resources is another. `resourcesListChanged` is also about templates. */
      readonly type: 'toolsListChanged' | 'promptsListChanged' | 'resourcesListChanged';
    }
  | {
      /** A resource holds something else. */
      readonly type: 'resourceUpdated';
      /** Which, or which part of the one that was subscribed to. */
      readonly uri: string;
    }
  | {
      /** The connection was lost for a while, or the reader was too slow: anything may have changed. Fetch anew what is shown. */
      readonly type: 'refetch';
    }
  | {
      /** A notification of an extension. */
      readonly type: 'notification';
      /** Its method. */
      readonly method: string;
      /** Its params. */
      readonly params: JsonObject;
    };

/** Options of `McpClient.listen`. */
export interface ListenOptions extends Pick<
  CallOptions,
  'signal' | 'timeoutMs' | 'headers' | 'meta' | 'onMessage' | 'retry'
> {
  /**
   * Milliseconds between the server's signs of life; three that are missed are a lost connection. Default: what the server
   * is seen to keep to, at least 8,000; a server that sends none is waited for without end.
   */
  readonly keepAliveMs?: number | undefined;
  /** Called each time that the server begins to tell, with what it will tell of. */
  readonly onListening?: ((honored: ListenTopics) => void) | undefined;
}

// Changes that wait for their reader. Lists and resources wait once each, so only a reader that has stopped comes near it.
const MAX_PENDING = 1000;

/** Changes on their way to a reader who may be slower than the server. */
export class ChangeQueue {
  // By what they are about, so that what has changed twice waits once.
  readonly #pending = new Map<unknown, ListenChange>();
  #end: { readonly error?: McpError | undefined } | undefined;
  // Steps that found nothing. A reader may take several at once.
  readonly #waiting: (() => void)[] = [];

  push(change: ListenChange): void {
    if (this.#pending.size >= MAX_PENDING) change = { type: 'refetch' };
    // It says all that the others say.
    if (change.type === 'refetch') this.#pending.clear();
    if (!this.#pending.has('refetch')) this.#pending.set(keyOf(change), change);
    this.#ring();
  }

  /** No more will come; with an error, once what waits was read. */
  end(error?: McpError): void {
    this.#end ??= { error };
    this.#ring();
  }

  /** The reader has left. */
  leave(): void {
    this.#pending.clear();
    this.#end = {};
    this.#ring();
  }

  #ring(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async next(): Promise<IteratorResult<ListenChange, undefined>> {
    for (;;) {
      for (const [key, value] of this.#pending) {
        this.#pending.delete(key);
        return { done: false, value };
      }
      if (this.#end !== undefined) {
        const { error } = this.#end;
        this.#end = {};
        if (error !== undefined) throw error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    }
  }
}

function keyOf(change: ListenChange): unknown {
  if (change.type === 'resourceUpdated') return `${change.type} ${change.uri}`;
  return change.type === 'notification' ? change : change.type;
}
