/**
 * The stream for what belongs to no exchange, over all of its connections.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#listening-for-messages-from-the-server
 */
import { discard } from '../client/http-response.js';
import type { HttpAnswer } from '../client/http-transport.js';
import { isMcpError } from '../errors.js';
import { SSE_TYPE, typeOf } from '../http/media.js';
import { Cursor, readEvents } from './client-http-events.js';
import { patience, pause } from './client-http-wait.js';

// A stream that lasts this long, in milliseconds, is one that works: the next pause is a short one again.
const LASTING = 60_000;
// A server that asks for pauses of at least this many milliseconds means it, and is not one that closes at once.
const POLLING = 1_000;

/** What the stream needs to know. */
export interface Listening {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Connects. */
  readonly open: (cursor: Cursor) => Promise<HttpAnswer>;
  /** Hears the answer to the first request, whatever it is. */
  readonly heard: () => void;
  /** Takes an event's data. */
  readonly deliver: (data: string) => void;
  /** The stream goes on, and what the server sent while there was none is lost. */
  readonly missed?: () => void;
  /** The server has lost the session. Settles when there is one again, which has a stream of its own. */
  readonly lost?: () => Promise<void>;
}

/** Listens until the signal is aborted, or the server says that it has no such stream. Never rejects. */
export async function listen({ signal, open, heard, deliver, missed, lost }: Listening): Promise<void> {
  const cursor = new Cursor(1);
  let worked = false;
  for (let fruitless = 0; ;) {
    const began = performance.now();
    let polled = false;
    try {
      const resumes = cursor.id !== '';
      const answer = await open(cursor).finally(heard);
      const { status, ok, headers } = answer.response;
      if (ok && typeOf(headers.get('content-type')) === SSE_TYPE) {
        if (worked && !resumes) missed?.();
        worked = true;
        for await (const { type, data } of readEvents(answer, signal, cursor)) {
          if (type !== 'message') continue;
          fruitless = 0;
          try {
            deliver(data);
          } catch {
            // An event that is no message is nobody's, and the next one may be one.
          }
        }
        polled = true;
      } else {
        discard(answer.response);
        if (!worked && isFinal(ok ? 400 : status)) return;
        if (status === 404 && worked && lost !== undefined) return await lost();
        // It may not know the event that it is to continue from.
        if (!isPassing(status)) cursor.clear();
      }
    } catch (error) {
      if (signal.aborted || (!worked && isMcpError(error) && isFinal(error.status ?? 0))) return;
    }
    const askedMs = cursor.retryMs ?? 0;
    fruitless = performance.now() - began > LASTING ? 1 : fruitless + 1;
    try {
      await pause(polled && askedMs >= POLLING ? askedMs : patience(fruitless, askedMs), signal);
    } catch {
      return;
    }
  }
}

/** Whether a status says that the server has no such stream. 409: somebody else has it, perhaps our own lost connection. */
function isFinal(status: number): boolean {
  return (status >= 300 && status < 500 && !isPassing(status)) || status === 501;
}

function isPassing(status: number): boolean {
  return status === 408 || status === 409 || status === 425 || status === 429 || status >= 500;
}
