import { readBytes } from '../../http/body.js';

/** What is used of `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Milliseconds for an answer of an authorization server, to its last byte. */
export const FETCH_MS = 5_000;
const MAX_BYTES = 512 * 1024;

/**
 * A fetch for what an authorization server says: it follows no redirect, which could lead to where nobody meant to ask, and
 * reads no more than 512 KiB within 5 seconds.
 */
export function boundedFetch(own: Fetch = (url, init) => fetch(url, init)): Fetch {
  return async (url, init) => {
    const signal = AbortSignal.timeout(FETCH_MS);
    const response = await own(url, { ...init, redirect: 'manual', signal });
    const { status, headers, body } = response;
    // Only the answer itself is of use; what a redirect or a failure says is not.
    if (status !== 200 || body === null) {
      body?.cancel().catch(() => {});
      throw new Error(`${url} answered HTTP ${status}`);
    }
    const bytes = await readBytes(body, MAX_BYTES);
    if (bytes === undefined) throw new Error(`${url} answered with more than ${MAX_BYTES} bytes`);
    return new Response(bytes as Uint8Array<ArrayBuffer>, { headers });
  };
}
