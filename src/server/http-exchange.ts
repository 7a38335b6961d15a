import type { McpError } from '../errors.js';
import { SSE_TYPE, JSON_TYPE } from '../http/media.js';
import { encodeComment, encodeEvent } from '../http/sse-encode.js';
import {
  encodeMessage,
  HEADER_MISMATCH,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  UNSUPPORTED_VERSION,
  type JsonRpcNotification,
  type JsonRpcResponse,
} from '../json-rpc.js';
import { raise } from './context.js';
import type { Exchange, Peer, RespondOptions } from './exchange.js';
import type { Running } from './running.js';

/** Headers of an answer, lower case. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/**
 * The way back of one HTTP request, as a runtime provides it: `server.fetch` and the Node listener are two
 * implementations.
 */
export interface Reply {
  /** Answers with one body, or none. */
  answer(status: number, headers: AnswerHeaders, body?: string): void;
  /** Opens a stream with status 200. */
  open(headers: AnswerHeaders): void;
  /** Writes to the open stream. A promise means: at the high-water mark; it settles when there is room, or nobody left. */
  write(text: string): Promise<void> | undefined;
  /** Bytes written and not yet taken. */
  unsent(): number;
  /** Ends the open stream. */
  end(): void;
  /** Calls back once if the caller goes away before the end; at once if that has happened. */
  onGone(listener: () => void): void;
  /** Keeps the runtime from ending what works for this request with its connection, where it would. */
  outlive?(work: Promise<unknown>): void;
  /** Watches over answers that are slow to begin, where a runtime lets requests share a timer. */
  readonly silence?: SilenceWatch | undefined;
}

/** Calls back what has been waiting for `silenceMs`. */
export interface SilenceWatch {
  add(waiting: Silent): void;
  delete(waiting: Silent): void;
}

/** An answer that has not begun. */
export interface Silent {
  breakSilence(): void;
}

/** What an exchange needs to know of its endpoint. */
export interface ExchangeSettings {
  readonly keepAliveMs: number;
  readonly silenceMs: number;
  readonly streamDropBytes: number;
}

/** The headers of nearly every answer. One object, so that a runtime can recognise it. */
export const JSON_HEADERS: AnswerHeaders = { 'content-type': JSON_TYPE };
/** The headers of a stream. */
export const SSE_HEADERS: AnswerHeaders = {
  'content-type': SSE_TYPE,
  // No caching and no compression, which would hold events back.
  'cache-control': 'no-cache, no-transform',
  // Tells reverse proxies not to buffer (streamable-http, "Receiving Messages").
  'x-accel-buffering': 'no',
};

const PENDING = 0;
const OPEN = 1;
const DONE = 2;

/**
 * One HTTP request being answered: with one JSON object when the handler sends nothing first, as a stream from the moment
 * it does.
 */
export class HttpExchange implements Exchange, Silent {
  readonly peer: Peer;
  readonly bare: boolean;
  onClosing: (() => void) | undefined;
  /** The handler has ended: who looks at the signal later must not be kept. */
  over = false;
  readonly #reply: Reply;
  readonly #settings: ExchangeSettings;
  readonly #cors: AnswerHeaders | undefined;
  readonly #mayStream: boolean;
  readonly #running: Running;
  #state: typeof PENDING | typeof OPEN | typeof DONE = PENDING;
  #controller: AbortController | undefined;
  #watching = false;
  #gone = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastWrite = 0;

  constructor(
    peer: Peer,
    bare: boolean,
    reply: Reply,
    settings: ExchangeSettings,
    cors: AnswerHeaders | undefined,
    mayStream: boolean,
    running: Running,
  ) {
    this.peer = peer;
    this.bare = bare;
    this.#reply = reply;
    this.#settings = settings;
    this.#cors = cors;
    this.#mayStream = mayStream;
    this.#running = running;
  }

  get input(): 'replay' | 'none' {
    return this.bare ? 'none' : 'replay';
  }

