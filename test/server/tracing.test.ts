/** Tracing, with the real OpenTelemetry SDK. */
import { AsyncLocalStorage } from 'node:async_hooks';
import * as api from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { McpServer, ToolError, type JsonObject } from 'mcpwire/server';
import { clientTracing } from '../../src/client/tracing.ts';
import { traceContext, tracing } from '../../src/server/tracing.ts';
import { McpError } from '../../src/errors.ts';
import type { TraceContext } from '../../src/util/trace-context.ts';
import { ask, modern, plain, toolCall } from '../helpers/wire.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = `00-${TRACE}-${SPAN}-01`;

let exporter: InMemorySpanExporter;
let tracer: api.Tracer;

beforeEach(() => {
  exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  tracer = provider.getTracer('test');
});

function onlySpan(): ReadableSpan {
  const spans = exporter.getFinishedSpans();
  expect(spans).toHaveLength(1);
  return spans[0]!;
}

function traced(options?: Parameters<typeof tracing>[1]) {
  const seen: TraceContext[] = [];
  const server = new McpServer({ name: 't', version: '1' }, { onError: () => {} })
    .tool('search', {}, (_args, ctx) => {
      seen.push(traceContext(ctx));
      return 'found';
    })
    .tool('fails', {}, () => {
      throw new ToolError('no');
    })
    .prompt(
      'review',
      { argsSchema: z.object({ language: z.string().optional() }), complete: { language: () => ['Java'] } },
      () => 'Review it.',
    )
    .resource('file:///a', { name: 'a' }, () => 'text')
    .resource('file:///{path}', { name: 'any', complete: { path: () => ['a'] } }, () => 'text')
    .method('own/method', {}, (_params, ctx) => {
      throw ctx.error(1001, 'No such job');
    })
    .method('own/broken', {}, () => {
      throw new TypeError('SELECT * FROM secrets');
    })
    .use(tracing(tracer, options));
  return { server, seen };
}

describe('spans of a server', () => {
  test('a tool call is "tools/call {tool}", of kind SERVER, with the attributes of the conventions', async () => {
    await traced().server.fetch(toolCall('search', {}, { id: 'request-7' }));
    const { name, kind, status, attributes } = onlySpan();
    expect(name).toBe('tools/call search');
    expect(kind).toBe(api.SpanKind.SERVER);
    expect(status).toEqual({ code: api.SpanStatusCode.UNSET });
    expect(attributes).toEqual({
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': '2026-07-28',
      'jsonrpc.request.id': 'request-7',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'search',
    });
  });

  test.each([
    ['prompts/get', { name: 'review' }, 'prompts/get review', { 'gen_ai.prompt.name': 'review' }],
    ['resources/read', { uri: 'file:///a' }, 'resources/read', { 'mcp.resource.uri': 'file:///a' }],
    [
      'completion/complete',
      { ref: { type: 'ref/prompt', name: 'review' }, argument: { name: 'language', value: 'J' } },
      'completion/complete review',
      { 'gen_ai.prompt.name': 'review' },
    ],
    [
      'completion/complete',
      { ref: { type: 'ref/resource', uri: 'file:///{path}' }, argument: { name: 'path', value: '' } },
      'completion/complete',
      { 'mcp.resource.uri': 'file:///{path}' },
    ],
    ['tools/list', {}, 'tools/list', {}],
    ['tools/call', { name: 7 }, 'tools/call', { 'gen_ai.operation.name': 'execute_tool', 'error.type': '-32602' }],
  ])('%s %j: its name has no more variety than the conventions allow', async (method, params, name, more) => {
    await traced().server.fetch(plain(method, params));
    const span = onlySpan();
    expect(span.name).toBe(name);
    const { 'rpc.response.status_code': _code, ...attributes } = span.attributes;
    expect(attributes).toEqual({
      'mcp.method.name': method,
      'mcp.protocol.version': '2025-03-26',
      'jsonrpc.request.id': '1',
      ...more,
    });
  });

  test('a result with isError is a tool_error, and the span has failed', async () => {
    await traced().server.fetch(toolCall('fails'));
    const { status, attributes } = onlySpan();
    expect(status).toEqual({ code: api.SpanStatusCode.ERROR });
    expect(attributes['error.type']).toBe('tool_error');
    expect(attributes).not.toHaveProperty('rpc.response.status_code');
  });

  test.each([
    ['own/method', '1001', 'No such job'],
    ['own/unknown', '-32601', 'Method not found'],
  ])('%s: a JSON-RPC error is the error.type, the status code and the description', async (method, code, message) => {
    await traced().server.fetch(modern(method));
    const { status, attributes } = onlySpan();
    expect(status).toEqual({ code: api.SpanStatusCode.ERROR, message });
    expect(attributes).toMatchObject({ 'error.type': code, 'rpc.response.status_code': code });
  });

  test('the text of an error that is masked for the caller is not in the span', async () => {
    await traced().server.fetch(modern('own/broken'));
    const { status, attributes } = onlySpan();
    expect(attributes).toMatchObject({ 'error.type': '-32603', 'rpc.response.status_code': '-32603' });
    expect(JSON.stringify(status)).not.toContain('secrets');
  });

  test('options.attributes are on every span; long words of the caller are cut', async () => {
    const { server } = traced({ attributes: { 'network.transport': 'tcp', 'server.port': 3000 } });
    await server.fetch(plain('x'.repeat(10_000), {}, { id: 'y'.repeat(10_000) }));
    const { name, attributes } = onlySpan();
    expect(attributes).toMatchObject({ 'network.transport': 'tcp', 'server.port': 3000 });
    expect(name).toHaveLength(256);
    expect(attributes['jsonrpc.request.id']).toHaveLength(256);
  });
});

