import type { ClientTransport, ExchangeOptions } from '../client/transport.js';
import { McpError } from '../errors.js';
import type { JsonRpcMessage, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../json-rpc.js';
import { closedError, Others, probeMsOf, settingsOf, type ChannelTransportOptions } from './channel-client.js';
import { atLeast, within } from './framing.js';
import type { ServerProcess } from './process.js';
import { innerId, outer } from './restarts.js';
import { Session, unlessAborted } from './session.js';

/** Options of {@link StdioTransport}. */
export interface StdioTransportOptions extends ChannelTransportOptions {
  /**
   * The program. It is started without a shell, exactly as given here with `args`; on Windows a batch file, such as `npx`, by
   * the command interpreter, with everything escaped, and not at all with arguments that cannot be. Attack: a command from a configuration
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

/** Milliseconds before a start that follows one in vain; they double with each, up to the longest. */
const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** Milliseconds that a handshake may take when a process was started anew. */
const GREETING_MS = 60_000;

/**
 * Starts a server as a process of its own and carries MCP over its stdin and stdout. The process starts with the first
 * message, and starts anew with the first message after it has ended; calls that were running fail with `stream_ended`,
 * and `client.listen()` goes on by itself. Where the last start was in vain, since the process ended before it answered
 * anything, the next one waits: 100 ms, and twice as long each time, up to 10 s.
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
  /** Milliseconds; see {@link ChannelTransportOptions.probeMs}. */
  readonly probeMs: number;
  /**
   * Set by the client once it has shaken hands with an older server: called with each process that is started from then on,
   * before any other message goes there. What it rejects with fails the messages that wait, and the next one starts anew.
   */
  greet: ((transport: ClientTransport) => Promise<void>) | undefined;
  readonly #options: StdioTransportOptions;
  readonly #others = new Others();
  readonly #processes = new Set<ServerProcess>();
  readonly #closed = new AbortController();
  /** The session that messages go to, once its process is ready. */
  #session: Promise<Session> | undefined;
  /** The same, also while its process is not ready yet. */
  #newest: Session | undefined;
  #starts = 0;
  /** The last starts, as many of them as were in vain, and when the last of them ended. */
  #vain = 0;
  #vainAt = 0;
  #closing: Promise<void> | undefined;

  /** @throws TypeError for options that make no sense */
  constructor(options: StdioTransportOptions) {
    const { command, args = [], graceMs = 0 } = options;
    if (typeof command !== 'string' || command === '') throw new TypeError('StdioTransport({ command }): a program');
    if (!Array.isArray(args) || !args.every((arg) => typeof arg === 'string'))
      throw new TypeError('StdioTransport({ args }): an array of strings');
    atLeast(0, graceMs, 'graceMs');
    settingsOf(options, this.#others);
    this.probeMs = probeMsOf(options);
    this.#options = { ...options };
  }

  /** The id of the process that runs; `undefined` before the first message and after its end. */
  get pid(): number | undefined {
    // The newest, since one that is on its way out may still run.
    return [...this.#processes].filter(({ over }) => !over).at(-1)?.pid;
  }

  /**
   * Sends a request and yields the messages that belong to it. Leaving it before its response cancels the request.
   *
   * @throws McpError `connection_failed` when the program cannot be started, `stream_ended` when it ends, both with `exitCode`,
   *   `exitSignal` and `stderr` where there are any
   */
  async *exchange(request: JsonRpcRequest, options: ExchangeOptions): AsyncGenerator<JsonRpcMessage, void, undefined> {
    const session = await this.#open(options.signal);
    yield* session.exchange(request, options);
  }

  /** Sends a notification. */
  async notify(message: JsonRpcNotification, { signal }: ExchangeOptions): Promise<void> {
    await (await this.#open(signal)).write(message, signal);
  }

  /** What belongs to no open request, of all processes one after the other. */
  incoming(): AsyncIterable<JsonRpcRequest | JsonRpcNotification> {
    return this.#others.read();
  }

  /** Sends an answer to a request of the server. One to a process that has ended is dropped. */
  async respond(response: JsonRpcResponse): Promise<void> {
    const id = innerId(this.#starts, response.id);
    if (id !== undefined && this.#newest?.over === false) await this.#newest.write({ ...response, id });
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
  #open(signal: AbortSignal): Promise<Session> {
    // Nothing is started for what nobody wants any more.
    return unlessAborted(signal.aborted ? new Promise<never>(() => {}) : this.#ready(), signal);
  }

  async #ready(): Promise<Session> {
    if (this.#closing !== undefined) throw closedError();
    const starting = (this.#session ??= this.#start());
    const session = await starting.catch(() => undefined);
    if (session?.over === false) return session;
    // Whoever comes first clears the way for the next one.
    if (this.#session === starting) this.#session = undefined;
    return session === undefined ? starting : this.#ready();
  }

  async #start(): Promise<Session> {
    const { loadSystem, startProcess } = await import('./process.js');
    const system = await loadSystem();
    await this.#pause();
    if (this.#closing !== undefined) throw closedError();
    const { greet } = this;
    const child = startProcess(this.#options, system);
    this.#processes.add(child);
    const start = ++this.#starts;
    let greeted = false;
    let known = false;
    const told = (useful: boolean): void => {
      if (known) return;
      known = true;
      this.#vain = useful ? 0 : this.#vain + 1;
      this.#vainAt = performance.now();
    };
    const settings = settingsOf(this.#options, this.#others);
    const session = new Session(child.channel, {
      ...settings,
      other: (message, bytes) => settings.other(outer(start, message), bytes),
      ended: (cause) => {
        told(session.answered && (greet === undefined || greeted));
        return child.failure(cause, this.#vain);
      },
    });
    this.#newest = session;
    // A process that has closed its stdout is of no use any more, whether it has exited or not.
    void session.closed.then(async () => {
      this.lost?.();
      await child.stop();
      this.#processes.delete(child);
    });
    if (greet === undefined) return session;
    try {
      const greeting = unlessAborted(greet(viewOf(session)), this.#closed.signal);
      if (!(await within(GREETING_MS, greeting)))
        throw new McpError('timeout', `The server has been started anew and not greeted in ${GREETING_MS} ms`);
      await greeting;
      greeted = true;
      return session;
    } catch (error) {
      told(false);
      // It would take no other message.
      void session.endInput(McpError.from(error), 0).then(() => child.stop());
      throw error;
    }
  }

  /** A server that ends whenever it is started must not be started without end. */
  async #pause(): Promise<void> {
    if (this.#vain === 0) return;
    const pause = Math.min(PAUSE_MS * 2 ** (this.#vain - 1), LONGEST_PAUSE_MS);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#vainAt + pause - performance.now());
    });
    await unlessAborted(over, this.#closed.signal).finally(() => clearTimeout(timer));
  }

  async #close(): Promise<void> {
    this.#closed.abort(closedError());
    this.#others.end();
    const { graceMs = 5_000 } = this.#options;
    await this.#newest?.endInput(closedError(), graceMs);
    await Promise.all([...this.#processes].map((child) => child.stop()));
  }
}

/** One process as a transport, for the handshake. What belongs to no request goes where it always goes. */
function viewOf(session: Session): ClientTransport {
  return {
    exchange: (request, options) => session.exchange(request, options),
    notify: (message, { signal }) => session.write(message, signal),
    respond: (response) => session.write(response),
    close: async () => {},
  };
}
