/**
 * Every reason for which a call can fail, as a closed set, so that a `switch` over it can be exhaustive.
 *
 * | code | meaning |
 * | --- | --- |
 * | `aborted` | the caller's own `AbortSignal` fired, or the request was cancelled |
 * | `timeout` | no answer within `timeoutMs` or `maxTotalTimeoutMs` |
 * | `closed` | the client, server or transport was closed |
 * | `connection_failed` | no connection: refused, reset before an answer, DNS, TLS, or blocked by a browser |
 * | `stream_ended` | the response ended before the JSON-RPC response arrived |
 * | `http_status` | an HTTP status that is no success and carries no JSON-RPC error |
 * | `invalid_message` | the peer sent something that is not what the protocol allows there |
 * | `limit_exceeded` | a size, count or time limit of this package was reached |
 * | `unauthorized` | HTTP 401: credentials are missing or not accepted |
 * | `insufficient_scope` | HTTP 403 with an `insufficient_scope` challenge |
 * | `forbidden` | HTTP 403 without such a challenge |
 * | `unsupported_version` | JSON-RPC -32022: no common protocol revision |
 * | `header_mismatch` | JSON-RPC -32020: headers and body disagree |
 * | `missing_capability` | JSON-RPC -32021: the request needs a capability the client did not declare; or the server asks for input that the client has no handler for |
 * | `method_not_found` | JSON-RPC -32601 |
 * | `invalid_params` | JSON-RPC -32602 |
 * | `invalid_request` | JSON-RPC -32600 |
 * | `parse_error` | JSON-RPC -32700 |
 * | `rate_limited` | JSON-RPC 429: too many requests; `data.retryAfterMs` tells when to try again |
 * | `rpc_error` | any other JSON-RPC error; `rpcCode` tells which |
 * | `internal` | JSON-RPC -32603, or a failure inside this package or its caller's code |
 */
export type McpErrorCode =
  | 'aborted'
  | 'timeout'
  | 'closed'
  | 'connection_failed'
  | 'stream_ended'
  | 'http_status'
  | 'invalid_message'
  | 'limit_exceeded'
  | 'unauthorized'
  | 'insufficient_scope'
  | 'forbidden'
  | 'unsupported_version'
  | 'header_mismatch'
  | 'missing_capability'
  | 'method_not_found'
  | 'invalid_params'
  | 'invalid_request'
  | 'parse_error'
  | 'rate_limited'
  | 'rpc_error'
  | 'internal';

/** Facts that may accompany an {@link McpError}. */
export interface McpErrorFacts {
  /** The JSON-RPC error code, when the failure is a JSON-RPC error or is to be sent as one. */
  readonly rpcCode?: number | undefined;
  /** The HTTP status, when one was received or is to be sent. */
  readonly status?: number | undefined;
  /** The `data` member of the JSON-RPC error, or the (bounded) body of an HTTP error. */
  readonly data?: unknown;
  /** Milliseconds after which the same may be tried again, when the other side says so. */
  readonly retryAfterMs?: number | undefined;
  /** What an HTTP answer asks to be authorized with: its `WWW-Authenticate` header. */
  readonly challenge?: string | undefined;
  /** What caused this error. */
  readonly cause?: unknown;
  /** The URL that was asked. */
  readonly url?: string | undefined;
  /** What a server's process exited with. */
  readonly exitCode?: number | undefined;
  /** The signal that ended a server's process, such as `SIGKILL`. */
  readonly exitSignal?: string | undefined;
  /** The last of what a server's process wrote to stderr. */
  readonly stderr?: string | undefined;
}

// A registered symbol, so that two copies of this package in one program recognise each other's errors.
const BRAND = /* @__PURE__ */ Symbol.for('mcpwire.McpError');
const TOOL_BRAND = /* @__PURE__ */ Symbol.for('mcpwire.ToolError');

/**
 * The one error class of this package. `code` says what happened; `rpcCode`, `status`, `data`, `url` and `cause` carry
 * the facts.
 *
 * @example
 * ```ts
 * try {
 *   await client.callTool('job_run', { job_id: 'job-1' });
 * } catch (error) {
 *   if (isMcpError(error) && error.code === 'timeout') retryLater();
 *   else throw error;
 * }
 * ```
 */
export class McpError extends Error {
  /** Always `McpError`. */
  override readonly name: string = 'McpError';
  /** Why it failed. */
  readonly code: McpErrorCode;
  // Declared and not defined, so that facts which are absent do not clutter what is printed.
  /** The JSON-RPC error code, if there is one. */
  declare readonly rpcCode?: number;
  /** The HTTP status, if there is one. */
  declare readonly status?: number;
  /** The JSON-RPC error's `data`, or the bounded body of an HTTP error. */
  declare readonly data?: unknown;
  /** Milliseconds after which the same may be tried again, if the other side says so (`Retry-After`). */
  declare readonly retryAfterMs?: number;
  /** What the HTTP answer asks to be authorized with, if it does: its `WWW-Authenticate` header. */
  declare readonly challenge?: string;
  /** The URL that was asked, if there was one. */
  declare readonly url?: string;
  /** What the server's process exited with, if it was one. */
  declare readonly exitCode?: number;
  /** The signal that ended the server's process, such as `SIGKILL`. */
  declare readonly exitSignal?: string;
  /** The last of what the server's process wrote to stderr, 8 KiB at most. */
  declare readonly stderr?: string;

  constructor(code: McpErrorCode, message: string, { cause, ...facts }: McpErrorFacts = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    for (const [name, value] of Object.entries(facts)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
    Object.defineProperty(this, BRAND, { value: true });
  }

  /**
   * Turns anything that was thrown into an {@link McpError}: one that is already an `McpError` comes back as it is, an
   * `AbortError` becomes `aborted`, a `TimeoutError` becomes `timeout`, everything else `internal` with the original as
   * `cause`.
   */
  static from(value: unknown): McpError {
    return errorFrom(value);
  }
}

// Apart from the class: where a class names itself, esbuild calls it `_McpError`, and so do the logs.
function errorFrom(value: unknown): McpError {
  if (isMcpError(value)) return value;
  const { name, message = String(value) } = (value ?? {}) as Partial<Error>;
  const code = name === 'AbortError' ? 'aborted' : name === 'TimeoutError' ? 'timeout' : 'internal';
  return new McpError(code, message, { cause: value });
}

/**
 * Whether a value is an {@link McpError}. Works by brand, so it also recognises errors from another copy of this
 * package.
 */
export function isMcpError(value: unknown): value is McpError {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/**
 * Throw it from a tool's handler to tell the *model* that the call failed and why: the caller receives a normal result
 * with `isError: true` and this message as text. Any other error that a handler throws is masked.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#error-handling
 *
 * @example
 * ```ts
 * server.tool('divide', { inputSchema: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => {
 *   if (b === 0) throw new ToolError('b must not be 0');
 *   return String(a / b);
 * });
 * ```
 */
export class ToolError extends Error {
  /** Always `ToolError`. */
  override readonly name: string = 'ToolError';
  /** Content blocks to send instead of the message as one text block. */
  readonly content?: readonly unknown[];

  constructor(message: string, options: { readonly content?: readonly unknown[]; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (options.content !== undefined) this.content = options.content;
    Object.defineProperty(this, TOOL_BRAND, { value: true });
  }
}

/** Whether a value is a {@link ToolError}, by brand. */
export function isToolError(value: unknown): value is ToolError {
  return typeof value === 'object' && value !== null && TOOL_BRAND in value;
}
