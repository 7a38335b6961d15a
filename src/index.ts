/**
 * The Model Context Protocol on web standards: server and client. Everything here runs in Node, Deno, Bun, workerd and
 * browsers; `mcpwire/node` serves over Node's `http`.
 *
 * @module mcpwire
 */
export * from './server.js';
export * from './client.js';
