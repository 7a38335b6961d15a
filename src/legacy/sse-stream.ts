import { McpError } from '../errors.js';
import { encodeComment, encodeEvent } from '../http/sse-encode.js';
import {
  encodeMessage,
  isRequest,
  readIncoming,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
} from '../json-rpc.js';
import { raise } from '../server/context.js';
import type { Exchange, Peer, RespondOptions } from '../server/exchange.js';
import { SSE_HEADERS, type AnswerHeaders, type Reply } from '../server/http-exchange.js';
import { timerMs } from '../server/options.js';
import type { PastHost } from '../server/past.js';
import type { Running } from '../server/running.js';
import { isResponse } from './arrival.js';
import { LegacyChannel } from './channel.js';
import type { Revision } from './revisions.js';

/** Handlers that run at a time for one stream: unlike a POST that waits for its answer, these cost their caller nothing. */
const CONCURRENT = 1_000;

/** What a stream needs to know of the place that made it. */
export interface SseStreamSettings {
  readonly host: PastHost;
  readonly reply: Reply;
  readonly cors: AnswerHeaders | undefined;
  readonly place: Running;
  /** Who opened it. */
  readonly peer: Peer;
  /** In whose shapes it is answered before its handshake. */
  readonly revision: Revision;
  readonly keepAliveMs: number;
  /** Milliseconds after which the session is over in any case. */
  readonly ttlMs: number;
  /** Called once, at its end. */
  readonly over: () => void;
}

/** One stream of the HTTP+SSE transport and the session that lives with it: a channel, one way of which is POSTs. */
export class SseStream {
  readonly peer: Peer;
  readonly #settings: SseStreamSettings;
  readonly #channel: LegacyChannel;
  /** The way of what belongs to no request. Where the stream is served, it stands for the stream. */
  readonly #standing: SseExchange;
  /** Handlers that have not ended. */
  #running = 0;
  #retiring = false;
  #ended = false;
  #lastWrite = 0;
  #keeper: ReturnType<typeof setTimeout> | undefined;
  #lifetime: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: SseStreamSettings) {
    this.#settings = settings;
    this.peer = settings.peer;
    const { host, place, revision } = settings;
    this.#standing = new SseExchange(this, place, settings.peer, () => this.retire());
    this.#standing.onClosing = () => this.retire();
    this.#channel = new LegacyChannel(host, this.#standing, place, revision);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes that the client has not taken. */
  get unsent(): number {
    return this.#ended ? 0 : this.#settings.reply.unsent();
  }

  /** More than that is on its way: nobody reads. */
  get stuck(): boolean {
    return this.unsent > this.#settings.host.service.limits.streamDropBytes;
  }

