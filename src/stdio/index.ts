/**
 * Servers and clients over stdin and stdout, and over any other pair of byte streams. `serveChannel` and
 * `ChannelTransport` use web standards alone; `serveStdio` and `StdioTransport` need Node, Bun or Deno when they are called.
 *
 * @module mcpwire/stdio
 */
export { serveChannel } from './channel-server.js';
export type { ServeChannelOptions, ServedChannel, ServerChannelLimits } from './channel-server.js';
export { ChannelTransport } from './channel-client.js';
export type { ChannelTransportOptions, ClientChannelLimits } from './channel-client.js';
export type { ByteChannel, ByteReader, ByteWriter, ChannelLimits } from './framing.js';
export { serveStdio } from './serve.js';
export type { ServeStdioOptions } from './serve.js';
export { StdioTransport } from './transport.js';
export type { StdioTransportOptions } from './transport.js';
