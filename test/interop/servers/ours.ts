/** The server of this package. */
import { McpServer, type ServerOptions } from 'mcpwire/server';
import { equip, OUR_NAME, OUR_OPTIONS } from './ours-tools.ts';

export function ourServer(options: ServerOptions = {}): McpServer {
  const server = new McpServer(OUR_NAME, { ...OUR_OPTIONS, ...options });
  equip(server);
  return server;
}
