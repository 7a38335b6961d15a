import * as oauth from 'oauth4webapi';
import { isObject, type JsonObject } from '../../json-rpc.js';
import type { AuthInfo } from '../../server/exchange.js';
import { boundedFetch, type Fetch } from './bounded-fetch.js';
import { authInfoOf, isFor, isTimely } from './claims.js';
import { digest } from './digest.js';
import { safeUrl, type Verify } from './verify.js';

/** Options of {@link introspection}. */
export interface IntrospectionOptions {
  /** The `introspection_endpoint` of the authorization server. */
  readonly endpoint: string | URL;
  /** What this server is called there. */
  readonly clientId: string;
  /** Its secret. */
  readonly clientSecret: string;
  /** The `iss` that answers must have, where they have one. Default: any. */
  readonly issuer?: string;
  /**
   * What tokens must be meant for: the `aud` of the answer must be, or hold, one of these. Attack: a token that was made for
   * another server. Default: the `resource` of `bearerAuth`.
   */
  readonly audience?: string | readonly string[];
  /** Milliseconds for which an answer is kept, so that a revoked token lives on for that long at most; 0: none is. Default 30,000. */
  readonly cacheTtlMs?: number;
  /** Answers that are kept at once; of more, the oldest is forgotten. Tokens themselves are not kept. Default 10,000. */
  readonly cacheSize?: number;
  /** Sends the requests. Default: the global `fetch`. Redirects are not followed, and 5 s and 512 KiB are the most. */
  readonly fetch?: Fetch;
}

/**
 * Verifies tokens by asking the authorization server (RFC 7662): for tokens that say nothing by themselves, and for those
 * that must be revocable. An answer without `aud` is no good: nobody says then that the token is for this server.
 *
 * @throws TypeError for an `endpoint` that is neither https nor on this machine
 * @example
 * ```ts
 * const endpoint = 'https://auth.example.com/introspect';
 * const verify = introspection({ endpoint, clientId: 'mcp', clientSecret: process.env.CLIENT_SECRET });
 * ```
 */
export function introspection(options: IntrospectionOptions): Verify {
  const { clientId, clientSecret, issuer, audience, cacheTtlMs = 30_000, cacheSize = 10_000 } = options;
  const url = safeUrl(options.endpoint, 'introspection: endpoint');
  const as: oauth.AuthorizationServer = { issuer: issuer ?? url.origin, introspection_endpoint: url.href };
  const client: oauth.Client = { client_id: clientId };
  const basic = oauth.ClientSecretBasic(clientSecret);
  const send = boundedFetch(options.fetch);
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<JsonObject> }>();

  async function ask(token: string): Promise<JsonObject> {
    const response = await oauth.introspectionRequest(as, client, basic, token, {
      additionalParameters: { token_type_hint: 'access_token' },
      // `safeUrl` has let plain http through on this machine alone.
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: (href, { headers, method, body }) => send(href, { headers, method, body: String(body) }),
    });
    const claims: unknown = await response.json();
    if (!isObject(claims) || typeof claims['active'] !== 'boolean')
      throw new Error(`${url.href} answered with no claims`);
    return claims;
  }

  /** Everyone who comes with a token while it is asked for waits for the same answer. */
  async function claimsOf(token: string): Promise<JsonObject> {
    if (cacheTtlMs <= 0) return ask(token);
    const key = await digest(token);
    const known = kept.get(key);
    if (known !== undefined && known.until > Date.now()) return known.answer;
    const answer = ask(token);
    const entry = { until: Date.now() + cacheTtlMs, answer };
    // Put last, so that the first one is the oldest.
    kept.delete(key);
    kept.set(key, entry);
    const [oldest] = kept.keys();
    if (kept.size > cacheSize && oldest !== undefined) kept.delete(oldest);
    answer.catch(() => kept.get(key) === entry && kept.delete(key));
    return answer;
  }

  return async (token, { resource }): Promise<AuthInfo | undefined> => {
    const ours = audience ?? resource;
    if (ours === undefined) throw new TypeError('introspection: bearerAuth needs resource, or introspection audience');
    const claims = await claimsOf(token);
    const { active, iss, aud } = claims;
    if (active !== true || !isTimely(claims)) return undefined;
    if (issuer !== undefined && iss !== undefined && iss !== issuer) return undefined;
    if (!isFor(aud, typeof ours === 'string' ? [ours] : ours)) return undefined;
    // Who answers is who vouches.
    return authInfoOf(issuer === undefined ? claims : { ...claims, iss: issuer });
  };
}
