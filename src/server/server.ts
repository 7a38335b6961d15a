import { isMcpError, McpError } from '../errors.js';
import {
  errorResponse,
  isObject,
  isRequest,
  prepareResult,
  rpcCodeOf,
  rpcCodes,
  type JsonObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
} from '../json-rpc.js';
import { describeIssues, isStandardSchema, type SchemaTypes, type StandardSchema } from '../schema/standard.js';
import { META_SERVER_INFO } from '../spec/meta.js';
import type { Served, ToolEntry } from '../spec/served.js';
import type { CacheHints, Implementation } from '../spec/types.js';
import { MODERN_VERSIONS } from '../spec/versions.js';
import { headersOf, raise, raisedBy, RequestContext, type Context } from './context.js';
import type { AuthInfo, Exchange } from './exchange.js';
import { serveFetch } from './fetch-handler.js';
import { HttpEndpoint } from './http-endpoint.js';
import { compose, type Middleware, type MiddlewareRequest, type Next } from './middleware.js';
import type { ServerOptions } from './options.js';
import { ToolRegistry, type Method } from './registry.js';
import { Running } from './running.js';
import {
  compileTool,
  type AnyToolDefinition,
  type AnyToolHandler,
  type ToolDefinition,
  type ToolHandler,
  type ToolInput,
  type ToolOutput,
} from './tool.js';

// Masked errors whose originals onError has heard; they must not be reported again further out.
const told = /* @__PURE__ */ new WeakSet<McpError>();

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
  readonly '~entry'?: ToolEntry<Name, Input, Output>;
  /** The tool's name. */
  readonly name: Name;
  /** What the tool is and takes. */
  readonly definition: AnyToolDefinition;
  /** What the tool does. */
  readonly handler: AnyToolHandler;
}

type EntryOf<D> = D extends { readonly '~entry'?: infer Entry } ? NonNullable<Entry> : never;

