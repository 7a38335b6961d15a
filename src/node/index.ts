/**
 * Serving from Node's `http` module; Bun and Deno have it, too.
 *
 * @module mcpwire/node
 */
export { serve } from './serve.js';
export type { RunningServer, ServeOptions } from './serve.js';
export { toNodeListener } from './listener.js';
export type { NodeListenerOptions, NodeRequest, NodeResponse } from './listener.js';
