import { isMcpError, McpError } from '../errors.js';
import {
  errorResponse,
  isRequest,
  prepareResult,
  resultStamp,
  rpcCodeOf,
  type JsonObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type ResultStamp,
} from '../json-rpc.js';
import { isThenable, type SchemaTypes } from '../schema/standard.js';
import { META_SERVER_INFO } from '../spec/meta.js';
import type { Served, ToolEntry } from '../spec/served.js';
import type { CacheHints, Implementation } from '../spec/types.js';
import { MODERN_VERSIONS } from '../spec/versions.js';
import { headersOf, raise, RequestContext, type Context } from './context.js';
import type { AuthInfo, Exchange } from './exchange.js';
import { serveFetch } from './fetch-handler.js';
import { httpEndpoint, type HttpEndpoint } from './http-endpoint.js';
import { compileMethod, compileNotification, type MethodDefinition } from './method.js';
import { compose, type Middleware, type MiddlewareRequest } from './middleware.js';
import type { ServerOptions } from './options.js';
import { callTool, listOf, type Method } from './registry.js';
import { Running } from './running.js';
import {
  compileTool,
  type AnyToolDefinition,
  type AnyToolHandler,
  type CompiledTool,
  type ToolDefinition,
  type ToolHandler,
  type ToolInput,
  type ToolOutput,
} from './tool.js';

/** What a server says of itself. */
export interface ServerInfo extends Implementation {
  /** Guidance for models on how to use this server; sent by `server/discover`. */
  readonly instructions?: string;
}

/** What only the code around a server can vouch for. */
export interface Trusted {
  /** The caller's verified identity: `ctx.auth`. */
  readonly auth?: AuthInfo | undefined;
  /** Whatever the runtime offers, such as a Worker's bindings: `ctx.platform`. */
  readonly platform?: unknown;
}

/** A tool that was defined apart from a server; see {@link defineTool}. */
export interface DefinedTool<Name extends string = string, Input = unknown, Output = unknown> {
  /** Tells definitions apart. */
  readonly kind: 'tool';
  /** Compile-time only. */
  readonly '~entry': ToolEntry<Name, Input, Output>;
  /** The tool's name. */
  readonly name: Name;
  /** What the tool is and takes. */
  readonly definition: AnyToolDefinition;
  /** What the tool does. */
  readonly handler: AnyToolHandler;
}

type Failing = [message: JsonRpcRequest | JsonRpcNotification, ctx: RequestContext, exchange: Exchange];

/**
 * An MCP server: defined once, served by `server.fetch`, `serve(server)` and every other transport. It holds no state of
 * any caller.
 *
 * @example
 * ```ts
 * const server = new McpServer({ name: 'greeter', version: '1.0.0' }).tool(
 *   'greet',
 *   { inputSchema: z.object({ name: z.string() }) },
 *   ({ name }) => `Hello, ${name}!`,
 * );
 * export default server;
 * ```
 *
 * @typeParam Entries - the tools registered so far, as a union; it is what `McpClient.connect<typeof server>` reads
 */
export class McpServer<Entries = never> implements Served<Entries> {
  declare readonly '~entries': Entries;

  /** Seconds that Bun's `export default server` lets a connection be quiet: its most, so that streams live. */
  readonly idleTimeout: number = 255;

  /**
   * Answers a web-standard request. Bound to this server, and deaf to further arguments: what a runtime passes beside the
   * request (a Worker's bindings, an execution context) never becomes an identity. Never rejects.
   */
  readonly fetch: (request: Request) => Promise<Response>;

  /**
   * The HTTP side of this server, for the adapters of this package.
   *
   * @internal
   */
  readonly '~http': HttpEndpoint;

  readonly #options: ServerOptions;
  readonly #instructions: string | undefined;
  readonly #stamp: ResultStamp;
  readonly #tools = new Map<string, CompiledTool>();
  readonly #methods = new Map<string, Method>();
  readonly #notifications = new Map<string, (params: JsonObject, ctx: Context) => Promise<void>>();
  readonly #middleware: Middleware[] = [];
  readonly #running = new Running();
  #discovery: JsonObject | undefined;
  #list: JsonObject | undefined;

  constructor(info: ServerInfo, options: ServerOptions = {}) {
    const { instructions, ...implementation } = info;
    this.#instructions = instructions;
    this.#options = options;
    this['~http'] = httpEndpoint(this.#handle, options, this.#running, (error) =>
      this.#mask(error, 'The request failed', undefined),
    );
    this.fetch = (request) => serveFetch(this['~http'], request, {});

    const cache: Required<CacheHints> = { ttlMs: 0, cacheScope: 'private', ...options.cache };
    if (!Number.isSafeInteger(cache.ttlMs) || cache.ttlMs < 0) {
      throw new TypeError('cache.ttlMs must be an integer, 0 or more');
    }
    const _meta = { [META_SERVER_INFO]: implementation };
    this.#stamp = resultStamp({ _meta });
    const stamp = resultStamp({ ...cache, _meta });
    const tools = this.#tools;
    const offered = (): boolean => tools.size > 0;
    this.#methods.set('server/discover', { call: () => this.#discover(), stamp });
    this.#methods.set('tools/list', { call: (params) => this.#listTools(params), stamp, offered });
    this.#methods.set('tools/call', { call: (params, ctx) => callTool(tools, params, ctx), offered });
  }

