/** What messages of every kind are made of: metadata, identity, capabilities, and the members that all params or results share. */
import type { RequestId } from './envelope.js';
import type { JsonObject } from './json.js';

/** Free-form metadata. Keys have an optional prefix; prefixes whose second label is `mcp` or `modelcontextprotocol` are reserved. */
export type MetaObject = Record<string, unknown>;

/** Ties progress to the request that asked for it. */
export type ProgressToken = string | number;

/** Where a page starts. Opaque to clients. */
export type Cursor = string;

/** Who speaks, or who is spoken to. */
export type Role = 'user' | 'assistant';

/** Syslog severities (RFC 5424), least severe first. */
export type LoggingLevel = 'debug' | 'info' | 'notice' | 'warning' | 'error' | 'critical' | 'alert' | 'emergency';

/** An image that a host may show beside a server, tool, prompt or resource. */
export interface Icon {
  /** An `https:` or `data:` URI. */
  readonly src: string;
  /** The media type, where `src` does not tell it. */
  readonly mimeType?: string;
  /** `"48x48"` and the like, or `"any"`. */
  readonly sizes?: readonly string[];
  /** The background it is drawn for. */
  readonly theme?: 'light' | 'dark';
}

/** Who is speaking: self-reported, for display and logs, never for decisions. */
export interface Implementation {
  /** The name by which programs know it. */
  readonly name: string;
  /** Its version, in any form. */
  readonly version: string;
  /** What a person reads; `name` when absent. */
  readonly title?: string;
  /** What it is for, in a sentence or two. */
  readonly description?: string;
  /** Where to read more. */
  readonly websiteUrl?: string;
  /** Icons that a host may show. */
  readonly icons?: readonly Icon[];
}

/** Whom content is meant for and how much it matters. */
export interface Annotations {
  /** Whom it is meant for. Absent: both. */
  readonly audience?: readonly Role[];
  /** 0 (optional) to 1 (required). */
  readonly priority?: number;
  /** ISO 8601. */
  readonly lastModified?: string;
}

/** Optional abilities of a client, declared in every request. */
export interface ClientCapabilities {
  /** Abilities outside the specification, by name. */
  readonly experimental?: { readonly [name: string]: JsonObject };
  /** @deprecated by revision 2026-07-28 */
  readonly roots?: JsonObject;
  /** @deprecated by revision 2026-07-28 */
  readonly sampling?: { readonly context?: JsonObject; readonly tools?: JsonObject };
  /** Can ask its user: with a `form`, or by opening a `url`. */
  readonly elicitation?: { readonly form?: JsonObject; readonly url?: JsonObject };
  /** Extension id to settings. */
  readonly extensions?: { readonly [id: string]: JsonObject };
}

/** Optional abilities of a server. */
export interface ServerCapabilities {
  /** Abilities outside the specification, by name. */
  readonly experimental?: { readonly [name: string]: JsonObject };
  /** @deprecated by revision 2026-07-28 */
  readonly logging?: JsonObject;
  /** Completes arguments. */
  readonly completions?: JsonObject;
  /** Offers prompts; `listChanged`: tells when the list changes. */
  readonly prompts?: { readonly listChanged?: boolean };
  /** Offers resources; `subscribe`, `listChanged`: tells of changes. */
  readonly resources?: { readonly subscribe?: boolean; readonly listChanged?: boolean };
  /** Offers tools; `listChanged`: tells when the list changes. */
  readonly tools?: { readonly listChanged?: boolean };
  /** Extension id to settings. */
  readonly extensions?: { readonly [id: string]: JsonObject };
}

/** The `_meta` of a request: what the server must know to answer it, since it remembers nothing. */
export interface RequestMetaObject extends MetaObject {
  /** Asks for progress; what the notifications then carry. */
  readonly progressToken?: ProgressToken;
  /** The protocol revision in which the request is to be understood. */
  readonly 'io.modelcontextprotocol/protocolVersion': string;
  /** Which program asks. */
  readonly 'io.modelcontextprotocol/clientInfo'?: Implementation;
  /** What the client can do, for this request alone. `{}`: nothing optional. */
  readonly 'io.modelcontextprotocol/clientCapabilities': ClientCapabilities;
  /**
   * Asks for log messages of this severity and above. Absent: none.
   *
   * @deprecated by revision 2026-07-28
   */
  readonly 'io.modelcontextprotocol/logLevel'?: LoggingLevel;
}

/** The `_meta` of a notification. */
export interface NotificationMetaObject extends MetaObject {
  /** The id of the `subscriptions/listen` request on whose stream it arrives. Absent elsewhere. */
  readonly 'io.modelcontextprotocol/subscriptionId'?: RequestId;
}

/** The `_meta` of a result. */
export interface ResultMetaObject extends MetaObject {
  /** Which program answered. */
  readonly 'io.modelcontextprotocol/serverInfo'?: Implementation;
}

/** Members that the params of every request have. */
export interface RequestParams {
  /** Who asks, in which revision, with which capabilities. */
  readonly _meta: RequestMetaObject;
}

/** Members that the params of every notification may have. */
export interface NotificationParams {
  /** Free-form metadata, and the subscription's id. */
  readonly _meta?: NotificationMetaObject;
}

/** The params of a request that is answered page by page. */
export interface PaginatedRequestParams extends RequestParams {
  /** The `nextCursor` of the page before. Absent: the first page. */
  readonly cursor?: Cursor;
}

/** How a result is to be read. Extensions have kinds of their own. */
// The intersection keeps the known kinds in editors, where `string` alone would swallow them.
export type ResultType = 'complete' | 'input_required' | (string & {});

/** Members that every result may have. */
export interface Result {
  /** `complete`, or what else is to be done. Absent from plain results and from older servers: `complete`. */
  readonly resultType?: ResultType;
  /** Free-form metadata, and the server's identity. */
  readonly _meta?: ResultMetaObject;
}

/** A result that says no more than that it was done. */
export type EmptyResult = Result;

/** Members of a result that is one page of several. */
export interface PaginatedResult extends Result {
  /** Where the next page starts. Absent: this is the last one. */
  readonly nextCursor?: Cursor;
}

/** How long, and for whom, a client may keep a result. Servers of this revision send both; older ones neither. */
export interface CacheHints {
  /** Milliseconds, 0 or more. 0: stale at once. */
  readonly ttlMs?: number;
  /** `private`: for the same authorization only. `public`: for everyone. */
  readonly cacheScope?: 'public' | 'private';
}

/** A result that a client may keep for a while. */
export interface CacheableResult extends Result, CacheHints {}
