/**
 * The MCP client.
 *
 * @module
 */
export * from './client-modern.js';