  /**
   * Registers a tool.
   *
   * @param name 1 to 128 visible characters; best are letters, digits, `_`, `-` and `.`
   * @param definition what it is and what it takes
   * @param handler what it does; throw {@link ToolError} to tell the model why a call failed
   * @returns this server, typed with the tool
   * @throws TypeError for a name in use, or a schema without a JSON Schema form
   */
  tool<
    U,
    const Name extends string,
    I extends SchemaTypes | undefined = undefined,
    O extends SchemaTypes | undefined = undefined,
  >(
    this: McpServer<U>,
    name: Name,
    definition: ToolDefinition<I, O>,
    handler: ToolHandler<I, O>,
  ): McpServer<U | ToolEntry<Name, ToolInput<I>, ToolOutput<O>>> {
    this.#register(name, definition, handler);
    // The same object; only its type has learned of the tool.
    return this;
  }

  /**
   * Registers what {@link defineTool} made, from any number of files.
   *
   * @returns this server, typed with the tools
   */
  add<U, const D extends readonly DefinedTool[]>(
    this: McpServer<U>,
    ...definitions: D
  ): McpServer<U | D[number]['~entry']> {
    for (const { name, definition, handler } of definitions) this.#register(name, definition, handler);
    // The same object; only its type has learned of the tools.
    return this;
  }

  /** Takes a tool away. @returns whether there was one */
  remove(kind: 'tool', name: string): boolean {
    this.#discovery = this.#list = undefined;
    return kind === 'tool' && this.#tools.delete(name);
  }

  /**
   * Registers a JSON-RPC request method of your own. Its handler receives the params without `_meta` and returns the
   * result, an object; `ctx.respond` may answer before it returns.
   *
   * @throws TypeError when the method exists already
   */
  method<Params = JsonObject>(
    name: string,
    definition: MethodDefinition<Params>,
    handler: (params: Params, ctx: Context) => unknown,
  ): this {
    if (this.#methods.has(name)) throw new TypeError(`method "${name}" exists already`);
    this.#methods.set(name, { call: compileMethod(name, definition, handler, this.#mask), custom: true });
    return this;
  }

  /**
   * Registers a handler for a notification that clients send. Notifications have no answer; what fails is told to
   * `onError`.
   */
  notification<Params = JsonObject>(
    name: string,
    definition: { readonly params?: SchemaTypes<unknown, Params> },
    handler: (params: Params, ctx: Context) => unknown,
  ): this {
    this.#notifications.set(name, compileNotification(name, definition.params, handler));
    return this;
  }

  /** Wraps every request; the first one added is the outermost. See {@link Middleware}. */
  use(middleware: Middleware): this {
    this.#middleware.push(middleware);
    this.#chain = compose(this.#middleware, async (request, ctx) => this.#call(request, ctx));
    return this;
  }

  /**
   * A `fetch` for requests of which the surrounding code knows more than they say: the only way in for a verified identity
   * and for platform data.
   *
   * @example
   * ```ts
   * export default {
   *   fetch: (request: Request, env: Env) => server.handler({ platform: env })(request),
   * };
   * ```
   */
  handler(trusted: Trusted = {}): (request: Request) => Promise<Response> {
    return (request) => serveFetch(this['~http'], request, trusted);
  }

  /**
   * Serves one message of one exchange: where every transport hands over. Never rejects; every failure is an answer, or
   * told to `onError`.
   */
  async handle(message: JsonRpcRequest | JsonRpcNotification, exchange: Exchange): Promise<void> {
    await this.#handle(message, exchange);
  }

  /**
   * Stops serving: new requests are answered with 503, running ones get time to finish, then their `ctx.signal` is
   * aborted.
   *
   * @param options `graceMs`: milliseconds that running requests get. Default 5,000
   */
  async close({ graceMs = 5_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    await this.#running.close(graceMs);
  }

  #register(name: string, definition: AnyToolDefinition, handler: AnyToolHandler): void {
    if (this.#tools.has(name)) throw new TypeError(`tool "${name}" exists already`);
    this.#tools.set(name, compileTool(name, definition, handler, this.#mask));
    this.#discovery = this.#list = undefined;
  }

  #listTools({ cursor }: JsonObject): JsonObject {
    // No page of this list was ever handed out a cursor.
    if (cursor !== undefined) throw new McpError('invalid_params', 'Invalid cursor');
    return (this.#list ??= listOf(this.#tools));
  }

  /** No promise where nothing is waited for: it shows in the rate of a Node server. */
  readonly #handle = (message: JsonRpcRequest | JsonRpcNotification, exchange: Exchange): Promise<void> | void => {
    const { bare } = exchange;
    const { method, params = {} } = message;
    const entry = isRequest(message) ? this.#methods.get(method) : undefined;
    const stamp = bare ? undefined : (entry?.stamp ?? this.#stamp);
    const ctx = new RequestContext(message, exchange, stamp, bare || entry?.custom === true);
    try {
      const answering = isRequest(message)
        ? this.#answer(message, ctx, exchange)
        : this.#notifications.get(method)?.(params, ctx);
      return answering?.catch((error: unknown) => this.#failed(error, message, ctx, exchange));
    } catch (error) {
      return this.#failed(error, message, ctx, exchange);
    }
  };

  #answer(request: JsonRpcRequest, ctx: RequestContext, exchange: Exchange): Promise<void> | undefined {
    const { handlerTimeoutMs: ms } = this.#options;
    const running = this.#chain(request, ctx);
    const result = ms === undefined ? running : this.#within(ms, running, request.method, ctx, exchange);
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
    const failure = passes ? error : new McpError('internal', this.#mask(error, what, ctx));
    if (ctx.responded) {
      // The answer is out. Only the operator can still be told, unless that was done when the error was masked.
      if (passes && error.cause === undefined) this.#mask(error, `${what} after its answer`, ctx);
      return exchange.end();
    }
    if (!isRequest(message)) return;
    const { message: text, data, status } = failure;
    await exchange.respond(errorResponse(message.id, { code: rpcCodeOf(failure), message: text, data }), {
      status,
      headers: headersOf(failure),
    });
  }

  /** The innermost step: the method table. */
  readonly #call = (request: MiddlewareRequest, ctx: Context): JsonObject | Promise<JsonObject> => {
    const method = this.#methods.get(request.method);
    if (method === undefined || method.offered?.() === false)
      throw new McpError('method_not_found', 'Method not found');
    return method.call(request.params ?? {}, ctx);
  };

  /** All steps. Without middleware there is but one. */
  #chain: (request: MiddlewareRequest, ctx: Context) => JsonObject | Promise<JsonObject> = this.#call;

  #discover(): JsonObject {
    return (this.#discovery ??= prepareResult({
      supportedVersions: MODERN_VERSIONS,
      // JSON leaves out what is undefined.
      capabilities: { tools: this.#tools.size > 0 ? {} : undefined },
      instructions: this.#instructions,
    }));
  }

