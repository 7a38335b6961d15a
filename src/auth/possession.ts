/**
 * Proofs that whoever sends a token holds its key.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9449
 */
import {
  allowInsecureRequests,
  customFetch,
  DPoP,
  type DPoPHandle,
  generateKeyPair,
  protectedResourceRequest,
} from 'oauth4webapi';
import { discard } from '../client/http-response.js';
import { wantsNonce } from './challenge.js';

/** A key pair as it is stored: the private key holds the public one. */
export type StoredKey = JsonWebKey;

/** A key, and what proves that it is held. */
export interface Possession {
  readonly proofs: DPoPHandle;
  /** Only of a key that was to be stored. */
  readonly stored: StoredKey | undefined;
  /** Sends a request with a token that is bound to the key. */
  send(request: Request, token: string, next: (request: Request) => Promise<Response>): Promise<Response>;
}

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };

/**
 * Makes a key, or takes the stored one.
 *
 * @param lasting whether it is to be stored; one that is not cannot be read by anybody
 */
export async function possess(lasting: boolean, stored?: StoredKey): Promise<Possession> {
  let pair;
  if (stored === undefined) {
    pair = await generateKeyPair('ES256', { extractable: lasting });
    if (lasting) stored = await crypto.subtle.exportKey('jwk', pair.privateKey);
  } else {
    const { d: _, key_ops: __, ...open } = stored;
    pair = {
      privateKey: await crypto.subtle.importKey('jwk', stored, CURVE, false, ['sign']),
      publicKey: await crypto.subtle.importKey('jwk', open, CURVE, true, ['verify']),
    };
  }
  const proofs = DPoP({}, pair);
  return {
    proofs,
    stored,
    async send(request, token, next) {
      for (let again = true; ; again = false) {
        let answer!: Response;
        // The library signs and remembers nonces; it sees neither the request's body nor the answer.
        await protectedResourceRequest(token, request.method, new URL(request.url), undefined, undefined, {
          DPoP: proofs,
          [allowInsecureRequests]: true,
          async [customFetch](_url, { headers }) {
            for (const name of ['authorization', 'dpop']) request.headers.set(name, headers[name] ?? '');
            answer = await next(request);
            const nonce = answer.headers.get('dpop-nonce');
            return new Response(null, nonce === null ? {} : { headers: { 'dpop-nonce': nonce } });
          },
        });
        if (!again || !wantsNonce(answer)) return answer;
        discard(answer);
      }
    },
  };
}
