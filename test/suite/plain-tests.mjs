// @ts-check
import { equal, rejects } from './assert.mjs';
import { events, plain } from './wire.mjs';

/**
 * Plain JSON-RPC over HTTP: no MCP headers, no `_meta`.
 *
 * @param {import('./targets.mjs').Test} test
 * @param {import('./targets.mjs').Target} target
 */
export function addPlainTests(test, { connect, fetch, url }) {
  test('plain: one request, one JSON object', async () => {
    const response = await fetch(url, plain('suite/echo', { a: 1 }));
    equal(await response.text(), '{"jsonrpc":"2.0","id":1,"result":{"params":{"a":1}}}');
    const tool = await fetch(url, plain('tools/call', { name: 'add', arguments: { a: 1, b: 2 } }));
    equal((await tool.json()).result, {
      content: [{ type: 'text', text: '{"sum":3}' }],
      structuredContent: { sum: 3 },
    });
  });

  test('plain: an answer that comes first, then notifications on the same response', async () => {
    const response = await fetch(url, plain('suite/job', { key: await heard(3), steps: 3 }));
    equal([response.status, response.headers.get('content-type')], [200, 'text/event-stream']);
    equal(events(await response.text()), [
      { jsonrpc: '2.0', id: 1, result: { status: 'started' } },
      ...[1, 2, 3].map((n) => ({ jsonrpc: '2.0', method: 'suite/progress', params: { n } })),
      { jsonrpc: '2.0', method: 'suite/completed', params: { final: 'Success' } },
    ]);
  });

  test('plain: client.stream yields every message as it is sent', async () => {
    const client = await connect({ protocolVersion: 'none' });
    equal(client.server.era, 'plain');
    const key = crypto.randomUUID();
    /** @type {unknown[]} */
    const messages = [];
    // The job waits for each of these marks, so a message that came late would never come.
    for await (const message of client.stream('suite/job', { key, steps: 3 })) {
      await client.notify('suite/mark', { mark: `${key} heard ${messages.length}` });
      messages.push('method' in message ? [message.method, message.params] : 'result' in message && message.result);
    }
    equal(messages, [
      { status: 'started' },
      ['suite/progress', { n: 1 }],
      ['suite/progress', { n: 2 }],
      ['suite/progress', { n: 3 }],
      ['suite/completed', { final: 'Success' }],
    ]);
    await client.close();
  });

  test('plain: client.request resolves at the response and goes on delivering to client.on', async () => {
    const client = await connect({ protocolVersion: 'none' });
    const key = crypto.randomUUID();
    /** @type {unknown[]} */
    const steps = [];
    /** @type {Promise<void>[]} */
    const told = [];
    client.on('suite/progress', (params) => {
      steps.push(params);
      told.push(client.notify('suite/mark', { mark: `${key} heard ${steps.length}` }));
    });
    const completed = new Promise((resolve) => client.on('suite/completed', resolve));
    equal(await client.request('suite/job', { key, steps: 3 }), { status: 'started' });
    equal(steps, []);
    await client.notify('suite/mark', { mark: `${key} heard 0` });
    equal(await completed, { final: 'Success' });
    equal(steps, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    await Promise.all(told);
    await client.close();
  });

  test('plain: an unknown method is method_not_found, with HTTP 404', async () => {
    const client = await connect({ protocolVersion: 'none' });
    await rejects(client.request('no/such'), { code: 'method_not_found', rpcCode: -32601, status: 404 });
    await client.close();
  });

  /**
   * A job's key that has been told of so many steps already.
   *
   * @param {number} steps
   */
  async function heard(steps) {
    const key = crypto.randomUUID();
    for (let n = 0; n < steps; n++) {
      const mark = `${key} heard ${n}`;
      await fetch(url, {
        ...plain('', {}),
        body: JSON.stringify({ jsonrpc: '2.0', method: 'suite/mark', params: { mark } }),
      });
    }
    return key;
  }
}
