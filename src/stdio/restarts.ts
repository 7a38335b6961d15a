/**
 * The ids of a server's own requests, where one transport starts several processes one after the other. All of them
 * count from the same number: an answer that was meant for a process that has ended must not reach the next one.
 */
import { isRequest, type JsonRpcNotification, type JsonRpcRequest, type RequestId } from '../json-rpc.js';

/** A message as the client sees it. From the second process on its ids say which one it came from. */
export function outer<T extends JsonRpcRequest | JsonRpcNotification>(start: number, message: T): T {
  if (start === 1) return message;
  if (isRequest(message)) return { ...message, id: `${start}/${JSON.stringify(message.id)}` };
  const { method, params } = message;
  // Of such a request, and not of the client's.
  return method === 'notifications/cancelled'
    ? { ...message, params: { ...params, requestId: `${start}/${JSON.stringify(params?.['requestId'])}` } }
    : message;
}

/** The id by which this process knows its request; `undefined` where another one has asked. */
export function innerId(start: number, id: RequestId | null | undefined): RequestId | undefined {
  if (start === 1) return id ?? undefined;
  const prefix = `${start}/`;
  // What `outer` made is JSON of an id.
  return typeof id === 'string' && id.startsWith(prefix)
    ? (JSON.parse(id.slice(prefix.length)) as RequestId)
    : undefined;
}
