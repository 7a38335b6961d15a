/** What docs/schemas.md shows, but for the gateway. */
// #region parse
import { CallToolRequestSchema, ListToolsResultSchema, ToolSchema } from 'mcpwire/schemas';

export function calledTool(body: unknown): string | undefined {
  const { success, data } = CallToolRequestSchema.safeParse(body);
  return success ? data.params.name : undefined; // data is a CallToolRequest
}
// #endregion parse

// #region narrower
import * as z from 'zod/mini';

const price = z.looseObject({ _meta: z.looseObject({ 'com.example/price': z.number() }) });

export const PricedToolSchema = z.intersection(ToolSchema, price);
// #endregion narrower

// #region request
import type { McpClient } from 'mcpwire/client';

export async function firstPage(client: McpClient): Promise<string[]> {
  const { tools } = await client.request('tools/list', {}, { result: ListToolsResultSchema });
  return tools.map(({ name }) => name);
}
// #endregion request
