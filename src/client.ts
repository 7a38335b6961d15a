/**
 * The client.
 *
 * @module mcpwire/client
 */
export * from './client-modern.js';
