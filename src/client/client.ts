import { McpError } from '../errors.js';
import type { JsonObject, JsonRpcMessage } from '../json-rpc.js';
import type { SchemaTypes } from '../schema/standard.js';
import type { EntriesOf, Served } from '../spec/served.js';
import type {
  CompleteRequestParams,
  CompleteResult,
  GetPromptResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplate,
  Tool,
} from '../spec/types.js';
import type { ListenChange, ListenTopics, ListenOptions } from './changes.js';
import { connect } from './connect.js';
import { type ClientMiddleware, Core, type NotificationHandler } from './core.js';
import type { Fallback } from './fallback.js';
import type { ServerFacts } from './link.js';
import type { ListMethod } from './lists.js';
import type { CallOptions, ConnectOptions, ListOptions } from './options.js';
import type { ClientTransport } from './transport.js';
import type { AnyTools, CallParameters, PromptParameters, PromptsOf, ResultOf, ToolsOf, UriOf } from './typed.js';

/** Options of {@link McpClient.request}. */
export interface RequestOptions<Output = unknown> extends CallOptions {
  /** Checks the result and types it. A result that does not fit is `invalid_message`. Default: any object. */
  readonly result?: SchemaTypes<unknown, Output> | undefined;
  /**
   * Resolves with the result as it is, whatever its `resultType`: for programs that pass `input_required` on, or answer it
   * themselves with `inputResponses` and `requestState` in the params. Default `false`.
   */
  readonly raw?: boolean | undefined;
}

/**
 * A connection to one server. Every call that fails rejects once, at once, with an `McpError` whose `code` tells why.
 *
 * Tools, prompts and resources are those of the server's type: `McpClient.connect<typeof server>(url)`.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic
 *
 * @example
 * ```ts
 * const client = await McpClient.connect<typeof server>('https://example.com/mcp');
 * const { structuredContent } = await client.callTool('job_run', { job_id: 'job-1' }, {
 *   onProgress: ({ progress, total }) => console.log(progress, total),
 * });
 * await client.close();
 * ```
 */
export class McpClient<Tools = AnyTools, Entries = unknown> {
  /**
   * Tried in order when a server is not one that the core knows. Entry points that know more servers override it.
   *
   * @internal
   */
  protected static readonly fallbacks: readonly Fallback[] = [];

  readonly #core: Core;

  /** Use {@link McpClient.connect}. */
  protected constructor(core: unknown) {
    if (!(core instanceof Core)) throw new TypeError('Use await McpClient.connect(url)');
    this.#core = core;
  }

  /**
   * Connects to a URL, to a transport of your own, or to an `McpServer` in this process, which is then called through
   * the same HTTP code without any network.
   *
   * @throws McpError `unsupported_version` when the server speaks no revision that this client knows, and whatever a
   * call can fail with; TypeError for a target or options that make no sense
   * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning
   *
   * @example
   * ```ts
   * const client = await McpClient.connect('https://example.com/mcp', { headers: { authorization: 'Bearer …' } });
   * console.log(client.server.info?.name, await client.listTools());
   * ```
   */
  static async connect<S extends Served = Served>(
    target: URL | string | ClientTransport | S,
    options: ConnectOptions = {},
  ): Promise<ClientOf<S>> {
    // A client whose type says nothing is one of any tools; ClientOf tells the two apart.
    return new this<ToolsOf<S>, EntriesOf<S>>(await connect(target, options, this.fallbacks)) as ClientOf<S>;
  }

  /** What is known about the server. */
  get server(): ServerFacts {
    return this.#core.link.server;
  }

  /**
   * Calls a tool. A tool that fails is a result with `isError: true`, not an exception.
   *
   * @throws McpError when there is no result
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#calling-tools
   *
   * @example
   * ```ts
   * const result = await client.callTool('job_run', { job_id: 'job-1' }, { timeoutMs: 30_000 });
   * if (result.isError) console.error(result.content);
   * else console.log(result.structuredContent);
   * ```
   */
  async callTool<Name extends keyof Tools & string>(
    name: Name,
    ...[args, options = {}]: Tools[Name] extends { readonly input: infer Input } ? CallParameters<Input> : never
  ): Promise<ResultOf<Tools[Name]>> {
    if (typeof name !== 'string') throw new TypeError("callTool takes a name and arguments: callTool('name', { … })");
    const core = this.#core;
    const result = await core.call('tools/call', { name, arguments: args ?? {} }, options);
    const content = (result['content'] ??= []);
    if (!Array.isArray(content)) throw new McpError('invalid_message', `${name}: content is no array`);
    if (core.options.jsonSchema !== undefined)
      await (await import('./lazy.js')).checkOutput(core, name, result, options);
    // The server's type says what the structured content is; the server checked it against the tool's schema.
    return result as ResultOf<Tools[Name]>;
  }

