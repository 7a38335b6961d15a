/** A transport that makes an older server look modern to the client. */
import type { ClientCall, Core } from '../client/core.js';
import type { ServerFacts } from '../client/link.js';
import {
  type ClientTransport,
  type ExchangeOptions,
  errorOf,
  type HeaderSource,
  noteFacts,
} from '../client/transport.js';
import { during } from '../client/wait.js';
import { isMcpError, McpError } from '../errors.js';
import {
  errorResponse,
  isObject,
  isRequest,
  type JsonObject,
  type JsonRpcErrorResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  METHOD_NOT_FOUND,
} from '../json-rpc.js';
import { META_LOG_LEVEL } from '../spec/meta.js';
import { hold } from './client-hold.js';
import { Questions } from './client-questions.js';
import { Subscriptions } from './client-subscriptions.js';
import { Pages } from './client-urls.js';
import type { LegacyWire } from './wire.js';

const RESERVED = 'io.modelcontextprotocol/';
const RESOURCE_NOT_FOUND = -32002;

/** Speaks to an older server over its wire. What only those servers do never reaches the client. */
export class LegacyTransport implements ClientTransport {
  readonly #core: Core;
  readonly #wire: LegacyWire;
  readonly #questions: Questions;
  readonly #subscriptions: Subscriptions;
  readonly #pages = new Pages();
  /** What was called and has no answer yet, by the signal that may end it. */
  readonly #calls = new Map<AbortSignal, ClientCall>();
  /** Whether all messages share one connection: its end is the end of everything. */
  readonly #piped: boolean;
  #server: ServerFacts;
  /** The server is gone, and nobody has shaken hands with another yet. */
  #gone = false;
  #logging: { readonly level: unknown; readonly set: Promise<void> } | undefined;

