import { McpError } from '../errors.js';
import { INTERNAL_ERROR, isObject, type JsonObject } from '../json-rpc.js';
import { META_SUBSCRIPTION_ID } from '../spec/meta.js';
import type { Bus, Change } from './bus.js';
import { raisedBy, type Context } from './context.js';
import type { Exchange } from './exchange.js';
import { timerMs } from './options.js';
import { principalOf } from './principal.js';
import {
  broadcast,
  broadcastOf,
  extensionTopic,
  resourceTopic,
  SubscriptionStream,
  topicOf,
  type Topic,
} from './subscription-stream.js';

/** Limits of `subscriptions/listen`. Each bounds what callers can make a server hold. */
export interface SubscriptionLimits {
  /** Open subscriptions in all. More are answered with 503 and `Retry-After`. Default 10,000. */
  readonly subscriptions: number;
  /** Open subscriptions of one authenticated caller. More are answered with 503 and `Retry-After`. Default 100. */
  readonly subscriptionsPerPrincipal: number;
  /** Resources, or keys of an extension, in one subscription. More are answered with -32602. Default 1,000. */
  readonly subscribedUris: number;
  /** Characters of one of them. More are answered with -32602. Default 2,048. */
  readonly subscribedUriLength: number;
  /** Characters of all of them, in all open subscriptions. More are answered with 503. Default 16,777,216. */
  readonly subscribedCharacters: number;
}

/** The defaults of {@link SubscriptionLimits}. */
export const defaultSubscriptionLimits: SubscriptionLimits = {
  subscriptions: 10_000,
  subscriptionsPerPrincipal: 100,
  subscribedUris: 1_000,
  subscribedUriLength: 2_048,
  subscribedCharacters: 16 * 1024 * 1024,
};

/** What an extension grants of what a listen request asks under the extension's member of the filter. */
export interface Granted {
  /** What the acknowledgement says: the honoured part of what was asked. */
  readonly value: unknown;
  /** The keys whose changes the subscription gets. None: nothing is honoured. */
  readonly keys: readonly string[];
}

/**
 * Reads an extension's member of the filter. What it returns `undefined` for is left out of the acknowledgement.
 *
 * @param asked the member's value, any JSON
 */
export type ListenFilter = (asked: unknown, ctx: Context) => Granted | undefined | Promise<Granted | undefined>;

/** Whether a caller may hear of a resource's updates. */
export type MayWatch = (uri: string, ctx: Context) => boolean | Promise<boolean>;

/** What {@link Subscriptions} need to know of their server. */
export interface SubscriptionSettings {
  /** Where changes come from. */
  readonly bus: Bus;
  /** Whether there can be such changes at this moment: of a list, or (`resource`) of a resource's contents. */
  readonly offers: (kind: 'tools' | 'prompts' | 'resources' | 'resource') => boolean;
  /** Default: everyone may. */
  readonly mayWatch?: MayWatch | undefined;
  /**
   * Whether there is such a resource for a caller. Where not, the caller is told what one is told of a resource that does not
   * exist, and hears nothing. Default: whatever the caller names.
   */
  readonly sees?: MayWatch | undefined;
  /** By member of the filter. */
  readonly filters?: ReadonlyMap<string, ListenFilter> | undefined;
  readonly limits?: Partial<SubscriptionLimits> | undefined;
  /** Unsent bytes beyond which a stream is ended. Default 1 MiB. */
  readonly streamDropBytes?: number | undefined;
}

/** The topic of no change. */
const NOTHING: Topic = '';

const LISTS = [
  ['toolsListChanged', 'tools'],
  ['promptsListChanged', 'prompts'],
  ['resourcesListChanged', 'resources'],
] as const;

/**
 * The open subscriptions of a server. They are found by topic, so that a change costs what its watchers cost, however many
 * others there are.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions
 */
export class Subscriptions {
  readonly #settings: SubscriptionSettings;
  readonly #limits: SubscriptionLimits;
  readonly #topics = new Map<Topic, Set<SubscriptionStream>>();
  readonly #held = new Map<SubscriptionStream, () => void>();
  readonly #perPrincipal = new Map<string, number>();
  #count = 0;
  #characters = 0;
  #attached: Promise<() => void> | undefined;
  #closed = false;

