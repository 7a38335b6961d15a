/** Content for older peers, who refuse a whole result over one block of a kind that they do not know. */
import { isObject, type JsonObject } from '../json-rpc.js';
import { each, mapped, omit, shaped } from './members.js';
import { BLOCKS, isSince, MEMBERS, type Revision } from './revisions.js';

/** A content block, or the text that stands in its place. */
export function blockFor(revision: Revision, block: JsonObject): JsonObject {
  const { type: kind } = block;
  const type = typeof kind === 'string' ? kind : '';
  const since = Object.hasOwn(BLOCKS, type) ? BLOCKS[type]! : '2026-07-28';
  if (!isSince(revision, since)) {
    const { annotations } = block;
    const text = type === 'resource_link' ? linkText(block) : `[${describe(block)} cannot be shown to this client]`;
    return annotated(revision, { type: 'text', text, ...(isObject(annotations) && { annotations }) });
  }
  switch (type) {
    case 'resource_link':
      return annotated(revision, shaped(revision, block, MEMBERS.resource));
    case 'resource': {
      const own = annotated(revision, shaped(revision, block, MEMBERS.block));
      return mapped(own, 'resource', (contents) => (isObject(contents) ? contentsFor(revision, contents) : contents));
    }
    default:
      return annotated(revision, shaped(revision, block, MEMBERS.block));
  }
}

/** All that a peer without links can use of one: what it is called, and where it is. */
function linkText({ title, name, uri }: JsonObject): string {
  return [title ?? name, uri].filter((part) => typeof part === 'string').join(': ');
}

function describe({ type, mimeType }: JsonObject): string {
  // Whatever a handler gives: some objects cannot be made a string.
  const kind = typeof type === 'string' ? type : 'unknown';
  return typeof mimeType === 'string' ? `${kind} content, ${mimeType},` : `${kind} content`;
}

/** The object with the annotations that the revision knows. */
export function annotated(revision: Revision, object: JsonObject): JsonObject {
  return mapped(object, 'annotations', (annotations) =>
    isObject(annotations) ? shaped(revision, annotations, MEMBERS.annotations) : annotations,
  );
}

/** One of the contents of a resource. */
export function contentsFor(revision: Revision, contents: JsonObject): JsonObject {
  return shaped(revision, contents, MEMBERS.contents);
}

/**
 * What came of a tool call. Structured content is an object, and from 2025-06-18 on; where nothing else says the same in
 * text, its JSON does.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/tools#structured-content
 */
export function callFor(revision: Revision, result: JsonObject): JsonObject {
  const { content, structuredContent } = result;
  const carried = isObject(structuredContent) && isSince(revision, '2025-06-18');
  const own = mapped(
    carried ? result : omit(result, ['structuredContent']),
    'content',
    each((block) => blockFor(revision, block)),
  );
  const told = Array.isArray(content) && content.some((block) => isObject(block) && block['type'] === 'text');
  if (structuredContent === undefined || told) return own;
  const others: readonly unknown[] = Array.isArray(own['content']) ? own['content'] : [];
  return { ...own, content: [...others, { type: 'text', text: JSON.stringify(structuredContent) }] };
}
