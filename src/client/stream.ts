/** An exchange message by message, at its reader's pace. */
import { McpError } from '../errors.js';
import type { JsonObject, JsonRpcMessage } from '../json-rpc.js';
import type { Core } from './core.js';
import type { CallOptions } from './options.js';
import type { Watch } from './watch.js';

/** Sends a request when it is first pulled, and yields every message of the exchange. */
export function stream(
  core: Core,
  method: string,
  params: JsonObject | undefined,
  options: CallOptions,
): AsyncIterableIterator<JsonRpcMessage> {
  const { closed, exchange, start, take, unanswered } = core.wire;
  let watch: Watch | undefined;
  let left = false;

  async function* messages(): AsyncGenerator<JsonRpcMessage, void, undefined> {
    // What ended the exchange while nobody was pulling. An object, since it is written from callbacks.
    const ended: { by?: McpError } = {};
    const note = (error: McpError): void => void (ended.by = error);
    const own = (watch = start(core, method, options, note));
    try {
      for (let again = true; again;) {
        again = false;
        const request = core.request(method, params, options);
        const iterator = exchange(core, own, request, options)[Symbol.asyncIterator]();
        try {
          for (;;) {
            if (ended.by !== undefined) throw ended.by;
            own.touch();
            // Not a race with one long promise: each step of a race would stay registered there until the end.
            const { done, value: message } = await new Promise<IteratorResult<JsonRpcMessage, undefined>>(
              (resolve, reject) => {
                own.onEnd = reject;
                iterator.next().then(resolve, reject);
              },
            );
            own.onEnd = note;
            own.pause();
            if (done === true) break;
            again = take(core, own, request, options, message);
            if (again) break;
            yield message;
          }
        } finally {
          iterator.return?.().catch(() => {});
        }
      }
      if (!own.answered) throw unanswered(method);
    } catch (error) {
      if (!left) throw McpError.from(error);
    } finally {
      own.end(closed());
    }
  }

  const inner = messages();
  return {
    next: () => inner.next(),
    return() {
      // Also while a step is pending, which then ends without a message.
      left = true;
      watch?.end(closed());
      return inner.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
