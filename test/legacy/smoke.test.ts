import { expect, test } from 'vitest';
import * as z from 'zod';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  ElicitRequestSchema,
  CreateMessageRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { McpServer, inputRequired } from 'mcpwire/server';
import { serve } from 'mcpwire/node';

test('smoke', async () => {
  const server = new McpServer({ name: 's', version: '1' })
    .tool(
      'add',
      { inputSchema: z.object({ a: z.number(), b: z.number() }), outputSchema: z.object({ sum: z.number() }) },
      ({ a, b }) => ({ sum: a + b }),
    )
    .tool('ask', {}, async (_a, ctx) => {
      await ctx.log('info', 'asking');
      const r = await ctx.elicit('Name?', z.object({ name: z.string() }));
      return r.action === 'accept' ? `Hello ${r.content.name}` : r.action;
    })
    .tool('explicit', {}, async (_a, ctx) => {
      const given = ctx.inputResponses?.['n'] as any;
      if (given) return `state ${JSON.stringify(ctx.requestState)} ${given.content.name}`;
      return inputRequired({
        inputRequests: {
          n: {
            method: 'elicitation/create',
            params: {
              mode: 'form',
              message: 'x',
              requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
            },
          },
        },
        requestState: { a: 1 },
      });
    })
    .tool('slow', {}, async (_a, ctx) => {
      await ctx.detach({ retryMs: 50 });
      await ctx.progress(1, 2);
      await new Promise((r) => setTimeout(r, 200));
      return 'done';
    })
    .tool('hang', {}, async (_a, ctx) => {
      await new Promise((_r, j) => ctx.signal.addEventListener('abort', () => j(ctx.signal.reason)));
      return 'x';
    })
    .resource('test://x', { name: 'x' }, () => 'text');
  const { url, close } = await serve(server);
  const client = new Client({ name: 'c', version: '1' }, { capabilities: { elicitation: {}, sampling: {} } });
  client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept' as const, content: { name: 'Ann' } }));
  const seen: string[] = [];
  client.setNotificationHandler(LoggingMessageNotificationSchema, (n) => void seen.push(String(n.params.data)));
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void seen.push('tools'));
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, (n) => void seen.push(n.params.uri));
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport);
  expect(transport.sessionId).toMatch(/^[\x21-\x7e]+$/);
  console.log(transport.sessionId, JSON.stringify(client.getServerCapabilities()), client.getServerVersion());
  console.log(JSON.stringify(await client.listTools()));
  console.log(JSON.stringify(await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } })));
  console.log(JSON.stringify(await client.callTool({ name: 'ask', arguments: {} })));
  console.log(JSON.stringify(await client.callTool({ name: 'explicit', arguments: {} })));
  console.log(
    JSON.stringify(
      await client.callTool({ name: 'slow', arguments: {} }, undefined, {
        onprogress: (p) => seen.push(JSON.stringify(p)),
      }),
    ),
  );
  const aborter = new AbortController();
  const hanging = client.callTool({ name: 'hang', arguments: {} }, undefined, { signal: aborter.signal });
  setTimeout(() => aborter.abort('enough'), 100);
  await expect(hanging).rejects.toThrow();
  await client.ping();
  await client.setLoggingLevel('error');
  console.log(JSON.stringify(await client.callTool({ name: 'ask', arguments: {} })));
  await client.subscribeResource({ uri: 'test://x' });
  server.notify.resourceUpdated('test://x');
  server.notify.resourceUpdated('test://y');
  server.tool('more', {}, () => 'x');
  await new Promise((r) => setTimeout(r, 300));
  await expect(client.readResource({ uri: 'test://nope' })).rejects.toThrow('-32002');
  console.log(seen);
  await transport.terminateSession();
  await client.close();
  const t0 = Date.now();
  await close();
  console.log('closed in', Date.now() - t0);
});
