import { resultStamp, type JsonObject, type JsonRpcNotification, type JsonRpcRequest } from '../json-rpc.js';
import type { ResultStamp } from '../json-rpc.js';
import type { SchemaTypes } from '../schema/standard.js';
import { META_SERVER_INFO } from '../spec/meta.js';
import type { PromptEntry, ResourceEntry, Served, ToolEntry } from '../spec/served.js';
import type { CacheHints } from '../spec/types.js';
import type { Context } from './context.js';
import type { Defined, ListKind, ListPage, ListUse, ServerInfo, ServerNotify, Trusted } from './definition.js';
import { capabilitiesOf, Discovery, stampLists } from './discovery.js';
import { Dispatcher, type ContextSource } from './dispatch.js';
import type { DynamicList } from './dynamic-list.js';
import type { Exchange } from './exchange.js';
import { methodsOf, wrapCalls, type ServerExtension } from './extension.js';
import { serveFetch } from './fetch-handler.js';
import { httpEndpoint, type HttpEndpoint } from './http-endpoint.js';
import { Listening } from './listening.js';
import { compileMethod, compileNotification, type MethodDefinition } from './method.js';
import { traced, type Middleware } from './middleware.js';
import { checkOptions, limitsOf, type ServerOptions } from './options.js';
import type { MakeWayToPast, WayToPast } from './past.js';
import {
  compilePrompt,
  type AnyPromptDefinition,
  type AnyPromptHandler,
  type PromptDefinition,
  type PromptHandler,
  type PromptInput,
} from './prompt.js';
import { builtInMethods, emptyCatalogs, type Catalogs } from './registry.js';
import {
  compileResource,
  type AnyResourceDefinition,
  type AnyResourceHandler,
  type ResourceDefinition,
  type ResourceHandler,
} from './resource.js';
import type { RequestContext, Service } from './request-context.js';
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
 * @typeParam Entries - what is registered so far, as a union; it is what `McpClient.connect<typeof server>` reads
 * @typeParam C - what `server.context(...)` makes for each request: `ctx.context`
 */
export class McpServer<Entries = never, C = unknown> implements Served<Entries> {
  /**
   * What serves older peers, where there is something: see `mcpwire/server`.
   *
   * @internal
   */
  protected static readonly past: MakeWayToPast | undefined = undefined;

  declare readonly '~entries': Entries;
  /** Compile-time only. */
  declare readonly '~context': C;

  /** Seconds that Bun's `export default server` lets a connection be quiet: its most, so that streams live. */
  readonly idleTimeout: number = 255;

  /**
   * Answers a web-standard request. Bound to this server, and deaf to further arguments (but for the `waitUntil` of a Worker's
   * context): what a runtime passes beside the request never becomes an identity. Never rejects.
   */
  readonly fetch: (request: Request) => Promise<Response>;

  /**
   * The HTTP side of this server, for the adapters of this package.
   *
   * @internal
   */
  readonly '~http': HttpEndpoint;

  /** Publishes changes to everyone who listens, in every process that shares the `bus`. */
  readonly notify: ServerNotify;

  readonly #options: ServerOptions;
  readonly #stamp: (hints: CacheHints) => ResultStamp;
  readonly #catalogs: Catalogs;
  readonly #dispatcher: Dispatcher;
  readonly #extensions = new Map<string, ServerExtension>();
  readonly #listening: Listening;
  readonly #running = new Running();
  readonly #past: WayToPast | undefined;
  readonly #discovery: Discovery;