  /**
   * Lists all tools, page by page, at most 1,000 pages. A tool that breaks the rules is left out, and `onWarning` hears why.
   * Pages are kept for as long as the server allows.
   *
   * @throws McpError `limit_exceeded` when there are more, `invalid_message` when the pages go round in a circle
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#listing-tools
   *
   * @example
   * ```ts
   * for (const { name, description } of await client.listTools()) console.log(name, description);
   * ```
   */
  listTools(options: ListOptions = {}): Promise<Tool[]> {
    return this.#list('tools/list', options);
  }

  /**
   * Lists all resources, like {@link McpClient.listTools}.
   *
   * @throws McpError like `listTools`
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/resources#listing-resources
   *
   * @example
   * ```ts
   * for (const { uri, name } of await client.listResources()) console.log(name, uri);
   * ```
   */
  listResources(options: ListOptions = {}): Promise<Resource[]> {
    return this.#list('resources/list', options);
  }

  /**
   * Lists all resource templates, like {@link McpClient.listTools}.
   *
   * @throws McpError like `listTools`
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/resources#resource-templates
   *
   * @example
   * ```ts
   * for (const { uriTemplate } of await client.listResourceTemplates()) console.log(uriTemplate);
   * ```
   */
  listResourceTemplates(options: ListOptions = {}): Promise<ResourceTemplate[]> {
    return this.#list('resources/templates/list', options);
  }

  /**
   * Lists all prompts, like {@link McpClient.listTools}.
   *
   * @throws McpError like `listTools`
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/prompts#listing-prompts
   *
   * @example
   * ```ts
   * for (const { name, arguments: args = [] } of await client.listPrompts()) console.log(name, args.length);
   * ```
   */
  listPrompts(options: ListOptions = {}): Promise<Prompt[]> {
    return this.#list('prompts/list', options);
  }

  async #list<T>(method: ListMethod, options: ListOptions): Promise<T[]> {
    // Each entry was looked at; a server's own description is what hosts show, and the server goes by it.
    return (await import('./lazy.js')).list(this.#core, method, options) as Promise<T[]>;
  }

