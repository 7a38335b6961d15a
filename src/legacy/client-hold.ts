/** Time: some does not count, since the user is being asked, and some waiting ends early. */
import { abortError } from '../client/transport.js';
import type { Watch } from '../client/watch.js';

interface Held {
  count: number;
  readonly since: number;
  readonly totalAt: number;
}

const held = /* @__PURE__ */ new WeakMap<Watch, Held>();

/** Stops the time limits of a call. @returns lets them go on; the last of several that hold the same one does it */
export function hold(watch: Watch): () => void {
  const own = held.get(watch) ?? { count: 0, since: performance.now(), totalAt: watch.totalAt };
  held.set(watch, own);
  if (own.count++ === 0) {
    watch.totalAt = Infinity;
    watch.pause();
  }
  return () => {
    if (--own.count > 0) return;
    held.delete(watch);
    const now = performance.now();
    watch.totalAt = own.totalAt + now - own.since;
    watch.touch();
    // One that has its answer needs no timer any more.
    if (!watch.over && !watch.answered) watch.arm(now);
  };
}

/** Waits for something, at most until a signal is aborted. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw abortError(signal);
  let stop: (() => void) | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_resolve, reject) => {
        stop = () => reject(abortError(signal));
        signal.addEventListener('abort', stop);
      }),
    ]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}
