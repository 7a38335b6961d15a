/** Logging, tracing, rate limits. */
import * as api from '@opentelemetry/api';
import * as z from 'zod';
import { McpClient } from 'mcpwire/client';
import { McpServer, rateLimit } from 'mcpwire';
import { clientTracing, traceContext, tracing } from 'mcpwire/tracing';

// #region log
export const importer = new McpServer({ name: 'importer', version: '1.0.0' }).tool(
  'import',
  { inputSchema: z.object({ rows: z.array(z.string()) }) },
  async ({ rows }, ctx) => {
    const empty = rows.filter((row) => row === '').length;
    if (empty > 0) await ctx.log('warning', { skipped: empty }, 'import');
    return `${rows.length - empty} rows`;
  },
);
// #endregion log

const stock = new McpServer({ name: 'stock', version: '1.0.0' })
  .use(tracing(api.trace.getTracer('stock'), { api }))
  .tool('count', { inputSchema: z.object({ item: z.string() }) }, ({ item }) => `7 ${item}`);

// #region tracing
export const shop = new McpServer({ name: 'shop', version: '1.0.0' })
  .use(tracing(api.trace.getTracer('shop'), { api, attributes: { 'network.transport': 'tcp' } }))
  .tool('order', { inputSchema: z.object({ item: z.string() }) }, async ({ item }, ctx) => {
    const client = await McpClient.connect(stock);
    const { content } = await client.callTool('count', { item }, { meta: traceContext(ctx) });
    return [...content, { type: 'text', text: `1 ${item} ordered` }];
  });
// #endregion tracing

// #region client-tracing
export const traceCalls = clientTracing(api.trace.getTracer('agent'), { api });
// #endregion client-tracing

// #region rate-limit
export const limited = new McpServer({ name: 'limited', version: '1.0.0' })
  .use(
    rateLimit({
      methods: { 'tools/call': { burst: 20, perSecond: 2 } },
      tools: { search: { burst: 3, perSecond: 0.1 } },
    }),
  )
  .tool('search', {}, () => 'found')
  .tool('ping', {}, () => 'pong');
// #endregion rate-limit

// #region rate-limit-key
export const perAddress = rateLimit({
  // Set by the proxy in front, which overwrites what a caller may have put there.
  key: (_request, ctx) => ctx.auth?.subject ?? ctx.http?.headers.get('x-real-ip') ?? 'unknown',
});
// #endregion rate-limit-key