test('the option tracer makes a span of every request, outside of all middleware', async () => {
  const server = new McpServer({ name: 't', version: '1' }, { tracer })
    .tool('search', {}, () => 'found')
    .use((next) => async (request, ctx) => {
      if (request.method === 'tools/list') throw new McpError('unauthorized', 'Not for you');
      return next(request, ctx);
    });
  await server.fetch(toolCall('search'));
  await server.fetch(modern('tools/list'));
  expect(exporter.getFinishedSpans().map(({ name, status }) => [name, status.code])).toEqual([
    ['tools/call search', api.SpanStatusCode.UNSET],
    ['tools/list', api.SpanStatusCode.ERROR],
  ]);
});

describe('trace context', () => {
  // spec: basic#meta.17
  test('the parent is the caller’s span, of the same trace and with its tracestate', async () => {
    await traced().server.fetch(
      toolCall('search', {}, { meta: { traceparent: PARENT, tracestate: 'rojo=1, congo=2' } }),
    );
    const span = onlySpan();
    expect(span.spanContext().traceId).toBe(TRACE);
    expect(span.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: SPAN, isRemote: true, traceFlags: 1 });
    expect(span.spanContext().traceState?.serialize()).toBe('rojo=1,congo=2');
    expect(span.spanContext().traceState?.get('congo')).toBe('2');
    expect(span.spanContext().traceState?.set('new', '3').unset('rojo').serialize()).toBe('new=3,congo=2');
  });

  test.each(['', 'nonsense', `00-${'0'.repeat(32)}-${SPAN}-01`])(
    'without a valid traceparent (%j) a trace begins',
    async (traceparent) => {
      await traced().server.fetch(toolCall('search', {}, { meta: { traceparent } }));
      expect(onlySpan().parentSpanContext).toBeUndefined();
    },
  );

  // spec: basic#meta.17
  test('traceContext(ctx) is what a call made in the handler continues: the span, and the caller’s baggage', async () => {
    const { server, seen } = traced();
    await server.fetch(toolCall('search', {}, { meta: { traceparent: PARENT, baggage: 'user=ada' } }));
    const { traceId, spanId } = onlySpan().spanContext();
    expect(seen).toEqual([{ traceparent: `00-${traceId}-${spanId}-01`, baggage: 'user=ada' }]);
    expect(traceId).toBe(TRACE);
  });

  test('without tracing, traceContext(ctx) is what the caller sent', async () => {
    let context: TraceContext = {};
    const server = new McpServer({ name: 't', version: '1' }).tool('x', {}, (_args, ctx) => {
      context = traceContext(ctx);
    });
    await server.fetch(toolCall('x', {}, { meta: { traceparent: PARENT, tracestate: 'a=1', baggage: 'user=ada' } }));
    expect(context).toEqual({ traceparent: PARENT, tracestate: 'a=1', baggage: 'user=ada' });
  });

  test('a tracer that is not OpenTelemetry needs four functions', async () => {
    const ended: string[] = [];
    const server = new McpServer({ name: 't', version: '1' })
      .tool('x', {}, () => 'y')
      .use(
        tracing({
          startSpan: (name) => ({ setAttribute: () => {}, setStatus: () => {}, end: () => ended.push(name) }),
        }),
      );
    expect((await ask(server, toolCall('x'))).result.content[0]?.text).toBe('y');
    expect(ended).toEqual(['tools/call x']);
  });
});

