// @ts-check
// The client that the official suite tests. It is started for one scenario, with the server's URL as its last argument.
import { clientCredentials, enterpriseManaged, oauth, workloadIdentity } from 'mcpwire/auth';
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

/**
 * A browser whose person agrees to everything: the suite's authorization servers answer with a redirect.
 *
 * @type {import('mcpwire/auth').Redirect}
 */
const headless = {
  applicationType: 'native',
  begin: async () => ({
    redirectUri: 'http://127.0.0.1:33418/callback',
    async authorize(page) {
      const { headers } = await fetch(page, { redirect: 'manual' });
      return new URL(headers.get('location') ?? '');
    },
    async close() {},
  }),
};

/** Who signs in how. @returns {import('mcpwire/auth').AuthMiddleware} */
function auth() {
  const { client_id: clientId, client_secret: clientSecret } = context;
  switch (scenario) {
    case 'auth/client-credentials-jwt':
      return clientCredentials({ clientId, privateKey: context.private_key_pem, algorithm: context.signing_algorithm });
    case 'auth/client-credentials-basic':
      return clientCredentials({ clientId, clientSecret });
    case 'auth/enterprise-managed-authorization': {
      const { idp_issuer: issuer, idp_token_endpoint: tokenEndpoint, idp_client_id, idp_id_token: idToken } = context;
      return enterpriseManaged({
        clientId,
        clientSecret,
        idToken,
        idp: { issuer, tokenEndpoint, clientId: idp_client_id },
      });
    }
    case 'auth/wif-jwt-bearer':
      return workloadIdentity({ assertion: context.valid_jwt });
    case 'auth/pre-registration':
      return oauth({ redirect: headless, clientId, clientSecret, issuer: context.issuer });
    default:
      return oauth({
        redirect: headless,
        clientMetadataUrl: 'https://conformance-test.local/client-metadata.json',
        dpop: scenario.startsWith('auth/dpop'),
      });
  }
}

async function signedIn(/** @type {McpClient} */ client) {
  await client.listTools();
  await client.callTool('test-tool');
}

const run = scenario.startsWith('auth/') ? signedIn : SCENARIOS[scenario];
if (run === undefined) throw new Error(`no such scenario: ${scenario}`);
const client = await McpClient.connect(url, {
  name: 'conformance',
  ...(scenario.startsWith('auth/') && { auth: auth() }),
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
