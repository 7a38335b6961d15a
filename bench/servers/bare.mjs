// @ts-check
// The yardstick: reads and parses the request, answers with ready-made bytes. Nothing that speaks JSON-RPC can do less.
import { createServer } from 'node:http';

/** @param {import('./call.mjs').Setup} setup */
export function createFetch({ answer }) {
  return async (/** @type {Request} */ request) => {
    JSON.parse(await request.text());
    return new Response(answer, { headers: { 'content-type': 'application/json' } });
  };
}

/**
 * @param {import('./call.mjs').Setup} setup
 * @returns {Promise<string>} the URL
 */
export async function listen({ answer = '' }) {
  const length = Buffer.byteLength(answer);
  const server = createServer((request, response) => {
    /** @type {Buffer[]} */
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString());
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': length });
      response.end(answer);
    });
  });
  return listenOn(server);
}

/**
 * @param {import('node:http').Server} server
 * @returns {Promise<string>}
 */
export function listenOn(server) {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/mcp`);
    });
  });
}