  constructor(core: Core, wire: LegacyWire, server: ServerFacts, piped: boolean) {
    this.#core = core;
    this.#piped = piped;
    this.#wire = wire;
    this.#server = server;
    this.#questions = new Questions(core, async (response) => {
      if (wire.respond === undefined)
        throw new McpError('internal', 'The transport has no respond(): the server waits');
      await wire.respond(response);
    });
    this.#subscriptions = new Subscriptions({
      capabilities: () => this.#server.capabilities,
      ask: (method, params, headers) => this.#ask(method, params, headers),
      wake: async () => {
        // A server that tells of its own accord is started by no message of a listener.
        if (this.#gone) await this.#ask('ping', {});
      },
      warn: (warning) => core.warn(warning),
    });
  }

  /** Whether a result is final. */
  complete(result: JsonObject): boolean {
    return !this.#pages.isOurs(result);
  }

  /** The server is gone, with all that it knew of this client. */
  lost(): void {
    this.#gone = true;
    this.#logging = undefined;
    this.#questions.drop();
    this.#subscriptions.lost(new McpError('stream_ended', 'The connection to the server was lost'));
  }

  /** The server may have told of changes while nobody heard: who listens begins anew, and fetches what is shown. */
  missed(): void {
    this.#subscriptions.lost(new McpError('stream_ended', "The connection for the server's own messages was lost"));
  }

  /** There is a new session, or a new process, in place of one that was lost. */
  renewed(server: ServerFacts): void {
    // Who has come back since then waits for just this.
    if (!this.#gone) this.lost();
    this.#gone = false;
    this.#server = server;
  }

  async *exchange(request: JsonRpcRequest, options: ExchangeOptions): AsyncGenerator<JsonRpcMessage, void, undefined> {
    const { id, method, params } = request;
    if (method === 'subscriptions/listen') {
      yield* this.#subscriptions.listen(request, options);
      return;
    }
    if (method === 'server/discover') {
      yield errorResponse(id, {
        code: METHOD_NOT_FOUND,
        message: `${method} is not of ${this.#server.protocolVersion}`,
      });
      return;
    }
    const ready = await this.#pages.visited(request, options.signal);
    if ('error' in ready) {
      yield ready;
      return;
    }
    await this.#setLevel(params?.['_meta'], options);
    this.#calls.set(options.signal, { method, ...(params && { params }) });
    try {
      for await (const message of this.#wire.exchange(withoutReserved(ready), options)) {
        if ('error' in message) yield this.#pages.read(message, request) ?? named(message, request);
        else if (!this.#take(message, options.signal)) yield message;
      }
    } catch (error) {
      if (this.#piped && isMcpError(error) && error.code === 'stream_ended') this.lost();
      throw error;
    } finally {
      this.#calls.delete(options.signal);
    }
  }

  notify(message: JsonRpcNotification, options: ExchangeOptions): Promise<void> {
    return this.#wire.notify(withoutReserved(message), options);
  }

  async *incoming(): AsyncGenerator<JsonRpcNotification, void, undefined> {
    try {
      for await (const message of this.#wire.incoming?.() ?? []) {
        if (!this.#take(message)) yield message;
      }
    } finally {
      if (this.#piped && this.#wire.incoming !== undefined) this.lost();
    }
  }

  async authorization(options: Pick<ExchangeOptions, 'headers'>): Promise<string | undefined> {
    return this.#wire.authorization?.(options);
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  /**
   * Deals with what is not for the client.
   *
   * @param signal that of the exchange which brought it
   * @returns whether it is none of the client's business
   */
  #take(message: JsonRpcMessage, signal?: AbortSignal): boolean {
    if (!('method' in message)) return false;
    if (isRequest(message)) {
      this.#answer(message, signal);
      return true;
    }
    const { method, params = {} } = message;
    if (method === 'notifications/cancelled') return this.#questions.cancel(params['requestId']);
    if (method === 'notifications/elicitation/complete') this.#pages.complete(params['elicitationId']);
    return this.#subscriptions.heard(message);
  }

  #answer(request: JsonRpcRequest, signal: AbortSignal | undefined): void {
    const signals = signal === undefined ? [...this.#calls.keys()] : [signal];
    const [only, ...others] = signals;
    const { method, params } = request;
    // Where it cannot be told what it belongs to, the question stands for itself.
    const call = (only && others.length === 0 && this.#calls.get(only)) || { method, ...(params && { params }) };
    void this.#questions.answer(request, call, () => {
      const holds = [...this.#core.open].filter((watch) => signals.includes(watch.signal)).map(hold);
      return () => {
        for (const release of holds) release();
      };
    });
  }

  /** Sends a request of its own. */
  async #ask(method: string, params: JsonObject, headers?: HeaderSource): Promise<JsonObject> {
    const { errorOf: failureOf, unanswered } = this.#core.wire;
    return during(this.#core, method, {}, async (signal) => {
      const { id } = this.#core.request(method, undefined, {});
      for await (const message of this.#wire.exchange({ jsonrpc: '2.0', id, method, params }, { signal, headers })) {
        if (this.#take(message, signal)) continue;
        if ('method' in message) this.#core.dispatch(message);
        else if ('error' in message) throw failureOf(message);
        else return message.result;
      }
      throw unanswered(method);
    });
  }

  /** The level of one call, for servers that have one for all. */
  async #setLevel(meta: unknown, { headers }: ExchangeOptions): Promise<void> {
    const level = isObject(meta) ? meta[META_LOG_LEVEL] : undefined;
    if (level === undefined || this.#server.capabilities.logging === undefined) return;
    if (this.#logging?.level !== level) {
      const set = this.#ask('logging/setLevel', { level }, headers).then(
        () => {},
        (error: unknown) => {
          this.#logging = undefined;
          // The call itself may go well all the same.
          if (!this.#core.closed) this.#core.warn(McpError.from(error));
        },
      );
      this.#logging = { level, set };
    }
    await this.#logging.set;
  }
}

/** A message without the metadata that no older server knows. */
function withoutReserved<M extends JsonRpcRequest | JsonRpcNotification>(message: M): M {
  const meta = message.params?.['_meta'];
  if (!isObject(meta) || !Object.keys(meta).some((key) => key.startsWith(RESERVED))) return message;
  const kept = Object.fromEntries(Object.entries(meta).filter(([key]) => !key.startsWith(RESERVED)));
  return { ...message, params: { ...message.params, _meta: kept } };
}

/** An error as a modern server would name it. */
function named(message: JsonRpcErrorResponse, { method }: JsonRpcRequest): JsonRpcErrorResponse {
  if (message.error.code === RESOURCE_NOT_FOUND && method === 'resources/read') {
    const { status, retryAfterMs, url } = errorOf(message);
    noteFacts(message, { code: 'invalid_params', status, retryAfterMs, url });
  }
  return message;
}
