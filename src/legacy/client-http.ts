/**
 * Streamable HTTP as revisions 2025-03-26 to 2025-11-25 have it: with sessions, streams that can be resumed, and a stream
 * for what belongs to no exchange.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
 */
import { discard, readFailure } from '../client/http-response.js';
import type { HttpAnswer, HttpTransport } from '../client/http-transport.js';
import { type ExchangeOptions, noteFacts } from '../client/transport.js';
import { isMcpError, McpError } from '../errors.js';
import { JSON_TYPE, SSE_TYPE, typeOf } from '../http/media.js';
import {
  isRequest,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
} from '../json-rpc.js';
import { deferred } from '../util/deferred.js';
import { quiet } from '../util/quiet.js';
import { type Cursor, failureOf, parseMessages, readJson } from './client-http-events.js';
import { listen } from './client-http-listen.js';
import { readResumable } from './client-http-resume.js';
import { headersOf, posted, Questions, revisionIn, type Session, sessionOf, streamed } from './client-http-session.js';
import { Underway } from './client-http-underway.js';
import { until, within } from './client-http-wait.js';
import type { LegacyWire } from './wire.js';

const INITIALIZE = 'initialize';
/** Milliseconds that calls wait for the session's own stream to open. */
const HEARD_MS = 1_000;

/** Carries a client's messages to a server that speaks Streamable HTTP of the older revisions. */
export function httpWire(transport: HttpTransport): LegacyWire {
  return new HttpWire(transport);
}

type Sending = Pick<ExchangeOptions, 'signal' | 'headers'>;

class HttpWire implements LegacyWire {
  renew?: (() => Promise<void>) | undefined;
  missed?: (() => void) | undefined;
  readonly #transport: HttpTransport;
  readonly #underway = new Underway();
  readonly #questions = new Questions<Session>();
  #session = sessionOf();
  #renewal: { readonly of: Session; readonly done: Promise<void> } | undefined;

  constructor(transport: HttpTransport) {
    this.#transport = transport;
    // Before the handshake there is none to wait for.
    this.#session.ready.resolve();
  }

  async *exchange(request: JsonRpcRequest, options: ExchangeOptions): AsyncGenerator<JsonRpcMessage, void, undefined> {
    // Where the server may be at work for this call.
    let at: Session | undefined;
    const cancel = (reason: string): void => {
      if (at !== undefined) this.#cancel(request, at, options, reason);
      at = undefined;
    };
    // At once, since a lost connection is no cancellation here, and the client may be closed next.
    const task = this.#underway.begin(options.signal, ({ message }) => cancel(message));
    const sending = { ...options, signal: task.signal };
    try {
      let answer: HttpAnswer | undefined;
      for (let again = false; answer === undefined; again = true) {
        const session = await this.#sessionFor(request.method, task.signal);
        at = session;
        const { response, ...rest } = await this.#transport['~send'](posted(request, session), sending);
        if (response.status === 404 && session.id !== undefined && this.renew !== undefined && !again) {
          // Nothing has been processed, so that the request may be sent once more.
          at = undefined;
          discard(response);
          await until(this.#renewed(session), task.signal);
        } else {
          answer = { response, ...rest };
        }
      }
      if (!answer.response.ok) at = undefined;
      for await (const message of this.#messages(request, answer, at, sending)) {
        if (!('method' in message)) at = undefined;
        yield message;
      }
    } catch (error) {
      // Only one that has said too much, or nonsense, may still be at work and listening.
      if (!isMcpError(error) || !/^(?:limit_exceeded|invalid_message)$/.test(error.code)) at = undefined;
      throw error;
    } finally {
      task.release();
      cancel('The caller has left');
    }
  }

  async notify(message: JsonRpcNotification, options: ExchangeOptions): Promise<void> {
    const task = this.#underway.begin(options.signal);
    const { method } = message;
    try {
      const session = await this.#sessionFor(method, task.signal);
      // It is about what the old session knew: the new one, if there is one, has been told already, or need not be.
      const lost = await this.#tell(message, session, { ...options, signal: task.signal });
      if (lost !== undefined && method === 'notifications/initialized') throw lost;
      if (method === 'notifications/initialized') session.ready.resolve();
    } finally {
      task.release();
    }
  }

  async respond(response: JsonRpcResponse): Promise<void> {
    const session = this.#session;
    const answer = this.#questions.answer(response, session);
    if (answer === undefined) return;
    const task = this.#underway.begin();
    try {
      await this.#tell(answer, session, task);
    } finally {
      task.release();
    }
  }

  incoming(): AsyncIterable<JsonRpcRequest | JsonRpcNotification> {
    return this.#underway.incoming();
  }

  authorization(options: Pick<ExchangeOptions, 'headers'>): Promise<string | undefined> {
    return this.#transport.authorization(options);
  }

  opened(protocolVersion: string): void {
    const session = this.#session;
    session.version = protocolVersion;
    session.ready.resolve();
    if (session.listening !== undefined) return;
    const answered = deferred<void>();
    // Many a server asks on this stream what it has to ask during a call, and does not ask at all where there is none.
    session.heard = within(answered.promise, HEARD_MS);
    void this.#listen(session, answered.resolve).finally(answered.resolve);
  }

  async close(): Promise<void> {
    const { id, version } = this.#session;
    const end = { method: 'DELETE', headers: headersOf({ id, version }), body: null } as const;
    await this.#underway.close(id === undefined ? undefined : (signal) => this.#transport['~send'](end, { signal }));
    await this.#transport.close();
  }

  /** The session that a message belongs to: none for the one that makes it, and a finished one for all but the next. */
  async #sessionFor(method: string, signal: AbortSignal): Promise<Session> {
    if (method === INITIALIZE) return sessionOf();
    if (method === 'notifications/initialized') return this.#session;
    await until(this.#session.ready.promise, signal);
    const session = this.#session;
    if (session.heard !== undefined) await until(session.heard, signal);
    return session;
  }

  /** The messages of an answer. `session`: the one that it was asked in. */
  async *#messages(
    { id, method }: JsonRpcRequest,
    answer: HttpAnswer,
    asked: Session | undefined,
    options: Sending & Pick<ExchangeOptions, 'onKeepAlive'>,
  ): AsyncGenerator<JsonRpcMessage, void, undefined> {
    const { response, url, limits } = answer;
    const { status, headers } = response;
    if (!response.ok || asked === undefined) {
      yield await readFailure(response, id, options.signal, url, limits?.errorBody);
      return;
    }
    const type = typeOf(headers.get('content-type'));
    if (response.body === null || (type !== JSON_TYPE && type !== SSE_TYPE)) {
      discard(response);
      throw new McpError(
        'invalid_message',
        `${url} answered HTTP ${status} with ${type || 'no content type'}, not with JSON or an event stream: is it an MCP endpoint?`,
        { status, url },
      );
    }
    const session = method === INITIALIZE ? (this.#session = sessionOf(headers)) : asked;
    const again = (cursor: Cursor): Promise<HttpAnswer> => this.#connect(session, cursor, options);
    const messages =
      type === JSON_TYPE ? await readJson(answer, options.signal) : readResumable(answer, again, options);
    for await (const message of messages) {
      if ('error' in message) noteFacts(message, { status, url });
      if (method === INITIALIZE) session.version = revisionIn(message) ?? session.version;
      yield isRequest(message) ? this.#questions.ask(message, session) : message;
    }
  }

  /** Sends what has no answer. Returns the error where the server has lost the session. */
  async #tell(
    message: JsonRpcNotification | JsonRpcResponse,
    session: Session,
    options: Sending,
  ): Promise<McpError | undefined> {
    const answer = await this.#transport['~send'](posted(message, session), options);
    const { response } = answer;
    if (response.ok) {
      discard(response);
      return undefined;
    }
    const error = await failureOf(answer, options.signal);
    if (response.status === 404 && session.id !== undefined) return error;
    throw error;
  }

