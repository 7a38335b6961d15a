import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import type { Catalog, Listed } from './catalog.js';
import type { Context } from './context.js';
import { guarded } from './guard.js';
import type { Catalogs } from './registry.js';
import type { RequestContext } from './request-context.js';
import type { CompiledPrompt } from './prompt.js';
import type { CompiledTemplate } from './resource.js';

/** Most values of one answer (server/utilities/completion, "Completion Results"). */
const MAX_VALUES = 100;

/** What a completer is told beside what was typed. */
export interface CompletionContext extends Context {
  /** The arguments that are filled in already. */
  readonly arguments: Readonly<Record<string, string>>;
}

/** Suggestions, best first, with what is known of those left out. */
export interface Completion {
  /** The suggestions. Only the first 100 go out. */
  readonly values: readonly string[];
  /** How many there are in all. */
  readonly total?: number;
  /** There are more than these. */
  readonly hasMore?: boolean;
}

/** Suggests values for one argument: a function, or all values there are, of which those that start alike are offered. */
export type Completer =
  | readonly string[]
  | ((
      value: string,
      ctx: CompletionContext,
    ) => readonly string[] | Completion | Promise<readonly string[] | Completion>);

/** What can be completed. */
export interface Completable {
  /** Names of its arguments. */
  readonly names: readonly string[];
  readonly complete?: Readonly<Record<string, Completer | undefined>> | undefined;
}

/**
 * `completion/complete`.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/completion
 */
export async function complete(
  { prompts, templates, mask }: Catalogs,
  { ref, argument, context }: JsonObject,
  ctx: Context,
): Promise<JsonObject> {
  const known = readArguments(context);
  const target = isObject(ref) ? find(prompts, templates, ref, ctx) : undefined;
  if (target === undefined) throw invalid('params.ref names no prompt and no resource template');
  if (!isObject(argument) || typeof argument['name'] !== 'string' || typeof argument['value'] !== 'string') {
    throw invalid('params.argument must have a name and a value');
  }
  // What a prompt may be asked for, it may be completed for: suggestions tell of what is behind it. What middleware hands on
  // is what was made for this very request.
  (ctx as RequestContext).checkNeeds(target);
  const { name, value } = argument as { readonly name: string; readonly value: string };
  if (!target.names.includes(name)) throw invalid(`There is no argument ${JSON.stringify(name)}`);
  const { complete = {} } = target;
  const completer = (Object.hasOwn(complete, name) && complete[name]) || [];
  const what = `The completion of ${JSON.stringify(name)}`;
  return guarded(what, mask, ctx, async () => {
    const found =
      typeof completer === 'function'
        ? await completer(value, withArguments(ctx, known))
        : completer.filter((one) => one.toLowerCase().startsWith(value.toLowerCase()));
    const {
      values,
      total,
      hasMore = false,
    } = isList(found) ? { values: found, total: found.length } : (Object(found) as Completion);
    if (!isList(values) || !values.every((one) => typeof one === 'string')) {
      throw new TypeError(`${what} must return strings, or { values: [...], total?, hasMore? }`);
    }
    const best = values.slice(0, MAX_VALUES);
    const more = hasMore || Math.max(values.length, total ?? 0) > best.length;
    return { completion: { values: best, total, hasMore: more } };
  });
}

/** `Array.isArray` does not know read-only ones. */
function isList(found: readonly string[] | Completion): found is readonly string[] {
  return Array.isArray(found);
}

function find(
  prompts: Catalog<CompiledPrompt>,
  templates: Catalog<CompiledTemplate>,
  { type, name, uri }: JsonObject,
  ctx: Context,
): (Completable & Listed) | undefined {
  if (type === 'ref/prompt') return prompts.get(name, ctx);
  return type === 'ref/resource' ? templates.get(uri, ctx) : undefined;
}

function readArguments(context: unknown): Record<string, string> {
  const given = isObject(context) ? (context['arguments'] ?? {}) : {};
  const valid = isObject(given) && Object.values(given).every((value) => typeof value === 'string');
  if ((context !== undefined && !isObject(context)) || !valid) {
    throw invalid('params.context.arguments must be an object of strings');
  }
  return given as Record<string, string>;
}

/** The same context: its private parts stay where they are. */
function withArguments(ctx: Context, known: Readonly<Record<string, string>>): CompletionContext {
  return Object.assign(ctx, { arguments: known });
}

function invalid(message: string): McpError {
  return new McpError('invalid_params', message);
}
