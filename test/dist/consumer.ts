// A user's program, compiled against the packed tarball by tools/check-types.mjs under every supported compiler. It is
// never executed. Lines below @ts-expect-error must not compile.
import * as z from 'zod';
import * as everything from 'mcpwire';
import { HttpTransport, McpClient, isMcpError, type McpError } from 'mcpwire/client';
import * as modernClient from 'mcpwire/client/modern';
import { serve, toNodeListener } from 'mcpwire/node';
import { ChannelTransport, serveChannel, serveStdio, StdioTransport, type ByteChannel } from 'mcpwire/stdio';
import {
  McpServer,
  ToolError,
  defineTool,
  image,
  memoryBus,
  rateLimit,
  result,
  text,
  type Bus,
  type Tracer,
} from 'mcpwire/server';
import { ToolSchema, type methodSchemas, type WireSchema } from 'mcpwire/schemas';
import * as modernServer from 'mcpwire/server/modern';
import { connectInMemory, fakeClock, faultyFetch, recordWire, script, type WireEntry } from 'mcpwire/testing';
import { clientTracing, traceContext, tracing } from 'mcpwire/tracing';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(equal: Equal<A, B>): void;

// --- One tool in a chain, others from definitions -------------------------------------------------------------------

const repeat = defineTool(
  'repeat',
  {
    description: 'Repeats a text.',
    inputSchema: z.object({ value: z.string(), times: z.number().default(1) }),
    outputSchema: z.object({ value: z.string() }),
  },
  async ({ value, times }) => {
    same<typeof value, string>(true);
    same<typeof times, number>(true);
    return result({ value: value.repeat(times) }, { content: [text('repeated')] });
  },
);

const ping = defineTool('ping', { description: 'Answers.' }, () => 'pong');

const server = new McpServer({ name: 'jobs', version: '1.0.0', title: 'Jobs' })
  .tool(
    'job_run',
    {
      title: 'Run a job',
      description: 'Runs a long job.',
      inputSchema: z.object({ job_id: z.string(), priority: z.enum(['low', 'high']).optional() }),
      outputSchema: z.object({ job_id: z.string(), status: z.literal('Success'), at: z.number().nullable() }),
      annotations: { readOnlyHint: false },
    },
    async ({ job_id, priority }, ctx) => {
      same<typeof job_id, string>(true);
      same<typeof priority, 'low' | 'high' | undefined>(true);
      const signal: AbortSignal = ctx.signal;
      signal.throwIfAborted();
      await ctx.progress(20, 100, 'a fifth');
      if (job_id === '') throw new ToolError('no such job');
      return { job_id, status: 'Success', at: null };
    },
  )
  .tool('picture', { inputSchema: z.object({}) }, () => [text('here'), image(new Uint8Array([0]), 'image/png')])
  .add(repeat, ping);

// --- The client sees the server's type ------------------------------------------------------------------------------

export async function typed(): Promise<void> {
  const client = await McpClient.connect<typeof server>('http://127.0.0.1:3000/mcp', { name: 'me', version: '1.0.0' });

  const ran = await client.callTool(
    'job_run',
    { job_id: 'a', priority: 'high' },
    { onProgress: (progress) => console.log(progress), signal: AbortSignal.timeout(1000) },
  );
  if (!ran.isError) {
    same<typeof ran.structuredContent, { job_id: string; status: 'Success'; at: number | null }>(true);
  }
  console.log(ran.content);

  // A client sends the schema's input: what has a default may be left out.
  const repeated = await client.callTool('repeat', { value: 'abc' });
  if (!repeated.isError) same<typeof repeated.structuredContent, { value: string }>(true);

  await client.callTool('ping');
  await client.callTool('picture', {});

  // @ts-expect-error there is no such tool
  await client.callTool('job_walk', { job_id: 'a' });
  // @ts-expect-error the argument has another type
  await client.callTool('job_run', { job_id: 1 });
  // @ts-expect-error a required argument is missing
  await client.callTool('job_run', {});
  // @ts-expect-error the arguments are missing
  await client.callTool('job_run');
  // @ts-expect-error not a member of the enumeration
  await client.callTool('job_run', { job_id: 'a', priority: 'middle' });
  // @ts-expect-error an error has no structured content to rely on
  ran.structuredContent.job_id.trim();
  // @ts-expect-error a name of that tool, of the other one's result
  if (!repeated.isError) console.log(repeated.structuredContent.job_id);

  for (const tool of await client.listTools()) same<typeof tool.name, string>(true);
  for (const { uri } of await client.listResources()) same<typeof uri, string>(true);
  for await (const change of client.listen({ toolsListChanged: true })) {
    if (change.type === 'resourceUpdated') same<typeof change.uri, string>(true);
    // @ts-expect-error only an update has a URI
    if (change.type === 'refetch') console.log(change.uri);
  }
  // @ts-expect-error the server has no prompts
  await client.getPrompt('any');
  await client.close();
}

