/**
 * The messages of revision 2026-07-28 as TypeScript types. Types only: nothing here exists at run time. Names are the
 * specification's.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/schema
 */
import type { JsonObject } from '../json-rpc.js';

/** Free-form metadata. Keys have an optional prefix; prefixes whose second label is `mcp` or `modelcontextprotocol` are reserved. */
export type MetaObject = Record<string, unknown>;

/** An image that a host may show beside a server, tool, prompt or resource. */
export interface Icon {
  /** An `https:` or `data:` URI. */
  readonly src: string;
  readonly mimeType?: string;
  /** `"48x48"` and the like, or `"any"`. */
  readonly sizes?: readonly string[];
  /** The background it is drawn for. */
  readonly theme?: 'light' | 'dark';
}

/** Who is speaking: self-reported, for display and logs, never for decisions. */
export interface Implementation {
  readonly name: string;
  readonly version: string;
  /** What a person reads; `name` when absent. */
  readonly title?: string;
  readonly description?: string;
  readonly websiteUrl?: string;
  readonly icons?: readonly Icon[];
}

/** Optional abilities of a client, declared in every request. */
export interface ClientCapabilities {
  readonly experimental?: { readonly [name: string]: JsonObject };
  /** @deprecated by revision 2026-07-28 */
  readonly roots?: JsonObject;
  /** @deprecated by revision 2026-07-28 */
  readonly sampling?: { readonly context?: JsonObject; readonly tools?: JsonObject };
  readonly elicitation?: { readonly form?: JsonObject; readonly url?: JsonObject };
  /** Extension id to settings. */
  readonly extensions?: { readonly [id: string]: JsonObject };
}

/** Optional abilities of a server. */
export interface ServerCapabilities {
  readonly experimental?: { readonly [name: string]: JsonObject };
  /** @deprecated by revision 2026-07-28 */
  readonly logging?: JsonObject;
  readonly completions?: JsonObject;
  readonly prompts?: { readonly listChanged?: boolean };
  readonly resources?: { readonly subscribe?: boolean; readonly listChanged?: boolean };
  readonly tools?: { readonly listChanged?: boolean };
  /** Extension id to settings. */
  readonly extensions?: { readonly [id: string]: JsonObject };
}

/** Syslog severities (RFC 5424), least severe first. */
export type LoggingLevel = 'debug' | 'info' | 'notice' | 'warning' | 'error' | 'critical' | 'alert' | 'emergency';

/** Whom content is meant for and how much it matters. */
export interface Annotations {
  readonly audience?: readonly ('user' | 'assistant')[];
  /** 0 (optional) to 1 (required). */
  readonly priority?: number;
  /** ISO 8601. */
  readonly lastModified?: string;
}

/** A piece of text. */
export interface TextContent {
  readonly type: 'text';
  readonly text: string;
  readonly annotations?: Annotations;
  readonly _meta?: MetaObject;
}

/** A picture, base64. */
export interface ImageContent {
  readonly type: 'image';
  readonly data: string;
  readonly mimeType: string;
  readonly annotations?: Annotations;
  readonly _meta?: MetaObject;
}

/** A sound, base64. */
export interface AudioContent {
  readonly type: 'audio';
  readonly data: string;
  readonly mimeType: string;
  readonly annotations?: Annotations;
  readonly _meta?: MetaObject;
}

/** Something that `resources/read` can read. */
export interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  readonly annotations?: Annotations;
  readonly icons?: readonly Icon[];
  /** Bytes before base64. */
  readonly size?: number;
  readonly _meta?: MetaObject;
}

/** A pointer to a resource. */
export interface ResourceLink extends Resource {
  readonly type: 'resource_link';
}

/** What a resource holds, as text. */
export interface TextResourceContents {
  readonly uri: string;
  readonly mimeType?: string;
  readonly text: string;
  readonly _meta?: MetaObject;
}

/** What a resource holds, as base64. */
export interface BlobResourceContents {
  readonly uri: string;
  readonly mimeType?: string;
  readonly blob: string;
  readonly _meta?: MetaObject;
}

/** A resource's contents, inside a result. */
export interface EmbeddedResource {
  readonly type: 'resource';
  readonly resource: TextResourceContents | BlobResourceContents;
  readonly annotations?: Annotations;
  readonly _meta?: MetaObject;
}

/** One block of a tool's or prompt's content. */
export type ContentBlock = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource;

/** Hints about a tool. Clients must not trust them unless they trust the server. */
export interface ToolAnnotations {
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
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: { readonly type: 'object'; readonly [keyword: string]: unknown };
  readonly outputSchema?: { readonly [keyword: string]: unknown };
  readonly annotations?: ToolAnnotations;
  readonly icons?: readonly Icon[];
  readonly _meta?: MetaObject;
}

/** Members that every result may have. */
export interface Result {
  readonly resultType?: string;
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
  readonly supportedVersions: readonly string[];
  readonly capabilities: ServerCapabilities;
  readonly instructions?: string;
}

/** The result of `tools/list`. */
export interface ListToolsResult extends Result, CacheHints {
  readonly tools: readonly Tool[];
  readonly nextCursor?: string;
}

/** The result of `tools/call`. */
export interface CallToolResult extends Result {
  readonly content: readonly ContentBlock[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
}

/** The params of `notifications/progress`. */
export interface ProgressNotificationParams {
  readonly progressToken: string | number;
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
  readonly _meta?: MetaObject;
}

/** The params of `notifications/message`. */
export interface LoggingMessageNotificationParams {
  readonly level: LoggingLevel;
  readonly data: unknown;
  readonly logger?: string;
  readonly _meta?: MetaObject;
}
