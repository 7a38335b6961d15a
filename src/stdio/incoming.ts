import type { McpError } from '../errors.js';

/** Messages that wait for their reader, in order. */
export class Waiting<T> {
  readonly #messages: { readonly message: T; readonly bytes: number }[] = [];
  #wake: (() => void) | undefined;
  #end: { readonly error: McpError | undefined } | undefined;
  #bytes = 0;

  /** Bytes of what waits. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a message. */
  push(message: T, bytes: number): void {
    if (this.#end !== undefined) return;
    this.#messages.push({ message, bytes });
    this.#bytes += bytes;
    this.#wake?.();
  }

  /** No more will come. What waits is still read, unless there is an error, which is told at once. */
  end(error?: McpError): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    if (error !== undefined) this.clear();
    this.#wake?.();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#messages.length = 0;
    this.#bytes = 0;
  }

  /** The next message; `undefined` at the end. @throws what {@link end} was given */
  async next(): Promise<T | undefined> {
    for (;;) {
      const entry = this.#messages.shift();
      if (entry !== undefined) {
        this.#bytes -= entry.bytes;
        return entry.message;
      }
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end !== undefined) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