  #within<T>(ms: number, running: T | Promise<T>, method: string, ctx: Context, exchange: Exchange): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = raise('timeout', `"${method}" took longer than ${ms} ms (handlerTimeoutMs)`);
        this.#mask(error, error.message, ctx);
        exchange.cancel(error);
        reject(error);
      }, ms);
    });
    return Promise.race([running, late]).finally(() => clearTimeout(timer));
  }

  /** Tells the operator, and answers what the caller may know. */
  readonly #mask = (error: unknown, what: string, ctx: Context | undefined): string => {
    const { onError, unsafelyExposeErrorMessages } = this.#options;
    // What fails after the caller has gone is not reported: most of it failed because the caller has gone.
    if (ctx instanceof RequestContext && ctx.gone) return what;
    const errorId = randomId();
    const text = `${what} (error id ${errorId})`;
    try {
      if (onError === undefined) console.error(`mcpwire: ${text}`, error);
      else onError(error, ctx, errorId);
    } catch (thrown) {
      console.error(thrown);
    }
    return unsafelyExposeErrorMessages === true && error instanceof Error ? error.message : text;
  };
}

/**
 * Defines a tool apart from any server, for `server.add(...)`: one file per tool, types included.
 *
 * @example
 * ```ts
 * export const add = defineTool(
 *   'add',
 *   { inputSchema: z.object({ a: z.number(), b: z.number() }), outputSchema: z.object({ sum: z.number() }) },
 *   ({ a, b }) => ({ sum: a + b }),
 * );
 * ```
 */
export function defineTool<
  const Name extends string,
  I extends SchemaTypes | undefined = undefined,
  O extends SchemaTypes | undefined = undefined,
>(
  name: Name,
  definition: ToolDefinition<I, O>,
  handler: ToolHandler<I, O>,
): DefinedTool<Name, ToolInput<I>, ToolOutput<O>> {
  // `~entry` exists for the compiler alone.
  const tool: Omit<DefinedTool, '~entry'> = { kind: 'tool', name, definition, handler };
  return tool as DefinedTool<Name, ToolInput<I>, ToolOutput<O>>;
}

/** Tells one error from another in a log; guards nothing. */
function randomId(): string {
  return Math.random().toString(36).slice(2, 10);
}
