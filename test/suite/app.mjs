// @ts-check
// A user's file: Bun, Deno and workerd serve what it exports, Node passes it to `serve`.
import { createServer } from './server.mjs';

export default createServer();
