// @ts-check
// The client that the official suite tests. It is started for one scenario, with the server's URL as its last argument.
import { McpClient } from 'mcpwire/client';

const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const context = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}');
const url = process.argv.at(-1) ?? '';

/** @type {Record<string, (client: McpClient) => Promise<unknown>>} */
const SCENARIOS = {
  initialize: (client) => client.listTools(),
  'request-metadata': (client) => client.listTools(),

  async tools_call(client) {
    await client.listTools();
    await client.callTool('add_numbers', { a: 5, b: 3 });
  },

  async 'http-standard-headers'(client) {
    for (const { name } of await client.listTools()) await client.callTool(name);
    for (const { uri } of await client.listResources()) await client.readResource(uri);
    for (const { name } of await client.listPrompts()) await client.getPrompt(name);
  },

  async 'http-custom-headers'(client) {
    await client.listTools();
    for (const { name, arguments: args } of context.toolCalls) await client.callTool(name, args);
  },

  async 'http-invalid-tool-headers'(client) {
    for (const { name } of await client.listTools()) await client.callTool(name, { region: 'us-west1' });
  },

  async 'sep-2322-client-request-state'(client) {
    for (const name of ['echo_state', 'no_state', 'unrelated', 'no_result_type']) {
      await client.callTool(`test_mrtr_${name}`);
    }
  },

  async 'elicitation-sep1034-client-defaults'(client) {
    for (const { name } of await client.listTools()) await client.callTool(name);
  },

  async 'sse-retry'(client) {
    for (const { name } of await client.listTools()) await client.callTool(name);
  },

  'json-schema-ref-no-deref': (client) => client.listTools(),

  async 'json-schema-2020-12-preservation'(client) {
    const tools = await client.listTools();
    const tool = tools.find(({ name }) => name === 'json_schema_2020_12_tool');
    await client.callTool('json_schema_echo', { schema: tool?.inputSchema });
  },
};

const run = SCENARIOS[scenario];
if (run === undefined) throw new Error(`no such scenario: ${scenario}`);
const client = await McpClient.connect(url, {
  name: 'conformance',
  // Nothing is filled in but what has to be: what a form presets is the client's to add.
  elicit: ({ requestedSchema: { properties } }) => ({
    action: 'accept',
    content: 'confirmed' in properties ? { confirmed: true } : {},
  }),
  sample: () => ({ role: 'assistant', model: 'none', content: { type: 'text', text: 'Paris' } }),
  roots: [{ uri: 'file:///conformance', name: 'conformance' }],
});
await run(client);
await client.close();
