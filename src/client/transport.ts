/**
 * The seam between the client and the way its messages travel.
 */
import { isMcpError, McpError, type McpErrorCode } from '../errors.js';
import {
  errorCodeOf,
  type JsonRpcErrorResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
} from '../json-rpc.js';

/** HTTP headers, or a function that makes them: it is called for every request and may be async. */
export type HeaderSource = HeadersInit | (() => HeadersInit | Promise<HeadersInit>);

/** What accompanies one message on its way. */
export interface ExchangeOptions {
  /** Ends the exchange: the transport stops at once and frees what it holds. */
  readonly signal: AbortSignal;
  /** The value of `Mcp-Name`, where it is not one that the method's own params tell. */
  readonly name?: string | undefined;
  /** `Mcp-Param-*` headers: header name to value, encoded for a header. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** HTTP headers for this message alone. Transports without headers ignore them. */
  readonly headers?: HeaderSource | undefined;
  /** Called for signs of life that are no messages, such as comments in an event stream. */
  readonly onKeepAlive?: (() => void) | undefined;
  /**
   * Stops the clocks of the exchange, until the function that it returns is called: for time that is not the server's,
   * such as that of a person who signs in.
   */
  readonly hold?: (() => () => void) | undefined;
}

/**
 * What the client asks of a transport. Implement it to carry MCP over something that is not HTTP.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
 */
export interface ClientTransport {
  /**
   * Sends one request and yields every message that belongs to it, in order: notifications, and the response. It ends
   * with the response or after it. Rejects when the exchange fails, and when `options.signal` is aborted.
   */
  exchange(request: JsonRpcRequest, options: ExchangeOptions): AsyncIterable<JsonRpcMessage>;
  /** Sends one notification. Settles when the server has taken it. */
  notify(message: JsonRpcNotification, options: ExchangeOptions): Promise<void>;
  /** Messages that belong to no exchange, for transports that have them. Read once, to its end. */
  incoming?(): AsyncIterable<JsonRpcRequest | JsonRpcNotification>;
  /** Sends an answer to a request of the server, for revisions that have them. */
  respond?(response: JsonRpcResponse): Promise<void>;
  /**
   * Names the authorization that a message would travel with, so that private answers are kept for it alone; `undefined`
   * where it cannot tell. A transport without this method cannot tell.
   */
  authorization?(options: Pick<ExchangeOptions, 'headers'>): Promise<string | undefined>;
  /**
   * Milliseconds of silence after `server/discover` after which the handshake of older revisions goes out as well, for
   * transports whose servers may answer nothing to what they do not know. Absent: the answer alone tells.
   */
  readonly probeMs?: number;
  /**
   * Set by the client once it has shaken hands with an older server. A transport that starts its server anew calls it, with
   * the new connection, before any other message goes there.
   */
  greet?: ((transport: ClientTransport) => Promise<void>) | undefined;
  /** Frees everything. */
  close(): Promise<void>;
  /**
   * Set with `greet`. A transport calls it when its connection has ended by itself, also while nothing is under way: an older
   * server keeps what a client listens to, and has now forgotten it.
   */
  lost?: (() => void) | undefined;
}

/** What a transport knows about an error response beyond the message itself. */
export interface ResponseFacts {
  readonly code?: McpErrorCode | undefined;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly challenge?: string | undefined;
  readonly url?: string | undefined;
}

// Beside the message, so that it stays what was on the wire.
const facts = /* @__PURE__ */ new WeakMap<JsonRpcErrorResponse, ResponseFacts>();

/** Keeps facts for the `McpError` that will be made of an error response. */
export function noteFacts(response: JsonRpcErrorResponse, noted: ResponseFacts): void {
  facts.set(response, noted);
}

/** The error that an error response stands for, with what its transport knew about it. */
export function errorOf(response: JsonRpcErrorResponse): McpError {
  const { code: rpcCode, message, data } = response.error;
  const { code = errorCodeOf(rpcCode), ...rest } = facts.get(response) ?? {};
  return new McpError(code, message || `JSON-RPC error ${rpcCode}`, { ...rest, rpcCode, data });
}

/** Errors of authorization itself: they say nothing about the server, and trying again may ask a person again. */
export const ofAuth = /* @__PURE__ */ new WeakSet();

/** Why a signal was aborted, as an `McpError`. */
export function abortError(signal: AbortSignal): McpError {
  const cause: unknown = signal.reason;
  return isMcpError(cause) ? cause : new McpError('aborted', 'The call was aborted', { cause });
}
