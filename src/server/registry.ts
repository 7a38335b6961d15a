import { McpError } from '../errors.js';
import { isObject, type JsonObject, type ResultStamp } from '../json-rpc.js';
import { isThenable } from '../schema/standard.js';
import type { CacheHints, ClientCapabilities } from '../spec/types.js';
import type { Catalog } from './catalog.js';
import { complete } from './completion.js';
import { isInputRequired } from './input-required.js';
import type { Context } from './context.js';
import type { CallNext } from './extension.js';
import type { CompiledPrompt } from './prompt.js';
import { requireCapabilities } from './capabilities.js';
import { notFound, type CompiledResource, type CompiledTemplate } from './resource.js';
import type { CompiledTool } from './tool.js';

/** One entry of the method table. */
export interface Method {
  readonly call: (params: JsonObject, ctx: Context) => Promise<JsonObject> | JsonObject;
  /** One of the author's own: it may answer early. */
  readonly custom?: true;
  /** Its handlers may ask the caller for input (basic/patterns/mrtr, "Supported Requests"). */
  readonly asks?: true;
  /** It ends when its caller leaves: no time limit applies. */
  readonly endless?: true;
  /** What the caller must be able to do. */
  readonly requires?: ClientCapabilities;
  /** What goes into every result, where that is more than what goes into every result of every method. */
  stamp?: ResultStamp;
  /** Whether the server declares the capability that the method belongs to; without, it does not exist. */
  readonly offered?: () => boolean;
}

/** Answers for names that are not registered, such as those of a dynamic list; `undefined`: not one of these either. */
export interface Fallbacks {
  tools?: (name: string, args: JsonObject, ctx: Context) => JsonObject | Promise<JsonObject> | undefined;
  prompts?: (name: string, args: JsonObject, ctx: Context) => Promise<JsonObject> | undefined;
  resources?: (uri: string, ctx: Context) => Promise<JsonObject> | undefined;
}

/** Everything that is registered. */
export interface Catalogs {
  readonly tools: Catalog<CompiledTool>;
  readonly prompts: Catalog<CompiledPrompt>;
  readonly resources: Catalog<CompiledResource>;
  readonly templates: Catalog<CompiledTemplate>;
  readonly fallbacks: Fallbacks;
  /** How long, and for whom, what is read may be kept, where nothing else is said. */
  readonly hints: CacheHints;
  /** What extensions wrap around every call of a tool. */
  wrapped: CallNext | undefined;
}

/** The methods that read what is registered. */
export function builtInMethods(catalogs: Catalogs): [string, Method][] {
  const { tools, prompts, resources, templates } = catalogs;
  const hasTools = (): boolean => tools.offered;
  const hasPrompts = (): boolean => prompts.offered;
  const hasResources = (): boolean => resources.offered || templates.offered;
  return [
    ['tools/list', { call: (params, ctx) => tools.list(params, ctx), offered: hasTools }],
    ['tools/call', { call: (params, ctx) => callTool(catalogs, params, ctx), offered: hasTools, asks: true }],
    ['prompts/list', { call: (params, ctx) => prompts.list(params, ctx), offered: hasPrompts }],
    ['prompts/get', { call: (params, ctx) => getPrompt(catalogs, params, ctx), offered: hasPrompts, asks: true }],
    ['resources/list', { call: (params, ctx) => resources.list(params, ctx), offered: hasResources }],
    ['resources/templates/list', { call: (params, ctx) => templates.list(params, ctx), offered: hasResources }],
    [
      'resources/read',
      { call: (params, ctx) => readResource(catalogs, params, ctx), offered: hasResources, asks: true },
    ],
    [
      'completion/complete',
      { call: (params, ctx) => complete(prompts, templates, params, ctx), offered: () => completes(catalogs) },
    ],
  ];
}

/** Whether anything can be completed. */
export function completes({ prompts, templates }: Catalogs): boolean {
  return [...prompts.values(), ...templates.values()].some((entry) => entry.complete !== undefined);
}

/** `tools/call`. */
function callTool(
  { tools, fallbacks, wrapped }: Catalogs,
  { name, arguments: args = {} }: JsonObject,
  ctx: Context,
): JsonObject | Promise<JsonObject> {
  const tool = tools.get(name, ctx);
  if (!isObject(args)) throw new McpError('invalid_params', 'params.arguments must be an object');
  if (tool !== undefined) {
    if (tool.requires !== undefined) requireCapabilities(ctx.client.capabilities, tool.requires);
    return wrapped === undefined
      ? tool.call(args, ctx)
      : wrapped({ tool: tool.listed, arguments: args, options: undefined }, ctx);
  }
  return typeof name === 'string'
    ? orElse(fallbacks.tools?.(name, args, ctx), unknownTool, name)
    : unknownTool('(no string)');
}

/** `prompts/get`. */
function getPrompt(
  { prompts, fallbacks }: Catalogs,
  params: JsonObject,
  ctx: Context,
): JsonObject | Promise<JsonObject> {
  const { name, arguments: args } = params;
  const prompt = prompts.get(name, ctx);
  if (prompt !== undefined) {
    if (prompt.requires !== undefined) requireCapabilities(ctx.client.capabilities, prompt.requires);
    return prompt.get(args, ctx);
  }
  if (typeof name !== 'string') return unknownPrompt('(no string)');
  return orElse(fallbacks.prompts?.(name, isObject(args) ? args : {}, ctx), unknownPrompt, name);
}

/** `resources/read`. */
async function readResource(catalogs: Catalogs, { uri }: JsonObject, ctx: Context): Promise<JsonObject> {
  const result = await find(catalogs, uri, ctx);
  // A question is not kept (server/utilities/caching, "Cacheable Results").
  if (isInputRequired(result)) return result;
  return { ...catalogs.hints, ...(result as JsonObject) };
}

/** A resource of that very URI, else the first template that matches. */
function find(
  { resources, templates, fallbacks }: Catalogs,
  uri: unknown,
  ctx: Context,
): JsonObject | Promise<JsonObject> {
  if (typeof uri !== 'string') throw new McpError('invalid_params', 'params.uri must be a string');
  const read = (entry: CompiledResource, variables: object): Promise<JsonObject> => {
    if (entry.requires !== undefined) requireCapabilities(ctx.client.capabilities, entry.requires);
    return entry.read(uri, variables, ctx);
  };
  const fixed = resources.get(uri, ctx);
  if (fixed !== undefined) return read(fixed, {});
  for (const entry of templates.values()) {
    const variables = entry.visible?.(ctx) === false ? undefined : entry.template.match(uri);
    if (variables !== undefined) return read(entry, variables);
  }
  return orElse(fallbacks.resources?.(uri, ctx), unknownResource, uri);
}

function orElse(
  result: JsonObject | Promise<JsonObject> | undefined,
  unknown: (name: string) => never,
  name: string,
): JsonObject | Promise<JsonObject> {
  const settle = (settled: JsonObject | undefined): JsonObject => settled ?? unknown(name);
  return isThenable(result) ? result.then(settle) : settle(result);
}

function unknownTool(name: string): never {
  throw new McpError('invalid_params', `Unknown tool: ${name}`);
}

function unknownPrompt(name: string): never {
  throw new McpError('invalid_params', `Unknown prompt: ${name}`);
}

function unknownResource(uri: string): never {
  throw notFound(uri);
}
