/**
 * Signing in as a person: the authorization code grant, with PKCE.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
 */
import {
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
  refreshTokenGrantRequest,
  validateAuthResponse,
} from 'oauth4webapi';
import type { AuthMiddleware } from '../client/http-transport.js';
import { isTexts, secure } from './discovery.js';
import { failure, oauthError, refused } from './failure.js';
import type { Ask, Grant, Obtained } from './grant.js';
import { type CommonOptions, settingOf } from './setting.js';
import { authorized } from './middleware.js';
import { authOf, register, type Registration, type RegistrationOptions } from './registration.js';
import { requestTokens } from './token-request.js';
import type { AuthStore, Redirect } from './types.js';

/** A person is about to be asked. */
export interface Authorizing {
  /** The MCP server that wants to know who it deals with. */
  readonly server: URL;
  /** The page that the person will see. */
  readonly url: URL;
  /** What it will ask for, separated by spaces. */
  readonly scope: string | undefined;
}

/** Options of {@link oauth}. */
export interface OAuthOptions extends RegistrationOptions, CommonOptions {
  /** How the person gets to the authorization server and back: `loopback()`, `popup()`, `redirect()`, `manual()`. */
  readonly redirect: Redirect;
  /**
   * Where registrations and tokens are kept. They are secrets: whoever reads the store can act for the person. Default:
   * in memory, so that each start of the program asks again.
   */
  readonly store?: AuthStore | undefined;
  /** Scopes to ask for, separated by spaces, besides those of a server's challenge. Default: those that the server lists. */
  readonly scope?: string | undefined;
  /**
   * Called before the person is sent to the authorization server, each time. What it throws ends the sign-in. Default
   * none.
   */
  readonly onAuthorize?: ((authorizing: Authorizing) => void | Promise<void>) | undefined;
}

/**
 * Signs a person in where a server asks for that, and keeps the token fresh: discovery, registration, authorization,
 * renewal and scopes that are asked for later all happen by themselves. `connect` resolves signed in. Time that a person
 * takes does not count against the time limits of a call.
 *
 * Requests to the server reject with an `McpError` of code `unauthorized` when nobody could be signed in, and with the
 * server's own refusal where another sign-in would change nothing. An operation leads to three authorizations at most.
 *
 * @throws TypeError for options that do not go together
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
 *
 * @example
 * ```ts
 * const auth = oauth({ redirect: loopback(), store: fileStore('~/.config/app/mcp.json') });
 * const client = await McpClient.connect('https://mcp.example.com/mcp', { auth });
 * ```
 */
export function oauth(options: OAuthOptions): AuthMiddleware {
  const { clientMetadataUrl: document, clientId, clientSecret, issuer, scope } = options;
  if (document !== undefined) {
    const { protocol, pathname, hash, username, href } = new URL(document);
    if (protocol !== 'https:' || pathname === '/' || hash + username !== '' || href !== document) {
      throw new TypeError('clientMetadataUrl must be an https: URL with a path, written as the document itself has it');
    }
  }
  if (clientId === undefined && (clientSecret ?? issuer) !== undefined) {
    throw new TypeError('clientSecret and issuer belong to a clientId');
  }
  const grant: Grant = {
    issuer,
    scope,
    async obtain(ask) {
      const { as, resource, reach, keep, server } = ask;
      if (!isTexts(as.code_challenge_methods_supported) || !as.code_challenge_methods_supported.includes('S256')) {
        throw refused(
          `${as.issuer} does not say that it knows PKCE with S256 (code_challenge_methods_supported), without which codes can be stolen`,
        );
      }
      const { redirect } = options;
      const redeem = async (pending: Pending, answer: URL): Promise<Obtained> => {
        const { client, verifier, redirectUri, state, scope: asked } = pending;
        const code = check(ask, client, answer, state);
        const known = { client_id: client.id };
        const tokens = await requestTokens('Redeeming the code', as, reach, (more) =>
          authorizationCodeGrantRequest(as, known, authOf(client, options.privateKey), code, redirectUri, verifier, {
            ...more,
            additionalParameters: { resource },
          }),
        );
        return { tokens, client, scope: asked };
      };
      const left = redirect.resume && (await keep.json<Pending>('pending', resource));
      const answer = left && redirect.resume?.(left.state);
      if (left !== undefined && answer !== undefined) {
        // Good for one answer, whatever that is.
        await keep.delete('pending', resource);
        if (left.client.issuer === as.issuer) return redeem(left, answer);
      }
      const session = await redirect.begin(reach.signal);
      try {
        const { redirectUri } = session;
        const { applicationType } = redirect;
        const client = await register(options, as, { redirectUri, applicationType }, keep, reach);
        // What the answer is checked against is fixed before anybody is sent anywhere.
        const verifier = generateRandomCodeVerifier();
        const state = generateRandomState();
        const url = secure(as.authorization_endpoint, `The authorization endpoint of ${as.issuer}`);
        const query: Record<string, string | undefined> = {
          response_type: 'code',
          client_id: client.id,
          redirect_uri: redirectUri,
          scope: ask.scope,
          state,
          code_challenge: await calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          resource,
          dpop_jkt: await reach.proofs?.calculateThumbprint(),
          // Without, OpenID Connect has offline access ignored.
          prompt: ask.scope?.split(' ').includes('offline_access') === true ? 'consent' : undefined,
        };
        for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
        await options.onAuthorize?.({ server, url: new URL(url), scope: ask.scope });
        const pending: Pending = { client, verifier, state, redirectUri, scope: ask.scope };
        if (redirect.resume !== undefined) await keep.set('pending', resource, JSON.stringify(pending));
        return await redeem(pending, await session.authorize(url));
      } finally {
        await session.close();
      }
    },
    refresh({ as, resource, reach }, client, token) {
      const known = { client_id: client.id };
      return requestTokens('Renewing the token', as, reach, (more) =>
        refreshTokenGrantRequest(as, known, authOf(client, options.privateKey), token, {
          ...more,
          additionalParameters: { resource },
        }),
      );
    },
  };
  return authorized(settingOf(grant, options, options.store));
}

/** An authorization under way. It is stored as it is where the program does not outlive it. */
interface Pending {
  readonly client: Registration;
  readonly verifier: string;
  readonly state: string;
  readonly redirectUri: string;
  readonly scope: string | undefined;
}

/**
 * Checks where an answer comes from, and only then what it says: of an answer that is somebody else's, nothing is shown.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization#authorization-response-validation
 */
function check({ as }: Ask, { id }: Registration, { searchParams }: URL, state: string): URLSearchParams {
  const foreign = (): Error =>
    refused(`The answer to the authorization is not one of ${as.issuer} to this request, so nothing of it is used`);
  // The library takes an empty one for none.
  if (searchParams.has('iss') && searchParams.get('iss') !== as.issuer) throw foreign();
  try {
    return validateAuthResponse(as, { client_id: id }, searchParams, state);
  } catch (error) {
    throw oauthError(error) === undefined ? foreign() : failure('The authorization', error);
  }
}
