import {
  prepareResult,
  resultStamp,
  type JsonObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type ResultStamp,
} from '../json-rpc.js';
import type { SchemaTypes } from '../schema/standard.js';
import { META_SERVER_INFO } from '../spec/meta.js';
import type { PromptEntry, ResourceEntry, Served, ToolEntry } from '../spec/served.js';
import type { CacheHints, CallToolResult, Implementation, Prompt, Resource, Tool } from '../spec/types.js';
import { MODERN_VERSIONS } from '../spec/versions.js';
import { memoryBus, type Bus, type Change } from './bus.js';
import { Catalog, type Source } from './catalog.js';
import { unstructured } from './content.js';
import type { Context, RequestContext, Service } from './context.js';
import { Dispatcher, type ContextSource } from './dispatch.js';
import type { AuthInfo, Exchange } from './exchange.js';
import type { CallNext, ServerExtension } from './extension.js';
import { serveFetch } from './fetch-handler.js';
import { guarded } from './guard.js';
import { httpEndpoint, type HttpEndpoint } from './http-endpoint.js';
import { compileMethod, compileNotification, type MethodDefinition } from './method.js';
import type { Middleware } from './middleware.js';
import { defaultLimits, type ServerCache, type ServerOptions } from './options.js';
import {
  compilePrompt,
  promptResult,
  type AnyPromptDefinition,
  type AnyPromptHandler,
  type CompiledPrompt,
  type DefinedPrompt,
  type PromptDefinition,
  type PromptHandler,
  type PromptInput,
  type PromptReturn,
} from './prompt.js';
import { builtInMethods, completes, type Catalogs } from './registry.js';
import {
  compileResource,
  readResult,
  type AnyResourceDefinition,
  type AnyResourceHandler,
  type CompiledResource,
  type CompiledTemplate,
  type DefinedResource,
  type ResourceDefinition,
  type ResourceHandler,
  type ResourceReturn,
} from './resource.js';
import { Running } from './running.js';
import type { ListenFilter, Subscriptions } from './subscriptions.js';
import type { Secret } from '../util/seal.js';
import {
  compileTool,
  type AnyToolDefinition,
  type AnyToolHandler,
  type CompiledTool,
  type DefinedTool,
  type ToolDefinition,
  type ToolHandler,
  type ToolInput,
  type ToolOutput,
  type ToolReturn,
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

/** Publishes that something has changed. Nobody waits: what fails is told to `onError`. */
export interface ServerNotify {
  /** The list of tools. Registering and removing tells by itself. */
  toolsChanged(): void;
  /** The list of prompts, likewise. */
  promptsChanged(): void;
  /** The lists of resources and templates, likewise. */
  resourcesChanged(): void;
  /** The contents of one resource. */
  resourceUpdated(uri: string): void;
  /** Any change, such as one that an extension's listen filter waits for. */
  changed(change: Change): void;
}

/** A definition made apart from any server. */
export type Defined = DefinedTool | DefinedResource | DefinedPrompt;

/** The lists that can be added to while they are read. */
export type ListKind = 'tools' | 'prompts' | 'resources';

/** One page of each list. `nextCursor`: what the next call gets as `cursor`; absent: this is the last page. */
export interface ListPage {
  /** Of `tools/list`. */
  readonly tools: { readonly tools: readonly Tool[]; readonly nextCursor?: string | undefined };
  /** Of `prompts/list`. */
  readonly prompts: { readonly prompts: readonly Prompt[]; readonly nextCursor?: string | undefined };
  /** Of `resources/list`. */
  readonly resources: { readonly resources: readonly Resource[]; readonly nextCursor?: string | undefined };
}

/** Serves what a dynamic list shows. `undefined`: there is none of that name. */
export interface ListUse<C = unknown> {
  /** Calls a tool. */
  readonly tools: (
    name: string,
    args: JsonObject,
    ctx: Context<C>,
  ) => ToolReturn | CallToolResult | Promise<ToolReturn | CallToolResult | undefined>;
  /** Gets a prompt. */
  readonly prompts: (
    name: string,
    args: JsonObject,
    ctx: Context<C>,
  ) => PromptReturn | undefined | Promise<PromptReturn | undefined>;
  /** Reads a resource. */
  readonly resources: (uri: string, ctx: Context<C>) => ResourceReturn | Promise<ResourceReturn>;
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
 * @typeParam Entries - what is registered so far, as a union; it is what `McpClient.connect<typeof server>` reads
 * @typeParam C - what `server.context(...)` makes for each request: `ctx.context`
 */
export class McpServer<Entries = never, C = unknown> implements Served<Entries> {
  declare readonly '~entries': Entries;
  /** Compile-time only. */
  declare readonly '~context': C;

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

  /** Publishes changes to everyone who listens, in every process that shares the `bus`. */
  readonly notify: ServerNotify = {
    toolsChanged: () => this.#publish({ kind: 'tools' }),
    promptsChanged: () => this.#publish({ kind: 'prompts' }),
    resourcesChanged: () => this.#publish({ kind: 'resources' }),
    resourceUpdated: (uri) => this.#publish({ kind: 'resource', uri }),
    changed: (change) => this.#publish(change),
  };

  readonly #options: ServerOptions;
  readonly #instructions: string | undefined;
  readonly #stamp: (hints: CacheHints) => ResultStamp;
  readonly #catalogs: Catalogs;
  readonly #dispatcher: Dispatcher;
  readonly #extensions = new Map<string, ServerExtension>();
  readonly #bus: Bus;
  readonly #running = new Running();
  #subscriptions: Promise<Subscriptions> | undefined;
  #discovery: JsonObject | undefined;

  /** @throws TypeError for options that make no sense */
  constructor(info: ServerInfo, options: ServerOptions = {}) {
    const { instructions, ...implementation } = info;
    const { cache, pageSize = Infinity, secret, logging = true, bus = memoryBus() } = options;
    this.#instructions = instructions;
    this.#options = options;
    this.#bus = bus;
    checkOptions(cache, pageSize, secret);
    const _meta = { [META_SERVER_INFO]: implementation };
    const hints: Required<CacheHints> = { ttlMs: cache?.ttlMs ?? 0, cacheScope: cache?.cacheScope ?? 'private' };
    this.#stamp = (own) => resultStamp({ ...hints, ...own, _meta });
    const catalogs: Catalogs = {
      tools: new Catalog<CompiledTool>('tools', pageSize),
      prompts: new Catalog<CompiledPrompt>('prompts', pageSize),
      resources: new Catalog<CompiledResource>('resources', pageSize),
      templates: new Catalog<CompiledTemplate>('resourceTemplates', pageSize),
      fallbacks: {},
      hints,
      wrapped: undefined,
    };
    this.#catalogs = catalogs;
    const service: Service = { logging, secret, limits: { ...defaultLimits, ...options.limits } };
    this.#dispatcher = new Dispatcher(options, service, resultStamp({ _meta }));
    const { methods, handle, mask } = this.#dispatcher;
    methods.set('server/discover', { call: () => this.#discover() });
    for (const [name, method] of builtInMethods(catalogs)) methods.set(name, method);
    methods.set('subscriptions/listen', {
      // What is handed on is what was made for this very request.
      call: (params, ctx) => this.#listen(params, ctx as RequestContext),
      endless: true,
      offered: () =>
        catalogs.tools.offered || catalogs.prompts.offered || this.#hasResources || this.#extensions.size > 0,
    });
    this.#changed();
    this['~http'] = httpEndpoint(handle, options, this.#running, service, catalogs.tools, (error) =>
      mask(error, 'The request failed', undefined),
    );
    this.fetch = (request) => serveFetch(this['~http'], request, {});
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
    // The same object; only its type has learned of them.
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
    const { mask } = this.#dispatcher;
    const what = `The list of ${kind}`;
    const source: Source = (position, ctx) =>
      guarded(what, mask, ctx, async () => {
        // A page has the member that its list is named after.
        const { [kind]: items, nextCursor } = (await page(position, ctx as Context<C>)) as ListPage[ListKind] & {
          readonly [member: string]: unknown;
        };
        if (!Array.isArray(items)) throw new TypeError(`${what} must return { ${kind}: [...], nextCursor? }`);
        return { items: items as object[], nextCursor };
      });
    this.#catalogs[kind].from('', source);
    if (use !== undefined) this.#fallBack(kind, use as never);
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
  context<U, T>(this: McpServer<U, never>, make: (source: ContextSource) => T | Promise<T>): McpServer<U, T> {
    this.#dispatcher.makeContext = make;
    // The same object; only its type has learned of the context.
    return this;
  }

  /**
   * Adds an extension of the protocol.
   *
   * @throws TypeError for an identifier without a prefix, or a method that exists already
   */
  extend(extension: ServerExtension): this {
    const { id, methods = {} } = extension;
    if (!/^[a-z][\w.-]*\/[\w.-]+$/i.test(id) || this.#extensions.has(id)) {
      throw new TypeError(
        `extension ${JSON.stringify(id)}: needs an identifier of its own, such as "com.example/thing"`,
      );
    }
    const { methods: table, mask } = this.#dispatcher;
    for (const [name, { handler, open = false, ...schemas }] of Object.entries(methods)) {
      if (table.has(name)) throw new TypeError(`method "${name}" exists already`);
      table.set(name, {
        call: compileMethod(name, schemas, handler, mask),
        ...(!open && { requires: { extensions: { [id]: {} } } }),
      });
    }
    this.#extensions.set(id, extension);
    for (const [name, member] of Object.entries(extension.headerName ?? {})) this['~http'].names.set(name, member);
    for (const tool of this.#catalogs.tools.values())
      this.#catalogs.tools.set(tool.listed.name, this.#extended(tool, extension));
    this.#catalogs.wrapped = this.#wrapCalls();
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
  handler(trusted: Trusted = {}): (request: Request) => Promise<Response> {
    return (request) => serveFetch(this['~http'], request, trusted);
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
    const subscriptions = await this.#subscriptions;
    await Promise.all([subscriptions?.close(), this.#running.close(graceMs)]);
  }

  get #hasResources(): boolean {
    return this.#catalogs.resources.offered || this.#catalogs.templates.offered;
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
    prompts.set(name, compilePrompt(name, definition, handler, this.#dispatcher.mask));
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

  #fallBack(kind: ListKind, use: (...args: unknown[]) => unknown): void {
    const { fallbacks } = this.#catalogs;
    const { mask } = this.#dispatcher;
    const serve = (name: string, ctx: Context, read: (returned: unknown) => JsonObject, ...args: unknown[]) =>
      guarded(JSON.stringify(name), mask, ctx, async () => {
        const returned = await use(name, ...args, ctx);
        // `orElse` in the registry says that there is none.
        return (returned === undefined ? undefined : read(returned)) as JsonObject;
      });
    if (kind === 'tools')
      fallbacks.tools = (name, args, ctx) => serve(name, ctx, (value) => unstructured(value, name), args);
    else if (kind === 'prompts')
      fallbacks.prompts = (name, args, ctx) => serve(name, ctx, (value) => promptResult(value, name), args);
    else fallbacks.resources = (uri, ctx) => serve(uri, ctx, (value) => readResult(value, uri));
  }

  #extended(tool: CompiledTool, { id, toolOptions }: ServerExtension): CompiledTool {
    return toolOptions === undefined ? tool : { ...tool, listed: toolOptions(tool.extensions?.[id], tool.listed) };
  }

  #wrapCalls(): CallNext | undefined {
    const wrapping = [...this.#extensions.values()].filter(({ wrapCall }) => wrapCall !== undefined);
    if (wrapping.length === 0) return undefined;
    const { tools } = this.#catalogs;
    const innermost: CallNext = (call, ctx) => tools.peek(call.tool.name)!.call(call.arguments, ctx);
    return wrapping.reduceRight<CallNext>((next, { id, wrapCall }) => {
      const wrapped = wrapCall!(next);
      return (call, ctx) => wrapped({ ...call, options: tools.peek(call.tool.name)?.extensions?.[id] }, ctx);
    }, innermost);
  }

  async #listen(params: JsonObject, ctx: RequestContext): Promise<JsonObject> {
    const subscriptions = await (this.#subscriptions ??= this.#openSubscriptions());
    return subscriptions.listen(params, ctx, ctx.exchange);
  }

  async #openSubscriptions(): Promise<Subscriptions> {
    const { Subscriptions } = await import('./subscriptions.js');
    const { mayWatch, limits } = this.#options;
    const { tools, prompts } = this.#catalogs;
    const filters = new Map<string, ListenFilter>();
    for (const { listenFilters = {} } of this.#extensions.values()) {
      for (const [member, filter] of Object.entries(listenFilters)) filters.set(member, filter);
    }
    return new Subscriptions({
      bus: this.#bus,
      offers: (kind) => (kind === 'tools' ? tools.offered : kind === 'prompts' ? prompts.offered : this.#hasResources),
      mayWatch,
      filters,
      limits,
      streamDropBytes: limits?.streamDropBytes,
    });
  }

  #publish(change: Change): void {
    const failed = (error: unknown): void => void this.#dispatcher.mask(error, 'A change was not published', undefined);
    try {
      void Promise.resolve(this.#bus.publish(change)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** What was computed before is stale. Whoever listens is told, once there can be somebody. */
  #changed(kind?: 'tools' | 'prompts' | 'resources'): void {
    const { tools, prompts, resources, templates } = this.#catalogs;
    const { methods, served } = this.#dispatcher;
    const { cache } = this.#options;
    this.#discovery = undefined;
    const restamp = (method: string, own: CacheHints | undefined, catalog?: Catalog<never>): void => {
      // Never for everyone where not everyone sees the same; what a source says may differ, unless its author says so.
      const personal = catalog?.personal === true || (catalog?.dynamic === true && own?.cacheScope === undefined);
      methods.get(method)!.stamp = this.#stamp({ ...own, ...(personal && { cacheScope: 'private' }) });
    };
    restamp('server/discover', cache?.discover);
    restamp('tools/list', cache?.tools, tools as Catalog<never>);
    restamp('prompts/list', cache?.prompts, prompts as Catalog<never>);
    restamp('resources/list', cache?.resources, resources as Catalog<never>);
    restamp('resources/templates/list', cache?.resourceTemplates, templates as Catalog<never>);
    if (kind !== undefined && served) this.#publish({ kind });
  }

  #discover(): JsonObject {
    const { tools, prompts } = this.#catalogs;
    const listChanged = true;
    const extensions = Object.fromEntries([...this.#extensions].map(([id, { settings = {} }]) => [id, settings]));
    return (this.#discovery ??= prepareResult({
      supportedVersions: MODERN_VERSIONS,
      // JSON leaves out what is undefined.
      capabilities: {
        tools: tools.offered ? { listChanged } : undefined,
        prompts: prompts.offered ? { listChanged } : undefined,
        resources: this.#hasResources ? { subscribe: true, listChanged } : undefined,
        completions: completes(this.#catalogs) ? {} : undefined,
        logging: this.#dispatcher.service.logging ? {} : undefined,
        extensions: this.#extensions.size > 0 ? extensions : undefined,
      },
      instructions: this.#instructions,
    }));
  }
}

/** Of each secret, characters or bytes. */
const MIN_SECRET = 16;

/** @throws TypeError */
function checkOptions(cache: ServerCache | undefined, pageSize: number, secret: ServerOptions['secret']): void {
  const { discover, tools, prompts, resources, resourceTemplates } = cache ?? {};
  for (const { ttlMs = 0 } of [cache, discover, tools, prompts, resources, resourceTemplates].map((one) => one ?? {})) {
    if (!Number.isSafeInteger(ttlMs) || ttlMs < 0) throw new TypeError('cache.ttlMs must be an integer, 0 or more');
  }
  if (pageSize !== Infinity && !(Number.isSafeInteger(pageSize) && pageSize > 0)) {
    throw new TypeError('pageSize must be an integer, 1 or more');
  }
  const secrets: readonly (Secret | undefined)[] = Array.isArray(secret) ? secret : [secret];
  // Now, and not when the first state is sealed.
  if (secret !== undefined && !(secrets.length > 0 && secrets.every((one) => Number(one?.length) >= MIN_SECRET))) {
    throw new TypeError(`secret must be ${MIN_SECRET} characters or bytes, or more, that nobody can guess`);
  }
}
