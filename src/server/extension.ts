import type { JsonObject } from '../json-rpc.js';
import type { SchemaTypes } from '../schema/standard.js';
import type { Tool } from '../spec/types.js';
import type { Catalog } from './catalog.js';
import { raise, type Context } from './context.js';
import type { Mask } from './guard.js';
import { compileMethod } from './method.js';
import type { Method } from './registry.js';
import type { ListenFilter } from './subscriptions.js';
import type { CompiledTool } from './tool.js';

/**
 * An extension of the protocol, as a value: `server.extend(...)` makes a server speak it.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#extensions
 */
export interface ServerExtension {
  /** Its identifier, with a prefix: `com.example/thing`. */
  readonly id: string;
  /** What the server says under `capabilities.extensions[id]`. Default `{}`. */
  readonly settings?: JsonObject;
  /** Its requests by method. A caller that has not declared the extension is answered with -32021. */
  readonly methods?: Readonly<Record<string, ExtensionMethod>>;
  /** Values of `resultType`, beside `complete`, that {@link wrapCall} may answer with. */
  readonly resultTypes?: readonly string[];
  /** Its members of the `subscriptions/listen` filter. */
  readonly listenFilters?: Readonly<Record<string, ListenFilter>>;
  /** The member of `params` that `Mcp-Name` carries, by method. */
  readonly headerName?: Readonly<Record<string, string>>;
  /**
   * Reads what a tool's definition says under `extensions[id]`, when the tool is registered.
   *
   * @param options what the definition says; `undefined` where it says nothing
   * @param tool the tool's entry in `tools/list`
   * @returns the entry, as it is to appear
   * @throws TypeError for options that make no sense
   */
  readonly toolOptions?: (options: unknown, tool: Tool) => Tool;
  /** Wraps every call of a tool, after the tool was found and before its handler. */
  readonly wrapCall?: (next: CallNext) => CallNext;
}

/** A request of an extension. */
export interface ExtensionMethod {
  /** Checks the params, without `_meta`. A mismatch is answered with -32602. Absent: any object. */
  readonly params?: SchemaTypes;
  /** Checks what the handler returns. */
  readonly result?: SchemaTypes;
  /** Serves callers that have not declared the extension, too. Default `false`. */
  readonly open?: boolean;
  /** Answers. */
  readonly handler: (params: never, ctx: Context) => unknown;
}

/** A call of a tool on its way to the tool's handler. */
export interface ToolCall {
  /** The tool, as `tools/list` shows it. */
  readonly tool: Tool;
  /** The arguments as they came. */
  readonly arguments: JsonObject;
  /** What the tool's definition says under `extensions[id]`. */
  readonly options: unknown;
}

/** Answers a call, or passes it on. */
export type CallNext = (call: ToolCall, ctx: Context) => JsonObject | Promise<JsonObject>;

/** The methods of an extension, each for those callers who have declared it. */
export function methodsOf({ id, methods = {} }: ServerExtension, mask: Mask): [string, Method][] {
  return Object.entries(methods).map(([name, { handler, open = false, ...schemas }]) => [
    name,
    {
      call: compileMethod(name, schemas, handler, mask),
      ...(!open && { requires: { extensions: { [id]: {} } } }),
    },
  ]);
}

/** The calls of all tools, wrapped in what extensions wrap around them; the first one added is the outermost. */
export function wrapCalls(extensions: Iterable<ServerExtension>, tools: Catalog<CompiledTool>): CallNext | undefined {
  const wrapping = [...extensions].filter(({ wrapCall }) => wrapCall !== undefined);
  if (wrapping.length === 0) return undefined;
  const innermost: CallNext = ({ tool: { name }, arguments: args }, ctx) => {
    const tool = tools.peek(name);
    // It was there when the call came.
    if (tool === undefined) throw raise('invalid_params', `Unknown tool: ${name}`);
    return tool.call(args, ctx);
  };
  return wrapping.reduceRight<CallNext>((next, { id, wrapCall }) => {
    const wrapped = wrapCall!(next);
    return (call, ctx) => wrapped({ ...call, options: tools.peek(call.tool.name)?.extensions?.[id] }, ctx);
  }, innermost);
}
