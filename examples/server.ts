// #region server
import * as z from 'zod';
import { McpServer } from 'mcpwire/server';

export const server = new McpServer({ name: 'jobs', version: '1.0.0' }).tool(
  'job_run',
  { inputSchema: z.object({ job_id: z.string() }), outputSchema: z.object({ status: z.literal('Success') }) },
  async ({ job_id }, ctx) => {
    for (let step = 1; step <= 5; step++) await ctx.progress(step * 20, 100, `${job_id}: step ${step} of 5`);
    return { status: 'Success' };
  },
);
// #endregion server
