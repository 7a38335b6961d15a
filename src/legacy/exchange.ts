import { isObject, type JsonObject, type JsonRpcNotification, type JsonRpcResponse } from '../json-rpc.js';
import { raise } from '../server/context.js';
import type { Exchange, Given, HttpInfo, InputRequest, Peer, RespondOptions } from '../server/exchange.js';
import type { InputRequired } from '../server/input-required.js';
import { timerMs } from '../server/options.js';
import type { Method } from '../server/registry.js';
import { isMcpError, type McpError } from '../errors.js';
import type { Deferred } from '../util/deferred.js';
import { pause } from '../util/pause.js';
import { randomId } from '../util/random-id.js';
import type { LegacySession } from './session.js';
import type { ClientQuestion } from './questions.js';
import { errorFor, notificationFor, questionFor, resultFor } from './shapes.js';

/** An exchange with an older peer, as core code knows exchanges: what goes out is put into the words of its revision. */
export class LegacyExchange implements Exchange {
  readonly peer: Peer;
  readonly bare = true;
  readonly exposesErrors: boolean;
  readonly owner: boolean;
  /** Goes out with the response, where that is HTTP's. */
  headers: Readonly<Record<string, string>> | undefined;
  readonly session: LegacySession;
  readonly #method: string;
  readonly #inner: Exchange;
  readonly #over: (exchange: LegacyExchange) => void;
  /** Questions without an answer. */
  readonly #open = new Map<string, Deferred<unknown>>();
  #left = false;
  #done = false;

  /** @param over called once there is nothing more to cancel */
  constructor(session: LegacySession, method: string, inner: Exchange, over: (exchange: LegacyExchange) => void) {
    this.session = session;
    this.#method = method;
    this.#inner = inner;
    this.#over = over;
    this.peer = new LegacyPeer(session, inner.peer);
    this.exposesErrors = inner.exposesErrors === true;
    this.owner = inner.owner === true;
  }

  /** Something can be sent before the response. */
  get streams(): boolean {
    return !this.#done && this.#inner.streams !== false;
  }

  get input(): 'ask' | 'none' {
    return this.session.stateful && this.streams ? 'ask' : 'none';
  }

  get methods(): ReadonlyMap<string, Method | null> {
    return this.session.methods;
  }

  get signal(): AbortSignal {
    return this.#inner.signal;
  }

  get gone(): boolean {
    return this.#left || this.#inner.gone;
  }

  get unsent(): number {
    return this.#inner.unsent ?? 0;
  }

  get onClosing(): (() => void) | undefined {
    return this.#inner.onClosing;
  }

  set onClosing(listener: (() => void) | undefined) {
    this.#inner.onClosing = listener;
  }

  async send(message: JsonRpcNotification): Promise<void> {
    const translated = notificationFor(this.session.facts.revision, message);
    if (translated !== undefined) await this.#inner.send(translated);
  }

