// @ts-check
import { equal, ok } from './assert.mjs';

/**
 * @param {import('./targets.mjs').Test} test
 * @param {import('./targets.mjs').Target} target
 */
export function addCallTests(test, { connect }) {
  test('connecting discovers the server', async () => {
    const client = await connect();
    const { info, capabilities, instructions, protocolVersion, era } = client.server;
    equal([info?.name, info?.version, instructions], ['suite', '1.2.3', 'Only for tests.']);
    equal([protocolVersion, era, 'tools' in capabilities], ['2026-07-28', 'modern', true]);
    await client.close();
  });

  test('listTools lists every tool once, always in the same order, with JSON Schemas', async () => {
    const client = await connect();
    const [tools, again] = await Promise.all([client.listTools(), client.listTools()]);
    const names = tools.map(({ name }) => name);
    equal(
      names,
      again.map(({ name }) => name),
    );
    equal(new Set(names).size, 15);
    const add = tools.find(({ name }) => name === 'add');
    equal([add?.inputSchema['required'], add?.outputSchema?.['required']], [['a', 'b'], ['sum']]);
    await client.close();
  });

  test('callTool answers text', async () => {
    const client = await connect();
    const result = await client.callTool('echo', { text: 'hello' });
    equal(result.content, [{ type: 'text', text: 'hello' }]);
    ok(result.isError !== true, 'isError');
    await client.close();
  });

  test('callTool answers a structured value, and its JSON as text', async () => {
    const client = await connect();
    const result = await client.callTool('add', { a: 2, b: 40 });
    ok(result.isError !== true, 'isError');
    equal(result.structuredContent, { sum: 42 });
    equal(result.content, [{ type: 'text', text: '{"sum":42}' }]);
    await client.close();
  });

  test('a tool may be named in more than ASCII', async () => {
    const client = await connect();
    const result = await client.callTool('größe_📏');
    equal(result.content, [{ type: 'text', text: 'named in more than ASCII' }]);
    await client.close();
  });

  test('a custom method gets its params, without _meta', async () => {
    const client = await connect();
    const params = { text: 'ä', list: [1, 2], nested: { 'x/y': null } };
    const result = await client.request('suite/echo', params);
    equal(result['params'], params);
    equal((await client.request('suite/echo'))['params'], {});
    await client.close();
  });

  test('a notification reaches its handler', async () => {
    const client = await connect();
    const mark = crypto.randomUUID();
    const arrival = client.request('suite/until', { mark });
    await client.notify('suite/mark', { mark });
    equal((await arrival)['mark'], mark);
    await client.close();
  });

  test('what a runtime passes beside the request is no identity', async () => {
    const client = await connect();
    const result = await client.callTool('whoami');
    equal(result.content, [{ type: 'text', text: '{"auth":null,"platform":null}' }]);
    await client.close();
  });

  test('100 parallel calls of one client get their own answers', async () => {
    const client = await connect();
    const numbers = Array.from({ length: 100 }, (_, n) => n);
    const results = await Promise.all(numbers.map((n) => client.callTool('ticket', { n, stub: `stub ${n}` })));
    equal(
      results.map(({ content }) => content),
      numbers.map((n) => [{ type: 'text', text: `${n}:stub ${n}` }]),
    );
    await client.close();
  });
}
