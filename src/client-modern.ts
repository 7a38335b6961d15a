/**
 * The MCP client for revision 2026-07-28 and later, and for plain JSON-RPC.
 *
 * @module
 */
export { McpClient, type RequestOptions } from './client/client.js';
export type { Target } from './client/connect.js';
export type { NotificationHandler } from './client/core.js';
export {
  type AuthMiddleware,
  type ClientLimits,
  HttpTransport,
  type HttpTransportOptions,
} from './client/http-transport.js';
export type { ServerFacts } from './client/link.js';
export type { CallOptions, ConnectOptions, Progress } from './client/options.js';
export type { ClientTransport, ExchangeOptions, HeaderSource } from './client/transport.js';
export type { AnyTools, CallParameters, ResultOf, ToolResult, ToolsOf } from './client/typed.js';
export { isMcpError, McpError, type McpErrorCode, type McpErrorFacts } from './errors.js';
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
