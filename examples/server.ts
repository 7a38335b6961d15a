/**
 * The server of the README.
 *
 *     node examples/server.ts
 */
// #region server
import * as z from 'zod';
import { serve } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';

export const server = new McpServer({ name: 'jobs', version: '1.0.0' }).tool(
  'job_run',
  {
    description: 'Runs a long job and reports its progress.',
    inputSchema: z.object({ job_id: z.string() }),
    outputSchema: z.object({ job_id: z.string(), status: z.literal('Success') }),
  },
  async ({ job_id }, ctx) => {
    for (let step = 1; step <= 5; step++) await ctx.progress(step * 20, 100, `step ${step} of 5`);
    return { job_id, status: 'Success' };
  },
);

if (import.meta.main) console.log((await serve(server, { port: 3000 })).url);
// #endregion server
