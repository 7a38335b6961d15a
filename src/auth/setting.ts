/** What all ways to a token have in common. */
import type { Grant } from './grant.js';
import { keepIn } from './keep.js';
import type { Setting } from './session.js';
import { guardedFetch } from './guard.js';
import type { AuthStore } from './types.js';

/** Options of all ways to a token. */
export interface CommonOptions {
  /**
   * Binds tokens to a key that this client alone holds, so that whoever steals one cannot use it. Authorization servers
   * that issue others are refused. The key is written to the `store`, where there is one. Default false.
   *
   * @see https://www.rfc-editor.org/rfc/rfc9449
   */
  readonly dpop?: boolean | undefined;
  /**
   * Hosts with private addresses that authorization may lead to, such as an identity provider of an intranet. Default
   * none, so that a server cannot make this client ask hosts that it cannot reach itself.
   */
  readonly allowPrivateHosts?: readonly string[] | undefined;
}

/** @param store what outlives the program, if anything */
export function settingOf(grant: Grant, options: CommonOptions, store?: AuthStore): Setting {
  const { dpop = false, allowPrivateHosts } = options;
  return {
    grant,
    dpop,
    keep: keepIn(store),
    lasting: store !== undefined,
    guard: (server) => guardedFetch({ server, ...(allowPrivateHosts && { allowPrivateHosts }) }),
  };
}
