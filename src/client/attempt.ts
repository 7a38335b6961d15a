/** One exchange, from the sending of its request to the end of its stream. */
import { McpError } from '../errors.js';
import type { JsonObject, JsonRpcMessage, JsonRpcRequest } from '../json-rpc.js';
import type { ClientCall, Core, Wire } from './core.js';
import type { CallOptions } from './options.js';
import { errorOf } from './transport.js';
import { Watch } from './watch.js';

/** Sends a request. Resolves at the response, whatever its type; the rest of the exchange is read on and dispatched. */
export function attempt(core: Core, { method, params }: ClientCall, options: CallOptions): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    const watch = start(core, method, options, reject);
    if (watch.over) return;
    let settled = false;
    const work = async (): Promise<void> => {
      for (let again = true; again;) {
        again = false;
        const request = core.request(method, params, options);
        for await (const message of exchange(core, watch, request, options)) {
          if (watch.over) return;
          again = take(core, watch, request, options, message);
          if (again) break;
          if ('method' in message) continue;
          if ('error' in message) throw errorOf(message);
          core.drain(watch);
          watch.release();
          settled = true;
          resolve(message.result);
        }
      }
      if (!watch.answered) throw unanswered(method);
    };
    work()
      .catch((error: unknown) => {
        const failure = McpError.from(error);
        if (!settled) watch.end(failure);
        else if (!watch.over) core.warn(failure);
      })
      .finally(() => core.forget(watch));
  });
}

/** Watches over something that belongs to a call. It is over at once where the client is closed. */
export function start(core: Core, what: string, options: CallOptions, onEnd: (error: McpError) => void): Watch {
  const watch = new Watch(what, core.open, options, core.options, onEnd);
  if (core.closed) watch.end(closed());
  return watch;
}

/** Sends a request on its way; what the client knows of its method and tool goes into headers. */
export function exchange(
  core: Core,
  watch: Watch,
  request: JsonRpcRequest,
  { headers }: CallOptions,
  onKeepAlive?: () => void,
): AsyncIterable<JsonRpcMessage> {
  return core.link.transport.exchange(request, {
    signal: watch.signal,
    headers,
    name: core.nameOf?.(request),
    params: core.tools?.headers(request),
    onKeepAlive,
    hold: () => watch.hold(),
  });
}

/**
 * Looks at a message of an exchange and hands it round.
 *
 * @returns whether the request is to be sent again, and this message to be passed over
 */
export function take(
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

/** The error of calls that the client's end overtook. */
export function closed(): McpError {
  return new McpError('closed', 'The client is closed');
}

/** The error of an exchange that ended too early. */
export function unanswered(method: string): McpError {
  return new McpError('stream_ended', `${method}: the stream ended without a response`);
}

/** All of it, for the parts that are loaded later. */
export const wire: Wire = { attempt, start, exchange, take, unanswered, errorOf, closed };

export { errorOf };
