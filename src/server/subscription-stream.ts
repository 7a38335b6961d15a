import type { JsonRpcNotification, RequestId } from '../json-rpc.js';
import { META_SUBSCRIPTION_ID } from '../spec/meta.js';
import type { Change } from './bus.js';
import type { Exchange } from './exchange.js';

/** What a stream waits for: one string per list, per resource, per key of an extension. */
export type Topic = string;

/** The topic of a change. */
export function topicOf(change: Change): Topic {
  if (change.kind === 'resource') return resourceTopic(change.uri);
  // Nobody subscribes to these.
  if (change.kind === 'session') return '';
  return change.kind === 'extension' ? extensionTopic(change.filter, change.key) : change.kind;
}

/** The topic of one resource's updates. */
export function resourceTopic(uri: string): Topic {
  return `=${uri}`;
}

/** The topic of one key of an extension's filter. */
export function extensionTopic(filter: string, key: string): Topic {
  return `+${JSON.stringify([filter, key])}`;
}

/** A notification's text in two halves, with the place for a subscription's id between them. */
export interface Broadcast {
  readonly head: string;
  readonly tail: string;
}

/** Serialises a change, once for all streams that it goes to. */
export function broadcastOf(change: Change): Broadcast {
  switch (change.kind) {
    case 'resource':
      return broadcast('notifications/resources/updated', { uri: change.uri });
    case 'extension':
      return broadcast(change.method, change.params);
    default:
      return broadcast(`notifications/${change.kind}/list_changed`, {});
  }
}

/** Serialises a notification without its subscription id. */
export function broadcast(method: string, params: Record<string, unknown>): Broadcast {
  const { _meta, ...rest } = params;
  return {
    head: `{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":{"_meta":{"${META_SUBSCRIPTION_ID}":`,
    // Spreading what is no object adds nothing; the id wins, since it comes first and may not come twice.
    tail: `${membersAfter({ ...(_meta as object | undefined), [META_SUBSCRIPTION_ID]: undefined })}${membersAfter(rest)}}`,
  };
}

/** The text of an object's members behind others, to its closing brace. */
function membersAfter(members: object): string {
  const text = JSON.stringify(members).slice(1);
  return text === '}' ? text : `,${text}`;
}

/** One subscription's copy of a {@link Broadcast}. */
class TaggedNotification implements JsonRpcNotification {
  readonly jsonrpc = '2.0';
  readonly #broadcast: Broadcast;
  readonly #id: string;

  /** @param id the subscription's id as JSON text */
  constructor(broadcast: Broadcast, id: string) {
    this.#broadcast = broadcast;
    this.#id = id;
  }

  get method(): string {
    return this.toJSON().method;
  }

  get params(): NonNullable<JsonRpcNotification['params']> {
    return this.toJSON().params ?? {};
  }

  toJSON(): JsonRpcNotification {
    // What encode() made is a notification.
    return JSON.parse(this.encode()) as JsonRpcNotification;
  }

  /** The JSON text. */
  encode(): string {
    return this.#broadcast.head + this.#id + this.#broadcast.tail;
  }
}

/**
 * Milliseconds after which nobody waits for a reader that has read everything: on workerd the request that has waited, since
 * it made the change, may be over.
 */
const FORGOTTEN_MS = 5_000;

/**
 * One open subscription. While its reader does not keep up, one notification per topic waits, the last one, so that a
 * stream costs no more than what its client asked for.
 */
export class SubscriptionStream {
  readonly topics: readonly Topic[];
  readonly #exchange: Exchange;
  readonly #id: string;
  readonly #end: (stream: SubscriptionStream) => void;
  #busy = false;
  /** Milliseconds since 1970 at which the last change went out; for the acknowledgement it is waited as long as it takes. */
  #sentAt = Infinity;
  #pending: Map<Topic, Broadcast> | undefined;

  /** @param end called when the stream is to be forgotten */
  constructor(exchange: Exchange, id: RequestId, topics: readonly Topic[], end: (stream: SubscriptionStream) => void) {
    this.#exchange = exchange;
    this.#id = JSON.stringify(id);
    this.topics = topics;
    this.#end = end;
  }

  /** Sends one notification. Nothing else goes out before the transport has taken it. */
  async send(broadcast: Broadcast): Promise<void> {
    this.#busy = true;
    await this.#exchange.send(new TaggedNotification(broadcast, this.#id));
    this.#busy = false;
    const [next] = this.#pending ?? [];
    if (next === undefined) {
      this.#pending = undefined;
      return;
    }
    this.#pending?.delete(next[0]);
    void this.send(next[1]);
  }

  /** Takes a change: sends it, or keeps it until there is room. A stream that nobody reads any more ends. */
  take(topic: Topic, broadcast: Broadcast, now: number, dropBytes: number): void {
    // Its timer may be late.
    if ((this.#exchange.peer.auth?.expiresAt ?? Infinity) * 1000 <= now) {
      this.close();
    } else if (!this.#busy || (this.#exchange.unsent === 0 && now - this.#sentAt > FORGOTTEN_MS)) {
      this.#sentAt = now;
      void this.send(broadcast);
    } else if ((this.#exchange.unsent ?? 0) > dropBytes) {
      // Without the closing result, so that the client knows that it has missed something.
      this.#exchange.end();
      this.close();
    } else {
      (this.#pending ??= new Map()).set(topic, broadcast);
    }
  }

  /** Ends the stream. */
  close(): void {
    this.#pending = undefined;
    this.#end(this);
  }
}
