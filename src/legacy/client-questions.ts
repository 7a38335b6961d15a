/**
 * Questions of an older server: requests that it sends in its answers, or at any time.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic#requests
 */
import type { ClientCall, Core } from '../client/core.js';
import { answerAll } from '../client/input.js';
import { McpError } from '../errors.js';
import {
  INTERNAL_ERROR,
  INVALID_REQUEST,
  type JsonObject,
  type JsonRpcErrorObject,
  type JsonRpcRequest,
  type JsonRpcResponse,
  METHOD_NOT_FOUND,
  type RequestId,
} from '../json-rpc.js';

const INVALID_PARAMS = -32602;

/** The options of the handlers by method: without any of them, the method is none that this client knows. */
const HANDLERS = {
  'elicitation/create': ['elicit', 'elicitUrl'],
  'sampling/createMessage': ['sample'],
  'roots/list': ['roots'],
} as const;

/** The questions of one server that are being answered. */
export class Questions {
  readonly #core: Core;
  readonly #respond: (response: JsonRpcResponse) => Promise<void>;
  readonly #open = new Map<RequestId, AbortController>();

  constructor(core: Core, respond: (response: JsonRpcResponse) => Promise<void>) {
    this.#core = core;
    this.#respond = respond;
  }

  /**
   * Answers a request. Never rejects.
   *
   * @param call what was called when it came, as far as known
   * @param begin called before a handler is; what it returns, after
   */
  async answer(request: JsonRpcRequest, call: ClientCall, begin: () => () => void): Promise<void> {
    const { id, method } = request;
    const { inputRequests: limit = 100 } = this.#core.options.limits ?? {};
    if (method === 'ping') return this.#send({ jsonrpc: '2.0', id, result: {} });
    const refuse = (code: number, message: string): Promise<void> =>
      this.#send({ jsonrpc: '2.0', id, error: { code, message } });
    if (!isKnown(method) || HANDLERS[method].every((option) => this.#core.options[option] === undefined)) {
      return refuse(METHOD_NOT_FOUND, 'Method not found');
    }
    if (this.#open.has(id)) return refuse(INVALID_REQUEST, 'A request with this id is open');
    if (this.#open.size >= limit) return refuse(INTERNAL_ERROR, 'Too many requests at once');
    const over = new AbortController();
    this.#open.set(id, over);
    const end = begin();
    try {
      const result = await this.#ask(request, call, over.signal);
      // What was cancelled gets no answer.
      if (!over.signal.aborted) await this.#send({ jsonrpc: '2.0', id, result });
    } catch (error) {
      if (over.signal.aborted || this.#core.closed) return;
      this.#core.warn(McpError.from(error));
      const { code, message } = describe(error);
      await refuse(code, message);
    } finally {
      this.#open.delete(id);
      end();
    }
  }

  /** The server does not want the answer any more. @returns whether it was waiting for one */
  cancel(id: unknown): boolean {
    // Whatever is no id is none of these.
    const open = this.#open.get(id as RequestId);
    open?.abort(new McpError('aborted', 'The server does not wait for the answer any more'));
    return open !== undefined;
  }

  /** Nobody waits for any answer: whoever asked is gone. */
  drop(): void {
    for (const id of this.#open.keys()) this.cancel(id);
  }

  async #ask({ id, method, params }: JsonRpcRequest, call: ClientCall, signal: AbortSignal): Promise<JsonObject> {
    const key = String(id);
    const question = { method, ...(params && { params }) };
    const answers = await answerAll(this.#core, call, { [key]: question }, signal);
    // Each handler's answer was looked at.
    const answer = answers[key] as JsonObject;
    const { content } = answer;
    // Several blocks came with 2025-11-25; one alone is understood everywhere.
    return method === 'sampling/createMessage' && Array.isArray(content) && content.length === 1
      ? { ...answer, content: content[0] as unknown }
      : answer;
  }

  async #send(response: JsonRpcResponse): Promise<void> {
    try {
      await this.#respond(response);
    } catch (error) {
      if (!this.#core.closed) this.#core.warn(McpError.from(error));
    }
  }
}

function isKnown(method: string): method is keyof typeof HANDLERS {
  return Object.hasOwn(HANDLERS, method);
}

/** What the server hears of a failure: nothing of what went on in a handler. */
function describe(error: unknown): JsonRpcErrorObject {
  const { code, message } = McpError.from(error);
  if (code === 'invalid_message') return { code: INVALID_PARAMS, message };
  // One of the two ways to be asked, or tools for the model.
  if (code === 'missing_capability') return { code: INVALID_PARAMS, message: 'The client cannot be asked like this' };
  return { code: INTERNAL_ERROR, message: 'The client failed to answer' };
}
