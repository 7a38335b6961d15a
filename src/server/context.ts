import { McpError, type McpErrorCode } from '../errors.js';
import {
  isObject,
  isRequestId,
  ResultResponse,
  type JsonObject,
  type RequestId,
  type ResultStamp,
} from '../json-rpc.js';
import { isThenable, type SchemaOutput, type SchemaTypes } from '../schema/standard.js';
import type {
  ClientCapabilities,
  CreateMessageRequestParams,
  CreateMessageResult,
  Implementation,
  LoggingLevel,
  MetaObject,
  Root,
} from '../spec/types.js';
import { META_LOG_LEVEL } from '../spec/meta.js';
import { quiet } from '../util/quiet.js';
import type { Sealer, Secret } from '../util/seal.js';
import type { AuthInfo, Exchange, HttpInfo, RespondOptions } from './exchange.js';
import type { Ask } from './input.js';
import { isInputRequired } from './input-required.js';
import { logBudget, wantsLog } from './log.js';
import type { ServerLimits } from './options.js';
import type { Replay } from './replay.js';

/**
 * Everything about one request, handed to its handler.
 *
 * @typeParam C - what `server.context(...)` makes for each request
 */
export interface Context<C = unknown> {
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
  /** What `server.context(...)` made for this request. `undefined` without. */
  readonly context: C;
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
  /**
   * Sends a notification on this request's stream. Settles when the stream has room again.
   *
   * @throws TypeError for params that JSON cannot carry
   */
  notify(method: string, params?: JsonObject): Promise<void>;
  /**
   * Sends a log message to the caller, if this very request asked for its level. Never put secrets in it.
   *
   * @param data any JSON
   * @param logger what it is about
   * @deprecated Revision 2026-07-28 deprecates logging to the client: log to `stderr`, or trace with OpenTelemetry.
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/logging
   */
  log(level: LoggingLevel, data: unknown, logger?: string): Promise<void>;
  /**
   * Asks the person at the other end to fill in a form. The handler may run again from its start once the answer is
   * there: what it did before the question it does once more, unless it did so in {@link once}.
   *
   * @param schema the fields: an object of strings, numbers, booleans and choices
   * @param options `key`: names the question, where two are alike or a client should recognise it
   * @returns what the person did; on `accept` with the content that the schema admits
   * @throws McpError `missing_capability` when the client cannot ask, `limit_exceeded` after too many rounds
   * @throws TypeError for a schema that no form can show
   * @example
   * ```ts
   * const answer = await ctx.elicit('Delete everything?', z.object({ sure: z.boolean() }));
   * if (answer.action !== 'accept' || !answer.content.sure) return 'Nothing was deleted.';
   * ```
   * @see https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation
   */
  elicit<S extends SchemaTypes>(message: string, schema: S, options?: AskOptions): Promise<Elicited<SchemaOutput<S>>>;
  /**
   * Asks the person to open a web page, for what must not pass through the client: credentials, payments.
   *
   * @param options `done`: whether it has happened; asked again until then, and never asked when it has
   * @throws McpError `missing_capability` when the client cannot open pages
   * @see https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation#url-mode-elicitation-requests
   */
  elicitUrl(message: string, url: string | URL, options?: ElicitUrlOptions): Promise<Elicited<undefined>>;
  /**
   * Asks the client's model.
   *
   * @throws McpError `missing_capability` when the client has none to offer
   * @deprecated Revision 2026-07-28 deprecates sampling: call a model's API yourself.
   * @see https://modelcontextprotocol.io/specification/2026-07-28/client/sampling
   */
  sample(params: CreateMessageRequestParams, options?: AskOptions): Promise<CreateMessageResult>;
  /**
   * Asks which folders the client works in.
   *
   * @throws McpError `missing_capability` when the client knows none
   * @deprecated Revision 2026-07-28 deprecates roots: take paths as arguments.
   * @see https://modelcontextprotocol.io/specification/2026-07-28/client/roots
   */
  roots(options?: AskOptions): Promise<readonly Root[]>;
  /**
   * Does something that must not be done anew each time the handler runs again: at least once in all, and once only when
   * the question after it is reached.
   *
   * @param key names it, uniquely in this handler
   * @param fn does it; what it returns must be JSON. It must not ask. A question that waits beside it is held back for it,
   *   30 seconds at most: what takes longer is done again
   */
  once<T>(key: string, fn: () => T | Promise<T>): Promise<T>;
  /** The answers that came with a retry, by key, as they were sent: for handlers that return `inputRequired(...)`. */
  readonly inputResponses?: Readonly<Record<string, unknown>> | undefined;
  /** What `inputRequired({ requestState })` was given in the round before. */
  readonly requestState?: unknown;
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
   * @param rpcCode the JSON-RPC error code, an integer; your own ones belong outside -32768 to -32000
   * @throws TypeError for a code that is no integer
   * @example
   * ```ts
   * throw ctx.error(1001, 'No such job', { data: { job_id }, status: 404 });
   * ```
   */
  error(rpcCode: number, message: string, options?: ErrorOptions): McpError;
}

