/**
 * Spans for requests, by the OpenTelemetry semantic conventions for MCP, without OpenTelemetry. Both roles use it.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/
 */
import { META_PROTOCOL_VERSION } from '../spec/meta.js';
import { contextOfSpan, parentOf, readTraceContext, type SpanContext, type TraceContext } from './trace-context.js';

/** What is used of an OpenTelemetry `Span`. */
export interface Span {
  /** What identifies it to others. Without it, calls made within the span continue the caller's span instead. */
  spanContext?(): SpanContext;
  /** Adds an attribute. */
  setAttribute(key: string, value: string): unknown;
  /** Says that it failed (`code` 2), and why. */
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  /** It is over. */
  end(): void;
}

/** What a span begins with. */
export interface SpanOptions {
  /** OpenTelemetry's `SpanKind`: 1 for a server's span, 2 for a client's. */
  readonly kind?: number;
  /** What is known from the beginning: strings, numbers, booleans. */
  readonly attributes?: Record<string, unknown>;
  /** Other spans that it has to do with. */
  readonly links?: { readonly context: SpanContext }[];
}

/** What is used of an OpenTelemetry `Tracer`; the real one fits, and so does anything of this shape. */
export interface Tracer {
  /**
   * Begins a span.
   *
   * @param context the parent, as an OpenTelemetry `Context`. Absent: whatever the tracer holds to be the current one
   */
  startSpan(name: string, options?: SpanOptions, context?: unknown): Span;
}

/** What is used of the OpenTelemetry API: `import * as api from '@opentelemetry/api'` fits. */
export interface TracingApi {
  /** The current context. */
  readonly context: {
    active(): unknown;
    with<R>(context: unknown, work: () => R): R;
  };
  /** Spans in contexts. */
  readonly trace: {
    setSpan(context: unknown, span: unknown): unknown;
    getSpanContext(context: unknown): SpanContext | undefined;
  };
  /** Contexts in messages. */
  readonly propagation: {
    extract(context: unknown, carrier: unknown): unknown;
    inject(context: unknown, carrier: unknown): void;
  };
}

/** Options of tracing. */
export interface TracingOptions {
  /**
   * The OpenTelemetry API. With it, a request's span is the current one while the request is handled, so that what a
   * handler traces becomes its child, and the propagators that were set up read and write `_meta`: without one, no trace
   * goes on there. Default: none; the parent comes from `traceparent`, or is what the tracer takes by itself.
   */
  readonly api?: TracingApi;
  /** Attributes of every span, such as `{ 'network.transport': 'tcp', 'server.address': 'example.com' }`. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** What is looked at of a request on its way through middleware. */
export interface TracedRequest {
  /** The JSON-RPC id, where it is known by then. */
  readonly id?: string | number | undefined;
  /** The JSON-RPC method. */
  readonly method: string;
  /** The params, with `_meta`. */
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** How a request failed: `error.type`, the JSON-RPC error code if there is one, and what it says. */
export interface Failure {
  readonly type: string;
  readonly rpcCode?: number | undefined;
  readonly message?: string | undefined;
}

export const SERVER_SPAN = 1;
export const CLIENT_SPAN = 2;
const ERROR = 2;

// A caller chooses methods and names. Traces have a limit.
const MAX_LENGTH = 256;

/**
 * Runs a request in a span.
 *
 * @param run gets the trace context of the span, and sends or handles the request
 */
export async function inSpan<Result extends Readonly<Record<string, unknown>>>(
  kind: typeof SERVER_SPAN | typeof CLIENT_SPAN,
  tracer: Tracer,
  { api, attributes }: TracingOptions,
  request: TracedRequest,
  version: string | undefined,
  failureOf: (error: unknown) => Failure,
  run: (context: TraceContext) => Promise<Result>,
): Promise<Result> {
  const meta = request.params?.['_meta'] as Readonly<Record<string, unknown>> | undefined;
  const caller = readTraceContext(meta);
  const [name, own] = describe(request, version ?? meta?.[META_PROTOCOL_VERSION]);
  const ambient = api?.context.active();
  const parent = api === undefined ? parentOf(caller) : api.propagation.extract(ambient, caller);
  // A request that arrives with a parent of its own, at a place that has one too, such as the HTTP request's.
  const here = caller.traceparent === undefined ? undefined : api?.trace.getSpanContext(ambient);
  const span = tracer.startSpan(
    name,
    { kind, attributes: { ...attributes, ...own }, ...(here !== undefined && { links: [{ context: here }] }) },
    parent,
  );
  try {
    const result = await (api === undefined ? run(contextOfSpan(span.spanContext?.(), caller)) : within(api));
    if (result['isError'] === true) fail({ type: 'tool_error' });
    return result;
  } catch (error) {
    fail(failureOf(error));
    throw error;
  } finally {
    span.end();
  }

  function within({ context, trace, propagation }: TracingApi): Promise<Result> {
    const inner = trace.setSpan(parent, span);
    const carrier: TraceContext = {};
    propagation.inject(inner, carrier);
    return context.with(inner, () => run(carrier));
  }

  function fail({ type, rpcCode, message }: Failure): void {
    span.setAttribute('error.type', type);
    if (rpcCode !== undefined) span.setAttribute('rpc.response.status_code', String(rpcCode));
    span.setStatus(message === undefined ? { code: ERROR } : { code: ERROR, message });
  }
}

/** A request's span: its name, of few kinds as the conventions ask, and its attributes. */
function describe(
  { id, method, params = {} }: TracedRequest,
  version: unknown,
): [name: string, attributes: Record<string, string>] {
  const attributes: Record<string, string> = { 'mcp.method.name': cut(method) };
  if (id !== undefined) attributes['jsonrpc.request.id'] = cut(String(id));
  if (typeof version === 'string') attributes['mcp.protocol.version'] = cut(version);
  const { name, uri, ref } = params;
  let target: string | undefined;
  if (method === 'tools/call') {
    attributes['gen_ai.operation.name'] = 'execute_tool';
    target = put('gen_ai.tool.name', name);
  } else if (method === 'prompts/get') {
    target = put('gen_ai.prompt.name', name);
  } else if (method === 'completion/complete') {
    const { type, name: prompt, uri: template } = Object(ref) as Record<string, unknown>;
    if (type === 'ref/prompt') target = put('gen_ai.prompt.name', prompt);
    else put('mcp.resource.uri', template);
  } else if (method.startsWith('resources/')) {
    put('mcp.resource.uri', uri);
  }
  return [target === undefined ? cut(method) : `${cut(method)} ${target}`, attributes];

  function put(key: string, value: unknown): string | undefined {
    return typeof value === 'string' ? (attributes[key] = cut(value)) : undefined;
  }
}

function cut(text: string): string {
  return text.slice(0, MAX_LENGTH);
}
