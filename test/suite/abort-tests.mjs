// @ts-check
import { equal, rejects } from './assert.mjs';

/**
 * @param {import('./targets.mjs').Test} test
 * @param {import('./targets.mjs').Target} target
 */
export function addAbortTests(test, { connect }) {
  test('an abort before the first byte ends the call and the handler', async () => {
    const client = await connect();
    const key = crypto.randomUUID();
    const controller = new AbortController();
    const call = client.callTool('wait', { key, speak: false }, { signal: controller.signal });
    await client.request('suite/until', { mark: `${key} waiting` });
    controller.abort();
    await rejects(call, { code: 'aborted' });
    await client.request('suite/until', { mark: `${key} aborted` });
    await client.close();
  });

  test('an abort in the middle of a stream ends the call and the handler', async () => {
    const client = await connect();
    const key = crypto.randomUUID();
    const controller = new AbortController();
    const onMessage = () => controller.abort();
    await rejects(client.callTool('wait', { key, speak: true }, { signal: controller.signal, onMessage }), {
      code: 'aborted',
    });
    await client.request('suite/until', { mark: `${key} aborted` });
    await client.close();
  });

  test('a signal that was aborted before ends the call at once', async () => {
    const client = await connect();
    await rejects(client.callTool('echo', { text: 'never' }, { signal: AbortSignal.abort() }), { code: 'aborted' });
    await client.close();
  });

  test('a call that takes too long is a timeout, and its handler ends', async () => {
    const client = await connect();
    const key = crypto.randomUUID();
    await rejects(client.callTool('wait', { key, speak: true }, { timeoutMs: 300 }), { code: 'timeout' });
    await client.request('suite/until', { mark: `${key} aborted` });
    await client.close();
  });

  test('leaving client.stream early ends the handler', async () => {
    const client = await connect();
    const key = crypto.randomUUID();
    const methods = [];
    for await (const message of client.stream('tools/call', { name: 'wait', arguments: { key, speak: true } })) {
      methods.push('method' in message ? message.method : 'response');
      break;
    }
    equal(methods, ['suite/waiting']);
    await client.request('suite/until', { mark: `${key} aborted` });
    await client.close();
  });

  test('closing the client ends its calls and their handlers', async () => {
    const [client, witness] = [await connect(), await connect()];
    const key = crypto.randomUUID();
    const call = rejects(client.callTool('wait', { key, speak: false }), { code: 'closed' });
    await witness.request('suite/until', { mark: `${key} waiting` });
    await client.close();
    await call;
    await witness.request('suite/until', { mark: `${key} aborted` });
    await witness.close();
  });
}
