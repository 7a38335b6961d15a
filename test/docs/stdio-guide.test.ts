/** What docs/stdio.md shows, with real processes, sockets and ports. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { ChannelTransport, serveChannel } from 'mcpwire/stdio';
import { calculator } from '../../examples/docs/calculator.ts';
import { add, addOver, channelOf, listen } from '../../examples/docs/stdio.ts';
import { programs, type Programs } from '../stdio/programs.ts';

let built: Programs;
beforeAll(async () => {
  built = await programs('examples/docs/stdio-server.ts');
});
afterAll(() => built.remove());

test('a server as a process', async () => {
  expect(await add(process.execPath, [built.path('stdio-server')])).toEqual({ sum: 3 });
});

test('a Unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcpwire-socket-'));
  const listener = listen(join(folder, 'calculator.sock'));
  await once(listener, 'listening');
  expect(await addOver(join(folder, 'calculator.sock'))).toEqual({ sum: 3 });
  listener.close();
  // Its last connection has ended, too.
  await once(listener, 'close');
  rmSync(folder, { recursive: true });
});

test('a MessagePort', async () => {
  const { port1, port2 } = new MessageChannel();
  const { closed } = serveChannel(calculator, channelOf(port1));
  const client = await McpClient.connect(new ChannelTransport(channelOf(port2)));
  expect((await client.callTool('add', { a: 1, b: 2 })).structuredContent).toEqual({ sum: 3 });
  await client.close();
  await closed;
  port1.close();
});
