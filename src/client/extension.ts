/** What an extension of the protocol adds to a client. Types only. */
import type { JsonObject } from '../json-rpc.js';
import type { ClientCall, ClientMiddleware, NotificationHandler } from './core.js';
import type { ServerFacts } from './link.js';
import type { CallOptions } from './options.js';

/** What a handler of a result type gets to work with. */
export interface ExtensionContext {
  /** The call that was answered so. */
  readonly call: ClientCall;
  /** The options of that call. */
  readonly options: CallOptions;
  /** What is known about the server. */
  readonly server: ServerFacts;
  /** Aborts when the call is aborted, and when the client is closed. No time limit applies to the handler. */
  readonly signal: AbortSignal;
  /** Sends a request, with a time limit of its own. */
  request(method: string, params?: JsonObject, options?: CallOptions): Promise<JsonObject>;
  /** Answers questions of the server with the client's handlers: from `inputRequests` to `inputResponses`. */
  answer(inputRequests: JsonObject): Promise<JsonObject>;
}

/**
 * An extension, as a client speaks it.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#extension-negotiation
 *
 * @example
 * ```ts
 * const parcels: ClientExtension = {
 *   id: 'com.example/parcels',
 *   headerName: { 'parcels/get': 'parcelId' },
 *   resultTypes: {
 *     'com.example/parcel': ({ parcelId }, ctx) => ctx.request('parcels/get', { parcelId }),
 *   },
 * };
 * const client = await McpClient.connect(url, { extensions: [parcels] });
 * ```
 */
export interface ClientExtension {
  /** Its identifier: a prefix, a slash, a name. */
  readonly id: string;
  /** Declared with every request, under `extensions` of the client's capabilities. Default `{}`. */
  readonly settings?: JsonObject | undefined;
  /** The member of `params` that `Mcp-Name` carries, by method. */
  readonly headerName?: { readonly [method: string]: string } | undefined;
  /** Makes the final result of a call out of a result of these types. Other types that are unknown fail a call. */
  readonly resultTypes?:
    | { readonly [resultType: string]: (result: JsonObject, ctx: ExtensionContext) => JsonObject | Promise<JsonObject> }
    | undefined;
  /** Hears notifications, like `client.on`. */
  readonly notifications?: { readonly [method: string]: NotificationHandler } | undefined;
  /** Wraps every call, like `client.use`. */
  readonly wrapCall?: ClientMiddleware | undefined;
}
