// @ts-check
// The official server behind the handler that it documents for web-standard runtimes, and behind its Node adapter. That
// handler wants a new server for every request. Its factory can be given schemas that were made once, which is fastest, or
// make them where the tools are registered (`inline`), which is how its guides write it.
import { createServer } from 'node:http';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { listenOn } from './bare.mjs';
import { toolName } from './call.mjs';

/** @param {import('./call.mjs').Setup} setup */
export function createFetch(setup) {
  const handler = create(setup);
  return (/** @type {Request} */ request) => handler.fetch(request);
}

/** @param {import('./call.mjs').Setup} setup */
export async function listen(setup) {
  const { toNodeHandler } = await import('@modelcontextprotocol/node');
  const handle = toNodeHandler(create(setup));
  // @ts-expect-error -- its request type leaves out the undefined that Node's declarations have
  return listenOn(createServer((request, response) => void handle(request, response)));
}

/** @param {import('./call.mjs').Setup} setup */
function create({ tools, structured, inline }) {
  const define = () => Array.from({ length: tools }, (_, index) => definition(index, structured));
  const defined = define();
  const add = (/** @type {{ a: number, b: number }} */ args) => answer(args, structured);
  return createMcpHandler(() => {
    const server = new McpServer({ name: 'bench', version: '1.0.0' });
    for (const { name, config } of inline === true ? define() : defined) server.registerTool(name, config, add);
    return server;
  });
}

/**
 * @param {number} index
 * @param {boolean} structured
 */
function definition(index, structured) {
  return {
    name: toolName(index),
    config: {
      description: `Adds two numbers, way ${index}`,
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      ...(structured ? { outputSchema: z.object({ sum: z.number() }) } : {}),
    },
  };
}

/**
 * @param {{ a: number, b: number }} args
 * @param {boolean} structured
 */
function answer({ a, b }, structured) {
  const value = { sum: a + b };
  const text = (/** @type {string} */ text) => [{ type: /** @type {const} */ ('text'), text }];
  return structured
    ? { content: text(JSON.stringify(value)), structuredContent: value }
    : { content: text(String(value.sum)) };
}
