/**
 * Bounded JSON intake: bytes are capped while they are read, UTF-8 is fatal, nesting and the number of values are
 * bounded before the parser sees the text, and a message whose envelope names a key twice is refused.
 */
import { McpError } from '../errors.js';

/** Limits of one JSON text. */
export interface JsonLimits {
  /** Open arrays and objects at any point. */
  readonly jsonDepth: number;
  /** Values in all. */
  readonly jsonValues: number;
}

/** Decodes UTF-8, strictly: throws for bytes that are none. */
export const utf8: TextDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a stream to its end, at most `limit` bytes.
 *
 * @returns the bytes, or `undefined` when there are more; the rest is not read
 */
export async function readBytes(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array | undefined> {
  const reader = stream.getReader();
  // A view of bytes, as Blob wants them; no request body is shared memory.
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return chunks.length === 1 ? chunks[0] : new Uint8Array(await new Blob(chunks).arrayBuffer());
      length += value.byteLength;
      if (length > limit) break;
      chunks.push(value as Uint8Array<ArrayBuffer>);
    }
  } catch (cause) {
    throw new McpError('aborted', 'The body broke off', { cause });
  }
  // Not awaited: a source that never settles its cancellation must not hold the answer back.
  reader.cancel().catch(() => {});
  return undefined;
}

/** Joins chunks of a known total length. */
export function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/**
 * Parses one JSON-RPC message. Parsers disagree on which of two equal keys wins, so what one component checks another may
 * not see; an envelope that repeats a key (`jsonrpc`, `id`, `method`, `params` or any other) is therefore no message.
 *
 * @throws McpError `parse_error` for bytes that are no UTF-8 or no JSON; `invalid_request` for excess or a repeated
 * envelope key
 */
export function parseMessage(bytes: Uint8Array, limits: JsonLimits): unknown {
  const keys = countKeys(bytes, limits);
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw new McpError('parse_error', 'The body is not valid JSON in UTF-8', { cause });
  }
  // Fewer members than keys: the parser has dropped one.
  if (keys !== 0 && membersOf(value) < keys) {
    throw new McpError('invalid_request', 'The message has a member twice');
  }
  return value;
}

/** How many members a message has, or all messages of an array. */
function membersOf(value: unknown): number {
  const messages: readonly unknown[] = Array.isArray(value) ? value : [value];
  let count = 0;
  for (const message of messages)
    if (typeof message === 'object' && message !== null && !Array.isArray(message))
      count += Object.keys(message).length;
  return count;
}

// What JSON is made of, as bytes. Plain constants, which bundlers inline.
export const QUOTE = 34;
export const COMMA = 44;
export const COLON = 58;
export const OPEN_ARRAY = 91;
export const BACKSLASH = 92;
export const CLOSE_ARRAY = 93;
export const OPEN_OBJECT = 123;
export const CLOSE_OBJECT = 125;

/**
 * One pass before the parser, so that depth and size are bounded on engines whose parsers recurse. Over bytes, since all
 * that matters here is ASCII, and no byte of another character is. On bytes that are no JSON its count does not matter.
 *
 * @returns how many keys the outermost object spells out, or the objects of an outermost array
 */
function countKeys(bytes: Uint8Array, { jsonDepth, jsonValues }: JsonLimits): number {
  const { length } = bytes;
  let depth = 0;
  let values = 1;
  let keys = 0;
  let envelope = 1;
  for (let index = 0; index < length; index++) {
    const code = bytes[index];
    if (code === QUOTE) {
      for (index++; index < length && bytes[index] !== QUOTE; index++) if (bytes[index] === BACKSLASH) index++;
    } else if (code === COLON) {
      if (depth === envelope) keys++;
    } else if (code === COMMA) {
      values++;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      values++;
      if (depth === 0 && code === OPEN_ARRAY) envelope = 2;
      if (++depth > jsonDepth) {
        throw new McpError('invalid_request', `The body exceeds limits.jsonDepth: ${jsonDepth}`);
      }
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      depth--;
    }
  }
  if (values > jsonValues) {
    throw new McpError('invalid_request', `The body exceeds limits.jsonValues: ${jsonValues}`);
  }
  return keys;
}