  #connect(session: Session, cursor: Cursor, options: Sending): Promise<HttpAnswer> {
    return this.#transport['~send'](streamed({ ...headersOf(session), ...cursor.header }), options);
  }

  #cancel({ id, method }: JsonRpcRequest, session: Session, { headers }: ExchangeOptions, reason: string): void {
    // https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/cancellation#behavior-requirements
    if (method === INITIALIZE) return;
    const params = { requestId: id, reason };
    const message = { jsonrpc: '2.0', method: 'notifications/cancelled', params } as const;
    this.#underway.farewell((signal) => this.#transport['~send'](posted(message, session), { signal, headers }));
  }

  /** Settles when there is another session in the place of a lost one. */
  #renewed(lost: Session): Promise<void> {
    if (this.#renewal?.of === lost) return this.#renewal.done;
    if (this.#session !== lost) return Promise.resolve();
    // Waiting for the handshake would be to wait for oneself: this is part of it.
    if (this.#renewal !== undefined)
      return Promise.reject(new McpError('stream_ended', 'The new session is lost, too'));
    const done = quiet(this.#renewOnce(lost));
    this.#renewal = { of: lost, done };
    return done;
  }

  async #renewOnce(lost: Session): Promise<void> {
    try {
      // Not before it is known that the renewal is under way.
      await Promise.resolve();
      await this.renew?.();
      this.opened(this.#session.version ?? lost.version ?? '');
      lost.listening?.abort(new McpError('closed', 'The session is lost'));
    } catch (error) {
      this.#session.ready.resolve();
      // The next request will find out again.
      this.#session = lost;
      throw error;
    } finally {
      this.#renewal = undefined;
    }
  }

  async #listen(session: Session, heard: () => void): Promise<void> {
    let task;
    try {
      task = this.#underway.begin();
    } catch {
      return;
    }
    session.listening = task;
    const { signal } = task;
    await listen({
      signal,
      open: (cursor) => this.#connect(session, cursor, { signal }),
      heard,
      deliver: (data) => {
        for (const message of parseMessages(data)) {
          // A response has its place in the stream of its request.
          if (!('method' in message)) continue;
          this.#underway.news(isRequest(message) ? this.#questions.ask(message, session) : message, data.length);
        }
      },
      missed: () => this.missed?.(),
      ...(session.id !== undefined && this.renew && { lost: () => this.#renewed(session) }),
    });
    task.release();
  }
}
