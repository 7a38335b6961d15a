import { isMcpError, McpError } from '../errors.js';
import {
  errorResponse,
  isRequest,
  rpcCodeOf,
  type JsonObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
  type ResultStamp,
} from '../json-rpc.js';
import { isThenable } from '../schema/standard.js';
import { META_LOG_LEVEL } from '../spec/meta.js';
import { headersOf, raise, type Context } from './context.js';
import type { AuthInfo, Exchange } from './exchange.js';
import { isLogLevel } from './log.js';
import type { Middleware, MiddlewareRequest, Next } from './middleware.js';
import { timerMs, type ServerOptions } from './options.js';
import type { Method } from './registry.js';
import { RequestContext, type Service } from './request-context.js';
import { requireCapabilities } from './capabilities.js';

/** What `server.context(...)` is told of a request or a notification. */
export interface ContextSource {
  /** The message, and what HTTP says of it: without HTTP the headers are empty and there is no URL. */
  readonly request: {
    readonly id?: RequestId;
    readonly method: string;
    readonly params?: JsonObject;
    readonly url?: string | undefined;
    readonly headers: Headers;
  };
  /** The verified identity, when `server.handler({ auth })` was given one. */
  readonly auth?: AuthInfo | undefined;
  /** What the runtime passed to `server.handler({ platform })`. */
  readonly platform?: unknown;
}

type Failing = [message: JsonRpcRequest | JsonRpcNotification, ctx: RequestContext, exchange: Exchange];

/** The way of every message from its exchange through middleware and method table and back, whatever the transport. */
export class Dispatcher {
  readonly methods = new Map<string, Method>();
  readonly notifications = new Map<string, (params: JsonObject, ctx: Context) => Promise<void>>();
  readonly service: Service;
  /** Makes `ctx.context`. */
  makeContext: ((source: ContextSource) => unknown) | undefined;
  /** A message has come: what is registered from here on is a change. */
  served = false;
  readonly #options: ServerOptions;
  readonly #stamp: ResultStamp;
  /** The steps that middleware made, the outermost first. */
  readonly #steps: Next[] = [];

  /** @param stamp what goes into every result */
  constructor(options: ServerOptions, service: Service, stamp: ResultStamp) {
    this.#options = options;
    this.service = service;
    this.#stamp = stamp;
  }

  use(middleware: Middleware): void {
    // Made once, whatever is added later: it may hold state.
    const inner = this.#steps.push(
      middleware(async (request, ctx) => (this.#steps[inner] ?? this.#call)(request, ctx)),
    );
    this.#chain = this.#steps[0]!;
  }

  /** No promise where nothing is waited for: it shows in the rate of a Node server. */
  readonly handle = (message: JsonRpcRequest | JsonRpcNotification, exchange: Exchange): Promise<void> | void => {
    const { bare } = exchange;
    const { method } = message;
    const entry = isRequest(message) ? this.#method(method, exchange) : undefined;
    const stamp = bare ? undefined : (entry?.stamp ?? this.#stamp);
    const ctx = new RequestContext(message, this.service, exchange, stamp, bare || entry?.custom === true);
    this.served = true;
    try {
      const answering =
        this.makeContext === undefined ? this.#serve(message, ctx, exchange) : this.#prepare(message, ctx, exchange);
      return answering?.catch((error: unknown) => this.#failed(error, message, ctx, exchange));
    } catch (error) {
      return this.#failed(error, message, ctx, exchange);
    }
  };

  async #prepare(...[message, ctx, exchange]: Failing): Promise<void> {
    const { auth, platform, http } = exchange.peer;
    const { url, headers = new Headers() } = http ?? {};
    ctx.context = await this.makeContext?.({ request: { ...message, url, headers }, auth, platform });
    await this.#serve(message, ctx, exchange);
  }

  #serve(...[message, ctx, exchange]: Failing): Promise<void> | undefined {
    if (isRequest(message)) return this.#answer(message, ctx, exchange);
    return this.notifications.get(message.method)?.(message.params ?? {}, ctx);
  }

  #answer(request: JsonRpcRequest, ctx: RequestContext, exchange: Exchange): Promise<void> | undefined {
    const level = ctx.meta[META_LOG_LEVEL];
    if (level !== undefined && !isLogLevel(level)) throw new McpError('invalid_params', `Unknown ${META_LOG_LEVEL}`);
    const { handlerTimeoutMs: ms } = this.#options;
    const running = this.#chain(request, ctx);
    const unlimited = ms === undefined || this.#method(request.method, exchange)?.endless === true;
    const result = unlimited ? running : this.#within(ms, running, request.method, ctx, exchange);
    return isThenable(result) ? result.then((settled) => ctx.answer(settled)) : (ctx.answer(result) ?? undefined);
  }

