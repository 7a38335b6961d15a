import { isObject, type JsonObject } from '../json-rpc.js';
import {
  jsonSchemaOf,
  type SchemaInput,
  type SchemaOutput,
  type SchemaTypes,
  type StandardSchema,
} from '../schema/standard.js';
import type { PromptEntry } from '../spec/served.js';
import type {
  ClientCapabilities,
  ContentBlock,
  GetPromptResult,
  Icon,
  MetaObject,
  Prompt,
  PromptMessage,
} from '../spec/types.js';
import type { Listed, Visible } from './catalog.js';
import type { Completable, Completer } from './completion.js';
import type { Context } from './context.js';
import type { InputRequired } from './input-required.js';

/** What a prompt is, apart from what it says. */
export interface PromptDefinition<A> extends PromptInfo {
  /** The arguments, an object whose members callers send as strings. Absent: the prompt takes none. */
  readonly argsSchema?: A;
  /** Suggests values while a person fills in an argument. */
  readonly complete?: { readonly [Name in keyof PromptArguments<A>]?: Completer };
}

/** What a prompt says of itself. */
export interface PromptInfo {
  /** What a person reads; the name when absent. */
  readonly title?: string;
  /** What the prompt is for. */
  readonly description?: string;
  /** Icons that a host may show. */
  readonly icons?: readonly Icon[];
  /** The prompt's `_meta` in `prompts/list`. */
  readonly meta?: MetaObject;
  /** Who may see and get it. Default: everyone. */
  readonly visible?: Visible;
  /** What the caller must be able to do; checked before the handler runs. */
  readonly requires?: ClientCapabilities;
  /**
   * What a caller's token must allow, all of it; checked before the handler runs, and answered with 403 and a challenge that
   * names what is missing. See the server's option `auth`. Over stdio there are no tokens, and nothing is checked. Default:
   * nothing more than for any request.
   */
  readonly scopes?: readonly string[];
}

/** What a handler receives: the output of the arguments' schema. */
export type PromptArguments<A> = [A] extends [SchemaTypes] ? SchemaOutput<A> : Record<string, never>;

/** What a caller sends: the input of the arguments' schema. */
export type PromptInput<A> = [A] extends [SchemaTypes] ? SchemaInput<A> : Record<string, never>;

/** What a handler returns: the text of one user message, one block of it, messages, or the whole result. */
export type PromptReturn = string | ContentBlock | readonly PromptMessage[] | GetPromptResult | InputRequired;

/** What a prompt says. */
export type PromptHandler<A, C = unknown> = (
  args: PromptArguments<A>,
  ctx: Context<C>,
) => PromptReturn | Promise<PromptReturn>;

/** A prompt that was defined apart from a server; see {@link definePrompt}. */
export interface DefinedPrompt<Name extends string = string, Args = unknown> {
  /** Tells definitions apart. */
  readonly kind: 'prompt';
  /** Compile-time only. */
  readonly '~entry': PromptEntry<Name, Args>;
  /** The prompt's name. */
  readonly name: Name;
  /** What the prompt is and takes. */
  readonly definition: AnyPromptDefinition;
  /** What the prompt says. */
  readonly handler: AnyPromptHandler;
}

export type AnyPromptDefinition = PromptInfo & {
  readonly argsSchema?: unknown;
  readonly complete?: Readonly<Record<string, Completer | undefined>>;
};
export type AnyPromptHandler = (args: never, ctx: never) => unknown;

/** A prompt with everything computed that does not depend on a request. */
export interface CompiledPrompt extends Listed, Completable {
  readonly name: string;
  readonly input: StandardSchema['~standard'] | undefined;
  readonly handler: AnyPromptHandler;
}

/**
 * Defines a prompt apart from any server, for `server.add(...)`.
 *
 * @example
 * ```ts
 * export const review = definePrompt(
 *   'review',
 *   { argsSchema: z.object({ code: z.string() }) },
 *   ({ code }) => `Please review this code:\n${code}`,
 * );
 * ```
 */
export function definePrompt<const Name extends string, A extends SchemaTypes | undefined = undefined>(
  name: Name,
  definition: PromptDefinition<A>,
  handler: PromptHandler<A>,
): DefinedPrompt<Name, PromptInput<A>> {
  // `~entry` exists for the compiler alone.
  return { kind: 'prompt', name, definition, handler } as unknown as DefinedPrompt<Name, PromptInput<A>>;
}

/** Compiles a prompt. @throws TypeError when its schema has no JSON Schema form, or is no object's */
export function compilePrompt(
  name: string,
  definition: AnyPromptDefinition,
  handler: AnyPromptHandler,
): CompiledPrompt {
  const owner = `prompt ${JSON.stringify(name)}`;
  if (typeof name !== 'string' || Object(definition) !== definition || typeof handler !== 'function') {
    throw new TypeError(`${owner}: write server.prompt('review', { argsSchema: z.object({ … }) }, (args) => …)`);
  }
  const { title, description, icons, meta, argsSchema, complete, visible, requires, scopes } = definition;
  const schema = argsSchema === undefined ? undefined : jsonSchemaOf(argsSchema, 'input', `${owner}: argsSchema`);
  const args = schema === undefined ? undefined : argumentsOf(schema, owner);
  const names = args?.map((argument) => argument.name) ?? [];
  const stray = Object.keys(complete ?? {}).find((argument) => !names.includes(argument));
  if (stray !== undefined) throw new TypeError(`${owner}: complete.${stray} is no argument`);
  // Members that are undefined are not there once this is JSON, which is all that becomes of it.
  const listed = { name, title, description, arguments: args, icons, _meta: meta } as Prompt;
  // jsonSchemaOf has found it to be a schema.
  const input = (argsSchema as StandardSchema | undefined)?.['~standard'];
  return { name, listed, visible, requires, scopes, names, complete, input, handler };
}

function argumentsOf({ properties, required = [] }: JsonObject, owner: string): { readonly name: string }[] {
  if (!isObject(properties)) throw new TypeError(`${owner}: argsSchema must be an object: z.object({ … })`);
  return Object.entries(properties).map(([name, property]) => {
    const { title, description } = Object(property) as JsonObject;
    return { name, title, description, required: (required as readonly string[]).includes(name) };
  });
}
