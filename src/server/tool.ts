import { isToolError } from '../errors.js';
import type { JsonObject } from '../json-rpc.js';
import {
  describeIssues,
  jsonSchemaOf,
  type SchemaInput,
  type SchemaOutput,
  type SchemaTypes,
  type StandardSchema,
} from '../schema/standard.js';
import type { CallToolResult, ContentBlock, Icon, MetaObject, Tool, ToolAnnotations } from '../spec/types.js';
import { failure, isStructuredResult, structured, unstructured, type StructuredResult } from './content.js';
import { raisedBy, type Context } from './context.js';

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
export type ToolReturn = string | ContentBlock | readonly ContentBlock[] | CallToolResult | void;

/**
 * What a tool does. With an output schema it returns the schema's input, bare or in `result(...)`; without one, text or
 * content.
 *
 * A conditional type on purpose: the compiler resolves it before it looks at the handler, so that the literals in a return
 * value are read as what the schema asks for, and a wrong one is an error.
 */
export type ToolHandler<I, O> = [O] extends [SchemaTypes]
  ? (args: ToolArguments<I>, ctx: Context) => Structured<SchemaInput<O>> | Promise<Structured<SchemaInput<O>>>
  : (args: ToolArguments<I>, ctx: Context) => ToolReturn | Promise<ToolReturn>;

type Structured<Value> = Value | StructuredResult<Value>;

/** A definition and its handler after the compiler has checked one against the other. */
export type AnyToolDefinition = ToolInfo & { readonly inputSchema?: unknown; readonly outputSchema?: unknown };
export type AnyToolHandler = (args: never, ctx: Context) => unknown;

/** Hears what a tool masks; answers the text that the caller gets instead. */
export type Mask = (error: unknown, what: string, ctx: Context) => string;

/** A tool with everything computed that does not depend on a call. */
export interface CompiledTool {
  /** Its entry in `tools/list`. */
  readonly listed: Tool;
  readonly call: (args: unknown, ctx: Context) => Promise<JsonObject>;
}

const NO_ARGUMENTS = { type: 'object', additionalProperties: false } as const;
// Letters, digits and punctuation of any script; no white space, controls, joiners or direction marks, which make two
// names look alike (server/tools, "Tool Names").
const NAME = /^[^\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]{1,128}$/u;

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
  const { title, description, inputSchema, outputSchema, annotations, icons, meta } = definition;
  const listed: Tool = {
    name,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    inputSchema: inputSchema === undefined ? NO_ARGUMENTS : objectSchema(inputSchema, name),
    ...(outputSchema === undefined
      ? {}
      : { outputSchema: jsonSchemaOf(outputSchema, 'output', `tool "${name}": outputSchema`) }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(icons === undefined ? {} : { icons }),
    ...(meta === undefined ? {} : { _meta: meta }),
  };
  // jsonSchemaOf has found both to be schemas.
  const input = (inputSchema as StandardSchema | undefined)?.['~standard'];
  const output = (outputSchema as StandardSchema | undefined)?.['~standard'];

  async function call(args: unknown, ctx: Context): Promise<JsonObject> {
    let value: unknown = {};
    if (input !== undefined) {
      const checked = await input.validate(args);
      if (checked.issues !== undefined) {
        // Not a protocol error: the model can read this and correct itself (SEP-1303).
        return failure(`Invalid arguments for tool "${name}":\n${describeIssues(checked.issues)}`);
      }
      value = checked.value;
    }
    try {
      // What the schema yields is what the handler takes: the signature of `tool` ties one to the other.
      return await finish(await handler(value as never, ctx));
    } catch (error) {
      const raised = raisedBy(error);
      if (raised !== undefined) throw raised;
      if (isToolError(error)) return failure(error.content ?? error.message);
      return failure(mask(error, `Tool "${name}" failed`, ctx));
    }
  }

  async function finish(returned: unknown): Promise<JsonObject> {
    if (output === undefined) return unstructured(returned, name);
    const rich = isStructuredResult(returned) ? returned : undefined;
    const checked = await output.validate(rich === undefined ? returned : rich.value);
    if (checked.issues !== undefined) {
      throw new TypeError(
        `Tool "${name}" returned a value that its outputSchema refuses:\n${describeIssues(checked.issues)}`,
      );
    }
    return structured(checked.value, rich?.content, rich?.meta);
  }

  return { listed, call };
}

function objectSchema(schema: unknown, name: string): Tool['inputSchema'] {
  const owner = `tool "${name}": inputSchema`;
  const json = jsonSchemaOf(schema, 'input', owner);
  if (json['type'] !== undefined && json['type'] !== 'object') {
    throw new TypeError(
      `${owner} is of type ${JSON.stringify(json['type'])}; arguments are always an object: use z.object({ … }).`,
    );
  }
  // A union of objects says nothing about its root; that arguments are an object is true of every tool.
  return json['type'] === 'object' ? (json as Tool['inputSchema']) : { type: 'object', ...json };
}

/** Habits of other libraries get an error that shows the line to write instead. */
function checkForm(name: unknown, definition: unknown, handler: unknown): void {
  if (
    typeof name !== 'string' ||
    typeof definition !== 'object' ||
    definition === null ||
    typeof handler !== 'function'
  ) {
    throw new TypeError(
      `server.tool takes a name, a definition and a handler: server.tool('add', { inputSchema: z.object({ a: z.number() }) }, ({ a }) => String(a + 1))`,
    );
  }
  if (!NAME.test(name)) {
    throw new TypeError(
      `tool ${JSON.stringify(name)}: a name has 1 to 128 visible characters without spaces; best are A-Z a-z 0-9 _ - .`,
    );
  }
  const { inputSchema } = definition as { readonly inputSchema?: unknown };
  if (
    inputSchema !== undefined &&
    typeof inputSchema === 'object' &&
    inputSchema !== null &&
    !('~standard' in inputSchema)
  ) {
    throw new TypeError(
      `tool "${name}": inputSchema is a plain object. Wrap its fields: inputSchema: z.object({ … }).`,
    );
  }
}
