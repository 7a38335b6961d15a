import { isToolError, ToolError } from '../errors.js';
import { compileHeaderPlan, type HeaderPlan } from '../http/param-headers.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import {
  check,
  isThenable,
  jsonSchemaOf,
  type SchemaInput,
  type SchemaOutput,
  type SchemaTypes,
  type StandardSchema,
} from '../schema/standard.js';
import type { ToolEntry } from '../spec/served.js';
import type {
  CallToolResult,
  ClientCapabilities,
  ContentBlock,
  Icon,
  MetaObject,
  Tool,
  ToolAnnotations,
} from '../spec/types.js';
import { failure, isStructuredResult, structured, unstructured, type StructuredResult } from './content.js';
import type { Listed, Visible } from './catalog.js';
import { raisedBy, type Context } from './context.js';
import type { Mask } from './guard.js';
import { isInputRequired, isSuspension, type InputRequired } from './input-required.js';

/**
 * What a tool is, apart from what it does.
 *
 * @typeParam I - the input schema, or `undefined`
 * @typeParam O - the output schema, or `undefined`
 */
export interface ToolDefinition<I, O> extends ToolInfo {
  /** The arguments, always an object. Absent: the tool takes none. */
  readonly inputSchema?: I;
  /** The structured value that the handler returns: any JSON. Absent: the handler returns text or content. */
  readonly outputSchema?: O;
}

