/** What a client's calls share: its link, its ids, its handlers, and everything that is still open. */
import { McpError } from '../errors.js';
import { isRequest, type JsonObject, type JsonRpcNotification, type JsonRpcRequest } from '../json-rpc.js';
import { META_LOG_LEVEL } from '../spec/meta.js';
import type * as exchanges from './attempt.js';
import type { KeptAnswers } from './cache.js';
import type { Link, ServerFacts } from './link.js';
import type { CallOptions, ConnectOptions, InternalOptions } from './options.js';
import type { ToolBook } from './tools.js';
import type { Watch } from './watch.js';

/** What is called, as middleware sees it. */
export interface ClientCall {
  /** The JSON-RPC method. */
  readonly method: string;
  /** The params, without what the protocol itself puts into `_meta`. */
  readonly params?: JsonObject;
}

/** What accompanies a call through middleware. */
export interface ClientCallContext {
  /** What is known about the server. */
  readonly server: ServerFacts;
  /** The options of the call. Middleware may pass on others, for example with more `headers` or `meta`. */
  readonly options: CallOptions;
}

/** Makes a call, or passes it on. */
export type ClientNext = (call: ClientCall, ctx: ClientCallContext) => Promise<JsonObject>;

/**
 * Wraps the calls of a client: everything that resolves with a result, so not `stream`, `listen` and `notify`. A call is
 * seen once, with its final result, whatever it takes: retries and rounds of input happen inside. Errors are thrown.
 *
 * @example
 * ```ts
 * client.use((next) => async (call, ctx) => {
 *   const started = performance.now();
 *   try {
 *     return await next(call, ctx);
 *   } finally {
 *     console.log(call.method, performance.now() - started, 'ms');
 *   }
 * });
 * ```
 */
export type ClientMiddleware = (next: ClientNext) => ClientNext;

/**
 * How exchanges are made. Parts that are loaded later find it here: an import of theirs would have bundlers cut what is
 * loaded first into more pieces.
 */
export type Wire = Pick<
  typeof exchanges,
  'attempt' | 'start' | 'exchange' | 'take' | 'unanswered' | 'errorOf' | 'closed'
>;

/** Hears notifications of one method. */
export type NotificationHandler = (params: JsonObject, message: JsonRpcNotification) => unknown;

// Exchanges that were answered and whose stream a server keeps open. More would let it use up the client's sockets.
const MAX_DRAINING = 1000;

export class Core {
  link: Link;
  readonly options: ConnectOptions;
  /** Every exchange that is not over. */
  readonly open = new Set<Watch>();
  /** Where the server is, for targets that are a URL. */
  readonly url: string | undefined;
  readonly wire: Wire;
  /** What was listed of the server's tools, once something was. */
  tools?: ToolBook;
  /** Kept answers, once one was asked for. */
  answers?: KeptAnswers;
  /** `Mcp-Name` for methods of extensions, where there are any. */
  nameOf?: (request: JsonRpcRequest) => string | undefined;
  /** The innermost step: over the wire, or from what is kept. */
  readonly #perform: ClientNext;
  /** The steps that middleware made, the outermost first. */
  readonly #steps: ClientNext[] = [];
  readonly #draining = new Set<Watch>();
  readonly #handlers = new Map<string, Set<NotificationHandler>>();
  #id = 0;
  #closing: Promise<void> | undefined;

  constructor(
    link: Link,
    options: ConnectOptions,
    url: string | undefined,
    wire: Wire,
    perform: (core: Core, call: ClientCall, options: InternalOptions) => Promise<JsonObject>,
  ) {
    this.link = link;
    this.options = options;
    this.url = url;
    this.wire = wire;
    this.#perform = (call, ctx) => perform(this, call, ctx.options);
  }

  /** Makes a call through all middleware. */
  call(method: string, params: JsonObject | undefined, options: InternalOptions): Promise<JsonObject> {
    return (this.#steps[0] ?? this.#perform)(
      { method, ...(params && { params }) },
      { server: this.link.server, options },
    );
  }

