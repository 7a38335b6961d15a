/** Options of a client and of its calls. */
import type { McpError } from '../errors.js';
import type { JsonRpcMessage } from '../json-rpc.js';
import type { MetaObject } from '../spec/types.js';
import type { HttpTransportOptions } from './http-transport.js';
import type { HeaderSource } from './transport.js';

/** How far a request has come. */
export interface Progress {
  /** How far the work is. */
  readonly progress: number;
  /** Where it ends, if the server knows. */
  readonly total?: number;
  /** For people. */
  readonly message?: string;
}

/** Options of one call. */
export interface CallOptions {
  /** Aborts the call: it rejects with `aborted`, and the server is told. It has no effect after the response. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds to wait for the response; starts again with every progress notification of this request, and in
   * `client.stream` with every message. `Infinity`: no such limit. Default 60,000.
   */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds the exchange may take in all, progress or not. `Infinity`: no such limit. Default 600,000. */
  readonly maxTotalTimeoutMs?: number | undefined;
  /** Called for every progress notification of this request, always before the call settles. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called for every message of the exchange in order: notifications, the response, and what follows it. */
  readonly onMessage?: ((message: JsonRpcMessage) => void) | undefined;
  /** Merged into the request's `_meta`. It cannot replace what the protocol itself puts there. */
  readonly meta?: MetaObject | undefined;
  /** HTTP headers for this call, added to those of the client. */
  readonly headers?: HeaderSource | undefined;
}

/** Options of `McpClient.connect`. Those of {@link HttpTransportOptions} are for targets that are no transport. */
export interface ConnectOptions extends HttpTransportOptions {
  /** The client's name, as servers see it. Default `mcpwire`. */
  readonly name?: string | undefined;
  /** The client's version, as servers see it. Default: the version of this package. */
  readonly version?: string | undefined;
  /**
   * `'auto'` asks the server what it speaks. A revision, for example `'2026-07-28'`, is taken as it is, without any
   * request. `'none'` speaks plain JSON-RPC over Streamable HTTP: no MCP headers, no `_meta`. Default `'auto'`.
   */
  readonly protocolVersion?: string | undefined;
  /** The default of {@link CallOptions.timeoutMs}. */
  readonly timeoutMs?: number | undefined;
  /** The default of {@link CallOptions.maxTotalTimeoutMs}. */
  readonly maxTotalTimeoutMs?: number | undefined;
  /** Hears of what went wrong beside any call, for example an error in your own handler. Default `console.warn`. */
  readonly onWarning?: ((warning: McpError) => void) | undefined;
  /** Aborts connecting, and nothing after it. */
  readonly signal?: AbortSignal | undefined;
}
