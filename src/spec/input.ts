/**
 * What a server needs from the client before it can answer: questions travel in a result, answers in a second request.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr
 */
import type { MetaObject, RequestParams, Result } from './base.js';
import type { ElicitRequestParams, ElicitResult } from './elicitation.js';
import type { CreateMessageRequestParams, CreateMessageResult } from './sampling.js';

/**
 * Asks the client's model.
 *
 * Sampling is deprecated by revision 2026-07-28.
 */
export interface CreateMessageRequest {
  /** Tells the questions apart. */
  readonly method: 'sampling/createMessage';
  /** What is asked. */
  readonly params: CreateMessageRequestParams;
}

/**
 * Asks for the client's roots.
 *
 * Roots are deprecated by revision 2026-07-28.
 */
export interface ListRootsRequest {
  /** Tells the questions apart. */
  readonly method: 'roots/list';
  /** Nothing but metadata. */
  readonly params?: { readonly _meta?: MetaObject };
}

/** Asks the user. */
export interface ElicitRequest {
  /** Tells the questions apart. */
  readonly method: 'elicitation/create';
  /** What is asked. */
  readonly params: ElicitRequestParams;
}

/** A directory or file with which the server may work. */
export interface Root {
  /** A `file://` URI. */
  readonly uri: string;
  /** What a person reads. */
  readonly name?: string;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** The result of `roots/list`. */
export interface ListRootsResult {
  /** All of them. */
  readonly roots: readonly Root[];
}

/** One question. */
export type InputRequest = CreateMessageRequest | ListRootsRequest | ElicitRequest;

/** The answer to one question. */
export type InputResponse = CreateMessageResult | ListRootsResult | ElicitResult;

/** Questions, under keys of the server's choice. */
export interface InputRequests {
  readonly [key: string]: InputRequest;
}

/** Answers, under the keys of their questions. */
export interface InputResponses {
  readonly [key: string]: InputResponse;
}

/** The server asks back. At least one of the two members is there; the client sends its request again with the answers. */
export interface InputRequiredResult extends Result {
  /** Tells it apart from what was asked for. */
  readonly resultType: 'input_required';
  /** The questions. */
  readonly inputRequests?: InputRequests;
  /** What the client is to bring back, unread. */
  readonly requestState?: string;
}

/** The params of a request that may have been asked back about. */
export interface InputResponseRequestParams extends RequestParams {
  /** The answers. */
  readonly inputResponses?: InputResponses;
  /** What the server gave the client to bring back. */
  readonly requestState?: string;
}
