/**
 * `subscriptions/listen` for servers that do not know it: they tell of lists unasked, and of resources that were subscribed
 * to one by one.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/resources#subscriptions
 */
import { abortError, type ExchangeOptions, type HeaderSource } from '../client/transport.js';
import { McpError } from '../errors.js';
import { isObject, type JsonObject, type JsonRpcNotification, type JsonRpcRequest } from '../json-rpc.js';
import { META_SUBSCRIPTION_ID } from '../spec/meta.js';
import type { ServerCapabilities } from '../spec/types.js';
import { quiet } from '../util/quiet.js';
import { unlessAborted } from './client-hold.js';

const LISTS = {
  toolsListChanged: 'tools',
  promptsListChanged: 'prompts',
  resourcesListChanged: 'resources',
} as const;

// Changes that wait for their reader, each once. He is the client itself, so that many are a server gone wild.
const MAX_PENDING = 1000;

/** What a listener needs of its transport. */
export interface Subscriber {
  readonly capabilities: () => ServerCapabilities;
  /** Sends a request of the transport's own. */
  readonly ask: (method: string, params: JsonObject, headers?: HeaderSource) => Promise<unknown>;
  /** Sees to it that there is a server that can tell. */
  readonly wake: () => Promise<void>;
  readonly warn: (warning: McpError) => void;
}

interface Listener {
  readonly methods: ReadonlySet<string>;
  readonly uris: ReadonlySet<string>;
  readonly pending: Map<string, JsonRpcNotification>;
  wake: () => void;
  end: McpError | undefined;
}

interface Topic {
  count: number;
  readonly ready: Promise<unknown>;
}

/** All that listen to one server. */
export class Subscriptions {
  readonly #subscriber: Subscriber;
  readonly #listeners = new Set<Listener>();
  /** Who is subscribed to what. Another one after the connection was lost, since the server has forgotten it all. */
  #topics = new Map<string, Topic>();

  constructor(subscriber: Subscriber) {
    this.#subscriber = subscriber;
  }

  /** Answers `subscriptions/listen`. */
  async *listen(
    { id, params }: JsonRpcRequest,
    options: ExchangeOptions,
  ): AsyncGenerator<JsonRpcNotification, void, undefined> {
    const { signal } = options;
    const asked = params?.['notifications'];
    const filter = isObject(asked) ? asked : {};
    const capabilities = this.#subscriber.capabilities();
    const lists = Object.entries(LISTS).filter(
      ([name, kind]) => filter[name] === true && capabilities[kind]?.listChanged === true,
    );
    const { resourceSubscriptions } = filter;
    const wanted =
      Array.isArray(resourceSubscriptions) && capabilities.resources?.subscribe === true ? resourceSubscriptions : [];
    const uris = new Set<string>(wanted.filter((uri) => typeof uri === 'string'));
    const own: Listener = {
      methods: new Set(lists.map(([, kind]) => `notifications/${kind}/list_changed`)),
      uris,
      pending: new Map(),
      wake() {},
      end: undefined,
    };
    const topics = this.#topics;
    const stop = (): void => finish(own, abortError(signal));
    signal.addEventListener('abort', stop);
    // From here on, so that nothing is missed that the server tells of before it has answered.
    this.#listeners.add(own);
    try {
      await unlessAborted(this.#subscriber.wake(), signal);
      await this.#subscribe(topics, uris, options);
      const notifications: JsonObject = Object.fromEntries(lists.map(([name]) => [name, true]));
      if (uris.size > 0) notifications['resourceSubscriptions'] = [...uris];
      yield marked(
        { jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: { notifications } },
        id,
      );
      for (;;) {
        if (own.end !== undefined) throw own.end;
        for (const [key, message] of own.pending) {
          own.pending.delete(key);
          yield marked(message, id);
        }
        if (own.pending.size === 0 && own.end === undefined) {
          await new Promise<void>((resolve) => (own.wake = resolve));
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
      this.#listeners.delete(own);
      this.#unsubscribe(topics, uris);
    }
  }

  /** Hands a notification to those who listen to it. @returns whether anybody does */
  heard(message: JsonRpcNotification): boolean {
    const listeners = this.#listenersOf(message);
    for (const listener of listeners) {
      listener.pending.set(`${message.method} ${String(message.params?.['uri'])}`, message);
      if (listener.pending.size > MAX_PENDING) {
        finish(listener, new McpError('stream_ended', `over ${MAX_PENDING} changes wait to be read`));
      }
      listener.wake();
    }
    return listeners.length > 0;
  }

  /** The server has forgotten who listens: they come back by themselves. */
  lost(cause: McpError): void {
    this.#topics = new Map();
    for (const listener of this.#listeners) finish(listener, cause);
  }

  #listenersOf({ method, params }: JsonRpcNotification): readonly Listener[] {
    const all = [...this.#listeners];
    if (method !== 'notifications/resources/updated') return all.filter(({ methods }) => methods.has(method));
    const uri = params?.['uri'];
    const exact = all.filter(({ uris }) => uris.has(uri as string));
    // It may be a part of what was subscribed to, and only the server knows of what.
    return exact.length > 0 ? exact : all.filter(({ uris }) => uris.size > 0);
  }

  async #subscribe(topics: Map<string, Topic>, uris: Set<string>, { signal, headers }: ExchangeOptions): Promise<void> {
    const waiting = [...uris].map(async (uri) => {
      let topic = topics.get(uri);
      if (topic === undefined) {
        // Not with the signal of this listener: another one may wait for it, too.
        const ready = quiet(this.#subscriber.ask('resources/subscribe', { uri }, headers));
        topics.set(uri, (topic = { count: 0, ready }));
      }
      topic.count++;
      try {
        await unlessAborted(topic.ready, signal);
      } catch (cause) {
        if (signal.aborted) throw cause;
        const error = McpError.from(cause);
        // Nobody is subscribed; whoever comes next tries again.
        if (topics.get(uri) === topic) topics.delete(uri);
        uris.delete(uri);
        if (error.rpcCode === undefined) throw error;
        this.#subscriber.warn(
          new McpError('invalid_message', `The server does not tell of ${uri}: ${error.message}`, { cause }),
        );
      }
    });
    // All are waited for, so that what is undone is what was done.
    const failed = (await Promise.allSettled(waiting)).find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #unsubscribe(topics: Map<string, Topic>, uris: ReadonlySet<string>): void {
    for (const uri of uris) {
      const topic = topics.get(uri);
      if (topic === undefined || --topic.count > 0) continue;
      topics.delete(uri);
      // What it fails with concerns nobody any more.
      if (topics === this.#topics) void quiet(this.#subscriber.ask('resources/unsubscribe', { uri }));
    }
  }
}

function finish(listener: Listener, cause: McpError): void {
  listener.end ??= cause;
  listener.wake();
}

function marked({ params, ...message }: JsonRpcNotification, id: JsonRpcRequest['id']): JsonRpcNotification {
  const meta = params?.['_meta'];
  return { ...message, params: { ...params, _meta: { ...(isObject(meta) && meta), [META_SUBSCRIPTION_ID]: id } } };
}
