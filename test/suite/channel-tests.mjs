// @ts-check
import { McpClient } from 'mcpwire/client';
import { ChannelTransport, serveChannel } from 'mcpwire/stdio';
import { equal, rejects } from './assert.mjs';
import { createServer } from './server.mjs';

/**
 * The framing of stdio over streams in memory: the same wherever the target is, since both ends are here.
 *
 * @param {import('./targets.mjs').Test} test
 */
export function addChannelTests(test) {
  test('channel: calls, progress and an error', async () => {
    const { client, closed } = await open();
    equal([client.server.era, client.server.info?.name], ['modern', 'suite']);
    const texts = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const { content } = await client.callTool('ticket', { n, stub: '📏' });
        return content;
      }),
    );
    equal(
      texts,
      Array.from({ length: 50 }, (_, n) => [{ type: 'text', text: `${n}:📏` }]),
    );
    const key = crypto.randomUUID();
    /** @type {unknown[]} */
    const heard = [];
    const onProgress = (/** @type {{ progress: number }} */ { progress }) => {
      heard.push(progress);
      void client.notify('suite/mark', { mark: `${key} heard ${progress}` });
    };
    await client.callTool('lockstep', { key, steps: 3 }, { onProgress });
    equal(heard, [1, 2, 3]);
    await rejects(client.request('suite/fail'), { code: 'rpc_error', rpcCode: 1001, data: { job: 7 } });
    await client.close();
    await closed;
  });

  test('channel: an abort ends the call and the handler, and the channel goes on', async () => {
    const { client, closed } = await open();
    const key = crypto.randomUUID();
    const controller = new AbortController();
    const onMessage = () => controller.abort();
    await rejects(client.callTool('wait', { key, speak: true }, { signal: controller.signal, onMessage }), {
      code: 'aborted',
    });
    await client.request('suite/until', { mark: `${key} aborted` });
    await client.close();
    await closed;
  });

  test('channel: a subscription hears of changes beside calls, and ends with its reader', async () => {
    const { client, server, closed } = await open();
    const changes = client.listen(
      { resourceSubscriptions: ['suite://readme'] },
      { onListening: () => server.notify.resourceUpdated('suite://readme') },
    );
    equal(await changes.next(), { done: false, value: { type: 'resourceUpdated', uri: 'suite://readme' } });
    const next = changes.next();
    equal((await client.callTool('echo', { text: 'beside' })).content, [{ type: 'text', text: 'beside' }]);
    server.notify.resourceUpdated('suite://readme');
    equal(await next, { done: false, value: { type: 'resourceUpdated', uri: 'suite://readme' } });
    await changes.return?.();
    await client.close();
    await closed;
  });

  test('channel: characters of several bytes survive a cut at every byte', async () => {
    const { client, closed } = await open(1);
    const text = 'é€🌍 👩‍👩‍👧\n';
    equal((await client.callTool('echo', { text })).content, [{ type: 'text', text }]);
    await client.close();
    await closed;
  });

  test('channel: a server that closes it ends the handlers that run, and says so', async () => {
    const { client, server, serving, closed } = await open();
    const key = crypto.randomUUID();
    const call = rejects(client.callTool('wait', { key, speak: false }), { code: 'internal' });
    await client.request('suite/until', { mark: `${key} waiting` });
    await serving.close({ graceMs: 10 });
    await Promise.all([closed, call]);
    await rejects(client.callTool('echo', { text: 'late' }), { code: 'stream_ended' });
    await client.close();
    const other = await McpClient.connect(server);
    await other.request('suite/until', { mark: `${key} aborted` });
    await other.close();
  });
}

/**
 * A client and a server at two ends of a channel.
 *
 * @param {number} [size] bytes of each piece
 */
async function open(size) {
  const server = createServer();
  const [up, down] = [pieces(size), pieces(size)];
  const serving = serveChannel(server, { readable: up.readable, writable: down.writable });
  const client = await McpClient.connect(new ChannelTransport({ readable: down.readable, writable: up.writable }));
  return { client, server, serving, closed: serving.closed };
}

/**
 * @param {number} [size]
 * @returns {TransformStream<Uint8Array, Uint8Array>}
 */
function pieces(size = Infinity) {
  return new TransformStream({
    transform(bytes, controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
    },
  });
}
