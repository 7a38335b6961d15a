/** Custom methods and notifications. */
import * as z from 'zod';
import { McpServer } from 'mcpwire/server';

export const heard: string[] = [];
const jobs = new Map([['job-1', 'running']]);

export const methods = new McpServer({ name: 'jobs', version: '1.0.0' });

// #region method
methods.method(
  'job/status',
  { params: z.object({ job_id: z.string() }), result: z.object({ status: z.string() }) },
  ({ job_id }, ctx) => {
    const status = jobs.get(job_id);
    if (status === undefined) throw ctx.error(1001, 'No such job', { data: { job_id }, status: 404 });
    return { status };
  },
);
// #endregion method

// #region notification
methods.notification('job/seen', { params: z.object({ job_id: z.string() }) }, ({ job_id }) => {
  heard.push(job_id);
});
// #endregion notification

// #region respond
methods.method('job/run', {}, async (_params, ctx) => {
  await ctx.respond({ status: 'started' });
  for (let step = 1; step <= 3; step++) await ctx.notify('job/progress', { step });
});
// #endregion respond
