import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve, type RunningServer } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import { send } from '../helpers/raw-http.js';
import { headersOf, META, modern, rpc, toolCall, type Json } from '../helpers/wire.js';

const server = new McpServer({ name: 'peers', version: '1.0.0' })
  .tool('a', {}, () => 'a')
  .tool('who', {}, (_args, ctx) => JSON.stringify([ctx.auth ?? null, ctx.platform ?? null]));

const texts = async (requests: Request[]) =>
  new Set(await Promise.all(requests.map(async (request) => (await server.fetch(request)).text())));

describe('what a caller says of itself', () => {
  const names: unknown[] = [
    { name: 'one', version: '1.0.0' },
    { name: 'two', version: '2.0.0', title: 'Two' },
    { name: 'admin', version: '99999.0.0', websiteUrl: 'https://admin.example' },
    { name: '', version: '' },
    'a string',
    7,
    null,
    undefined,
  ];

  // spec: basic#meta.14 basic#meta.15
  test.each<[string, Json, string]>([
    ['server/discover', {}, 'supportedVersions'],
    ['tools/list', {}, '"name":"who"'],
    ['tools/call', { name: 'who', arguments: {} }, '[null,null]'],
  ])('changes nothing about the answer to %s, and is no identity', async (method, params, expected) => {
    const answers = await texts(names.map((info) => modern(method, params, { meta: { [META.info]: info } })));
    expect(answers.size).toBe(1);
    expect([...answers][0]).toContain(expected);
  });

  // spec: basic#meta.1
  test.each<[string, unknown]>([
    ['io.modelcontextprotocol/logLevel', 'debug'],
    ['io.modelcontextprotocol/subscriptionId', { not: 'an id' }],
    ['io.modelcontextprotocol/serverInfo', 7],
    ['io.modelcontextprotocol/related-task', { taskId: 7 }],
    ['io.modelcontextprotocol/tomorrow', null],
    ['dev.mcp/tomorrow', []],
    ['tools.mcp.com/x', true],
  ])('under the reserved key %s changes nothing where this server gives it no meaning', async (key, value) => {
    const answers = await texts([toolCall('a'), toolCall('a', {}, { meta: { [key]: value } })]);
    expect(answers.size).toBe(1);
    expect([...answers][0]).toContain('"text":"a"');
  });
});

describe('the list of tools', () => {
  let running: RunningServer;
  beforeAll(async () => void (running = await serve(server)));
  afterAll(() => running.close());

  // spec: server/tools#capabilities.3 basic#statelessness.3
  test('is the same on every connection, whatever went over it before', async () => {
    const port = Number(new URL(running.url).port);
    // Each one on a connection of its own.
    const over = async (message: Json) =>
      (await send(port, { headers: Object.entries(headersOf(message)), body: JSON.stringify(message) })).text;
    const list = rpc('tools/list');
    const first = await over(list);
    await over(rpc('tools/call', { name: 'a', arguments: {} }));
    await over(rpc('tools/call', { name: 'no such tool' }));
    await over(rpc('tools/list', { cursor: 'bad' }));
    expect(await over(list)).toBe(first);

    // And again on one that is kept open.
    const lists: string[] = [];
    for (const message of [list, rpc('tools/call', { name: 'a', arguments: {} }), list]) {
      const init = { method: 'POST', headers: headersOf(message), body: JSON.stringify(message) };
      const text = await (await fetch(running.url, init)).text();
      if (message === list) lists.push(text);
    }
    expect(lists).toEqual([first, first]);
    expect(first).toContain('"resultType":"complete"');
  });
});
