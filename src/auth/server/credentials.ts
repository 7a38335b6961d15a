import type { HttpInfo } from '../../server/exchange.js';

/** What a request has in the place of credentials. */
export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly why: string }
  | { readonly kind: 'token'; readonly scheme: 'Bearer' | 'DPoP'; readonly token: string };

/** Characters of a token. */
const MAX_TOKEN = 16_384;
// RFC 6750, section 2.1.
const CREDENTIALS = /^(bearer|dpop) +([\w.~+/-]+=*)$/i;
const SCHEME = /(?:^|[\s,])(?:bearer|dpop)(?:[\s,]|$)/i;

/** Reads the one header in which a token may come. Two of them come as one with a comma, which no token has. */
export function credentialsOf({ url, headers }: HttpInfo): Credentials {
  // Where it would be in logs, histories and referrers (basic/authorization, "Token Requirements").
  if (URL.canParse(url) && new URL(url).searchParams.has('access_token'))
    return { kind: 'malformed', why: 'A token must not be in the URL: send Authorization' };
  const header = headers.get('authorization')?.trim() ?? '';
  const [, scheme, token] = CREDENTIALS.exec(header) ?? [];
  if (scheme === undefined || token === undefined) {
    return SCHEME.test(header)
      ? { kind: 'malformed', why: 'Send one Authorization header with one token' }
      : { kind: 'none' };
  }
  if (token.length > MAX_TOKEN) return { kind: 'malformed', why: `The token has more than ${MAX_TOKEN} characters` };
  return { kind: 'token', scheme: scheme.length === 4 ? 'DPoP' : 'Bearer', token };
}