  constructor(settings: SubscriptionSettings) {
    this.#settings = settings;
    this.#limits = { ...defaultSubscriptionLimits, ...settings.limits };
  }

  /** How many count against the limit: those that are open, and those being decided on. */
  get size(): number {
    return this.#count;
  }

  /** How many streams are held. */
  get open(): number {
    return this.#held.size;
  }

  /** How many lists, resources and keys somebody waits for. */
  get watched(): number {
    return this.#topics.size;
  }

  /**
   * Serves a `subscriptions/listen` request.
   *
   * @returns the result that closes the subscription, once the server ends it; when the caller has gone, nobody gets it
   */
  async listen(params: JsonObject, ctx: Context, exchange: Exchange): Promise<JsonObject> {
    if (exchange.streams === false) {
      throw new McpError('invalid_request', 'A subscription is a stream: send Accept: text/event-stream', {
        status: 406,
      });
    }
    // Whoever is answered has asked with an id.
    const id = ctx.id!;
    const principal = this.#enter(ctx);
    let characters = 0;
    let released = false;
    // When the stream is forgotten, not when whoever waits for that has had its turn: on workerd it may never have one.
    const release = (): void => {
      if (released) return;
      released = true;
      this.#characters -= characters;
      this.#leave(principal);
    };
    try {
      const { honoured, topics } = await this.#agree(params['notifications'], ctx);
      for (const topic of topics) characters += topic.length;
      this.#characters += characters;
      if (this.#characters > this.#limits.subscribedCharacters) throw busy(ctx, 'The subscriptions watch too much');
      let ending = topics.length === 0;
      const left = new Promise<void>((resolve) => {
        exchange.onClosing = () => {
          ending = true;
          resolve();
        };
      });
      if (!ending && !this.#closed) {
        const { signal } = exchange;
        signal.addEventListener('abort', () => exchange.onClosing?.(), { once: true });
        // A bus that hangs must not keep the place of who has gone.
        if (!signal.aborted) await Promise.race([this.#attach(), left]);
      }
      if (!exchange.gone) {
        const stream = new SubscriptionStream(exchange, id, topics, this.#forget);
        const acknowledged = stream.send(
          broadcast('notifications/subscriptions/acknowledged', { notifications: honoured }),
        );
        // No later: what changes from here on is sent, or waits for the acknowledgement to go out.
        await (ending || this.#closed ? acknowledged : this.#hold(stream, exchange, release));
      }
    } finally {
      release();
    }
    return { _meta: { [META_SUBSCRIPTION_ID]: id } };
  }

  /** Sends a change to everyone who waits for it. */
  readonly publish = (change: Change): void => {
    const topic = topicOf(change);
    const watchers = this.#topics.get(topic);
    if (watchers === undefined) return;
    const text = broadcastOf(change);
    const { streamDropBytes = 1024 * 1024 } = this.#settings;
    const now = Date.now();
    for (const stream of watchers) stream.take(topic, text, now, streamDropBytes);
  };

  /** Ends every subscription with its closing result, and those to come at once. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const stream of this.#held.keys()) stream.close();
    const attached = this.#attached;
    this.#attached = undefined;
    (await attached?.catch(() => undefined))?.();
  }

  /** Keeps a stream until its caller leaves, or the server ends it. */
  #hold(stream: SubscriptionStream, exchange: Exchange, release: () => void): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => stream.close();
      const expiresAt = exchange.peer.auth?.expiresAt;
      // Nobody listens on with credentials that are over. Most have no end, and no timer.
      const timer = expiresAt && setTimeout(end, timerMs(Math.max(0, expiresAt * 1000 - Date.now())));
      this.#held.set(stream, () => {
        release();
        resolve(clearTimeout(timer));
      });
      for (const topic of stream.topics) {
        const watchers = this.#topics.get(topic);
        if (watchers === undefined) this.#topics.set(topic, new Set([stream]));
        else watchers.add(stream);
      }
      exchange.onClosing = end;
      if (exchange.signal.aborted) end();
    });
  }

