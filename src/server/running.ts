import { raise } from './context.js';
import type { Exchange } from './exchange.js';

/** What is being served, by a server or by one of the places where it is mounted, so that closing can wait for it. */
export class Running {
  /** New requests are refused. */
  closing = false;
  readonly #exchanges = new Set<Exchange>();

  add(exchange: Exchange): void {
    this.#exchanges.add(exchange);
  }

  delete(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
  }

  /** Refuses what is new, waits `graceMs` milliseconds at most for what runs, then aborts that. */
  async close(graceMs: number): Promise<void> {
    this.closing = true;
    const end = Date.now() + graceMs;
    // Looked at now and then: a call costs nothing for a close that comes once.
    while (this.#exchanges.size > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const exchange of this.#exchanges) exchange.cancel(raise('closed', 'The server is closing'));
  }
}
