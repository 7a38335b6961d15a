/** Requests to token endpoints, by whichever grant. */
import {
  allowInsecureRequests,
  type AuthorizationServer,
  customFetch,
  type DPoPHandle,
  type TokenEndpointRequestOptions,
} from 'oauth4webapi';
import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import { failure, plain, refused } from './failure.js';
import type { GuardedFetch } from './types.js';

/** How authorization servers are reached. */
export interface Reach {
  readonly fetch: GuardedFetch;
  readonly signal: AbortSignal;
  /** Makes proofs of possession, where tokens are to be bound to a key. */
  readonly proofs: DPoPHandle | undefined;
}

/** What a token endpoint has issued. */
export interface Tokens {
  readonly token: string;
  readonly refreshToken: string | undefined;
  /** How long the token lasts, where that is told. */
  readonly seconds: number | undefined;
}

/**
 * Sends a token request, a second time where the server wants a nonce in the proof, and reads the answer.
 *
 * @param what is asked for, for messages
 * @param send one of the grant requests of `oauth4webapi`
 * @throws McpError `unauthorized` with `data.error` for an OAuth error, `http_status` for a server that is out of order
 */
export async function requestTokens(
  what: string,
  as: AuthorizationServer,
  { fetch, signal, proofs }: Reach,
  send: (options: TokenEndpointRequestOptions) => Promise<Response>,
): Promise<Tokens> {
  const secrets = new Set<string>();
  const options: TokenEndpointRequestOptions = {
    signal,
    ...(proofs && { DPoP: proofs }),
    // The guard decides: it lets through what goes to this machine.
    [allowInsecureRequests]: true,
    [customFetch]: (url, { body, ...init }) => {
      for (const [name, value] of body) if (!/^(?:grant_type|resource|scope|audience)$/.test(name)) secrets.add(value);
      // The library follows nothing either way; its `undefined` members are absent ones.
      return fetch(url, { ...(init as RequestInit), body });
    },
  };
  for (let again = proofs !== undefined; ; again = false) {
    try {
      const response = await send(options);
      const json = await answerOf(what, as.issuer, response);
      if (response.ok) return tokensOf(json, as.issuer, proofs !== undefined);
      if (again && json['error'] === 'use_dpop_nonce') continue;
      throw failure(what, json, secrets);
    } catch (error) {
      throw failure(what, error, secrets);
    }
  }
}

/**
 * What an endpoint answered. It is read here and not by the library, whose errors hold all of it, and which takes the
 * measure of ID tokens that nobody asked for.
 *
 * @throws McpError for what is no answer of OAuth
 */
export async function answerOf(what: string, issuer: string, response: Response): Promise<JsonObject> {
  const { status } = response;
  const json: unknown = await response.json().catch(() => {});
  if (status < 500 && status !== 429) {
    if (isObject(json) && (response.ok || typeof json['error'] === 'string')) return json;
    if (response.ok) throw refused(`${what} failed: ${issuer} answered with no JSON object`);
  }
  throw new McpError('http_status', `${what} failed: ${issuer} answered HTTP ${status}`, { status });
}

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
function tokensOf(json: JsonObject, issuer: string, bound: boolean): Tokens {
  const { access_token: token, token_type: type, refresh_token: refreshToken } = json;
  const seconds = Number(json['expires_in'] ?? NaN);
  // `N_A` is that of a grant, which is no token for use at a server.
  if (typeof token !== 'string' || token === '' || !/^(?:bearer|dpop|n_a)$/i.test(String(type))) {
    throw refused(`${issuer} issued no token that can be sent (token_type ${plain(type) || 'missing'})`);
  }
  if (bound && String(type).toLowerCase() !== 'dpop') {
    throw refused(`${issuer} issued a token that is bound to no key: leave out dpop to accept such tokens`);
  }
  return {
    token,
    refreshToken: typeof refreshToken === 'string' && refreshToken !== '' ? refreshToken : undefined,
    seconds: seconds >= 0 && seconds < Infinity ? seconds : undefined,
  };
}
