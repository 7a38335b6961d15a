/**
 * A subscription that goes on when its stream does not.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions
 */
import { McpError } from '../errors.js';
import { isObject, type JsonRpcNotification, type JsonRpcRequest } from '../json-rpc.js';
import { META_SUBSCRIPTION_ID } from '../spec/meta.js';
import { type ListenChange, ChangeQueue, type ListenTopics, type ListenOptions } from './changes.js';
import type { Core } from './core.js';
import { backoff, isPassing, patienceOf, pause } from './wait.js';
import type { Watch } from './watch.js';

const LISTEN = 'subscriptions/listen';
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const LONGEST_PAUSE = 30_000;
// A stream that lasts this long is one that works: the next pause is a short one again.
const LASTING = 60_000;
const MISSED = 3;
const SHORTEST_KEEP_ALIVE = 8_000;

const KINDS: { readonly [method: string]: 'toolsListChanged' | 'promptsListChanged' | 'resourcesListChanged' } = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
};

/** Opens a subscription when its first change is pulled, and keeps it open until its reader leaves. */
export function listen(core: Core, filter: ListenTopics, options: ListenOptions): AsyncIterableIterator<ListenChange> {
  const queue = new ChangeQueue();
  const reader = new AbortController();
  let begun = false;
  return {
    next() {
      if (!begun) {
        begun = true;
        new Subscription(core, filter, options, queue).run(reader).then(
          () => queue.end(),
          (error: unknown) => queue.end(McpError.from(error)),
        );
      }
      return queue.next();
    },
    async return() {
      begun = true;
      queue.leave();
      reader.abort();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

class Subscription {
  readonly #core: Core;
  readonly #filter: ListenTopics;
  readonly #options: ListenOptions;
  readonly #queue: ChangeQueue;
  /** Whether the server has ever agreed. */
  #known = false;
  /** Milliseconds between signs of life, as far as known. */
  #keepAliveMs: number | undefined;

  constructor(core: Core, filter: ListenTopics, options: ListenOptions, queue: ChangeQueue) {
    this.#core = core;
    this.#filter = filter;
    this.#options = options;
    this.#queue = queue;
    this.#keepAliveMs = options.keepAliveMs;
  }

  /** Listens until there is nothing to listen to, or its reader has left. */
  async run(reader: AbortController): Promise<void> {
    const { signal } = this.#options;
    const stop = (): void => reader.abort(signal?.reason);
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop);
    try {
      await this.#loop(reader.signal);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async #loop(signal: AbortSignal): Promise<void> {
    const { retry } = this.#options;
    for (let tries = 1; ; tries++) {
      const began = performance.now();
      let error: McpError | undefined;
      try {
        if (!(await this.#once(signal))) return;
      } catch (cause) {
        error = McpError.from(cause);
        if (!mayPass(error)) throw error;
      }
      if (performance.now() - began > LASTING) tries = 1;
      // Somebody who never got through wants to know; somebody who did wants to get through again.
      const limit = typeof retry === 'number' ? retry : retry === false ? 0 : this.#known ? Infinity : 3;
      if (tries > limit) throw error ?? this.#core.wire.unanswered(LISTEN);
      await pause(
        this.#core,
        LISTEN,
        Math.max(
          error === undefined ? 0 : Math.min(patienceOf(error), 2 * LONGEST_PAUSE),
          backoff(tries, LONGEST_PAUSE),
        ),
        signal,
      );
    }
  }

  /**
   * One stream.
   *
   * @returns whether it is worth to listen again
   */
  #once(signal: AbortSignal): Promise<boolean> {
    const { timeoutMs } = this.#options;
    const { closed, start } = this.#core.wire;
    return new Promise((resolve, reject) => {
      // The time limit is for the acknowledgement; the stream itself has none.
      const watch = start(this.#core, LISTEN, { signal, timeoutMs, maxTotalTimeoutMs: Infinity }, reject);
      if (watch.over) return;
      this.#read(watch)
        .then(resolve, reject)
        .finally(() => {
          watch.end(closed());
          this.#core.forget(watch);
        });
    });
  }

  async #read(watch: Watch): Promise<boolean> {
    const { errorOf, exchange, take, unanswered } = this.#core.wire;
    const options = { ...this.#options, onProgress: undefined };
    const pulse = this.#pulse(watch);
    try {
      for (let again = true; again;) {
        again = false;
        const request = this.#core.request(LISTEN, { notifications: this.#filter }, options);
        let honored: ListenTopics | undefined;
        for await (const message of exchange(this.#core, watch, request, options, pulse.comment)) {
          if (watch.over) return false;
          pulse.message();
          again = take(this.#core, watch, request, options, message);
          if (again) break;
          if (!('method' in message)) {
            if ('error' in message) throw errorOf(message);
            // It has ended the stream by itself. One that is about to go may do so before it agrees.
            return this.#known;
          }
          if (isStranger(message, request)) continue;
          if (isCancelled(message, request)) return this.#known;
          if (honored === undefined) {
            honored = this.#acknowledged(message);
            if (Object.keys(honored).length === 0) return false;
            watch.pause();
          } else {
            this.#tell(message);
          }
        }
      }
      throw unanswered(LISTEN);
    } finally {
      pulse.stop();
    }
  }

  /** @returns what the server will tell of, as far as it was asked for */
  #acknowledged({ method, params = {} }: JsonRpcNotification): ListenTopics {
    if (method !== ACKNOWLEDGED) {
      throw new McpError('invalid_message', `The server sent ${method} before ${ACKNOWLEDGED}`);
    }
    const agreed = isObject(params['notifications']) ? params['notifications'] : {};
    const wanted = Object.keys(this.#filter).filter((name) => isMeant(this.#filter[name]));
    const honored = Object.fromEntries(
      wanted.filter((name) => isMeant(agreed[name])).map((name) => [name, agreed[name]]),
    );
    const missing = wanted.filter((name) => !Object.hasOwn(honored, name));
    if (missing.length > 0 && !this.#known) {
      this.#core.warn(new McpError('method_not_found', `The server does not tell of ${missing.join(', ')}`));
    }
    const { onListening } = this.#options;
    if (onListening !== undefined) this.#core.guard('onListening', () => onListening(honored));
    if (this.#known) {
      this.#core.answers?.drop();
      this.#queue.push({ type: 'refetch' });
    }
    this.#known = true;
    return honored;
  }

  #tell({ method, params = {} }: JsonRpcNotification): void {
    const kind = Object.hasOwn(KINDS, method) ? KINDS[method] : undefined;
    const { uri } = params;
    if (kind !== undefined) {
      if (this.#filter[kind] === true) this.#queue.push({ type: kind });
    } else if (method === 'notifications/resources/updated') {
      if (typeof uri === 'string' && isMeant(this.#filter.resourceSubscriptions))
        this.#queue.push({ type: 'resourceUpdated', uri });
    } else if (method !== ACKNOWLEDGED) {
      this.#queue.push({ type: 'notification', method, params });
    }
  }

  /** Watches over the server's signs of life. */
  #pulse(watch: Watch): { readonly comment: () => void; readonly message: () => void; readonly stop: () => void } {
    let lastAt = performance.now();
    let commentAt: number | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      timer = undefined;
      if (this.#keepAliveMs === undefined) return;
      const left = lastAt + MISSED * this.#keepAliveMs - performance.now();
      if (left > 0) timer = setTimeout(look, Math.min(left, 2 ** 31 - 1));
      else {
        // What was seen may have been an accident, or the habit of a server that is gone: the next stream shows its own.
        this.#keepAliveMs = this.#options.keepAliveMs;
        watch.end(new McpError('stream_ended', `${LISTEN}: missed ${MISSED} keep-alives`));
      }
    };
    look();
    return {
      message: () => void (lastAt = performance.now()),
      comment: () => {
        const now = (lastAt = performance.now());
        const gap = commentAt === undefined ? 0 : now - commentAt;
        commentAt = now;
        // Comments that come together tell nothing about the time between them.
        if (gap < 1000 || this.#options.keepAliveMs !== undefined) return;
        this.#keepAliveMs = Math.max(SHORTEST_KEEP_ALIVE, Math.min(gap, this.#keepAliveMs ?? Infinity));
        if (timer === undefined) look();
      },
      stop: () => clearTimeout(timer),
    };
  }
}

/** Whether a member of a filter asks for, or grants, anything. */
function isMeant(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== false;
}

/** Whether a message is about another subscription. On some transports all share one channel. */
function isStranger({ params }: JsonRpcNotification, { id }: JsonRpcRequest): boolean {
  const meta = params?.['_meta'];
  const subscription = isObject(meta) ? meta[META_SUBSCRIPTION_ID] : undefined;
  return subscription !== undefined && subscription !== id;
}

// subscriptions.mdx ends a subscription with its result, cancellation.mdx with this notification; either is an end.
function isCancelled({ method, params }: JsonRpcNotification, { id }: JsonRpcRequest): boolean {
  return method === 'notifications/cancelled' && params?.['requestId'] === id;
}

/** Whether an error is one of the network or of a server that is being replaced. */
function mayPass(error: McpError): boolean {
  const { code, status = 0, rpcCode } = error;
  return isPassing(error) || code === 'timeout' || status === 408 || (status >= 500 && rpcCode === undefined);
}
