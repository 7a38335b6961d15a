import { isMcpError } from '../errors.js';
import { INTERNAL_ERROR, rpcCodeOf } from '../json-rpc.js';
import { readTraceContext, type TraceContext } from '../util/trace-context.js';
import { inSpan, SERVER_SPAN, type Failure, type Tracer, type TracingOptions } from '../util/tracing.js';
import type { Context } from './context.js';
import type { Middleware } from './middleware.js';

const contexts = /* @__PURE__ */ new WeakMap<object, TraceContext>();

/**
 * Middleware that makes a span of every request, by the OpenTelemetry conventions for MCP, with any tracer of
 * OpenTelemetry's shape. The caller's `traceparent` in `_meta` is the parent. It trusts that: who must not join your
 * traces, or make you record them, has to be stopped at the door.
 *
 * Add it first, so that what other middleware refuses is seen too.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/
 *
 * @example
 * ```ts
 * import * as api from '@opentelemetry/api';
 * server.use(tracing(api.trace.getTracer('jobs'), { api }));
 * ```
 */
export function tracing(tracer: Tracer, options: TracingOptions = {}): Middleware {
  return (next) => (request, ctx) =>
    inSpan(SERVER_SPAN, tracer, options, request, ctx.client.protocolVersion, failureOf, (context) => {
      contexts.set(ctx, context);
      return next(request, ctx);
    });
}

/**
 * The trace context in which a request is handled, to be passed on: of its span where there is {@link tracing}, else as the
 * caller sent it. Empty when there is none.
 *
 * @example
 * ```ts
 * await client.callTool('search', { query }, { meta: traceContext(ctx) });
 * ```
 */
export function traceContext(ctx: Context): TraceContext {
  return contexts.get(ctx) ?? readTraceContext(ctx.meta);
}

/** What the caller is told. The text of an error that is masked for the caller stays out of traces, too. */
function failureOf(error: unknown): Failure {
  const rpcCode = isMcpError(error) ? rpcCodeOf(error) : INTERNAL_ERROR;
  return { type: String(rpcCode), rpcCode, message: isMcpError(error) ? error.message : undefined };
}
