import type { JsonObject } from '../json-rpc.js';
import type { Bus } from './bus.js';
import type { RequestContext } from './context.js';
import type { ServerExtension } from './extension.js';
import type { ServerOptions } from './options.js';
import { hasResources, type Catalogs } from './registry.js';
import type { ListenFilter, Subscriptions } from './subscriptions.js';

/** Opens a server's subscriptions with the first request that listens. */
export class Listening {
  readonly #catalogs: Catalogs;
  readonly #extensions: ReadonlyMap<string, ServerExtension>;
  readonly #options: ServerOptions;
  readonly #bus: Bus;
  #subscriptions: Promise<Subscriptions> | undefined;

  constructor(catalogs: Catalogs, extensions: ReadonlyMap<string, ServerExtension>, options: ServerOptions, bus: Bus) {
    this.#catalogs = catalogs;
    this.#extensions = extensions;
    this.#options = options;
    this.#bus = bus;
  }

  /** Whether there can be anything to listen to. */
  get offered(): boolean {
    const { tools, prompts } = this.#catalogs;
    return tools.known || prompts.known || hasResources(this.#catalogs) || this.#extensions.size > 0;
  }

  /** `subscriptions/listen`. */
  async listen(params: JsonObject, ctx: RequestContext): Promise<JsonObject> {
    const subscriptions = await (this.#subscriptions ??= this.#open());
    return subscriptions.listen(params, ctx, ctx.exchange);
  }

  async close(): Promise<void> {
    await (await this.#subscriptions)?.close();
  }

  async #open(): Promise<Subscriptions> {
    const { Subscriptions } = await import('./subscriptions.js');
    const { mayWatch, limits } = this.#options;
    const { tools, prompts } = this.#catalogs;
    const filters = new Map<string, ListenFilter>();
    for (const { listenFilters = {} } of this.#extensions.values()) {
      for (const [member, filter] of Object.entries(listenFilters)) filters.set(member, filter);
    }
    return new Subscriptions({
      bus: this.#bus,
      offers: (kind) =>
        kind === 'tools' ? tools.known : kind === 'prompts' ? prompts.known : hasResources(this.#catalogs),
      mayWatch,
      filters,
      limits,
      streamDropBytes: limits?.streamDropBytes,
    });
  }
}
