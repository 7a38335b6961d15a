/**
 * One `/mcp` endpoint in plain JSON-RPC over HTTP: a short request gets one JSON object, a long one turns the very same
 * response into a stream. State is found by the token that the client sends, so any process can answer.
 *
 *     node examples/job-server.ts 3000
 */
import * as z from 'zod';
import { setTimeout as sleep } from 'node:timers/promises';
import { bearerAuth } from 'mcpwire/auth/server';
import { serve } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import { memorySessions, type SessionStore } from './sessions.ts';

// #region job-server
const sessionAuth = (sessions: SessionStore) =>
  bearerAuth({
    verify: async (token) => ((await sessions.isAlive(token)) ? { scopes: [], claims: {} } : undefined),
    publicMethods: ['session/start'],
    unauthorized: { code: -32001, message: 'Invalid or expired session token' },
  });

/** One step of a job; the default takes a second and a half. */
const pause = (signal: AbortSignal): Promise<unknown> => sleep(1500, undefined, { signal });

export function jobServer({ sessions = memorySessions(), work = pause } = {}) {
  return new McpServer({ name: 'jobs', version: '1.0.0' }, { auth: sessionAuth(sessions) })
    .method('session/start', {}, async () => ({ session_token: await sessions.start() }))
    .tool('job/run', { inputSchema: z.object({ job_id: z.string() }) }, async ({ job_id }, ctx) => {
      await ctx.respond({ status: 'Job started. Awaiting progress...' });
      for (let step = 1; step <= 5; step++) {
        await work(ctx.signal);
        await ctx.notify('job/progress', { job_id, progress: step * 20 });
      }
      await ctx.notify('job/completed', { job_id, final_status: 'Success' });
    });
}
// #endregion job-server

if (import.meta.main) {
  const { url } = await serve(jobServer(), { port: Number(process.argv[2] ?? 3000) });
  console.log(`Jobs run at ${url}`);
}