/** Options of a question. */
export interface AskOptions {
  /** Names the question. Default: found by what is asked, and by how often that was asked before. */
  readonly key?: string;
}

/** Options of {@link Context.elicitUrl}. */
export interface ElicitUrlOptions extends AskOptions {
  /** Whether what the page is for has happened: asked before each question, and again until it has. Default: `accept` is enough. */
  readonly done?: () => boolean | Promise<boolean>;
}

/** What a person did with a question. */
export type Elicited<Content> =
  { readonly action: 'accept'; readonly content: Content } | { readonly action: 'decline' | 'cancel' };

/** What requests need of their server. */
export interface Service {
  /** The server's name: what it seals, no other server opens, though it have the same secret. */
  readonly name: string;
  /** The server may send log messages. */
  readonly logging: boolean;
  readonly secret: Secret | readonly Secret[] | undefined;
  readonly limits: ServerLimits;
  /** The result types of the protocol and of the extensions; extensions add theirs. */
  readonly resultTypes: Set<unknown>;
  /** Made when the first state is sealed or opened. */
  sealer?: Sealer;
  /** No other process will see what this one seals. */
  alone?: boolean;
}

/** Options of {@link Context.error}. */
export interface ErrorOptions {
  /** The `data` member of the JSON-RPC error. */
  readonly data?: unknown;
  /** The HTTP status, 400 to 599, where nothing was sent yet. Default, and for any other: the usual one of the code, mostly 200. */
  readonly status?: number;
  /** Further HTTP headers, on the same terms. Default: none. */
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
  /** Set before any handler runs, where the server makes one. */
  context: unknown = undefined;
  readonly #message: { readonly method: string; readonly params?: JsonObject };
  readonly #service: Service;
  readonly exchange: Exchange;
  readonly #stamp: ResultStamp | undefined;
  readonly #mayRespond: boolean;
  #mayLog: (() => boolean) | undefined;
  #lastProgress = -Infinity;
  #asks = false;
  /** The function of a {@link once} is on the stack. */
  #inOnce = false;
  #input: Promise<Ask> | undefined;
  #replay: Replay | undefined;
  #begin: ((replay: Replay) => void) | undefined;

  /**
   * @param stamp what goes into every result, for peers that know it
   * @param mayRespond a custom method, or a peer without result types: {@link respond} may answer early
   */
  constructor(
    message: { readonly id?: RequestId; readonly method: string; readonly params?: JsonObject },
    service: Service,
    exchange: Exchange,
    stamp: ResultStamp | undefined,
    mayRespond: boolean,
  ) {
    this.id = message.id;
    const meta = message.params?.['_meta'];
    this.meta = isObject(meta) ? meta : NO_META;
    this.#message = message;
    this.#service = service;
    this.exchange = exchange;
    this.#stamp = stamp;
    this.#mayRespond = mayRespond;
  }

