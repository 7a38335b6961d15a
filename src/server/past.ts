import type { JsonObject, JsonRpcNotification, JsonRpcRequest } from '../json-rpc.js';
import type { Trusted } from './definition.js';
import type { Discovery } from './discovery.js';
import type { Exchange } from './exchange.js';
import type { Handle, Head } from './http-endpoint.js';
import type { AnswerHeaders, Reply } from './http-exchange.js';
import type { Listening } from './listening.js';
import type { ServerOptions } from './options.js';
import type { Service } from './request-context.js';
import type { Running } from './running.js';
import type { EventStore, SessionStore } from './past-stores.js';

/** How peers of revisions before 2026-07-28 are served. */
export interface LegacyOptions {
  /**
   * Whether `initialize` over HTTP opens a session. Without, each request stands alone: handlers cannot ask the client for
   * input, and the client hears of no changes. Default `true`.
   */
  readonly sessions?: boolean;
  /** Milliseconds after which a session is over; its client opens a new one. Default 24 hours (86,400,000). */
  readonly sessionTtlMs?: number;
  /** Keeps what a session's id cannot say, for all processes that serve it. Default: this process alone. */
  readonly sessionStore?: SessionStore;
  /** Keeps what was sent on streams, for clients whose connection broke. Default: 16 MiB in this process. */
  readonly eventStore?: EventStore;
  /**
   * The paths of the HTTP+SSE transport of revision 2024-11-05: its stream (GET), and where its messages are posted. Each
   * begins with a slash and is the end of the path that was asked for, so that a prefix does no harm: what stands before
   * `sse` goes before `messages`, too. `serve()` answers at these paths as they are. Either may be the path of the endpoint
   * itself. `limits.subscriptions` and `limits.subscriptionsPerPrincipal` bound the open streams; more are answered with 503
   * and `Retry-After`. A session ends with its stream, or after `sessionTtlMs`. Default: that transport is not served.
   *
   * @example
   * ```ts
   * new McpServer({ name: 'jobs', version: '1.0.0' }, { legacy: { httpSse: { sse: '/sse', messages: '/messages' } } });
   * ```
   * @see https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse
   */
  readonly httpSse?: HttpSsePaths;
}

/** The paths of the HTTP+SSE transport. */
export interface HttpSsePaths {
  /** Of the stream. */
  readonly sse: string;
  /** Of what is posted. */
  readonly messages: string;
}

/** What a server gives those who serve its older peers. */
export interface PastHost {
  readonly handle: Handle;
  readonly service: Service;
  readonly options: ServerOptions;
  readonly running: Running;
  readonly discovery: Discovery;
  readonly listening: Listening;
  /** Hears what fails with nobody to answer; answers what a caller may know of it. */
  readonly tell: (error: unknown) => string;
}

/** An HTTP request that passed the guard. */
export interface Arrival {
  readonly head: Head;
  readonly reply: Reply;
  readonly trusted: Trusted;
  /** Headers that every answer carries. */
  readonly cors: AnswerHeaders | undefined;
  /** Where it came in. */
  readonly place: Running;
}

/** One channel of an older peer. */
export interface PastChannel {
  /** A message that is not of the modern era and its way back, as core code knows them. */
  wrap<M extends JsonRpcRequest | JsonRpcNotification>(message: M, exchange: Exchange): readonly [M, Exchange];
  /** Takes an answer to a question. */
  answer(response: JsonObject): void;
  /**
   * Takes several messages that came as one.
   *
   * @param hand takes one of them
   * @param settled takes the JSON text of the response to one that is not handed on
   * @returns whether it is a batch to this client, which knows such a thing or not
   * @throws McpError for one that is refused as a whole
   */
  batch(
    value: unknown,
    hand: (message: JsonRpcRequest | JsonRpcNotification) => void,
    settled: (text: string) => void,
  ): boolean;
  /** The channel has ended. */
  close(): void;
}

/** Serves older peers. */
export interface Past {
  /** Answers a GET, a DELETE, or a POST whose body is `value`. Never throws. */
  http(arrival: Arrival, value?: unknown): void;
  /**
   * Opens a channel.
   *
   * @param standing where notifications go that belong to no request
   */
  channel(standing: Exchange, place: Running): PastChannel;
  /** Lets go of everything, once what was aborted just now has had its turn to say so. */
  close(): Promise<void>;
}

/** The way to who serves older peers, who is loaded with the first of them. */
export interface WayToPast {
  /** Whether a POST that is not of the modern era comes from one of them, rather than from a peer that speaks plain JSON-RPC. */
  leads(value: unknown, head: Head, version: string | null | undefined): boolean;
  open(): Promise<Past>;
  /** Lets go of everything, once what was aborted just now has had its turn to say so. */
  close(): Promise<void>;
}

/** Makes the way of one server. */
export type MakeWayToPast = (host: PastHost) => WayToPast;
