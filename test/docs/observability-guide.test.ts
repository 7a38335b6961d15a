/** What docs/observability.md shows. */
import * as api from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import { McpServer } from 'mcpwire/server';
import { messagesOf } from '../helpers/sse.js';
import { ask, toolCall } from '../helpers/wire.js';

// The examples take their tracers from the API, as programs do whose SDK is set up first.
const exporter = new InMemorySpanExporter();
api.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
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
const { importer, limited, perAddress, shop, traceCalls } = await import('../../examples/docs/observability.ts');

test('a call within a call is one trace, from the first caller to the last server', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const meta = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  const { result } = await ask(shop, toolCall('order', { item: 'apples' }, { meta }));
  expect(result.content.map(({ text }) => text)).toEqual(['7 apples', '1 apples ordered']);
  const spans = exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
  const [count, order] = spans;
  expect(spans.map(({ name }) => name)).toEqual(['tools/call count', 'tools/call order']);
  expect(order?.attributes['network.transport']).toBe('tcp');
  expect(count?.parentSpanContext?.spanId).toBe(order?.spanContext().spanId);
  expect(order?.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
});

test('a client’s middleware sends its span along', async () => {
  exporter.reset();
  let sent: unknown;
  const handle = traceCalls((_call: { method: string }, ctx: { options?: { meta?: Record<string, unknown> } }) => {
    sent = ctx.options?.meta;
    return Promise.resolve({});
  });
  await handle({ method: 'tools/list' }, {});
  const [span] = exporter.getFinishedSpans();
  const { traceId = '', spanId = '' } = span?.spanContext() ?? {};
  expect(sent).toEqual({ traceparent: `00-${traceId}-${spanId}-01` });
});

test('a caller that asks for warnings gets them; others get the result alone', async () => {
  const args = { rows: ['a', '', 'b'] };
  expect((await ask(importer, toolCall('import', args))).result.content[0]?.text).toBe('2 rows');
  const meta = { 'io.modelcontextprotocol/logLevel': 'info' };
  const [log] = messagesOf(await (await importer.fetch(toolCall('import', args, { meta }))).text());
  expect(log?.['params']).toEqual({ level: 'warning', logger: 'import', data: { skipped: 1 } });
});

test('search has a limit of its own', async () => {
  const statuses = [];
  for (let call = 0; call < 4; call++) statuses.push((await limited.fetch(toolCall('search'))).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect((await limited.fetch(toolCall('ping'))).status).toBe(200);
});

test('an address that a proxy vouches for has its own bucket', async () => {
  const server = new McpServer({ name: 's', version: '1' }).use(perAddress).tool('ping', {}, () => 'pong');
  const from = async (address: string, count: number) => {
    let passed = 0;
    for (let call = 0; call < count; call++) {
      const { status } = await server.fetch(toolCall('ping', {}, { headers: { 'x-real-ip': address } }));
      if (status === 200) passed++;
    }
    return passed;
  };
  expect(await from('192.0.2.1', 100)).toBeLessThan(100);
  expect(await from('192.0.2.2', 50)).toBe(50);
});