  /**
   * Reads a resource. What it holds is kept for as long as the server allows.
   *
   * @throws McpError `invalid_params` for a resource that does not exist
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/resources#reading-resources
   *
   * @example
   * ```ts
   * const { contents } = await client.readResource('file:///readme.md');
   * for (const part of contents) console.log('text' in part ? part.text : part.blob.length);
   * ```
   */
  async readResource(uri: UriOf<Entries>, options: ListOptions = {}): Promise<ReadResourceResult> {
    return (await import('./lazy.js')).readResource(this.#core, uri, options);
  }

  /**
   * Fills in a prompt.
   *
   * @throws McpError `invalid_params` for a prompt that does not exist, and for arguments that it does not take
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/prompts#getting-a-prompt
   *
   * @example
   * ```ts
   * const { messages } = await client.getPrompt('code_review', { language: 'python' });
   * ```
   */
  async getPrompt<Name extends keyof PromptsOf<Entries> & string>(
    name: Name,
    ...[args, options = {}]: PromptsOf<Entries>[Name] extends { readonly args: infer Args }
      ? PromptParameters<Args>
      : never
  ): Promise<GetPromptResult> {
    return (await import('./lazy.js')).getPrompt(this.#core, name, args, options);
  }

  /**
   * Proposes values for an argument of a prompt, or for a variable of a resource template.
   *
   * @param context the other arguments, as far as they are settled
   * @throws McpError like a call
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/completion
   *
   * @example
   * ```ts
   * const { values } = await client.complete(
   *   { type: 'ref/prompt', name: 'code_review' },
   *   { name: 'framework', value: 'fla' },
   *   { arguments: { language: 'python' } },
   * );
   * ```
   */
  async complete(
    ref: CompleteRequestParams['ref'],
    argument: CompleteRequestParams['argument'],
    context?: CompleteRequestParams['context'],
    options: CallOptions = {},
  ): Promise<CompleteResult['completion']> {
    return (await import('./lazy.js')).complete(this.#core, { ref, argument, ...(context && { context }) }, options);
  }

  /**
   * Hears of changes, from the first one that is pulled until the loop is left. It outlives lost connections and servers
   * that are replaced: then a change `refetch` says that anything may have changed in between.
   *
   * @throws McpError (while iterating) when the server cannot be reached to begin with, or does not offer subscriptions
   * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions
   *
   * @example
   * ```ts
   * for await (const change of client.listen({ toolsListChanged: true })) {
   *   if (change.type === 'toolsListChanged' || change.type === 'refetch') show(await client.listTools());
   * }
   * ```
   */
  listen(filter: ListenTopics, options: ListenOptions = {}): AsyncIterableIterator<ListenChange> {
    return lazily(({ listen }) => listen(this.#core, filter, options));
  }

  /**
   * Sends any request. Resolves at the response; notifications that come later in the same stream go to
   * {@link McpClient.on} until the stream ends.
   *
   * @throws McpError `invalid_message` when the result does not fit `options.result`, and whatever a call can fail with
   *
   * @example
   * ```ts
   * const { session_token } = await client.request('session/start', {}, { result: z.object({ session_token: z.uuid() }) });
   * ```
   */
  async request<Output = JsonObject>(
    method: string,
    params?: JsonObject,
    options: RequestOptions<Output> = {},
  ): Promise<Output> {
    const { result: schema } = options;
    // Without a schema, Output is what the caller says, by default any object.
    if (schema === undefined) return this.#core.call(method, params, options) as Promise<Output>;
    return (await import('./lazy.js')).fit(schema, this.#core, method, params, options) as Promise<Output>;
  }

  /**
   * Sends a request and yields every message of its exchange, in order, to the end of the stream. It is sent when the
   * first message is pulled; leaving the loop closes the stream. A JSON-RPC error is a message here, not an exception.
   *
   * @throws McpError (while iterating) when the exchange fails or ends without a response
   *
   * @example
   * ```ts
   * for await (const message of client.stream('tools/call', { name: 'job/run', arguments: { job_id: 'job-1' } })) {
   *   console.log(message);
   * }
   * ```
   */
  stream(method: string, params?: JsonObject, options: CallOptions = {}): AsyncIterableIterator<JsonRpcMessage> {
    return lazily(({ stream }) => stream(this.#core, method, params, options));
  }

  /**
   * Sends a notification. Resolves when the server has taken it.
   *
   * @throws McpError like a call
   *
   * @example
   * ```ts
   * await client.notify('editor/saved', { file: 'a.ts' });
   * ```
   */
  async notify(method: string, params?: JsonObject, options: CallOptions = {}): Promise<void> {
    return (await import('./lazy.js')).notify(this.#core, method, params, options);
  }

  /**
   * Hears every notification of a method, whichever exchange brings it. An error in the handler goes to `onWarning`.
   *
   * @returns a function that ends it
   *
   * @example
   * ```ts
   * const off = client.on('job/progress', ({ progress }) => console.log(progress));
   * off();
   * ```
   */
  on(method: string, handler: NotificationHandler): () => void {
    return this.#core.on(method, handler);
  }

  /**
   * Wraps every further call: what is registered first is outermost. The shape is that of a server's middleware.
   *
   * @example
   * ```ts
   * client.use((next) => (call, ctx) =>
   *   next(call, { ...ctx, options: { ...ctx.options, meta: { ...ctx.options.meta, traceparent: traceparent() } } }));
   * ```
   */
  use(middleware: ClientMiddleware): this {
    this.#core.use(middleware);
    return this;
  }

  /** Ends everything that is open with `closed`, and the transport. Further calls fail with `closed`. Never rejects. */
  close(): Promise<void> {
    return this.#core.close();
  }
}

/**
 * The client of a server's type: what `McpClient.connect<S>(…)` resolves with.
 *
 * @example
 * ```ts
 * export const use = (client: ClientOf<typeof server>) => client.callTool('job_run', { job_id: 'job-1' });
 * ```
 */
export type ClientOf<S extends Served> = [EntriesOf<S>] extends [never]
  ? McpClient
  : McpClient<ToolsOf<S>, EntriesOf<S>>;

/** An iterator whose code is loaded with the first step. */
function lazily<T>(make: (parts: typeof import('./lazy.js')) => AsyncIterator<T, undefined>): AsyncIterableIterator<T> {
  let making: Promise<AsyncIterator<T, undefined>> | undefined;
  const inner = (): Promise<AsyncIterator<T, undefined>> => (making ??= import('./lazy.js').then(make));
  return {
    next: async () => (await inner()).next(),
    return: async () => (await (await inner()).return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
