import { raise } from './context.js';
import type { Exchange } from './exchange.js';

/**
 * What runs at one place, a server or where it is mounted, so that closing the place can wait for it. Only exchanges that
 * somebody wants to hear the end of are kept; the others are counted.
 */
export class Running {
  #parent: Running | undefined;
  readonly #parts = new Set<Running>();
  readonly #listening = new Set<Exchange>();
  #count = 0;
  #closing = false;
  #reason: unknown;

  /** A place within this one, which can close by itself. */
  part(): Running {
    const part = new Running();
    part.#parent = this;
    this.#parts.add(part);
    return part;
  }

  /** New requests are refused. */
  get closing(): boolean {
    return this.#closing || this.#parent?.closing === true;
  }

  /** A request begins. */
  begin(): void {
    this.#count++;
  }

  /** It has ended. */
  end(exchange?: Exchange): void {
    this.#count--;
    if (exchange !== undefined && this.#listening.size > 0) this.#listening.delete(exchange);
  }

  /** Cancels an exchange when the place closes. */
  listen(exchange: Exchange): void {
    if (this.#reason) exchange.cancel(this.#reason);
    else if (this.closing) exchange.onClosing?.();
    this.#listening.add(exchange);
  }

  /** Refuses what is new, waits `graceMs` milliseconds at most for what runs, then aborts that. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    if (this.#parent !== undefined) this.#parent.#parts.delete(this);
    for (const exchange of this.#listening) exchange.onClosing?.();
    const parts = [...this.#parts].map((part) => part.close(graceMs));
    const end = Date.now() + graceMs;
    // Looked at now and then: a call costs nothing for a close that comes once.
    while (this.#count > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
    this.#reason = raise('closed', 'The server is closing');
    for (const exchange of this.#listening) exchange.cancel(this.#reason);
    await Promise.all(parts);
  }
}
