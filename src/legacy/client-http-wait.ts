/** Waiting that ends when it is no longer wanted. */
import { abortError } from '../client/transport.js';
import { backoff } from '../client/wait.js';

/** Milliseconds between two tries at most, unless the server asks for more. */
const LONGEST_PAUSE = 30_000;

/** Waits. Rejects with the signal's reason at once when that is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  return until(over, signal).finally(() => clearTimeout(timer));
}

/** Settles with a promise that never rejects, or when a time is over. */
export async function within(promise: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([promise, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

/** What a promise settles to, or the signal's reason when it is aborted before. */
export function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(abortError(signal));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/**
 * Milliseconds before a stream is connected again: what the server asks for, and more after tries that brought nothing, so
 * that a server which closes every stream at once is not asked all the time.
 *
 * @param fruitless how many tries have brought nothing since one has
 */
export function patience(fruitless: number, askedMs: number): number {
  return fruitless === 0 ? askedMs : Math.max(askedMs, backoff(fruitless, LONGEST_PAUSE));
}
