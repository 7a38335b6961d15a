/**
 * How the client comes to speak to older servers. Small, since every client carries it; the rest is loaded with the first
 * server that needs it.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#backward-compatibility-with-initialization-based-versions
 */
import type { Core } from '../client/core.js';
import type { Fallback } from '../client/fallback.js';

// A client that speaks to more servers than this asks some of them once more.
const MAX_ORIGINS = 1000;

/** Origins whose server is an older one, by the function that reaches them: another may lead elsewhere. */
const origins = /* @__PURE__ */ new WeakMap<object, Set<string>>();

/** Keeps, or forgets, that the server of a URL is an older one. */
export function remember(core: Core, older: boolean): void {
  if (core.url === undefined) return;
  const key = keyOf(core);
  const known = origins.get(key) ?? new Set<string>();
  origins.set(key, known);
  const { origin } = new URL(core.url);
  known.delete(origin);
  if (!older) return;
  known.add(origin);
  for (const oldest of known) {
    if (known.size <= MAX_ORIGINS) break;
    known.delete(oldest);
  }
}

function remembered(core: Core): boolean {
  const known = origins.get(keyOf(core));
  return known !== undefined && core.url !== undefined && known.has(new URL(core.url).origin);
}

function keyOf({ options }: Core): object {
  return options.fetch ?? fetch;
}

/** Speaks to servers of the revisions 2025-11-25 and older. */
export const olderServers: Fallback = {
  leads: (core) => core.link.transport.probeMs !== undefined || remembered(core),
  open: async (context) =>
    (
      await import('./client.js').catch((error: unknown) => {
        // A part that cannot be loaded, as in a page that has gone offline, must not hide what happened.
        throw context.found ?? error;
      })
    ).open(context, remembered(context.core)),
};
