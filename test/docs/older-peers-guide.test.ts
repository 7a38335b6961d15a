/** What docs/older-peers.md shows, over real HTTP and with the official package of older revisions. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, expect, test } from 'vitest';
import { isMcpError, McpClient } from 'mcpwire/client';
import { serve } from 'mcpwire/node';
import type { McpServer } from 'mcpwire/server';
import { alone, pinned, shared, strict, travel, visit } from '../../examples/docs/older-peers.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function served(server: McpServer<unknown>): Promise<string> {
  const { url, close } = await serve(server);
  closing.push(() => close({ graceMs: 0 }));
  return url;
}

/** The official client, which asks one process and then the other in turn. */
async function older(...urls: [string, ...string[]]): Promise<Client> {
  let turn = 0;
  const transport = new StreamableHTTPClientTransport(new URL(urls[0]), {
    fetch: (_url, init) => fetch(urls[turn++ % urls.length]!, init),
  });
  const client = new Client({ name: 'older', version: '1.0.0' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { city: 'Oslo' } }));
  await client.connect(transport);
  closing.push(() => client.close());
  return client;
}

test('one handler asks clients of both eras', async () => {
  const url = await served(travel());
  const booked = [{ type: 'text', text: 'Booked: Oslo' }];
  expect(await (await older(url)).callTool({ name: 'book' })).toMatchObject({ content: booked });
  expect(await visit(url)).toMatchObject({ era: 'modern', protocolVersion: '2026-07-28', content: booked });
  expect(await pinned(url)).toBe('2025-06-18');
});

test('two processes serve one session in turn', async () => {
  const client = await older(await served(travel(shared)), await served(travel(shared)));
  for (let round = 0; round < 4; round++)
    expect(await client.callTool({ name: 'book' })).toMatchObject({ content: [{ text: 'Booked: Oslo' }] });
});

test('a handler that hangs up is come back to', async () => {
  const client = await older(await served(travel()));
  expect(await client.callTool({ name: 'report' })).toMatchObject({ content: [{ text: 'It was a good year.' }] });
});

test.each([
  ['the modern entry', alone],
  ['legacy: false', strict],
])('%s refuses an older client, and says what it speaks', async (_what, server) => {
  await expect(older(await served(server))).rejects.toThrow('2026-07-28');
  const client = await McpClient.connect(await served(server));
  expect(client.server.era).toBe('modern');
  await client.close();
});

test('legacy: false refuses plain JSON-RPC, the modern entry serves it', async () => {
  const ask = async (server: McpServer<unknown>) => {
    const client = await McpClient.connect(await served(server), { protocolVersion: 'none' });
    closing.push(() => client.close());
    return client.callTool('hello').then(
      () => 'served',
      (error: unknown) => isMcpError(error) && error.status,
    );
  };
  expect([await ask(alone), await ask(strict)]).toEqual(['served', 400]);
});
