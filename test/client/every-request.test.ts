import { McpClient } from 'mcpwire/client';
import { McpServer } from 'mcpwire/server';
import { expect, it } from 'vitest';
import * as z from 'zod';

interface Message {
  readonly id?: unknown;
  readonly method: string;
  readonly params: { readonly [member: string]: unknown; readonly _meta?: Record<string, unknown> };
}

const server = new McpServer({ name: 'all', version: '1.0.0' }, { pageSize: 1, secret: 'a secret only for tests' })
  .tool('one', {}, () => 'one')
  .tool('asks', {}, async (_args, ctx) => (await ctx.elicit('Sure?', z.object({ ok: z.boolean() }))).action)
  .resource('test://a', { name: 'a' }, () => 'a')
  .resource('test://b', { name: 'b' }, () => 'b')
  .resource('test://c/{id}', { name: 'c' }, ({ id }) => id)
  .prompt('p', { argsSchema: z.object({ x: z.string() }), complete: { x: () => ['xyz'] } }, ({ x }) => x)
  .prompt('q', {}, () => 'q');

// spec: basic#meta.6 basic#meta.9 basic/patterns/mrtr#top.2 server/tools#top.1 server/resources#top.1 server/prompts#top.1
// spec: server/utilities/completion#top.1 server/utilities/pagination#top.1
// spec: basic/transports/streamable-http#sending-messages.4
// spec: basic/transports/streamable-http#protocol-version-header.1
// spec: basic/transports/streamable-http#protocol-version-header.2
it('every request, a retry and a further page included, carries the required metadata, and its headers repeat them', async () => {
  const sent: { readonly headers: Headers; readonly message: Message }[] = [];
  const client = await McpClient.connect(
    {
      fetch: async (request: Request) => {
        const message = (await request.clone().json()) as Message;
        sent.push({ headers: request.headers, message });
        return server.fetch(request);
      },
    },
    { elicit: () => ({ action: 'accept', content: { ok: true } }) },
  );
  await client.listTools();
  await client.listResources();
  await client.listResourceTemplates();
  await client.listPrompts();
  await client.callTool('one', {});
  await client.callTool('asks', {});
  await client.readResource('test://c/1');
  await client.getPrompt('p', { x: 'y' });
  await client.complete({ type: 'ref/prompt', name: 'p' }, { name: 'x', value: '' });
  await client.close();

  const methods = sent.map(({ message }) => message.method);
  expect(methods.filter((method) => method === 'tools/list').length).toBeGreaterThan(1);
  expect(methods.filter((method) => method === 'tools/call')).toHaveLength(3);
  expect(new Set(methods)).toEqual(
    new Set([
      'server/discover',
      'tools/list',
      'tools/call',
      'resources/list',
      'resources/templates/list',
      'resources/read',
      'prompts/list',
      'prompts/get',
      'completion/complete',
    ]),
  );
  for (const { headers, message } of sent) {
    expect(message.params._meta).toMatchObject({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'mcpwire', version: expect.any(String) as string },
      'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
    });
    expect([headers.get('mcp-protocol-version'), headers.get('mcp-method')]).toEqual(['2026-07-28', message.method]);
    expect(headers.get('mcp-name')).toBe(message.params['name'] ?? message.params['uri'] ?? null);
  }
  expect(new Set(sent.map(({ message }) => message.id)).size).toBe(sent.length);
});
