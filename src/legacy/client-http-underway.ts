/** What a wire over HTTP has under way, so that closing it ends all of it. */
import { discard } from '../client/http-response.js';
import type { HttpAnswer } from '../client/http-transport.js';
import { abortError } from '../client/transport.js';
import { McpError } from '../errors.js';
import type { JsonRpcNotification, JsonRpcRequest } from '../json-rpc.js';
import { Waiting } from '../stdio/incoming.js';
import { until } from './client-http-wait.js';

/** Milliseconds for a message that nobody waits for: a cancellation, the end of a session. */
const FAREWELL_MS = 2_000;
/** Characters of messages that belong to no exchange and wait for their reader; the oldest go. */
const NEWS_CHARACTERS = 1024 * 1024;

/** Something that can be ended. */
export interface Task {
  readonly signal: AbortSignal;
  abort(error: McpError): void;
  /** It is done. */
  release(): void;
}

/** Everything that one wire does. */
export class Underway {
  readonly #tasks = new Set<AbortController>();
  readonly #farewells = new Set<Promise<void>>();
  readonly #news = new Waiting<JsonRpcRequest | JsonRpcNotification>();
  #closed: Promise<void> | undefined;

  /**
   * Begins something that ends when the wire is closed, and with its caller's signal.
   *
   * @param aborted called first when the signal ends it
   * @throws McpError `closed`, or the signal's reason
   */
  begin(given?: AbortSignal, aborted?: (error: McpError) => void): Task {
    if (this.#closed !== undefined) throw closedError();
    if (given?.aborted === true) throw abortError(given);
    const controller = new AbortController();
    const stop = (): void => {
      const error = given === undefined ? closedError() : abortError(given);
      aborted?.(error);
      controller.abort(error);
    };
    given?.addEventListener('abort', stop);
    this.#tasks.add(controller);
    return {
      signal: controller.signal,
      abort: (error) => controller.abort(error),
      release: () => {
        given?.removeEventListener('abort', stop);
        this.#tasks.delete(controller);
      },
    };
  }

  /** Sends what nobody waits for, within a bounded time. What goes wrong is nobody's concern. */
  farewell(send: (signal: AbortSignal) => Promise<HttpAnswer>): void {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), FAREWELL_MS);
    const done = until(send(controller.signal), controller.signal)
      .then(({ response }) => discard(response))
      .catch(() => {})
      .finally(() => {
        clearTimeout(timer);
        this.#farewells.delete(done);
      });
    this.#farewells.add(done);
  }

  /** A message that belongs to no exchange. `size`: its length in characters. */
  news(message: JsonRpcRequest | JsonRpcNotification, size: number): void {
    // Nobody reads: such messages are news, and old news are none.
    if (this.#news.bytes > NEWS_CHARACTERS) this.#news.clear();
    this.#news.push(message, size);
  }

  /** Messages that belong to no exchange, until the wire is closed. */
  async *incoming(): AsyncGenerator<JsonRpcRequest | JsonRpcNotification, void, undefined> {
    for (let message; (message = await this.#news.next()) !== undefined;) yield message;
  }

  /** Ends everything, and waits for farewells, which take 2 seconds at most. */
  close(last?: (signal: AbortSignal) => Promise<HttpAnswer>): Promise<void> {
    return (this.#closed ??= this.#close(last));
  }

  async #close(last?: (signal: AbortSignal) => Promise<HttpAnswer>): Promise<void> {
    this.#news.end();
    const error = closedError();
    for (const task of this.#tasks) task.abort(error);
    if (last !== undefined) this.farewell(last);
    await Promise.all(this.#farewells);
  }
}

function closedError(): McpError {
  return new McpError('closed', 'The transport is closed');
}
