import { isMcpError } from '../errors.js';
import type { JsonObject } from '../json-rpc.js';
import {
  CLIENT_SPAN,
  inSpan,
  type Failure,
  type TracedRequest,
  type Tracer,
  type TracingOptions,
} from '../util/tracing.js';

/**
 * Middleware for `client.use` that makes a span of every request, by the OpenTelemetry conventions for MCP, and sends its
 * `traceparent` along in `_meta`. A trace context that a call brings in its own `meta` is the parent.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/
 *
 * @example
 * ```ts
 * import * as api from '@opentelemetry/api';
 * client.use(clientTracing(api.trace.getTracer('agent'), { api }));
 * ```
 */
export function clientTracing(
  tracer: Tracer,
  options: TracingOptions = {},
): <R extends TracedRequest & { readonly params?: JsonObject }, C>(
  next: (request: R, ctx: C) => Promise<JsonObject>,
) => (request: R, ctx: C) => Promise<JsonObject> {
  return (next) => (request, ctx) =>
    inSpan(CLIENT_SPAN, tracer, options, request, undefined, failureOf, (context) => {
      const _meta = { ...(request.params?.['_meta'] as JsonObject | undefined), ...context };
      const params = { ...request.params, _meta };
      // The same request, but for its _meta.
      return next(Object.keys(context).length === 0 ? request : { ...request, params }, ctx);
    });
}

function failureOf(error: unknown): Failure {
  if (!isMcpError(error)) return { type: error instanceof Error ? error.name : '_OTHER' };
  const { rpcCode, code, message } = error;
  return { type: String(rpcCode ?? code), rpcCode, message };
}
