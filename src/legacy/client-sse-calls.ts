/** Whose message is whose, where one stream carries those of all calls. */
import { McpError } from '../errors.js';
import {
  isObject,
  isRequest,
  isRequestId,
  type JsonObject,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from '../json-rpc.js';
import { Waiting } from '../stdio/incoming.js';

/** Characters of messages of one call that may wait for their reader. More fails the call. */
const UNREAD_CHARACTERS = 16_777_216;

/** A request that waits for its response. */
export interface Call {
  readonly request: JsonRpcRequest;
  readonly messages: Waiting<JsonRpcMessage>;
  readonly onKeepAlive: (() => void) | undefined;
}

/** The calls that are open on one stream. */
export class Calls {
  readonly #open = new Map<RequestId, Call>();

  /** @throws McpError `invalid_request` when a call with this id is open */
  open(request: JsonRpcRequest, onKeepAlive: (() => void) | undefined): Call {
    const { id } = request;
    if (this.#open.has(id)) throw new McpError('invalid_request', `A call with the id ${JSON.stringify(id)} is open`);
    const call: Call = { request, messages: new Waiting(), onKeepAlive };
    this.#open.set(id, call);
    return call;
  }

  /** Ends a call: no more will come. */
  end(call: Call, error?: McpError): void {
    if (this.#open.get(call.request.id) === call) this.#open.delete(call.request.id);
    call.messages.end(error);
  }

  /** Ends all calls. */
  fail(error: McpError): void {
    for (const call of this.#open.values()) this.end(call, error);
  }

  /** A sign of life is one for every call. */
  keepAlive(): void {
    for (const { onKeepAlive } of this.#open.values()) onKeepAlive?.();
  }

  /**
   * Hands a message to the call that it belongs to. `size`: its length in characters.
   *
   * @returns the message, if it belongs to no call; what answers no open call is ignored
   */
  route(message: JsonRpcMessage, size: number): JsonRpcRequest | JsonRpcNotification | undefined {
    const call = this.#callOf(message);
    if (call === undefined) return 'method' in message ? message : undefined;
    call.messages.push(message, size);
    if (!('method' in message)) this.end(call);
    else if (call.messages.bytes > UNREAD_CHARACTERS)
      this.end(
        call,
        new McpError('limit_exceeded', `${call.request.method}: over ${UNREAD_CHARACTERS} characters wait to be read`),
      );
    return undefined;
  }

  #callOf(message: JsonRpcMessage): Call | undefined {
    if (!('method' in message)) {
      // An error without an id answers what could not be read. With one call open, that is it.
      const { id } = message;
      return id === undefined || id === null ? this.#only() : this.#open.get(id);
    }
    if (isRequest(message)) return undefined;
    return message.method === 'notifications/progress' ? this.#byToken(message.params ?? {}) : this.#only();
  }

  #byToken({ progressToken }: JsonObject): Call | undefined {
    if (!isRequestId(progressToken)) return undefined;
    return [...this.#open.values()].find(({ request: { params } }) => {
      const meta = params?.['_meta'];
      return isObject(meta) && meta['progressToken'] === progressToken;
    });
  }

  // Nothing says to which call it belongs, or to any: with one call open, it may.
  #only(): Call | undefined {
    const [call, ...more] = this.#open.values();
    return more.length === 0 ? call : undefined;
  }
}
