/** A server and its client inside one page, or one test: the real HTTP codec without a network. */
// #region page
import { McpClient } from 'mcpwire/client';
import { McpServer } from 'mcpwire/server';

const server = new McpServer({ name: 'page', version: '1.0.0' }).tool(
  'title',
  {},
  () => globalThis.document?.title ?? 'none',
);

export async function ask(): Promise<string> {
  const client = await McpClient.connect(server);
  const { content } = await client.callTool('title');
  await client.close();
  return content[0]?.type === 'text' ? content[0].text : '';
}
// #endregion page
