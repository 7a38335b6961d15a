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

/** `tools/list`: in the order of registration. Made once, until a tool comes or goes. */
export function listOf(tools: ReadonlyMap<string, CompiledTool>): JsonObject {
  return prepareResult({ tools: [...tools.values()].map((tool) => tool.listed) });
}

/** `tools/call`. */
export function callTool(
  tools: ReadonlyMap<string, CompiledTool>,
  { name, arguments: args = {} }: JsonObject,
  ctx: Context,
): JsonObject | Promise<JsonObject> {
  // A name that is no string is the name of no tool.
  const tool = tools.get(name as string);
  if (tool === undefined)
    throw new McpError('invalid_params', `Unknown tool: ${typeof name === 'string' ? name : '(no string)'}`);
  if (!isObject(args)) throw new McpError('invalid_params', 'params.arguments must be an object');
  return tool.call(args, ctx);
}
