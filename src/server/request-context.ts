import type { McpError } from '../errors.js';
import {
  isObject,
  isRequestId,
  ResultResponse,
  type JsonObject,
  type RequestId,
  type ResultStamp,
} from '../json-rpc.js';
import { isThenable, type SchemaOutput, type SchemaTypes } from '../schema/standard.js';
import { META_LOG_LEVEL } from '../spec/meta.js';
import type { CreateMessageRequestParams, CreateMessageResult, LoggingLevel, MetaObject, Root } from '../spec/types.js';
import { quiet } from '../util/quiet.js';
import type { Sealer, Secret } from '../util/seal.js';
import {
  raise,
  type AskOptions,
  type Context,
  type Elicited,
  type ElicitUrlOptions,
  type ErrorOptions,
} from './context.js';
import type { ServerAuth } from './authorization.js';
import { requireCapabilities } from './capabilities.js';
import type { Listed } from './catalog.js';
import type { AuthInfo, Exchange, Given, HttpInfo, RespondOptions } from './exchange.js';
import type { Ask } from './input.js';
import { isInputRequired } from './input-required.js';
import { logBudget, wantsLog } from './log.js';
import type { ServerLimits } from './options.js';
import type { Replay } from './replay.js';

/** What requests need of their server. */
export interface Service {
  /** The server's name: what it seals, no other server opens, though it have the same secret. */
  readonly name: string;
  /** The server may send log messages. */
  readonly logging: boolean;
  readonly secret: Secret | readonly Secret[] | undefined;
  /** Who decides what callers may do. */
  readonly auth?: ServerAuth | undefined;
  readonly limits: ServerLimits;
  /** The result types of the protocol and of the extensions; extensions add theirs. */
  readonly resultTypes: Set<unknown>;
  /** Made when the first state is sealed or opened. */
  sealer?: Sealer;
  /** No other process will see what this one seals. */
  alone?: boolean;
}

const NO_META: MetaObject = Object.freeze({});

/** The implementation of {@link Context} over one exchange. */
export class RequestContext implements Context {
  readonly id: RequestId | undefined;
  readonly meta: MetaObject;
  /** {@link respond} was called. */
  responded = false;
  /** Set before any handler runs, where the server makes one. */
  context: unknown = undefined;
  readonly #message: { readonly method: string; readonly params?: JsonObject };
  readonly #service: Service;
  readonly exchange: Exchange;
  readonly #stamp: ResultStamp | undefined;
  readonly #mayRespond: boolean;
  #mayLog: (() => boolean) | undefined;
  #lastProgress = -Infinity;
  #asks = false;
  /** The function of a {@link once} is on the stack. */
  #inOnce = false;
  #input: Promise<Ask> | undefined;
  #replay: Replay | undefined;
  /** What a caller that is asked over its stream has answered. */
  #given: Given | undefined;
  #begin: ((replay: Replay) => void) | undefined;

  /**
   * @param stamp what goes into every result, for peers that know it
   * @param mayRespond a custom method, or a peer without result types: {@link respond} may answer early
   */
  constructor(
    message: { readonly id?: RequestId; readonly method: string; readonly params?: JsonObject },
    service: Service,
    exchange: Exchange,
    stamp: ResultStamp | undefined,
    mayRespond: boolean,
  ) {
    this.id = message.id;
    const meta = message.params?.['_meta'];
    this.meta = isObject(meta) ? meta : NO_META;
    this.#message = message;
    this.#service = service;
    this.exchange = exchange;
    this.#stamp = stamp;
    this.#mayRespond = mayRespond;
  }

  /** Answers with what the handler returned, unless it has answered by itself. */
  answer(result: JsonObject): Promise<void> | void {
    if (this.responded) this.exchange.end();
    else return this.#respond(result);
  }

