/**
 * Starts the server of the README.
 *
 *     node examples/start.ts
 */
// #region start
import { serve } from 'mcpwire/node';
import { server } from './server.ts';

const { url } = await serve(server, { port: 3000 });
console.log(url); // http://127.0.0.1:3000/mcp
// #endregion start
