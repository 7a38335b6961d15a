// @ts-check

/**
 * Marks that one request sets and another waits for. A waiting request looks every few milliseconds instead of being
 * woken, since workerd ties whatever wakes a request to that very request.
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/bindings/#making-changes-to-bindings
 */
export class Marks {
  /** @type {Set<string>} */
  #set = new Set();

  /** @param {string} mark */
  add(mark) {
    this.#set.add(mark);
  }

  /**
   * @param {string} mark
   * @param {AbortSignal} signal
   */
  async until(mark, signal) {
    while (!this.#set.has(mark)) {
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
