/**
 * Server-sent events as a client reads them: bytes in, the data of complete `message` events out. What to do with the
 * data is {@link parseMessage}'s business, so that a good event is delivered before a bad one that follows it.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
import { createParser, type ParserCallbacks } from 'eventsource-parser';
import { McpError } from '../errors.js';
import { type JsonRpcMessage, readMessage } from '../json-rpc.js';

// What the parser may hold beside an event's data: the field name of an unfinished line.
const FIELD_NAME = 8;

/**
 * Makes a decoder for one stream. Each call takes the next bytes and returns the data of the events they completed. An
 * event that is still open when the stream ends is never returned, as the standard has it.
 *
 * @param maxEvent the longest event, in characters of its data; the same bounds an unfinished line, comments included
 * @param onComment called for each comment
 * @param others called instead of what is made here, for those who want more than the data
 * @throws McpError (from the decoder) `limit_exceeded` or, for bytes that are no UTF-8, `invalid_message`
 */
export function createSseDecoder(
  maxEvent: number,
  onComment?: () => void,
  others?: ParserCallbacks,
): (bytes: Uint8Array) => readonly string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let events: string[] = [];
  let excess = false;
  let afterCr = false;
  const parser = createParser({
    maxBufferSize: maxEvent + FIELD_NAME,
    onComment,
    onEvent({ event, data }) {
      if (data.length > maxEvent) excess = true;
      // An event without data is not dispatched, and types other than `message` are for other listeners.
      else if (data !== '' && (event === undefined || event === 'message')) events.push(data);
    },
    onError({ type }) {
      if (type === 'max-buffer-size-exceeded') excess = true;
    },
    ...others,
  });
  return (bytes) => {
    let text = decodeText(decoder, bytes, true);
    if (text === '') return [];
    // Line ends become LF before the parser sees them: it would hold a final CR back until more arrives, and search
    // each line of a CR-only chunk up to the chunk's end.
    const from = afterCr && text.startsWith('\n') ? 1 : 0;
    afterCr = text.endsWith('\r');
    if (text.includes('\r')) text = text.slice(from).replace(/\r\n?/g, '\n');
    else if (from === 1) text = text.slice(1);
    events = [];
    parser.feed(text);
    if (excess)
      throw new McpError('limit_exceeded', `The server sent an event over ${maxEvent} characters (limits.sseEvent)`);
    return events;
  };
}

/**
 * Decodes what a server sent.
 *
 * @param decoder a fatal one
 * @throws McpError `invalid_message`
 */
export function decodeText(decoder: TextDecoder, bytes: Uint8Array, stream = false): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch (cause) {
    throw new McpError('invalid_message', 'The server sent invalid UTF-8', { cause });
  }
}

/**
 * Reads JSON text from a server as a message.
 *
 * @throws McpError `invalid_message`
 */
export function parseMessage(text: string): JsonRpcMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new McpError('invalid_message', `The server sent invalid JSON: ${text.slice(0, 80)}`, { cause });
  }
  return readMessage(value);
}
