/** Where a redirect may lead. */
import { McpError } from '../errors.js';

const MAX_REDIRECTS = 5;

/**
 * The URL to send the same request to.
 *
 * @param hops how many redirects were followed before
 * @throws McpError `http_status` for one that leads elsewhere, that would change the method, or that is one too many
 */
export function redirected({ status, headers }: Response, from: URL, hops: number): URL {
  const location = headers.get('location');
  const target = location !== null && URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if ((status === 307 || status === 308) && target?.origin === from.origin && hops < MAX_REDIRECTS) return target;
  const where = target?.origin ?? 'elsewhere';
  throw new McpError('http_status', `${from.href} redirects to ${where} (HTTP ${status}): connect there instead`, {
    status,
    url: from.href,
  });
}
