import { McpError, type McpErrorCode } from '../errors.js';
import type { JsonObject, RequestId } from '../json-rpc.js';
import type { SchemaOutput, SchemaTypes } from '../schema/standard.js';
import type {
  ClientCapabilities,
  CreateMessageRequestParams,
  CreateMessageResult,
  Implementation,
  LoggingLevel,
  MetaObject,
  Root,
} from '../spec/types.js';
import type { AuthInfo, HttpInfo } from './exchange.js';

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
  /** The verified identity: by the server's option `auth`, or given to `server.handler({ auth })`. */
  readonly auth?: AuthInfo | undefined;
  /** What the runtime passed to `server.handler({ platform })`. */
  readonly platform?: unknown;
  /** The HTTP request, when the message came by HTTP. With the server's option `auth`: without the credentials that it looked at. */
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
   * Closes the connection of a caller that has a session of revision 2025-11-25 or 2025-06-18 or 2025-03-26 over HTTP; the handler goes on, and the
   * caller comes back for what it sends. Does nothing for any other: a stream of revision 2026-07-28 cannot be resumed.
   *
   * @param options `retryMs`: milliseconds after which the caller is to come back. Default 1,000
   * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#sending-messages-to-the-server
   */
  detach(options?: { readonly retryMs?: number }): Promise<void>;
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

/** Makes an error that reaches the caller as it is, with these HTTP headers where nothing was sent yet. */
export function raise(
  code: McpErrorCode,
  message: string,
  facts?: ConstructorParameters<typeof McpError>[2],
  headers?: ErrorOptions['headers'],
): McpError {
  const error = new McpError(code, message, facts);
  raised.set(error, headers);
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
