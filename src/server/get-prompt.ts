import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import { check } from '../schema/standard.js';
import type { Prompt, PromptMessage } from '../spec/types.js';
import { isBlock } from './content.js';
import type { Context } from './context.js';
import { guarded } from './guard.js';
import { isInputRequired } from './input-required.js';
import type { Catalogs } from './registry.js';
import type { RequestContext } from './request-context.js';

/** `prompts/get`. */
export async function getPrompt(
  { prompts, fallbacks, mask }: Catalogs,
  { name, arguments: args = {} }: JsonObject,
  ctx: Context,
): Promise<JsonObject> {
  if (!isObject(args)) throw invalid('params.arguments must be an object');
  const prompt = prompts.get(name, ctx);
  if (prompt === undefined) {
    const listed = typeof name === 'string' ? await fallbacks.prompts?.(name, args, ctx) : undefined;
    if (listed === undefined) throw invalid(`Unknown prompt: ${typeof name === 'string' ? name : '(no string)'}`);
    return listed;
  }
  const { input, listed, handler } = prompt;
  // What middleware hands on is what was made for this very request.
  (ctx as RequestContext).checkNeeds(prompt);
  const what = `Prompt ${JSON.stringify(prompt.name)}`;
  const value =
    input === undefined
      ? {}
      : await check(input, args, (issues) => invalid(`Invalid arguments for prompt "${prompt.name}":\n${issues}`));
  return guarded(what, mask, ctx, async () =>
    promptResult(await handler(value as never, ctx as never), prompt.name, (listed as Prompt).description),
  );
}

/**
 * The result of a prompt, from what its handler returned.
 *
 * @throws TypeError for what is none of text, content, messages and a whole result
 */
export function promptResult(returned: unknown, name: string, description?: string): JsonObject {
  const messages = messagesOf(returned);
  // What else than what it says of itself could it say?
  if (messages !== undefined) return { ...(description && { description }), messages };
  if (isInputRequired(returned)) return returned as unknown as JsonObject;
  if (isObject(returned) && areMessages(returned['messages'])) return returned;
  throw new TypeError(
    `Prompt ${JSON.stringify(name)} returned neither text, content, messages nor { messages: [...] }`,
  );
}

function messagesOf(returned: unknown): readonly unknown[] | undefined {
  if (typeof returned === 'string') return [{ role: 'user', content: { type: 'text', text: returned } }];
  if (isBlock(returned)) return [{ role: 'user', content: returned }];
  return areMessages(returned) ? returned : undefined;
}

function areMessages(value: unknown): value is readonly PromptMessage[] {
  const isMessage = (one: unknown): boolean =>
    isObject(one) && (one['role'] === 'user' || one['role'] === 'assistant') && isBlock(one['content']);
  return Array.isArray(value) && value.every(isMessage);
}

function invalid(message: string): McpError {
  return new McpError('invalid_params', message);
}
