/** One request, from its sending to the end of its exchange. */
import { McpError } from '../errors.js';
import {
  type JsonObject,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
} from '../json-rpc.js';
import { closed, type Core } from './core.js';
import type { CallOptions, Progress } from './options.js';
import { errorOf } from './transport.js';
import { Watch } from './watch.js';

/** Sends a request. Resolves at the response; the rest of the exchange is read on and dispatched. */
export function call(core: Core, method: string, params: JsonObject | undefined, options: CallOptions): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    const watch = start(core, method, options, reject);
    if (!watch.over) void run(core, watch, method, params, options, resolve);
  });
}

async function run(
  core: Core,
  watch: Watch,
  method: string,
  params: JsonObject | undefined,
  options: CallOptions,
  resolve: (result: JsonObject) => void,
): Promise<void> {
  let answered = false;
  try {
    for (let again = true; again; ) {
      again = false;
      const request = core.request(method, params, options);
      for await (const message of exchange(core, watch, request, options)) {
        if (watch.over) return;
        if ('method' in message) {
          receive(core, message, request, options, answered ? undefined : watch);
          continue;
        }
        checkId(message, request);
        if (!answered && !watch.adapted && 'error' in message && core.link.adapt(message.error)) {
          again = watch.adapted = true;
          break;
        }
        see(core, message, options);
        if (answered) throw new McpError('invalid_message', 'The server answered a request twice');
        if ('error' in message) throw errorOf(message);
        core.link.check(message.result, method);
        answered = true;
        watch.release();
        core.drain(watch);
        resolve(message.result);
      }
    }
    if (!answered) throw unanswered(method);
  } catch (error) {
    const failure = McpError.from(error);
    if (!answered) watch.end(failure);
    else if (!watch.over) core.warn(failure);
  } finally {
    core.forget(watch);
  }
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
    let failure: McpError | undefined;
    const own = (watch = start(core, method, options, (error) => (failure = error)));
    try {
      for (let again = true; again; ) {
        again = false;
        const request = core.request(method, params, options);
        let answered = false;
        const iterator = exchange(core, own, request, options)[Symbol.asyncIterator]();
        try {
          for (;;) {
            if (failure !== undefined) throw failure;
            own.touch();
            // Not a race with one long promise: each step of a race would stay registered there until the end.
            const step = await new Promise<IteratorResult<JsonRpcMessage, unknown>>((resolve, reject) => {
              own.onEnd = reject;
              iterator.next().then(resolve, reject);
            });
            own.onEnd = (error) => (failure = error);
            own.pause();
            if (step.done === true) break;
            const message = step.value;
            if ('method' in message) {
              receive(core, message, request, options, own);
            } else {
              checkId(message, request);
              if (!answered && !own.adapted && 'error' in message && core.link.adapt(message.error)) {
                again = own.adapted = true;
                break;
              }
              answered = true;
              see(core, message, options);
            }
            yield message;
          }
        } finally {
          void iterator.return?.().catch(() => {});
        }
        if (!answered && !again) throw unanswered(method);
      }
    } catch (error) {
      if (!left) throw McpError.from(error);
    } finally {
      left = true;
      own.end(closed());
      core.forget(own);
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

/** Sends a notification. */
export async function notify(core: Core, method: string, params: JsonObject | undefined, options: CallOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const watch = start(core, method, options, reject);
    if (watch.over) return;
    const full = core.link.params(params, options.meta);
    const message: JsonRpcNotification = full === undefined ? { jsonrpc: '2.0', method } : { jsonrpc: '2.0', method, params: full };
    core.link.transport
      .notify(message, { signal: watch.signal, headers: options.headers })
      .then(
        () => {
          watch.release();
          resolve();
        },
        (error: unknown) => watch.end(McpError.from(error)),
      )
      .finally(() => core.forget(watch));
  });
}

function start(core: Core, method: string, options: CallOptions, onEnd: (error: McpError) => void): Watch {
  const watch = new Watch(method, core.options, options, onEnd);
  if (core.closed) watch.end(closed());
  if (!watch.over) core.open.add(watch);
  return watch;
}

function exchange(core: Core, watch: Watch, request: JsonRpcRequest, options: CallOptions): AsyncIterable<JsonRpcMessage> {
  return core.link.transport.exchange(request, { signal: watch.signal, headers: options.headers });
}

/** A message that is no response. `watch` is absent when the response has come: progress is over then. */
function receive(
  core: Core,
  message: JsonRpcRequest | JsonRpcNotification,
  request: JsonRpcRequest,
  options: CallOptions,
  watch: Watch | undefined,
): void {
  if (watch !== undefined && message.method === 'notifications/progress') {
    const { progress, total, message: text, progressToken } = message.params ?? {};
    if (progressToken === tokenOf(request) && typeof progress === 'number') {
      watch.touch();
      const { onProgress } = options;
      if (onProgress !== undefined) {
        const report: Progress = {
          progress,
          ...(typeof total === 'number' && { total }),
          ...(typeof text === 'string' && { message: text }),
        };
        core.guard('onProgress', () => onProgress(report));
      }
    }
  }
  see(core, message, options);
  core.dispatch(message);
}

function see(core: Core, message: JsonRpcMessage, { onMessage }: CallOptions): void {
  if (onMessage !== undefined) core.guard('onMessage', () => onMessage(message));
}

function tokenOf({ params }: JsonRpcRequest): unknown {
  // A link wrote it, and links write objects.
  return (params?.['_meta'] as JsonObject | undefined)?.['progressToken'];
}

function checkId(message: JsonRpcResponse, request: JsonRpcRequest): void {
  // An error without an id answers a request that the server could not read; the exchange tells which.
  if (message.id !== request.id && !('error' in message && (message.id ?? undefined) === undefined)) {
    throw new McpError('invalid_message', `The server answered request ${request.id} with id ${JSON.stringify(message.id)}`);
  }
}

function unanswered(method: string): McpError {
  return new McpError('stream_ended', `The exchange of ${method} ended without a response`);
}
