/** Options of a client and of its calls. */
import type { McpError } from '../errors.js';
import type { JsonObject, JsonRpcMessage } from '../json-rpc.js';
import type { StandardSchema } from '../schema/standard.js';
import type { ClientCapabilities, LoggingLevel, MetaObject } from '../spec/types.js';
import type { ClientCall } from './core.js';
import type { ClientExtension } from './extension.js';
import type { ClientLimits, HttpTransportOptions } from './http-transport.js';
import type { ElicitHandler, ElicitUrlHandler, RootsHandler, SampleHandler } from './input-handlers.js';
import type { ServerFacts } from './link.js';
import type { CacheOptions } from './stored.js';
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
  /**
   * Merged into the request's `_meta`, for example `traceparent`, `tracestate` and `baggage`. It cannot replace what the
   * protocol itself puts there.
   */
  readonly meta?: MetaObject | undefined;
  /**
   * Asks for log messages of this severity and above, which reach `client.on('notifications/message', …)`. Default none.
   *
   * @deprecated by revision 2026-07-28
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/logging
   */
  readonly logLevel?: LoggingLevel | undefined;
  /** HTTP headers for this call, added to those of the client. */
  readonly headers?: HeaderSource | undefined;
  /**
   * How often the request is sent again, with a new id, when its stream is lost, when the server cannot be reached, or when
   * it answers 429 or 503; between tries is a growing pause, or what `Retry-After` says, up to a minute. `true`: 3 times.
   * Default: 3 times where nothing can happen twice, that is for lists, reads, prompts, completion, and tools that the
   * server listed with `idempotentHint` or `readOnlyHint`; else never.
   */
  readonly retry?: number | boolean | undefined;
}

/** Options of lists and reads, whose answers may be kept. */
export interface ListOptions extends CallOptions {
  /** Asks the server, also where a kept answer is fresh. Default `false`. */
  readonly refresh?: boolean | undefined;
}

/** What the parts of the client tell each other beside a call's options. */
export interface InternalOptions extends CallOptions {
  /** Resolves with results of any type. */
  readonly raw?: boolean | undefined;
  /** Stands between the call and its first exchange: where answers are kept. */
  readonly via?:
    | ((call: ClientCall, options: CallOptions, once: (call: ClientCall) => Promise<JsonObject>) => Promise<JsonObject>)
    | undefined;
}

/** What a client reads, keeps and takes part in at most. */
export interface ConnectLimits extends ClientLimits {
  /** Rounds of input that one call may take. More is `limit_exceeded`: a server that never stops asking. Default 10. */
  readonly inputRounds?: number | undefined;
  /** Questions in one round. More is `limit_exceeded`, and none is asked. Default 100. */
  readonly inputRequests?: number | undefined;
  /** Characters of `requestState`, which every round sends back. More is `limit_exceeded`. Default 1,048,576. */
  readonly requestState?: number | undefined;
}

/** Options of `McpClient.connect`. Those of {@link HttpTransportOptions} are for targets that are no transport. */
export interface ConnectOptions extends HttpTransportOptions {
  /** The client's name, as servers see it. Default `mcpwire`. */
  readonly name?: string | undefined;
  /** The client's version, as servers see it. Default: the version of this package. */
  readonly version?: string | undefined;
  /**
   * `'auto'` asks the server what it speaks. `'2026-07-28'` is taken as it is, without any request. An older revision, for
   * example `'2025-06-18'`, is offered to the server, which may choose another one before `2026-07-28`; `mcpwire/client/modern`
   * has none of these. `'none'` speaks plain JSON-RPC over Streamable HTTP: no MCP headers, no `_meta`. Default `'auto'`.
   */
  readonly protocolVersion?: string | undefined;
  /**
   * The default of {@link CallOptions.timeoutMs}, in milliseconds: 60,000 unless it is given. Connecting takes as long at most,
   * whatever it takes to find out what the server speaks.
   */
  readonly timeoutMs?: number | undefined;
  /** The default of {@link CallOptions.maxTotalTimeoutMs}, in milliseconds: 600,000 unless it is given. */
  readonly maxTotalTimeoutMs?: number | undefined;
  /** What is read, and how far a server may go. Default: those of {@link ConnectLimits}. */
  readonly limits?: ConnectLimits | undefined;
  /**
   * Answers what servers ask the user by a form. Declares `elicitation.form`.
   *
   * @see https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation
   */
  readonly elicit?: ElicitHandler | undefined;
  /**
   * Asks the user whether to open a page, and opens it. Declares `elicitation.url`. The client itself never opens or
   * fetches the URL.
   *
   * @see https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation#url-mode-elicitation-requests
   */
  readonly elicitUrl?: ElicitUrlHandler | undefined;
  /**
   * Asks the host's model, after its user agreed. Declares `sampling`.
   *
   * @deprecated by revision 2026-07-28
   * @see https://modelcontextprotocol.io/specification/2026-07-28/client/sampling
   */
  readonly sample?: SampleHandler | undefined;
  /**
   * The directories that servers may look at, or a function that tells them. Declares `roots`.
   *
   * @deprecated by revision 2026-07-28
   * @see https://modelcontextprotocol.io/specification/2026-07-28/client/roots
   */
  readonly roots?: RootsHandler | undefined;
  /** Capabilities to declare beside those of the handlers, for example `{ sampling: { tools: {} } }`. Members given here win. */
  readonly capabilities?: ClientCapabilities | undefined;
  /** What the client speaks beyond the specification's core. Default none. */
  readonly extensions?: readonly ClientExtension[] | undefined;
  /**
   * How the answers to lists and reads are kept, for as long as the server allows. `false`: not at all. Default: in memory.
   *
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching
   */
  readonly cache?: CacheOptions | false | undefined;
  /**
   * Makes a schema that validates from a JSON Schema: `fromJsonSchema` of `mcpwire/json-schema`. With it, `callTool` checks
   * `structuredContent` against the `outputSchema` that the server lists. Default: it is not checked.
   */
  readonly jsonSchema?: ((schema: JsonObject) => StandardSchema) | undefined;
  /**
   * What is known about the server from an earlier `client.server`: connects without any request. The server is asked
   * nothing until the first call. An older server is only greeted, which it needs, and asked what it speaks where it refuses.
   */
  readonly prior?: ServerFacts | undefined;
  /** Hears of what went wrong beside any call, for example an error in your own handler. Default `console.warn`. */
  readonly onWarning?: ((warning: McpError) => void) | undefined;
  /** Aborts connecting, and nothing after it. */
  readonly signal?: AbortSignal | undefined;
}
