/** One request, from its sending to the end of its exchange. */
import { McpError } from '../errors.js';
import type { JsonObject, JsonRpcMessage, JsonRpcNotification, JsonRpcRequest } from '../json-rpc.js';
import { closed, type Core } from './core.js';
import type { CallOptions } from './options.js';
import { errorOf } from './transport.js';
import { Watch } from './watch.js';

/** Sends a request. Resolves at the response; the rest of the exchange is read on and dispatched. */
export function call(
  core: Core,
  method: string,
  params: JsonObject | undefined,
  options: CallOptions,
): Promise<JsonObject> {
  return begin(core, method, options, async (watch, resolve) => {
    for (let again = true; again;) {
      again = false;
      const request = core.request(method, params, options);
      for await (const message of exchange(core, watch, request, options)) {
        if (watch.over) return;
        again = take(core, watch, request, options, message);
        if (again) break;
        if ('method' in message) continue;
        if ('error' in message) throw errorOf(message);
        core.link.check(message.result, method);
        core.drain(watch);
        resolve(message.result);
      }
    }
    if (!watch.answered) throw unanswered(method);
  });
}

/** Sends a notification. */
export function notify(
  core: Core,
  method: string,
  params: JsonObject | undefined,
  options: CallOptions,
): Promise<void> {
  return begin(core, method, options, async (watch, resolve) => {
    const full = core.link.params(params, options.meta);
    const message: JsonRpcNotification = { jsonrpc: '2.0', method, ...(full && { params: full }) };
    await core.link.transport.notify(message, { signal: watch.signal, headers: options.headers });
    resolve();
  });
}

/** Makes the promise of something that a watch can end, and that may go on after the promise is resolved. */
function begin<T>(
  core: Core,
  method: string,
  options: CallOptions,
  work: (watch: Watch, resolve: (value: T) => void) => Promise<void>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const watch = start(core, method, options, reject);
    if (watch.over) return;
    let settled = false;
    work(watch, (value) => {
      settled = true;
      watch.release();
      resolve(value);
    })
      .catch((error: unknown) => {
        const failure = McpError.from(error);
        if (!settled) watch.end(failure);
        else if (!watch.over) core.warn(failure);
      })
      .finally(() => core.forget(watch));
  });
}

/** Sends a request when it is first pulled, and yields every message of the exchange. */
export function stream(
  core: Core,
  method: string,
  params: JsonObject | undefined,
  options: CallOptions,
): AsyncIterableIterator<JsonRpcMessage> {
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

function start(core: Core, method: string, options: CallOptions, onEnd: (error: McpError) => void): Watch {
  const watch = new Watch(method, core.open, options, core.options, onEnd);
  if (core.closed) watch.end(closed());
  return watch;
}

function exchange(
  core: Core,
  watch: Watch,
  request: JsonRpcRequest,
  options: CallOptions,
): AsyncIterable<JsonRpcMessage> {
  return core.link.transport.exchange(request, { signal: watch.signal, headers: options.headers });
}

/**
 * Looks at a message of an exchange and hands it round.
 *
 * @returns whether the request is to be sent again, and this message to be passed over
 */
function take(
  core: Core,
  watch: Watch,
  request: JsonRpcRequest,
  options: CallOptions,
  message: JsonRpcMessage,
): boolean {
  const { onProgress, onMessage } = options;
  const response = !('method' in message);
  if (response) {
    // An error without an id answers a request that the server could not read; the exchange tells which.
    if (message.id !== request.id && !('error' in message && (message.id ?? undefined) === undefined)) {
      throw new McpError('invalid_message', `Request ${request.id} was answered with id ${JSON.stringify(message.id)}`);
    }
    if (watch.answered) throw new McpError('invalid_message', `Request ${request.id} was answered twice`);
    if (!watch.adapted && 'error' in message && core.link.adapt(message.error)) return (watch.adapted = true);
    watch.answered = true;
  } else if (message.method === 'notifications/progress' && !watch.answered) {
    const { progress, total, message: text, progressToken } = message.params ?? {};
    // A link wrote `_meta`, and links write objects.
    const token = (request.params?.['_meta'] as JsonObject | undefined)?.['progressToken'];
    if (progressToken === token && typeof progress === 'number') {
      watch.touch();
      core.guard('onProgress', () =>
        onProgress?.({
          progress,
          ...(typeof total === 'number' && { total }),
          ...(typeof text === 'string' && { message: text }),
        }),
      );
    }
  }
  if (onMessage !== undefined) core.guard('onMessage', () => onMessage(message));
  if (!response) core.dispatch(message);
  return false;
}

function unanswered(method: string): McpError {
  return new McpError('stream_ended', `${method}: the stream ended without a response`);
}
