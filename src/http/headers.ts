/**
 * The request metadata headers and their codec.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#request-metadata
 */
import type { JsonObject } from '../json-rpc.js';
import { utf8 } from './body.js';

export const VERSION_HEADER = 'mcp-protocol-version';
export const METHOD_HEADER = 'mcp-method';
export const NAME_HEADER = 'mcp-name';
/** Of older revisions. */
export const SESSION_HEADER = 'mcp-session-id';
export const LAST_EVENT_HEADER = 'last-event-id';

/**
 * The value that `Mcp-Name` must carry for a request, or `undefined` where the header does not apply.
 *
 * @param others the member of `params` that it carries, by method, for methods of extensions
 */
export function nameOf(
  method: string,
  params: JsonObject | undefined,
  others?: ReadonlyMap<string, string>,
): string | undefined {
  const member =
    method === 'tools/call' || method === 'prompts/get'
      ? 'name'
      : method === 'resources/read'
        ? 'uri'
        : others?.get(method);
  const value = member === undefined ? undefined : params?.[member];
  return typeof value === 'string' ? value : undefined;
}

const PREFIX = '=?base64?';
const SUFFIX = '?=';
// Visible ASCII and inner spaces: what a header carries as it is (RFC 9110 section 5.5). A tab may be received, but
// intermediaries may turn it into a space, so it is not sent.
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const RECEIVABLE = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;

/** Encodes a value for a header: as it is where that is safe, else as `=?base64?…?=` of its UTF-8 bytes. */
export function encodeHeaderValue(value: string): string {
  if (value === '' || (PLAIN.test(value) && !looksEncoded(value))) return value;
  let binary = '';
  for (const byte of new TextEncoder().encode(value)) binary += String.fromCharCode(byte);
  return PREFIX + btoa(binary) + SUFFIX;
}

/** Decodes a header value. `undefined`: it holds characters or a sentinel that no conforming client sends. */
export function decodeHeaderValue(value: string): string | undefined {
  if (!looksEncoded(value)) return value === '' || RECEIVABLE.test(value) ? value : undefined;
  const encoded = value.slice(PREFIX.length, -SUFFIX.length);
  try {
    const binary = atob(encoded);
    // atob forgives white space, missing padding and stray bits; the format does not.
    if (btoa(binary) !== encoded) return undefined;
    return utf8.decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

function looksEncoded(value: string): boolean {
  return value.startsWith(PREFIX) && value.endsWith(SUFFIX) && value.length >= PREFIX.length + SUFFIX.length;
}
