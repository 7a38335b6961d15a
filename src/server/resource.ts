import { isObject } from '../json-rpc.js';
import type { ResourceEntry } from '../spec/served.js';
import type {
  Annotations,
  CacheHints,
  ClientCapabilities,
  Icon,
  MetaObject,
  ReadResourceResult,
  Resource,
  ResourceTemplate,
} from '../spec/types.js';
import { isTemplate, parseTemplate, type TemplateVariables, type UriTemplate } from '../util/uri-template.js';
import { pageOf, sees, type Listed, type Source, type Visible } from './catalog.js';
import type { Completable, Completer } from './completion.js';
import type { Context } from './context.js';
import { guarded, type Mask } from './guard.js';
import type { InputRequired } from './input-required.js';
import { checkTtl } from './options.js';

/**
 * What a resource is, apart from what it holds.
 *
 * @typeParam Uri - its URI, or an RFC 6570 template
 */
export interface ResourceDefinition<Uri extends string = string> extends ResourceInfo {
  /** For a template: what there is to read, page by page, for `resources/list`. */
  readonly list?: ResourceLister;
  /** For a template: suggests values while a person fills in a variable. */
  readonly complete?: { readonly [Name in keyof TemplateVariables<Uri>]?: Completer };
}

/** Lists resources: all of them, or one page, with the cursor of the next. */
export type ResourceLister = (
  position: { readonly cursor?: string },
  ctx: Context,
) => ResourcePage | readonly Resource[] | Promise<ResourcePage | readonly Resource[]>;

/** One page of a dynamic list of resources. */
export interface ResourcePage {
  /** The resources. */
  readonly resources: readonly Resource[];
  /** What the next call gets as `cursor`. Absent: this is the last page. */
  readonly nextCursor?: string;
}

