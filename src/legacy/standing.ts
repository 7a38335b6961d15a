import {
  METHOD_NOT_FOUND,
  type JsonRpcErrorObject,
  type JsonRpcNotification,
  type JsonRpcResponse,
} from '../json-rpc.js';
import type { Exchange, Peer } from '../server/exchange.js';
import type { Running } from '../server/running.js';
import { Abort } from './abort.js';
import { offeredBy } from './offered.js';
import type { LegacySession } from './session.js';
import { notificationFor } from './shapes.js';

const LISTEN = 'subscriptions/listen';
/** The server has no lists that could change. */
const NOTHING_TO_TELL: JsonRpcErrorObject = { code: METHOD_NOT_FOUND, message: 'There is nothing to listen to' };
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

/** Tells a session of changes, as a modern subscription does: one is open for it, and opened anew when its filter changes. */
export class Standing {
  readonly #session: LegacySession;
  readonly #inner: Exchange;
  readonly #place: Running;
  #current: StandingExchange | undefined;
  #stopped = false;

  /** @param inner where notifications go */
  constructor(session: LegacySession, inner: Exchange, place: Running) {
    this.#session = session;
    this.#inner = inner;
    this.#place = place;
  }

  /**
   * Listens to what the session wants to hear by now. Settles when that is so.
   *
   * @returns the error, where the server refuses
   */
  async listen(): Promise<JsonRpcErrorObject | undefined> {
    const { host, state } = this.#session;
    const offered = offeredBy(host.discovery);
    if (!('tools' in offered || 'prompts' in offered || 'resources' in offered)) return NOTHING_TO_TELL;
    const notifications = {
      toolsListChanged: 'tools' in offered,
      promptsListChanged: 'prompts' in offered,
      resourcesListChanged: 'resources' in offered,
      resourceSubscriptions: 'resources' in offered ? [...(state.subscriptions ?? [])] : [],
    };
    const before = this.#current;
    const exchange = new StandingExchange(this.#session, this.#inner, this.#place);
    this.#current = exchange;
    this.#place.begin();
    void Promise.resolve(
      host.handle({ jsonrpc: '2.0', id: 'standing', method: LISTEN, params: { notifications } }, exchange),
    ).then(() => exchange.over());
    const refused = await exchange.opened;
    // Not sooner: what changes meanwhile is told by the one or the other.
    if (refused === undefined) before?.leave();
    else this.#current = before;
    if (this.#stopped) this.stop();
    return refused;
  }

  stop(): void {
    this.#stopped = true;
    this.#current?.leave();
  }
}

/** The way back of such a subscription. */
class StandingExchange implements Exchange {
  readonly peer: Peer;
  readonly input = 'none';
  readonly bare = true;
  readonly streams = true;
  onClosing: (() => void) | undefined;
  /** Settles once it is open, with the error where it is refused. */
  readonly opened: Promise<JsonRpcErrorObject | undefined>;
  readonly #session: LegacySession;
  readonly #inner: Exchange;
  readonly #place: Running;
  readonly #abort = new Abort();
  #open!: (error?: JsonRpcErrorObject) => void;
  #listening = false;
  #over = false;

  constructor(session: LegacySession, inner: Exchange, place: Running) {
    this.#session = session;
    this.#inner = inner;
    this.#place = place;
    const { auth, platform, http } = inner.peer;
    const { revision, info, capabilities } = session.facts;
    this.peer = { protocolVersion: revision, info, capabilities, auth, platform, http };
    this.opened = new Promise((resolve) => (this.#open = resolve));
  }

  get gone(): boolean {
    return this.#abort.aborted;
  }

  get signal(): AbortSignal {
    if (!this.#listening) {
      this.#listening = true;
      this.#place.listen(this);
    }
    return this.#abort.signal;
  }

  get unsent(): number {
    return this.#inner.unsent ?? 0;
  }

  async send(message: JsonRpcNotification & { toJSON?(): JsonRpcNotification }): Promise<void> {
    // Changes come as text that is shared by all who hear of them.
    const plain = message.toJSON?.() ?? message;
    if (plain.method === ACKNOWLEDGED) return this.#open();
    const translated = notificationFor(this.#session.facts.revision, plain);
    if (translated !== undefined && !this.gone) await this.#inner.send(translated);
  }

  respond(response: JsonRpcResponse): void {
    if (this.gone) return;
    if ('error' in response) return this.#open(response.error);
    this.end();
  }

  /** The server closes, or nobody reads. */
  end(): void {
    this.#open();
    this.#inner.end();
  }

  cancel(reason: unknown): void {
    this.#abort.abort(reason);
  }

  /** Nobody listens any more. */
  leave(): void {
    this.#open();
    this.#abort.abort();
    // Not once that has had its effect: on workerd nothing has, after the request that this was made for.
    this.over();
  }

  /** It has ended. */
  over(): void {
    if (this.#over) return;
    this.#over = true;
    this.#place.end(this);
  }
}
