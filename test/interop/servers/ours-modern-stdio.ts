/** The server of this package without its past, as a program. */
import { McpServer } from 'mcpwire/server/modern';
import { serveStdio } from 'mcpwire/stdio';
import { equip, OUR_NAME, OUR_OPTIONS } from './ours-tools.ts';

const server = new McpServer(OUR_NAME, OUR_OPTIONS);
equip(server);
serveStdio(server);
