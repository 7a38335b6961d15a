/**
 * JSON-RPC 2.0 messages as MCP uses them: types, hand-written guards, and the mapping between error codes and
 * {@link McpErrorCode}. No schema library here: this is the hot path.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#messages
 */
import { McpError, type McpErrorCode } from './errors.js';
import type { JsonObject } from './spec/json.js';

export type { JsonObject };

/** A request's id: a string or a safe integer; never `null`. */
export type RequestId = string | number;

/** A request: it has an id and is answered. */
export interface JsonRpcRequest {
  /** Always `2.0`. */
  readonly jsonrpc: '2.0';
  /** What the response carries to name its request. */
  readonly id: RequestId;
  /** What is to be done. */
  readonly method: string;
  /** What it is to be done with. */
  readonly params?: JsonObject;
}

/** A notification: it has no id and is not answered. */
export interface JsonRpcNotification {
  /** Always `2.0`. */
  readonly jsonrpc: '2.0';
  /** What has happened. */
  readonly method: string;
  /** The particulars. */
  readonly params?: JsonObject;
}

/** The error member of a response. */
export interface JsonRpcErrorObject {
  /** What went wrong, for programs. */
  readonly code: number;
  /** What went wrong, for people. */
  readonly message: string;
  /** The particulars: any JSON. */
  readonly data?: unknown;
}

/** A response that carries a result. */
export interface JsonRpcResultResponse {
  /** Always `2.0`. */
  readonly jsonrpc: '2.0';
  /** The request's id. */
  readonly id: RequestId;
  /** What came of it. */
  readonly result: JsonObject;
}

/** A response that carries an error. Its id is absent (or `null`, from older peers) when the request's could not be read. */
export interface JsonRpcErrorResponse {
  /** Always `2.0`. */
  readonly jsonrpc: '2.0';
  /** The request's id. */
  readonly id?: RequestId | null;
  /** What went wrong. */
  readonly error: JsonRpcErrorObject;
}

/** The answer to a request. */
export type JsonRpcResponse = JsonRpcResultResponse | JsonRpcErrorResponse;

/** Any message. */
export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse;

/** The JSON-RPC error codes that revision 2026-07-28 defines or uses. */
export const rpcCodes: {
  readonly parseError: -32700;
  readonly invalidRequest: -32600;
  readonly methodNotFound: -32601;
  readonly invalidParams: -32602;
  readonly internalError: -32603;
  readonly headerMismatch: -32020;
  readonly missingCapability: -32021;
  readonly unsupportedVersion: -32022;
} = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
};

const codeNames: ReadonlyMap<number, McpErrorCode> = /* @__PURE__ */ new Map<number, McpErrorCode>([
  [rpcCodes.parseError, 'parse_error'],
  [rpcCodes.invalidRequest, 'invalid_request'],
  [rpcCodes.methodNotFound, 'method_not_found'],
  [rpcCodes.invalidParams, 'invalid_params'],
  [rpcCodes.internalError, 'internal'],
  [rpcCodes.headerMismatch, 'header_mismatch'],
  [rpcCodes.missingCapability, 'missing_capability'],
  [rpcCodes.unsupportedVersion, 'unsupported_version'],
]);

/** The {@link McpErrorCode} for a JSON-RPC error code. */
export function errorCodeOf(rpcCode: number): McpErrorCode {
  return codeNames.get(rpcCode) ?? 'rpc_error';
}

/** The JSON-RPC error code an {@link McpError} is sent as: its own `rpcCode`, else the one its `code` stands for. */
export function rpcCodeOf(error: McpError): number {
  if (error.rpcCode !== undefined) return error.rpcCode;
  for (const [rpcCode, code] of codeNames) if (code === error.code) return rpcCode;
  return rpcCodes.internalError;
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
  return isObject(value) && Object.hasOwn(value, 'id') && isRequestId(value['id']) ? value['id'] : undefined;
}

/**
 * Checks that a parsed JSON value is one request or notification, as a server receives it.
 *
 * @returns the message, the very object that was given
 * @throws McpError `invalid_request` that says what is wrong with it
 */
export function readIncoming(value: unknown): JsonRpcRequest | JsonRpcNotification {
  if (!isObject(value)) {
    throw new McpError(
      'invalid_request',
      Array.isArray(value) ? 'JSON-RPC batches are not supported' : 'A message must be a JSON object',
    );
  }
  if (value['jsonrpc'] !== '2.0') throw new McpError('invalid_request', 'jsonrpc must be "2.0"');
  if (typeof value['method'] !== 'string') {
    throw new McpError(
      'invalid_request',
      'result' in value || 'error' in value ? 'A client must not send responses' : 'method must be a string',
    );
  }
  if ('id' in value && !isRequestId(value['id'])) {
    throw new McpError('invalid_request', 'id must be a string or an integer within ±(2^53 − 1)');
  }
  if ('params' in value && !isObject(value['params'])) {
    throw new McpError('invalid_request', 'params must be an object');
  }
  // Checked above, member by member.
  return value as unknown as JsonRpcRequest | JsonRpcNotification;
}

/** Whether a checked message expects an answer. */
export function isRequest(message: JsonRpcMessage): message is JsonRpcRequest {
  return 'method' in message && 'id' in message;
}

/** Whether a checked message is a response. */
export function isResponse(message: JsonRpcMessage): message is JsonRpcResponse {
  return !('method' in message);
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

/** The JSON text of a response. */
export function encodeResponse(response: JsonRpcResponse): string {
  if ('result' in response) {
    const text = prepared.get(response.result);
    if (text !== undefined) return `{"jsonrpc":"2.0","id":${JSON.stringify(response.id)},"result":${text}}`;
  }
  return JSON.stringify(response);
}

/** Makes an error response. The id is left out when it is `undefined`. */
export function errorResponse(id: RequestId | null | undefined, error: JsonRpcErrorObject): JsonRpcErrorResponse {
  return id === undefined ? { jsonrpc: '2.0', error } : { jsonrpc: '2.0', id, error };
}