  respond(response: JsonRpcResponse, options: RespondOptions = {}): Promise<void> | void {
    const { revision } = this.session.facts;
    const translated: JsonRpcResponse =
      'error' in response
        ? { ...response, error: errorFor(revision, this.#method, response.error) }
        : { jsonrpc: '2.0', id: response.id, result: resultFor(revision, this.#method, response.result) };
    const own = 'error' in response ? undefined : this.headers;
    if (options.more !== true) this.#withdraw();
    const sent = this.#inner.respond(
      translated,
      own === undefined ? options : { ...options, headers: { ...options.headers, ...own } },
    );
    // Not sooner: what JSON cannot carry throws, and is to be answered in another way.
    if (options.more !== true) this.#finish();
    return sent;
  }

  async ask({ done, ...question }: InputRequest): Promise<unknown> {
    // 2025-11-25 gives pages to open a name, so that it can be said later that they are done.
    const elicitationId = question.params?.['mode'] === 'url' ? randomId() : undefined;
    const named =
      elicitationId === undefined ? question : { ...question, params: { ...question.params, elicitationId } };
    const answer = await this.#put(this.#translated(named));
    // Agreed is not done: the page that the caller has opened takes its time.
    if (elicitationId === undefined || done === undefined || !isObject(answer) || answer['action'] !== 'accept')
      return answer;
    const { askMs } = this.session.host.service.limits;
    if (await isDone(done, this.signal, askMs)) {
      await this.send({ jsonrpc: '2.0', method: 'notifications/elicitation/complete', params: { elicitationId } });
    }
    return answer;
  }

  async fulfil(form: InputRequired, again: (given: Given) => JsonObject | Promise<JsonObject>): Promise<JsonObject> {
    if (this.input !== 'ask') throw raise('missing_capability', 'This caller cannot be asked for input here');
    const { fulfil } = await import('./fulfil.js');
    return fulfil(this, this.session.host.service.limits.inputRounds, form, again);
  }

  async #put({ method, params }: ClientQuestion): Promise<unknown> {
    const { session } = this;
    const id = randomId();
    const answer = session.expect(id);
    this.#open.set(id, answer);
    const { signal } = this;
    const { askMs } = session.host.service.limits;
    const onAbort = (): void => answer.reject(signal.reason);
    const timer = setTimeout(() => answer.reject(late(method, askMs)), timerMs(askMs));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      const asked = { jsonrpc: '2.0' as const, id, method, ...(params && { params }) };
      // A notification with an id: that is what a request is.
      await Promise.race([this.#inner.send(asked), answer.promise]);
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#open.delete(id);
      if (session.forget(id)) void this.#inner.send(cancelled(id));
    }
  }

  async detach(options: { readonly retryMs?: number | undefined }): Promise<void> {
    await this.#inner.detach?.(options);
  }

  end(): void {
    this.#inner.end();
    this.#finish();
  }

  cancel(reason: unknown): void {
    this.#inner.cancel(reason);
  }

  /** The caller waits no more, and gets no response. */
  leave(error: McpError): void {
    this.#left = true;
    this.#withdraw();
    this.#inner.end();
    this.#inner.cancel(error);
    this.#finish();
  }

  #finish(): void {
    this.#done = true;
    this.#withdraw();
    this.#over(this);
  }

  /** Whoever still waits for an answer would do so for nothing; the client is told while there is a way. */
  #withdraw(): void {
    for (const [id, answer] of this.#open) {
      if (this.session.forget(id)) void this.#inner.send(cancelled(id));
      answer.reject(raise('aborted', 'The request is over'));
    }
    this.#open.clear();
  }

  #translated(question: InputRequest): ClientQuestion {
    const { method, params } = question;
    try {
      return questionFor(this.session.facts.revision, { method, ...(params && { params }) });
    } catch (error) {
      // What a revision has no word for, the handler's caller may know.
      throw isMcpError(error) ? raise(error.code, error.message, { data: error.data }) : error;
    }
  }
}

/** Who calls: what it said in its handshake, and what the transport knows of this very message. */
class LegacyPeer implements Peer {
  readonly protocolVersion: string;
  readonly info: Peer['info'];
  readonly capabilities: Peer['capabilities'];
  readonly #inner: Peer;

  constructor({ facts }: LegacySession, inner: Peer) {
    this.protocolVersion = facts.revision;
    this.info = facts.info;
    this.capabilities = facts.capabilities;
    this.#inner = inner;
  }

  get auth(): Peer['auth'] {
    return this.#inner.auth;
  }

  get platform(): unknown {
    return this.#inner.platform;
  }

  get http(): HttpInfo | undefined {
    return this.#inner.http;
  }
}

function cancelled(requestId: string): JsonRpcNotification {
  const params: JsonObject = { requestId, reason: 'Nobody waits for the answer any more' };
  return { jsonrpc: '2.0', method: 'notifications/cancelled', params };
}

function late(method: string, askMs: number): McpError {
  return raise('timeout', `The client did not answer ${method} within ${askMs} ms (limits.askMs)`);
}

/** Looks now and then whether something is done, until it is, or its time is over. */
async function isDone(done: () => boolean | Promise<boolean>, signal: AbortSignal, ms: number): Promise<boolean> {
  const end = Date.now() + ms;
  for (let delay = 250; ; delay = Math.min(2 * delay, 2_000)) {
    if (await done()) return true;
    if (Date.now() >= end) return false;
    await pause(delay, signal);
  }
}