  readonly #forget = (stream: SubscriptionStream): void => {
    const settle = this.#held.get(stream);
    this.#held.delete(stream);
    for (const topic of stream.topics) {
      const watchers = this.#topics.get(topic);
      if (watchers?.delete(stream) === true && watchers.size === 0) this.#topics.delete(topic);
    }
    settle?.();
  };

  /** The part of a filter that is honoured, and what to wait for. */
  async #agree(asked: unknown, ctx: Context): Promise<{ honoured: JsonObject; topics: Topic[] }> {
    if (!isObject(asked)) throw invalid('params.notifications must be an object');
    const { offers, mayWatch = () => true, sees = () => true, filters } = this.#settings;
    const honoured: JsonObject = {};
    const topics: Topic[] = [];
    for (const [member, kind] of LISTS) {
      const wanted = asked[member] ?? false;
      if (typeof wanted !== 'boolean') throw invalid(`notifications.${member} must be a boolean`);
      if (!wanted || !offers(kind)) continue;
      honoured[member] = true;
      topics.push(kind);
    }
    const uris = this.#keys('resourceSubscriptions', asked['resourceSubscriptions'] ?? []);
    if (offers('resource')) {
      const allowed = await Promise.all(uris.map((uri) => guarded('mayWatch', () => mayWatch(uri, ctx))));
      const watched = uris.filter((_uri, index) => allowed[index]);
      if (watched.length > 0) honoured['resourceSubscriptions'] = watched;
      const seen = await Promise.all(watched.map((uri) => guarded('visible', () => sees(uri, ctx))));
      watched.forEach((uri, index) => topics.push(seen[index] ? resourceTopic(uri) : NOTHING));
    }
    for (const [member, read] of filters ?? []) {
      if (asked[member] === undefined) continue;
      const { value, keys } = (await guarded(`The filter ${member}`, () => read(asked[member], ctx))) ?? {
        value: undefined,
        keys: [],
      };
      if (keys.length === 0) continue;
      honoured[member] = value;
      for (const key of this.#keys(member, keys)) topics.push(extensionTopic(member, key));
    }
    return { honoured, topics };
  }

  /** A list of strings within the limits, each of them once. */
  #keys(member: string, keys: unknown): string[] {
    const { subscribedUris, subscribedUriLength } = this.#limits;
    if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) {
      throw invalid(`notifications.${member} must be an array of strings`);
    }
    if (keys.length > subscribedUris) throw invalid(`notifications.${member} has more than ${subscribedUris} entries`);
    if (keys.some(({ length }) => length > subscribedUriLength)) {
      throw invalid(`notifications.${member} has an entry with more than ${subscribedUriLength} characters`);
    }
    return [...new Set(keys)];
  }

  #attach(): Promise<unknown> {
    const { bus } = this.#settings;
    return (this.#attached ??= Promise.resolve()
      .then(() => bus.subscribe(this.publish))
      .catch((error: unknown) => {
        // The next one tries again.
        this.#attached = undefined;
        throw error;
      }));
  }

  /** Counts a subscription in. Before anything is awaited, so that a burst cannot slip through. */
  #enter(ctx: Context): string | undefined {
    const { subscriptions, subscriptionsPerPrincipal } = this.#limits;
    const principal = principalOf(ctx.auth);
    const own = principal === undefined ? 0 : (this.#perPrincipal.get(principal) ?? 0);
    if (this.#count >= subscriptions) throw busy(ctx, `${subscriptions} subscriptions are open`);
    if (own >= subscriptionsPerPrincipal) throw busy(ctx, `You have ${subscriptionsPerPrincipal} subscriptions open`);
    this.#count++;
    if (principal !== undefined) this.#perPrincipal.set(principal, own + 1);
    return principal;
  }

  #leave(principal: string | undefined): void {
    this.#count--;
    if (principal === undefined) return;
    const own = (this.#perPrincipal.get(principal) ?? 1) - 1;
    if (own === 0) this.#perPrincipal.delete(principal);
    else this.#perPrincipal.set(principal, own);
  }
}

/** Asks code of the author's. Like a handler's, its errors reach the caller only where the context made them. */
async function guarded<T>(what: string, ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw raisedBy(error) ?? new Error(`${what} failed`, { cause: error });
  }
}

function invalid(message: string): McpError {
  return new McpError('invalid_params', message);
}

function busy(ctx: Context, message: string): McpError {
  return ctx.error(INTERNAL_ERROR, `${message}; try again later`, { status: 503, headers: { 'retry-after': '5' } });
}
