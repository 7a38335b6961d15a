/**
 * base64url without padding (RFC 4648, section 5), in its one canonical form: no two texts decode to the same bytes.
 */

/** Encodes bytes. */
export function encodeBase64url(bytes: Uint8Array): string {
  let binary = '';
  // In slices, since arguments of a call live on the stack.
  for (let at = 0; at < bytes.length; at += 0x2000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x2000));
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Decodes a text. `undefined` for one that {@link encodeBase64url} would not have written. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const rest = text.length % 4;
  // The bits of the last character beyond the last byte are zero, and atob would not look.
  const last = rest === 2 ? /[AQgw]$/ : rest === 3 ? /[AEIMQUYcgkosw048]$/ : undefined;
  if (rest === 1 || /[^\w-]/.test(text) || last?.test(text) === false) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
