import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTVerifyOptions } from 'jose';
import { boundedFetch, FETCH_MS, type Fetch } from './bounded-fetch.js';
import { authInfoOf, SKEW } from './claims.js';
import { safeUrl, type Verify } from './verify.js';

/** Options of {@link jwt}. */
export interface JwtOptions {
  /** The `iss` of the tokens, letter by letter. */
  readonly issuer: string;
  /** Where the authorization server publishes its keys: the `jwks_uri` of its metadata. */
  readonly jwksUri: string | URL;
  /**
   * What tokens must be meant for: their `aud` must be, or hold, one of these, letter by letter. Attack: a token that was
   * made for another server. Default: the `resource` of `bearerAuth`.
   */
  readonly audience?: string | readonly string[];
  /**
   * The signatures that are taken. Attack: a token that names an algorithm which makes it easy. Default: RS, PS and ES with
   * 256, 384 and 512, `Ed25519` and `EdDSA`; those with a shared secret are refused.
   */
  readonly algorithms?: readonly string[];
  /** The `typ` of the tokens. Default: none, `JWT` or `at+jwt`, so that no token of another kind passes for an access token. */
  readonly typ?: string;
  /** Milliseconds for which keys are kept. Default 10 minutes (600,000). */
  readonly maxAgeMs?: number;
  /**
   * Milliseconds for which a token with an unknown key does not make the server ask for the keys again. Attack: random key
   * ids, each of which costs a request. Default 30,000.
   */
  readonly cooldownMs?: number;
  /** Sends the request for the keys. Default: the global `fetch`. Redirects are not followed, and 5 s and 512 KiB are the most. */
  readonly fetch?: Fetch;
}

/** The signatures that are taken: all that a public key checks. */
export const ALGORITHMS: readonly string[] = [
  ...['RS', 'PS', 'ES'].flatMap((kind) => [`${kind}256`, `${kind}384`, `${kind}512`]),
  'Ed25519',
  'EdDSA',
];
const TYPES = /^(?:application\/)?(?:at\+)?jwt$/i;
/** What says that the keys could not be had, and nothing about the token. */
const UNREACHABLE = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'];

/**
 * Verifies tokens that are JWTs (RFC 9068): signature, algorithm, issuer, audience, and times, with 60 seconds for clocks
 * that differ. A token without `exp` or `aud` is no good.
 *
 * @throws TypeError for algorithms with a shared secret, and a `jwksUri` that is neither https nor on this machine
 * @example
 * ```ts
 * const verify = jwt({ issuer: 'https://auth.example.com', jwksUri: 'https://auth.example.com/jwks' });
 * ```
 */
export function jwt(options: JwtOptions): Verify {
  const { issuer, audience, algorithms = ALGORITHMS, typ, maxAgeMs = 600_000, cooldownMs = 30_000 } = options;
  const stray = algorithms.find((name) => !ALGORITHMS.includes(name));
  if (stray !== undefined || algorithms.length === 0) {
    throw new TypeError(`jwt: algorithms: ${JSON.stringify(stray)} is none of ${ALGORITHMS.join(', ')}`);
  }
  const keys = createRemoteJWKSet(safeUrl(options.jwksUri, 'jwt: jwksUri'), {
    cacheMaxAge: maxAgeMs,
    cooldownDuration: cooldownMs,
    timeoutDuration: FETCH_MS,
    [customFetch]: boundedFetch(options.fetch),
  });
  return async (token, { resource }) => {
    const ours = audience ?? resource;
    if (ours === undefined) throw new TypeError('jwt: bearerAuth needs resource, or jwt needs audience');
    const checks: JWTVerifyOptions = {
      issuer,
      audience: typeof ours === 'string' ? ours : [...ours],
      algorithms: [...algorithms],
      clockTolerance: SKEW,
      requiredClaims: ['exp'],
      ...(typ !== undefined && { typ }),
    };
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, checks).catch(async (error: unknown) => {
        if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
        // Neither the token nor the keys have ids: any of them may have signed it.
        for await (const key of error) {
          try {
            return await jwtVerify(token, key, checks);
          } catch (failure) {
            if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
          }
        }
        throw new errors.JWSSignatureVerificationFailed();
      });
      if (typ === undefined && protectedHeader.typ !== undefined && !TYPES.test(protectedHeader.typ)) return undefined;
      return authInfoOf(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError && !UNREACHABLE.includes(error.code)) return undefined;
      throw error;
    }
  };
}
