// A user's program, compiled against the packed tarball by tools/check-types.mjs under every supported compiler. It is
// never executed. Lines below @ts-expect-error must not compile. names.ts has every name.
import * as z from 'zod';
import * as everything from 'mcpwire';
import {
  HttpTransport,
  McpClient,
  isMcpError,
  type AuthMiddleware,
  type CacheStore,
  type ClientExtension,
  type ClientMiddleware,
  type ClientOf,
  type ClientTransport,
  type McpError,
  type McpErrorCode,
  type ServerFacts,
} from 'mcpwire/client';
import {
  bearer,
  clientCredentials,
  enterpriseManaged,
  memoryStore,
  oauth,
  workloadIdentity,
  type Redirect,
} from 'mcpwire/auth';
import * as modernClient from 'mcpwire/client/modern';
import { fromJsonSchema, type JsonSchemaValidator } from 'mcpwire/json-schema';
import { serve, toNodeListener, type RunningServer } from 'mcpwire/node';
import { ChannelTransport, serveChannel, serveStdio, StdioTransport, type ByteChannel } from 'mcpwire/stdio';
import {
  McpServer,
  ToolError,
  audio,
  definePrompt,
  defineResource,
  defineTool,
  image,
  inputRequired,
  link,
  memoryBus,
  memoryRateLimitStore,
  rateLimit,
  resource,
  result,
  text,
  type AuthInfo,
  type Bus,
  type Context,
  type Elicited,
  type Middleware,
  type ServerExtension,
  type TemplateVariables,
  type Tracer,
} from 'mcpwire/server';
import { ToolSchema, type methodSchemas, type WireSchema } from 'mcpwire/schemas';
import * as modernServer from 'mcpwire/server/modern';
import {
  checkReplay,
  connectInMemory,
  fakeClock,
  faultyFetch,
  recordWire,
  script,
  type ReplayReport,
  type WireEntry,
} from 'mcpwire/testing';
import { clientTracing, traceContext, tracing, type TraceContext, type TracingApi } from 'mcpwire/tracing';

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

// --- Resources, prompts, lists ----------------------------------------------------------------------------------------

const shelf = defineResource(
  'shelf://{row}{/path*}{?sort}',
  {
    name: 'shelf',
    mimeType: 'text/plain',
    list: () => [{ uri: 'shelf://1/a', name: 'a' }],
    complete: { row: ['1', '2'], sort: (value) => [value] },
  },
  ({ row, path, sort }) => {
    same<typeof row, string>(true);
    same<typeof path, readonly string[]>(true);
    same<typeof sort, string | undefined>(true);
    return row === '' ? undefined : [row, ...path, sort ?? ''].join();
  },
);
same<TemplateVariables<'row:{id}'>['id'], string>(true);

const review = definePrompt(
  'review',
  {
    argsSchema: z.object({ code: z.string(), lines: z.coerce.number().optional() }),
    complete: { code: (value, ctx) => [value, ...Object.keys(ctx.arguments)] },
  },
  ({ code, lines }) => {
    same<typeof lines, number | undefined>(true);
    return [{ role: 'user', content: text(code) }];
  },
);

export const offering = new McpServer(
  { name: 'offering', version: '1.0.0' },
  { pageSize: 10, cache: { ttlMs: 1000, tools: { ttlMs: 0, cacheScope: 'public' } } },
)
  .context(({ request, auth }) => ({ tenant: request.headers.get('x-tenant') ?? auth?.subject }))
  .add(shelf, review)
  .tool(
    'files',
    { visible: (ctx) => ctx.auth?.scopes.includes('read'), requires: { elicitation: { form: {} } } },
    (_args, ctx) => {
      same<typeof ctx.context, { tenant: string | undefined }>(true);
      return [
        audio(new Uint8Array([0]), 'audio/wav'),
        link('shelf://1', 'one', { mimeType: 'text/plain' }),
        resource({ uri: 'shelf://1', text: 'one' }),
      ];
    },
  )
  .list(
    'resources',
    ({ cursor }) => ({ resources: [{ uri: `row:${cursor}`, name: 'row' }], nextCursor: 'more' }),
    (uri) => uri,
  );
// @ts-expect-error the template has no such variable
offering.resource('page://{id}', { name: 'page' }, ({ row }) => row);
// @ts-expect-error there is no such list
offering.list('templates', () => ({}));
// @ts-expect-error there is no such argument
offering.prompt('bad', { argsSchema: z.object({ a: z.string() }), complete: { b: [] } }, () => '');

export async function offered(client: ClientOf<typeof offering>): Promise<void> {
  await client.getPrompt('review', { code: 'x', lines: '3' });
  // @ts-expect-error arguments are text
  await client.getPrompt('review', { code: 'x', lines: 3 });
  const { contents } = await client.readResource('shelf://1/a', { refresh: true });
  for (const part of contents) if ('text' in part) same<typeof part.text, string>(true);
  const { values } = await client.complete({ type: 'ref/prompt', name: 'review' }, { name: 'code', value: '' });
  same<(typeof values)[number], string>(true);
}

// --- Questions --------------------------------------------------------------------------------------------------------

async function sure(ctx: Context): Promise<boolean> {
  const answer: Elicited<{ sure: boolean }> = await ctx.elicit('Sure?', z.object({ sure: z.boolean() }), {
    key: 'sure',
  });
  // @ts-expect-error there is content only where the user accepted
  console.log(answer.content);
  return answer.action === 'accept' && answer.content.sure;
}

