import { McpError } from '../errors.js';
import { LAST_EVENT_HEADER, SESSION_HEADER, VERSION_HEADER } from '../http/headers.js';
import { acceptsStream } from '../http/media.js';
import { isObject, isRequest, readId, readIncoming, type JsonObject } from '../json-rpc.js';
import { fail, refuse, type Head } from '../server/http-endpoint.js';
import { HttpExchange, type ExchangeSettings } from '../server/http-exchange.js';
import { timerMs } from '../server/options.js';
import type { Arrival, PastHost } from '../server/past.js';
import type { Method } from '../server/registry.js';
import { ArrivalPeer, isResponse } from './arrival.js';
import { Batch, BatchExchange, isBatch, readBatch } from './batch.js';
import { EventStream, type EventStreamSettings } from './event-stream.js';
import type { EventStore } from '../server/past-stores.js';
import { memoryEventStore } from './event-store.js';
import { SessionExchange } from './http-exchange.js';
import { HttpSse } from './http-sse.js';
import { HttpStanding } from './http-standing.js';
import { LEGACY_VERSIONS } from '../spec/versions.js';
import { factsOf, legacyMethods } from './methods.js';
import { isSince, negotiated } from './revisions.js';
import { LegacySession, type SessionFacts } from './session.js';
import { Sessions, type OpenSession } from './sessions.js';

/** Milliseconds after which a client may come back for the rest of a stream. */
const RETRY_MS = 1_000;
/** The revision of a client that names none (2025-11-25, basic/transports, "Protocol Version Header"). */
const ASSUMED = '2025-03-26';
const NOTHING: JsonObject = Object.freeze({});

/** Serves older peers over Streamable HTTP. */
export class LegacyHttp {
  readonly #host: PastHost;
  readonly #sessions: Sessions | undefined;
  readonly #sse: HttpSse | undefined;
  readonly #methods: ReadonlyMap<string, Method | null>;
  readonly #events: EventStore;
  readonly #settings: ExchangeSettings;
  readonly #lingering = new Set<HttpStanding>();