describe('spans of a client', () => {
  interface Call {
    readonly method: string;
    readonly params?: JsonObject;
  }

  /** Calls through the middleware, as a client does. */
  async function send(
    result: () => JsonObject | Promise<JsonObject>,
    meta?: JsonObject,
  ): Promise<{ sent: JsonObject | undefined; result: JsonObject }> {
    let sent: JsonObject | undefined;
    const handle = clientTracing(tracer)(async (
      _call: Call,
      ctx: { options: { meta?: JsonObject; timeoutMs: number } },
    ) => {
      expect(ctx.options.timeoutMs).toBe(7);
      sent = ctx.options.meta;
      return await result();
    });
    const ctx = { options: { timeoutMs: 7, ...(meta && { meta }) }, server: { protocolVersion: '2026-07-28' } };
    return { result: await handle({ method: 'tools/call', params: { name: 'search' } }, ctx), sent };
  }

  test('kind CLIENT, and its own span goes out as traceparent beside what is in _meta', async () => {
    const { sent } = await send(() => ({ content: [] }), { progressToken: 3 });
    const span = onlySpan();
    expect(span.name).toBe('tools/call search');
    expect(span.kind).toBe(api.SpanKind.CLIENT);
    expect(span.attributes['mcp.protocol.version']).toBe('2026-07-28');
    const { traceId, spanId } = span.spanContext();
    expect(sent).toEqual({ progressToken: 3, traceparent: `00-${traceId}-${spanId}-01` });
  });

  test('a context in the call’s own meta is the parent', async () => {
    const { sent } = await send(() => ({}), { traceparent: PARENT, baggage: 'user=ada' });
    const span = onlySpan();
    expect(span.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: SPAN });
    expect(sent).toEqual({ traceparent: `00-${TRACE}-${span.spanContext().spanId}-01`, baggage: 'user=ada' });
  });

  test.each([
    [new McpError('rpc_error', 'No such job', { rpcCode: 1001 }), '1001', '1001'],
    [new McpError('timeout', 'No answer'), 'timeout', undefined],
    [new RangeError('odd'), 'RangeError', undefined],
  ])('%s: error.type is %s', async (error, type, code) => {
    await expect(send(() => Promise.reject(error))).rejects.toBe(error);
    const { status, attributes } = onlySpan();
    expect(status.code).toBe(api.SpanStatusCode.ERROR);
    expect(attributes['error.type']).toBe(type);
    expect(attributes['rpc.response.status_code']).toBe(code);
  });
});

describe('with the OpenTelemetry API', () => {
  const storage = new AsyncLocalStorage<api.Context>();

  beforeAll(() => {
    api.context.setGlobalContextManager({
      active: () => storage.getStore() ?? api.ROOT_CONTEXT,
      with: (context, work, self, ...args) => storage.run(context, () => work.call(self, ...args)),
      bind: (_context, target) => target,
      enable() {
        return this;
      },
      disable() {
        return this;
      },
    });
    api.propagation.setGlobalPropagator({
      fields: () => ['traceparent'],
      inject(context, carrier, setter) {
        const { traceId = '', spanId = '' } = api.trace.getSpanContext(context) ?? {};
        setter.set(carrier, 'traceparent', `00-${traceId}-${spanId}-01`);
      },
      extract(context, carrier, getter) {
        const [, traceId, spanId] = String(getter.get(carrier, 'traceparent') ?? '').split('-');
        if (traceId === undefined || spanId === undefined) return context;
        return api.trace.setSpanContext(context, { traceId, spanId, traceFlags: 1, isRemote: true });
      },
    });
  });
  afterAll(() => {
    api.context.disable();
    api.propagation.disable();
  });
  afterEach(() => exporter.reset());

  function server() {
    let inner: api.SpanContext | undefined;
    let passedOn: TraceContext = {};
    const made = new McpServer({ name: 't', version: '1' })
      .tool('search', {}, async (_args, ctx) => {
        await Promise.resolve();
        tracer.startSpan('query').end();
        inner = api.trace.getActiveSpan()?.spanContext();
        passedOn = traceContext(ctx);
        return 'found';
      })
      .use(tracing(tracer, { api }));
    return { made, inner: () => inner, passedOn: () => passedOn };
  }

  test('the span is the current one while the handler runs, and the propagators write what is passed on', async () => {
    const { made, inner, passedOn } = server();
    await made.fetch(toolCall('search', {}, { meta: { traceparent: PARENT } }));
    const [query, call] = exporter.getFinishedSpans();
    expect(call?.name).toBe('tools/call search');
    expect(call?.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: SPAN });
    expect(query?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
    expect(inner()?.spanId).toBe(call?.spanContext().spanId);
    expect(passedOn()).toEqual({ traceparent: `00-${TRACE}-${call?.spanContext().spanId}-01` });
  });

  test('the current span is the parent of a request without one, and a link of a request that has one', async () => {
    const outer = tracer.startSpan('POST /mcp');
    const within = api.trace.setSpan(api.ROOT_CONTEXT, outer);
    const { made } = server();
    await api.context.with(within, () => made.fetch(modern('tools/list')));
    await api.context.with(within, () => made.fetch(modern('tools/list', {}, { meta: { traceparent: PARENT } })));
    const [orphan, child] = exporter.getFinishedSpans();
    expect(orphan?.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
    expect(orphan?.links).toEqual([]);
    expect(child?.parentSpanContext?.spanId).toBe(SPAN);
    expect(child?.links.map(({ context }) => context.spanId)).toEqual([outer.spanContext().spanId]);
    outer.end();
  });
});
