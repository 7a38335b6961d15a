/**
 * Server-sent events, the sending half.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */

/** One event. JSON text holds no line breaks, so one `data` line carries it. */
export function encodeEvent(json: string): string {
  return `data: ${json}\n\n`;
}

/** A comment: readers skip it, proxies see traffic. */
export function encodeComment(): string {
  return ':\n\n';
}
