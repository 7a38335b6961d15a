/** Reading HTTP responses: bounded, and never left unread. */
import { McpError, type McpErrorCode } from '../errors.js';
import { concat } from '../http/body.js';
import { decodeText, parseMessage } from '../http/sse-decode.js';
import type { JsonRpcErrorResponse, JsonRpcMessage, RequestId } from '../json-rpc.js';
import { abortError, noteFacts } from './transport.js';

const KIB_64 = 65_536;
const decoder = /* @__PURE__ */ new TextDecoder();
const strictDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true });

/** Lets go of a body that nobody will read, so that its connection is freed. */
export function discard(response: Response): void {
  // Not awaited: a source that never settles its cancellation must not hold the call back.
  response.body?.cancel().catch(() => {});
}

/** Reads a body chunk by chunk. An abort cancels it, also where the body does not know the request's signal. */
export class BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #signal: AbortSignal;
  readonly #url: string;
  #done = false;
  readonly #cancel = (): void => {
    this.#reader.cancel().catch(() => {});
  };

  constructor(body: ReadableStream<Uint8Array>, signal: AbortSignal, url: string) {
    this.#reader = body.getReader();
    this.#signal = signal;
    this.#url = url;
    // A `fetch` that does not know the signal may answer after the abort.
    if (signal.aborted) this.#cancel();
    signal.addEventListener('abort', this.#cancel);
  }

  /**
   * The next chunk, or `undefined` at the end.
   *
   * @throws McpError `stream_ended` when the connection breaks, and the signal's reason after an abort
   */
  async read(): Promise<Uint8Array | undefined> {
    try {
      const { value } = await this.#reader.read();
      this.#done = value === undefined;
      if (!this.#done || !this.#signal.aborted) return value;
    } catch (cause) {
      if (!this.#signal.aborted) throw streamEnded(this.#url, cause);
    }
    throw abortError(this.#signal);
  }

  /** Stops reading. What was not read is discarded. */
  close(): void {
    this.#signal.removeEventListener('abort', this.#cancel);
    if (!this.#done) this.#cancel();
  }

  /** Reads to the end, or until there is more than `limit`: then the result is longer than that. */
  async all(limit: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      for (let chunk; length <= limit && (chunk = await this.read()) !== undefined; length += chunk.byteLength)
        chunks.push(chunk);
    } finally {
      this.close();
    }
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : concat(chunks, length);
  }
}

/** The error for a body that ended, or broke, before the JSON-RPC response. */
export function streamEnded(url: string, cause?: unknown): McpError {
  return new McpError('stream_ended', `${url}: the stream ended without a response`, { cause, url });
}

/**
 * Reads the JSON text of a response as a message.
 *
 * @throws McpError `invalid_message`
 */
export function decodeMessage(bytes: Uint8Array): JsonRpcMessage {
  return parseMessage(decodeText(strictDecoder, bytes));
}

/**
 * Reads what came with an HTTP status that is no success. Status and URL are kept in either case.
 *
 * @param id the request's; `undefined` for a notification
 * @returns the JSON-RPC error response in the body, if it is one and answers this request
 * @throws McpError for everything else, with the body's text, cut at `limit` bytes, as `data`
 */
export async function readFailure(
  response: Response,
  id: RequestId | undefined,
  signal: AbortSignal,
  url: string,
  limit = KIB_64,
): Promise<JsonRpcErrorResponse> {
  const { status } = response;
  const challenge = response.headers.get('www-authenticate') ?? undefined;
  const code = codeOfStatus(status, challenge);
  const facts = { status, retryAfterMs: retryAfterOf(response), challenge, url };
  let bytes: Uint8Array = new Uint8Array();
  try {
    if (response.body) bytes = await new BodyReader(response.body, signal, url).all(limit);
  } catch {
    // A body that breaks takes nothing from what the status says.
    if (signal.aborted) throw abortError(signal);
  }
  const answer = bytes.byteLength > limit ? undefined : errorResponseIn(bytes);
  if (answer !== undefined && (answer.id ?? id) === id) {
    noteFacts(answer, { ...facts, code });
    return answer;
  }
  throw new McpError(
    code ?? 'http_status',
    `${url} answered HTTP ${status}${status === 401 ? ': give credentials in headers or auth' : ''}`,
    { ...facts, data: decoder.decode(bytes.subarray(0, limit)) || undefined },
  );
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfterOf({ headers }: Response): number | undefined {
  const value = headers.get('retry-after');
  const ms = value === null ? Number.NaN : /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return ms >= 0 ? ms : undefined;
}

function codeOfStatus(status: number, challenge = ''): McpErrorCode | undefined {
  if (status === 401) return 'unauthorized';
  if (status !== 403) return undefined;
  // RFC 6750 section 3.1
  return /\berror="?insufficient_scope\b/i.test(challenge) ? 'insufficient_scope' : 'forbidden';
}

function errorResponseIn(bytes: Uint8Array): JsonRpcErrorResponse | undefined {
  try {
    const message = decodeMessage(bytes);
    return 'error' in message ? message : undefined;
  } catch {
    return undefined;
  }
}
