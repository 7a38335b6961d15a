/** What a client keeps of the tools that a server listed: it outlives the list itself. */
import { compileHeaderPlan, type HeaderPlan, paramHeaders } from '../http/param-headers.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import type { StandardSchema } from '../schema/standard.js';
import type { Tool } from '../spec/types.js';
import type { ClientCall } from './core.js';

/** What is kept of one tool. */
export interface KnownTool {
  readonly plan: HeaderPlan | undefined;
  /** Whether a second call with the same arguments changes nothing more, as the server says. */
  readonly repeatable: boolean;
  readonly outputSchema: JsonObject | undefined;
  /** Made of `outputSchema` when it is first needed. */
  check?: StandardSchema;
}

/** The tools that were listed last. */
export interface ToolBook {
  get(name: unknown): KnownTool | undefined;
  /** The `Mcp-Param-*` headers of a call. */
  headers(call: ClientCall): Readonly<Record<string, string>> | undefined;
}

/**
 * Reads what a client needs to know of a tool.
 *
 * @throws TypeError for annotations that break the rules: such a tool must not be used
 */
export function readTool({ inputSchema, outputSchema, annotations = {} }: Tool): KnownTool {
  return {
    plan: compileHeaderPlan(inputSchema),
    repeatable: annotations.idempotentHint === true || annotations.readOnlyHint === true,
    outputSchema,
  };
}

/** Keeps what was read of a whole list. */
export function bookOf(tools: ReadonlyMap<string, KnownTool>): ToolBook {
  // Any value may be a name here; those that are no strings are in no list.
  const get = (name: unknown): KnownTool | undefined => tools.get(name as string);
  return {
    get,
    headers({ method, params }) {
      const plan = method === 'tools/call' ? get(params?.['name'])?.plan : undefined;
      const args = params?.['arguments'];
      return plan && paramHeaders(plan, isObject(args) ? args : {});
    },
  };
}
