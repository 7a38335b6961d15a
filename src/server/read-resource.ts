import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import type { BlobResourceContents, TextResourceContents } from '../spec/types.js';
import { readUri } from '../util/uri-template-match.js';
import { sees } from './catalog.js';
import { toBase64 } from './content.js';
import { raise, type Context } from './context.js';
import { guarded } from './guard.js';
import { isInputRequired } from './input-required.js';
import { checkTtl } from './options.js';
import type { Catalogs } from './registry.js';
import type { RequestContext } from './request-context.js';
import type { CompiledResource, ResourceContents } from './resource.js';

/** `resources/read`. */
export async function readResource(catalogs: Catalogs, { uri }: JsonObject, ctx: Context): Promise<JsonObject> {
  if (typeof uri !== 'string') throw new McpError('invalid_params', 'params.uri must be a string');
  const found = find(catalogs, uri, ctx);
  const result = found === undefined ? await catalogs.fallbacks.resources?.(uri, {}, ctx) : await read(...found);
  if (result === undefined) throw notFound(uri);
  // A question is not kept (server/utilities/caching, "Cacheable Results").
  if (isInputRequired(result)) return result;
  const { cache, visible, scopes } = found?.[0] ?? {};
  // Never for everyone what not everyone may read.
  return {
    ...catalogs.hints,
    ...cache,
    ...(result as JsonObject),
    ...((visible ?? scopes) && { cacheScope: 'private' }),
  };

  async function read(resource: CompiledResource, variables: object): Promise<JsonObject> {
    const { uri: own, mimeType, handler } = resource;
    // What middleware hands on is what was made for this very request.
    (ctx as RequestContext).checkNeeds(resource);
    return guarded(`Resource ${JSON.stringify(own)}`, catalogs.mask, ctx, async () =>
      checked(readResult(await handler(variables as never, ctx as never), uri as string, mimeType), own),
    );
  }
}

/** @throws TypeError for a result whose own hint is none */
function checked(result: JsonObject, uri: string): JsonObject {
  checkTtl(result, `Resource ${JSON.stringify(uri)}`);
  return result;
}

/** Whether a caller must not know of a resource: it is registered, and not visible to this caller. */
export function isHidden(catalogs: Catalogs, uri: string, ctx: Context): boolean {
  const entry = catalogs.resources.peek(uri);
  if (entry !== undefined) return !mayRead(entry, ctx);
  const matching = [...catalogs.templates.values()].filter(
    ({ template }) => readUri(template.parts, uri) !== undefined,
  );
  return matching.length > 0 && !matching.some((one) => mayRead(one, ctx));
}

/** Whether a caller sees something and has the scopes for it. */
function mayRead(entry: CompiledResource, ctx: Context): boolean {
  if (!sees(entry, ctx)) return false;
  try {
    // What middleware hands on is what was made for this very request.
    (ctx as RequestContext).checkNeeds({ ...entry, requires: undefined });
    return true;
  } catch {
    return false;
  }
}

/** Whether a caller who reads a resource comes to a handler: to its own, or to one that knows what nobody else knows. */
export function isServed(catalogs: Catalogs, uri: string, ctx: Context): boolean {
  return catalogs.fallbacks.resources !== undefined || find(catalogs, uri, ctx) !== undefined;
}

/** A resource of that very URI, else the first template that matches, with the values of its variables. */
function find({ resources, templates }: Catalogs, uri: string, ctx: Context): [CompiledResource, object] | undefined {
  const fixed = resources.get(uri, ctx);
  if (fixed !== undefined) return [fixed, {}];
  for (const entry of templates.values()) {
    const variables = readUri(entry.template.parts, uri);
    if (variables !== undefined && sees(entry, ctx)) return [entry, variables];
  }
  return undefined;
}

/**
 * The result of a read, from what its handler returned.
 *
 * @throws McpError -32602 for nothing, TypeError for what is none of text, bytes, contents and a whole result
 */
export function readResult(returned: unknown, uri: string, mimeType?: string): JsonObject {
  if (returned === undefined || returned === null) throw notFound(uri);
  // Sealed on its way out.
  if (isInputRequired(returned)) return returned as unknown as JsonObject;
  const whole = isObject(returned) && Array.isArray(returned['contents']) ? returned : undefined;
  const given = whole?.['contents'] ?? returned;
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  return { ...whole, contents: all.map((one) => contentsOf(one, uri, mimeType)) };
}

function contentsOf(
  value: unknown,
  uri: string,
  usual: string | undefined,
): TextResourceContents | BlobResourceContents {
  const { text, blob, ...rest }: ResourceContents =
    typeof value === 'string'
      ? { text: value }
      : value instanceof Uint8Array
        ? { blob: value }
        : (Object(value) as ResourceContents);
  const own = { uri, mimeType: usual ?? (text === undefined ? 'application/octet-stream' : 'text/plain'), ...rest };
  if (typeof text === 'string') return { ...own, text };
  if (blob !== undefined) return { ...own, blob: toBase64(blob) };
  throw new TypeError(`Resource ${JSON.stringify(uri)} returned neither text, bytes nor contents`);
}

/** What a read of something that is not there fails with. */
export function notFound(uri: unknown): Error {
  return raise('invalid_params', 'Resource not found', { data: { uri } });
}
