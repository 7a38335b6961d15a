/** Event streams of older servers: they can be resumed, and their events may carry batches. */
import type { EventSourceMessage } from 'eventsource-parser';
import { BodyReader, readFailure } from '../client/http-response.js';
import type { HttpAnswer } from '../client/http-transport.js';
import { errorOf } from '../client/transport.js';
import { McpError } from '../errors.js';
import { createSseDecoder, decodeText, parseMessage } from '../http/sse-decode.js';
import { type JsonRpcMessage, readMessage } from '../json-rpc.js';

// What is read at most, unless the transport has limits of its own.
const EVENT_CHARACTERS = 16_777_216;
const JSON_BYTES = 16_777_216;
/** Longer ones would not fit the header that they come back in. */
const ID_CHARACTERS = 4_096;
/** How many ids of a stream are known again when a server sends its events twice. The oldest go. */
const KNOWN_IDS = 1_000;
/** What timers can wait at most, in milliseconds: about 25 days. */
const LONGEST_WAIT = 2 ** 31 - 1;

/**
 * Where a reader stands in a stream, over all connections that carry it.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery
 */
export class Cursor {
  /** The id of the last event. Empty: there is none, so that the stream cannot be resumed. */
  id = '';
  /** Milliseconds that the server wants the client to wait before it connects again. */
  retryMs: number | undefined;
  /** Events so far that were new. */
  events = 0;
  readonly #seen = new Map<string, number>();
  readonly #known: number;
  #connection = 0;

  /** `known`: how many ids are known again. Enough for the stream of one request; what goes on for days may reuse them. */
  constructor(known = KNOWN_IDS) {
    this.#known = known;
  }

  /** A new connection carries the stream on. */
  connect(): void {
    this.#connection++;
  }

  /** Takes note of an event. `false` for one that an earlier connection has brought. */
  take(id: string | undefined): boolean {
    if (id !== undefined) this.id = usable(id) ? id : '';
    if (id !== undefined && this.id !== '') {
      if ((this.#seen.get(id) ?? this.#connection) < this.#connection) return false;
      this.#seen.set(id, this.#connection);
      if (this.#seen.size > this.#known) this.#seen.delete(this.#seen.keys().next().value ?? '');
    }
    this.events++;
    return true;
  }

  /** Starts anew: what was sent meanwhile is lost. */
  clear(): void {
    this.id = '';
    this.#seen.clear();
  }

  /** The header that asks for what comes after the last event; none where there is no such event. */
  get header(): Record<string, string> {
    if (this.id === '') return {};
    // The standard sends UTF-8; header values are strings of bytes.
    return { 'last-event-id': String.fromCharCode(...new TextEncoder().encode(this.id)) };
  }
}

function usable(id: string): boolean {
  // Control characters cannot be in a header.
  return id.length <= ID_CHARACTERS && !/\p{Cc}/u.test(id);
}

/**
 * Reads a JSON answer as messages.
 *
 * @throws McpError `limit_exceeded` and `invalid_message`
 */
export async function readJson(
  { response, url, limits }: HttpAnswer,
  signal: AbortSignal,
): Promise<readonly JsonRpcMessage[]> {
  const limit = limits?.jsonResponse ?? JSON_BYTES;
  const bytes = response.body === null ? new Uint8Array() : await new BodyReader(response.body, signal, url).all(limit);
  if (bytes.byteLength > limit)
    throw new McpError('limit_exceeded', `${url} sent a response over ${limit} bytes (limits.jsonResponse)`, { url });
  return parseMessages(decodeText(new TextDecoder('utf-8', { fatal: true }), bytes));
}

/** The error that an HTTP failure stands for, where nobody waits for a JSON-RPC answer. */
export function failureOf({ response, url, limits }: HttpAnswer, signal: AbortSignal): Promise<McpError> {
  return readFailure(response, undefined, signal, url, limits?.errorBody).then(errorOf, (error: unknown) =>
    McpError.from(error),
  );
}

/** The type and data of one event. */
export interface ServerEvent {
  readonly type: string;
  readonly data: string;
}

/**
 * Reads one connection's events, as far as they have data and are new to the cursor.
 *
 * @throws McpError `stream_ended` when the connection breaks, `limit_exceeded` and `invalid_message` as the decoder, and
 *   the signal's reason after an abort
 */
export async function* readEvents(
  { response, url, limits }: HttpAnswer,
  signal: AbortSignal,
  cursor: Cursor,
  onKeepAlive?: () => void,
): AsyncGenerator<ServerEvent, void, undefined> {
  if (response.body === null) return;
  cursor.connect();
  const limit = limits?.sseEvent ?? EVENT_CHARACTERS;
  let events: EventSourceMessage[] = [];
  const decode = createSseDecoder(limit, onKeepAlive, {
    onEvent(event) {
      if (event.data.length > limit)
        throw new McpError('limit_exceeded', `${url} sent an event over ${limit} characters (limits.sseEvent)`, {
          url,
        });
      events.push(event);
    },
    onRetry(ms) {
      cursor.retryMs = Math.min(ms, LONGEST_WAIT);
    },
  });
  const reader = new BodyReader(response.body, signal, url);
  try {
    for (let chunk; (chunk = await reader.read()) !== undefined;) {
      decode(chunk);
      const complete = events;
      events = [];
      // An event that primes the client to come back has an id and no data.
      for (const { id, event: type = 'message', data } of complete)
        if (cursor.take(id) && data !== '') yield { type, data };
    }
  } finally {
    reader.close();
  }
}

/**
 * Reads JSON text as messages: one, or a batch of 2025-03-26.
 *
 * @throws McpError `invalid_message`
 * @see https://modelcontextprotocol.io/specification/2025-03-26/basic/transports#sending-messages-to-the-server
 */
export function parseMessages(text: string): readonly JsonRpcMessage[] {
  if (!/^\s*\[/.test(text)) return [parseMessage(text)];
  let values: unknown[];
  try {
    // What starts like an array is one, or no JSON.
    values = JSON.parse(text) as unknown[];
  } catch (cause) {
    throw new McpError('invalid_message', `The server sent invalid JSON: ${text.slice(0, 80)}`, { cause });
  }
  return values.map(readMessage);
}