  /** @throws TypeError for options that make no sense */
  constructor(info: ServerInfo, options: ServerOptions = {}) {
    const { instructions, ...implementation } = info;
    const { cache, pageSize = Infinity, secret, logging = true, tracer, auth } = options;
    this.#options = options;
    checkOptions(options);
    const _meta = { [META_SERVER_INFO]: implementation };
    const hints: Required<CacheHints> = { ttlMs: cache?.ttlMs ?? 0, cacheScope: cache?.cacheScope ?? 'private' };
    this.#stamp = (own) => resultStamp({ ...hints, ...own, _meta });
    const service: Service = {
      name: implementation.name,
      logging,
      secret,
      auth,
      limits: limitsOf(options),
      resultTypes: new Set([undefined, 'complete', 'input_required']),
    };
    this.#dispatcher = new Dispatcher(options, service, resultStamp({ _meta }));
    const { methods, handle, mask } = this.#dispatcher;
    const catalogs = emptyCatalogs(pageSize, mask, hints);
    this.#catalogs = catalogs;
    const discovery = (this.#discovery = new Discovery(implementation, instructions, () =>
      capabilitiesOf(catalogs, this.#extensions.values(), logging),
    ));
    methods.set('server/discover', { call: () => discovery.result });
    for (const [name, method] of builtInMethods(catalogs)) methods.set(name, method);
    const listening = new Listening(catalogs, this.#extensions, options, mask);
    this.#listening = listening;
    this.notify = listening.notify;
    methods.set('subscriptions/listen', {
      // What is handed on is what was made for this very request.
      call: (params, ctx) => listening.listen(params, ctx as RequestContext),
      endless: true,
      offered: () => listening.offered,
    });
    this.#changed();
    const tell = (error: unknown): string => mask(error, 'The request failed', undefined);
    const running = this.#running;
    // Of the class that is made: the one on the top floor has a past.
    const { past } = new.target;
    if (past !== undefined && options.legacy !== false)
      this.#past = past({ handle, service, options, running, discovery, listening, tell });
    const endpoint = httpEndpoint(handle, options, running, service, catalogs.tools, tell, this.#past);
    this['~http'] = auth?.serve(endpoint, options) ?? endpoint;
    this.fetch = this.handler();
    if (tracer !== undefined) this.use(traced(tracer));
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
    D,
    const Name extends string,
    I extends SchemaTypes | undefined = undefined,
    O extends SchemaTypes | undefined = undefined,
  >(
    this: McpServer<U, D>,
    name: Name,
    definition: ToolDefinition<I, O>,
    handler: ToolHandler<I, O, D>,
  ): McpServer<U | ToolEntry<Name, ToolInput<I>, ToolOutput<O>>, D> {
    this.#addTool(name, definition, handler);
    // The same object; only its type has learned of the tool.
    return this;
  }

  /**
   * Registers a resource: a URI, or an RFC 6570 template whose variables the handler gets.
   *
   * @param uri such as `docs://readme` or `users://{id}`
   * @param definition what it is
   * @param handler reads it: text, bytes or contents; `undefined` says that there is no such resource
   * @returns this server, typed with the resource
   * @throws TypeError for a URI in use, or a template that cannot be matched without doubt
   * @example
   * ```ts
   * server.resource('users://{id}', { name: 'user', mimeType: 'application/json' }, async ({ id }) => {
   *   const user = await users.get(id);
   *   return user && JSON.stringify(user);
   * });
   * ```
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/resources
   */
  resource<U, D, const Uri extends string>(
    this: McpServer<U, D>,
    uri: Uri,
    definition: ResourceDefinition<Uri>,
    handler: ResourceHandler<Uri, D>,
  ): McpServer<U | ResourceEntry<Uri>, D> {
    this.#addResource(uri, definition, handler);
    return this;
  }

  /**
   * Registers a prompt.
   *
   * @param name what callers ask for it by
   * @param definition what it is and takes
   * @param handler what it says: the text of a user message, messages, or the whole result
   * @returns this server, typed with the prompt
   * @throws TypeError for a name in use, or a schema without a JSON Schema form
   * @example
   * ```ts
   * server.prompt(
   *   'review',
   *   { argsSchema: z.object({ language: z.string(), code: z.string() }), complete: { language: ['go', 'rust'] } },
   *   ({ language, code }) => `Please review this ${language} code:\n${code}`,
   * );
   * ```
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/prompts
   */
  prompt<U, D, const Name extends string, A extends SchemaTypes | undefined = undefined>(
    this: McpServer<U, D>,
    name: Name,
    definition: PromptDefinition<A>,
    handler: PromptHandler<A, D>,
  ): McpServer<U | PromptEntry<Name, PromptInput<A>>, D> {
    this.#addPrompt(name, definition, handler);
    return this;
  }

  /**
   * Registers what {@link defineTool}, `defineResource` and `definePrompt` made, from any number of files.
   *
   * @returns this server, typed with all of it
   */
  add<U, D, const T extends readonly Defined[]>(
    this: McpServer<U, D>,
    ...definitions: T
  ): McpServer<U | T[number]['~entry'], D> {
    for (const one of definitions) {
      if (one.kind === 'tool') this.#addTool(one.name, one.definition, one.handler);
      else if (one.kind === 'resource') this.#addResource(one.name, one.definition, one.handler);
      else this.#addPrompt(one.name, one.definition, one.handler);
    }
    return this;
  }

  /**
   * Adds to a list what is only known when it is asked for: files, rows, the tools of other servers. It comes after what
   * is registered.
   *
   * @param kind the list
   * @param page answers one page: `{ tools, nextCursor? }` and so on, in the words of the list's result; its `cursor` is
   *   the `nextCursor` of the page before. Throw `ctx.error(-32602, …)` for a cursor that makes no sense.
   * @param use serves what is listed this way: calls a tool, gets a prompt, reads a resource. `undefined`: there is none
   *   of that name. Resources may be served by templates instead.
   * @throws TypeError when the list has such an addition already
   * @example
   * ```ts
   * server.list(
   *   'resources',
   *   async ({ cursor }) => ({ resources: await files.page(cursor), nextCursor: files.after(cursor) }),
   *   (uri) => files.read(uri),
   * );
   * ```
   */
  list<K extends ListKind>(
    kind: K,
    page: (position: { readonly cursor?: string }, ctx: Context<C>) => ListPage[K] | Promise<ListPage[K]>,
    use?: ListUse<C>[K],
  ): this {
    const list: DynamicList = { kind, page, use, mask: this.#dispatcher.mask };
    this.#catalogs[kind].from(LISTED, async (position, ctx) =>
      (await import('./dynamic-list.js')).pageOf(list, position, ctx),
    );
    if (use !== undefined) {
      this.#catalogs.fallbacks[kind] = async (...request) =>
        (await import('./dynamic-list.js')).useListed(list, ...request);
    }
    this.#changed(kind);
    return this;
  }

  /**
   * Takes something away and tells everyone who listens.
   *
   * @param name the name, or a resource's URI or template
   * @returns whether there was one
   */
  remove(kind: 'tool' | 'prompt' | 'resource', name: string): boolean {
    const { templates } = this.#catalogs;
    let removed = this.#catalogs[`${kind}s`].delete(name);
    if (kind === 'resource' && templates.delete(name)) removed = true;
    if (removed) this.#changed(kind === 'resource' ? 'resources' : `${kind}s`);
    return removed;
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
    handler: (params: Params, ctx: Context<C>) => unknown,
  ): this {
    const { methods, mask } = this.#dispatcher;
    if (methods.has(name)) throw new TypeError(`method "${name}" exists already`);
    methods.set(name, { call: compileMethod(name, definition, handler, mask), custom: true });
    return this;
  }

  /**
   * Registers a handler for a notification that clients send. Notifications have no answer; what fails is told to
   * `onError`.
   */
  notification<Params = JsonObject>(
    name: string,
    definition: { readonly params?: SchemaTypes<unknown, Params> },
    handler: (params: Params, ctx: Context<C>) => unknown,
  ): this {
    this.#dispatcher.notifications.set(name, compileNotification(name, definition.params, handler));
    return this;
  }

  /** Wraps every request; the first one added is the outermost. See {@link Middleware}. */
  use(middleware: Middleware): this {
    this.#dispatcher.use(middleware);
    return this;
  }

  /**
   * Makes something for each request, before middleware and handlers see it: `ctx.context`. Errors are thrown as in
   * middleware: an `McpError` reaches the caller as it is.
   *
   * @returns this server, typed with the context; register what uses it after this call
   * @example
   * ```ts
   * server
   *   .context(async ({ auth }) => ({ tenant: await tenants.of(auth?.subject) }))
   *   .tool('whoami', {}, (_args, ctx) => ctx.context.tenant.name);
   * ```
   */
  context<U, D, T>(this: McpServer<U, D>, make: (source: ContextSource) => T | Promise<T>): McpServer<U, T> {
    this.#dispatcher.makeContext = make;
    // The same object; only its type has learned of the context.
    return this as unknown as McpServer<U, T>;
  }

  /**
   * Adds an extension of the protocol.
   *
   * @throws TypeError for an identifier without a prefix, or a method that exists already
   */
  extend(extension: ServerExtension): this {
    const { id } = extension;
    if (!/^[a-z][\w.-]*\/[\w.-]+$/i.test(id) || this.#extensions.has(id)) {
      throw new TypeError(
        `extension ${JSON.stringify(id)}: needs an identifier of its own, such as "com.example/thing"`,
      );
    }
    const { methods: table, mask } = this.#dispatcher;
    for (const [name, method] of methodsOf(extension, mask)) {
      if (table.has(name)) throw new TypeError(`method "${name}" exists already`);
      table.set(name, method);
    }
    this.#extensions.set(id, extension);
    for (const type of extension.resultTypes ?? []) this.#dispatcher.service.resultTypes.add(type);
    for (const [name, member] of Object.entries(extension.headerName ?? {})) this['~http'].names.set(name, member);
    for (const tool of this.#catalogs.tools.values())
      this.#catalogs.tools.set(tool.listed.name, this.#extended(tool, extension));
    this.#catalogs.wrapped = wrapCalls(this.#extensions.values(), this.#catalogs.tools);
    this.#changed();
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
  handler(trusted: Trusted = {}): (request: Request, bindings?: unknown, context?: unknown) => Promise<Response> {
    return (request, _bindings, context) => serveFetch(this['~http'], request, trusted, context);
  }

  /**
   * Answers a request for the protected resource metadata of the option `auth`, which clients look for outside of the
   * endpoint's path; `undefined` for every other request. `serve()` does this by itself.
   * Elsewhere: `server.metadata(request) ?? server.fetch(request)`.
   */
  metadata(request: { readonly method: string; readonly url: string }): Response | undefined {
    return this.#options.auth?.metadata(request);
  }

  /**
   * Serves one message of one exchange: where every transport hands over. Never rejects; every failure is an answer, or
   * told to `onError`.
   */
  async handle(message: JsonRpcRequest | JsonRpcNotification, exchange: Exchange): Promise<void> {
    await this.#dispatcher.handle(message, exchange);
  }

  /**
   * Stops serving: new requests are answered with 503, subscriptions end with their result, running requests get time to
   * finish, then their `ctx.signal` is aborted.
   *
   * @param options `graceMs`: milliseconds that running requests get. Default 5,000
   */
  async close({ graceMs = 5_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#listening.close();
    await this.#running.close(graceMs);
    // No sooner: what runs may still wait for answers.
    await this.#past?.close();
  }

  // Habits of other libraries get an error that shows the line to write instead. Not `connect`, which workerd looks for in
  // what a Worker exports.
  /** @internal */
  protected get registerTool(): never {
    return instead(`server.tool('add', { inputSchema: z.object({ … }) }, (args) => …)`);
  }

  /** @internal */
  protected get registerPrompt(): never {
    return instead(`server.prompt('review', { argsSchema: z.object({ … }) }, (args) => …)`);
  }

  /** @internal */
  protected get registerResource(): never {
    return instead(`server.resource('users://{id}', { name: 'user' }, ({ id }) => …)`);
  }

  /** @internal */
  protected get setRequestHandler(): never {
    return instead(`server.method('my/method', { params: z.object({ … }) }, (params) => …)`);
  }

  #addTool(name: string, definition: AnyToolDefinition, handler: AnyToolHandler): void {
    const { tools } = this.#catalogs;
    if (tools.has(name)) throw new TypeError(`tool "${name}" exists already`);
    let tool = compileTool(name, definition, handler, this.#dispatcher.mask);
    for (const extension of this.#extensions.values()) tool = this.#extended(tool, extension);
    tools.set(name, tool);
    this.#changed('tools');
  }

  #addPrompt(name: string, definition: AnyPromptDefinition, handler: AnyPromptHandler): void {
    const { prompts } = this.#catalogs;
    if (prompts.has(name)) throw new TypeError(`prompt "${name}" exists already`);
    prompts.set(name, compilePrompt(name, definition, handler));
    this.#changed('prompts');
  }

  #addResource(uri: string, definition: AnyResourceDefinition, handler: AnyResourceHandler): void {
    const { resources, templates } = this.#catalogs;
    if (resources.has(uri) || templates.has(uri)) throw new TypeError(`resource "${uri}" exists already`);
    const compiled = compileResource(uri, definition, handler, this.#dispatcher.mask);
    if ('template' in compiled) {
      templates.set(uri, compiled);
      if (compiled.source !== undefined) resources.from(uri, compiled.source);
    } else {
      resources.set(uri, compiled);
    }
    this.#changed('resources');
  }

  #extended(tool: CompiledTool, { id, toolOptions }: ServerExtension): CompiledTool {
    return toolOptions === undefined ? tool : { ...tool, listed: toolOptions(tool.extensions?.[id], tool.listed) };
  }

  /** What was computed before is stale. Whoever listens is told, once there can be somebody. */
  #changed(kind?: 'tools' | 'prompts' | 'resources'): void {
    this.#discovery.changed();
    stampLists(this.#dispatcher.methods, this.#catalogs, this.#options.cache, this.#stamp);
    if (kind !== undefined && this.#dispatcher.served) this.#listening.publish({ kind });
  }
}

/** No name of a registration, and no template. */
const LISTED = '\0';

function instead(line: string): never {
  throw new TypeError(`Write ${line}`);
}
