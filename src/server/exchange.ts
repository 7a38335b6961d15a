import type { JsonObject, JsonRpcNotification, JsonRpcResponse } from '../json-rpc.js';
import type { ClientCapabilities, Implementation } from '../spec/types.js';
import type { InputRequired } from './input-required.js';
import type { Method } from './registry.js';

/** Who the caller is, as the code that verified the caller's credentials says. */
export interface AuthInfo {
  /** Who vouches for the identity. */
  readonly issuer?: string;
  /** The program that calls. */
  readonly clientId?: string;
  /** The user for whom it calls. */
  readonly subject?: string;
  /** What the caller may do. */
  readonly scopes: readonly string[];
  /** Seconds since 1970. */
  readonly expiresAt?: number;
  /** Everything else that the credentials said. */
  readonly claims: JsonObject;
}

/** The HTTP request that brought a message. Everything in it is the caller's word. */
export interface HttpInfo {
  /** The URL, as far as the server knows it: a proxy or a framework may have changed it. */
  readonly url: string;
  /** The headers, as they arrived; credentials that the server's option `auth` looked at are not among them. */
  readonly headers: Headers;
}

/** Everything known of a message's sender. It comes from that very message and its transport, never from earlier ones. */
export interface Peer {
  /** The revision that the message claims. */
  readonly protocolVersion: string;
  /** What the caller says it is. */
  readonly info?: Implementation | undefined;
  /** What the caller says it can do. */
  readonly capabilities: ClientCapabilities;
  /** The verified identity, where the surrounding code gave one. */
  readonly auth?: AuthInfo | undefined;
  /** What the runtime offers, where the surrounding code passed it on. */
  readonly platform?: unknown;
  /** The HTTP request, where there is one. */
  readonly http?: HttpInfo | undefined;
}

/** A question to the caller. */
export interface InputRequest {
  /** `elicitation/create`, `sampling/createMessage` or `roots/list`. */
  readonly method: string;
  /** The particulars. */
  readonly params?: JsonObject | undefined;
  /** Of a page to open: whether what it is for has been done. Who asks waits for that, too. */
  readonly done?: (() => boolean | Promise<boolean>) | undefined;
}

/** What a handler finds in `ctx.inputResponses` and `ctx.requestState` when it runs again. */
export interface Given {
  readonly inputResponses: Readonly<Record<string, unknown>> | undefined;
  readonly requestState: unknown;
}

/** How a response goes out. */
export interface RespondOptions {
  /** The HTTP status, where the transport is HTTP and nothing was sent before. */
  readonly status?: number | undefined;
  /** Further HTTP headers, on the same terms. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Notifications follow the response. */
  readonly more?: boolean;
}

/**
 * One message's way in, and its way back to its caller. Every transport of a server is an implementation of this
 * interface; replies go through the exchange that brought the request and are never routed by id.
 */
export interface Exchange {
  /** Who is calling. */
  readonly peer: Peer;
  /**
   * How handlers ask the caller for input: by answering `input_required` and running again when the caller retries, by
   * asking over the open stream, or not at all.
   */
  readonly input: 'replay' | 'ask' | 'none';
  /** Aborts when the caller goes away or cancels, a deadline passes, or the server closes. Created on first use. */
  readonly signal: AbortSignal;
  /** Whether anybody still waits at the other end. */
  readonly gone: boolean;
  /** The peer predates result types: results go out as the handler made them, without `resultType` and `_meta`. */
  readonly bare: boolean;
  /** `false`: the caller accepts one JSON object and nothing else; what is sent before it is dropped. Default `true`. */
  readonly streams?: boolean;
  /** The messages of unexpected errors may go out: the caller is the one who started this program. Default `false`. */
  readonly exposesErrors?: boolean;
  /** The caller is who started this program, and may do everything: there are no tokens, and no scopes. Default `false`. */
  readonly owner?: boolean;
  /** Bytes sent and not yet taken, where the transport can tell. */
  readonly unsent?: number;
  /**
   * Set by what never ends by itself, before it looks at `signal`: called when the place that serves it begins to close.
   */
  onClosing?: (() => void) | undefined;
  /** Sends a notification. Settles once the transport has room again; resolves, never rejects, when the caller has gone. */
  send(message: JsonRpcNotification): Promise<void>;
  /** Sends the response. Unless `more` is set this ends the exchange. */
  respond(response: JsonRpcResponse, options?: RespondOptions): Promise<void> | void;
  /** Asks the caller; only where {@link input} is `ask`. Rejects when there is no answer in time. */
  ask?(request: InputRequest): Promise<unknown>;
  /**
   * Fulfils the explicit form: asks what it asks and runs the handler again, until there is a result. Only where
   * {@link input} is `ask`; a caller without it cannot be asked in this form.
   *
   * @internal
   */
  fulfil?(form: InputRequired, again: (given: Given) => JsonObject | Promise<JsonObject>): Promise<JsonObject>;
  /** Closes the connection; the caller comes back for the rest after `retryMs`. Only where it can. */
  detach?(options: { readonly retryMs?: number | undefined }): Promise<void>;
  /**
   * Methods that the transport serves by itself (`null`: that this caller is not served), in place of the server's.
   *
   * @internal
   */
  readonly methods?: ReadonlyMap<string, Method | null> | undefined;
  /** Ends the exchange after a response that promised more. */
  end(): void;
  /** Aborts `signal` with a reason, without ending the exchange. */
  cancel(reason: unknown): void;
}
