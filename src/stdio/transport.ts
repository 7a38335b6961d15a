import type { ClientTransport, ExchangeOptions } from '../client/transport.js';
import type { JsonRpcMessage, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../json-rpc.js';
import { closedError, Others, settingsOf, type ChannelTransportOptions } from './channel-client.js';
import { atLeast } from './framing.js';
import type { ServerProcess } from './process.js';
import { Session } from './session.js';

/** Options of {@link StdioTransport}. */
export interface StdioTransportOptions extends ChannelTransportOptions {
  /**
   * The program. It is started without a shell, exactly as given here with `args`. Attack: a command from a configuration
   * that someone else wrote runs with the rights of this process; show it to the user before.
   */
  readonly command: string;
  /** Its arguments, one by one. Default none. */
  readonly args?: readonly string[] | undefined;
  /**
   * Environment variables beside those that every program needs (`PATH`, `HOME` and their like; see the guide). Attack: a server
   * that reads the credentials of its host. The unsafe choice is `env: process.env`. Default none; `undefined` takes one away.
   */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The folder that it runs in. Default: that of this process. */
  readonly cwd?: string | undefined;
  /**
   * What becomes of its stderr: `'inherit'`, `'ignore'`, or a function that gets it as text. Default: its end, 8 KiB, is kept for
   * errors; with a function, too.
   */
  readonly stderr?: 'inherit' | 'ignore' | ((text: string) => void) | undefined;
  /** Milliseconds to wait for the process to exit after stdin was closed, and again after SIGTERM. Default 5,000. */
  readonly graceMs?: number | undefined;
}

/**
 * Starts a server as a process of its own and carries MCP over its stdin and stdout. The process starts with the first
 * message, and starts anew with the first message after it has ended; calls that were running fail with `stream_ended`,
 * and `client.listen()` goes on by itself.
 *
 * `close()` closes stdin, waits, then sends SIGTERM and at last SIGKILL to the whole process group.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
 *
 * @example
 * ```ts
 * const client = await McpClient.connect(new StdioTransport({ command: 'node', args: ['server.js'] }));
 * ```
 */
export class StdioTransport implements ClientTransport {
  readonly #options: StdioTransportOptions;
  readonly #others = new Others();
  readonly #processes = new Set<ServerProcess>();
  #session: Promise<Session> | undefined;
  #closing: Promise<void> | undefined;

  /** @throws TypeError for options that make no sense */
  constructor(options: StdioTransportOptions) {
    const { command, args = [], graceMs = 0 } = options;
    if (typeof command !== 'string' || command === '') throw new TypeError('StdioTransport({ command }): a program');
    if (!Array.isArray(args) || !args.every((arg) => typeof arg === 'string'))
      throw new TypeError('StdioTransport({ args }): an array of strings');
    atLeast(0, graceMs, 'graceMs');
    settingsOf(options, this.#others);
    this.#options = { ...options };
  }

  /** The id of the process that runs; `undefined` before the first message and after its end. */
  get pid(): number | undefined {
    for (const { pid, over } of this.#processes) if (!over) return pid;
    return undefined;
  }

  /**
   * Sends a request and yields the messages that belong to it. Leaving it before its response cancels the request.
   *
   * @throws McpError `connection_failed` when the program cannot be started, `stream_ended` when it ends, both with `exitCode`,
   *   `exitSignal` and `stderr` where there are any
   */
  async *exchange(request: JsonRpcRequest, options: ExchangeOptions): AsyncGenerator<JsonRpcMessage, void, undefined> {
    const session = await this.#open();
    yield* session.exchange(request, options);
  }

  /** Sends a notification. */
  async notify(message: JsonRpcNotification, { signal }: ExchangeOptions): Promise<void> {
    await (await this.#open()).write(message, signal);
  }

  /** What belongs to no open request. */
  incoming(): AsyncIterable<JsonRpcRequest | JsonRpcNotification> {
    return this.#others.read();
  }

  /** Sends an answer to a request of the server. */
  async respond(response: JsonRpcResponse): Promise<void> {
    await (await this.#open()).write(response);
  }

  /** Set by the client once it has shaken hands with an older server: called when a process has ended. */
  lost: (() => void) | undefined;

  /** The same for every message, since a process belongs to one caller; and that of no other transport. */
  async authorization(): Promise<string> {
    return this.#others.name;
  }

  /** Ends the process. Settles when it has exited, and everything in its process group. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  /** The session with the process that runs; a new one where none does. */
  async #open(): Promise<Session> {
    if (this.#closing !== undefined) throw closedError();
    const starting = (this.#session ??= this.#start());
    const session = await starting.catch(() => undefined);
    if (session?.over === false) return session;
    // Whoever comes first clears the way for the next one.
    if (this.#session === starting) this.#session = undefined;
    return session === undefined ? starting : this.#open();
  }

  async #start(): Promise<Session> {
    const { startProcess } = await import('./process.js');
    if (this.#closing !== undefined) throw closedError();
    const child = startProcess(this.#options);
    this.#processes.add(child);
    const session = new Session(child.channel, {
      ...settingsOf(this.#options, this.#others),
      ended: (cause) => child.failure(cause),
    });
    // A process that has closed its stdout is of no use any more, whether it has exited or not.
    void session.closed.then(async () => {
      this.lost?.();
      await child.stop();
      this.#processes.delete(child);
    });
    return session;
  }

  async #close(): Promise<void> {
    this.#others.end();
    const session = await this.#session?.catch(() => undefined);
    const { graceMs = 5_000 } = this.#options;
    await session?.endInput(closedError(), graceMs);
    await Promise.all([...this.#processes].map((child) => child.stop()));
  }
}
