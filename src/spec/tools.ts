/** Tools: how they are listed and called. */
import type { CacheableResult, Icon, MetaObject, PaginatedRequestParams, PaginatedResult, Result } from './base.js';
import type { ContentBlock } from './content.js';
import type { InputResponseRequestParams } from './input.js';
import type { JsonObject } from './json.js';

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
  readonly inputSchema: { readonly $schema?: string; readonly type: 'object'; readonly [keyword: string]: unknown };
  /** The structured value, as JSON Schema 2020-12. Absent: there is none. */
  readonly outputSchema?: { readonly $schema?: string; readonly [keyword: string]: unknown };
  /** Hints for hosts. */
  readonly annotations?: ToolAnnotations;
  /** Icons that a host may show. */
  readonly icons?: readonly Icon[];
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** The params of `tools/list`. */
export type ListToolsRequestParams = PaginatedRequestParams;

/** The result of `tools/list`. */
export interface ListToolsResult extends PaginatedResult, CacheableResult {
  /** One page of tools. */
  readonly tools: readonly Tool[];
}

/** The params of `tools/call`. */
export interface CallToolRequestParams extends InputResponseRequestParams {
  /** Which tool. */
  readonly name: string;
  /** What to call it with. */
  readonly arguments?: JsonObject;
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