  #failed(error: unknown, ...rest: Failing): Promise<void> {
    // Once more for an error that itself cannot be sent, such as one whose data JSON cannot carry.
    return this.#fail(error, ...rest).catch((again: unknown) => this.#fail(again, ...rest));
  }

  async #fail(error: unknown, ...[message, ctx, exchange]: Failing): Promise<void> {
    // Nobody is left to be told, and what fails because its caller left is no failure.
    if (exchange.gone) return;
    const what = `"${message.method}" failed`;
    const passes = isMcpError(error) && isRequest(message);
    const failure = passes ? error : new McpError('internal', this.mask(error, what, ctx));
    if (ctx.responded) {
      // The answer is out. Only the operator can still be told, unless that was done when the error was masked.
      if (passes && error.cause === undefined) this.mask(error, `${what} after its answer`, ctx);
      return exchange.end();
    }
    if (!isRequest(message)) return;
    const { message: text, data, status } = failure;
    await exchange.respond(errorResponse(message.id, { code: rpcCodeOf(failure), message: text, data }), {
      status,
      headers: headersOf(failure),
    });
  }

  /** What serves a method: the transport itself, or the server. */
  #method(name: string, { methods }: Exchange): Method | undefined {
    const own = methods?.get(name);
    return own === null ? undefined : (own ?? this.methods.get(name));
  }

  /** The innermost step: the method table. */
  readonly #call = (request: MiddlewareRequest, ctx: Context): JsonObject | Promise<JsonObject> => {
    // Middleware hands on the context that it got, which was made above.
    const method = this.#method(request.method, (ctx as RequestContext).exchange);
    if (method === undefined || method.offered?.() === false)
      throw new McpError('method_not_found', 'Method not found');
    const { params = {} } = request;
    if (method.requires !== undefined) requireCapabilities(ctx.client.capabilities, method.requires);
    if (method.asks !== true) return method.call(params, ctx);
    return (ctx as RequestContext).run(() => method.call(params, ctx));
  };

  /** All steps. Without middleware there is but one. */
  #chain: (request: MiddlewareRequest, ctx: Context) => JsonObject | Promise<JsonObject> = this.#call;

  #within<T>(ms: number, running: T | Promise<T>, method: string, ctx: RequestContext, exchange: Exchange): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = raise('timeout', `"${method}" took longer than ${ms} ms (handlerTimeoutMs)`);
        // Later it is told as what failed after its answer.
        if (!ctx.responded) this.mask(error, error.message, ctx);
        exchange.cancel(error);
        reject(error);
      }, timerMs(ms));
    });
    return Promise.race([running, late]).finally(() => clearTimeout(timer));
  }

  /** Tells the operator, and answers what the caller may know. */
  readonly mask = (error: unknown, what: string, ctx: Context | undefined): string => {
    const { onError, unsafelyExposeErrorMessages } = this.#options;
    // What fails after the caller has gone is not reported: most of it failed because the caller has gone. Nor is what
    // fails while a question waits: most of it failed for want of the answer, and the handler will run again.
    if (ctx instanceof RequestContext && (ctx.gone || ctx.suspended)) return what;
    const errorId = randomId();
    const text = `${what} (error id ${errorId})`;
    // At once; and caught, whether it throws or rejects.
    (async () =>
      onError === undefined ? console.error(`mcpwire: ${text}`, error) : onError(error, ctx, errorId))().catch(
      console.error,
    );
    const exposed =
      unsafelyExposeErrorMessages === true || (ctx instanceof RequestContext && ctx.exchange.exposesErrors === true);
    return exposed && error instanceof Error ? error.message : text;
  };
}

/** Tells one error from another in a log; guards nothing. */
function randomId(): string {
  return Math.random().toString(36).slice(2, 10);
}
