/**
 * Several messages that come as one array, which revision 2025-03-26 alone knows.
 *
 * @see https://modelcontextprotocol.io/specification/2025-03-26/basic#batching
 */
import { isMcpError, McpError } from '../errors.js';
import {
  encodeMessage,
  errorResponse,
  isRequest,
  readId,
  readIncoming,
  rpcCodeOf,
  type JsonObject,
  type JsonRpcErrorResponse,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../json-rpc.js';
import type { Exchange, RespondOptions } from '../server/exchange.js';
import { Abort } from './abort.js';
import { isResponse } from './arrival.js';
import type { Revision } from './revisions.js';
import type { LegacySession } from './session.js';

/** One message of a batch: to be handled, an answer, or the error that it gets instead. */
export type BatchEntry =
  | { readonly message: JsonRpcRequest | JsonRpcNotification }
  | { readonly answer: JsonObject }
  | { readonly error: JsonRpcErrorResponse };

/** Whether a value is a batch, to a peer of this revision. */
export function isBatch(revision: Revision, value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && revision === '2025-03-26';
}

/**
 * Reads a batch, whole, before any of it is handled.
 *
 * @param most how many messages it may have
 * @throws McpError `invalid_request` for what is refused as a whole: nothing, too much, ids that cannot be told apart
 */
export function readBatch(
  values: readonly unknown[],
  most: number,
  session: LegacySession | undefined,
): readonly BatchEntry[] {
  if (values.length === 0) throw new McpError('invalid_request', 'A batch must not be empty');
  if (values.length > most) {
    throw new McpError('invalid_request', `The batch has ${values.length} messages, limits.batch is ${most}`);
  }
  const ids = new Set<RequestId>();
  return values.map((value): BatchEntry => {
    if (isResponse(value)) return { answer: value };
    let message;
    try {
      message = readIncoming(value);
      // Nothing can be asked before it is answered (2025-03-26, basic/lifecycle, "Initialization").
      if (message.method === 'initialize') throw new McpError('invalid_request', 'initialize must not be in a batch');
    } catch (error) {
      return { error: batchError(value, error) };
    }
    if (!isRequest(message)) return { message };
    const { id } = message;
    // The response of one could not be told from that of the other.
    if (ids.has(id) || session?.runs(id) === true) {
      throw new McpError('invalid_request', `Another request has the id ${JSON.stringify(id)}`);
    }
    ids.add(id);
    return { message };
  });
}

/** The error of one message of a batch. */
export function batchError(value: unknown, error: unknown, tell?: (error: unknown) => string): JsonRpcErrorResponse {
  const failure = isMcpError(error) ? error : new McpError('internal', tell?.(error) ?? 'The request failed');
  const { message, data } = failure;
  return errorResponse(readId(value) ?? null, { code: rpcCodeOf(failure), message, data });
}

/** What carries the responses of a batch. */
export interface BatchCarrier extends Exchange {
  /** It is a stream by now. */
  readonly opened: boolean;
}

/** One batch being answered over HTTP: with one array, or, from the moment anything is sent before, one by one as a stream. */
export class Batch {
  readonly carrier: BatchCarrier;
  #texts: string[];
  #waiting: number;

  /**
   * @param requests how many will be answered
   * @param errors of those that cannot be handled
   */
  constructor(carrier: BatchCarrier, requests: number, errors: readonly JsonRpcErrorResponse[]) {
    this.carrier = carrier;
    this.#waiting = requests;
    this.#texts = errors.map(encodeMessage);
    if (requests === 0) void this.#finish();
  }

  /** One of them is over: with a response, or without where it was cancelled. */
  settle(text: string | undefined): Promise<void> | void {
    if (text !== undefined) this.#texts.push(text);
    return --this.#waiting === 0 ? this.#finish() : this.flush();
  }

  /** Sends what is there, once there is a stream to send it on. */
  flush(): Promise<void> | void {
    if (!this.carrier.opened) return;
    let written: Promise<void> | void = undefined;
    for (const text of this.#texts.splice(0)) written = this.carrier.respond(encoded(text), { more: true });
    return written;
  }

  #finish(): Promise<void> | void {
    const { carrier } = this;
    if (!carrier.opened && this.#texts.length > 0) return carrier.respond(encoded(`[${this.#texts.join()}]`));
    const written = this.flush();
    // All were cancelled, or have been answered.
    carrier.end();
    return written;
  }
}

/** The way back of one request of a batch; `undefined`: of a notification, which has none. */
export class BatchExchange implements Exchange {
  readonly peer: Exchange['peer'];
  readonly bare = true;
  readonly input = 'none';
  onClosing: (() => void) | undefined;
  readonly #carrier: BatchCarrier;
  readonly #batch: Batch | undefined;
  readonly #abort = new Abort();
  #signal: AbortSignal | undefined;
  #done: boolean;

  constructor(carrier: BatchCarrier, batch: Batch | undefined) {
    this.peer = carrier.peer;
    this.#carrier = carrier;
    this.#batch = batch;
    this.#done = batch === undefined;
  }

  get streams(): boolean {
    return this.#carrier.streams !== false;
  }

  get gone(): boolean {
    return this.#carrier.gone;
  }

  get signal(): AbortSignal {
    return (this.#signal ??= AbortSignal.any([this.#abort.signal, this.#carrier.signal]));
  }

  get unsent(): number {
    return this.#carrier.unsent ?? 0;
  }

  async send(message: JsonRpcNotification): Promise<void> {
    if (this.#done) return;
    const sent = this.#carrier.send(message);
    // That may have opened the stream.
    void this.#batch?.flush();
    await sent;
  }

  respond(response: JsonRpcResponse, { more = false }: RespondOptions = {}): Promise<void> | void {
    if (this.#done) return;
    // Before anything is settled: a result that JSON cannot carry throws here.
    const text = encodeMessage(response);
    if (more && this.streams) return this.#carrier.respond(encoded(text), { more });
    this.#done = true;
    return this.#batch?.settle(text);
  }

  end(): void {
    if (this.#done) return;
    this.#done = true;
    void this.#batch?.settle(undefined);
  }

  cancel(reason: unknown): void {
    this.#abort.abort(reason);
  }
}

/** A response, or several, that are text already: nobody looks inside. */
function encoded(text: string): JsonRpcResponse & { encode(): string } {
  return { jsonrpc: '2.0', id: '', result: {}, encode: () => text };
}
