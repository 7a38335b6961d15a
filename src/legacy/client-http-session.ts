/** What older revisions put into the headers of a message, and what a session is to its client. */
import type { HttpRequest } from '../client/http-transport.js';
import { McpError } from '../errors.js';
import { SESSION_HEADER, VERSION_HEADER } from '../http/headers.js';
import { JSON_TYPE, SSE_TYPE } from '../http/media.js';
import type { JsonRpcMessage, JsonRpcRequest, JsonRpcResponse, RequestId } from '../json-rpc.js';
import { type Deferred, deferred } from '../util/deferred.js';
import type { Task } from './client-http-underway.js';

/** One session, or the lack of one. */
export interface Session {
  readonly id: string | undefined;
  /** Settles when its handshake is done, or has failed. */
  readonly ready: Deferred<void>;
  /** The negotiated revision, as soon as it is known. */
  version: string | undefined;
  /** Its stream for what belongs to no exchange. */
  listening: Task | undefined;
  /** Settles when that stream is open, or the server has none, or takes too long to say. */
  heard: Promise<void> | undefined;
}

/** The session that a response to `initialize` has made. @throws McpError `invalid_message` for an id that is none */
export function sessionOf(headers?: Headers): Session {
  const id = headers?.get(SESSION_HEADER) || undefined;
  // https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management
  if (id !== undefined && !/^[\x21-\x7e]+$/.test(id))
    throw new McpError('invalid_message', 'The server sent a session id that is not of visible ASCII characters');
  return { id, ready: deferred(), version: undefined, listening: undefined, heard: undefined };
}

/** The headers of a session. */
export function headersOf({ id, version }: Pick<Session, 'id' | 'version'>): Record<string, string> {
  const headers: Record<string, string> = {};
  if (id !== undefined) headers[SESSION_HEADER] = id;
  // Older servers do not know it, and their CORS rules may not let it pass. Revisions are dates.
  if (version !== undefined && version >= '2025-06-18') headers[VERSION_HEADER] = version;
  return headers;
}

/** The revision that the answer to `initialize` settles on. The next message carries it already. */
export function revisionIn(message: JsonRpcMessage): string | undefined {
  const version = 'result' in message ? message.result['protocolVersion'] : undefined;
  return typeof version === 'string' ? version : undefined;
}

/** A message as a request. */
export function posted(message: JsonRpcMessage, session: Pick<Session, 'id' | 'version'>): HttpRequest {
  return {
    method: 'POST',
    headers: { accept: `${JSON_TYPE}, ${SSE_TYPE}`, 'content-type': JSON_TYPE, ...headersOf(session) },
    body: JSON.stringify(message),
  };
}

/** What opens a stream, or carries it on. */
export function streamed(headers: Record<string, string>): HttpRequest {
  // Spelled so that an `accept` of the user's, which is meant for answers, does not replace it.
  return { method: 'GET', headers: { Accept: SSE_TYPE, ...headers }, body: null };
}

/** The server's requests that wait for an answer, by the id that the client knows. */
export class Questions<S> {
  readonly #asked = new Map<RequestId, { readonly session: S; readonly id: RequestId }>();

  /** Remembers in which session the server asks, and sees to it that no two questions have the same id. */
  ask(request: JsonRpcRequest, session: S): JsonRpcRequest {
    let key = request.id;
    // An answer may still be in the making for a session that is lost.
    while ((this.#asked.get(key)?.session ?? session) !== session) key = `${key}+`;
    this.#asked.set(key, { session, id: request.id });
    return key === request.id ? request : { ...request, id: key };
  }

  /** The answer as the server expects it; `undefined` where this session has not asked. */
  answer(response: JsonRpcResponse, session: S): JsonRpcResponse | undefined {
    // Without an id it is found nowhere.
    const key = response.id as RequestId;
    const question = this.#asked.get(key);
    this.#asked.delete(key);
    // What was asked in a session that is lost must not answer a question of the new one.
    return question?.session === session ? { ...response, id: question.id } : undefined;
  }
}
