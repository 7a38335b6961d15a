/**
 * The server.
 *
 * @module mcpwire/server
 */
export * from './server-modern.js';