  constructor(host: PastHost) {
    this.#host = host;
    const { legacy, keepAliveMs = 8_000 } = host.options;
    const { sessions = true, eventStore = memoryEventStore(), httpSse } = legacy || {};
    this.#events = eventStore;
    this.#settings = { ...host.service.limits, keepAliveMs: timerMs(keepAliveMs) };
    this.#methods = legacyMethods(host, async (facts, ctx) =>
      this.#sessions === undefined ? {} : { [SESSION_HEADER]: await this.#sessions.create(facts, ctx.auth) },
    );
    this.#sessions = sessions ? new Sessions(host, this.#methods) : undefined;
    this.#sse = httpSse && new HttpSse(host, httpSse);
  }

  /** Answers a GET, a DELETE, or a POST whose body is `value`. Never throws. */
  serve(arrival: Arrival, value: unknown): void {
    this.#serve(arrival, value).catch((error: unknown) => {
      const { reply, cors, head } = arrival;
      const failure = error instanceof McpError ? error : new McpError('internal', this.#host.tell(error));
      fail(reply, failure, readId(value) ?? noId(head), cors);
    });
  }

  close(): void {
    this.#sessions?.close();
    this.#sse?.close();
  }

  async #serve(arrival: Arrival, value: unknown): Promise<void> {
    const { head, reply, trusted, cors, place } = arrival;
    const { method } = head;
    if (place.closing) return refuse(reply, 503, 'The server is closing', { ...cors, 'retry-after': '1' });
    const older = this.#sse?.serve(arrival, value);
    if (older !== undefined) return older;
    if (isObject(value) && value['method'] === 'initialize') return this.#greet(arrival, value);
    const id = head.get(SESSION_HEADER);
    if (typeof id !== 'string' || this.#sessions === undefined) {
      if (method !== 'POST') return refuse(reply, 405, 'Send POST', { ...cors, allow: 'POST' });
      return this.#alone(arrival, value);
    }
    const open = await this.#sessions.open(id, trusted.auth);
    const version = head.get(VERSION_HEADER);
    if (typeof version === 'string' && !LEGACY_VERSIONS.includes(version))
      return refuse(reply, 400, `MCP-Protocol-Version ${JSON.stringify(version)} has no sessions`, cors);
    // Dead, unknown, somebody else's: nobody can tell which.
    if (open === undefined) return refuse(reply, 404, 'Session not found: send initialize', cors);
    if (method === 'GET') return this.#follow(arrival, open);
    if (method === 'DELETE') {
      await this.#sessions.end(open);
      return reply.answer(204, cors ?? {});
    }
    this.#post(arrival, open, value);
  }

  /** `initialize`: the answer may bring a session. */
  #greet(arrival: Arrival, value: JsonObject): void {
    const message = readIncoming(value);
    if (!isRequest(message)) return arrival.reply.answer(202, arrival.cors ?? {});
    const session = this.#sessionless(factsOf(message.params), this.#sessions !== undefined);
    // Not a stream: its headers, with the session's id, would go out before there is one.
    this.#hand(arrival, session, message, this.#aloneWay(arrival, false));
  }

  /** A message of no session: it stands alone. */
  #alone(arrival: Arrival, value: unknown): void {
    // A response answers nothing, since nothing was asked.
    if (isResponse(value)) return arrival.reply.answer(202, arrival.cors ?? {});
    const revision = negotiated(arrival.head.get(VERSION_HEADER) ?? ASSUMED);
    const session = this.#sessionless({ revision, info: undefined, capabilities: NOTHING }, false);
    const inner = this.#aloneWay(arrival);
    if (isBatch(revision, value)) this.#batch(arrival, session, value, inner);
    else this.#hand(arrival, session, readIncoming(value), inner);
  }

  #sessionless(facts: SessionFacts, stateful: boolean): LegacySession {
    return new LegacySession(this.#host, facts, this.#methods, stateful, { keep: () => {} });
  }

  #aloneWay(arrival: Arrival, mayStream = acceptsStream(arrival.head.get('accept'))): HttpExchange {
    const { head, reply, trusted, cors, place } = arrival;
    return new HttpExchange(new ArrivalPeer(head, trusted), true, reply, this.#settings, cors, mayStream, place);
  }

  #post(arrival: Arrival, open: OpenSession, value: unknown): void {
    const { session } = open;
    const { reply, cors } = arrival;
    if (isResponse(value)) {
      reply.answer(202, cors ?? {});
      return session.answer(value);
    }
    if (isBatch(session.facts.revision, value)) return this.#batch(arrival, session, value, this.#way(arrival, open));
    const message = readIncoming(value);
    if (message.method === 'notifications/cancelled' && !isRequest(message)) session.cancel(message.params);
    // The response of one could not be told from that of the other.
    if (isRequest(message) && session.runs(message.id))
      throw new McpError('invalid_request', `A request with the id ${JSON.stringify(message.id)} is running`);
    this.#hand(arrival, session, message, this.#way(arrival, open));
  }

  #way({ head, reply, trusted, cors, place }: Arrival, { session, key }: OpenSession): SessionExchange {
    return new SessionExchange({
      peer: new ArrivalPeer(head, trusted),
      reply,
      cors,
      streams: acceptsStream(head.get('accept')),
      place,
      silenceMs: this.#settings.silenceMs,
      stream: () => new EventStream(this.#streamSettings(session, key)),
    });
  }

  /** Several messages in one POST. */
  #batch(
    arrival: Arrival,
    session: LegacySession,
    values: readonly unknown[],
    inner: HttpExchange | SessionExchange,
  ): void {
    const { place } = arrival;
    const entries = readBatch(values, this.#host.service.limits.batch, session);
    const messages = entries.flatMap((entry) => ('message' in entry ? [entry.message] : []));
    const errors = entries.flatMap((entry) => ('error' in entry ? [entry.error] : []));
    const requests = messages.filter(isRequest).length;
    if (requests + errors.length === 0) accept(arrival, inner);
    place.begin();
    const batch = new Batch(inner, requests, errors);
    for (const entry of entries) if ('answer' in entry) session.answer(entry.answer);
    const handled = messages.map(async (message) => {
      const request = isRequest(message);
      if (!request && message.method === 'notifications/cancelled') session.cancel(message.params);
      const [wrapped, exchange] = session.wrap(message, new BatchExchange(inner, request ? batch : undefined));
      await this.#host.handle(wrapped, exchange);
      // Where its caller has cancelled it, nobody has ended it yet.
      exchange.end();
    });
    inner.watchSilence();
    void Promise.all(handled).then(() => {
      inner.over = true;
      place.end(inner);
    });
  }

  #hand(
    arrival: Arrival,
    session: LegacySession,
    message: ReturnType<typeof readIncoming>,
    inner: HttpExchange | SessionExchange,
  ): void {
    const { place } = arrival;
    if (!isRequest(message)) accept(arrival, inner);
    const [wrapped, exchange] = session.wrap(message, inner);
    place.begin();
    const handled = this.#host.handle(wrapped, exchange);
    const ended = (): void => {
      // Where its caller has cancelled it, nobody has ended it yet.
      exchange.end();
      inner.over = true;
      place.end(inner);
    };
    if (!handled) return ended();
    inner.watchSilence();
    // A session's call outlives its connection.
    if (inner instanceof SessionExchange) arrival.reply.outlive?.(handled);
    void handled.then(ended);
  }

  /** GET: the session's own stream, or the rest of one that was lost. */
  async #follow(arrival: Arrival, open: OpenSession): Promise<void> {
    const { head, reply, cors } = arrival;
    if (!acceptsStream(head.get('accept'))) return refuse(reply, 406, 'Send Accept: text/event-stream', cors);
    const settings = this.#streamSettings(open.session, open.key);
    const peer = new ArrivalPeer(head, arrival.trusted);
    const now = Date.now();
    for (const lingering of this.#lingering) if (!lingering.expire(now)) break;
    const standing = (open.carried.standing ??= new HttpStanding(open.session, settings, this.#lingering));
    const last = head.get(LAST_EVENT_HEADER);
    await standing.follow(arrival, peer, typeof last === 'string' ? last : undefined);
  }

  #streamSettings({ facts }: LegacySession, key: string): EventStreamSettings {
    const sessions = this.#sessions!;
    const { keepAliveMs, streamDropBytes } = this.#settings;
    return {
      store: this.#events,
      session: key,
      primes: isSince(facts.revision, '2025-11-25'),
      retryMs: RETRY_MS,
      keepAliveMs,
      streamDropBytes,
      announce: (stream, holder) => sessions.announce(key, stream, holder),
      wake: (stream, listener) => sessions.wake(stream, listener),
      onError: (error) => void this.#host.tell(error),
    };
  }
}

/** Answers what gets no response. */
function accept({ reply, cors }: Arrival, inner: HttpExchange | SessionExchange): void {
  reply.answer(202, cors ?? {});
  // Nothing can be sent any more; what the handler tries to send must not open a stream.
  if (inner instanceof SessionExchange) inner.finish();
  else inner.end();
}

/** What stands for an id that cannot be read: nothing since 2025-11-25, `null` as of old. */
function noId(head: Head): undefined | null {
  return isSince(negotiated(head.get(VERSION_HEADER) ?? ASSUMED), '2025-11-25') ? undefined : null;
}
