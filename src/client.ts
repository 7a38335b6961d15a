/**
 * The client.
 *
 * @module mcpwire/client
 */
export * from './client-modern.js';
// Named, so that it is the one with the past.
export { McpClient } from './legacy/mcp-client.js';
