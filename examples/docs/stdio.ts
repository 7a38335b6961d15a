/** Over stdin and stdout, and over other byte streams. */
import { connect, createServer } from 'node:net';
import { Duplex } from 'node:stream';
import { McpClient } from 'mcpwire/client';
import { ChannelTransport, serveChannel, StdioTransport } from 'mcpwire/stdio';
import { calculator as server } from './calculator.ts';

export async function add(command: string, args: string[]) {
  // #region client
  const client = await McpClient.connect<typeof server>(
    new StdioTransport({ command, args, env: { API_TOKEN: process.env['CALCULATOR_TOKEN'] } }),
  );
  const { structuredContent } = await client.callTool('add', { a: 1, b: 2 });
  await client.close();
  // #endregion client
  return structuredContent;
}

export function listen(path: string) {
  // #region socket-server
  const listener = createServer((socket) => {
    serveChannel(server, Duplex.toWeb(socket), { auth: { subject: 'local', scopes: [], claims: {} } });
  });
  listener.listen(path); // such as '/run/user/1000/calculator.sock'
  // #endregion socket-server
  return listener;
}

export async function addOver(path: string) {
  // #region socket-client
  const client = await McpClient.connect(new ChannelTransport(Duplex.toWeb(connect(path))));
  // #endregion socket-client
  const { structuredContent } = await client.callTool('add', { a: 1, b: 2 });
  await client.close();
  return structuredContent;
}

// #region port
/** A `MessagePort` as two byte streams: to a worker, a frame, an extension. */
export function channelOf(port: MessagePort) {
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      port.addEventListener('message', ({ data }: MessageEvent<Uint8Array | null>) => {
        if (data === null) controller.close();
        else controller.enqueue(data);
      });
      port.start();
    },
    cancel: () => port.close(),
  });
  const writable = new WritableStream<Uint8Array>({
    write: (bytes) => port.postMessage(bytes),
    close: () => port.postMessage(null), // a port does not tell that the other end has closed
  });
  return { readable, writable };
}
// #endregion port
