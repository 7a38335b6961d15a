/** Work that many wait for and that is done once. */
import { abortError } from '../client/transport.js';
import { quiet } from '../util/quiet.js';

interface Work<T> {
  readonly work: Promise<T>;
  readonly controller: AbortController;
  /** How many wait for it. */
  waiting: number;
}

/** One piece of work at a time. It is aborted when nobody waits for it any more. */
export class Flight<T> {
  #current: Work<T> | undefined;

  /** Whether somebody is at work. */
  get busy(): boolean {
    return this.#current !== undefined;
  }

  /** Waits for the work under way, or starts this. */
  join(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    let current = this.#current;
    if (current === undefined) {
      const controller = new AbortController();
      const work = quiet(run(controller.signal));
      const own = (this.#current = current = { work, controller, waiting: 0 });
      void quiet(work.finally(() => this.#over(own)));
    }
    const { work, controller } = current;
    const mine = current;
    mine.waiting++;
    return until(work, signal).finally(() => {
      if (--mine.waiting > 0) return;
      this.#over(mine);
      controller.abort(signal.reason);
    });
  }

  #over(work: Work<T>): void {
    if (this.#current === work) this.#current = undefined;
  }
}

/** A promise that the end of a signal overtakes. */
function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(abortError(signal));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
