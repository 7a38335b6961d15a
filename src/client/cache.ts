/**
 * Answers that a server allows to keep: lists, page by page, and reads.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching
 */
import { McpError } from '../errors.js';
import type { JsonObject } from '../json-rpc.js';
import type { ClientCall, Core } from './core.js';
import { memoryStore } from './memory-store.js';
import type { CallOptions, InternalOptions } from './options.js';
import type { CacheStore } from './stored.js';
import { during } from './wait.js';

// What a server allows for longer is more likely a mistake.
const MAX_TTL = 86_400_000;

const CHANGES: readonly (readonly [notification: string, methods: readonly string[]])[] = [
  ['notifications/tools/list_changed', ['tools/list']],
  ['notifications/prompts/list_changed', ['prompts/list']],
  ['notifications/resources/list_changed', ['resources/list', 'resources/templates/list']],
  // The URI may be that of a part, so it does not tell which reads it concerns.
  ['notifications/resources/updated', ['resources/read']],
];

/** The kept answers of one client. */
export interface KeptAnswers {
  get(call: ClientCall, scope: string): Promise<JsonObject | undefined>;
  set(call: ClientCall, scope: string, value: JsonObject, ttlMs: number): Promise<void>;
  /** How often the answers of a method were dropped: an answer that was asked for before is not kept after. */
  epoch(method: string): number;
  /** Drops the answers of some methods, or of all. */
  drop(methods?: readonly string[]): void;
}

/**
 * What stands between a call and its first exchange, where its answer may be kept.
 *
 * @param state `refresh`: asks the server in any case. `hit` becomes true when an answer was kept.
 */
export function kept(
  core: Core,
  state: { readonly refresh?: boolean | undefined; hit?: boolean },
): InternalOptions['via'] {
  if (core.options.cache === false) return undefined;
  const answers = (core.answers ??= open(core));
  return async (call, options, once) => {
    const { method } = call;
    let own: string | undefined;
    // Whatever makes headers or keeps answers may keep a call waiting, too.
    const found = await during(core, method, options, async () => {
      own = await contextOf(core, options);
      if (state.refresh === true) return undefined;
      return (own && (await answers.get(call, own))) || answers.get(call, 'public');
    });
    if (found !== undefined) {
      state.hit = true;
      return found;
    }
    const epoch = answers.epoch(method);
    const result = await once(call);
    const { ttlMs, cacheScope } = result;
    const scope = cacheScope === 'public' ? 'public' : own;
    if (typeof ttlMs !== 'number' || !(ttlMs > 0) || scope === undefined || !core.link.complete(result)) return result;
    const keep = async (): Promise<void> => {
      // Headers that a function makes may have changed since: then nobody knows whose answer it is.
      if (scope === own && own !== (await contextOf(core, options))) return;
      if (epoch === answers.epoch(method)) await answers.set(call, scope, result, Math.min(ttlMs, MAX_TTL));
    };
    // The call has its answer: what fails, or ends, from here on costs a request later.
    await during(core, method, { ...options, signal: undefined }, keep).catch(() => {});
    return result;
  };
}

function open(core: Core): KeptAnswers {
  const { store: given, maxEntries = 1000, maxCharacters = 16_777_216 } = core.options.cache || {};
  const store: CacheStore = given ?? memoryStore(maxEntries, maxCharacters);
  const base = `${core.url ?? Math.random().toString(36).slice(2)} `;
  const epochs = new Map<string, number>();
  const epoch = (method: string): number => epochs.get(method) ?? 0;
  const keyOf = ({ method, params }: ClientCall, scope: string): string =>
    `${base}${method} ${epoch(method)} ${JSON.stringify({ ...params, _meta: undefined })} ${scope}`;
  // A store that fails costs a request, and no call.
  const attempt = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (cause) {
      core.warn(new McpError('internal', `The cache's store failed: ${String(cause)}`, { cause }));
      return undefined;
    }
  };
  const answers: KeptAnswers = {
    get: (call, scope) => attempt(() => store.get(keyOf(call, scope))),
    set: (call, scope, value, ttlMs) => attempt(() => store.set(keyOf(call, scope), value, ttlMs)),
    epoch,
    drop(methods = CHANGES.flatMap(([, all]) => all)) {
      for (const method of methods) {
        epochs.set(method, epoch(method) + 1);
        void attempt(() => store.delete(`${base}${method} `));
      }
    },
  };
  for (const [notification, methods] of CHANGES) core.on(notification, () => answers.drop(methods));
  return answers;
}

/** What private answers belong to; `undefined`: to nobody that is known, so that none is kept. */
async function contextOf(core: Core, { headers }: CallOptions): Promise<string | undefined> {
  const { authorization, store } = core.options.cache || {};
  if (authorization !== undefined) return `private ${await authorization()}`;
  const context = await core.link.transport.authorization?.({ headers });
  const safe = store === undefined || context === undefined ? context : await digest(context);
  return safe && `private ${safe}`;
}

/** A store of somebody's own must not hold credentials. Pages without encryption have no WebCrypto. */
async function digest(text: string): Promise<string | undefined> {
  // The types say that it is everywhere.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  const hash = await subtle?.digest('SHA-256', new TextEncoder().encode(text));
  return hash && btoa(String.fromCharCode(...new Uint8Array(hash)));
}