  get gone(): boolean {
    this.#watch();
    return this.#gone;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.gone) this.#controller.abort(callerLeft());
      else if (!this.over) this.#running.listen(this);
    }
    return this.#controller.signal;
  }

  get streams(): boolean {
    return this.#mayStream;
  }

  /** It has become a stream. */
  get opened(): boolean {
    return this.#state === OPEN;
  }

  get unsent(): number {
    return this.#state === OPEN ? this.#reply.unsent() : 0;
  }

  /**
   * Called when the handler is running: if it stays silent, a first byte goes out before hosts and proxies give up.
   */
  watchSilence(): void {
    if (this.#state !== PENDING) return;
    const { silence } = this.#reply;
    if (silence === undefined) this.#timer = setTimeout(() => this.breakSilence(), this.#settings.silenceMs);
    else silence.add(this);
  }

  breakSilence(): void {
    if (this.#state !== PENDING || !this.#mayStream) return;
    this.#open();
    void this.#write(encodeComment());
  }

  async send(message: JsonRpcNotification): Promise<void> {
    if (this.#state === DONE || !this.#mayStream) return;
    // The author does not await, the client does not read: memory has an end, so these messages have.
    if (this.#state === OPEN && this.#reply.unsent() > this.#settings.streamDropBytes) return;
    const event = encodeEvent(encodeMessage(message));
    if (this.#state === PENDING) this.#open();
    await this.#write(event);
  }

  respond(response: JsonRpcResponse, { status = 0, headers, more = false }: RespondOptions = {}): Promise<void> | void {
    if (this.#state === DONE) return;
    // Before anything is sent: a result that JSON cannot carry throws here.
    const text = encodeMessage(response);
    if (this.#state === PENDING && more && this.#mayStream) this.#open();
    if (this.#state === OPEN) {
      const written = this.#write(encodeEvent(text));
      if (!more) this.end();
      return written;
    }
    const usual = 'error' in response ? statusOf(response.error.code, this.bare) : 200;
    const own = this.#headers(JSON_HEADERS);
    // A thrown error may bring a status from elsewhere, such as a 204 that another server gave.
    this.#reply.answer(status >= 400 && status < 600 ? status : usual, headers ? { ...own, ...headers } : own, text);
    // Not sooner: headers that the runtime refuses throw, and the caller must still be told.
    this.#finish();
  }

  end(): void {
    if (this.#state === OPEN) this.#reply.end();
    this.#finish();
  }

  cancel(reason: unknown): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }

  #headers(headers: AnswerHeaders): AnswerHeaders {
    return this.#cors === undefined ? headers : { ...headers, ...this.#cors };
  }

  #open(): void {
    this.#state = OPEN;
    this.#reply.open(this.#headers(SSE_HEADERS));
    this.#watch();
    // A caller may have been found gone just now.
    if (this.#state !== OPEN) return;
    this.#endSilence();
    this.#lastWrite = Date.now();
    this.#keepAlive(this.#settings.keepAliveMs);
  }

  #write(text: string): Promise<void> | undefined {
    if (this.#state !== OPEN) return undefined;
    this.#lastWrite = Date.now();
    return this.#reply.write(text);
  }

  /**
   * One timer a stream, re-armed only when it fires: runtimes keep timers of equal length in one list, and some bind a
   * timer to the request that made it, which a timer shared by all streams would outlive.
   */
  #keepAlive(delay: number): void {
    this.#timer = setTimeout(() => {
      const quiet = Date.now() - this.#lastWrite;
      const { keepAliveMs } = this.#settings;
      if (quiet < keepAliveMs) return this.#keepAlive(keepAliveMs - quiet);
      // A client that does not read gets no comments on top.
      if (this.#reply.unsent() === 0) void this.#write(encodeComment());
      this.#keepAlive(keepAliveMs);
    }, delay);
  }

  /** Listens for the caller's leaving, from the first moment that anybody wants to know. */
  #watch(): void {
    if (this.#watching || this.#state === DONE) return;
    this.#watching = true;
    this.#reply.onGone(() => {
      if (this.#state === DONE) return;
      this.#gone = true;
      this.#finish();
      this.#controller?.abort(callerLeft());
    });
  }

  #endSilence(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#reply.silence?.delete(this);
  }

  #finish(): void {
    this.#state = DONE;
    this.#endSilence();
  }
}

/** The HTTP status of a JSON-RPC error that is sent as the only answer (streamable-http, "Protocol Version Header"). */
export function statusOf(rpcCode: number, bare: boolean): number {
  if (rpcCode === METHOD_NOT_FOUND) return 404;
  if (rpcCode === PARSE_ERROR || rpcCode === INVALID_REQUEST) return 400;
  return !bare && rpcCode <= HEADER_MISMATCH && rpcCode >= UNSUPPORTED_VERSION ? 400 : 200;
}

function callerLeft(): McpError {
  return raise('aborted', 'The caller went away');
}
