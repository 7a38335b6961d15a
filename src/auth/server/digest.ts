import { encodeBase64url } from '../../util/base64url.js';

/** SHA-256 of a text, in base64url. */
export async function digest(text: string): Promise<string> {
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}
