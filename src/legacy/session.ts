import {
  METHOD_NOT_FOUND,
  isObject,
  isRequestId,
  type JsonObject,
  type JsonRpcErrorObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from '../json-rpc.js';
import { raise } from '../server/context.js';
import type { Exchange } from '../server/exchange.js';
import type { PastHost } from '../server/past.js';
import type { Method } from '../server/registry.js';
import type { Running } from '../server/running.js';
import { META_LOG_LEVEL } from '../spec/meta.js';
import type { ClientCapabilities, Implementation } from '../spec/types.js';
import { deferred, type Deferred } from '../util/deferred.js';
import { LegacyExchange } from './exchange.js';
import type { Revision } from './revisions.js';
import type { SessionChange, SessionState } from '../server/past-stores.js';
import { Standing } from './standing.js';

/** What a session's client has said of itself in its handshake. */
export interface SessionFacts {
  readonly revision: Revision;
  readonly info: Implementation | undefined;
  readonly capabilities: ClientCapabilities;
}

/** What a session is to the place that carries it. */
export interface SessionPlace {
  /** Keeps a change for whoever serves the session next. */
  keep(change: SessionChange): void | Promise<void>;
  /** Hands on what nobody waits for here; another process may. */
  pass?(message: JsonObject): void;
}

/** The log level of a session that has set none: what most peers send then, but no chatter. */
const FIRST_LEVEL = 'info';

/** One older peer: what it has said, what of it runs here, and what it was asked. */
export class LegacySession {
  readonly host: PastHost;
  /** What the handshake said; until then, nothing. */
  facts: SessionFacts;
  /** Methods in place of the server's. */
  readonly methods: ReadonlyMap<string, Method | null>;
  /** Whether there is a way to ask, and to tell it anything later. */
  readonly stateful: boolean;
  /** What was kept of it. */
  state: SessionState = {};
  readonly #place: SessionPlace;
  readonly #running = new Map<RequestId, LegacyExchange>();
  readonly #asked = new Map<RequestId, Deferred<unknown>>();
  #standing: Standing | undefined;

  constructor(
    host: PastHost,
    facts: SessionFacts,
    methods: ReadonlyMap<string, Method | null>,
    stateful: boolean,
    place: SessionPlace,
  ) {
    this.host = host;
    this.facts = facts;
    this.methods = methods;
    this.stateful = stateful;
    this.#place = place;
  }

  /** Nothing of it runs here. */
  get idle(): boolean {
    return this.#running.size + this.#asked.size === 0 && this.#standing === undefined;
  }

  /** A request of this id is being answered here. */
  runs(id: RequestId): boolean {
    return this.#running.has(id);
  }

  /** A message and its way back, as core code knows them. */
  wrap<M extends JsonRpcRequest | JsonRpcNotification>(message: M, inner: Exchange): readonly [M, LegacyExchange] {
    const { params } = message;
    const exchange = new LegacyExchange(this, message.method, inner, (over) => {
      if ('id' in message && this.#running.get(message.id) === over) this.#running.delete(message.id);
    });
    if (!('id' in message)) return [message, exchange];
    this.#running.set(message.id, exchange);
    if (!this.stateful) return [message, exchange];
    // The level belongs to the session here, and to each request in core code.
    const _meta = {
      ...(params?.['_meta'] as object | undefined),
      [META_LOG_LEVEL]: this.state.logLevel ?? FIRST_LEVEL,
    };
    return [{ ...message, params: { ...params, _meta } }, exchange];
  }

  /** Waits for the answer to a question. */
  expect(id: RequestId): Deferred<unknown> {
    const answer = deferred<unknown>();
    this.#asked.set(id, answer);
    return answer;
  }

  /** Nobody waits for it any more. @returns whether it was not answered */
  forget(id: RequestId): boolean {
    return this.#asked.delete(id);
  }

  /** Takes an answer to a question. One that nobody waits for is nothing to complain of: it may come too late. */
  answer(response: JsonObject, passOn = true): void {
    const { id, result, error } = response;
    const waiting = this.#asked.get(id as RequestId);
    if (waiting === undefined) {
      if (passOn) this.#place.pass?.({ type: 'answer', response });
      return;
    }
    this.#asked.delete(id as RequestId);
    if (!isObject(error)) return waiting.resolve(result);
    const { code, message, data } = error;
    const unknown = code === METHOD_NOT_FOUND;
    waiting.reject(
      raise(unknown ? 'missing_capability' : 'rpc_error', `The client refused: ${String(message).slice(0, 500)}`, {
        ...(!unknown && Number.isSafeInteger(code) && { rpcCode: code as number }),
        data,
      }),
    );
  }

  /** `notifications/cancelled`: the only thing that ends a call of a session from outside. */
  cancel(params: JsonObject = {}, passOn = true): void {
    const { requestId, reason } = params;
    const running = this.#running.get(requestId as RequestId);
    const why = typeof reason === 'string' ? `: ${reason.slice(0, 200)}` : '';
    // One that is malformed is nobody's (2025-11-25, basic/utilities/cancellation, "Error Handling").
    if (!isRequestId(requestId)) return;
    if (running !== undefined) running.leave(raise('aborted', `The caller cancelled the request${why}`));
    else if (passOn) this.#place.pass?.({ type: 'cancel', params: { requestId, reason } });
  }

  /** Changes what is kept. */
  async change(change: SessionChange): Promise<void> {
    await this.#place.keep(change);
    if (change.type !== 'subscribe' && change.type !== 'unsubscribe') return;
    this.#place.pass?.({ type: 'changed' });
    // Whoever is told that it is subscribed misses nothing from then on.
    await this.relisten();
  }

  /** From here on the session is told of changes. @returns what says why not, where it cannot */
  async stand(inner: Exchange, place: Running): Promise<JsonRpcErrorObject | undefined> {
    this.leave();
    const standing = new Standing(this, inner, place);
    this.#standing = standing;
    return standing.listen();
  }

  /** It is told of changes, here. */
  get standing(): boolean {
    return this.#standing !== undefined;
  }

  /** What it has subscribed to is not what it was. */
  async relisten(): Promise<void> {
    await this.#standing?.listen();
  }

  /** It is told of changes no more. */
  leave(): void {
    this.#standing?.stop();
    this.#standing = undefined;
  }

  /** It is over: what runs is cancelled. */
  end(): void {
    const error = raise('aborted', 'The session has ended');
    for (const exchange of this.#running.values()) exchange.leave(error);
    for (const waiting of this.#asked.values()) waiting.reject(error);
    this.leave();
  }
}
