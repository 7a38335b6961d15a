import { raise } from './context.js';
import type { Exchange } from './exchange.js';

/** What is being served, by a server or by one of the places where it is mounted, so that closing can wait for it. */
export class Running {
  /** New requests are refused. */
  closing = false;
  readonly #exchanges = new Set<Exchange>();
  #onIdle: () => void = () => {};

  add(exchange: Exchange): void {
    this.#exchanges.add(exchange);
  }

  delete(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
    if (this.#exchanges.size === 0) this.#onIdle();
  }

  /** Refuses what is new, waits `graceMs` milliseconds at most for what runs, then aborts that. */
  async close(graceMs: number): Promise<void> {
    this.closing = true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      const before = this.#onIdle;
      this.#onIdle = () => {
        before();
        clearTimeout(timer);
        resolve();
      };
      if (this.#exchanges.size === 0) this.#onIdle();
    });
    for (const exchange of this.#exchanges) exchange.cancel(raise('closed', 'The server is closing'));
  }
}
