// @ts-check
// The smallest useful programs: a server with one tool, a client that calls it, and both in one file.

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} source
 * @property {string[]} needs files below dist
 * @property {string[]} conditions
 * @property {string[]} external
 * @property {number} [limit] bytes, compressed
 */

const BROWSER = ['browser'];
const WORKER = ['workerd', 'worker'];
// Schemas are the user's choice, and the user's bytes.
const SCHEMAS = ['zod'];

const ourServer = (/** @type {string} */ entry) => `
  import { McpServer } from 'mcpwire/${entry}';
  import * as z from 'zod';
  export const server = new McpServer({ name: 'add', version: '1.0.0' }).tool(
    'add',
    { inputSchema: z.object({ a: z.number(), b: z.number() }) },
    ({ a, b }) => String(a + b),
  );
`;

const ourClient = (/** @type {string} */ entry) => `
  import { McpClient } from 'mcpwire/${entry}';
  export async function add(url) {
    const client = await McpClient.connect(url);
    return client.callTool('add', { a: 2, b: 3 });
  }
`;

const officialServer = `
  import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
  import * as z from 'zod';
  const inputSchema = z.object({ a: z.number(), b: z.number() });
  export const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'add', version: '1.0.0' });
    server.registerTool('add', { inputSchema }, ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }));
    return server;
  });
`;

const officialClient = `
  import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
  export async function callAdd(url) {
    const client = new Client({ name: 'caller', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    return client.callTool({ name: 'add', arguments: { a: 2, b: 3 } });
  }
`;

const ours = [
  ...[
    { client: 'client/modern', server: 'server/modern', limit: 9_216 },
    { client: 'client', server: 'server', limit: undefined },
  ].flatMap(({ client, server, limit }) => {
    const needs = { client: [fileOf(client)], server: [fileOf(server)], both: [fileOf(client), fileOf(server)] };
    const bound = limit === undefined ? {} : { limit };
    return [
      {
        name: client,
        source: ourClient(client),
        needs: needs.client,
        conditions: BROWSER,
        external: SCHEMAS,
        ...bound,
      },
      { name: server, source: ourServer(server), needs: needs.server, conditions: WORKER, external: SCHEMAS, ...bound },
      {
        name: `${client} + ${server}`,
        source: ourClient(client) + ourServer(server),
        needs: needs.both,
        conditions: BROWSER,
        external: SCHEMAS,
      },
    ];
  }),
  {
    name: 'server/modern with zod',
    source: ourServer('server/modern'),
    needs: [fileOf('server/modern')],
    conditions: WORKER,
    external: [],
  },
];

const official = [
  { name: 'official client', source: officialClient, conditions: BROWSER },
  { name: 'official server', source: officialServer, conditions: WORKER },
  { name: 'official client + server', source: officialClient + officialServer, conditions: BROWSER },
].map((program) => ({ ...program, needs: [], external: [] }));

/** @type {Program[]} */
export const PROGRAMS = [...ours, ...official];

/** @param {string} entry */
function fileOf(entry) {
  return `${entry.replace('/', '-')}.js`;
}
