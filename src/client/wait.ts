/** What belongs to a call and is no exchange. */
import { McpError } from '../errors.js';
import type { Core } from './core.js';
import type { CallOptions } from './options.js';

/** The options of what may take as long as it takes. */
export const unlimited = (signal: AbortSignal | undefined): CallOptions => ({
  signal,
  timeoutMs: Infinity,
  maxTotalTimeoutMs: Infinity,
});

/**
 * Does something that is no exchange. Ends at once when its time is over, when it is aborted, and when the client is
 * closed; the signal then aborts, and also when the work itself fails.
 *
 * @param what is named in errors
 */
export function during<T>(
  core: Core,
  what: string,
  options: CallOptions,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const watch = core.wire.start(core, what, options, reject);
    if (watch.over) return;
    // A turn later, so that what is thrown at once is a rejection, too.
    Promise.resolve()
      .then(() => work(watch.signal))
      .then(resolve, (error: unknown) => watch.end(McpError.from(error)))
      .finally(() => {
        watch.release();
        core.forget(watch);
      });
  });
}

/** Waits. */
export function pause(core: Core, what: string, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return during(
    core,
    what,
    unlimited(signal),
    (over) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        over.addEventListener('abort', () => clearTimeout(timer));
      }),
  );
}

/** A pause that grows with the number of tries and is never twice the same, so that clients do not come back all at once. */
export function backoff(tries: number, longestMs: number): number {
  return Math.min(longestMs, 200 * 2 ** Math.min(tries - 1, 16)) * (0.5 + Math.random() / 2);
}

/** How long an error asks to wait. Where there are no headers, a rate limit says so in its data. */
export function patienceOf({ retryAfterMs, code, data }: McpError): number {
  const told = code === 'rate_limited' ? (Object(data) as { readonly retryAfterMs?: unknown }).retryAfterMs : undefined;
  return retryAfterMs ?? (typeof told === 'number' && told > 0 ? told : 0);
}

/** Whether an error says that the same may go well a little later. */
export function isPassing({ code, status }: McpError): boolean {
  return /^(?:stream_ended|connection_failed|rate_limited)$/.test(code) || status === 429 || status === 503;
}
