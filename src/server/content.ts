import type { JsonObject } from '../json-rpc.js';
import { isObject } from '../json-rpc.js';
import type {
  Annotations,
  AudioContent,
  BlobResourceContents,
  ContentBlock,
  EmbeddedResource,
  ImageContent,
  MetaObject,
  ResourceLink,
  TextContent,
  TextResourceContents,
} from '../spec/types.js';

/** Members that every content block may have. */
export interface ContentOptions {
  /** Whom the block is for and how much it matters. */
  readonly annotations?: Annotations;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** A text block. */
export function text(value: string, options?: ContentOptions): TextContent {
  return { type: 'text', text: value, ...options };
}

/** An image block from bytes, or from text that is base64 already. */
export function image(data: Uint8Array | string, mimeType: string, options?: ContentOptions): ImageContent {
  return { type: 'image', data: toBase64(data), mimeType, ...options };
}

/** An audio block from bytes, or from text that is base64 already. */
export function audio(data: Uint8Array | string, mimeType: string, options?: ContentOptions): AudioContent {
  return { type: 'audio', data: toBase64(data), mimeType, ...options };
}

/** An embedded resource: its contents, inside the result. */
export function resource(
  contents: TextResourceContents | BlobResourceContents,
  options?: ContentOptions,
): EmbeddedResource {
  return { type: 'resource', resource: contents, ...options };
}

/** A link to a resource, which the caller may read. */
export function link(uri: string, name: string, options?: Omit<ResourceLink, 'type' | 'uri' | 'name'>): ResourceLink {
  return { type: 'resource_link', uri, name, ...options };
}

const RESULT = /* @__PURE__ */ Symbol.for('mcpwire.StructuredResult');

/** A structured value with content beside it. Made by {@link result}. */
export interface StructuredResult<Value = unknown> {
  /** What `outputSchema` describes. */
  readonly value: Value;
  /** What the model reads. Absent: the value as JSON. */
  readonly content?: readonly ContentBlock[];
  /** The result's `_meta`. */
  readonly meta?: MetaObject;
}

/**
 * Returns a structured value with content of your own beside it, where a bare return would send the value's JSON as text.
 *
 * @param value what `outputSchema` describes
 * @param options `content`: what the model reads; `meta`: the result's `_meta`
 * @example
 * ```ts
 * return result({ celsius: 21 }, { content: [text('21 °C and sunny')] });
 * ```
 */
export function result<Value>(
  value: Value,
  options: { readonly content?: readonly ContentBlock[]; readonly meta?: MetaObject } = {},
): StructuredResult<Value> {
  return Object.defineProperty({ value, ...options }, RESULT, { value: true });
}

/** Whether a value was made by {@link result}. */
export function isStructuredResult(value: unknown): value is StructuredResult {
  return typeof value === 'object' && value !== null && RESULT in value;
}

/** The result of a tool that has an output schema, from its validated value. */
export function structured(value: unknown, content?: readonly ContentBlock[], meta?: MetaObject): JsonObject {
  // JSON has no word for it, and the result would have no structured content.
  if (value === undefined) throw new TypeError('A tool with an outputSchema must return a value: null for none');
  return {
    // Hosts that know no structured content read the same value as text (server/tools, "Structured Content").
    content: content ?? [{ type: 'text', text: JSON.stringify(value) }],
    structuredContent: value,
    ...(meta && { _meta: meta }),
  };
}

/**
 * The result of a tool without an output schema.
 *
 * @throws TypeError when the value is none of string, content block, content blocks and `CallToolResult`
 */
export function unstructured(value: unknown, tool: string): JsonObject {
  if (typeof value === 'string') return { content: [{ type: 'text', text: value }] };
  if (value === undefined) return { content: [] };
  if (isBlock(value)) return { content: [value] };
  if (isBlocks(value)) return { content: value };
  if (isObject(value) && isBlocks(value['content'])) return value;
  throw new TypeError(
    `Tool "${tool}" returned neither text nor { content: [...] }; structured values need an outputSchema`,
  );
}

/** A tool result that tells the model what went wrong. */
export function failure(content: readonly unknown[] | string): JsonObject {
  return { content: typeof content === 'string' ? [{ type: 'text', text: content }] : content, isError: true };
}

/** Whether a value is a content block. */
export function isBlock(value: unknown): value is ContentBlock {
  return isObject(value) && typeof value['type'] === 'string';
}

function isBlocks(value: unknown): value is ContentBlock[] {
  return Array.isArray(value) && value.every(isBlock);
}

/** Base64 of bytes; text is base64 already. */
export function toBase64(data: Uint8Array | string): string {
  if (typeof data === 'string') return data;
  if (!(data instanceof Uint8Array)) throw new TypeError('Bytes must be a Uint8Array, or text that is base64 already');
  let binary = '';
  // In slices, since the number of arguments of a call is bounded.
  for (let start = 0; start < data.length; start += 0x8000) {
    binary += String.fromCharCode(...data.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}
