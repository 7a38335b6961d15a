/** What docs/resources.md, docs/prompts.md, docs/lists.md and docs/extensions.md show, called by the real client. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { serve, type RunningServer } from 'mcpwire/node';
import type { McpServer } from 'mcpwire/server';
import { bank } from '../../examples/docs/extensions.ts';
import { asking, cached, scripted, shop, table, tenanted } from '../../examples/docs/lists.ts';
import { reviews } from '../../examples/docs/prompts.ts';
import { directory } from '../../examples/docs/resources.ts';
import { ask, modern, toolCall, META, type Answer } from '../helpers/wire.ts';

const running: RunningServer[] = [];
afterAll(() => Promise.all(running.map((one) => one.close())));

async function urlOf(server: McpServer<unknown>): Promise<string> {
  const one = await serve(server);
  running.push(one);
  return one.url;
}

describe('docs/resources.md', () => {
  test('fixed ones, templates, several contents, lists and completion', async () => {
    const client = await McpClient.connect<typeof directory>(await urlOf(directory));
    expect((await client.listResources()).map(({ uri }) => uri)).toEqual([
      'docs://readme',
      'folders://all',
      'people://total',
      'cards://7',
      'cards://8',
    ]);
    expect((await client.listResourceTemplates()).map(({ uriTemplate }) => uriTemplate)).toEqual([
      'people://{id}',
      'photos://{id}',
      'cards://{id}{?style}',
    ]);
    const read = async (uri: string) => (await client.readResource(uri)).contents;
    expect(await read('docs://readme')).toMatchObject([
      { mimeType: 'text/markdown', text: '# People\n\nOne resource for each person.' },
    ]);
    expect(await read('people://7')).toMatchObject([{ mimeType: 'application/json', text: '{"name":"Ada"}' }]);
    expect(await read('people://total')).toMatchObject([{ text: '2' }]);
    expect(await read('photos://7')).toMatchObject([{ mimeType: 'image/png', blob: 'iVBORw==' }]);
    expect(await read('folders://all')).toMatchObject([{ mimeType: 'text/html' }, { blob: 'iVBORw==' }]);
    expect(await read('cards://8?style=fancy')).toMatchObject([{ text: 'fancy: Grace' }]);
    await expect(read('people://9')).rejects.toMatchObject({ rpcCode: -32602, data: { uri: 'people://9' } });
    await client.close();
    const params = {
      ref: { type: 'ref/resource', uri: 'cards://{id}{?style}' },
      argument: { name: 'style', value: 'f' },
    };
    expect((await ask(directory, modern('completion/complete', params))).result).toMatchObject({
      completion: { values: ['fancy'] },
    });
  });
});

describe('docs/prompts.md', () => {
  test('text, messages, completion', async () => {
    const client = await McpClient.connect<typeof reviews>(await urlOf(reviews));
    expect((await client.listPrompts()).map(({ name }) => name)).toEqual([
      'review',
      'interview',
      'start_project',
      'thanks',
    ]);
    const review = await client.getPrompt('review', { code: 'let x;' });
    expect(review).toMatchObject({
      description: 'Asks for a review.',
      messages: [{ role: 'user', content: { text: 'Please review this TypeScript code:\nlet x;' } }],
    });
    const interview = await client.getPrompt('interview', { topic: 'bees' });
    expect(interview.messages.map(({ role, content: { type } }) => [role, type])).toEqual([
      ['user', 'text'],
      ['user', 'resource'],
      ['assistant', 'text'],
    ]);
    await client.close();
    const complete = async (name: string, value: string, known = {}) =>
      (
        await ask(
          reviews,
          modern('completion/complete', {
            ref: { type: 'ref/prompt', name: 'start_project' },
            argument: { name, value },
            context: { arguments: known },
          }),
        )
      ).result['completion'];
    expect(await complete('language', 'Py')).toMatchObject({ values: ['python'] });
    expect(await complete('framework', 'f', { language: 'python' })).toMatchObject({ values: ['fastapi', 'flask'] });
    expect(await complete('framework', 'f')).toMatchObject({ values: [] });
  });
});

describe('docs/lists.md', () => {
  test('a dynamic list: all pages, and what is behind them', async () => {
    const client = await McpClient.connect(await urlOf(table));
    expect(await client.listResources()).toHaveLength(25);
    expect((await client.readResource('row:24')).contents).toMatchObject([{ text: 'Contents of row 24' }]);
    await expect(client.readResource('row:25')).rejects.toMatchObject({ rpcCode: -32602 });
    await client.close();
    const { nextCursor } = (await ask(table, modern('resources/list'))).result;
    const cursor = String(nextCursor).replace(/10$/, 'ten');
    expect(await ask(table, modern('resources/list', { cursor }))).toMatchObject({ error: { code: -32602 } });
  });

  test('dynamic tools', async () => {
    expect(await ask(scripted, toolCall('greet', { name: 'you' }))).toMatchObject({
      result: { content: [{ text: 'Hello, you!' }] },
    });
    expect(await ask(scripted, toolCall('greet', {}))).toMatchObject({ result: { isError: true } });
    expect(await ask(scripted, toolCall('part', {}))).toMatchObject({ error: { code: -32602 } });
  });

  test('cache hints', async () => {
    const hints = async (method: string, params = {}) => {
      const { ttlMs, cacheScope } = (await ask(cached, modern(method, params))).result;
      return [ttlMs, cacheScope];
    };
    expect(await hints('server/discover')).toEqual([60_000, 'public']);
    expect(await hints('tools/list')).toEqual([3_600_000, 'public']);
    expect(await hints('resources/read', { uri: 'prices://today' })).toEqual([5_000, 'public']);
    expect(await hints('resources/read', { uri: 'prices://mine' })).toEqual([60_000, 'private']);
  });

  test('visible', async () => {
    const names = async (scopes?: string[]) => {
      const auth = scopes && { scopes, claims: {} };
      const response = await shop.handler({ auth })(modern('tools/list'));
      return ((await response.json()) as Answer).result['tools'] as { name: string }[];
    };
    expect(await names()).toHaveLength(1);
    expect(await names(['prices:read'])).toHaveLength(1);
    expect(await names(['prices:write'])).toHaveLength(2);
  });

  test('requires', async () => {
    // That there is no secret.
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(await ask(asking, toolCall('order'))).toMatchObject({ status: 400, error: { code: -32021 } });
    const capabilities = { meta: { [META.capabilities]: { elicitation: {} } } };
    expect((await ask(asking, toolCall('order', {}, capabilities))).result).toMatchObject({
      resultType: 'input_required',
    });
  });
});

describe('docs/server.md', () => {
  test('a context of your own', async () => {
    expect(await ask(tenanted, toolCall('limit'))).toMatchObject({ status: 401, error: { code: 1000 } });
    const known = toolCall('limit', {}, { headers: { 'x-api-key': 'key-1' } });
    expect(await ask(tenanted, known)).toMatchObject({ result: { content: [{ text: '10' }] } });
  });

  // spec: basic#schema-dialect.2 basic#implementation-requirements.4
  test('says which dialect of JSON Schema is supported', () => {
    expect(readFileSync('docs/server.md', 'utf8')).toMatch(/JSON Schema 2020-12 is the only dialect/);
  });
});

describe('docs/extensions.md', () => {
  test('settings, options of tools, wrapped calls, methods', async () => {
    const client = await McpClient.connect(await urlOf(bank));
    expect(client.server.capabilities).toMatchObject({ extensions: { 'com.example/audit': { version: 1 } } });
    expect((await client.listTools()).map(({ _meta }) => _meta)).toEqual([
      { 'com.example/audit/level': 'low' },
      { 'com.example/audit/level': 'high' },
    ]);
    await client.callTool('balance');
    await client.callTool('transfer');
    await client.close();
    expect(await ask(bank, modern('audit/count'))).toMatchObject({ status: 400, error: { code: -32021 } });
    const declared = { meta: { [META.capabilities]: { extensions: { 'com.example/audit': {} } } } };
    expect((await ask(bank, modern('audit/count', {}, declared))).result).toMatchObject({ count: 1 });
  });
});
