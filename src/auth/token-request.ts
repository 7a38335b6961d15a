/** Requests to token endpoints, by whichever grant. */
import {
  allowInsecureRequests,
  type AuthorizationServer,
  type Client,
  customFetch,
  type DPoPHandle,
  isDPoPNonceError,
  processGenericTokenEndpointResponse,
  type TokenEndpointRequestOptions,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import { McpError } from '../errors.js';
import { failure, refused } from './failure.js';
import type { GuardedFetch } from './types.js';

/** How authorization servers are reached. */
export interface Reach {
  readonly fetch: GuardedFetch;
  readonly signal: AbortSignal;
  /** Makes proofs of possession, where tokens are to be bound to a key. */
  readonly proofs: DPoPHandle | undefined;
}

/** The types of tokens that are none for use at a server, such as the grants that identity providers hand out. */
const ANY_TYPE = { n_a: () => {} };

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
  client: Client,
  { fetch, signal, proofs }: Reach,
  send: (options: TokenEndpointRequestOptions) => Promise<Response>,
): Promise<TokenEndpointResponse> {
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
      if (response.status >= 500 || response.status === 429) {
        await response.body?.cancel();
        const { status } = response;
        throw new McpError('http_status', `${what} failed: ${as.issuer} answered HTTP ${status}`, { status });
      }
      const tokens = await processGenericTokenEndpointResponse(as, client, await bare(response), {
        recognizedTokenTypes: ANY_TYPE,
      });
      if (proofs !== undefined && tokens.token_type === 'bearer') {
        throw refused(`${as.issuer} issued a token that is bound to no key: leave out dpop to accept such tokens`);
      }
      return tokens;
    } catch (error) {
      if (again && isDPoPNonceError(error)) continue;
      throw failure(what, error, secrets);
    }
  }
}

/**
 * An answer without what is not needed: an ID token would be checked for nothing, and a challenge for the client's own
 * authentication hides the error that explains it.
 */
async function bare(response: Response): Promise<Response> {
  let text = await response.text();
  try {
    const { id_token: _, ...json } = JSON.parse(text) as { id_token?: unknown };
    text = JSON.stringify(json);
  } catch {
    // The library says what is wrong with it.
  }
  return new Response(text, { status: response.status, headers: { 'content-type': 'application/json' } });
}
