import { McpClient, type ClientOf, type ClientTransport, type ToolResult } from 'mcpwire/client';
import { defineTool, McpServer } from 'mcpwire/server';
import { describe, expectTypeOf, it } from 'vitest';
import * as z from 'zod';

const add = defineTool(
  'add',
  { inputSchema: z.object({ a: z.number(), b: z.number() }), outputSchema: z.object({ sum: z.number() }) },
  ({ a, b }) => ({
    sum: a + b,
  }),
);

const server = new McpServer({ name: 'types', version: '1.0.0' })
  .tool(
    'job_run',
    { inputSchema: z.object({ job_id: z.string() }), outputSchema: z.object({ status: z.literal('Success') }) },
    () => ({
      status: 'Success' as const,
    }),
  )
  .tool('now', {}, () => 'now')
  .tool(
    'search',
    { inputSchema: z.object({ query: z.string().optional(), limit: z.string().transform(Number).default(5) }) },
    () => 'found',
  )
  .add(add)
  .prompt('review', { argsSchema: z.object({ language: z.string(), tone: z.string().optional() }) }, () => 'review')
  .prompt('plain', {}, () => 'plain')
  .prompt('count', { argsSchema: z.object({ to: z.coerce.number() }) }, ({ to }) => `Count to ${to}`)
  .resource('note://first', { name: 'first' }, () => 'hello')
  .resource('user://{id}', { name: 'user' }, () => 'user');

type TypedClient = ClientOf<typeof server>;

const url = 'http://localhost/mcp';

describe('a client typed by a server', () => {
  it('knows the names', async () => {
    const client = await McpClient.connect<typeof server>(url);
    expectTypeOf(client.callTool<'add'>)
      .parameter(0)
      .toEqualTypeOf<'add'>();
    // @ts-expect-error there is no such tool
    await client.callTool('ad', { a: 1, b: 2 });
  });

  it('knows the arguments', async () => {
    const client = await McpClient.connect<typeof server>(url);
    expectTypeOf(client).toEqualTypeOf<TypedClient>();
    await client.callTool('job_run', { job_id: 'job-1' });
    // @ts-expect-error an argument is missing
    await client.callTool('job_run', {});
    // @ts-expect-error arguments are missing
    await client.callTool('job_run');
    // @ts-expect-error an argument has the wrong type
    await client.callTool('job_run', { job_id: 1 });
    // @ts-expect-error an argument is unknown
    await client.callTool('job_run', { job_id: 'job-1', x: 1 });
  });

  it('lets arguments be left out when none is required', async () => {
    const client = await McpClient.connect<typeof server>(url);
    expectTypeOf(client).toEqualTypeOf<TypedClient>();
    await client.callTool('now');
    await client.callTool('now', {});
    await client.callTool('search');
    await client.callTool('search', undefined, { timeoutMs: 1000 });
    // A caller sends what goes into the schema, not what comes out.
    await client.callTool('search', { limit: '5' });
    // @ts-expect-error this is what the handler receives
    await client.callTool('search', { limit: 5 });
  });

  it('knows the result', async () => {
    const client = await McpClient.connect<typeof server>(url);
    const result = await client.callTool('job_run', { job_id: 'job-1' });
    expectTypeOf(result).toEqualTypeOf<ToolResult<{ status: 'Success' }>>();
    if (result.isError) expectTypeOf(result.structuredContent).toBeUnknown();
    else expectTypeOf(result.structuredContent).toEqualTypeOf<{ status: 'Success' }>();
    expectTypeOf((await client.callTool('add', { a: 1, b: 2 })).isError).toEqualTypeOf<boolean | undefined>();
    const text = await client.callTool('now');
    if (!text.isError) expectTypeOf(text.structuredContent).toBeUndefined();
  });

  it('is inferred from a server in this process', async () => {
    const client = await McpClient.connect(server);
    expectTypeOf(client).toEqualTypeOf<TypedClient>();
    const result = await client.callTool('add', { a: 1, b: 2 });
    if (!result.isError) expectTypeOf(result.structuredContent).toEqualTypeOf<{ sum: number }>();
  });

  it('knows the prompts and what they are filled in with', async () => {
    const client = await McpClient.connect<typeof server>(url);
    expectTypeOf(client.getPrompt<'plain'>)
      .parameter(0)
      .toEqualTypeOf<'plain'>();
    await client.getPrompt('review', { language: 'python' });
    await client.getPrompt('review', { language: 'python', tone: 'kind' }, { timeoutMs: 1000 });
    await client.getPrompt('plain');
    // @ts-expect-error there is no such prompt
    await client.getPrompt('revue', {});
    // @ts-expect-error an argument is missing
    await client.getPrompt('review', {});
    // @ts-expect-error arguments are missing
    await client.getPrompt('review');
    // @ts-expect-error an argument is no text
    await client.getPrompt('review', { language: 5 });
    // What the schema makes of text is its affair.
    await client.getPrompt('count', { to: '5' });
    // @ts-expect-error an argument is text on the wire, also where the schema would take more
    await client.getPrompt('count', { to: 5 });
  });

  it('offers the resources, and takes any other URI', async () => {
    const client = await McpClient.connect<typeof server>(url);
    expectTypeOf(client.readResource).parameter(0).toEqualTypeOf<'note://first' | 'user://{id}' | (string & {})>();
    expectTypeOf(client.readResource).parameter(0).toExtend<string>();
    await client.readResource('note://first');
    await client.readResource('user://7');
  });

  it('takes a transport, too', async () => {
    const client = await McpClient.connect<typeof server>({} as ClientTransport);
    expectTypeOf(client).toEqualTypeOf<TypedClient>();
    // @ts-expect-error an argument is missing
    await client.callTool('add', { a: 1 });
  });
});

describe('a client without a type', () => {
  it('takes any name and arguments, whatever it connects to', async () => {
    for (const client of [
      await McpClient.connect(url),
      await McpClient.connect(new URL(url)),
      await McpClient.connect({} as ClientTransport),
    ]) {
      expectTypeOf(client).toEqualTypeOf<McpClient>();
      const result = await client.callTool('anything', { goes: [1] }, { timeoutMs: 1000 });
      await client.callTool('anything');
      await client.getPrompt('anything', { goes: 'text' });
      await client.getPrompt('anything');
      await client.readResource('any://thing');
      expectTypeOf(result).toEqualTypeOf<ToolResult>();
    }
  });

  it('is what a server built by statements gives', async () => {
    const statements = new McpServer({ name: 'types', version: '1.0.0' });
    statements.tool('now', {}, () => 'now');
    const client = await McpClient.connect(statements);
    expectTypeOf(client).toEqualTypeOf<McpClient>();
    await client.getPrompt('any', { goes: 'text' });
    await client.readResource('any://thing');
    await client.callTool('now');
  });

  it('is what anything that only has fetch gives', async () => {
    expectTypeOf(await McpClient.connect({ fetch: () => Promise.resolve(new Response()) })).toEqualTypeOf<McpClient>();
  });
});

describe('client.request', () => {
  it('gives an object, or what the schema makes of it', async () => {
    const client = await McpClient.connect(url);
    expectTypeOf(await client.request('x')).toEqualTypeOf<Record<string, unknown>>();
    expectTypeOf(await client.request('x', {}, { timeoutMs: 5 })).toEqualTypeOf<Record<string, unknown>>();
    expectTypeOf(await client.request('x', {}, { result: z.object({ n: z.coerce.number() }) })).toEqualTypeOf<{
      n: number;
    }>();
    // @ts-expect-error params are an object
    await client.request('x', 'y');
  });
});
