/**
 * Every message of revision 2026-07-28 as a schema of `zod/mini`, for those who look at messages themselves: gateways,
 * proxies, recorders, tests. Servers and clients need none of it. `zod` is an optional peer dependency; this entry is the
 * only one that imports it.
 *
 * A schema is named after its type: `Tool` and `ToolSchema`. It yields exactly that type, and keeps members that it does
 * not know.
 *
 * @module mcpwire/schemas
 */
export * from './base.js';
export * from './content.js';
export * from './discover.js';
export * from './elicitation.js';
export * from './input.js';
export * from './methods.js';
export * from './notification-messages.js';
export * from './notifications.js';
export * from './prompts.js';
export * from './requests.js';
export * from './resources.js';
export * from './responses.js';
export * from './sampling.js';
export * from './tool.js';
export * from './tools.js';
export {
  CacheableResultSchema,
  CacheHintsSchema,
  EmptyResultSchema,
  NotificationParamsSchema,
  PaginatedRequestParamsSchema,
  PaginatedResultSchema,
  RequestParamsSchema,
  ResultSchema,
} from './common.js';
export type { WireSchema } from './exact.js';
export {
  JsonRpcErrorObjectSchema,
  JsonRpcErrorResponseSchema,
  JsonRpcMessageSchema,
  JsonRpcNotificationSchema,
  JsonRpcRequestSchema,
  JsonRpcResponseSchema,
  JsonRpcResultResponseSchema,
} from './json-rpc.js';
