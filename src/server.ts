/**
 * The server.
 *
 * @module server
 */
export * from './server-modern.js';
