import { McpError } from '../errors.js';
import { isObject, prepareResult, type JsonObject, type ResultStamp } from '../json-rpc.js';
import type { Context } from './context.js';
import type { CompiledTool } from './tool.js';

/** One entry of the method table. */
export interface Method {
  readonly call: (params: JsonObject, ctx: Context) => Promise<JsonObject> | JsonObject;
  /** One of the author's own: it may answer early. */
  readonly custom?: true;
  /** What goes into every result, where that is more than what goes into every result of every method. */
  readonly stamp?: ResultStamp;
  /** Whether the server declares the capability that the method belongs to; without, it does not exist. */
  readonly offered?: () => boolean;
}

/**
 * The tools of a server and the built-in methods that they bring. Everything that does not depend on a request is computed
 * here, when a tool is registered or on the first request after that.
 */
export class ToolRegistry {
  readonly #tools = new Map<string, CompiledTool>();
  #list: JsonObject | undefined;

  /** Whether there is any. */
  get any(): boolean {
    return this.#tools.size > 0;
  }

  /** @throws TypeError for a second tool of the same name */
  add(tool: CompiledTool): void {
    const { name } = tool.listed;
    if (this.#tools.has(name)) throw new TypeError(`tool "${name}" exists already`);
    this.#tools.set(name, tool);
    this.#list = undefined;
  }

  remove(name: string): boolean {
    this.#list = undefined;
    return this.#tools.delete(name);
  }

  /** `tools/list`: in the order of registration, serialised once. */
  list(params: JsonObject): JsonObject {
    // No page of this list was ever handed out a cursor.
    if (params['cursor'] !== undefined) throw new McpError('invalid_params', 'Invalid cursor');
    return (this.#list ??= prepareResult({ tools: [...this.#tools.values()].map((tool) => tool.listed) }));
  }

  /** `tools/call`. */
  call(params: JsonObject, ctx: Context): JsonObject | Promise<JsonObject> {
    const { name, arguments: args = {} } = params;
    const tool = typeof name === 'string' ? this.#tools.get(name) : undefined;
    if (tool === undefined) {
      throw new McpError(
        'invalid_params',
        typeof name === 'string' ? `Unknown tool: ${name}` : 'params.name must be a string',
      );
    }
    if (!isObject(args)) throw new McpError('invalid_params', 'params.arguments must be an object');
    return tool.call(args, ctx);
  }
}
