/**
 * Talks to the job server, ours or anybody's, and prints each message as it arrives.
 *
 *     node examples/job-client.ts http://127.0.0.1:3000/mcp
 */
import * as z from 'zod';
import { McpClient, type JsonRpcMessage } from 'mcpwire/client';

// #region job-client
export async function runJob(url: string, job_id: string, onMessage: (message: JsonRpcMessage) => void) {
  const client = await McpClient.connect(url, { protocolVersion: 'none' });
  try {
    const { session_token } = await client.request(
      'session/start',
      {},
      {
        result: z.object({ session_token: z.string() }),
      },
    );
    const job = { name: 'job/run', arguments: { job_id } };
    const headers = { authorization: `Bearer ${session_token}` };
    for await (const message of client.stream('tools/call', job, { headers })) onMessage(message);
  } finally {
    await client.close();
  }
}
// #endregion job-client

if (import.meta.main) {
  await runJob(process.argv[2] ?? 'http://127.0.0.1:3000/mcp', 'job-123', (message) => {
    console.log(JSON.stringify(message));
  });
}
