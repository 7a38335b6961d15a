import { encodeBase64url } from './base64url.js';

/** 128 bits that nobody can guess, in 22 characters. */
export function randomId(): string {
  return encodeBase64url(crypto.getRandomValues(new Uint8Array(16)));
}
