import { raise } from './context.js';
import type { Exchange } from './exchange.js';

/** What is being served, by a server or by one of the places where it is mounted, so that closing can wait for it. */
export class Running {
  /** New requests are refused. */
  closing = false;
  readonly #exchanges = new Set<Exchange>();
  readonly #onIdle = new Set<() => void>();

  add(exchange: Exchange): void {
    this.#exchanges.add(exchange);
  }

  delete(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
    if (this.closing && this.#exchanges.size === 0) for (const settle of this.#onIdle) settle();
  }

  /** Refuses what is new, waits `graceMs` milliseconds at most for what runs, then aborts that. */
  async close(graceMs: number): Promise<void> {
    this.closing = true;
    if (this.#exchanges.size === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
      this.#onIdle.add(resolve);
    });
    clearTimeout(timer);
    for (const exchange of this.#exchanges) exchange.cancel(raise('closed', 'The server is closing'));
  }
}
