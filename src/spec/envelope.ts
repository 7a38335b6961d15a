/** JSON-RPC 2.0 messages as MCP uses them. Types only; the guards are in `src/json-rpc.ts`. */
import type { JsonObject } from './json.js';

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
