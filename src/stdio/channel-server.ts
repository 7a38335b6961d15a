import { isMcpError, McpError } from '../errors.js';
import { parseMessage } from '../http/body.js';
import {
  errorResponse,
  isObject,
  isRequest,
  readId,
  readIncoming,
  rpcCodeOf,
  type JsonObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from '../json-rpc.js';
import type { Trusted } from '../server/definition.js';
import { metaOf, missingMeta, unsupportedVersion } from '../server/envelope.js';
import type { Peer } from '../server/exchange.js';
import type { PastChannel, WayToPast } from '../server/past.js';
import type { McpServer } from '../server/server.js';
import { META_CLIENT_CAPABILITIES, META_CLIENT_INFO, META_PROTOCOL_VERSION } from '../spec/meta.js';
import type { Implementation } from '../spec/types.js';
import { MODERN_VERSIONS } from '../spec/versions.js';
import { ChannelExchange, type ChannelPlace } from './channel-exchange.js';
import { atLeast, LINE_BYTES, LineWriter, readLines, within, type ByteChannel, type ChannelLimits } from './framing.js';

/** Limits of a server's channel. They bound what a client can make the server hold. */
export interface ServerChannelLimits extends ChannelLimits {
  /**
   * Requests whose handlers run at the same time, open subscriptions and cancelled requests that still run among them. A
   * request beyond it is refused with -32603 and may be sent again. The channel is read on, since a cancellation may come
   * next. Notifications with a handler count, too, and are dropped beyond it. Default 1,000.
   */
  readonly concurrentRequests?: number | undefined;
}

/** Options of {@link serveChannel}. */
export interface ServeChannelOptions extends Trusted {
  /** What the other side can make this one hold. Default: those of {@link ServerChannelLimits}. */
  readonly limits?: ServerChannelLimits | undefined;
  /** Milliseconds that running requests get when the input ends. Default 5,000. */
  readonly graceMs?: number | undefined;
  /**
   * Sends the messages of unexpected errors to the caller. They tend to hold paths, queries and credentials. Default
   * `false`; `serveStdio` does it, since its caller is who started it.
   */
  readonly unsafelyExposeErrorMessages?: boolean | undefined;
}

/** A channel that is being served. */
export interface ServedChannel {
  /** Settles when the channel has ended, however it ended. Never rejects. */
  readonly closed: Promise<void>;
  /**
   * Takes no more requests, lets running ones finish, ends subscriptions with their result, then ends the channel.
   *
   * @param options `graceMs`: milliseconds that running requests get. Default: that of the channel
   */
  readonly close: (options?: { readonly graceMs?: number }) => Promise<void>;
}

/** Revision in whose shapes a caller is answered that names none. */
const PLAIN_VERSION = '2025-03-26';
const NOTHING: JsonObject = Object.freeze({});

/**
 * Serves a server over a pair of byte streams, one message a line: the framing of stdio over a socket, a WebSocket or a
 * `MessagePort` wrapped as streams. Any number of channels may be served at once.
 *
 * @throws TypeError for limits that are no numbers
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
 *
 * @example
 * ```ts
 * createServer((socket) => serveChannel(server, Duplex.toWeb(socket))).listen('/run/jobs.sock');
 * ```
 */
export function serveChannel(
  server: McpServer<unknown>,
  channel: ByteChannel,
  options: ServeChannelOptions = {},
): ServedChannel {
  return serveBytes(server, channel, options, false);
}

/** @param owner the caller is who started this program */
export function serveBytes(
  server: McpServer<unknown>,
  channel: ByteChannel,
  options: ServeChannelOptions,
  owner: boolean,
): ServedChannel {
  const { unsafelyExposeErrorMessages = false } = options;
  const lineBytes = atLeast(1, options.limits?.lineBytes ?? LINE_BYTES, 'limits.lineBytes');
  const concurrentRequests = atLeast(1, options.limits?.concurrentRequests ?? 1_000, 'limits.concurrentRequests');
  const graceMs = atLeast(0, options.graceMs ?? 5_000, 'graceMs');
  const endpoint = server['~http'];
  const { limits } = endpoint;
  const running = endpoint.running.part();
  const writer = new LineWriter(channel.writable);
  const reader = channel.readable.getReader();
  const open = new Map<RequestId, ChannelExchange>();
  // Not those of `open`: a handler that ignores its cancellation runs on, however many more are sent and cancelled.
  let handlers = 0;
  const place: ChannelPlace = {
    writer,
    running,
    exposesErrors: unsafelyExposeErrorMessages,
    owner,
    highWaterBytes: limits.streamHighWaterBytes,
    dropBytes: limits.streamDropBytes,
  };

  const broken = (): void => {
    for (const exchange of open.values()) exchange.leave('The caller went away');
    reader.cancel().catch(() => {});
  };
  const write = (message: object): void => void writer.write(JSON.stringify(message)).catch(broken);
  const refuse = (id: RequestId | undefined, error: unknown): void => {
    const failure = isMcpError(error) ? error : new McpError('internal', endpoint.tell(error));
    const { message, data } = failure;
    write(errorResponse(id, { code: rpcCodeOf(failure), message, data }));
  };

  function request(message: JsonRpcRequest, meta: JsonObject | undefined, batch?: BatchPart): void {
    const { id, method } = message;
    const modern = meta?.[META_PROTOCOL_VERSION] !== undefined;
    checkRevision(message, meta, endpoint.legacy, past !== undefined);
    // The response of one could not be told from that of the other.
    if (open.has(id)) throw new McpError('invalid_request', `A request with the id ${JSON.stringify(id)} is running`);
    if (running.closing) throw new McpError('internal', 'The server is closing');
    if (handlers >= concurrentRequests) {
      const text = `${handlers} requests are running (limits.concurrentRequests); send it again when one has ended`;
      throw new McpError('internal', text);
    }
    const at = batch === undefined ? place : { ...place, gather: batch.gather };
    const exchange = new ChannelExchange(peerOf(meta, options), !modern, at, (torn) => {
      if (open.get(id) === exchange) open.delete(id);
      batch?.over();
      // Without a response only this tells the client that its subscription is no more, and that it has missed something
      // (cancellation, "Behavior Requirements").
      if (torn && method === 'subscriptions/listen')
        write({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } });
    });
    open.set(id, exchange);
    hand(message, exchange, modern);
  }

  function notification(message: JsonRpcNotification, meta: JsonObject | undefined): void {
    if (message.method === 'notifications/cancelled') {
      const { requestId, reason } = message.params ?? {};
      // One that is unknown or over has won the race (cancellation, "Error Handling").
      const why = typeof reason === 'string' ? `: ${reason.slice(0, 200)}` : '';
      return open.get(requestId as RequestId)?.leave(`The caller cancelled the request${why}`);
    }
    if (handlers >= concurrentRequests) return;
    const exchange = new ChannelExchange(peerOf(meta, options), false, place, () => {});
    // Nothing can be sent for it.
    exchange.end();
    hand(message, exchange, meta?.[META_PROTOCOL_VERSION] !== undefined);
  }

  function hand(message: JsonRpcRequest | JsonRpcNotification, exchange: ChannelExchange, modern: boolean): void {
    const [known, way] = modern || past === undefined ? [message, exchange] : past.wrap(message, exchange);
    running.begin();
    handlers++;
    void server.handle(known, way).then(() => {
      handlers--;
      if (way !== exchange) way.end();
      exchange.over = true;
      running.end(exchange);
      if (writer.failure !== undefined) broken();
    });
  }

  // An older client's handshake opens its session. Until who serves it has been loaded, the client's messages wait.
  let past: PastChannel | undefined;
  let loading: Promise<void> | undefined;
  async function load(way: WayToPast): Promise<void> {
    running.begin();
    try {
      const served = await way.open();
      const standing = new ChannelExchange(peerOf(undefined, options), true, place, () => {});
      past ??= served.channel(standing, running);
    } finally {
      running.end();
    }
  }

  /** Several messages in one line: their responses are one line, too (JSON-RPC 2.0, section 6). */
  function batch(values: unknown[]): boolean {
    const texts: string[] = [];
    let waiting = 1;
    const gather = (text: string): void => void texts.push(text);
    const over = (): void => {
      // Nothing at all where nothing is to be answered.
      if (--waiting === 0 && texts.length > 0) void writer.write(`[${texts.join()}]`).catch(broken);
    };
    const hand = (message: JsonRpcRequest | JsonRpcNotification): void => {
      const meta = metaOf(message);
      if (!isRequest(message)) return notification(message, meta);
      waiting++;
      try {
        request(message, meta, { gather, over });
      } catch (error) {
        waiting--;
        throw error;
      }
    };
    const taken = past?.batch(values, hand, gather) === true;
    if (taken) over();
    return taken;
  }

  function take(value: unknown): void {
    if (Array.isArray(value) && batch(value)) return;
    // A modern client is asked nothing; and an answer to its response could be taken for that to a request.
    if (isObject(value) && !('method' in value) && ('result' in value || 'error' in value)) return past?.answer(value);
    const message = readIncoming(value);
    const meta = metaOf(message);
    if (isRequest(message)) request(message, meta);
    else notification(message, meta);
  }

  const sink = {
    line(bytes: Uint8Array): void {
      let value: unknown;
      const failed = (error: unknown): void => refuse(readId(value), error);
      try {
        value = parseMessage(bytes, limits);
        if (past === undefined && endpoint.past !== undefined && isHandshake(value)) loading ??= load(endpoint.past);
        if (loading === undefined || metaOf(value)?.[META_PROTOCOL_VERSION] !== undefined) return take(value);
        const waiting: Promise<void> = loading.then(() => take(value)).catch(failed);
        loading = waiting;
        void waiting.then(() => {
          if (loading === waiting) loading = undefined;
        });
      } catch (error) {
        failed(error);
      }
    },
    skipped(id: RequestId | undefined): void {
      refuse(id, new McpError('invalid_request', `The line exceeds limits.lineBytes: ${lineBytes}`));
    },
  };
  // A client that sends and does not read is not read, either.
  const room = (): Promise<void> | undefined => (writer.unsent > lineBytes ? writer.flushed() : undefined);

  let ending: Promise<void> | undefined;
  const close = ({ graceMs: ms = graceMs } = {}): Promise<void> => (ending ??= end(ms));
  async function end(ms: number): Promise<void> {
    await running.close(ms);
    // What was aborted just now may still say so.
    if (open.size > 0) await new Promise((resolve) => setTimeout(resolve));
    for (const exchange of open.values()) exchange.leave('The server is closing');
    past?.close();
    await writer.close(ms);
    await within(ms, reader.cancel());
  }

  const closed = readLines(reader, lineBytes, sink, room)
    // Whoever cannot be read any more is not there any more.
    .catch(broken)
    .then(() => close());
  return { closed, close };
}

