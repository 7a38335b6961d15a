import { prepareResult, type JsonObject, type ResultStamp } from '../json-rpc.js';
import type { CacheHints, Implementation, ServerCapabilities } from '../spec/types.js';
import { MODERN_VERSIONS } from '../spec/versions.js';
import type { Catalog } from './catalog.js';
import type { ServerExtension } from './extension.js';
import type { ServerCache } from './options.js';
import { completes, type Catalogs, type Method } from './registry.js';

/** What a server says that it can do. Members that are undefined are not there once this is JSON. */
export function capabilitiesOf(
  catalogs: Catalogs,
  extensions: Iterable<ServerExtension>,
  logging: boolean,
): { readonly [Name in keyof ServerCapabilities]: ServerCapabilities[Name] | undefined } {
  const listChanged = true;
  const settings: [string, JsonObject][] = [...extensions].map((extension) => [extension.id, extension.settings ?? {}]);
  return {
    tools: catalogs.tools.offered ? { listChanged } : undefined,
    prompts: catalogs.prompts.offered ? { listChanged } : undefined,
    resources: catalogs.resources.offered || catalogs.templates.offered ? { subscribe: true, listChanged } : undefined,
    completions: completes(catalogs) ? {} : undefined,
    logging: logging ? {} : undefined,
    extensions: settings.length > 0 ? Object.fromEntries(settings) : undefined,
  };
}

/**
 * Says of each list how long, and for whom, it may be kept. Never for everyone where not everyone sees the same, so that all
 * pages agree (server/utilities/caching, "Interaction with Pagination"); and what is looked up may differ by caller, unless
 * its author says so.
 */
export function stampLists(
  methods: ReadonlyMap<string, Method>,
  { tools, prompts, resources, templates }: Catalogs,
  cache: ServerCache = {},
  stampOf: (hints: CacheHints) => ResultStamp,
): void {
  const stamp = (
    method: string,
    own: CacheHints | undefined,
    catalog?: Pick<Catalog<never>, 'personal' | 'dynamic'>,
  ) => {
    const personal = catalog?.personal === true || (catalog?.dynamic === true && own?.cacheScope === undefined);
    // All of them are built in.
    methods.get(method)!.stamp = stampOf({ ...own, ...(personal && { cacheScope: 'private' }) });
  };
  stamp('server/discover', cache.discover);
  stamp('tools/list', cache.tools, tools);
  stamp('prompts/list', cache.prompts, prompts);
  // Templates list resources, too.
  stamp('resources/list', cache.resources, templates.personal ? templates : resources);
  stamp('resources/templates/list', cache.resourceTemplates, templates);
}

/** What a server says of itself. */
export class Discovery {
  /** Who it is. */
  readonly info: Implementation;
  readonly #instructions: string | undefined;
  readonly #capabilities: () => object;
  #result: JsonObject | undefined;

  constructor(info: Implementation, instructions: string | undefined, capabilities: () => object) {
    this.info = info;
    this.#instructions = instructions;
    this.#capabilities = capabilities;
  }

  /** The result of `server/discover`, made once. */
  get result(): JsonObject {
    return (this.#result ??= prepareResult({
      supportedVersions: MODERN_VERSIONS,
      capabilities: this.#capabilities(),
      // JSON leaves out what is undefined.
      instructions: this.#instructions,
    }));
  }

  /** Something was registered. */
  changed(): void {
    this.#result = undefined;
  }
}
