/** The three questions that a server can ask its client: what each takes of the client, of itself, and of an answer. */
import { isObject, type JsonObject } from '../json-rpc.js';
import type { ClientCapabilities } from '../spec/types.js';
import type { InputMethod } from './input-required.js';

/** What a client must declare to be asked. */
export function capabilitiesFor(method: InputMethod, params: JsonObject): ClientCapabilities {
  switch (method) {
    case 'elicitation/create':
      return { elicitation: params['mode'] === 'url' ? { url: {} } : { form: {} } };
    case 'sampling/createMessage': {
      const { tools, toolChoice, includeContext = 'none' } = params;
      return {
        sampling: {
          ...(tools === undefined && toolChoice === undefined ? {} : { tools: {} }),
          ...(includeContext === 'none' ? {} : { context: {} }),
        },
      };
    }
    case 'roots/list':
      return { roots: {} };
    default:
      throw new TypeError(`${String(method)} is no question that a client answers`);
  }
}

/** Whether an answer has the shape of one. Whether it says what the author wants to know is another question. */
export function isAnswer(method: InputMethod, answer: unknown): answer is JsonObject {
  if (!isObject(answer)) return false;
  if (method === 'elicitation/create') return ['accept', 'decline', 'cancel'].includes(answer['action'] as string);
  if (method === 'roots/list') {
    const { roots } = answer;
    return Array.isArray(roots) && roots.every((root) => isObject(root) && typeof root['uri'] === 'string');
  }
  const { role, content, model } = answer;
  return (
    (role === 'assistant' || role === 'user') &&
    typeof model === 'string' &&
    content !== undefined &&
    blocksOf(content).every((block) => isObject(block) && typeof block['type'] === 'string')
  );
}

/**
 * Checks what goes out.
 *
 * @throws TypeError for a URL that must not be opened, and for tool calls of a model that are not answered one by one
 */
export function checkQuestion(method: InputMethod, params: JsonObject): void {
  if (method === 'sampling/createMessage') checkMessages(params['messages']);
  else if (params['mode'] === 'url') checkUrl(params['url']);
}

function checkUrl(url: unknown): void {
  const { protocol, username, password } = URL.canParse(String(url)) ? new URL(String(url)) : ({} as Partial<URL>);
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError('The URL to open must be https: or http:');
  // client/elicitation, "Safe URL Handling".
  if (username !== '' || password !== '') throw new TypeError('The URL to open must carry no credentials');
}

/** client/sampling, "Message Content Constraints": a model's tool calls are answered by the next message, and by it alone. */
function checkMessages(messages: unknown): void {
  if (!Array.isArray(messages)) throw new TypeError('messages must be an array');
  let open = '';
  for (const message of [...(messages as unknown[]), undefined]) {
    const { role, content } = Object(message) as { readonly role?: unknown; readonly content?: unknown };
    const blocks = blocksOf(content);
    const results = idsOf(blocks, 'tool_result', 'toolUseId');
    if (results.length > 0 && (results.length < blocks.length || role !== 'user')) {
      throw new TypeError('A message with a tool_result is the user’s, and holds nothing else');
    }
    if (String(results) !== open) {
      throw new TypeError('Each tool_use needs one tool_result, in the message that follows');
    }
    open = String(idsOf(blocks, 'tool_use', 'id'));
  }
}

function idsOf(blocks: readonly unknown[], type: string, id: string): string[] {
  const own = blocks.filter((block) => isObject(block) && block['type'] === type);
  return own.map((block) => JSON.stringify((block as JsonObject)[id])).sort();
}

function blocksOf(content: unknown): readonly unknown[] {
  return Array.isArray(content) ? content : content === undefined ? [] : [content];
}
