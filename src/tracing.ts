/**
 * Spans of requests and calls, for OpenTelemetry or anything of its shape. An entry point of its own, so that nobody carries it
 * who does not trace.
 *
 * @module mcpwire/tracing
 */
export { clientTracing } from './client/tracing.js';
export type { TracedCallContext } from './client/tracing.js';
export { traceContext, tracing } from './server/tracing.js';
export type { SpanContext, TraceContext } from './util/trace-context.js';
export type { Span, SpanOptions, TracedRequest, Tracer, TracingApi, TracingOptions } from './util/tracing.js';
