import { INVALID_REQUEST } from '../../json-rpc.js';
import type { McpError, McpErrorCode } from '../../errors.js';
import { raise } from '../../server/context.js';

/** What a server asks for, wherever it asks. */
export interface ChallengeSettings {
  /** Where the metadata is. */
  readonly metadataUrl: string | undefined;
  /** The schemes that it takes. */
  readonly schemes: readonly ('Bearer' | 'DPoP')[];
  /** The signatures that proofs may have. */
  readonly algorithms: readonly string[];
}

/** What one challenge says. */
export interface Challenge {
  /** The scheme that failed. Default: the first one. */
  readonly scheme?: 'Bearer' | 'DPoP' | undefined;
  /** Only where there was a token: who has none has made no mistake (RFC 6750, section 3.1). */
  readonly error?: string | undefined;
  readonly description?: string | undefined;
  /** All that the operation needs. */
  readonly scopes?: readonly string[] | undefined;
}

/**
 * The value of `WWW-Authenticate`: each scheme with all that a client needs.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9728#section-5.1
 */
export function challengeOf(settings: ChallengeSettings, challenge: Challenge): string {
  const { metadataUrl, schemes, algorithms } = settings;
  const failed = schemes.find((one) => one === challenge.scheme) ?? schemes[0];
  // No resource needs a refresh token (basic/authorization, "Refresh Tokens").
  const scope = (challenge.scopes ?? []).filter((one) => one !== 'offline_access').join(' ');
  return schemes
    .map((scheme) => {
      const own = scheme === failed;
      const parameters = [
        ['error', own ? challenge.error : undefined],
        ['error_description', own ? challenge.description : undefined],
        ['scope', scope || undefined],
        ['resource_metadata', metadataUrl],
        ['algs', scheme === 'DPoP' ? algorithms.join(' ') : undefined],
      ].filter(([, value]) => value !== undefined);
      return [scheme, parameters.map(([name, value]) => `${name}="${value}"`).join(', ')].join(' ').trim();
    })
    .join(', ');
}

/** An error that is answered with a challenge. */
export function refusal(
  code: McpErrorCode,
  status: number,
  message: string,
  challenge: string,
  { rpcCode = INVALID_REQUEST, nonce }: { readonly rpcCode?: number; readonly nonce?: string | undefined } = {},
): McpError {
  return raise(
    code,
    message,
    { rpcCode, status },
    { 'www-authenticate': challenge, ...(nonce !== undefined && { 'dpop-nonce': nonce }) },
  );
}
