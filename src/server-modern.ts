/**
 * The server, without older protocol revisions.
 *
 * @module mcpwire/server/modern
 */
export { McpServer, defineTool } from './server/server.js';
export type { DefinedTool, ServerInfo, Trusted } from './server/server.js';
export type { MethodDefinition } from './server/method.js';
export type {
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
export type { Context, ErrorOptions } from './server/context.js';
export type { AuthInfo, Exchange, HttpInfo, Peer, RespondOptions } from './server/exchange.js';
export type { Middleware, MiddlewareRequest, Next } from './server/middleware.js';
export type { ServerLimits, ServerOptions } from './server/options.js';
export type { CorsOptions, Origins } from './http/origin.js';
export type {
  SchemaInput,
  SchemaIssue,
  SchemaOutput,
  SchemaResult,
  SchemaTypes,
  StandardSchema,
} from './schema/standard.js';
export type { Served, ToolEntry } from './spec/served.js';
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