export function answering(): Promise<McpClient> {
  return McpClient.connect('http://127.0.0.1:3000/mcp', {
    elicit: ({ requestedSchema }, ctx) => {
      same<typeof ctx.signal, AbortSignal>(true);
      return { action: 'accept', content: { fields: Object.keys(requestedSchema.properties) } };
    },
    // @ts-expect-error yes or no
    elicitUrl: () => true,
  });
}

export async function inferredFromTarget(): Promise<void> {
  const client = await McpClient.connect(server);
  await client.callTool('repeat', { value: 'abc', times: 2 });
  // @ts-expect-error there is no such tool
  await client.callTool('repeated', { value: 'abc' });
}

export async function untyped(): Promise<void> {
  const client = await McpClient.connect(new HttpTransport('http://127.0.0.1:3000/mcp'), { protocolVersion: 'none' });
  const called = await client.callTool('anything', { at: 'all' });
  if (!called.isError) same<typeof called.structuredContent, unknown>(true);
  await client.callTool('nothing');
  const answer = await client.request('job/status', { job_id: 'a' });
  same<(typeof answer)['status'], unknown>(true);
  for await (const message of client.stream('job/run', { job_id: 'a' })) console.log(message);
  await client.notify('job/seen', {});
  client.on('job/progress', (params) => console.log(params));
  try {
    await client.close();
  } catch (error) {
    if (isMcpError(error)) {
      const code: McpError['code'] = error.code;
      console.log(code, error.rpcCode, error.status);
    }
  }
}

// --- A server built by statements is untyped, never impossible to call ----------------------------------------------

export async function statements(): Promise<void> {
  const plain = new McpServer({ name: 'plain', version: '1.0.0' });
  plain.tool('echo', { inputSchema: z.object({ value: z.string() }) }, ({ value }) => value);
  plain.method('session/start', { params: z.object({ user: z.string() }) }, async ({ user }, ctx) => {
    same<typeof user, string>(true);
    await ctx.notify('session/started', { user });
    return { session_token: user };
  });
  const client = await McpClient.connect<typeof plain>('http://127.0.0.1:3000/mcp');
  await client.callTool('echo', { value: 'a' });
}

// --- Changes, limits and spans --------------------------------------------------------------------------------------

declare const tracer: Tracer;
const bus: Bus = memoryBus();
export const observed = new McpServer({ name: 'observed', version: '1.0.0' }, { bus, mayWatch: (uri) => uri !== '' })
  .use(tracing(tracer, { attributes: { 'network.transport': 'tcp' } }))
  .use(rateLimit({ methods: { 'tools/call': { burst: 10, perSecond: 1 } }, tools: { ping: false } }))
  .tool('ping', {}, (_args, ctx) => String(traceContext(ctx).traceparent));
observed.notify.resourceUpdated('file:///a');
void bus.publish({ kind: 'resource', uri: 'file:///a' });
// @ts-expect-error a resource's update names the resource
void bus.publish({ kind: 'resource' });
// @ts-expect-error a limit has two numbers
rateLimit({ tools: { ping: { burst: 10 } } });
clientTracing(tracer);

