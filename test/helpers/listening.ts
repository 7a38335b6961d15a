/** What the tests of subscriptions share: a caller made of memory, whose reader can be stopped and started again. */
import type { AuthInfo, Exchange, RespondOptions } from 'mcpwire/server';
import { RequestContext, type Service } from '../../src/server/request-context.ts';
import { defaultLimits } from '../../src/server/options.ts';
import type { Subscriptions } from '../../src/server/subscriptions.ts';
import { encodeMessage, type JsonRpcNotification, type JsonRpcResponse } from '../../src/json-rpc.ts';
import type { Json } from './wire.js';

export const ID = 'io.modelcontextprotocol/subscriptionId';

const service: Service = { name: 's', logging: true, secret: undefined, limits: defaultLimits, resultTypes: new Set() };

export interface FakeCaller {
  readonly id?: string | number;
  readonly auth?: AuthInfo;
  readonly streams?: boolean;
}

/** One caller's exchange. What is sent is encoded and parsed again, as on a wire. */
export class FakeExchange implements Exchange {
  readonly peer: Exchange['peer'];
  readonly bare = false;
  readonly input = 'none';
  readonly streams: boolean;
  readonly messages: Json[] = [];
  onClosing: (() => void) | undefined;
  ended = false;
  gone = false;
  unsent = 0;
  /** While set, nothing that is sent is taken. */
  stuck = false;
  readonly #controller = new AbortController();
  readonly #waiting: (() => void)[] = [];

  constructor({ auth, streams = true }: FakeCaller = {}) {
    this.peer = { protocolVersion: '2026-07-28', capabilities: {}, auth };
    this.streams = streams;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  send(message: JsonRpcNotification): Promise<void> {
    this.#record(message);
    if (!this.stuck) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  respond(response: JsonRpcResponse, options: RespondOptions = {}): void {
    if (this.ended) return;
    this.#record(response);
    if (options.more !== true) this.end();
  }

  end(): void {
    this.ended = true;
  }

  cancel(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** The caller goes away. */
  leave(): void {
    this.gone = true;
    this.end();
    this.cancel(new Error('gone'));
    this.read();
  }

  /** The reader takes what waits. */
  read(): void {
    this.stuck = false;
    for (const taken of this.#waiting.splice(0)) taken();
  }

  #record(message: JsonRpcNotification | JsonRpcResponse): void {
    if (!this.ended) this.messages.push(JSON.parse(encodeMessage(message)) as Json);
  }
}

/** Opens a subscription, as the server does with a request that has passed all checks. */
export function listen(
  subscriptions: Subscriptions,
  notifications: unknown,
  caller: FakeCaller = {},
): { exchange: FakeExchange; closed: Promise<Json> } {
  const { id = 1 } = caller;
  const exchange = new FakeExchange(caller);
  const params = { notifications };
  const ctx = new RequestContext({ id, method: 'subscriptions/listen', params }, service, exchange, undefined, false);
  return { exchange, closed: subscriptions.listen(params, ctx, exchange) };
}

/** A notification of a subscription, as it must look on the wire. */
export function tagged(method: string, params: Json = {}, id: string | number = 1): Json {
  return { jsonrpc: '2.0', method: `notifications/${method}`, params: { ...params, _meta: { [ID]: id } } };
}

export function acknowledged(notifications: Json, id: string | number = 1): Json {
  return tagged('subscriptions/acknowledged', { notifications }, id);
}
