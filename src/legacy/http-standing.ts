import { McpError } from '../errors.js';
import { encodeMessage, METHOD_NOT_FOUND, type JsonRpcNotification } from '../json-rpc.js';
import type { Exchange, Peer } from '../server/exchange.js';
import { fail, refuse } from '../server/http-endpoint.js';
import type { Reply } from '../server/http-exchange.js';
import type { Arrival } from '../server/past.js';
import { deferred } from '../util/deferred.js';
import { streamKeyOf } from './event-connection.js';
import { EventStream, resume, type EventStreamSettings } from './event-stream.js';
import type { LegacySession } from './session.js';

/** Milliseconds for which changes are kept for a client whose stream broke and who may come back for them. */
const LINGER_MS = 60_000;
/** What the ids of these streams begin with. */
const KIND = 'G';

/** A session's own stream, on which it is told of changes: from a client's GET to its end, over all of its connections. */
export class HttpStanding {
  readonly #session: LegacySession;
  readonly #settings: EventStreamSettings;
  readonly #lingering: Set<HttpStanding>;
  #until = Infinity;
  #stream: EventStream | undefined;
  #connections = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unsubscribe: (() => void) | undefined;

  /** @param lingering those that nobody follows, the longest first */
  constructor(session: LegacySession, settings: EventStreamSettings, lingering: Set<HttpStanding>) {
    this.#session = session;
    this.#settings = settings;
    this.#lingering = lingering;
  }

  /**
   * Answers a GET.
   *
   * @param lastEventId of whichever of the session's streams the client has lost
   */
  async follow(arrival: Arrival, peer: Peer, lastEventId: string | undefined): Promise<void> {
    const { reply, cors } = arrival;
    if (lastEventId === undefined) return this.#begin(arrival, peer);
    const own = this.#stream !== undefined && lastEventId.startsWith(`${this.#stream.id}.`);
    const outcome = await resume(this.#settings, lastEventId, own ? this.#watched(reply) : reply, cors);
    if (outcome === 'resumed') return;
    if (own) this.#closed();
    // What it listened to is over, or was in a process that is no more, and it wants to listen on.
    if (lastEventId.startsWith(KIND)) return this.#begin(arrival, peer);
    if (outcome === 'ended') return reply.answer(204, cors ?? {});
    const gone = outcome === 'gone';
    refuse(
      reply,
      gone ? 410 : 400,
      `Last-Event-ID: ${gone ? 'what came after it is no longer kept' : 'unknown'}`,
      cors,
    );
  }

  async #begin({ reply, cors, place }: Arrival, peer: Peer): Promise<void> {
    // Two streams would each miss what the other is told; and one that is taken away shows nobody who did it.
    if (this.#connections > 0) return refuse(reply, 409, 'The session has a stream already', cors);
    this.#end();
    const stream = new EventStream(this.#settings, KIND);
    this.#stream = stream;
    // Its client may follow it through another process.
    this.#unsubscribe = this.#settings.wake(streamKeyOf(this.#settings, stream.id), (holder) => {
      if (holder !== undefined && this.#connections === 0) this.#linger();
    });
    const watched = this.#watched(reply);
    const connected = deferred<void>();
    const refused = await this.#session.stand(new StandingWay(stream, peer, connected.promise, reply), place);
    if (refused !== undefined) {
      this.#closed();
      // 405: there is no stream to be had (2025-11-25, basic/transports, "Listening for Messages from the Server").
      if (refused.code === METHOD_NOT_FOUND)
        return refuse(reply, 405, refused.message, { ...cors, allow: 'POST, DELETE' });
      return fail(reply, new McpError('internal', refused.message, { status: 503 }), undefined, cors);
    }
    await stream.connect(watched, cors);
    connected.resolve();
  }

  /** A reply whose end is noticed. */
  #watched(reply: Reply): Reply {
    this.#connections++;
    this.#stay();
    let closed = false;
    const close = (): void => {
      if (closed) return;
      closed = true;
      this.#closed();
    };
    return {
      answer: (...answer) => reply.answer(...answer),
      open: (headers) => reply.open(headers),
      write: (text) => reply.write(text),
      unsent: () => reply.unsent(),
      end() {
        reply.end();
        close();
      },
      onGone(listener) {
        reply.onGone(() => {
          close();
          listener();
        });
      },
    };
  }

  #closed(): void {
    if (--this.#connections === 0) this.#linger();
  }

  #stay(): void {
    clearTimeout(this.#timer);
    this.#lingering.delete(this);
  }

  #linger(): void {
    this.#stay();
    this.#until = Date.now() + LINGER_MS;
    this.#lingering.add(this);
    const timer = setTimeout(() => this.#end(), LINGER_MS);
    // A runtime whose timers keep a process alive gives an object.
    (timer as { unref?: () => void }).unref?.();
    this.#timer = timer;
  }

  /** Ends it, when it has lingered for long enough. On workerd the timer ends with the request that has set it. */
  expire(now: number): boolean {
    if (now < this.#until) return false;
    this.#end();
    return true;
  }

  /** Ends it, its connection included. */
  close(): void {
    this.#end();
  }

  #end(): void {
    this.#stay();
    this.#unsubscribe?.();
    this.#session.leave();
    void this.#stream?.finish();
    this.#stream = undefined;
  }
}

/** The way of a session's notifications into its stream. */
class StandingWay implements Exchange {
  readonly peer: Peer;
  readonly input = 'none';
  readonly bare = true;
  readonly gone = false;
  readonly signal = new AbortController().signal;
  readonly #stream: EventStream;
  readonly #connected: Promise<void>;
  readonly #reply: Reply;

  constructor(stream: EventStream, peer: Peer, connected: Promise<void>, reply: Reply) {
    this.peer = peer;
    this.#stream = stream;
    this.#connected = connected;
    this.#reply = reply;
  }

  get unsent(): number {
    return this.#reply.unsent();
  }

  async send(message: JsonRpcNotification): Promise<void> {
    await this.#connected;
    await this.#stream.send(encodeMessage(message));
  }

  respond(): void {
    this.end();
  }

  end(): void {
    void this.#connected.then(() => this.#stream.finish());
  }

  cancel(): void {
    this.end();
  }
}
