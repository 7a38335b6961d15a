/**
 * The stream that answers one request, over all connections that carry it.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery
 */
import { discard, streamEnded } from '../client/http-response.js';
import type { HttpAnswer } from '../client/http-transport.js';
import type { ExchangeOptions } from '../client/transport.js';
import { isMcpError } from '../errors.js';
import { SSE_TYPE, typeOf } from '../http/media.js';
import type { JsonRpcMessage } from '../json-rpc.js';
import { Cursor, failureOf, parseMessages, readEvents } from './client-http-events.js';
import { patience, pause } from './client-http-wait.js';

/** Milliseconds before a stream is resumed, where the server does not say. */
const RESUME_MS = 1_000;
/** How often in a row a stream may be resumed and bring nothing. */
const FRUITLESS = 10;

/**
 * Reads to the response, and on to the end of the stream if it was never broken. Connections that end before it are followed by others, as
 * long as there is an event to continue from.
 *
 * @param connect asks for what comes after the cursor
 * @throws McpError `stream_ended`, also where the server cannot continue, and what {@link readEvents} throws
 */
export async function* readResumable(
  first: HttpAnswer,
  connect: (cursor: Cursor) => Promise<HttpAnswer>,
  { signal, onKeepAlive }: Pick<ExchangeOptions, 'signal' | 'onKeepAlive'>,
): AsyncGenerator<JsonRpcMessage, void, undefined> {
  const cursor = new Cursor();
  let answered = false;
  let fruitless = 0;
  for (let answer: HttpAnswer | undefined = first; ;) {
    const before = cursor.events;
    let cause: unknown;
    try {
      for await (const { type, data } of answer ? readEvents(answer, signal, cursor, onKeepAlive) : []) {
        if (type !== 'message') continue;
        for (const message of parseMessages(data)) {
          if (!('method' in message)) answered = true;
          yield message;
        }
        // More may follow, but the official SDK never closes a stream that was resumed.
        if (answered && answer !== first) return;
      }
    } catch (error) {
      if (signal.aborted || !isMcpError(error) || error.code !== 'stream_ended') throw error;
      ({ cause } = error);
    }
    if (answered) return;
    fruitless = cursor.events > before ? 0 : fruitless + 1;
    if (cursor.id === '' || fruitless >= FRUITLESS) throw streamEnded(first.url, cause);
    // The wait is the server's, to the millisecond, as long as it gives what it is asked for.
    await pause(patience(fruitless, cursor.retryMs ?? RESUME_MS), signal);
    answer = await connected(connect(cursor), signal);
  }
}

/** `undefined`: it may go better a little later. @throws McpError `stream_ended` where it will not */
async function connected(connecting: Promise<HttpAnswer>, signal: AbortSignal): Promise<HttpAnswer | undefined> {
  let answer: HttpAnswer;
  try {
    answer = await connecting;
  } catch (error) {
    if (isMcpError(error) && error.code === 'connection_failed') return undefined;
    throw error;
  }
  const { response, url } = answer;
  const { status, ok, headers } = response;
  if (ok && typeOf(headers.get('content-type')) === SSE_TYPE) return answer;
  // 409: the server has not noticed yet that the connection is lost.
  const passing = status >= 500 || status === 408 || status === 409 || status === 429;
  if (!ok && !passing) throw streamEnded(url, await failureOf(answer, signal));
  discard(response);
  if (passing) return undefined;
  throw streamEnded(url);
}
