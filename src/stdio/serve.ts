import type { Trusted } from '../server/definition.js';
import type { McpServer } from '../server/server.js';
import { serveBytes, type ServedChannel, type ServerChannelLimits } from './channel-server.js';
import { guardStdout } from './guard.js';
import { readableOf, writableOf } from './node-streams.js';

/** Options of {@link serveStdio}. */
export interface ServeStdioOptions extends Trusted {
  /** What the client can make this process hold. Default: those of {@link ServerChannelLimits}. */
  readonly limits?: ServerChannelLimits | undefined;
  /** Milliseconds that running requests get when stdin ends, or on SIGINT and SIGTERM. Default 5,000. */
  readonly graceMs?: number | undefined;
  /**
   * Whether the process exits when its client has left, also where timers or connections would keep it. Default `true`, since
   * nobody else ends it. With `false` that is up to you, also after SIGINT and SIGTERM: wait for `closed`.
   */
  readonly exit?: boolean | undefined;
}

/**
 * Serves a server over stdin and stdout, for the program that started this process. It ends when stdin does: running
 * requests get `graceMs`, then the process exits. SIGINT and SIGTERM do the same; a second one ends it at once.
 *
 * stdout belongs to the protocol: what `console.log` and others write there goes to stderr instead, with one warning. What
 * native code or a child process with the same stdout writes cannot be caught.
 *
 * The client is who started this process, so the messages of unexpected errors reach it.
 *
 * @returns at once; `closed` settles when the client has left
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
 *
 * @example
 * ```ts
 * serveStdio(server);
 * ```
 */
export function serveStdio(server: McpServer<unknown>, options: ServeStdioOptions = {}): ServedChannel {
  const { exit = true, ...rest } = options;
  const { stdin, stdout } = process;
  // What this process seals comes back to this process.
  server['~http'].service.alone = true;
  const guard = guardStdout(process);
  const channel = {
    readable: readableOf(stdin),
    writable: writableOf({ on: (event, listener) => stdout.on(event, listener) }, guard.write),
  };
  const { closed: ended, close } = serveBytes(server, channel, { ...rest, unsafelyExposeErrorMessages: true }, true);
  // In Deno a stdin that was paused once keeps no process alive any more, where it is a socket, as Node's pipes are.
  const alive = setInterval(() => {}, 2 ** 31 - 1);
  const onSignal = (): void => void close();
  for (const signal of SIGNALS) process.once(signal, onSignal);
  const closed = ended.then(() => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    clearInterval(alive);
    guard.release();
    if (exit) process.exit();
  });
  return { closed, close };
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
