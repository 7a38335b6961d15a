import { describe, expect, test } from 'vitest';
import { McpServer } from 'mcpwire/server';
import { ask, modern, plain, toolCall } from '../helpers/wire.js';

const server = new McpServer({ name: 'statuses', version: '1.0.0' })
  .tool('ok', {}, () => 'ok')
  .method('boom', {}, (_params, ctx) => {
    throw ctx.error(-31000, 'Boom');
  });

// streamable-http#protocol-version-header
describe('the HTTP status of a JSON-RPC error', () => {
  // spec: basic/transports/streamable-http#protocol-version-header.5
  test('unknown method: 404 and -32601 with the id, in this revision and in plain JSON-RPC', async () => {
    for (const request of [modern('no/such', {}, { id: 'x' }), plain('no/such', undefined, { id: 'x' })]) {
      expect(await ask(server, request)).toMatchObject({
        status: 404,
        id: 'x',
        error: { code: -32601, message: 'Method not found' },
      });
    }
  });

  test.each([
    'resources/list',
    'prompts/get',
    'ping',
    'logging/setLevel',
    'notifications/progress',
    'tools',
    'tools/',
    'Tools/list',
    'rpc.discover',
    '',
  ])('a method behind a capability that was not declared, or unknown: %j is 404', async (method) => {
    expect(await ask(server, modern(method))).toMatchObject({ status: 404, error: { code: -32601 } });
  });

  test('a server without tools has no tools/list and no tools/call', async () => {
    const bare = new McpServer({ name: 'bare', version: '1.0.0' });
    expect(await ask(bare, modern('tools/list'))).toMatchObject({ status: 404, error: { code: -32601 } });
    expect(await ask(bare, toolCall('x'))).toMatchObject({ status: 404, error: { code: -32601 } });
  });

  test('unknown tool and bad params: -32602 on 200', async () => {
    expect(await ask(server, toolCall('nope'))).toMatchObject({
      status: 200,
      error: { code: -32602, message: 'Unknown tool: nope' },
    });
    expect(await ask(server, modern('tools/call', {}))).toMatchObject({ status: 200, error: { code: -32602 } });
    // The last one throws when it is made a string.
    for (const name of [7, null, [], {}, { toString: 0 }]) {
      expect(await ask(server, modern('tools/call', { name }))).toMatchObject({
        status: 200,
        error: { code: -32602 },
      });
    }
    for (const args of [[], null, 'x', 1]) {
      expect(await ask(server, modern('tools/call', { name: 'ok', arguments: args }))).toMatchObject({
        status: 200,
        error: { code: -32602 },
      });
    }
    expect(await ask(server, modern('tools/list', { cursor: '' }))).toMatchObject({
      status: 200,
      error: { code: -32602 },
    });
  });

  test('any other JSON-RPC error: 200', async () => {
    expect(await ask(server, modern('boom'))).toMatchObject({ status: 200, error: { code: -31000 } });
    expect(await ask(server, plain('boom'))).toMatchObject({ status: 200, error: { code: -31000 } });
  });
});
