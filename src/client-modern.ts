/**
 * The client, for revision 2026-07-28 and later and for plain JSON-RPC, without older protocol revisions.
 *
 * @module mcpwire/client/modern
 */
export { McpClient } from './client/client.js';
export type { RequestOptions } from './client/client.js';
export type { NotificationHandler } from './client/core.js';
export { HttpTransport } from './client/http-transport.js';
export type { AuthMiddleware, ClientLimits, HttpTransportOptions } from './client/http-transport.js';
export type { ServerFacts } from './client/link.js';
export type { CallOptions, ConnectOptions, Progress } from './client/options.js';
export type { ClientTransport, ExchangeOptions, HeaderSource } from './client/transport.js';
export { clientTracing } from './client/tracing.js';
export type { TracedCallContext } from './client/tracing.js';
export type { SpanContext, TraceContext } from './util/trace-context.js';
export type { Span, SpanOptions, TracedRequest, Tracer, TracingApi, TracingOptions } from './util/tracing.js';
export type { AnyTools, CallParameters, ResultOf, ToolResult, ToolsOf } from './client/typed.js';
export { McpError, isMcpError } from './errors.js';
export type { McpErrorCode, McpErrorFacts } from './errors.js';
export type {
  JsonObject,
  JsonRpcErrorObject,
  JsonRpcErrorResponse,
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  JsonRpcResultResponse,
  RequestId,
} from './json-rpc.js';
export type { SchemaIssue, SchemaTypes } from './schema/standard.js';
export type { EntriesOf, Served, ToolEntry, ToolMap } from './spec/served.js';
export type * from './spec/types.js';
