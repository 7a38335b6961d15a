// @ts-check
import { McpClient, isMcpError } from 'mcpwire/client';
import { equal, ok, rejects } from './assert.mjs';
import { modern } from './wire.mjs';

// A port that no service has and no fetch blocks.
const NOBODY = 'http://127.0.0.1:2/mcp';

/**
 * @param {import('./targets.mjs').Test} test
 * @param {import('./targets.mjs').Target} target
 */
export function addErrorTests(test, { connect, fetch, url }) {
  test('an unknown tool is invalid_params', async () => {
    const client = await connect();
    // @ts-expect-error The types know it, too.
    const error = await rejects(client.callTool('nothing'), { code: 'invalid_params', rpcCode: -32602 });
    ok(isMcpError(error) && error.message.includes('nothing'), error.message);
    await client.close();
  });

  test('an unknown method is method_not_found, with HTTP 404', async () => {
    const client = await connect();
    await rejects(client.request('no/such'), { code: 'method_not_found', rpcCode: -32601, status: 404 });
    await client.close();
  });

  test('params that a method refuses are invalid_params', async () => {
    const client = await connect();
    const error = await rejects(client.request('suite/checked', { n: 'one' }), {
      code: 'invalid_params',
      rpcCode: -32602,
    });
    ok(error.message.includes('n: must be a number'), error.message);
    await client.close();
  });

  test('arguments that a tool refuses are a tool error that names them', async () => {
    const client = await connect();
    // @ts-expect-error The types know it, too.
    const result = await client.callTool('add', { a: 1, b: 'two' });
    equal(result.isError, true);
    ok(JSON.stringify(result.content).includes('b: must be a number'), JSON.stringify(result.content));
    await client.close();
  });

  test('a ToolError is a result that the model can read', async () => {
    const client = await connect();
    const result = await client.callTool('refuse');
    equal([result.isError, result.content], [true, [{ type: 'text', text: 'There is no such job.' }]]);
    await client.close();
  });

  test('any other error of a tool is masked, and told to onError', async () => {
    const client = await connect();
    const result = await client.callTool('crash');
    const text = JSON.stringify(result.content);
    equal([result.isError, text.includes('hunter2'), text.includes('crash')], [true, false, true]);
    const errorId = /error id (\w+)/.exec(text)?.[1];
    await client.request('suite/until', { mark: `onError ${errorId}` });
    await client.close();
  });

  test("an error of one's own arrives with code, data and HTTP status", async () => {
    const client = await connect();
    const error = await rejects(client.request('suite/fail'), { code: 'rpc_error', rpcCode: 1001, status: 404 });
    equal([error.message, error.data], ['No such job', { job: 7 }]);
    await client.close();
  });

  test('a refused connection is connection_failed', async () => {
    const error = await rejects(McpClient.connect(NOBODY), { code: 'connection_failed' });
    ok(error.message.includes(NOBODY), error.message);
  });

  test('what is no message is answered with its JSON-RPC error and HTTP status', async () => {
    const call = modern('tools/call', { name: 'whoami' });
    /** @type {[string, RequestInit, number, number][]} */
    const cases = [
      ['no JSON', { ...call, body: '{"jsonrpc":' }, 400, -32700],
      ['a batch', { ...call, body: `[${call.body}]` }, 400, -32600],
      [
        'another method in the header',
        { ...call, headers: { ...call.headers, 'mcp-method': 'tools/list' } },
        400,
        -32020,
      ],
      ['a form', { ...call, headers: { ...call.headers, 'content-type': 'text/plain' } }, 415, -32600],
      ['GET', { headers: call.headers }, 405, -32600],
    ];
    for (const [what, request, status, code] of cases) {
      const response = await fetch(url, request);
      equal([response.status, (await response.json()).error.code], [status, code], what);
    }
  });
}
