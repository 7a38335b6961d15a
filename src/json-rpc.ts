/**
 * JSON-RPC 2.0 messages as MCP uses them: types, hand-written guards, and the mapping between error codes and
 * {@link McpErrorCode}. No schema library here: this is the hot path.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#messages
 */
import { McpError, type McpErrorCode } from './errors.js';
import type {
  JsonRpcErrorObject,
  JsonRpcErrorResponse,
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  JsonRpcResultResponse,
  RequestId,
} from './spec/envelope.js';
import type { JsonObject } from './spec/json.js';

export type {
  JsonObject,
  JsonRpcErrorObject,
  JsonRpcErrorResponse,
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  JsonRpcResultResponse,
  RequestId,
};

// The JSON-RPC error codes that revision 2026-07-28 defines or uses. Plain constants, which bundlers inline.
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;
export const HEADER_MISMATCH = -32020;
export const MISSING_CAPABILITY = -32021;
export const UNSUPPORTED_VERSION = -32022;
/** Of this package's own, outside the range that JSON-RPC reserves, and after the HTTP status that says the same. */
export const RATE_LIMITED = 429;

const rpcCodes: Partial<Record<McpErrorCode, number>> = {
  parse_error: PARSE_ERROR,
  invalid_request: INVALID_REQUEST,
  method_not_found: METHOD_NOT_FOUND,
  invalid_params: INVALID_PARAMS,
  internal: INTERNAL_ERROR,
  header_mismatch: HEADER_MISMATCH,
  missing_capability: MISSING_CAPABILITY,
  unsupported_version: UNSUPPORTED_VERSION,
  rate_limited: RATE_LIMITED,
};

/** The {@link McpErrorCode} for a JSON-RPC error code. */
export function errorCodeOf(rpcCode: number): McpErrorCode {
  // The keys of the table are what its type says.
  return (Object.keys(rpcCodes) as McpErrorCode[]).find((code) => rpcCodes[code] === rpcCode) ?? 'rpc_error';
}

/** The JSON-RPC error code an {@link McpError} is sent as: its own `rpcCode`, else the one its `code` stands for. */
export function rpcCodeOf(error: McpError): number {
  return error.rpcCode ?? rpcCodes[error.code] ?? INTERNAL_ERROR;
}

/** Whether a value is an object that is neither `null` nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value may be a request id: a string, or an integer that a double carries exactly. */
export function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

/** The id of something that may not even be a message, where one can be read. */
export function readId(value: unknown): RequestId | undefined {
  const id = (value as { readonly id?: unknown } | null)?.id;
  return isRequestId(id) ? id : undefined;
}

/**
 * Checks that a parsed JSON value is one request or notification, as a server receives it.
 *
 * @returns the message, the very object that was given
 * @throws McpError `invalid_request` that says what is wrong with it
 */
export function readIncoming(value: unknown): JsonRpcRequest | JsonRpcNotification {
  const problem = incomingProblem(value);
  if (problem !== undefined) throw new McpError('invalid_request', `Not a JSON-RPC request: ${problem}`);
  // incomingProblem looked at every member.
  return value as JsonRpcRequest | JsonRpcNotification;
}

function incomingProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'it must be one object';
  if (value['jsonrpc'] !== '2.0') return 'jsonrpc must be "2.0"';
  if (typeof value['method'] !== 'string') return 'method must be a string';
  if ('id' in value && !isRequestId(value['id'])) return 'id must be a string or an integer within ±(2^53 − 1)';
  return 'params' in value && !isObject(value['params']) ? 'params must be an object' : undefined;
}

/** Whether a checked message expects an answer. */
export function isRequest(message: JsonRpcMessage): message is JsonRpcRequest {
  return 'method' in message && 'id' in message;
}

/**
 * Checks that a parsed JSON value is one message, as a client receives it.
 *
 * @throws McpError `invalid_message` that says what is wrong with it
 */
export function readMessage(value: unknown): JsonRpcMessage {
  const problem = messageProblem(value);
  if (problem !== undefined)
    throw new McpError('invalid_message', `The server sent an invalid JSON-RPC message: ${problem}`);
  // messageProblem looked at every member.
  return value as JsonRpcMessage;
}

function messageProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'not an object';
  if (value['jsonrpc'] !== '2.0') return 'jsonrpc is not "2.0"';
  const { id, method, params, result, error } = value;
  if (method !== undefined) {
    if (typeof method !== 'string') return 'method is not a string';
    if (params !== undefined && !isObject(params)) return 'params is not an object';
    return id === undefined || isRequestId(id) ? undefined : 'id is not a string or an integer';
  }
  if (error !== undefined) {
    if (result !== undefined) return 'both result and error';
    if (!isObject(error) || !Number.isInteger(error['code']) || typeof error['message'] !== 'string')
      return 'malformed error';
    return id === undefined || id === null || isRequestId(id) ? undefined : 'id is not a string or an integer';
  }
  if (!isObject(result)) return result === undefined ? 'neither method, result nor error' : 'result is not an object';
  return isRequestId(id) ? undefined : 'id is not a string or an integer';
}

// Results that never change (a static list) are serialised once; see `prepareResult`.
const prepared = /* @__PURE__ */ new WeakMap<object, string>();

/** Serialises a result once and for all. Later changes to the object are not seen, so it comes back frozen. */
export function prepareResult<T extends JsonObject>(result: T): T {
  prepared.set(result, JSON.stringify(result));
  return Object.freeze(result);
}

/** What is added to every result of a method, and its JSON text, made beforehand. */
export interface ResultStamp {
  /** Added after the result's own members, over which it wins; `_meta` is merged. */
  readonly members: JsonObject & { readonly _meta: JsonObject };
  /** The same from the last own member to the end of the result. */
  readonly tail: string;
}

/** Makes a {@link ResultStamp}. */
export function resultStamp(members: ResultStamp['members']): ResultStamp {
  return { members, tail: `,${JSON.stringify(members).slice(1)}` };
}

/**
 * The response that carries a result. With a stamp its JSON is joined from the handler's result and the stamp's text, where
 * no member is in both; the finished object is made only for those who look at it.
 */
export class ResultResponse implements JsonRpcResultResponse {
  readonly jsonrpc = '2.0';
  readonly id: RequestId;
  readonly #own: JsonObject;
  readonly #stamp: ResultStamp | undefined;

  constructor(id: RequestId, own: JsonObject, stamp: ResultStamp | undefined) {
    this.id = id;
    this.#own = own;
    this.#stamp = stamp;
  }

  get result(): JsonObject {
    const own = this.#own;
    if (this.#stamp === undefined) return own;
    const { members } = this.#stamp;
    // Spreading what is no object adds nothing.
    const _meta = { ...(own['_meta'] as object | undefined), ...members._meta };
    return { resultType: 'complete', ...own, ...members, _meta };
  }

  toJSON(): JsonRpcResultResponse {
    return { jsonrpc: '2.0', id: this.id, result: this.result };
  }

  /** The JSON text. @throws TypeError for a result that is none */
  encode(): string {
    const own = this.#own;
    const stamp = this.#stamp;
    if ('_meta' in own || 'resultType' in own || 'ttlMs' in own || 'cacheScope' in own || stamp === undefined) {
      return JSON.stringify(this);
    }
    const text = prepared.get(own) ?? JSON.stringify(own);
    return text.startsWith('{"')
      ? `{"jsonrpc":"2.0","id":${JSON.stringify(this.id)},"result":{"resultType":"complete",${text.slice(1, -1)}${stamp.tail}}`
      : JSON.stringify(this);
  }
}

/** The JSON text of a message. Some know theirs already: a {@link ResultResponse}, an event that goes to many streams. */
export function encodeMessage(message: (JsonRpcResponse | JsonRpcNotification) & { encode?(): string }): string {
  return message.encode?.() ?? JSON.stringify(message);
}

/** Makes an error response. The id is left out when it is `undefined`. */
export function errorResponse(id: RequestId | null | undefined, error: JsonRpcErrorObject): JsonRpcErrorResponse {
  return id === undefined ? { jsonrpc: '2.0', error } : { jsonrpc: '2.0', id, error };
}
