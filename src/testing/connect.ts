/** A client and a server in one process. */
import type { ClientOf } from '../client/client.js';
import type { ConnectOptions } from '../client/options.js';
import { McpClient } from '../legacy/mcp-client.js';
import type { Served } from '../spec/served.js';
import type { FakeClock } from './clock.js';
import { disposable, type Disposes } from './dispose.js';
import type { Fetch } from './fetch.js';
import type { WireRecorder } from './record.js';
import type { Script } from './script.js';

/** Options of {@link connectInMemory}: those of `McpClient.connect`, and what a test puts around it. */
export interface InMemoryOptions extends Omit<ConnectOptions, 'fetch'> {
  /** Records what the client sends and receives, faults included. */
  readonly record?: WireRecorder | undefined;
  /** Stands between client and server, for example `(fetch) => faultyFetch(fetch, plan)`. */
  readonly wrap?: ((fetch: Fetch) => Fetch) | undefined;
  /** Answers what the server asks back. Disposing of the client fails when it was not played to its end. */
  readonly script?: Script | undefined;
  /** Installed before connecting, if it is not yet, and uninstalled when the client is disposed of. */
  readonly clock?: FakeClock | undefined;
  /** Whether disposing of the client closes the server as well. Default `false`. */
  readonly closeServer?: boolean | undefined;
}

/** The client of a server, for `await using` where the compiler's `lib` knows it. */
export type InMemoryClient<S extends Served> = ClientOf<S> & Disposes<'asyncDispose', Promise<void>>;

/**
 * Connects a client to a server in this process, without any network: the real client, the real HTTP codec, `server.fetch`.
 * What a test sees is what a user of the server would see.
 *
 * @param server an `McpServer`, or anything with `fetch(request)`, such as `{ fetch: server.handler({ auth }) }`
 * @throws McpError like `McpClient.connect`
 *
 * @example
 * ```ts
 * test('adds', async () => {
 *   await using client = await connectInMemory(server);
 *   expect(await client.callTool('add', { a: 1, b: 2 })).toMatchObject({ structuredContent: { sum: 3 } });
 * });
 * ```
 */
export async function connectInMemory<S extends Served>(
  server: S,
  options: InMemoryOptions = {},
): Promise<InMemoryClient<S>> {
  const { record, wrap, script, clock, closeServer = false, ...connect } = options;
  let fetch: Fetch = (url, init) => server.fetch(new Request(url, init));
  if (wrap !== undefined) fetch = wrap(fetch);
  if (record !== undefined) fetch = record.wrap(fetch);
  const ours = clock?.installed === false ? clock.install() : undefined;
  let client;
  try {
    client = await McpClient.connect<S>(server, { ...connect, ...script?.handlers, fetch });
  } catch (error) {
    ours?.uninstall();
    throw error;
  }
  return disposable(client, 'asyncDispose', async () => {
    try {
      await client.close();
      if (closeServer) await (server as { close?: () => Promise<void> }).close?.();
    } finally {
      clock?.uninstall();
    }
    script?.done();
  });
}
