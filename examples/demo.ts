/**
 * Both halves of the package over real HTTP on a free loopback port: first MCP with a typed tool that reports progress,
 * then the same kind of job in plain JSON-RPC.
 *
 *     npm run demo
 */
import * as z from 'zod';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpClient } from 'mcpwire/client';
import { serve } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import { runJob } from './job-client.ts';
import { jobServer } from './job-server.ts';
import { progressBar } from './progress-bar.ts';

const stepMs = Number(process.env['DEMO_STEP_MS'] ?? 400);
const work = (signal: AbortSignal) => sleep(stepMs, undefined, { signal });

const server = new McpServer({ name: 'jobs', version: '1.0.0' }).tool(
  'job_run',
  {
    title: 'Run a job',
    description: 'Runs a long job and reports its progress.',
    inputSchema: z.object({ job_id: z.string() }),
    outputSchema: z.object({ job_id: z.string(), status: z.literal('Success') }),
  },
  async ({ job_id }, ctx) => {
    for (let step = 1; step <= 5; step++) {
      await work(ctx.signal);
      await ctx.progress(step * 20, 100, `step ${step} of 5`);
    }
    return { job_id, status: 'Success' };
  },
);

const jobs = await serve(server);
console.log(`A server listens at ${jobs.url}`);
const client = await McpClient.connect<typeof server>(jobs.url);
const { info, protocolVersion } = client.server;
console.log(`Connected to ${info?.name} ${info?.version}, revision ${protocolVersion}`);
for (const tool of await client.listTools()) console.log(`Tool ${tool.name}: ${tool.description}`);

const bar = progressBar(process.stdout);
const result = await client.callTool('job_run', { job_id: 'job-123' }, { onProgress: bar.show });
bar.end();
if (result.isError) throw new Error('The job failed');
console.log('Result', result.structuredContent);
await client.close();
await jobs.close();

const plain = await serve(jobServer({ work }));
console.log(`\nPlain JSON-RPC at ${plain.url}: no MCP headers, any Accept`);
await post({ id: 1, method: 'session/start' });
await post({ id: 2, method: 'tools/call', params: { name: 'job/run', arguments: { job_id: 'job-123' } } });
console.log('With a session, each message as it arrives:');
await runJob(plain.url, 'job-123', (message) => console.log(JSON.stringify(message)));
await plain.close();

/** Sends one message as any program would, and prints both. */
async function post(message: { readonly id: number; readonly method: string; readonly params?: unknown }) {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  const response = await fetch(plain.url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  console.log(`${body}\n  ${response.status} ${await response.text()}`);
}
