import { isMcpError } from '../errors.js';
import type { JsonObject } from '../json-rpc.js';
import type { MetaObject } from '../spec/types.js';
import {
  CLIENT_SPAN,
  inSpan,
  type Failure,
  type TracedRequest,
  type Tracer,
  type TracingOptions,
} from '../util/tracing.js';

/** What is looked at of what accompanies a call through a client's middleware. */
export interface TracedCallContext {
  /** The options of the call, of which `meta` goes into the request's `_meta`. */
  readonly options?: { readonly meta?: MetaObject | undefined };
  /** What is known of the server. */
  readonly server?: { readonly protocolVersion: string };
}

/**
 * Middleware for `client.use` that makes a span of every call, by the OpenTelemetry conventions for MCP, and sends its
 * `traceparent` along in `_meta`. A trace context in the call's own `meta` is the parent.
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
): <R extends TracedRequest, C extends TracedCallContext>(
  next: (request: R, ctx: C) => Promise<JsonObject>,
) => (request: R, ctx: C) => Promise<JsonObject> {
  return (next) => (request, ctx) => {
    const { meta } = ctx.options ?? {};
    const _meta = { ...(request.params?.['_meta'] as MetaObject | undefined), ...meta };
    const { protocolVersion: version } = ctx.server ?? {};
    return inSpan(
      CLIENT_SPAN,
      tracer,
      options,
      { ...request, params: { ...request.params, _meta } },
      // Plain JSON-RPC has no revision.
      version === 'none' ? undefined : version,
      failureOf,
      // The same context, but for its meta.
      (context) => next(request, { ...ctx, options: { ...ctx.options, meta: { ...meta, ...context } } }),
    );
  };
}

function failureOf(error: unknown): Failure {
  if (!isMcpError(error)) return { type: error instanceof Error ? error.name : '_OTHER' };
  const { rpcCode, code, message } = error;
  return { type: String(rpcCode ?? code), rpcCode, message };
}
