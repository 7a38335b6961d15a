/** What Node, Deno and Bun have beyond the web's globals. */
import type { Edge } from './edge-web.js';

/** All of {@link Edge}. */
export const edge: Edge = {
  guard: () => import('./guard-node.js'),
  files: () => import('./file-store-node.js'),
  loopback: () => import('./loopback-node.js'),
};
