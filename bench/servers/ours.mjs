// @ts-check
import { serve } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server/modern';
import * as z from 'zod';
import { toolName } from './call.mjs';

/** @param {import('./call.mjs').Setup} setup */
export function createFetch(setup) {
  return create(setup).fetch;
}

/** @param {import('./call.mjs').Setup} setup */
export async function listen(setup) {
  return (await serve(create(setup))).url;
}

/** @param {import('./call.mjs').Setup} setup */
function create({ tools, structured }) {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  for (let index = 0; index < tools; index++) {
    const definition = {
      description: `Adds two numbers, way ${index}`,
      inputSchema: z.object({ a: z.number(), b: z.number() }),
    };
    if (structured) {
      server.tool(toolName(index), { ...definition, outputSchema: z.object({ sum: z.number() }) }, ({ a, b }) => ({
        sum: a + b,
      }));
    } else {
      server.tool(toolName(index), definition, ({ a, b }) => String(a + b));
    }
  }
  return server;
}