/** Schemas of a custom method. */
export interface MethodDefinition<Params> {
  /** Checks the params, without `_meta`. A mismatch is answered with -32602. Absent: any object. */
  readonly params?: SchemaTypes<unknown, Params>;
  /** Checks what the handler returns. A mismatch is a masked internal error. */
  readonly result?: SchemaTypes;
}

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
  declare readonly '~entries'?: Entries;

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

  readonly #info: Implementation;
  readonly #instructions: string | undefined;
  readonly #options: ServerOptions;
  readonly #tools = new ToolRegistry();
  readonly #methods = new Map<string, Method>();
  readonly #notifications = new Map<string, (params: JsonObject, ctx: Context) => unknown>();
  readonly #middleware: Middleware[] = [];
  readonly #running = new Running();
  #chain: Next | undefined;
  #discovery: JsonObject | undefined;
  #finished = new WeakMap<JsonObject, JsonObject>();

  constructor(info: ServerInfo, options: ServerOptions = {}) {
    if (typeof info?.name !== 'string' || typeof info.version !== 'string') {
      throw new TypeError(
        `new McpServer takes a name and a version: new McpServer({ name: 'jobs', version: '1.0.0' })`,
      );
    }
    const { instructions, ...implementation } = info;
    this.#info = implementation;
    this.#instructions = instructions;
    this.#options = options;
    this['~http'] = new HttpEndpoint(this, options, this.#running, (error) =>
      this.#mask(error, 'The request failed', undefined),
    );
    this.fetch = (request) => serveFetch(this['~http'], request, {});

    const cache: Required<CacheHints> = { ttlMs: 0, cacheScope: 'private', ...options.cache };
    if (!Number.isSafeInteger(cache.ttlMs) || cache.ttlMs < 0) {
      throw new TypeError('cache.ttlMs must be a whole number of milliseconds, 0 or more');
    }
    this.#methods.set('server/discover', { call: () => this.#discover(), custom: false, cache });
    this.#methods.set('tools/list', { call: (params) => this.#tools.list(params), custom: false, cache });
    this.#methods.set('tools/call', { call: (params, ctx) => this.#tools.call(params, ctx), custom: false });
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
    return this as unknown as McpServer<U | ToolEntry<Name, ToolInput<I>, ToolOutput<O>>>;
  }

  /**
   * Registers what {@link defineTool} made, from any number of files.
   *
   * @returns this server, typed with the tools
   */
  add<U, const D extends readonly DefinedTool[]>(
    this: McpServer<U>,
    ...definitions: D
  ): McpServer<U | EntryOf<D[number]>> {
    for (const { name, definition, handler } of definitions) this.#register(name, definition, handler);
    // The same object; only its type has learned of the tools.
    return this as unknown as McpServer<U | EntryOf<D[number]>>;
  }

  /** Takes a tool away. @returns whether there was one */
  remove(kind: 'tool', name: string): boolean {
    this.#discovery = undefined;
    return kind === 'tool' && this.#tools.remove(name);
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
    if (typeof definition === 'function' || typeof handler !== 'function') {
      throw new TypeError(
        `server.method takes a name, schemas and a handler: server.method('session/start', {}, () => ({}))`,
      );
    }
    if (this.#methods.has(name)) throw new TypeError(`method "${name}" is registered already, or built in`);
    const input = standardOf(definition.params, `method "${name}": params`);
    const output = standardOf(definition.result, `method "${name}": result`);
    const call = async (params: JsonObject, ctx: Context): Promise<JsonObject> => {
      const { _meta, ...own } = params;
      const checked = await input?.validate(own);
      if (checked?.issues !== undefined)
        throw raise('invalid_params', `Invalid params:\n${describeIssues(checked.issues)}`);
      // With a schema this is what it yields, without one the params as they came: what the signature says.
      let result = await handler((checked === undefined ? own : checked.value) as Params, ctx);
      if (output !== undefined && result !== undefined) {
        const returned = await output.validate(result);
        if (returned.issues !== undefined) {
          throw new TypeError(
            `Method "${name}" returned a value that its result schema refuses:\n${describeIssues(returned.issues)}`,
          );
        }
        result = returned.value;
      }
      if (result === undefined || isObject(result)) return result ?? {};
      throw new TypeError(`Method "${name}" must return an object`);
    };
    this.#methods.set(name, { call, custom: true });
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
    const input = standardOf(definition.params, `notification "${name}": params`);
    this.#notifications.set(name, async (params, ctx) => {
      const { _meta, ...own } = params;
      const checked = await input?.validate(own);
      if (checked?.issues !== undefined) {
        throw new McpError('invalid_params', `Invalid params of "${name}":\n${describeIssues(checked.issues)}`);
      }
      await handler((checked === undefined ? own : checked.value) as Params, ctx);
    });
    return this;
  }

  /** Wraps every request; the first one added is the outermost. See {@link Middleware}. */
  use(middleware: Middleware): this {
    this.#middleware.push(middleware);
    this.#chain = undefined;
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
    const ctx = new RequestContext(message, exchange);
    ctx.logs = this.#options.logging === true;
    this.#running.add(exchange);
    try {
      if (isRequest(message)) await this.#answer(message, ctx, exchange);
      else await this.#notifications.get(message.method)?.(message.params ?? {}, ctx);
    } catch (error) {
      const masked = this.#mask(error, `"${message.method}" failed`, ctx);
      // Such as an error whose data JSON cannot carry: the caller must not wait for ever.
      if (isRequest(message))
        await exchange.respond(errorResponse(message.id, { code: rpcCodes.internalError, message: masked }));
    } finally {
      this.#running.delete(exchange);
    }
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
    this.#tools.add(compileTool(name, definition, handler, (error, what, ctx) => this.#mask(error, what, ctx)));
    this.#discovery = undefined;
  }

  async #answer(request: JsonRpcRequest, ctx: RequestContext, exchange: Exchange): Promise<void> {
    const { id } = request;
    ctx.mayRespond = exchange.bare;
    ctx.finish = (result) => (exchange.bare ? result : this.#finish(request.method, result));
    try {
      this.#chain ??= compose(this.#middleware, (inner, context) => this.#call(inner, context));
      const timeoutMs = this.#options.handlerTimeoutMs;
      const running = this.#chain(request, ctx);
      const result = await (timeoutMs === undefined
        ? running
        : this.#within(timeoutMs, running, ctx, request, exchange));
      if (ctx.responded) exchange.end();
      else await exchange.respond({ jsonrpc: '2.0', id, result: ctx.finish(result) });
    } catch (error) {
      // Nobody is left to be told, and what fails because its caller left is no failure.
      if (exchange.gone) return;
      const failure = isMcpError(error)
        ? error
        : raise('internal', this.#mask(error, `"${request.method}" failed`, ctx));
      if (ctx.responded) {
        if (isMcpError(error) && !told.has(error))
          this.#mask(error, `"${request.method}" failed after its answer`, ctx);
        exchange.end();
        return;
      }
      await exchange.respond(
        errorResponse(id, {
          code: rpcCodeOf(failure),
          message: failure.message,
          ...(failure.data === undefined ? {} : { data: failure.data }),
        }),
        { status: failure.status, headers: headersOf(failure) },
      );
    }
  }

  /** The innermost step: the method table. */
  async #call(request: MiddlewareRequest, ctx: Context): Promise<JsonObject> {
    const method = this.#methods.get(request.method);
    if (method === undefined || (!method.custom && !this.#offers(request.method))) {
      throw new McpError('method_not_found', 'Method not found');
    }
    if (!method.custom) return method.call(request.params ?? {}, ctx);
    if (ctx instanceof RequestContext) ctx.mayRespond = true;
    try {
      return await method.call(request.params ?? {}, ctx);
    } catch (error) {
      const passing = raisedBy(error);
      if (passing !== undefined) throw passing;
      const masked = raise('internal', this.#mask(error, `"${request.method}" failed`, ctx));
      told.add(masked);
      throw masked;
    }
  }

  /** A method behind a capability that the server does not declare does not exist (schema, MethodNotFoundError). */
  #offers(method: string): boolean {
    return !method.startsWith('tools/') || this.#tools.capabilities.tools !== undefined;
  }

  #discover(): JsonObject {
    return (this.#discovery ??= prepareResult({
      supportedVersions: [...MODERN_VERSIONS],
      capabilities: { ...this.#tools.capabilities, ...(this.#options.logging === true ? { logging: {} } : {}) },
      ...(this.#instructions === undefined ? {} : { instructions: this.#instructions }),
    }));
  }

  /** Adds what revision 2026-07-28 wants in every result; once and for all where the result never changes. */
  #finish(method: string, result: JsonObject): JsonObject {
    const cache = this.#methods.get(method)?.cache;
    const known = cache === undefined ? undefined : this.#finished.get(result);
    if (known !== undefined) return known;
    const finished: JsonObject = {
      resultType: 'complete',
      ...result,
      ...cache,
      _meta: { ...(isObject(result['_meta']) ? result['_meta'] : undefined), [META_SERVER_INFO]: this.#info },
    };
    if (cache !== undefined && Object.isFrozen(result)) this.#finished.set(result, prepareResult(finished));
    return finished;
  }

  async #within<T>(
    ms: number,
    running: Promise<T>,
    ctx: Context,
    request: JsonRpcRequest,
    exchange: Exchange,
  ): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = raise('timeout', `"${request.method}" took longer than ${ms} ms (handlerTimeoutMs)`);
        this.#mask(error, error.message, ctx);
        exchange.cancel(error);
        reject(error);
      }, ms);
    });
    running.catch(() => {});
    try {
      return await Promise.race([running, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tells the operator, and answers what the caller may know. */
  #mask(error: unknown, what: string, ctx: Context | undefined): string {
    const errorId = randomId();
    // What fails after the caller has gone is not reported: most of it failed because the caller has gone.
    if (ctx instanceof RequestContext && ctx.gone) return what;
    try {
      if (this.#options.onError === undefined) console.error(`mcpwire: ${what} (error id ${errorId})`, error);
      else this.#options.onError(error, ctx, errorId);
    } catch (thrown) {
      console.error('mcpwire: onError itself failed', thrown);
    }
    const exposed = this.#options.unsafelyExposeErrorMessages === true && error instanceof Error;
    return exposed ? error.message : `${what} (error id ${errorId})`;
  }
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
  return { kind: 'tool', name, definition, handler };
}

/** 32 random bits. Not randomUUID, which browsers keep from pages without TLS. */
function randomId(): string {
  return crypto.getRandomValues(new Uint32Array(1))[0]!.toString(16).padStart(8, '0');
}

function standardOf(schema: unknown, owner: string): StandardSchema['~standard'] | undefined {
  if (schema === undefined) return undefined;
  if (!isStandardSchema(schema))
    throw new TypeError(`${owner} is not a Standard Schema, for example z.object({ … }) of zod`);
  return schema['~standard'];
}
