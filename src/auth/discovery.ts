/**
 * Who authorizes for a server: the metadata of protected resources and of authorization servers.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization/authorization-server-discovery
 */
import type { AuthorizationServer } from 'oauth4webapi';
import { isMcpError, McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import { failure, refused } from './failure.js';
import type { GuardedFetch } from './types.js';

/** What is known of a protected server. */
export interface Protected {
  /** Its identifier, exactly as it is to be sent. */
  readonly resource: string;
  /** Issuers of the authorization servers that it trusts. */
  readonly issuers: readonly string[];
  readonly scopes: string | undefined;
  /** Whether it tells nothing of itself: then its origin is its authorization server, as in revision 2025-03-26. */
  readonly bare: boolean;
}

/**
 * Reads the metadata of a protected server: where its challenge says, else at the well-known places, path first.
 *
 * @param advertised `resource_metadata` of the challenge
 * @throws McpError `unauthorized` when the metadata is for another resource or names nobody
 */
export async function findProtected(
  server: URL,
  advertised: string | undefined,
  fetch: GuardedFetch,
  signal: AbortSignal,
): Promise<Protected> {
  const wellKnown = `${server.origin}/.well-known/oauth-protected-resource`;
  const path = server.pathname.replace(/\/$/, '');
  for (const url of new Set([...(advertised === undefined ? [] : [advertised]), wellKnown + path, wellKnown])) {
    const found = await document(url, fetch, signal);
    if (found === undefined) continue;
    const { resource, authorization_servers: issuers, scopes_supported: scopes } = found;
    if (typeof resource !== 'string' || !covers(resource, server)) {
      throw refused(
        `${url} describes ${typeof resource === 'string' ? resource.slice(0, 200) : 'no resource'}, not ${href(server)}: its "resource" must have that origin and begin that path`,
        { url },
      );
    }
    if (!isTexts(issuers) || issuers.length === 0) {
      throw refused(`${url} names no authorization server: "authorization_servers" must list one`, { url });
    }
    return { resource, issuers, scopes: isTexts(scopes) ? scopes.join(' ') : undefined, bare: false };
  }
  // https://modelcontextprotocol.io/specification/2025-03-26/basic/authorization#authorization-base-url
  return { resource: href(server), issuers: [server.origin], scopes: undefined, bare: true };
}

/**
 * Reads the metadata of an authorization server. One that has none is taken to have the endpoints of revision 2025-03-26,
 * but only where nobody named it.
 *
 * @param issuer must be the very text that the metadata holds
 * @throws McpError `unauthorized` when there is none, or when it is of another issuer
 */
export async function findIssuer(
  issuer: string,
  bare: boolean,
  fetch: GuardedFetch,
  signal: AbortSignal,
): Promise<AuthorizationServer> {
  const { origin, pathname } = secure(issuer, 'The issuer');
  const path = pathname.replace(/\/$/, '');
  const oauth = `${origin}/.well-known/oauth-authorization-server${path}`;
  const oidc = '/.well-known/openid-configuration';
  for (const url of new Set([oauth, origin + oidc + path, origin + path + oidc])) {
    const found = await document(url, fetch, signal);
    if (found === undefined) continue;
    // Byte for byte: https://www.rfc-editor.org/rfc/rfc8414#section-3.3. An origin that nobody wrote down has two spellings.
    if (found['issuer'] !== issuer && !(bare && found['issuer'] === `${issuer}/`)) {
      throw refused(`${url} is the metadata of another issuer than ${issuer}, so none of it is used`, { url });
    }
    // An object with an issuer; the library checks each further member where it uses it.
    return found as unknown as AuthorizationServer;
  }
  if (!bare) throw refused(`${issuer} has no authorization server metadata at its well-known places`, { url: issuer });
  return {
    issuer,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    // Required of each server of that revision, which have no other way to say so.
    code_challenge_methods_supported: ['S256'],
  };
}

/** A URL that authorization may go to: `https:`, or `http:` on this machine. */
export function secure(value: unknown, what: string): URL {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (
    url !== undefined &&
    url.username + url.password === '' &&
    (url.protocol === 'https:' ||
      (url.protocol === 'http:' && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)))
  ) {
    return url;
  }
  throw refused(`${what} must be an https: URL, not ${plainUrl(value)}`);
}

/** Whether a resource identifier is one of a server: the same origin, and a path that its path begins with. */
export function covers(resource: string, server: URL): boolean {
  if (!URL.canParse(resource) || resource.includes('#')) return false;
  const { origin, pathname, username, password } = new URL(resource);
  const slashed = (path: string): string => path.replace(/\/*$/, '/');
  return (
    origin === server.origin && username + password === '' && slashed(server.pathname).startsWith(slashed(pathname))
  );
}

/** A server's own identifier, in the form without a slash that says nothing. */
function href({ origin, pathname }: URL): string {
  return origin + (pathname === '/' ? '' : pathname);
}

/** A JSON document, or nothing where there is none. */
async function document(url: string, fetch: GuardedFetch, signal: AbortSignal): Promise<JsonObject | undefined> {
  try {
    const response = await fetch(url, { headers: { accept: 'application/json' }, signal });
    const { status } = response;
    if (status === 200) {
      const json: unknown = await response.json().catch(() => {});
      if (isObject(json)) return json;
      throw refused(`${url} holds no JSON object`, { url });
    }
    await response.body?.cancel();
    // Servers that know nothing of metadata answer many things; one that is out of order is not one of them.
    if (status < 500 && status !== 429) return undefined;
    throw new McpError('http_status', `${url} answered HTTP ${status}`, { status, url });
  } catch (error) {
    // A server that sends all strangers to its sign-in page knows nothing of metadata, either.
    if (isMcpError(error) && String(error.status).startsWith('3')) return undefined;
    throw failure(`Reading ${url}`, error);
  }
}

/** Whether a member of metadata is a list of texts, as most have to be. */
export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function plainUrl(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 200)) : 'nothing';
}
