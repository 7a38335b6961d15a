import type { AuthInfo } from '../../server/exchange.js';

/** What is known of the request that a token came with. */
export interface VerifyRequest {
  /** The HTTP method. */
  readonly method: string;
  /** The URL, as far as the server knows it: never the base of a decision on audiences. */
  readonly url: string;
  /** The headers, without the credentials. */
  readonly headers: Headers;
  /** The option `resource` of `bearerAuth`: what tokens must be meant for. */
  readonly resource: string | undefined;
}

/**
 * Says whose a token is. `undefined`: it is no good, which the caller is told with 401. What it throws or rejects with is
 * told to the server's `onError`, and the caller gets a 500 that says nothing: a verification that cannot be done proves
 * nothing about the token.
 */
export type Verify = (token: string, request: VerifyRequest) => AuthInfo | undefined | Promise<AuthInfo | undefined>;

/** The URL of an option. @throws TypeError for what is none that secrets may go to */
export function safeUrl(value: string | URL, option: string): URL {
  const url = URL.canParse(String(value)) ? new URL(value) : undefined;
  const loopback = url !== undefined && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback)) return url;
  throw new TypeError(`${option}: ${JSON.stringify(value)} is no https URL`);
}