/** What a resource says of itself. */
export interface ResourceInfo {
  /** What programs and people call it. */
  readonly name: string;
  /** What a person reads; the name when absent. */
  readonly title?: string;
  /** What it holds, for models. */
  readonly description?: string;
  /** The media type of what it holds. Default `text/plain` for text, `application/octet-stream` for bytes. */
  readonly mimeType?: string;
  /** Bytes of what it holds, where known. */
  readonly size?: number;
  /** Whom it is for and how much it matters. */
  readonly annotations?: Annotations;
  /** Icons that a host may show. */
  readonly icons?: readonly Icon[];
  /** The resource's `_meta` in the lists. */
  readonly meta?: MetaObject;
  /** How long, and for whom, callers may keep what they read. Default: the server's `cache`. */
  readonly cache?: CacheHints;
  /** Who may see and read it. Default: everyone. */
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

/** Contents as a handler may give them: the URI is filled in, bytes are encoded. */
export interface ResourceContents {
  /** Default: the URI that was asked for. */
  readonly uri?: string;
  /** Default: the definition's. */
  readonly mimeType?: string;
  /** Text. */
  readonly text?: string;
  /** Bytes, or text that is base64 already. */
  readonly blob?: Uint8Array | string;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** A whole result as a handler may give it. */
export interface ReadResourceContents extends Omit<ReadResourceResult, 'contents'> {
  /** What the resource holds. */
  readonly contents: readonly ResourceContents[];
}

/**
 * What a handler returns: text, bytes, contents, or the whole result. `undefined` or `null`: there is no such resource,
 * and the caller is told so.
 */
export type ResourceReturn =
  | string
  | Uint8Array
  | ResourceContents
  | readonly ResourceContents[]
  | ReadResourceContents
  | InputRequired
  | undefined
  | null;

/** Reads a resource. A template's handler gets the variables of the URI that was asked for. */
export type ResourceHandler<Uri extends string = string, C = unknown> = (
  variables: TemplateVariables<Uri>,
  ctx: Context<C>,
) => ResourceReturn | Promise<ResourceReturn>;

/** A resource that was defined apart from a server; see {@link defineResource}. */
export interface DefinedResource<Uri extends string = string> {
  /** Tells definitions apart. */
  readonly kind: 'resource';
  /** Compile-time only. */
  readonly '~entry': ResourceEntry<Uri>;
  /** The URI, or the template. */
  readonly name: Uri;
  /** What the resource is. */
  readonly definition: AnyResourceDefinition;
  /** What reads it. */
  readonly handler: AnyResourceHandler;
}

export type AnyResourceDefinition = ResourceInfo & {
  readonly list?: ResourceLister;
  readonly complete?: Readonly<Record<string, Completer | undefined>>;
};
export type AnyResourceHandler = (variables: never, ctx: never) => unknown;

/** A resource with everything computed that does not depend on a request. */
export interface CompiledResource extends Listed {
  readonly uri: string;
  readonly mimeType: string | undefined;
  readonly cache: CacheHints | undefined;
  readonly handler: AnyResourceHandler;
}

/** A template, likewise. */
export interface CompiledTemplate extends CompiledResource, Completable {
  readonly template: UriTemplate;
  readonly source?: Source | undefined;
}

/**
 * Defines a resource apart from any server, for `server.add(...)`.
 *
 * @example
 * ```ts
 * export const user = defineResource('users://{id}', { name: 'user' }, ({ id }) => `User ${id}`);
 * ```
 */
export function defineResource<const Uri extends string>(
  uri: Uri,
  definition: ResourceDefinition<Uri>,
  handler: ResourceHandler<Uri>,
): DefinedResource<Uri> {
  // `~entry` exists for the compiler alone.
  return { kind: 'resource', name: uri, definition, handler } as unknown as DefinedResource<Uri>;
}

/**
 * Compiles a resource or a template.
 *
 * @throws TypeError for what is neither a URI nor a template, or a completion of what is no variable
 */
export function compileResource(
  uri: string,
  definition: AnyResourceDefinition,
  handler: AnyResourceHandler,
  mask: Mask,
): CompiledResource | CompiledTemplate {
  const owner = `resource ${JSON.stringify(uri)}`;
  if (!isObject(definition) || typeof definition.name !== 'string' || typeof handler !== 'function') {
    throw new TypeError(`${owner}: write server.resource('users://{id}', { name: 'user' }, ({ id }) => …)`);
  }
  const { name, title, description, mimeType, size, annotations, icons, meta, visible, requires } = definition;
  const { cache, list, complete, scopes } = definition;

  const compiled = { uri, mimeType, cache, visible, requires, scopes, handler };
  // Members that are undefined are not there once this is JSON, which is all that becomes of it.
  const shared = { name, title, description, mimeType, annotations, icons, _meta: meta };
  checkTtl(cache, owner);
  if (!isTemplate(uri)) {
    if (!/^[a-z][a-z0-9+.-]*:\S/i.test(uri)) throw new TypeError(`${owner} is no URI, such as "docs://readme"`);
    if (list !== undefined || complete !== undefined)
      throw new TypeError(`${owner}: list and complete are for templates`);
    return { ...compiled, listed: { uri, ...shared, size } };
  }
  const template = parseTemplate(uri);
  const stray = Object.keys(complete ?? {}).find((variable) => !template.variables.includes(variable));
  if (stray !== undefined) throw new TypeError(`${owner}: complete.${stray} is no variable`);
  const listed = { uriTemplate: uri, ...shared } as ResourceTemplate;
  const names = template.variables;
  return { ...compiled, listed, template, names, complete, source: list && sourceOf(list, visible, owner, mask) };
}

function sourceOf(list: ResourceLister, visible: Visible | undefined, owner: string, mask: Mask): Source {
  return (position, ctx) =>
    guarded(`The list of ${owner}`, mask, ctx, async () => {
      if (!sees({ visible }, ctx)) return { items: [] };
      const page = await list(position, ctx);
      const { resources, nextCursor } = Array.isArray(page)
        ? { resources: page as readonly Resource[] }
        : (Object(page) as ResourcePage);
      return pageOf(`The list of ${owner}`, resources, nextCursor);
    });
}
