import { encodeMessage, type JsonRpcNotification, type JsonRpcResponse } from '../json-rpc.js';
import type { Exchange, Peer, RespondOptions } from '../server/exchange.js';
import { JSON_HEADERS, SSE_HEADERS, type AnswerHeaders, type Reply, type Silent } from '../server/http-exchange.js';
import type { Running } from '../server/running.js';
import { Abort } from './abort.js';
import type { EventStream } from './event-stream.js';

/** What an exchange needs to know of the place that made it. */
export interface SessionExchangeSettings {
  readonly peer: Peer;
  readonly reply: Reply;
  readonly cors: AnswerHeaders | undefined;
  /** The caller accepts a stream. */
  readonly streams: boolean;
  readonly place: Running;
  readonly silenceMs: number;
  /** Makes the stream that the answer becomes, when it does. */
  readonly stream: () => EventStream;
}

const PENDING = 0;
const OPEN = 1;
const DONE = 2;

/**
 * One POST of a session being answered: with one JSON object when the handler sends nothing first, as a stream from the
 * moment it does. A lost connection ends nothing: the stream goes on, and the client comes back for it (2025-11-25,
 * basic/transports, "Sending Messages to the Server").
 */
export class SessionExchange implements Exchange, Silent {
  readonly peer: Peer;
  readonly bare = true;
  readonly input = 'none';
  /** Its connection may be; the client comes back. Who has cancelled is known further out. */
  readonly gone = false;
  onClosing: (() => void) | undefined;
  /** The handler has ended: who looks at the signal later must not be kept. */
  over = false;
  readonly #settings: SessionExchangeSettings;
  #state: typeof PENDING | typeof OPEN | typeof DONE = PENDING;
  #stream: EventStream | undefined;
  readonly #abort = new Abort();
  #listening = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: SessionExchangeSettings) {
    this.#settings = settings;
    this.peer = settings.peer;
    const { reply } = settings;
    // Before the stream has begun there is nothing to come back to: what is to be sent reaches nobody.
    reply.onGone(() => {
      if (this.#state === PENDING) this.finish();
    });
  }

  get streams(): boolean {
    return this.#settings.streams && this.#state !== DONE;
  }

  get signal(): AbortSignal {
    if (!this.#listening) {
      this.#listening = true;
      if (!this.over) this.#settings.place.listen(this);
    }
    return this.#abort.signal;
  }

  /** It has become a stream. */
  get opened(): boolean {
    return this.#state === OPEN;
  }

  get unsent(): number {
    return this.#state === OPEN ? this.#settings.reply.unsent() : 0;
  }

  /** Called when the handler is running: if it stays silent, a first byte goes out before hosts and proxies give up. */
  watchSilence(): void {
    if (this.#state !== PENDING) return;
    const { reply, silenceMs } = this.#settings;
    if (reply.silence === undefined) this.#timer = setTimeout(() => this.breakSilence(), silenceMs);
    else reply.silence.add(this);
  }

  breakSilence(): void {
    if (this.#state === PENDING && this.#settings.streams) this.#open();
  }

  async send(message: JsonRpcNotification): Promise<void> {
    if (this.#state === DONE || !this.#settings.streams) return;
    await this.#open().send(encodeMessage(message));
  }

  respond(response: JsonRpcResponse, { status = 0, headers, more = false }: RespondOptions = {}): Promise<void> | void {
    if (this.#state === DONE) return;
    // Before anything is sent: a result that JSON cannot carry throws here.
    const text = encodeMessage(response);
    if (this.#state === OPEN || (more && this.#settings.streams)) {
      const stream = this.#open();
      if (more) return stream.send(text, true);
      this.finish();
      return stream.finish(text);
    }
    // 404 says that the session is dead, which it is not; other errors ride on 200.
    const refused = status >= 400 && status < 600 && status !== 404;
    const own = { ...JSON_HEADERS, ...this.#settings.cors, ...headers };
    this.#settings.reply.answer(refused ? status : 200, own, text);
    this.finish();
  }

  async detach({ retryMs }: { readonly retryMs?: number | undefined }): Promise<void> {
    if (this.#state === DONE || !this.#settings.streams) return;
    await this.#open().detach({ retryMs });
  }

  end(): void {
    const { reply, cors, streams } = this.#settings;
    if (this.#state === OPEN) {
      void this.#stream?.finish();
    } else if (this.#state === PENDING && streams) {
      // Cancelled before anything was sent: there is no response (2025-11-25, basic/utilities/cancellation), and so no JSON.
      reply.open({ ...SSE_HEADERS, ...cors });
      reply.end();
    } else if (this.#state === PENDING) {
      reply.answer(202, cors ?? {});
    }
    this.finish();
  }

  /** Nothing is sent any more. */
  finish(): void {
    this.#state = DONE;
    this.#endSilence();
  }

  cancel(reason: unknown): void {
    this.#abort.abort(reason);
  }

  #open(): EventStream {
    if (this.#stream !== undefined) return this.#stream;
    this.#state = OPEN;
    this.#endSilence();
    const { stream, reply, cors } = this.#settings;
    this.#stream = stream();
    void this.#stream.connect(reply, cors);
    return this.#stream;
  }

  #endSilence(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#settings.reply.silence?.delete(this);
  }
}