  /** Answers with what the handler returned, unless it has answered by itself. */
  answer(result: JsonObject): Promise<void> | void {
    if (this.responded) this.exchange.end();
    else return this.#respond(result);
  }

  #respond(result: JsonObject, options?: RespondOptions): Promise<void> | void {
    // Not sealed: it came from what cannot ask, or for a caller who cannot be asked, who must not read the author's state.
    if (isInputRequired(result)) throw raise('missing_capability', 'This caller cannot be asked for input here');
    const type = result['resultType'];
    if (this.#stamp !== undefined && !this.#service.resultTypes.has(type)) {
      throw new TypeError(`resultType ${JSON.stringify(type)} belongs to no extension of this server`);
    }
    if (this.#asks && type !== 'input_required' && result['requestState'] !== undefined) {
      throw new TypeError('A copy of inputRequired(...) is not sealed: hand on the very object');
    }
    // Who comes here was asked by a request, which has an id.
    return this.exchange.respond(new ResultResponse(this.id!, result, this.#stamp), options);
  }

  /** Nobody waits for this request any more. */
  get gone(): boolean {
    return this.exchange.gone;
  }

  get signal(): AbortSignal {
    return this.exchange.signal;
  }

  get client(): Context['client'] {
    return this.exchange.peer;
  }

  get auth(): AuthInfo | undefined {
    return this.exchange.peer.auth;
  }

  get platform(): unknown {
    return this.exchange.peer.platform;
  }

  get http(): HttpInfo | undefined {
    return this.exchange.peer.http;
  }

  progress(progress: number, total?: number, message?: string): Promise<void> {
    return quiet(this.#progress(progress, total, message));
  }

  async #progress(progress: number, total?: number, message?: string): Promise<void> {
    const progressToken = this.meta['progressToken'];
    // `!(a > b)` is also true for NaN, which JSON cannot carry.
    if (!isRequestId(progressToken) || !(progress > this.#lastProgress) || progress === Infinity || this.responded)
      return;
    this.#lastProgress = progress;
    // JSON leaves out what is undefined.
    await this.#notify('notifications/progress', {
      progressToken,
      progress,
      total: Number.isFinite(total) ? total : undefined,
      message,
    });
  }

  /** Most sends are not awaited: what JSON cannot carry must not end the process. */
  notify(method: string, params?: JsonObject): Promise<void> {
    return quiet(this.#notify(method, params));
  }

  async #notify(method: string, params?: JsonObject): Promise<void> {
    // The caller has heard it in an earlier round.
    if (this.#replay?.replaying === true) return;
    await this.exchange.send(params === undefined ? { jsonrpc: '2.0', method } : { jsonrpc: '2.0', method, params });
  }

  log(level: LoggingLevel, data: unknown, logger?: string): Promise<void> {
    return quiet(this.#log(level, data, logger));
  }

  async #log(level: LoggingLevel, data: unknown, logger?: string): Promise<void> {
    if (!this.#service.logging || !wantsLog(this.meta[META_LOG_LEVEL], level) || this.responded) return;
    if ((this.#mayLog ??= logBudget())())
      await this.#notify('notifications/message', { level, logger, data: data ?? null });
  }

  elicit<S extends SchemaTypes>(message: string, schema: S, options?: AskOptions): Promise<Elicited<SchemaOutput<S>>> {
    return this.#asked((ask) => ask.elicit<SchemaOutput<S>>(message, schema, options));
  }

  elicitUrl(message: string, url: string | URL, options?: ElicitUrlOptions): Promise<Elicited<undefined>> {
    return this.#asked((ask) => ask.elicitUrl(message, url, options));
  }

  sample(params: CreateMessageRequestParams, options?: AskOptions): Promise<CreateMessageResult> {
    return this.#asked((ask) => ask.sample(params, options));
  }

  roots(options?: AskOptions): Promise<readonly Root[]> {
    return this.#asked((ask) => ask.roots(options));
  }

  once<T>(key: string, fn: () => T | Promise<T>): Promise<T> {
    return quiet(
      this.#asking().then((ask) =>
        ask.once(key, () => {
          this.#inOnce = true;
          try {
            return fn();
          } finally {
            this.#inOnce = false;
          }
        }),
      ),
    );
  }

  /** A handler ends at its first unanswered question: of those beside it nobody may be left to wait. */
  #asked<T>(question: (ask: Ask) => Promise<T>): Promise<T> {
    if (this.#inOnce) return quiet(Promise.reject(new TypeError('ctx.once must not ask: ask before it, or after it')));
    return quiet(this.#asking().then(question));
  }

  /** A question waits for the caller: what the handler comes to meanwhile does not count. */
  get suspended(): boolean {
    return this.#replay?.suspended === true;
  }

  get inputResponses(): Context['inputResponses'] {
    return this.#replay?.inputResponses;
  }

  get requestState(): unknown {
    return this.#replay?.requestState;
  }

  /**
   * Runs the handler of a method whose caller can be asked for input.
   *
   * @returns its result, or the result that asks
   */
  run(handler: () => JsonObject | Promise<JsonObject>): JsonObject | Promise<JsonObject> {
    // What middleware has asked for before, nobody could be asked.
    if (!this.#asks) this.#input = undefined;
    this.#asks = true;
    // Others cannot be asked, or are asked over their open stream.
    if (this.exchange.input !== 'replay') return handler();
    const { params = {} } = this.#message;
    const { requestState, inputResponses } = params;
    // Or middleware runs it again.
    if (requestState !== undefined || inputResponses !== undefined || this.#input !== undefined)
      return this.#resume(handler);
    const running = handler();
    if (!isThenable(running)) return isInputRequired(running) ? this.#seal(running) : running;
    return new Promise((resolve, reject) => {
      // From its first question on, the replay has the say.
      this.#begin = (replay) =>
        resolve(
          replay.run(
            () => running,
            (reason) => this.exchange.cancel(reason),
          ),
        );
      const unlessAsking = (settle: () => void): void => {
        if (this.#input === undefined) settle();
        else this.#input.catch(settle);
      };
      running.then(
        (result) => unlessAsking(() => resolve(isInputRequired(result) ? this.#seal(result) : result)),
        (error: Error) => unlessAsking(() => reject(error)),
      );
    });
  }

  async #resume(handler: () => JsonObject | Promise<JsonObject>): Promise<JsonObject> {
    await this.#asking();
    return this.#replay!.run(handler, (reason) => this.exchange.cancel(reason));
  }

  async #seal(form: object): Promise<JsonObject> {
    await this.#asking();
    return this.#replay!.seal(form);
  }

  /** Loaded when the first handler asks: most never do. */
  #asking(): Promise<Ask> {
    return (this.#input ??= this.#openInput());
  }

  async #openInput(): Promise<Ask> {
    const { method, params = {} } = this.#message;
    const { askOver, askByReplay, openReplay } = await import('./input.js');
    // Only the results of some methods may ask (basic/patterns/mrtr, "Supported Requests").
    if (this.exchange.input !== 'replay' || !this.#asks) return askOver(this.exchange);
    this.#replay = await openReplay(this.#service, method, params, this.exchange);
    this.#begin?.(this.#replay);
    return askByReplay(this.#replay);
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
    if (!Number.isSafeInteger(rpcCode))
      throw new TypeError(`ctx.error: ${rpcCode} is no JSON-RPC error code, an integer`);
    const error = raise('rpc_error', message, { rpcCode, data, status });
    raised.set(error, headers);
    return error;
  }
}
