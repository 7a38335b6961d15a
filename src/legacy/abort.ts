import { deferred } from '../util/deferred.js';

/**
 * A signal that any request may abort. On workerd a signal belongs to the request in whose course it was made, and neither
 * aborting it nor looking at it is allowed elsewhere; so others settle a promise, and the abort happens where that was made.
 */
export class Abort {
  /** It was asked for. */
  aborted = false;
  readonly #asked = deferred<unknown>();
  #reason: unknown;
  #signal: AbortSignal | undefined;

  /** To be read in the course of the request that made this. */
  get signal(): AbortSignal {
    if (this.#signal !== undefined) return this.#signal;
    const controller = new AbortController();
    if (this.aborted) controller.abort(this.#reason);
    else void this.#asked.promise.then((reason) => controller.abort(reason));
    return (this.#signal = controller.signal);
  }

  abort(reason?: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.#reason = reason;
    this.#asked.resolve(reason);
  }
}
