import { calculateJwkThumbprint, EmbeddedJWK, errors, jwtVerify } from 'jose';
import { isObject, type JsonObject } from '../../json-rpc.js';
import type { ReplayStore } from '../../server/replay-store.js';
import type { Secret } from '../../util/seal.js';
import { encodeBase64url } from '../../util/base64url.js';
import { SKEW } from './claims.js';
import { digest } from './digest.js';
import { ALGORITHMS } from './jwt.js';

/** Options of DPoP. */
export interface DpopOptions {
  /** Whether a token without a key is refused. Default `false`: such a token is taken as `Bearer`. */
  readonly required?: boolean;
  /** The signatures that proofs may have. Default: those of `jwt`. */
  readonly algorithms?: readonly string[];
  /** Seconds after its making that a proof is good for. Attack: one that was caught is used later. Default 60. */
  readonly maxAgeSeconds?: number;
  /**
   * Whether proofs must hold a nonce that this server gave, so that none can be made in advance. `true`: made with a random
   * secret, which this process alone knows; a secret of 16 characters or more: of all processes that share it. Default
   * `false`.
   */
  readonly nonce?: boolean | Secret;
}

/** Why a proof is refused. */
export interface ProofRefused {
  readonly error: 'invalid_dpop_proof' | 'use_dpop_nonce' | 'invalid_token';
  readonly description: string;
  /** The nonce to use. */
  readonly nonce?: string | undefined;
}

/** What a proof must prove. */
export interface ProofFacts {
  readonly method: string;
  /** What is asked for: the server's own word, since what it is called inside is nobody's business. */
  readonly resource: string;
  readonly token: string;
  /** What the token says that it is bound to. */
  readonly bound: unknown;
}

/** Checks a proof. `undefined`: it is good. */
export type CheckProof = (proof: string | null, facts: ProofFacts) => Promise<ProofRefused | undefined>;

/** Characters of a proof. Keys and signatures of any size in use fit. */
const MAX_PROOF = 8_192;
/** Milliseconds after which a server gives another nonce; the one before stays good for as long. */
const NONCE_MS = 5 * 60_000;

/**
 * Makes the check of proofs.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-4.3
 */
export function proofCheck(options: DpopOptions, replayStore: ReplayStore): CheckProof {
  const { algorithms = ALGORITHMS, maxAgeSeconds = 60, nonce: asked = false } = options;
  const stray = algorithms.find((name) => !ALGORITHMS.includes(name));
  if (stray !== undefined) throw new TypeError(`dpop: algorithms: ${stray} is none of ${ALGORITHMS.join(', ')}`);
  const nonceAt = asked === false ? undefined : nonces(asked === true ? undefined : asked);

  return async (proof, { method, resource, token, bound }) => {
    const bad = (description: string): ProofRefused => ({ error: 'invalid_dpop_proof', description });
    // Two headers come as one with a comma, which no proof has.
    if (proof === null || proof.length > MAX_PROOF || proof.includes(',')) return bad('Send one DPoP header');
    let claims: JsonObject;
    let thumbprint: string;
    try {
      const checks = { typ: 'dpop+jwt', algorithms: [...algorithms], clockTolerance: SKEW };
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, checks);
      // `EmbeddedJWK` has found a public key there.
      thumbprint = await calculateJwkThumbprint(protectedHeader.jwk!, 'sha256');
      claims = payload;
    } catch (error) {
      // Of a key that makes no sense, runtimes complain in their own ways.
      if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException)
        return bad('The proof is no proof, or its signature is wrong');
      throw error;
    }
    const { htm, htu, iat, jti, ath, nonce } = claims;
    if (htm !== method) return bad('htm is not the method');
    if (typeof htu !== 'string' || bare(htu) !== bare(resource)) return bad(`htu is not ${resource}`);
    if (ath !== (await digest(token))) return bad('ath is not the hash of the token');
    const now = Date.now() / 1000;
    if (typeof iat !== 'number' || iat > now + SKEW || iat < now - maxAgeSeconds) return bad('iat is not now');
    if (typeof jti !== 'string' || jti === '') return bad('jti is missing');
    if (nonceAt !== undefined) {
      const current = await nonceAt(0);
      if (nonce !== current && nonce !== (await nonceAt(-1)))
        return { error: 'use_dpop_nonce', description: 'Use the nonce of DPoP-Nonce', nonce: current };
    }
    // Not sooner: who has no token must not learn what it is bound to.
    const { jkt } = isObject(bound) ? bound : {};
    if (jkt !== thumbprint) return { error: 'invalid_token', description: 'The token is bound to another key' };
    // Last, so that nothing is kept for those who have proved nothing.
    const key = await digest(JSON.stringify([thumbprint, jti]));
    const fresh = await replayStore.add(key, Math.ceil((iat + maxAgeSeconds - now + 1) * 1000));
    return fresh ? undefined : bad('The proof was used before');
  };
}

/** A URL without query and fragment (RFC 9449, section 4.3), normalised. */
function bare(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** Nonces that any process with the secret recognises: nothing is kept. */
function nonces(secret: Secret | undefined): (step: number) => Promise<string> {
  if (secret !== undefined && secret.length < 16) throw new TypeError('dpop: nonce must be 16 characters or more');
  const encoder = new TextEncoder();
  const raw = typeof secret === 'string' ? encoder.encode(secret) : secret;
  let key: Promise<CryptoKey> | undefined;
  return async (step) => {
    key ??= crypto.subtle.importKey(
      'raw',
      // Copied: a view of shared memory would not be taken.
      new Uint8Array(raw ?? crypto.getRandomValues(new Uint8Array(32))),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    const slot = Math.floor(Date.now() / NONCE_MS) + step;
    const mac = await crypto.subtle.sign('HMAC', await key, encoder.encode(`mcpwire dpop nonce ${slot}`));
    return encodeBase64url(new Uint8Array(mac));
  };
}