// --- Handlers are checked -------------------------------------------------------------------------------------------

const flag = { inputSchema: z.object({ id: z.string() }), outputSchema: z.object({ ok: z.boolean() }) };

// One line each: the compilers do not agree on which token of a refused call to point at.
export const wrong = new McpServer({ name: 'wrong', version: '1.0.0' });
// @ts-expect-error not what the output schema takes
wrong.tool('wrong_output', flag, async ({ id }) => ({ ok: id }));
// @ts-expect-error an input schema has no such member
wrong.tool('wrong_argument', flag, async ({ ok }) => ({ ok }));
// @ts-expect-error a plain object needs an output schema
wrong.tool('plain_object', { inputSchema: z.object({}) }, () => ({ a: 1 }));
// @ts-expect-error the definition has no such field
wrong.tool('misspelt', { inputScheme: z.object({}) }, () => 'x');

// --- Serving --------------------------------------------------------------------------------------------------------

export async function node(): Promise<void> {
  const { url, close } = await serve(server, { port: 0, host: '127.0.0.1', path: '/mcp' });
  same<typeof url, string>(true);
  await close();
  toNodeListener(server);
}

export async function streams(channel: ByteChannel): Promise<void> {
  const { closed } = serveChannel(server, channel, { limits: { lineBytes: 1024 } });
  const local = await McpClient.connect<typeof server>(new ChannelTransport(channel));
  await local.callTool('job_run', { job_id: 'a' });
  const started = new StdioTransport({ command: 'node', args: ['server.js'], stderr: 'inherit' });
  same<typeof started.pid, number | undefined>(true);
  await McpClient.connect<typeof server>(started, { prior: undefined });
  serveStdio(server, { exit: false });
  await closed;
  // @ts-expect-error a command is a program, not a line for a shell
  void new StdioTransport('node server.js');
}

/** What Workers, Deno and Bun ask of a default export. */
export const worker: { fetch(request: Request, env: { auth: string }, ctx: object): Promise<Response> } = server;
export const trusted: (request: Request) => Promise<Response> = server.handler({ platform: { region: 'eu' } });

// --- One package, whatever the entry --------------------------------------------------------------------------------

export const oneServer: typeof McpServer = everything.McpServer;
export const oneClient: typeof McpClient = everything.McpClient;
export const oneModernServer = new modernServer.McpServer({ name: 'modern', version: '1.0.0' }).add(repeat);
export const oneModernClient = modernClient.McpClient.connect<typeof oneModernServer>(
  new URL('http://127.0.0.1:3000/mcp'),
);

// --- Schemas yield the types of the entries -------------------------------------------------------------------------

export const toolSchema: WireSchema<everything.Tool> = ToolSchema;
same<z.infer<typeof ToolSchema>, everything.Tool>(true);
same<z.infer<(typeof methodSchemas)['tools/call']['params']>, everything.CallToolRequestParams>(true);
same<keyof typeof methodSchemas, everything.ClientRequest['method']>(true);
// @ts-expect-error another type
export const wrongSchema: WireSchema<everything.Resource> = ToolSchema;

// --- A test -----------------------------------------------------------------------------------------------------------

export async function tested(): Promise<readonly WireEntry[]> {
  const record = recordWire();
  const client = await connectInMemory(server, {
    record,
    wrap: (fetch) => faultyFetch(fetch, [{ delayMs: 1 }, undefined]),
    script: script([{ elicit: 'decline' }]),
    clock: fakeClock({ now: 0 }),
  });
  const repeated = await client.callTool('repeat', { value: 'abc' });
  if (!repeated.isError) same<typeof repeated.structuredContent, { value: string }>(true);
  // @ts-expect-error there is no such tool
  await client.callTool('job_walk');
  // @ts-expect-error no answer to anything
  script([{ answer: 'yes' }]);
  return record.snapshot();
}
