/**
 * The client, for revision 2026-07-28 and later and for plain JSON-RPC, without older protocol revisions.
 *
 * @module mcpwire/client/modern
 */
export { McpClient } from './client/client.js';
export type { ClientOf, RequestOptions } from './client/client.js';
export type { ListenChange, ListenOptions, ListenTopics } from './client/changes.js';
export type {
  ClientCall,
  ClientCallContext,
  ClientMiddleware,
  ClientNext,
  NotificationHandler,
} from './client/core.js';
export type { ClientExtension, ExtensionContext } from './client/extension.js';
export { HttpTransport } from './client/http-transport.js';
export type { AuthMiddleware, ClientLimits, HttpTransportOptions } from './client/http-transport.js';
export type {
  ElicitHandler,
  ElicitUrlHandler,
  FormAnswer,
  FormRequest,
  InputContext,
  RootsHandler,
  SampleHandler,
  UrlRequest,
} from './client/input-handlers.js';
export type { ServerFacts } from './client/link.js';
export type { CallOptions, ConnectLimits, ConnectOptions, ListOptions, Progress } from './client/options.js';
export type { CacheOptions, CacheStore } from './client/stored.js';
export type { ClientTransport, ExchangeOptions, HeaderSource } from './client/transport.js';
export type { Span, SpanOptions, Tracer } from './util/tracing.js';
export type {
  AnyPromptArguments,
  AnyPrompts,
  AnyTools,
  CallParameters,
  PromptParameters,
  PromptsOf,
  ResultOf,
  ToolResult,
  ToolsOf,
  UriOf,
} from './client/typed.js';
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
export type { SchemaIssue, SchemaResult, SchemaTypes, StandardSchema } from './schema/standard.js';
export type {
  EntriesOf,
  PromptEntry,
  PromptMap,
  ResourceEntry,
  ResourceMap,
  Served,
  ToolEntry,
  ToolMap,
} from './spec/served.js';
export type * from './spec/types.js';
