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

const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes UTF-8, strictly. @throws McpError `parse_error` */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new McpError('parse_error', 'The body is not valid UTF-8', { cause });
  }
}

/**
 * Reads a stream to its end, at most `limit` bytes.
 *
 * @returns the bytes, or `undefined` when there are more; the rest is not read
 */
export async function readBytes(
  stream: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Uint8Array | undefined> {
  const reader = stream.getReader();
  let first: Uint8Array | undefined;
  let rest: Uint8Array[] | undefined;
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > limit) {
      // Not awaited: a source that never settles its cancellation must not hold the answer back.
      reader.cancel().catch(() => {});
      return undefined;
    }
    if (first === undefined) first = value;
    else (rest ??= [first]).push(value);
  }
  return rest === undefined ? (first ?? new Uint8Array()) : concat(rest, length);
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

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * Parses one JSON-RPC message. Parsers disagree on which of two equal keys wins, so what one component checks another may
 * not see; an envelope with a repeated `jsonrpc`, `id`, `method` or `params` is therefore no message.
 *
 * @throws McpError `parse_error` for text that is no JSON; `invalid_request` for excess or a repeated envelope key
 */
export function parseMessage(text: string, limits: JsonLimits): unknown {
  const repeated = scan(text, limits);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new McpError('parse_error', 'The body is not valid JSON', { cause });
  }
  if (repeated !== undefined) throw new McpError('invalid_request', `The message has more than one "${repeated}"`);
  return value;
}

/**
 * One pass over the text without looking into strings. It runs before the parser, so that depth and size are bounded on
 * engines whose parsers recurse; on text that is no JSON its findings do not matter.
 */
function scan(text: string, limits: JsonLimits): string | undefined {
  const { jsonDepth, jsonValues } = limits;
  let depth = 0;
  let values = 1;
  let seen = 0;
  let repeated: string | undefined;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      const start = index + 1;
      index = text.indexOf('"', start);
      while (index !== -1 && isEscaped(text, index)) index = text.indexOf('"', index + 1);
      if (index === -1) return repeated;
      if (depth === 1 && isKey(text, index)) {
        const bit = envelopeBit(text, start, index);
        if ((seen & bit) !== 0) repeated = keyText(text, start, index);
        seen |= bit;
      }
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (++depth > jsonDepth) {
        throw new McpError('invalid_request', `The body nests deeper than ${jsonDepth} (limits.jsonDepth)`);
      }
      values++;
    } else if (code === COMMA) {
      values++;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      depth--;
    }
    if (values > jsonValues) {
      throw new McpError('invalid_request', `The body holds more than ${jsonValues} values (limits.jsonValues)`);
    }
  }
  return repeated;
}

function isEscaped(text: string, quote: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
  return slashes % 2 === 1;
}

function isKey(text: string, closingQuote: number): boolean {
  let index = closingQuote + 1;
  let code = text.charCodeAt(index);
  while (code === 32 || (code >= 9 && code <= 13)) code = text.charCodeAt(++index);
  return code === COLON;
}

const ENVELOPE = ['jsonrpc', 'id', 'method', 'params'];

function envelopeBit(text: string, start: number, end: number): number {
  const length = end - start;
  // The longest spelling of an envelope key is seven \uXXXX escapes.
  if (length < 2 || length > 42) return 0;
  const index = ENVELOPE.indexOf(keyText(text, start, end));
  return index === -1 ? 0 : 1 << index;
}

function keyText(text: string, start: number, end: number): string {
  const raw = text.slice(start, end);
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}
