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

/** A method that an extension adds. */
export interface ExtensionMethod {
  /** The value of `Mcp-Name` for a request of this method. Default: the header is not sent. */
  readonly name?: ((params: JsonObject) => string | undefined) | undefined;
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
 *   methods: { 'parcels/get': { name: ({ parcelId }) => String(parcelId) } },
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
  /** The methods it adds, as far as there is something to say about them. Any method can be called without. */
  readonly methods?: { readonly [method: string]: ExtensionMethod } | undefined;
  /** Makes the final result of a call out of a result of these types. Other types that are unknown fail a call. */
  readonly resultTypes?:
    | { readonly [resultType: string]: (result: JsonObject, ctx: ExtensionContext) => JsonObject | Promise<JsonObject> }
    | undefined;
  /** Hears notifications, like `client.on`. */
  readonly notifications?: { readonly [method: string]: NotificationHandler } | undefined;
  /** Wraps every call, like `client.use`. */
  readonly wrapCall?: ClientMiddleware | undefined;
}
