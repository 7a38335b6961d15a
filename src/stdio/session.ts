import { abortError, type ExchangeOptions } from '../client/transport.js';
import { McpError } from '../errors.js';
import { utf8 } from '../http/body.js';
import {
  isObject,
  isRequest,
  isRequestId,
  readId,
  readMessage,
  type JsonObject,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../json-rpc.js';
import { META_SUBSCRIPTION_ID } from '../spec/meta.js';
import { LineWriter, readLines, within, type ByteChannel, type ByteReader } from './framing.js';
import { Waiting } from './incoming.js';

const LISTEN = 'subscriptions/listen';
/** Messages of a batch; a longer one is none. */
const BATCH = 100;
/** What older servers send on their own account. The only open call must not take it along when it ends. */
const OF_NO_CALL = /^notifications\/(?:\w+\/list_changed|resources\/updated|elicitation\/complete|tasks\/status)$/;

/** What a session needs to know of its transport. */
export interface SessionSettings {
  readonly lineBytes: number;
  readonly unreadBytes: number;
  /** What belongs to no exchange. */
  readonly other: (message: JsonRpcRequest | JsonRpcNotification, bytes: number) => void;
  readonly warn: (warning: McpError) => void;
  /** The error of calls that the end of the channel cuts off. `cause`: what reading failed with. */
  readonly ended: (cause: unknown) => McpError | Promise<McpError>;
}

interface Call {
  readonly request: JsonRpcRequest;
  readonly token: unknown;
  readonly messages: Waiting<JsonRpcMessage>;
  /** The request is on its way: only then is there something to cancel. */
  sent: boolean;
}

/** The client's side of one channel, from its opening to its end: whose messages are whose. */
export class Session {
  /** Settles when nothing more can be read, and every call has been told. Never rejects. */
  readonly closed: Promise<void>;
  readonly #settings: SessionSettings;
  readonly #reader: ByteReader;
  readonly #writer: LineWriter;
  readonly #calls = new Map<RequestId, Call>();
  #failure: McpError | undefined;
  #warned = false;
  #answered = false;

  constructor({ readable, writable }: ByteChannel, settings: SessionSettings) {
    this.#settings = settings;
    this.#reader = readable.getReader();
    this.#writer = new LineWriter(writable);
    this.closed = readLines(this.#reader, settings.lineBytes, this)
      .then(
        () => settings.ended(undefined),
        (cause: unknown) => settings.ended(cause),
      )
      .then((error) => this.#fail(error));
  }

  /** Whether nothing can be asked any more. */
  get over(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether the server has ever answered anything. */
  get answered(): boolean {
    return this.#answered;
  }

  async *exchange(
    request: JsonRpcRequest,
    { signal }: Pick<ExchangeOptions, 'signal'>,
  ): AsyncGenerator<JsonRpcMessage, void, undefined> {
    if (signal.aborted) throw abortError(signal);
    if (this.#failure !== undefined) throw this.#failure;
    const { id, params } = request;
    const meta = params?.['_meta'];
    const call: Call = {
      request,
      token: isObject(meta) ? meta['progressToken'] : undefined,
      messages: new Waiting<JsonRpcMessage>(),
      sent: false,
    };
    if (this.#calls.has(id)) throw new McpError('invalid_request', `A call with the id ${JSON.stringify(id)} is open`);
    this.#calls.set(id, call);
    const stop = (): void => this.#cancel(call, abortError(signal));
    signal.addEventListener('abort', stop);
    // A request that is not written when its call ends never is, and needs no cancellation.
    this.#send(request, () => !(call.sent = this.#calls.get(id) === call));
    try {
      for (let message; (message = await call.messages.next()) !== undefined;) yield message;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#cancel(call, new McpError('aborted', 'The caller has left'));
    }
  }

  /** Writes a message that has no answer. Settles when the channel has taken it. */
  async write(message: JsonRpcNotification | JsonRpcResponse, signal?: AbortSignal): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const written = this.#writer.write(JSON.stringify(message), () => signal?.aborted === true);
    try {
      await unlessAborted(written, signal);
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  /** Writes what is left, then ends both directions. `graceMs`: milliseconds for each. Never rejects. */
  async close(error: McpError, graceMs: number): Promise<void> {
    this.#fail(error);
    await this.#writer.close(graceMs);
    await within(graceMs, this.#reader.cancel());
  }

  /** Ends the writing direction alone, after what is left. Never rejects. */
  async endInput(error: McpError, graceMs: number): Promise<void> {
    this.#fail(error);
    await this.#writer.close(graceMs);
  }

  /** @internal */
  line(bytes: Uint8Array): void {
    let value: unknown;
    try {
      value = JSON.parse(utf8.decode(bytes));
    } catch (error) {
      return this.#garbage(bytes, value, McpError.from(error));
    }
    // Revision 2025-03-26 has batches, and wants them read.
    if (!Array.isArray(value) || value.length === 0 || value.length > BATCH) return this.#read(value, bytes);
    for (const one of value) this.#read(one, bytes, value.length);
  }

  /** @param share how many messages are in these bytes */
  #read(value: unknown, bytes: Uint8Array, share = 1): void {
    const size = bytes.byteLength / share;
    let message: JsonRpcMessage;
    try {
      message = readMessage(value);
    } catch (error) {
      return this.#garbage(bytes, value, McpError.from(error));
    }
    const call = this.#callOf(message);
    if (call === undefined) {
      // A response to what nobody waits for any more is ignored (cancellation, "Behavior Requirements").
      if ('method' in message) this.#settings.other(message, size);
      return;
    }
    call.messages.push(message, size);
    if (!('method' in message)) this.#answered = true;
    // Either ends a subscription by the server's will: cancellation.mdx wants the one, subscriptions.mdx the other.
    if (!('method' in message) || message.method === 'notifications/cancelled') {
      this.#calls.delete(call.request.id);
      call.messages.end();
    } else if (call.messages.bytes > this.#settings.unreadBytes) {
      this.#cancel(
        call,
        new McpError(
          'limit_exceeded',
          `${call.request.method}: more than ${this.#settings.unreadBytes} bytes wait to be read (limits.unreadBytes)`,
        ),
      );
    }
  }

  /** @internal */
  skipped(id: RequestId | undefined): void {
    const error = new McpError(
      'limit_exceeded',
      `The server sent a line over ${this.#settings.lineBytes} bytes (limits.lineBytes)`,
    );
    const call = id === undefined ? undefined : this.#calls.get(id);
    if (call !== undefined) this.#end(call, error);
    // Whose it was cannot be told, and whoever it was must not wait for ever.
    else if (id === undefined) for (const one of this.#calls.values()) this.#cancel(one, error);
  }

  #callOf(message: JsonRpcMessage): Call | undefined {
    if (!('method' in message)) {
      // An error without an id answers what could not be read. With one call open, that is it.
      const { id } = message;
      return id === undefined || id === null ? this.#only() : this.#calls.get(id);
    }
    if (isRequest(message)) return undefined;
    const { method, params = {} } = message;
    const meta = params['_meta'];
    const subscription = isObject(meta) ? meta[META_SUBSCRIPTION_ID] : undefined;
    if (subscription !== undefined) return isRequestId(subscription) ? this.#calls.get(subscription) : undefined;
    if (method === 'notifications/progress') return this.#byToken(params);
    if (method === 'notifications/cancelled') {
      // Of a subscription, which is the server's to end. Any other is of a request of the server's own, as older ones send
      // them, and their ids are not those of calls.
      const call = this.#calls.get(params['requestId'] as RequestId);
      return call?.request.method === LISTEN ? call : undefined;
    }
    // It relates to a request that is open ("Receiving Messages"), and does not say to which.
    return OF_NO_CALL.test(method) ? undefined : this.#only();
  }

  #byToken({ progressToken }: JsonObject): Call | undefined {
    if (!isRequestId(progressToken)) return undefined;
    // The client's own tokens are ids; those of others have to be looked for.
    const call = this.#calls.get(progressToken);
    if (call?.token === progressToken) return call;
    return [...this.#calls.values()].find(({ token }) => token === progressToken);
  }

  #only(): Call | undefined {
    const [call, ...more] = this.#calls.values();
    return more.length === 0 && call?.request.method !== LISTEN ? call : undefined;
  }

  #garbage(bytes: Uint8Array, value: unknown, error: McpError): void {
    const id = readId(value);
    const call = id === undefined ? undefined : this.#calls.get(id);
    if (call !== undefined) return this.#end(call, error);
    if (this.#warned) return;
    this.#warned = true;
    this.#settings.warn(
      new McpError(
        'invalid_message',
        `The server sent a line that is no message (more will be ignored): ${new TextDecoder().decode(bytes.subarray(0, 80))}`,
        { cause: error },
      ),
    );
  }

  #send(message: JsonRpcRequest | JsonRpcNotification, unwanted?: () => boolean): void {
    this.#writer.write(JSON.stringify(message), unwanted).catch(() => {
      // Reading tells why: a server that has ended says so there. One that only stopped listening does not.
      void within(1000, this.closed).then((told) => {
        if (!told) this.#fail(this.#writer.failure ?? new McpError('connection_failed', 'The server does not read'));
      });
    });
  }

  /** Ends a call that the server may still be working on. */
  #cancel(call: Call, error: McpError): void {
    const { id } = call.request;
    if (this.#calls.get(id) !== call) return;
    this.#end(call, error);
    // Older revisions: "The initialize request MUST NOT be cancelled by clients" (2025-11-25, cancellation).
    if (this.#failure !== undefined || call.request.method === 'initialize') return;
    const params = { requestId: id, reason: error.message };
    this.#send({ jsonrpc: '2.0', method: 'notifications/cancelled', params }, () => !call.sent);
  }

  #end(call: Call, error: McpError): void {
    this.#calls.delete(call.request.id);
    call.messages.end(error);
  }

  #fail(error: McpError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const call of this.#calls.values()) this.#end(call, error);
  }
}

/** Waits for what others may wait for, too, and stops waiting when a signal aborts. @throws McpError why it was aborted */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let abort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(abortError(signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
