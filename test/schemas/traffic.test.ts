/** What this package's client and server say to each other fits the schemas. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { HttpTransport, McpClient } from 'mcpwire/client';
import {
  ClientRequestSchema,
  JsonRpcErrorResponseSchema,
  methodSchemas,
  ServerNotificationSchema,
  UnsupportedProtocolVersionErrorSchema,
} from 'mcpwire/schemas';
import { image, McpServer, text, ToolError } from 'mcpwire/server';
import { messagesOf } from '../helpers/sse.ts';
import { answerOf, modern, type Json } from '../helpers/wire.ts';

const server = new McpServer({
  name: 'weather',
  version: '1.0.0',
  title: 'Weather',
  instructions: 'One city at a time.',
  icons: [{ src: 'https://example.com/icon.svg', sizes: ['any'], theme: 'light' }],
})
  .tool(
    'measure',
    {
      description: 'The temperature now.',
      inputSchema: z.object({ city: z.string() }),
      outputSchema: z.object({ degrees: z.number() }),
      annotations: { readOnlyHint: true },
    },
    async (_args, ctx) => {
      await ctx.progress(1, 2, 'half-way');
      return { degrees: 21 };
    },
  )
  .tool('radar', {}, () => [text('rain'), image('iVBORw0KGgo=', 'image/png')])
  .tool('fail', {}, () => {
    throw new ToolError('no station');
  });

test('requests, results and notifications', async () => {
  const asked: string[] = [];
  const told: unknown[] = [];
  const transport = new HttpTransport('http://localhost/mcp', {
    fetch: async (url, init) => {
      const request = new Request(url, init);
      const { method } = ClientRequestSchema.parse(await request.clone().json());
      const response = await server.fetch(request);
      asked.push(method);
      const body = await response.clone().text();
      const messages = body.startsWith('{') ? [JSON.parse(body) as Json] : messagesOf(body);
      told.push(...messages.splice(0, messages.length - 1).map((one) => ServerNotificationSchema.parse(one)));
      methodSchemas[method].result.parse(messages[0]?.['result']);
      return response;
    },
  });
  const client = await McpClient.connect(transport);
  await client.listTools();
  await client.callTool('measure', { city: 'Bern' }, { onProgress: () => {} });
  await client.callTool('radar');
  await client.callTool('fail');
  await client.close();
  expect(asked).toEqual(['server/discover', 'tools/list', 'tools/call', 'tools/call', 'tools/call']);
  expect(told).toMatchObject([{ method: 'notifications/progress' }]);
});

test('errors', async () => {
  const unknown = await answerOf(await server.fetch(modern('com.example/unknown')));
  expect(JsonRpcErrorResponseSchema.parse(unknown).error.code).toBe(-32601);
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2099-01-01' };
  const headers = { 'mcp-protocol-version': '2099-01-01' };
  const future = await answerOf(await server.fetch(modern('tools/list', {}, { meta, headers })));
  expect(UnsupportedProtocolVersionErrorSchema.parse(future).error.data.requested).toBe('2099-01-01');
});
