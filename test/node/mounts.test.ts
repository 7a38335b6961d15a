import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpClient } from 'mcpwire/client';
import { serve, toNodeListener } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import { expect, test, vi } from 'vitest';
import { gate, settle, until } from '../helpers/gate.js';
import { headersOf, rpc } from '../helpers/wire.js';

test('closing one of two places where a server is mounted leaves the other open', async () => {
  const server = new McpServer({ name: 'm', version: '1' }).tool('hi', {}, () => 'hi');
  const [first, second] = [await serve(server), await serve(server)];
  await first.close();
  const client = await McpClient.connect(second.url);
  expect(await client.callTool('hi')).toMatchObject({ content: [{ text: 'hi' }] });
  await client.close();
  await second.close();
});

test('closing waits for a running call of that place and answers it', async () => {
  const release = gate<string>();
  const begun = gate();
  const server = new McpServer({ name: 'm', version: '1' }).tool('slow', {}, () => {
    begun.open();
    return release.opened;
  });
  const running = await serve(server);
  const client = await McpClient.connect(running.url);
  const call = client.callTool('slow');
  await begun.opened;
  const closed = running.close();
  release.open('done');
  expect(await call).toMatchObject({ content: [{ text: 'done' }] });
  await closed;
  await client.close();
});

test('a call that outlives the grace period is aborted and told so', async () => {
  const begun = gate();
  const server = new McpServer({ name: 'm', version: '1' }).tool('slow', {}, (_args, ctx) => {
    begun.open();
    return new Promise<string>((_resolve, reject) => {
      ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error));
    });
  });
  const running = await serve(server);
  const client = await McpClient.connect(running.url);
  const call = client.callTool('slow');
  await begun.opened;
  await Promise.all([
    expect(call).rejects.toMatchObject({ rpcCode: -32603, message: 'The server is closing' }),
    running.close({ graceMs: 0 }),
  ]);
  await client.close();
});

test('a server that was closed is closed at every place, one where it is mounted later included', async () => {
  const server = new McpServer({ name: 'm', version: '1' }).tool('hi', {}, () => 'hi');
  const before = await serve(server);
  await server.close();
  const after = await serve(server);
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  for (const { url } of [before, after]) expect((await fetch(url, init)).status).toBe(503);
  await Promise.all([before.close(), after.close()]);
});

test('serve with an aborted signal is an McpError and listens nowhere', async () => {
  const server = new McpServer({ name: 'm', version: '1' });
  await expect(serve(server, { signal: AbortSignal.abort('no') })).rejects.toMatchObject({
    code: 'aborted',
    cause: 'no',
  });
});

test.each([false, true])('what answers before the server does ends no process (the tool sends: %j)', async (sends) => {
  const unhandled = vi.fn<(reason: unknown) => void>();
  process.on('unhandledRejection', unhandled);
  const release = gate();
  const ended = gate();
  const server = new McpServer({ name: 'm', version: '1' }).tool('slow', {}, async (_args, ctx) => {
    await release.opened;
    if (sends) await ctx.notify('late');
    ended.open();
    return 'late';
  });
  const listener = toNodeListener(server);
  const http = createServer((request, response) => {
    listener(request, response);
    // As a time limit of a framework does that begins to stream an error page.
    response.writeHead(503).write('too ');
    void (async () => {
      await until(() => request.readableEnded);
      release.open();
      await ended.opened;
      await settle();
      response.end('late');
    })();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const message = rpc('tools/call', { name: 'slow', arguments: {} });
  const init = { method: 'POST', headers: headersOf(message), body: JSON.stringify(message) };
  const response = await fetch(`http://127.0.0.1:${port}/`, init);
  expect([response.status, await response.text()]).toEqual([503, 'too late']);
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  await new Promise((resolve) => http.close(resolve));
});
