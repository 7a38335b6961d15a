/**
 * Pages that the user has to visit before a call can be made: the error -32042 of 2025-11-25 in the form of a modern result,
 * so that the same rounds answer it.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation#url-elicitation-required-error
 */
import {
  isObject,
  type JsonObject,
  type JsonRpcErrorObject,
  type JsonRpcErrorResponse,
  type JsonRpcRequest,
  type JsonRpcResponse,
} from '../json-rpc.js';
import { deferred, type Deferred } from '../util/deferred.js';
import { unlessAborted } from './client-hold.js';

const URL_ELICITATION_REQUIRED = -32042;
const MAY_ASK = /^(?:tools\/call|prompts\/get|resources\/read)$/;
// Pages that nobody has come back from, or that no call has asked for. The oldest are forgotten: their calls then wait for
// their time limit.
const MAX_WAITING = 1000;
const MAX_ID_LENGTH = 1000;

/** What travels with a round, so that nothing is kept for calls that are never made again. */
interface State {
  readonly error: JsonRpcErrorObject;
  readonly ids: readonly string[];
}

/** The pages that a server has sent its users to. */
export class Pages {
  readonly #waiting = new Map<string, Deferred<void>>();
  /** The results that stand for such an error. */
  readonly #results = new WeakSet<JsonObject>();

  /** Whether a result was made here: then the call is not complete. */
  isOurs(result: JsonObject): boolean {
    return this.#results.has(result);
  }

  /** The result that stands for an error, if it is about pages to visit. */
  read(response: JsonRpcErrorResponse, { id, method }: JsonRpcRequest): JsonRpcResponse | undefined {
    const { error } = response;
    const { elicitations } = Object(error.data) as { readonly elicitations?: unknown };
    if (error.code !== URL_ELICITATION_REQUIRED || !MAY_ASK.test(method)) return undefined;
    if (!Array.isArray(elicitations) || elicitations.length === 0) return undefined;
    const ids: string[] = [];
    const inputRequests: [string, JsonObject][] = [];
    for (const page of elicitations) {
      const { elicitationId } = Object(page) as { readonly elicitationId?: unknown };
      if (!isObject(page) || typeof elicitationId !== 'string') return undefined;
      ids.push(elicitationId);
      inputRequests.push([elicitationId, { method: 'elicitation/create', params: { ...page, mode: 'url' } }]);
    }
    // Waited for from now on: the user may be done before the handler is.
    for (const page of ids) this.#wait(page);
    const state: State = { error, ids };
    const result: JsonObject = {
      resultType: 'input_required',
      inputRequests: Object.fromEntries(inputRequests),
      requestState: JSON.stringify(state),
    };
    this.#results.add(result);
    return { jsonrpc: '2.0', id, result };
  }

  /**
   * Waits until the user has visited the pages of a round.
   *
   * @returns the request as the server is to get it; or its error, where the user refused
   */
  async visited(request: JsonRpcRequest, signal: AbortSignal): Promise<JsonRpcRequest | JsonRpcErrorResponse> {
    const { inputResponses, requestState, ...params } = request.params ?? {};
    if (!isObject(inputResponses) || typeof requestState !== 'string') return request;
    const state = stateOf(requestState);
    if (state === undefined) return request;
    const { error, ids } = state;
    try {
      if (ids.every((id) => (Object(inputResponses[id]) as JsonObject)['action'] === 'accept')) {
        await unlessAborted(Promise.all(ids.map((id) => this.#wait(id).promise)), signal);
        return { ...request, params };
      }
      return { jsonrpc: '2.0', id: request.id, error };
    } finally {
      for (const id of ids) this.#waiting.delete(id);
    }
  }

  /** The user has come back from a page. */
  complete(id: unknown): void {
    // Kept also where nobody waits yet: over a channel it overtakes the error that came before it, which its call has still
    // to read.
    if (typeof id === 'string' && id.length <= MAX_ID_LENGTH) this.#wait(id).resolve();
  }

  #wait(id: string): Deferred<void> {
    let waiting = this.#waiting.get(id);
    if (waiting === undefined) this.#waiting.set(id, (waiting = deferred()));
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size <= MAX_WAITING) break;
      this.#waiting.delete(oldest);
    }
    return waiting;
  }
}

/** `undefined`: it was not made here, but by a caller of its own mind. */
function stateOf(text: string): State | undefined {
  try {
    const state = JSON.parse(text) as Partial<State> | null;
    // An object with these two is one of ours, since no server of these revisions sends any.
    return state?.error !== undefined && Array.isArray(state.ids) ? (state as State) : undefined;
  } catch {
    return undefined;
  }
}
