// #region libraries
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import * as z from 'zod';
import { McpServer } from 'mcpwire/server';

export const thermometer = new McpServer({ name: 'thermometer', version: '1.0.0' })
  .tool('with_zod', { inputSchema: z.object({ city: z.string().min(1) }) }, ({ city }) => city)
  .tool('with_arktype', { inputSchema: type({ city: 'string >= 1' }) }, ({ city }) => city)
  .tool(
    'with_valibot',
    { inputSchema: toStandardJsonSchema(v.object({ city: v.pipe(v.string(), v.minLength(1)) })) },
    ({ city }) => city,
  );
// #endregion libraries

// #region json-schema
import { fromJsonSchema } from 'mcpwire/json-schema';

interface Query {
  readonly table: string;
  readonly limit?: number;
}

const query = {
  type: 'object',
  properties: { table: { type: 'string', pattern: '^[a-z_]+$' }, limit: { type: 'integer', minimum: 1 } },
  required: ['table'],
  additionalProperties: false,
};

export const database = new McpServer({ name: 'database', version: '1.0.0' }).tool(
  'select',
  { inputSchema: fromJsonSchema<Query>(query), outputSchema: fromJsonSchema<string[]>({ type: 'array' }) },
  ({ table, limit = 10 }) => [`${table}: ${limit} rows`],
);
// #endregion json-schema

// #region values
export const values = new McpServer({ name: 'values', version: '1.0.0' })
  .tool('names', { outputSchema: z.array(z.string()) }, () => ['Bern', 'Oslo'])
  .tool('count', { outputSchema: z.int() }, () => 2)
  .tool('find', { outputSchema: z.object({ city: z.string() }).nullable() }, () => null);
// #endregion values

// #region headers
export const regional = new McpServer({ name: 'regional', version: '1.0.0' }).tool(
  'query',
  { inputSchema: z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }), sql: z.string() }) },
  ({ region }) => `asked in ${region}`,
);
// #endregion headers

// #region client
import { isMcpError, McpClient } from 'mcpwire/client';

/** Calls a tool of a server that may not keep to its own schema. */
export async function checked(url: string): Promise<unknown> {
  const client = await McpClient.connect(url, { jsonSchema: fromJsonSchema });
  try {
    const { structuredContent } = await client.callTool('forecast', { city: 'Bern' });
    return structuredContent;
  } catch (error) {
    if (isMcpError(error) && error.code === 'invalid_message') return 'the server broke its promise';
    throw error;
  } finally {
    await client.close();
  }
}
// #endregion client