/** What the requests of one batch share. */
interface BatchPart {
  readonly gather: (text: string) => void;
  /** One of them is over. */
  readonly over: () => void;
}

/** Whether somebody of an older revision begins to speak. */
function isHandshake(value: unknown): boolean {
  const { method, params } = isObject(value) ? value : NOTHING;
  const opens = method === 'initialize' || method === 'ping';
  return opens && metaOf({ params })?.[META_PROTOCOL_VERSION] === undefined;
}

/** Refuses what is not of a revision that is served. */
function checkRevision(
  { method, params }: JsonRpcRequest,
  meta: JsonObject | undefined,
  legacy: unknown,
  shaken: boolean,
): void {
  const version = meta?.[META_PROTOCOL_VERSION];
  if (version === undefined) {
    const asked = params?.['protocolVersion'];
    if (method === 'initialize' && !shaken) throw unsupportedVersion(typeof asked === 'string' ? asked : '');
    if (legacy === false) throw missingMeta(META_PROTOCOL_VERSION);
    return;
  }
  if (typeof version !== 'string') throw missingMeta(META_PROTOCOL_VERSION);
  if (!MODERN_VERSIONS.includes(version)) throw unsupportedVersion(version);
  if (!isObject(meta?.[META_CLIENT_CAPABILITIES])) throw missingMeta(META_CLIENT_CAPABILITIES);
}

function peerOf(meta: JsonObject = NOTHING, { auth, platform }: Trusted): Peer {
  const version = meta[META_PROTOCOL_VERSION];
  const info = meta[META_CLIENT_INFO];
  const capabilities = meta[META_CLIENT_CAPABILITIES];
  return {
    protocolVersion: typeof version === 'string' ? version : PLAIN_VERSION,
    // Self-reported and unverified; shapes inside are the reader's to check.
    info: isObject(info) ? (info as unknown as Implementation) : undefined,
    capabilities: isObject(capabilities) ? capabilities : NOTHING,
    auth,
    platform,
  };
}