  /** Opens the reply. @param endpoint where the client posts to */
  begin(endpoint: string): void {
    const { reply, cors, place, keepAliveMs, ttlMs } = this.#settings;
    place.begin();
    reply.open({ ...SSE_HEADERS, ...cors });
    this.#lifetime = setTimeout(() => this.end(), timerMs(ttlMs));
    this.#keepAlive(keepAliveMs);
    reply.onGone(() => this.end());
    if (this.#ended) return;
    this.#lastWrite = Date.now();
    void reply.write(`event: endpoint\ndata: ${endpoint}\n\n`);
    place.listen(this.#standing);
  }

  /** Sends a message's JSON text. A promise settles when there is room for more. */
  write(text: string): Promise<void> | undefined {
    if (this.#ended) return undefined;
    this.#lastWrite = Date.now();
    return this.#settings.reply.write(`event: message\n${encodeEvent(text)}`);
  }

  /**
   * Takes what was posted.
   *
   * @throws McpError for what is refused: the answer to the POST, since the stream carries answers to messages
   */
  take(value: unknown, peer: Peer): void {
    // Answers one by one: clients of this transport know no arrays.
    const one = (text: string): void => void this.write(text);
    if (this.#channel.batch(value, (message) => this.#hand(message, peer), one)) return;
    if (isResponse(value)) this.#channel.answer(value);
    else this.#hand(readIncoming(value), peer);
  }

  /** No more requests; what runs is answered, then the stream ends. */
  retire(): void {
    this.#retiring = true;
    if (this.#running === 0) this.end();
  }

  /** The session is over: what runs is aborted. */
  end(): void {
    if (this.#ended) return;
    const { reply, place, over } = this.#settings;
    this.#ended = true;
    clearTimeout(this.#keeper);
    clearTimeout(this.#lifetime);
    reply.end();
    this.#channel.close();
    this.#standing.over = true;
    place.end(this.#standing);
    over();
  }

  #hand(message: JsonRpcRequest | JsonRpcNotification, peer: Peer): void {
    const { host, place } = this.#settings;
    const channel = this.#channel;
    const request = isRequest(message);
    if (request) this.#check(message);
    else if (message.method === 'notifications/cancelled') channel.cancel(message.params);
    // They have no answer that could say so.
    if (!request && this.#running >= CONCURRENT) return;
    const inner = new SseExchange(this, place, peer);
    // Nothing can be sent for it.
    if (!request) inner.end();
    const [known, way] = channel.wrap(message, inner);
    place.begin();
    this.#running++;
    void Promise.resolve(host.handle(known, way)).then(() => {
      this.#running--;
      way.end();
      inner.over = true;
      place.end(inner);
      if (this.#retiring && this.#running === 0) this.end();
    });
  }

  #check({ id }: JsonRpcRequest): void {
    // The response of one could not be told from that of the other.
    if (this.#channel.runs(id))
      throw new McpError('invalid_request', `A request with the id ${JSON.stringify(id)} is running`);
    if (this.#retiring) throw new McpError('invalid_request', 'The server is closing', { status: 503 });
    if (this.stuck || this.#running >= CONCURRENT) {
      const why = this.stuck ? 'The stream is not read' : `${this.#running} requests are running`;
      throw new McpError('invalid_request', `${why}; try again later`, { status: 503 });
    }
  }

  #keepAlive(delay: number): void {
    this.#keeper = setTimeout(() => {
      const { keepAliveMs, reply } = this.#settings;
      const quiet = Date.now() - this.#lastWrite;
      if (quiet < keepAliveMs) return this.#keepAlive(keepAliveMs - quiet);
      // A client that does not read gets no comments on top.
      if (reply.unsent() === 0) {
        this.#lastWrite = Date.now();
        void reply.write(encodeComment());
      }
      this.#keepAlive(keepAliveMs);
    }, delay);
  }
}

/** The way back of one message, or of what belongs to none: the stream that all of them share. */
class SseExchange implements Exchange {
  readonly peer: Peer;
  readonly bare = true;
  readonly input = 'none';
  onClosing: (() => void) | undefined;
  /** The handler has ended: who looks at the signal later must not be kept. */
  over = false;
  readonly #stream: SseStream;
  readonly #place: Running;
  readonly #onEnd: (() => void) | undefined;
  #controller: AbortController | undefined;
  #done = false;

  /** @param onEnd of what stands for the stream: the server has no more to say on it */
  constructor(stream: SseStream, place: Running, peer: Peer, onEnd?: () => void) {
    this.peer = peer;
    this.#stream = stream;
    this.#place = place;
    this.#onEnd = onEnd;
  }

  get gone(): boolean {
    return this.#stream.ended;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#stream.ended) this.#controller.abort(raise('aborted', 'The caller went away'));
      else if (!this.over) this.#place.listen(this);
    }
    return this.#controller.signal;
  }

  get unsent(): number {
    return this.#stream.unsent;
  }

  async send(message: JsonRpcNotification): Promise<void> {
    // The author does not await, the client does not read: memory has an end, so these messages have.
    if (!this.#done && !this.#stream.stuck) await this.#stream.write(encodeMessage(message));
  }

  respond(response: JsonRpcResponse, { more = false }: RespondOptions = {}): Promise<void> | void {
    if (this.#done) return;
    // Before anything is sent: a result that JSON cannot carry throws here.
    const text = encodeMessage(response);
    this.#done = !more;
    return this.#stream.write(text);
  }

  end(): void {
    this.#done = true;
    this.#onEnd?.();
  }

  cancel(reason: unknown): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
    // What was aborted just now may still say so.
    if (this.#onEnd !== undefined) setTimeout(() => this.#stream.end());
  }
}
