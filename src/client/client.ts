import { McpError } from '../errors.js';
import type { JsonObject, JsonRpcMessage } from '../json-rpc.js';
import { describeIssues, isStandardSchema, type SchemaTypes } from '../schema/standard.js';
import type { Served } from '../spec/served.js';
import type { Tool } from '../spec/types.js';
import { call, notify, stream } from './call.js';
import { connect, type Fallback } from './connect.js';
import { Core, type NotificationHandler } from './core.js';
import type { ServerFacts } from './link.js';
import type { CallOptions, ConnectOptions } from './options.js';
import type { ClientTransport } from './transport.js';
import type { AnyTools, CallParameters, ResultOf, ToolsOf } from './typed.js';

/** Options of {@link McpClient.request}. */
export interface RequestOptions<Output = unknown> extends CallOptions {
  /** Checks the result and types it. A result that does not fit is `invalid_message`. Default: any object. */
  readonly result?: SchemaTypes<unknown, Output> | undefined;
}

// A list that goes on for longer is more likely a server that never stops.
const MAX_PAGES = 1000;

/**
 * A connection to one server. Every call that fails rejects once, at once, with an `McpError` whose `code` tells why.
 *
 * `Tools` comes from the server's type: `McpClient.connect<typeof server>(url)`.
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
export class McpClient<Tools = AnyTools> {
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
  ): Promise<McpClient<ToolsOf<S>>> {
    return new this<ToolsOf<S>>(await connect(target, options, this.fallbacks));
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
    const result = await call(this.#core, 'tools/call', { name, arguments: args ?? {} }, options);
    const content = (result['content'] ??= []);
    if (!Array.isArray(content)) throw new McpError('invalid_message', `${name}: content is no array`);
    // The server's type says what the structured content is; the server checked it against the tool's schema.
    return result as ResultOf<Tools[Name]>;
  }

  /**
   * Lists all tools, page by page, at most 1,000 pages.
   *
   * @throws McpError `limit_exceeded` when there are more, `invalid_message` when the pages go round in a circle
   * @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#listing-tools
   *
   * @example
   * ```ts
   * for (const { name, description } of await client.listTools()) console.log(name, description);
   * ```
   */
  async listTools(options: CallOptions = {}): Promise<Tool[]> {
    const tools: Tool[] = [];
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const result = await call(this.#core, 'tools/list', cursor === undefined ? {} : { cursor }, options);
      const { tools: page, nextCursor = null } = result;
      if (!Array.isArray(page) || (nextCursor !== null && typeof nextCursor !== 'string')) {
        throw new McpError('invalid_message', 'tools/list: tools is no array, or nextCursor no string');
      }
      // A server's own description of its tools: hosts show it, and the server checks what is sent by it.
      for (const tool of page as Tool[]) tools.push(tool);
      cursor = nextCursor ?? undefined;
      if (cursor !== undefined) {
        if (seen.has(cursor)) throw new McpError('invalid_message', 'tools/list: nextCursor repeats an earlier page');
        if (seen.add(cursor).size >= MAX_PAGES)
          throw new McpError('limit_exceeded', `tools/list has more than ${MAX_PAGES} pages`);
      }
    } while (cursor !== undefined);
    return tools;
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
    if (schema !== undefined && !isStandardSchema(schema))
      throw new TypeError('result must be a schema, like z.object({ … })');
    const result = await call(this.#core, method, params, options);
    // Without a schema, Output is what the caller says, by default any object.
    if (schema === undefined) return result as Output;
    const checked = await schema['~standard'].validate(result);
    if (checked.issues !== undefined) {
      throw new McpError(
        'invalid_message',
        `The result of ${method} does not fit:\n${describeIssues(checked.issues)}`,
        { data: checked.issues },
      );
    }
    // What the schema's own validation returned.
    return checked.value as Output;
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
    return stream(this.#core, method, params, options);
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
  notify(method: string, params?: JsonObject, options: CallOptions = {}): Promise<void> {
    return notify(this.#core, method, params, options);
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

  /** Ends everything that is open with `closed`, and the transport. Further calls fail with `closed`. Never rejects. */
  close(): Promise<void> {
    return this.#core.close();
  }
}
