import type { JsonObject } from '../json-rpc.js';
import { memoryBus, type Bus, type Change } from './bus.js';
import type { ServerNotify } from './definition.js';
import type { ServerExtension } from './extension.js';
import type { ServerOptions } from './options.js';
import { hasResources, type Catalogs } from './registry.js';
import type { RequestContext } from './request-context.js';
import type { ListenFilter, MayWatch, Subscriptions, SubscriptionSettings } from './subscriptions.js';

/** Hears what fails with nobody to answer. */
type Tell = (error: unknown, what: string, ctx: undefined) => unknown;

/** Publishes changes, and opens a server's subscriptions with the first request that listens. */
export class Listening {
  readonly #catalogs: Catalogs;
  readonly #extensions: ReadonlyMap<string, ServerExtension>;
  readonly #options: ServerOptions;
  readonly bus: Bus;
  readonly #tell: Tell;
  // The thing and not a promise of it, which may fail, and on workerd belongs to the request that made it.
  #subscriptions: Subscriptions | undefined;
  #closed = false;

  constructor(
    catalogs: Catalogs,
    extensions: ReadonlyMap<string, ServerExtension>,
    options: ServerOptions,
    tell: Tell,
  ) {
    this.#catalogs = catalogs;
    this.#extensions = extensions;
    this.#options = options;
    this.bus = options.bus ?? memoryBus();
    this.#tell = tell;
  }

  /** Nobody waits for these. */
  readonly notify: ServerNotify = {
    toolsChanged: () => this.publish({ kind: 'tools' }),
    promptsChanged: () => this.publish({ kind: 'prompts' }),
    resourcesChanged: () => this.publish({ kind: 'resources' }),
    resourceUpdated: (uri) => this.publish({ kind: 'resource', uri }),
    changed: (change) => this.publish(change),
  };

  publish(change: Change): void {
    // Whether it throws or rejects.
    const published = (async () => this.bus.publish(change))();
    published.catch((error: unknown) => this.#tell(error, 'A change was not published', undefined));
  }

  /** Whether there can be anything to listen to. */
  get offered(): boolean {
    const { tools, prompts } = this.#catalogs;
    return tools.known || prompts.known || hasResources(this.#catalogs) || this.#extensions.size > 0;
  }

  /** `subscriptions/listen`. */
  async listen(params: JsonObject, ctx: RequestContext): Promise<JsonObject> {
    const { Subscriptions } = await import('./subscriptions.js');
    this.#subscriptions ??= new Subscriptions(this.#settings());
    if (this.#closed) this.close();
    return this.#subscriptions.listen(params, ctx, ctx.exchange);
  }

  /** Nobody waits: a bus that hangs must not hold the closing up. */
  close(): void {
    this.#closed = true;
    this.#subscriptions?.close().catch((error: unknown) => this.#tell(error, 'The bus was not left', undefined));
  }

  /** Whether a caller may subscribe to a resource: one that is hidden from it is for it like one that there is not. */
  readonly mayWatch: MayWatch = async (uri, ctx) => {
    const { mayWatch } = this.#options;
    if (mayWatch !== undefined) return mayWatch(uri, ctx);
    const { isServed } = await import('./read-resource.js');
    return isServed(this.#catalogs, uri, ctx);
  };

  /** Who cannot read a resource is not told that it has changed. */
  readonly #sees: MayWatch = async (uri, ctx) => {
    const { isHidden } = await import('./read-resource.js');
    return !isHidden(this.#catalogs, uri, ctx);
  };

  #settings(): SubscriptionSettings {
    const { mayWatch, limits } = this.#options;
    const { tools, prompts } = this.#catalogs;
    const extensions = this.#extensions;
    return {
      bus: this.bus,
      offers: (kind) =>
        kind === 'tools' ? tools.known : kind === 'prompts' ? prompts.known : hasResources(this.#catalogs),
      mayWatch,
      sees: mayWatch === undefined ? this.#sees : undefined,
      // Extensions may still come.
      get filters() {
        const filters = [...extensions.values()].map(({ listenFilters = {} }) => Object.entries(listenFilters));
        return new Map<string, ListenFilter>(filters.flat());
      },
      limits,
      streamDropBytes: limits?.streamDropBytes,
    };
  }
}
