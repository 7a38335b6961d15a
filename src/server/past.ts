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
   * The paths of the HTTP+SSE transport of revision 2024-11-05: its stream, and where its messages are posted. Default:
   * that transport is not served.
   */
  readonly httpSse?: { readonly sse: string; readonly messages: string };
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

/** Loads what serves older peers. */
export type LoadPast = () => Promise<{ readonly servePast: (host: PastHost) => Past }>;

/** The way to who serves older peers: loaded with the first of them. */
export class WayToPast {
  readonly #load: LoadPast;
  readonly #host: PastHost;
  // The thing and not a promise of it, which may fail, and on workerd belongs to the request that made it.
  #past: Past | undefined;

  constructor(load: LoadPast, host: PastHost) {
    this.#load = load;
    this.#host = host;
  }

  readonly open = async (): Promise<Past> => {
    const { servePast } = await this.#load();
    return (this.#past ??= servePast(this.#host));
  };

  async close(): Promise<void> {
    await this.#past?.close();
  }
}
