import type { JsonObject, RequestId } from '../json-rpc.js';
import type { Tracer } from '../util/tracing.js';
import type { Context } from './context.js';

/** A request on its way to its handler. */
export interface MiddlewareRequest {
  /** The JSON-RPC id, which the answer carries. */
  readonly id: RequestId;
  /** The JSON-RPC method, known or not. */
  readonly method: string;
  /** The params as they came, `_meta` included. */
  readonly params?: JsonObject;
}

/** Answers a request, or passes it on. */
export type Next = (request: MiddlewareRequest, ctx: Context) => Promise<JsonObject>;

/**
 * Wraps every request of a server, on every transport: it runs before the method is looked up and sees the result object
 * on its way out. Errors are thrown: an `McpError` reaches the caller as it is, anything else is masked. Results may be
 * shared between callers: return a changed copy. `next` may be called again, with the `ctx` that came.
 *
 * @example
 * ```ts
 * server.use((next) => async (request, ctx) => {
 *   const started = performance.now();
 *   try {
 *     return await next(request, ctx);
 *   } finally {
 *     console.error(request.method, performance.now() - started, 'ms');
 *   }
 * });
 * ```
 */
export type Middleware = (next: Next) => Next;

/** A span for every request. Loaded when it is asked for: most servers are not traced. */
export function traced(tracer: Tracer): Middleware {
  return (inner) => {
    let next: Next | undefined;
    return async (request, ctx) => (next ??= (await import('./tracing.js')).tracing(tracer)(inner))(request, ctx);
  };
}
