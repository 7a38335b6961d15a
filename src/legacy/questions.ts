/** What a server asks its client, for older clients. */
import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import { blockFor, callFor } from './blocks.js';
import { toolFor } from './lists.js';
import { mapped, omit, shaped, withMeta } from './members.js';
import { isSince, MEMBERS, type Revision } from './revisions.js';

/** A request to the client, without what makes it a message. */
export interface ClientQuestion {
  /** `elicitation/create`, `sampling/createMessage` or `roots/list`. */
  readonly method: string;
  /** What is asked. */
  readonly params?: JsonObject;
}

/**
 * A question as the revision asks it. A URL's `elicitationId`, which 2025-11-25 wants, is the caller's to add.
 *
 * @throws McpError `missing_capability` for what the revision cannot ask: anything of the user before 2025-06-18; before
 *   2025-11-25 a page to open, a choice of several, and a model that calls tools
 */
export function questionFor(revision: Revision, question: ClientQuestion): ClientQuestion {
  const { method, params } = question;
  if (method === 'elicitation/create') return { ...question, params: elicitationFor(revision, params ?? {}) };
  if (params === undefined) return question;
  const own = withMeta(revision, params);
  return { ...question, params: method === 'sampling/createMessage' ? samplingFor(revision, own) : own };
}

function elicitationFor(revision: Revision, params: JsonObject): JsonObject {
  if (!isSince(revision, '2025-06-18')) throw cannot(revision, 'ask the user');
  const url = params['mode'] === 'url';
  if (url && !isSince(revision, '2025-11-25')) throw cannot(revision, 'open a page');
  const own = shaped(revision, params, MEMBERS.elicitation);
  if (isSince(revision, '2025-11-25')) return own;
  return mapped(own, 'requestedSchema', (schema) =>
    isObject(schema)
      ? mapped(shaped(revision, schema, MEMBERS.schema), 'properties', (properties) =>
          isObject(properties)
            ? Object.fromEntries(
                Object.entries(properties).map(([name, field]) => [name, fieldFor(revision, name, field)]),
              )
            : properties,
        )
      : schema,
  );
}

/** A field as 2025-06-18 has it: titles of a choice beside its values, and nothing filled in beforehand but a tick. */
function fieldFor(revision: Revision, name: string, field: unknown): unknown {
  if (!isObject(field)) return field;
  const { type, oneOf } = field;
  if (type === 'array') {
    throw cannot(revision, `ask for several values at once, as "${name}" does; ask for one`);
  }
  const own = type === 'boolean' ? field : omit(field, ['default']);
  if (!Array.isArray(oneOf)) return own;
  const options = oneOf.filter(isObject);
  return {
    ...omit(own, ['oneOf']),
    enum: options.map((option) => option['const']),
    enumNames: options.map((option) => option['title'] ?? option['const']),
  };
}

function samplingFor(revision: Revision, params: JsonObject): JsonObject {
  const tooled = params['tools'] !== undefined || params['toolChoice'] !== undefined;
  if (tooled && !isSince(revision, '2025-11-25')) throw noTools(revision);
  const tools = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.flatMap((tool: unknown) => (isObject(tool) ? (toolFor(revision, tool) ?? []) : [tool]))
      : value;
  return mapped(mapped(params, 'tools', tools), 'messages', (messages) =>
    Array.isArray(messages)
      ? messages.flatMap((message: unknown) => (isObject(message) ? messagesFor(revision, message) : [message]))
      : messages,
  );
}

/** One message; before 2025-11-25, where a message is one block, one for each of its blocks. */
function messagesFor(revision: Revision, message: JsonObject): JsonObject[] {
  const own = shaped(revision, message, MEMBERS.samplingMessage);
  const { content } = own;
  if (Array.isArray(content)) {
    const blocks = content.map((block: unknown) => (isObject(block) ? blockOf(block) : block));
    return isSince(revision, '2025-11-25')
      ? [{ ...own, content: blocks }]
      : blocks.map((block) => ({ ...own, content: block }));
  }
  return [mapped(own, 'content', (block) => (isObject(block) ? blockOf(block) : block))];

  function blockOf(block: JsonObject): JsonObject {
    const { type } = block;
    if (type !== 'tool_use' && type !== 'tool_result') return blockFor(revision, block);
    if (!isSince(revision, '2025-11-25')) throw noTools(revision);
    const known = withMeta(revision, block);
    return type === 'tool_use' ? known : callFor(revision, known);
  }
}

const noTools = (revision: Revision): McpError => cannot(revision, 'offer tools to the model');

function cannot(revision: Revision, what: string): McpError {
  return new McpError('missing_capability', `The client speaks revision ${revision}, in which no server can ${what}`);
}
