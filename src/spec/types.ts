/**
 * The messages of revision 2026-07-28 as TypeScript types. Types only: nothing here exists at run time. Names are the
 * specification's.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/schema
 */
import type { JsonObject } from './json.js';

/** Free-form metadata. Keys have an optional prefix; prefixes whose second label is `mcp` or `modelcontextprotocol` are reserved. */
export type MetaObject = Record<string, unknown>;

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

/** Syslog severities (RFC 5424), least severe first. */
export type LoggingLevel = 'debug' | 'info' | 'notice' | 'warning' | 'error' | 'critical' | 'alert' | 'emergency';

/** Whom content is meant for and how much it matters. */
export interface Annotations {
  /** Whom it is meant for. Absent: both. */
  readonly audience?: readonly ('user' | 'assistant')[];
  /** 0 (optional) to 1 (required). */
  readonly priority?: number;
  /** ISO 8601. */
  readonly lastModified?: string;
}

/** A piece of text. */
export interface TextContent {
  /** Tells the kinds of content apart. */
  readonly type: 'text';
  /** The text itself. */
  readonly text: string;
  /** Whom it is for and how much it matters. */
  readonly annotations?: Annotations;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** A picture, base64. */
export interface ImageContent {
  /** Tells the kinds of content apart. */
  readonly type: 'image';
  /** The bytes, base64. */
  readonly data: string;
  /** The media type, such as `image/png`. */
  readonly mimeType: string;
  /** Whom it is for and how much it matters. */
  readonly annotations?: Annotations;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** A sound, base64. */
export interface AudioContent {
  /** Tells the kinds of content apart. */
  readonly type: 'audio';
  /** The bytes, base64. */
  readonly data: string;
  /** The media type, such as `audio/wav`. */
  readonly mimeType: string;
  /** Whom it is for and how much it matters. */
  readonly annotations?: Annotations;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** Something that `resources/read` can read. */
export interface Resource {
  /** Names the resource, and is what one reads it by. */
  readonly uri: string;
  /** The name by which programs know it. */
  readonly name: string;
  /** What a person reads; `name` when absent. */
  readonly title?: string;
  /** What it holds, for people and models. */
  readonly description?: string;
  /** The media type, if known. */
  readonly mimeType?: string;
  /** Whom it is for and how much it matters. */
  readonly annotations?: Annotations;
  /** Icons that a host may show. */
  readonly icons?: readonly Icon[];
  /** Bytes before base64. */
  readonly size?: number;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** A pointer to a resource. */
export interface ResourceLink extends Resource {
  /** Tells the kinds of content apart. */
  readonly type: 'resource_link';
}

/** What a resource holds, as text. */
export interface TextResourceContents {
  /** The resource that holds it. */
  readonly uri: string;
  /** The media type, if known. */
  readonly mimeType?: string;
  /** The text itself. */
  readonly text: string;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** What a resource holds, as base64. */
export interface BlobResourceContents {
  /** The resource that holds it. */
  readonly uri: string;
  /** The media type, if known. */
  readonly mimeType?: string;
  /** The bytes, base64. */
  readonly blob: string;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** A resource's contents, inside a result. */
export interface EmbeddedResource {
  /** Tells the kinds of content apart. */
  readonly type: 'resource';
  /** What the resource holds. */
  readonly resource: TextResourceContents | BlobResourceContents;
  /** Whom it is for and how much it matters. */
  readonly annotations?: Annotations;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** One block of a tool's or prompt's content. */
export type ContentBlock = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource;

/** Hints about a tool. Clients must not trust them unless they trust the server. */
export interface ToolAnnotations {
  /** What a person reads. */
  readonly title?: string;
  /** Changes nothing. Default `false`. */
  readonly readOnlyHint?: boolean;
  /** May destroy. Default `true`; meaningful when not read-only. */
  readonly destructiveHint?: boolean;
  /** A second call with the same arguments changes nothing more. Default `false`. */
  readonly idempotentHint?: boolean;
  /** Reaches the world outside. Default `true`. */
  readonly openWorldHint?: boolean;
}

/** A tool as `tools/list` shows it. */
export interface Tool {
  /** What a caller names in `tools/call`. */
  readonly name: string;
  /** What a person reads; `name` when absent. */
  readonly title?: string;
  /** What the model reads to decide whether to call it. */
  readonly description?: string;
  /** The arguments, as JSON Schema 2020-12. */
  readonly inputSchema: { readonly type: 'object'; readonly [keyword: string]: unknown };
  /** The structured value, as JSON Schema 2020-12. Absent: there is none. */
  readonly outputSchema?: { readonly [keyword: string]: unknown };
  /** Hints for hosts. */
  readonly annotations?: ToolAnnotations;
  /** Icons that a host may show. */
  readonly icons?: readonly Icon[];
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** Members that every result may have. */
export interface Result {
  /** `complete`, or what else is to be done. Absent from plain results. */
  readonly resultType?: string;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** How long, and for whom, a client may keep a result. */
export interface CacheHints {
  /** Milliseconds, 0 or more. 0: stale at once. */
  readonly ttlMs?: number;
  /** `private`: for the same authorization only. `public`: for everyone. */
  readonly cacheScope?: 'public' | 'private';
}

/** The result of `server/discover`. */
export interface DiscoverResult extends Result, CacheHints {
  /** The protocol revisions that the server speaks. */
  readonly supportedVersions: readonly string[];
  /** What the server offers. */
  readonly capabilities: ServerCapabilities;
  /** How a model should use the server. */
  readonly instructions?: string;
}

/** The result of `tools/list`. */
export interface ListToolsResult extends Result, CacheHints {
  /** One page of tools. */
  readonly tools: readonly Tool[];
  /** Where the next page starts. Absent: this is the last one. */
  readonly nextCursor?: string;
}

/** The result of `tools/call`. */
export interface CallToolResult extends Result {
  /** What the model reads. */
  readonly content: readonly ContentBlock[];
  /** What programs read: the value that `outputSchema` describes. */
  readonly structuredContent?: unknown;
  /** The tool failed, and `content` says why. Default `false`. */
  readonly isError?: boolean;
}

/** The params of `notifications/progress`. */
export interface ProgressNotificationParams {
  /** The token that the request carried. */
  readonly progressToken: string | number;
  /** How far the work is; it only increases. */
  readonly progress: number;
  /** Where it ends, if known. */
  readonly total?: number;
  /** For people. */
  readonly message?: string;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** The params of `notifications/message`. */
export interface LoggingMessageNotificationParams {
  /** How severe it is. */
  readonly level: LoggingLevel;
  /** Any JSON. */
  readonly data: unknown;
  /** Which part of the server speaks. */
  readonly logger?: string;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}
