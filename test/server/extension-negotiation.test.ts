import { describe, expect, test } from 'vitest';
import { McpServer } from 'mcpwire/server';
import { ask, META, modern, toolCall } from '../helpers/wire.js';

const ID = 'com.example/loud';
const server = new McpServer({ name: 'x', version: '1' })
  .extend({
    id: ID,
    settings: { volume: 11 },
    methods: { 'loud/shout': { handler: () => ({ said: 'HELLO' }) } },
    wrapCall: (next) => async (call, ctx) => {
      const result = await next(call, ctx);
      return ctx.client.capabilities.extensions?.[ID] === undefined ? result : { ...result, _meta: { loud: true } };
    },
  })
  .tool('greet', {}, () => 'hello');
const declared = { meta: { [META.capabilities]: { extensions: { [ID]: {} } } } };

// spec: basic/versioning#extension-negotiation.2
describe('an extension that only the server has', () => {
  test('is there for callers that declare it', async () => {
    const { result } = await ask(server, modern('server/discover'));
    expect(result['capabilities']).toMatchObject({ extensions: { [ID]: { volume: 11 } } });
    expect((await ask(server, modern('loud/shout', {}, declared))).result['said']).toBe('HELLO');
    expect((await ask(server, toolCall('greet', {}, declared))).result['_meta']).toMatchObject({ loud: true });
  });

  test('refuses its methods with -32021, and names itself', async () => {
    expect(await ask(server, modern('loud/shout'))).toMatchObject({
      status: 400,
      error: { code: -32021, data: { requiredCapabilities: { extensions: { [ID]: {} } } } },
    });
  });

  test('leaves the calls of tools as the core has them', async () => {
    const { result } = await ask(server, toolCall('greet'));
    expect(result.content).toEqual([{ type: 'text', text: 'hello' }]);
    expect(result['_meta']).not.toHaveProperty('loud');
  });
});

// spec: basic/versioning#extension-negotiation.2
test('an extension that only the caller has: its methods are unknown, and calls are served as ever', async () => {
  const plain = new McpServer({ name: 'x', version: '1' }).tool('greet', {}, () => 'hello');
  expect(await ask(plain, modern('loud/shout', {}, declared))).toMatchObject({ status: 404, error: { code: -32601 } });
  expect((await ask(plain, toolCall('greet', {}, declared))).result.content[0]?.text).toBe('hello');
});