  #respond(result: JsonObject, options?: RespondOptions): Promise<void> | void {
    // Not sealed: it came from what cannot ask, or for a caller who cannot be asked, who must not read the author's state.
    if (isInputRequired(result)) throw raise('missing_capability', 'This caller cannot be asked for input here');
    const type = result['resultType'];
    if (this.#stamp !== undefined && !this.#service.resultTypes.has(type)) {
      throw new TypeError(`resultType ${JSON.stringify(type)} belongs to no extension of this server`);
    }
    if (this.#asks && type !== 'input_required' && result['requestState'] !== undefined) {
      throw new TypeError('A copy of inputRequired(...) is not sealed: hand on the very object');
    }
    // Who comes here was asked by a request, which has an id.
    return this.exchange.respond(new ResultResponse(this.id!, result, this.#stamp), options);
  }

  /** Nobody waits for this request any more. */
  get gone(): boolean {
    return this.exchange.gone;
  }

  get signal(): AbortSignal {
    return this.exchange.signal;
  }

  get client(): Context['client'] {
    return this.exchange.peer;
  }

  /**
   * Checks that the caller can do and may do what something needs.
   *
   * @throws McpError that reaches the caller
   */
  checkNeeds({ requires, scopes }: Listed): void {
    if (requires !== undefined) requireCapabilities(this.client.capabilities, requires);
    // Who has started this program may do everything: over stdio there are no tokens.
    if (!scopes || this.exchange.owner) return;
    const { auth } = this.#service;
    if (auth) auth.check(scopes, this.auth);
    else if (scopes.some((scope) => !this.auth?.scopes.includes(scope)))
      throw raise('invalid_request', 'A scope is missing', { status: 403 });
  }

  get auth(): AuthInfo | undefined {
    return this.exchange.peer.auth;
  }

  get platform(): unknown {
    return this.exchange.peer.platform;
  }

  get http(): HttpInfo | undefined {
    return this.exchange.peer.http;
  }

  progress(progress: number, total?: number, message?: string): Promise<void> {
    return quiet(this.#progress(progress, total, message));
  }

  async #progress(progress: number, total?: number, message?: string): Promise<void> {
    const progressToken = this.meta['progressToken'];
    // `!(a > b)` is also true for NaN, which JSON cannot carry.
    if (!isRequestId(progressToken) || !(progress > this.#lastProgress) || progress === Infinity || this.responded)
      return;
    this.#lastProgress = progress;
    // JSON leaves out what is undefined.
    await this.#notify('notifications/progress', {
      progressToken,
      progress,
      total: Number.isFinite(total) ? total : undefined,
      message,
    });
  }

  /** Most sends are not awaited: what JSON cannot carry must not end the process. */
  notify(method: string, params?: JsonObject): Promise<void> {
    return quiet(this.#notify(method, params));
  }

  async #notify(method: string, params?: JsonObject): Promise<void> {
    // The caller has heard it in an earlier round.
    if (this.#replay?.replaying === true) return;
    await this.exchange.send(params === undefined ? { jsonrpc: '2.0', method } : { jsonrpc: '2.0', method, params });
  }

  log(level: LoggingLevel, data: unknown, logger?: string): Promise<void> {
    return quiet(this.#log(level, data, logger));
  }

  async #log(level: LoggingLevel, data: unknown, logger?: string): Promise<void> {
    if (!this.#service.logging || !wantsLog(this.meta[META_LOG_LEVEL], level) || this.responded) return;
    if ((this.#mayLog ??= logBudget())())
      await this.#notify('notifications/message', { level, logger, data: data ?? null });
  }

  elicit<S extends SchemaTypes>(message: string, schema: S, options?: AskOptions): Promise<Elicited<SchemaOutput<S>>> {
    return this.#asked((ask) => ask.elicit<SchemaOutput<S>>(message, schema, options));
  }

  elicitUrl(message: string, url: string | URL, options?: ElicitUrlOptions): Promise<Elicited<undefined>> {
    return this.#asked((ask) => ask.elicitUrl(message, url, options));
  }

  sample(params: CreateMessageRequestParams, options?: AskOptions): Promise<CreateMessageResult> {
    return this.#asked((ask) => ask.sample(params, options));
  }

  roots(options?: AskOptions): Promise<readonly Root[]> {
    return this.#asked((ask) => ask.roots(options));
  }

  once<T>(key: string, fn: () => T | Promise<T>): Promise<T> {
    return quiet(
      this.#asking().then((ask) =>
        ask.once(key, () => {
          this.#inOnce = true;
          try {
            return fn();
          } finally {
            this.#inOnce = false;
          }
        }),
      ),
    );
  }

  /** A handler ends at its first unanswered question: of those beside it nobody may be left to wait. */
  #asked<T>(question: (ask: Ask) => Promise<T>): Promise<T> {
    if (this.#inOnce) return quiet(Promise.reject(new TypeError('ctx.once must not ask: ask before it, or after it')));
    return quiet(this.#asking().then(question));
  }

  /** A question waits for the caller: what the handler comes to meanwhile does not count. */
  get suspended(): boolean {
    return this.#replay?.suspended === true;
  }

  get inputResponses(): Context['inputResponses'] {
    return (this.#replay ?? this.#given)?.inputResponses;
  }

  get requestState(): unknown {
    return (this.#replay ?? this.#given)?.requestState;
  }

  /**
   * Runs the handler of a method whose caller can be asked for input.
   *
   * @returns its result, or the result that asks
   */
  run(handler: () => JsonObject | Promise<JsonObject>): JsonObject | Promise<JsonObject> {
    // What middleware has asked for before, nobody could be asked.
    if (!this.#asks) this.#input = undefined;
    this.#asks = true;
    if (this.exchange.input !== 'replay') return this.#askingOver(handler);
    const { params = {} } = this.#message;
    const { requestState, inputResponses } = params;
    // Or middleware runs it again.
    if (requestState !== undefined || inputResponses !== undefined || this.#input !== undefined)
      return this.#resume(handler);
    const running = handler();
    if (!isThenable(running)) return isInputRequired(running) ? this.#seal(running) : running;
    return new Promise((resolve, reject) => {
      // From its first question on, the replay has the say.
      this.#begin = (replay) =>
        resolve(
          replay.run(
            () => running,
            (reason) => this.exchange.cancel(reason),
          ),
        );
      const unlessAsking = (settle: () => void): void => {
        if (this.#input === undefined) settle();
        else this.#input.catch(settle);
      };
      running.then(
        (result) => unlessAsking(() => resolve(isInputRequired(result) ? this.#seal(result) : result)),
        (error: Error) => unlessAsking(() => reject(error)),
      );
    });
  }

  /** Others cannot be asked, or are asked over their open stream. */
  #askingOver(handler: () => JsonObject | Promise<JsonObject>): JsonObject | Promise<JsonObject> {
    const running = handler();
    const look = (result: JsonObject): JsonObject | Promise<JsonObject> =>
      (isInputRequired(result) &&
        this.exchange.fulfil?.(result, (given) => {
          this.#given = given;
          return handler();
        })) ||
      result;
    return isThenable(running) ? running.then(look) : look(running);
  }

  async #resume(handler: () => JsonObject | Promise<JsonObject>): Promise<JsonObject> {
    await this.#asking();
    return this.#replay!.run(handler, (reason) => this.exchange.cancel(reason));
  }

  async #seal(form: object): Promise<JsonObject> {
    await this.#asking();
    return this.#replay!.seal(form);
  }

  /** Loaded when the first handler asks: most never do. */
  #asking(): Promise<Ask> {
    return (this.#input ??= this.#openInput());
  }

  async #openInput(): Promise<Ask> {
    const { method, params = {} } = this.#message;
    const { askOver, askByReplay, openReplay } = await import('./input.js');
    // Only the results of some methods may ask (basic/patterns/mrtr, "Supported Requests").
    if (this.exchange.input !== 'replay' || !this.#asks) return askOver(this.exchange, this.#service.limits);
    this.#replay = await openReplay(this.#service, method, params, this.exchange);
    this.#begin?.(this.#replay);
    return askByReplay(this.#replay);
  }

  async respond(result: JsonObject): Promise<void> {
    if (this.id === undefined || this.responded || !this.#mayRespond) {
      throw raise('invalid_request', 'ctx.respond: answered already, or a built-in method: return the result');
    }
    this.responded = true;
    try {
      await this.#respond(result, { more: true });
    } catch (error) {
      // JSON cannot carry it, and nothing was sent: the request is still to be answered.
      this.responded = false;
      throw error;
    }
  }

  async detach(options: { readonly retryMs?: number } = {}): Promise<void> {
    await this.exchange.detach?.(options);
  }

  error(rpcCode: number, message: string, { data, status, headers }: ErrorOptions = {}): McpError {
    if (!Number.isSafeInteger(rpcCode))
      throw new TypeError(`ctx.error: ${rpcCode} is no JSON-RPC error code, an integer`);
    return raise('rpc_error', message, { rpcCode, data, status }, headers);
  }
}
