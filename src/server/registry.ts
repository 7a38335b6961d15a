import { McpError } from '../errors.js';
import { agreeParams } from '../http/param-headers.js';
import { isObject, type JsonObject, type ResultStamp } from '../json-rpc.js';
import type { CacheHints, ClientCapabilities } from '../spec/types.js';
import { Catalog } from './catalog.js';
import type { Context } from './context.js';
import type { CallNext } from './extension.js';
import type { Mask } from './guard.js';
import type { CompiledPrompt } from './prompt.js';
import type { RequestContext } from './request-context.js';
import type { CompiledResource, CompiledTemplate } from './resource.js';
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

/** Answers for a name that is not registered, such as one of a dynamic list; `undefined`: it is not one of these either. */
export type Fallback = (name: string, args: JsonObject, ctx: Context) => Promise<JsonObject | undefined>;

/** Everything that is registered. */
export interface Catalogs {
  readonly tools: Catalog<CompiledTool>;
  readonly prompts: Catalog<CompiledPrompt>;
  readonly resources: Catalog<CompiledResource>;
  readonly templates: Catalog<CompiledTemplate>;
  readonly fallbacks: { tools?: Fallback; prompts?: Fallback; resources?: Fallback };
  readonly mask: Mask;
  /** How long, and for whom, what is read may be kept, where nothing else is said. */
  readonly hints: CacheHints;
  /** What extensions wrap around every call of a tool. */
  wrapped?: CallNext | undefined;
}

/** Where nothing is registered yet. */
export function emptyCatalogs(pageSize: number, mask: Mask, hints: CacheHints): Catalogs {
  return {
    tools: new Catalog<CompiledTool>('tools', pageSize),
    prompts: new Catalog<CompiledPrompt>('prompts', pageSize),
    resources: new Catalog<CompiledResource>('resources', pageSize),
    templates: new Catalog<CompiledTemplate>('resourceTemplates', pageSize),
    fallbacks: {},
    mask,
    hints,
  };
}

/**
 * The methods that read what is registered. What only some servers have is loaded with its first request: a server of tools
 * alone should not carry it.
 */
export function builtInMethods(catalogs: Catalogs): [string, Method][] {
  const { tools, prompts, resources, templates } = catalogs;
  const hasTools = (): boolean => tools.known;
  const hasPrompts = (): boolean => prompts.known;
  const readable = (): boolean => hasResources(catalogs);
  return [
    ['tools/list', { call: (params, ctx) => tools.list(params, ctx), offered: hasTools }],
    ['tools/call', { call: (params, ctx) => callTool(catalogs, params, ctx), offered: hasTools, asks: true }],
    ['prompts/list', { call: (params, ctx) => prompts.list(params, ctx), offered: hasPrompts }],
    [
      'prompts/get',
      {
        call: async (...request) => (await import('./get-prompt.js')).getPrompt(catalogs, ...request),
        offered: hasPrompts,
        asks: true,
      },
    ],
    ['resources/list', { call: (params, ctx) => resources.list(params, ctx), offered: readable }],
    ['resources/templates/list', { call: (params, ctx) => templates.list(params, ctx), offered: readable }],
    [
      'resources/read',
      {
        call: async (...request) => (await import('./read-resource.js')).readResource(catalogs, ...request),
        offered: readable,
        asks: true,
      },
    ],
    [
      'completion/complete',
      {
        call: async (...request) => (await import('./completion.js')).complete(catalogs, ...request),
        offered: () => completes(catalogs),
      },
    ],
  ];
}

/** Whether there is a resource or a template, or was. */
export function hasResources({ resources, templates }: Catalogs): boolean {
  return resources.known || templates.known;
}

/** Whether anything can be completed. */
export function completes({ prompts, templates }: Catalogs): boolean {
  return prompts.completes || templates.completes;
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
    const { plan } = tool;
    // The headers of all others were looked at on their way in.
    if (
      plan !== undefined &&
      tool.visible !== undefined &&
      ctx.http !== undefined &&
      !(ctx as RequestContext).exchange.bare
    )
      agreeParams(plan, args, (header) => ctx.http?.headers.get(header));
    (ctx as RequestContext).checkNeeds(tool);
    return wrapped === undefined
      ? tool.call(args, ctx)
      : wrapped({ tool: tool.listed, arguments: args, options: undefined }, ctx);
  }
  const unknown = (): never => {
    throw new McpError('invalid_params', `Unknown tool: ${typeof name === 'string' ? name : '(no string)'}`);
  };
  const { tools: listed } = fallbacks;
  if (listed === undefined || typeof name !== 'string') return unknown();
  return listed(name, args, ctx).then((result) => result ?? unknown());
}
