// @ts-check
// The server that the official suite tests: names and texts are the suite's, all else is what any user would write.
// Bun and Deno serve what the file exports; serve-node.mjs passes it to `serve`.
import { McpServer } from 'mcpwire/server';
import { addFormTools } from './server-forms.mjs';
import { addInputTools } from './server-input.mjs';
import { addPrompts } from './server-prompts.mjs';
import { addResources } from './server-resources.mjs';
import { addTools } from './server-tools.mjs';

const server = new McpServer({ name: 'conformance', version: '1.0.0', instructions: 'Only for tests.' });
addTools(server);
addInputTools(server);
addFormTools(server);
addResources(server);
addPrompts(server);

export default server;
