import type { JsonObject } from '../../json-rpc.js';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** Where the metadata of a resource is (RFC 9728, section 3.1). */
export function metadataUrlOf(resource: URL): string {
  return `${resource.origin}${WELL_KNOWN}${resource.pathname === '/' ? '' : resource.pathname}`;
}

/** Any page may read what anyone may know, and none of it with anybody's cookies. */
const PUBLIC = { 'access-control-allow-origin': '*' };

/**
 * Makes the answer to requests for the metadata: with the resource's path appended, and at the root, where clients look next
 * (basic/authorization/authorization-server-discovery).
 */
export function metadataAnswer(
  resource: URL,
  metadata: JsonObject,
): (request: { readonly method: string; readonly url: string }) => Response | undefined {
  const text = JSON.stringify(metadata);
  const paths = [WELL_KNOWN, new URL(metadataUrlOf(resource)).pathname];
  return ({ method, url }) => {
    if (!URL.canParse(url) || !paths.includes(new URL(url).pathname)) return undefined;
    if (method === 'OPTIONS') {
      const headers = { ...PUBLIC, 'access-control-allow-methods': 'GET', 'access-control-allow-headers': '*' };
      return new Response(null, { status: 204, headers: { ...headers, 'access-control-max-age': '7200' } });
    }
    if (method !== 'GET' && method !== 'HEAD')
      return new Response(null, { status: 405, headers: { ...PUBLIC, allow: 'GET, HEAD, OPTIONS' } });
    const headers = { ...PUBLIC, 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' };
    return new Response(method === 'HEAD' ? null : text, { headers });
  };
}
