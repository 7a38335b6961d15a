// @ts-check
// Node has no `export default server`.
import { serve } from 'mcpwire/node';
import server from './server.mjs';

console.log((await serve(server)).url);
