/**
 * The server, without older protocol revisions.
 *
 * @module mcpwire/server/modern
 */
export { McpServer } from './server/server.js';
export type { Defined, ListKind, ListPage, ListUse, ServerInfo, ServerNotify, Trusted } from './server/definition.js';
export { defineTool } from './server/tool.js';
export { definePrompt } from './server/prompt.js';
export type {
  DefinedPrompt,
  PromptArguments,
  PromptDefinition,
  PromptHandler,
  PromptInfo,
  PromptInput,
  PromptReturn,
} from './server/prompt.js';
export { defineResource } from './server/resource.js';
export type {
  DefinedResource,
  ReadResourceContents,
  ResourceContents,
  ResourceDefinition,
  ResourceHandler,
  ResourceInfo,
  ResourceLister,
  ResourcePage,
  ResourceReturn,
} from './server/resource.js';
export { inputRequired } from './server/input-required.js';
export type { InputMethod, InputRequired } from './server/input-required.js';
export { memoryBus } from './server/bus.js';
export type { Bus, Change } from './server/bus.js';
export type { Granted, ListenFilter, MayWatch, SubscriptionLimits } from './server/subscriptions.js';
export type { Completer, Completion, CompletionContext } from './server/completion.js';
export type { CallNext, ExtensionMethod, ServerExtension, ToolCall } from './server/extension.js';
export type { ContextSource } from './server/dispatch.js';
export type { Visible } from './server/catalog.js';
export type { TemplateVariables } from './util/uri-template.js';
export type { Secret } from './util/seal.js';
export type { MethodDefinition } from './server/method.js';
export type {
  DefinedTool,
  NoArguments,
  ToolArguments,
  ToolDefinition,
  ToolHandler,
  ToolInfo,
  ToolInput,
  ToolOutput,
  ToolReturn,
} from './server/tool.js';
export { audio, image, link, resource, result, text } from './server/content.js';
export type { ContentOptions, StructuredResult } from './server/content.js';
export type { AskOptions, Context, Elicited, ElicitUrlOptions, ErrorOptions } from './server/context.js';
export type {
  AuthInfo,
  Exchange,
  HttpInfo,
  Peer,
  RespondOptions,
  InputRequest as ExchangeInputRequest,
} from './server/exchange.js';
export type { Middleware, MiddlewareRequest, Next } from './server/middleware.js';
export { memoryRateLimitStore, rateLimit } from './server/rate-limit.js';
export type {
  MemoryRateLimitStoreOptions,
  RateLimit,
  RateLimitedData,
  RateLimitOptions,
  RateLimitStore,
} from './server/rate-limit.js';
export type { Span, SpanOptions, Tracer } from './util/tracing.js';
export type { ServerCache, ServerLimits, ServerOptions } from './server/options.js';
export type { HttpSsePaths, LegacyOptions } from './server/past.js';
export type {
  EventStore,
  SessionChange,
  SessionState,
  SessionStore,
  StoredEvent,
  StoredEvents,
} from './server/past-stores.js';
export type { ServerAuth } from './server/authorization.js';
export type { CorsOptions, Origins } from './http/origin.js';
export type {
  SchemaInput,
  SchemaIssue,
  SchemaOutput,
  SchemaResult,
  SchemaTypes,
  StandardSchema,
} from './schema/standard.js';
export type { PromptEntry, ResourceEntry, Served, ToolEntry } from './spec/served.js';
export { McpError, ToolError, isMcpError } from './errors.js';
export type { McpErrorCode, McpErrorFacts } from './errors.js';
export type * from './spec/types.js';
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
