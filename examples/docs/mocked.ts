/** A client's program against a mocked endpoint, as docs/testing.md shows it. */
// #region msw
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from 'mcpwire/client';

const mock = setupServer(
  http.post('https://mcp.example/mcp', async ({ request }) => {
    const { id, params } = (await request.json()) as { id: number; params: { name: string } };
    if (params.name === 'busy') return new HttpResponse(null, { status: 503 });
    return HttpResponse.json({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'pong' }] } });
  }),
);

beforeAll(() => mock.listen());
afterAll(() => mock.close());

test('calls a server that is not there', async () => {
  const client = await McpClient.connect('https://mcp.example/mcp', { protocolVersion: '2026-07-28' });
  expect(await client.callTool('ping')).toMatchObject({ content: [{ text: 'pong' }] });
  await expect(client.callTool('busy')).rejects.toMatchObject({ code: 'http_status', status: 503 });
  await client.close();
});
// #endregion msw
