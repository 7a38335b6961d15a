import { McpError, type McpErrorCode } from '../errors.js';
import {
  isObject,
  isRequestId,
  ResultResponse,
  type JsonObject,
  type RequestId,
  type ResultStamp,
} from '../json-rpc.js';
import type { ClientCapabilities, Implementation, MetaObject } from '../spec/types.js';
import type { AuthInfo, Exchange, HttpInfo, RespondOptions } from './exchange.js';

/** Everything about one request, handed to its handler. */
export interface Context {
  /** The request's JSON-RPC id. `undefined` for a notification. */
  readonly id: RequestId | undefined;
  /** The request's `_meta`, as it was sent. */
  readonly meta: MetaObject;
  /** Aborts when the caller goes away or cancels, a deadline passes, or the server closes. Pass it on to what you await. */
  readonly signal: AbortSignal;
  /** What the caller says of itself. For display, logs and capability checks; never for security. */
  readonly client: {
    readonly info?: Implementation | undefined;
    readonly capabilities: ClientCapabilities;
    readonly protocolVersion: string;
  };
  /** The verified identity, when `server.handler({ auth })` was given one. */
  readonly auth?: AuthInfo | undefined;
  /** What the runtime passed to `server.handler({ platform })`. */
  readonly platform?: unknown;
  /** The HTTP request, when the message came by HTTP. */
  readonly http?: HttpInfo | undefined;
  /**
   * Tells the caller how far the work is. Does nothing when the caller did not ask for progress, when the value does not
   * exceed the last one, and after the end.
   *
   * @param progress how far; must increase
   * @param total where it ends, if known
   * @param message for people
   * @returns settles when the stream has room again: await it, and a slow client slows the work instead of filling memory
   * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/progress
   */
  progress(progress: number, total?: number, message?: string): Promise<void>;
  /** Sends a notification on this request's stream. Settles when the stream has room again. */
  notify(method: string, params?: JsonObject): Promise<void>;
  /**
   * Answers now and keeps the stream open for notifications until the handler returns; what it returns is then ignored.
   * For custom methods, and for callers that speak plain JSON-RPC.
   *
   * @throws McpError `invalid_request` in a built-in method when the caller speaks revision 2026-07-28, and on a second call
   */
  respond(result: JsonObject): Promise<void>;
  /**
   * Makes an error that reaches the caller as it is. Errors that a handler throws otherwise are masked.
   *
   * @param rpcCode the JSON-RPC error code; your own ones belong outside -32768 to -32000
   * @example
   * ```ts
   * throw ctx.error(1001, 'No such job', { data: { job_id }, status: 404 });
   * ```
   */
  error(rpcCode: number, message: string, options?: ErrorOptions): McpError;
}

/** Options of {@link Context.error}. */
export interface ErrorOptions {
  /** The `data` member of the JSON-RPC error. */
  readonly data?: unknown;
  /** The HTTP status, where nothing was sent yet. */
  readonly status?: number;
  /** Further HTTP headers, on the same terms. */
  readonly headers?: Readonly<Record<string, string>>;
}

const raised = /* @__PURE__ */ new WeakMap<McpError, ErrorOptions['headers']>();

/** Marks an error as one that reaches the caller as it is. */
export function raise(
  code: McpErrorCode,
  message: string,
  facts?: ConstructorParameters<typeof McpError>[2],
): McpError {
  const error = new McpError(code, message, facts);
  raised.set(error, undefined);
  return error;
}

/** The HTTP headers that an error made by {@link Context.error} wants to be sent with. */
export function headersOf(error: McpError): ErrorOptions['headers'] {
  return raised.get(error);
}

/**
 * The error that a handler failed with, if it was made by {@link raise} and not, say, by a client that the handler uses.
 * What waits on `ctx.signal` often wraps the reason of an abort in an `AbortError`; the reason counts.
 */
export function raisedBy(error: unknown): McpError | undefined {
  const { name, cause } = Object(error) as { readonly name?: unknown; readonly cause?: unknown };
  // What is in the map is an McpError.
  return [error, name === 'AbortError' && cause].find((one) => raised.has(one as McpError)) as McpError | undefined;
}

const NO_META: MetaObject = Object.freeze({});

/** The implementation of {@link Context} over one exchange. */
export class RequestContext implements Context {
  readonly id: RequestId | undefined;
  readonly meta: MetaObject;
  /** {@link respond} was called. */
  responded = false;
  readonly #exchange: Exchange;
  readonly #stamp: ResultStamp | undefined;
  readonly #mayRespond: boolean;
  #lastProgress = -Infinity;

  /**
   * @param stamp what goes into every result, for peers that know it
   * @param mayRespond a custom method, or a peer without result types: {@link respond} may answer early
   */
  constructor(
    message: { readonly id?: RequestId; readonly params?: JsonObject },
    exchange: Exchange,
    stamp: ResultStamp | undefined,
    mayRespond: boolean,
  ) {
    this.id = message.id;
    const meta = message.params?.['_meta'];
    this.meta = isObject(meta) ? meta : NO_META;
    this.#exchange = exchange;
    this.#stamp = stamp;
    this.#mayRespond = mayRespond;
  }

  /** Answers with what the handler returned, unless it has answered by itself. */
  answer(result: JsonObject): Promise<void> | void {
    if (this.responded) this.#exchange.end();
    else return this.#respond(result);
  }

  #respond(result: JsonObject, options?: RespondOptions): Promise<void> | void {
    // Who comes here was asked by a request, which has an id.
    return this.#exchange.respond(new ResultResponse(this.id!, result, this.#stamp), options);
  }

  /** Nobody waits for this request any more. */
  get gone(): boolean {
    return this.#exchange.gone;
  }

  get signal(): AbortSignal {
    return this.#exchange.signal;
  }

  get client(): Context['client'] {
    return this.#exchange.peer;
  }

  get auth(): AuthInfo | undefined {
    return this.#exchange.peer.auth;
  }

  get platform(): unknown {
    return this.#exchange.peer.platform;
  }

  get http(): HttpInfo | undefined {
    return this.#exchange.peer.http;
  }

  async progress(progress: number, total?: number, message?: string): Promise<void> {
    const progressToken = this.meta['progressToken'];
    // `!(a > b)` is also true for NaN, which JSON cannot carry.
    if (!isRequestId(progressToken) || !(progress > this.#lastProgress) || progress === Infinity || this.responded)
      return;
    this.#lastProgress = progress;
    // JSON leaves out what is undefined.
    await this.notify('notifications/progress', {
      progressToken,
      progress,
      total: Number.isFinite(total) ? total : undefined,
      message,
    });
  }

  notify(method: string, params?: JsonObject): Promise<void> {
    return this.#exchange.send(params === undefined ? { jsonrpc: '2.0', method } : { jsonrpc: '2.0', method, params });
  }

  async respond(result: JsonObject): Promise<void> {
    if (this.id === undefined || this.responded || !this.#mayRespond) {
      throw raise('invalid_request', 'ctx.respond: answered already, or a built-in method: return the result');
    }
    this.responded = true;
    try {
      await this.#respond(result, { more: true });
    } catch (error) {
      // JSON cannot carry it, and nothing was sent: the request is still to be answered.
      this.responded = false;
      throw error;
    }
  }

  error(rpcCode: number, message: string, { data, status, headers }: ErrorOptions = {}): McpError {
    const error = raise('rpc_error', message, { rpcCode, data, status });
    raised.set(error, headers);
    return error;
  }
}