/** What a tool says of itself. */
export interface ToolInfo {
  /** What a person reads; the name when absent. */
  readonly title?: string;
  /** What the model reads to decide whether to call it. */
  readonly description?: string;
  /** Hints for hosts. */
  readonly annotations?: ToolAnnotations;
  /** Icons that a host may show. */
  readonly icons?: readonly Icon[];
  /** The tool's `_meta` in `tools/list`. */
  readonly meta?: MetaObject;
  /** Who may see and call it. Default: everyone. */
  readonly visible?: Visible;
  /** What the caller must be able to do; checked before the handler runs, and answered with -32021. */
  readonly requires?: ClientCapabilities;
  /**
   * What a caller's token must allow, all of it; checked before the handler runs, and answered with 403 and a challenge that
   * names what is missing. See the server's option `auth`. Over stdio there are no tokens, and nothing is checked. Default:
   * nothing more than for any request.
   */
  readonly scopes?: readonly string[];
  /** Options of extensions, by the extension's id. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The arguments of a tool without an input schema. */
export type NoArguments = Record<string, never>;

/** What a caller sends: the input of the input schema. */
export type ToolInput<I> = [I] extends [SchemaTypes] ? SchemaInput<I> : NoArguments;

/** What a handler receives: the output of the input schema. */
export type ToolArguments<I> = [I] extends [SchemaTypes] ? SchemaOutput<I> : NoArguments;

/** What a caller receives as `structuredContent`: the output of the output schema. */
export type ToolOutput<O> = [O] extends [SchemaTypes] ? SchemaOutput<O> : undefined;

/** What a handler without an output schema returns. */
export type ToolReturn = string | ContentBlock | readonly ContentBlock[] | CallToolResult | InputRequired | void;

/**
 * What a tool does. With an output schema it returns the schema's input, bare or in `result(...)`; without one, text or
 * content.
 *
 * A conditional type on purpose: the compiler resolves it before it looks at the handler, so that the literals in a return
 * value are read as what the schema asks for, and a wrong one is an error.
 */
export type ToolHandler<I, O, C = unknown> = [O] extends [SchemaTypes]
  ? (args: ToolArguments<I>, ctx: Context<C>) => Structured<SchemaInput<O>> | Promise<Structured<SchemaInput<O>>>
  : (args: ToolArguments<I>, ctx: Context<C>) => ToolReturn | Promise<ToolReturn>;

type Structured<Value> = Value | StructuredResult<Value> | InputRequired;

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

/** A definition and its handler after the compiler has checked one against the other. */
export type AnyToolDefinition = ToolInfo & { readonly inputSchema?: unknown; readonly outputSchema?: unknown };
export type AnyToolHandler = (args: never, ctx: never) => unknown;

/** A tool with everything computed that does not depend on a call. */
export interface CompiledTool extends Listed {
  readonly listed: Tool;
  /** The arguments that callers repeat in headers. */
  readonly plan?: HeaderPlan | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  readonly call: (args: JsonObject, ctx: Context) => JsonObject | Promise<JsonObject>;
}

const NO_ARGUMENTS = { type: 'object', additionalProperties: false } as const;
// Letters, digits and punctuation of any script; no white space, controls, joiners or direction marks, which make two
// names look alike (server/tools, "Tool Names").
const NAME = /^[^\p{C}\p{Z}\p{DI}]{1,128}$/u;

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

/**
 * Compiles a tool.
 *
 * @throws TypeError when the name cannot be told apart by a reader, or a schema has no JSON Schema form
 */
export function compileTool(
  name: string,
  definition: AnyToolDefinition,
  handler: AnyToolHandler,
  mask: Mask,
): CompiledTool {
  checkForm(name, definition, handler);
  const { title, description, inputSchema, outputSchema, annotations, icons, meta, visible, requires, scopes } =
    definition;
  // Members that are undefined are not there once this is JSON, which is all that becomes of it.
  const listed = {
    name,
    title,
    description,
    inputSchema: inputSchema === undefined ? NO_ARGUMENTS : objectSchema(inputSchema, name),
    outputSchema: outputSchema && jsonSchemaOf(outputSchema, 'output', `tool "${name}": outputSchema`),
    annotations,
    icons,
    _meta: meta,
  } as Tool;
  // jsonSchemaOf has found both to be schemas.
  const input = (inputSchema as StandardSchema | undefined)?.['~standard'];
  const output = (outputSchema as StandardSchema | undefined)?.['~standard'];

  // Not async: what is synchronous in schema and handler is answered in the same turn, without a promise.
  function call(args: JsonObject, ctx: Context): JsonObject | Promise<JsonObject> {
    try {
      const value = input === undefined ? {} : check(input, args, invalidArguments);
      const result = isThenable(value) ? value.then((settled) => run(settled, ctx)) : run(value, ctx);
      return isThenable(result) ? result.catch((error: unknown) => failed(error, ctx)) : result;
    } catch (error) {
      return failed(error, ctx);
    }
  }

  function run(value: unknown, ctx: Context): JsonObject | Promise<JsonObject> {
    // What the schema yields is what the handler takes: the signature of `tool` ties one to the other.
    const returned = handler(value as never, ctx as never);
    return isThenable(returned) ? Promise.resolve(returned).then(finish) : finish(returned);
  }

  const failed = (error: unknown, ctx: Context): JsonObject => toolFailure(error, name, mask, ctx);

  /** Not a protocol error: the model can read this and correct itself (SEP-1303). */
  function invalidArguments(issues: string): ToolError {
    return new ToolError(`Invalid arguments for tool "${name}":\n${issues}`);
  }

  function finish(returned: unknown): JsonObject | Promise<JsonObject> {
    // Sealed on its way out.
    if (isInputRequired(returned)) return returned as unknown as JsonObject;
    if (output === undefined) return unstructured(returned, name);
    const { value, content, meta: own } = isStructuredResult(returned) ? returned : { value: returned };
    const refuse = (issues: string): Error =>
      new TypeError(`Tool "${name}" returned what does not fit its outputSchema:\n${issues}`);
    const checked = check(output, value, refuse);
    return isThenable(checked)
      ? checked.then((settled) => structured(settled, content, own))
      : structured(checked, content, own);
  }

  return { listed, visible, requires, scopes, plan: planOf(listed, name), extensions: definition.extensions, call };
}

/** The result of a call that failed; what must pass is thrown again. */
export function toolFailure(error: unknown, name: string, mask: Mask, ctx: Context): JsonObject {
  if (isSuspension(error)) throw error;
  const raised = raisedBy(error);
  if (raised !== undefined) throw raised;
  if (isToolError(error)) return failure(error.content ?? error.message);
  return failure(mask(error, `Tool "${name}" failed`, ctx));
}

/** The result of a tool that nobody has an output schema of. */
export function toolResult(returned: unknown, name: string): JsonObject {
  // Sealed on its way out.
  if (isInputRequired(returned)) return returned as unknown as JsonObject;
  return isStructuredResult(returned)
    ? structured(returned.value, returned.content, returned.meta)
    : unstructured(returned, name);
}

function planOf({ inputSchema }: Tool, name: string): HeaderPlan | undefined {
  try {
    return compileHeaderPlan(inputSchema);
  } catch (cause) {
    throw new TypeError(`tool "${name}": ${(cause as Error).message}`, { cause });
  }
}

function objectSchema(schema: unknown, name: string): Tool['inputSchema'] {
  const owner = `tool "${name}": inputSchema`;
  const json = jsonSchemaOf(schema, 'input', owner);
  // A union of objects says nothing about its root; that arguments are an object is true of every tool.
  if (json['type'] === undefined) return { type: 'object', ...json };
  if (json['type'] === 'object') return json as Tool['inputSchema'];
  throw new TypeError(`${owner} must be an object: z.object({ … })`);
}

/** Habits of other libraries get an error that shows the line to write instead. */
function checkForm(name: unknown, definition: unknown, handler: unknown): void {
  if (typeof name !== 'string' || !isObject(definition) || typeof handler !== 'function') {
    throw new TypeError(`Write server.tool('add', { inputSchema: z.object({ … }) }, (args) => …)`);
  }
  if (!NAME.test(name)) throw new TypeError(`tool ${JSON.stringify(name)}: a name is 1 to 128 visible characters`);
}
