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
    /^application\/json[ \t]*(?:;[ \t]*(?:charset[ \t]*=[ \t]*(?:utf-8|"utf-8")[ \t]*)?)*$/i.test(contentType)
  );
}

/** The type of a `Content-Type`, without parameters, in lower case. */
export function typeOf(contentType: string | null | undefined): string {
  return (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/** What a caller's `Accept` allows. Absent, empty and wildcards allow both; so does a list that names neither. */
export interface Accepts {
  readonly json: boolean;
  readonly sse: boolean;
}

const BOTH: Accepts = { json: true, sse: true };
const USUAL = `${JSON_TYPE}, ${SSE_TYPE}`;
// A range that covers the type, unless its weight is 0.
const ACCEPTS_JSON = /(?:^|[,\s])(?:\*|application)\/(?:\*|json)\s*(?:$|,|;(?!\s*q\s*=\s*0(?:\.0*)?\s*(?:[,;]|$)))/i;
const ACCEPTS_SSE = /(?:^|[,\s])(?:\*|text)\/(?:\*|event-stream)\s*(?:$|,|;(?!\s*q\s*=\s*0(?:\.0*)?\s*(?:[,;]|$)))/i;

/**
 * Reads an `Accept` header leniently: many clients send any type or nothing.
 *
 * @see RFC 9110 section 12.5.1
 */
export function accepts(header: string | null | undefined): Accepts {
  // What the specification tells clients to send, word for word, and so nearly always.
  if (!header || header === USUAL) return BOTH;
  const json = ACCEPTS_JSON.test(header);
  const sse = ACCEPTS_SSE.test(header);
  return json || sse ? { json, sse } : BOTH;
}
