/** Media types of requests and answers. */

export const JSON_TYPE = 'application/json';
export const SSE_TYPE = 'text/event-stream';

/**
 * Whether a `Content-Type` is exactly JSON: `application/json`, any case, with no charset but UTF-8. A list of types, a
 * JSON type hidden in a parameter, and everything a browser sends without a preflight are not.
 *
 * @see RFC 9110 section 8.3
 */
export function isJson(contentType: string | null | undefined): boolean {
  if (contentType === JSON_TYPE) return true;
  return (
    typeof contentType === 'string' &&
    /^application\/json\s*(?:;\s*(?:charset\s*=\s*(?:utf-8|"utf-8")\s*)?)*$/i.test(contentType)
  );
}

/** The type of a `Content-Type`, without parameters, in lower case. */
export function typeOf(contentType: string | null | undefined): string {
  return (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

const USUAL = `${JSON_TYPE}, ${SSE_TYPE}`;

/**
 * Whether a caller takes a stream for an answer. Read leniently: only an `Accept` that asks for JSON and leaves streams out
 * says no. Many clients send any type, or nothing.
 *
 * @see RFC 9110 section 12.5.1
 */
export function acceptsStream(header: string | null | undefined): boolean {
  // What the specification tells clients to send, word for word, and so nearly always.
  if (!header || header === USUAL) return true;
  return !/application\/(?:json|\*)/i.test(header) || /text\/(?:event-stream|\*)|\*\/\*/i.test(header);
}
