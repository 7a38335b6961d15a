import type { ClientTransport, ExchangeOptions } from '../client/transport.js';
import { McpError } from '../errors.js';
import type { JsonRpcMessage, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../json-rpc.js';
import { atLeast, LINE_BYTES, type ByteChannel, type ChannelLimits } from './framing.js';
import { Waiting } from './incoming.js';
import { Session } from './session.js';

/** Limits of a client's channel. They bound what a server can make the client hold. */
export interface ClientChannelLimits extends ChannelLimits {
  /** Bytes of messages of one call that wait for their reader. More fails the call. Default 16 MiB (16,777,216). */
  readonly unreadBytes?: number | undefined;
}

/** Options of {@link ChannelTransport}. */
export interface ChannelTransportOptions {
  /** What is held at most. Default: those of {@link ClientChannelLimits}. */
  readonly limits?: ClientChannelLimits | undefined;
  /** Hears of lines that are no messages, once. Default `console.warn`. */
  readonly onWarning?: ((warning: McpError) => void) | undefined;
  /**
   * Milliseconds of silence after `server/discover`, the first message, after which the handshake of older revisions goes out
   * as well. Some older servers answer nothing to what they do not know; others start slowly, and what they answer then still
   * counts. Default 5,000.
   */
  readonly probeMs?: number | undefined;
}

/** Milliseconds that a channel gets to take what is left when it is closed. */
const FLUSH_MS = 1_000;

/**
 * Carries MCP over a pair of byte streams, one message a line: the framing of stdio over a socket, a WebSocket or a
 * `MessagePort` wrapped as streams.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
 *
 * @example
 * ```ts
 * const client = await McpClient.connect(new ChannelTransport(Duplex.toWeb(connect('/run/jobs.sock'))));
 * ```
 */
export class ChannelTransport implements ClientTransport {
  /** Milliseconds; see {@link ChannelTransportOptions.probeMs}. */
  readonly probeMs: number;
  readonly #session: Session;
  readonly #other = new Others();

  /** @throws TypeError for limits and times that are no numbers */
  constructor(channel: ByteChannel, options: ChannelTransportOptions = {}) {
    this.probeMs = probeMsOf(options);
    this.#session = new Session(channel, {
      ...settingsOf(options, this.#other),
      ended: (cause) => new McpError('stream_ended', 'The channel has ended', { cause }),
    });
    void this.#session.closed.then(() => this.#other.end());
  }

  /** Sends a request and yields the messages that belong to it. Leaving it before its response cancels the request. */
  exchange(request: JsonRpcRequest, options: ExchangeOptions): AsyncIterable<JsonRpcMessage> {
    return this.#session.exchange(request, options);
  }

  /** Sends a notification. */
  async notify(message: JsonRpcNotification, { signal }: ExchangeOptions): Promise<void> {
    await this.#session.write(message, signal);
  }

  /** What belongs to no open request. */
  incoming(): AsyncIterable<JsonRpcRequest | JsonRpcNotification> {
    return this.#other.read();
  }

  /** Sends an answer to a request of the server. */
  async respond(response: JsonRpcResponse): Promise<void> {
    await this.#session.write(response);
  }

  /** The same for every message, since a channel belongs to one caller; and that of no other channel. */
  async authorization(): Promise<string> {
    return this.#other.name;
  }

  /** Sends what is left and ends the channel. */
  async close(): Promise<void> {
    this.#other.end();
    await this.#session.close(closedError(), FLUSH_MS);
  }
}

/** What all sessions of a transport share: its name, and the messages that belong to no call. */
export class Others {
  /** Of a transport: private answers in a store that several share are not those of another server. */
  readonly name: string = crypto.getRandomValues(new Uint32Array(4)).join('-');
  readonly #waiting = new Waiting<JsonRpcRequest | JsonRpcNotification>();

  /** @param most bytes that may wait already */
  add(message: JsonRpcRequest | JsonRpcNotification, bytes: number, most: number): void {
    // Nobody reads: such messages are news, and old news are none.
    if (this.#waiting.bytes > most) this.#waiting.clear();
    this.#waiting.push(message, bytes);
  }

  end(): void {
    this.#waiting.end();
  }

  async *read(): AsyncGenerator<JsonRpcRequest | JsonRpcNotification, void, undefined> {
    for (let message; (message = await this.#waiting.next()) !== undefined;) yield message;
  }
}

/** What all sessions of a transport share. */
export function settingsOf({ limits = {}, onWarning }: ChannelTransportOptions, others: Others) {
  const lineBytes = atLeast(1, limits.lineBytes ?? LINE_BYTES, 'limits.lineBytes');
  const unreadBytes = atLeast(1, limits.unreadBytes ?? LINE_BYTES, 'limits.unreadBytes');
  return {
    lineBytes,
    unreadBytes,
    // One line more than of a call: a long one alone must not be lost to the next.
    other: (message: JsonRpcRequest | JsonRpcNotification, bytes: number): void =>
      others.add(message, bytes, unreadBytes + lineBytes),
    warn: onWarning ?? ((warning: McpError): void => console.warn(warning)),
  };
}

/** The time after which an older server is assumed. */
export function probeMsOf({ probeMs = 5_000 }: ChannelTransportOptions): number {
  return atLeast(0, probeMs, 'probeMs');
}

/** The error of calls that the transport's end overtakes. */
export function closedError(): McpError {
  return new McpError('closed', 'The transport is closed');
}
