/** The client against this package's own server, through the real HTTP code in one process. */
import { McpClient, type ConnectOptions, type ListenChange } from 'mcpwire/client';
import { fromJsonSchema } from 'mcpwire/json-schema';
import { McpServer } from 'mcpwire/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';

const build = () =>
  new McpServer({ name: 'own', version: '1.0.0' }, { secret: 'a secret that is at least 32 characters', pageSize: 2 })
    .tool('greet', { inputSchema: z.object({}) }, async (_args, ctx) => {
      const answer = await ctx.elicit('Who?', z.object({ name: z.string(), polite: z.boolean().default(true) }));
      if (answer.action !== 'accept') return 'nobody';
      return `${answer.content.polite ? 'Dear' : 'Hey'} ${answer.content.name}`;
    })
    .tool('sign_in', {}, async (_args, ctx) => {
      const { action } = await ctx.elicitUrl('Sign in', 'https://login.test/start');
      return action;
    })
    .tool('ask_model', {}, async (_args, ctx) => {
      const { content } = await ctx.sample({ messages: [], maxTokens: 5 });
      return JSON.stringify(content);
    })
    .tool('two_rounds', {}, async (_args, ctx) => {
      const first = await ctx.elicit('First?', z.object({ a: z.string() }));
      const second = await ctx.elicit('Second?', z.object({ b: z.string() }));
      return JSON.stringify([first, second]);
    })
    .tool(
      'add',
      { inputSchema: z.object({ a: z.number(), b: z.number() }), outputSchema: z.object({ sum: z.number() }) },
      ({ a, b }) => ({ sum: a + b }),
    )
    .resource('note://first', { name: 'first' }, () => 'hello')
    .resource('user://{id}', { name: 'user' }, ({ id }) => `user ${id}`)
    .prompt(
      'review',
      {
        argsSchema: z.object({ language: z.string() }),
        complete: { language: (value: string) => ['python', 'perl'].filter((name) => name.startsWith(value)) },
      },
      ({ language }) => `Review this ${language}`,
    );

async function connected(options: ConnectOptions = {}) {
  const server = build();
  const client = await McpClient.connect(server, options);
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  return { client, server };
}

const text = (result: { readonly content: readonly object[] }): unknown =>
  (result.content[0] as { text?: string }).text;

describe('with the server of this package', () => {
  it('lists all pages, reads, prompts and completes', async () => {
    const { client } = await connected();
    expect((await client.listTools()).map(({ name }) => name)).toEqual([
      'greet',
      'sign_in',
      'ask_model',
      'two_rounds',
      'add',
    ]);
    expect(await client.listResources()).toMatchObject([{ uri: 'note://first' }]);
    expect(await client.listResourceTemplates()).toMatchObject([{ uriTemplate: 'user://{id}' }]);
    expect(await client.listPrompts()).toMatchObject([{ name: 'review' }]);
    expect(await client.readResource('note://first')).toMatchObject({ contents: [{ text: 'hello' }] });
    expect(await client.readResource('user://7')).toMatchObject({ contents: [{ text: 'user 7' }] });
    await expect(client.readResource('note://none')).rejects.toMatchObject({ code: 'invalid_params' });
    const { messages } = await client.getPrompt('review', { language: 'python' });
    expect(messages).toMatchObject([{ content: { text: 'Review this python' } }]);
    const proposals = await client.complete({ type: 'ref/prompt', name: 'review' }, { name: 'language', value: 'py' });
    expect(proposals.values).toEqual(['python']);
  });

  it('answers a form, with the defaults of its schema', async () => {
    const { client } = await connected({ elicit: () => ({ action: 'accept', content: { name: 'Ada' } }) });
    expect(text(await client.callTool('greet'))).toBe('Dear Ada');
  });

  it('answers a form with no, a page with yes, and asks the model', async () => {
    const { client } = await connected({
      elicit: () => ({ action: 'decline' }),
      elicitUrl: ({ host }) => ({ action: host === 'login.test' ? 'accept' : 'decline' }),
      sample: () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: 'Paris' } }),
    });
    expect(text(await client.callTool('greet'))).toBe('nobody');
    expect(text(await client.callTool('sign_in'))).toBe('accept');
    expect(text(await client.callTool('ask_model'))).toContain('Paris');
  });

  it('answers one question after the other', async () => {
    const { client } = await connected({
      elicit: ({ message }) => ({ action: 'accept', content: message === 'First?' ? { a: '1' } : { b: '2' } }),
    });
    expect(JSON.parse(String(text(await client.callTool('two_rounds'))))).toMatchObject([
      { content: { a: '1' } },
      { content: { b: '2' } },
    ]);
  });

  // spec: server/tools#output-schema
  it('checks structured content by the schema that the server lists', async () => {
    const { client, server } = await connected({ jsonSchema: fromJsonSchema });
    expect(await client.callTool('add', { a: 5, b: 3 })).toMatchObject({ structuredContent: { sum: 8 } });
    const lying = async (request: Request): Promise<Response> => {
      const answer = await (await server.fetch(request)).text();
      return new Response(answer.replace('"sum":8', '"sum":"8"'), { headers: { 'content-type': 'application/json' } });
    };
    const other = await McpClient.connect({ fetch: lying }, { jsonSchema: fromJsonSchema });
    await expect(other.callTool('add', { a: 5, b: 3 })).rejects.toMatchObject({ code: 'invalid_message' });
    await other.close();
  });

  it('is told of what it did not declare', async () => {
    const { client } = await connected();
    await expect(client.callTool('greet')).rejects.toMatchObject({ code: 'missing_capability' });
  });

  it('hears of changes, and the loop ends the subscription', async () => {
    const { client, server } = await connected();
    const heard: ListenChange[] = [];
    const topics = { toolsListChanged: true, resourceSubscriptions: ['note://first'] };
    const listening = client.listen(topics, { onListening: () => server.notify.toolsChanged() });
    for await (const change of listening) {
      heard.push(change);
      if (change.type === 'resourceUpdated') break;
      server.notify.resourceUpdated('note://first');
    }
    expect(heard).toEqual([{ type: 'toolsListChanged' }, { type: 'resourceUpdated', uri: 'note://first' }]);
  });
});
