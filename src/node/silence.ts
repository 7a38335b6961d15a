import type { Silent, SilenceWatch } from '../server/http-exchange.js';

/**
 * Watches over the answers of one listener with one timer. Most answers begin long before it is due, and arming and
 * clearing a timer for each of them is work for nothing.
 */
export class SharedSilence implements SilenceWatch {
  readonly #silenceMs: number;
  // In the order of their deadlines, since all wait for the same time.
  readonly #deadlines = new Map<Silent, number>();
  #armed = false;

  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  add(waiting: Silent): void {
    this.#deadlines.set(waiting, performance.now() + this.#silenceMs);
    if (!this.#armed) this.#arm(this.#silenceMs);
  }

  delete(waiting: Silent): void {
    this.#deadlines.delete(waiting);
  }

  #arm(delay: number): void {
    this.#armed = true;
    // Left to fire when nothing waits any more, once; it keeps no process alive meanwhile.
    setTimeout(() => this.#fire(), Math.ceil(delay)).unref();
  }

  #fire(): void {
    this.#armed = false;
    const now = performance.now();
    for (const [waiting, deadline] of this.#deadlines) {
      if (deadline > now) return this.#arm(deadline - now);
      this.#deadlines.delete(waiting);
      waiting.breakSilence();
    }
  }
}