  use(middleware: ClientMiddleware): void {
    // Made once, whatever is added later: it may hold state.
    const inner = this.#steps.push(middleware((call, ctx) => (this.#steps[inner] ?? this.#perform)(call, ctx)));
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** A request ready to be sent. */
  request(method: string, params: JsonObject | undefined, options: CallOptions): JsonRpcRequest {
    const { onProgress, logLevel } = options;
    let { meta } = options;
    const id = ++this.#id;
    // Who listens for progress needs a token, also where the link sends none by itself.
    if (onProgress !== undefined) meta = { progressToken: id, ...meta };
    if (logLevel !== undefined) meta = { ...meta, [META_LOG_LEVEL]: logLevel };
    const full = this.link.params(params, meta, id);
    return full === undefined ? { jsonrpc: '2.0', id, method } : { jsonrpc: '2.0', id, method, params: full };
  }

  on(method: string, handler: NotificationHandler): () => void {
    // Wrapped, so that the same function registered twice is two registrations.
    const entry: NotificationHandler = (params, message) => handler(params, message);
    let entries = this.#handlers.get(method);
    if (entries === undefined) this.#handlers.set(method, (entries = new Set()));
    entries.add(entry);
    return () => void entries.delete(entry);
  }

  /** Hands a notification to the handlers; a request is not for a client of these revisions. */
  dispatch(message: JsonRpcRequest | JsonRpcNotification): void {
    if (isRequest(message)) {
      this.warn(new McpError('invalid_message', `Ignored ${message.method}: a server must not send requests`));
      return;
    }
    // A copy: a handler that registers another must not have it called for the same message, and so on without end.
    const handlers = [...(this.#handlers.get(message.method) ?? [])];
    for (const handler of handlers) {
      this.guard(`A handler of ${message.method}`, () => handler(message.params ?? {}, message));
    }
  }

  /** Runs a user's callback; what it throws must not break an exchange. */
  guard(what: string, callback: () => unknown): void {
    const failed = (cause: unknown): void =>
      this.warn(new McpError('internal', `${what} failed: ${String(cause)}`, { cause }));
    try {
      const result = callback();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  warn(warning: McpError): void {
    const { onWarning } = this.options;
    try {
      if (onWarning === undefined) console.warn(warning);
      else onWarning(warning);
    } catch {
      // There is nobody left to tell.
    }
  }

  /** An exchange has its answer and reads on for what may follow. */
  drain(watch: Watch): void {
    this.#draining.add(watch);
    // Most are gone when this turn ends; what a burst of answers leaves for an instant is no reason to cut any.
    if (this.#draining.size === MAX_DRAINING + 1) setTimeout(this.#cut);
  }

  readonly #cut = (): void => {
    for (const watch of this.#draining) {
      if (this.#draining.size <= MAX_DRAINING) break;
      const error = new McpError(
        'limit_exceeded',
        `Closed an answered stream: the server keeps over ${MAX_DRAINING} open`,
      );
      this.warn(error);
      this.forget(watch);
      watch.end(error);
    }
  };

  /** An exchange is over. */
  forget(watch: Watch): void {
    this.open.delete(watch);
    this.#draining.delete(watch);
  }

  /** Dispatches what the transport receives outside of exchanges, to its end. */
  async receive(): Promise<void> {
    try {
      for await (const message of this.link.transport.incoming?.() ?? []) if (!this.closed) this.dispatch(message);
    } catch (error) {
      if (!this.closed) this.warn(McpError.from(error));
    }
  }

  close(): Promise<void> {
    // A turn later: whoever is called from there and calls close() again must find it under way.
    return (this.#closing ??= Promise.resolve().then(() => this.#close()));
  }

  async #close(): Promise<void> {
    for (const watch of this.open) watch.end(this.wire.closed());
    this.#handlers.clear();
    try {
      await this.link.transport.close();
    } catch (error) {
      this.warn(McpError.from(error));
    }
  }
}
