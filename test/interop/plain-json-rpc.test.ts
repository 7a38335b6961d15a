/** The plain JSON-RPC trace, both directions, against programs that know nothing but the trace. */
import { fileURLToPath } from 'node:url';
import { McpClient } from 'mcpwire/client';
import { serve, type RunningServer } from 'mcpwire/node';
import { afterEach, expect, test } from 'vitest';
import { runJob } from '../../examples/job-client.ts';
import { jobServer } from '../../examples/job-server.ts';
import { jsonLines, type JsonLines } from '../helpers/json-lines.ts';
import { describeWith, python } from '../helpers/requires.ts';

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const job = [
  '{"jsonrpc":"2.0","id":2,"result":{"status":"Job started. Awaiting progress..."}}',
  ...[20, 40, 60, 80, 100].map(
    (progress) => `{"jsonrpc":"2.0","method":"job/progress","params":{"job_id":"job-123","progress":${progress}}}`,
  ),
  '{"jsonrpc":"2.0","method":"job/completed","params":{"job_id":"job-123","final_status":"Success"}}',
];

let program: JsonLines | undefined;
let running: RunningServer | undefined;
afterEach(async () => {
  await program?.stop();
  await running?.close({ graceMs: 0 });
  program = running = undefined;
});

describeWith(python)('a Python requests client against the job server', () => {
  test('gets the trace byte for byte', async () => {
    running = await serve(jobServer({ work: () => Promise.resolve() }));
    program = jsonLines(python.command, [script('requests_client.py'), running.url]);
    const [start, ...others] = await program.rest();

    expect(start).toMatchObject({ status: 200, type: 'application/json' });
    expect(start?.['body']).toMatch(
      /^\{"jsonrpc":"2\.0","id":1,"result":\{"session_token":"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"\}\}$/,
    );
    const refused = '{"jsonrpc":"2.0","id":7,"error":{"code":-32001,"message":"Invalid or expired session token"}}';
    const unknown = '{"jsonrpc":"2.0","id":8,"error":{"code":-32601,"message":"Method not found"}}';
    expect(others.map(({ at: _at, ...facts }) => facts)).toEqual([
      { status: 401, type: 'application/json', body: refused },
      { status: 401, type: 'application/json', body: refused },
      { status: 404, type: 'application/json', body: unknown },
      { status: 200, type: 'text/event-stream' },
      ...job.map((message) => ({ line: `data: ${message}` })),
    ]);
  });

  test('has read each message before the server goes on to the next', async () => {
    let next = (): void => {};
    running = await serve(jobServer({ work: () => new Promise<void>((resolve) => (next = resolve)) }));
    program = jsonLines(python.command, [script('requests_client.py'), running.url]);
    for (let line = 0; line < 5; line++) await program.next();

    expect(await program.next()).toMatchObject({ line: `data: ${job[0]}` });
    for (const message of job.slice(1, 6)) {
      // The job waits here; what does not arrive without a further message would never arrive.
      next();
      expect(await program.next()).toMatchObject({ line: `data: ${message}` });
    }
    expect(await program.rest()).toMatchObject([{ line: `data: ${job[6]}` }]);
  });

  test('has each message before the next is sent, a second and a half later', async () => {
    running = await serve(jobServer());
    program = jsonLines(python.command, [script('requests_client.py'), running.url]);
    const messages = (await program.rest()).filter(({ line }) => line !== undefined);
    const arrivals = messages.map(({ at }) => at as number);

    expect(messages).toHaveLength(7);
    // Five steps of 1.5 s lie between the response and the last two messages.
    expect(arrivals[5]! - arrivals[0]!).toBeGreaterThan(4 * 1.5);
    for (let step = 1; step <= 5; step++) expect(arrivals[step]! - arrivals[step - 1]!).toBeGreaterThan(0.5);
  });
});

describeWith(python)('the job client against a Flask server', () => {
  test('gets each message before the next is sent', async () => {
    program = jsonLines(python.command, [script('flask_server.py'), '0.5']);
    const { port } = await program.next();
    const received: { at: number; message: unknown }[] = [];
    await runJob(`http://127.0.0.1:${port as number}/mcp`, 'job-123', (message) => {
      received.push({ at: Date.now() / 1000, message });
    });
    expect(received.map(({ message }) => message)).toEqual(job.map((text) => JSON.parse(text) as unknown));

    const sent: number[] = [];
    for (const _message of job) sent.push((await program.next())['sent'] as number);
    for (let index = 0; index < 5; index++) expect(received[index]!.at).toBeLessThan(sent[index + 1]!);
  });

  test('tells a refused token and an unknown method as typed errors', async () => {
    program = jsonLines(python.command, [script('flask_server.py'), '0']);
    const { port } = await program.next();
    const client = await McpClient.connect(`http://127.0.0.1:${port as number}/mcp`, { protocolVersion: 'none' });
    await expect(client.request('tools/list')).rejects.toMatchObject({
      code: 'unauthorized',
      status: 401,
      rpcCode: -32001,
      message: expect.stringContaining('Invalid or expired session token') as string,
    });
    const { session_token } = (await client.request('session/start')) as { session_token: string };
    const headers = { authorization: `Bearer ${session_token}` };
    await expect(client.request('no/such', {}, { headers })).rejects.toMatchObject({
      code: 'method_not_found',
      status: 404,
      rpcCode: -32601,
    });
    await client.close();
  });
});
