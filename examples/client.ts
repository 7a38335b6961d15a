/**
 * The client of the README.
 *
 *     node examples/client.ts
 */
// #region client
import { McpClient } from 'mcpwire/client';
import type { server } from './server.ts';

const client = await McpClient.connect<typeof server>('http://127.0.0.1:3000/mcp');
const result = await client.callTool('job_run', { job_id: 'job-1' }, { onProgress: console.log });
if (!result.isError) console.log(result.structuredContent.status); // typed: 'Success'
await client.close();
// #endregion client