export const asking = new McpServer(
  { name: 'asking', version: '1.0.0' },
  { secret: ['new-new-new-new-new', 'old-old-old-old-old'] },
)
  .tool('ask', {}, async (_args, ctx) => {
    const id = await ctx.once('id', () => 'a');
    same<typeof id, string>(true);
    const { action } = await ctx.elicitUrl('Pay', 'https://example.com/pay', { done: () => true });
    await ctx.log('info', { action });
    return (await sure(ctx)) ? id : 'no';
  })
  .tool('later', {}, (_args, ctx) => (ctx.requestState === 'due' ? 'done' : inputRequired({ requestState: 'due' })));
// @ts-expect-error a question has a schema
asking.tool('vague', {}, async (_args, ctx) => (await ctx.elicit('What?')).action);

// --- Middleware, extensions -------------------------------------------------------------------------------------------

const known: Middleware = (next) => async (request, ctx) => {
  if (ctx.auth === undefined) throw ctx.error(1000, 'Who are you?', { status: 401, data: { realm: 'a' } });
  return next(request, ctx);
};
const audit: ServerExtension = {
  id: 'com.example/audit',
  wrapCall: (next) => (call, ctx) => next(call, ctx),
  methods: { 'audit/count': { params: z.object({ of: z.string() }), handler: ({ of }: { of: string }) => ({ of }) } },
  listenFilters: { lines: (asked) => (asked === true ? { value: true, keys: ['all'] } : undefined) },
};
export const extended = new McpServer({ name: 'extended', version: '1.0.0' }).use(known).extend(audit);
extended.notify.changed({ kind: 'extension', filter: 'lines', key: 'all', method: 'notifications/lines', params: {} });
// @ts-expect-error a filter grants keys
export const careless: ServerExtension = { id: 'a.b/c', listenFilters: { lines: () => true } };

const parcels: ClientExtension = {
  id: 'com.example/parcels',
  resultTypes: { parcel: ({ parcelId }, ctx) => ctx.request('parcels/get', { parcelId }) },
  notifications: { 'notifications/lines': (params) => console.log(params) },
};
const quiet: ClientMiddleware = (next) => (call, ctx) =>
  next(call, { ...ctx, options: { ...ctx.options, retry: false } });
const signed: AuthMiddleware = (request, next) => next(request);
const agreed: Redirect = {
  applicationType: 'native',
  begin: async () => ({
    redirectUri: 'http://127.0.0.1/callback',
    authorize: async (url) => url,
    close: async () => {},
  }),
};
export const signedIn: readonly AuthMiddleware[] = [
  oauth({ redirect: agreed, store: memoryStore(), onAuthorize: ({ url }) => console.log(url.host) }),
  bearer(async () => 'token'),
  clientCredentials({ clientId: 'a', clientSecret: 'b', dpop: true }),
  workloadIdentity({ assertion: 'jwt' }),
  enterpriseManaged({
    idp: { issuer: 'https://a.example', clientId: 'a' },
    idToken: 'b',
    clientId: 'c',
    clientSecret: 'd',
  }),
  // @ts-expect-error nobody can be asked without a way to the page
  oauth({}),
];

export async function equipped(transport: ClientTransport, store: CacheStore, prior: ServerFacts): Promise<void> {
  const client = await McpClient.connect('http://127.0.0.1:3000/mcp', {
    auth: signed,
    cache: { store, authorization: () => 'me' },
    extensions: [parcels],
    jsonSchema: fromJsonSchema,
    prior,
  });
  client.use(quiet);
  await McpClient.connect(transport, { signal: AbortSignal.timeout(1) });
  // @ts-expect-error milliseconds are a number
  await McpClient.connect(transport, { timeoutMs: '1s' });
}

export function explained(code: McpErrorCode): string {
  // @ts-expect-error no such code
  return code === 'timed_out' ? 'slow' : code;
}

// --- JSON Schema as it is ---------------------------------------------------------------------------------------------

export const validator: JsonSchemaValidator = fromJsonSchema;
export const selecting = new McpServer({ name: 'selecting', version: '1.0.0' }).tool(
  'select',
  { inputSchema: fromJsonSchema<{ table: string }>({ type: 'object', properties: { table: { type: 'string' } } }) },
  ({ table }) => {
    same<typeof table, string>(true);
    return table;
  },
);
// @ts-expect-error text is no schema
fromJsonSchema('object');

// --- Changes, limits and spans --------------------------------------------------------------------------------------

declare const tracer: Tracer;
declare const api: TracingApi;
const bus: Bus = memoryBus();
export const observed = new McpServer({ name: 'observed', version: '1.0.0' }, { bus, mayWatch: (uri) => uri !== '' })
  .use(tracing(tracer, { api, attributes: { 'network.transport': 'tcp' } }))
  .use(
    rateLimit({
      methods: { 'tools/call': { burst: 10, perSecond: 1 } },
      tools: { ping: false },
      key: (_request, ctx) => ctx.auth?.subject,
      store: memoryRateLimitStore({ maxBuckets: 10 }),
    }),
  )
  .tool('ping', {}, (_args, ctx) => {
    const context: TraceContext = traceContext(ctx);
    return String(context.traceparent);
  });
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
  const running: RunningServer = await serve(server, { port: 0, host: '127.0.0.1', path: '/mcp' });
  same<typeof running.url, string>(true);
  await running.close({ graceMs: 10 });
  toNodeListener(server, { trustParsedBody: true });
  // @ts-expect-error a port is a number
  await serve(server, { port: '3000' });
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
const auth: AuthInfo = { subject: 'a', scopes: ['read'], claims: {} };
export const trusted: (request: Request) => Promise<Response> = server.handler({ auth, platform: { region: 'eu' } });

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

export async function replayed(): Promise<ReplayReport> {
  // @ts-expect-error what is called is a tool, a prompt or a resource
  await checkReplay(asking, { method: 'ask' }, []);
  return checkReplay(asking, { tool: 'ask' }, [{ elicitUrl: 'accept' }, { elicit: 'decline' }], { results: 'same' });
}
