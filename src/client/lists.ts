/** The four lists: all pages, and of each page what makes sense. */
import { isMcpError, McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import type { Tool } from '../spec/types.js';
import { kept } from './cache.js';
import type { Core } from './core.js';
import type { ListOptions } from './options.js';
import { bookOf, type KnownTool, readTool } from './tools.js';

// A list that goes on for longer is more likely a server that never stops.
const MAX_PAGES = 1000;

interface Kind {
  /** The member of a page that holds its entries. */
  readonly member: string;
  /** What an entry must have, beside a name. */
  readonly uri?: string;
}

const KINDS = {
  'tools/list': { member: 'tools' },
  'prompts/list': { member: 'prompts' },
  'resources/list': { member: 'resources', uri: 'uri' },
  'resources/templates/list': { member: 'resourceTemplates', uri: 'uriTemplate' },
} as const satisfies Record<string, Kind>;

/** A method that lists. */
export type ListMethod = keyof typeof KINDS;

/**
 * Lists everything. Entries that make no sense are left out, and `onWarning` hears of each.
 *
 * @throws McpError `limit_exceeded` for more than 1,000 pages, `invalid_message` for pages that are none
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/pagination
 */
export async function list(core: Core, method: ListMethod, options: ListOptions): Promise<JsonObject[]> {
  const kind: Kind = KINDS[method];
  const known = new Map<string, KnownTool>();
  const entries: JsonObject[] = [];
  for (const entry of await pages(core, method, kind.member, options)) {
    try {
      const checked = readEntry(entry, kind);
      // readEntry looked at what readTool reads.
      if (method === 'tools/list') known.set(String(checked['name']), readTool(checked as unknown as Tool));
      entries.push(withSafeIcons(core, checked));
    } catch (cause) {
      const { name } = Object(entry) as { readonly name?: unknown };
      const what = typeof name === 'string' ? JSON.stringify(name) : 'an entry';
      core.warn(
        new McpError('invalid_message', `${method}: left out ${what}: ${(cause as Error).message}`, {
          cause,
          data: entry,
        }),
      );
    }
  }
  if (method === 'tools/list') core.tools = bookOf(known);
  return entries;
}

/** All pages, one after the other. */
async function pages(core: Core, method: string, member: string, options: ListOptions): Promise<unknown[]> {
  for (let refresh = options.refresh; ; refresh = true) {
    const store = { refresh, hit: false };
    const entries: unknown[] = [];
    const seen = new Set<string>();
    let cursor: string | undefined;
    try {
      do {
        const params = cursor === undefined ? {} : { cursor };
        const result = await core.call(method, params, { ...options, via: kept(core, store) });
        const { [member]: page, nextCursor = null } = result;
        if (!Array.isArray(page) || (nextCursor !== null && typeof nextCursor !== 'string')) {
          throw new McpError('invalid_message', `${method}: ${member} is no array, or nextCursor no string`);
        }
        for (const entry of page) entries.push(entry);
        // The empty string is a cursor like any other.
        cursor = nextCursor ?? undefined;
        if (cursor !== undefined) {
          if (seen.has(cursor)) throw new McpError('invalid_message', `${method}: nextCursor repeats an earlier page`);
          if (seen.add(cursor).size >= MAX_PAGES)
            throw new McpError('limit_exceeded', `${method} has more than ${MAX_PAGES} pages`);
        }
      } while (cursor !== undefined);
      return entries;
    } catch (error) {
      // A cursor from a kept page may have died in the meantime: then all kept pages are worth nothing.
      if (!store.hit || !isMcpError(error) || error.code !== 'invalid_params') throw error;
    }
  }
}

/** @throws TypeError that says what is wrong with an entry */
function readEntry(value: unknown, { member, uri }: Kind): JsonObject {
  if (!isObject(value)) throw new TypeError('it is no object');
  // Some servers write null for what is absent.
  const entry: JsonObject = Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
  const must = (fits: boolean, what: string): void => {
    if (!fits) throw new TypeError(what);
  };
  for (const name of ['name', ...(uri === undefined ? [] : [uri])])
    must(typeof entry[name] === 'string', `${name} is no string`);
  for (const name of ['title', 'description', 'mimeType'])
    must(entry[name] === undefined || typeof entry[name] === 'string', `${name} is no string`);
  for (const name of ['annotations', 'outputSchema', '_meta'])
    must(entry[name] === undefined || isObject(entry[name]), `${name} is no object`);
  for (const name of ['icons', 'arguments']) {
    const items = entry[name];
    must(items === undefined || (Array.isArray(items) && items.every(isObject)), `${name} is no array of objects`);
  }
  const { inputSchema } = entry;
  must(
    member !== 'tools' || (isObject(inputSchema) && inputSchema['type'] === 'object'),
    'inputSchema is no schema of an object',
  );
  return entry;
}

/**
 * An entry without icons that a host must not load.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#icons
 */
function withSafeIcons(core: Core, entry: JsonObject): JsonObject {
  // readEntry saw to it.
  const icons = entry['icons'] as readonly JsonObject[] | undefined;
  if (icons === undefined) return entry;
  const safe = icons.filter(({ src }) => typeof src === 'string' && /^(?:https|data):/i.test(src));
  if (safe.length === icons.length) return entry;
  core.warn(
    new McpError('invalid_message', `${String(entry['name'])}: left out an icon that is neither https: nor data:`),
  );
  return { ...entry, icons: safe };
}
