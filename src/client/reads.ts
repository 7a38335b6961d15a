/** Reads, prompts and completion, and results that a schema checks. */
import { isMcpError, McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import { describeIssues, isStandardSchema } from '../schema/standard.js';
import type { CompleteRequestParams, CompleteResult, GetPromptResult, ReadResourceResult } from '../spec/types.js';
import { kept } from './cache.js';
import type { Core } from './core.js';
import type { CallOptions, ListOptions } from './options.js';

// What revisions before 2026-07-28 answer for a resource that does not exist.
const RESOURCE_NOT_FOUND = -32002;

export async function readResource(core: Core, uri: string, options: ListOptions): Promise<ReadResourceResult> {
  const via = kept(core, { refresh: options.refresh });
  try {
    const result = await core.call('resources/read', { uri }, { ...options, via });
    // The contents are the server's word; what they hold is for the caller to look at.
    return withArray(result, 'contents', uri) as unknown as ReadResourceResult;
  } catch (error) {
    if (!isMcpError(error) || error.rpcCode !== RESOURCE_NOT_FOUND) throw error;
    const { message, status, data, url, rpcCode } = error;
    throw new McpError('invalid_params', message, { cause: error, status, data, url, rpcCode });
  }
}

export async function getPrompt(
  core: Core,
  name: string,
  args: JsonObject | undefined,
  options: CallOptions,
): Promise<GetPromptResult> {
  const result = await core.call('prompts/get', { name, ...(args && { arguments: args }) }, options);
  // The messages are the server's word; what they hold is for the caller to look at.
  return withArray(result, 'messages', name) as unknown as GetPromptResult;
}

export async function complete(
  core: Core,
  { ref, argument, context }: Pick<CompleteRequestParams, 'ref' | 'argument' | 'context'>,
  options: CallOptions,
): Promise<CompleteResult['completion']> {
  const result = await core.call('completion/complete', { ref, argument, ...(context && { context }) }, options);
  const { values, total, hasMore } = isObject(result['completion']) ? result['completion'] : {};
  return {
    values: Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [],
    ...(typeof total === 'number' && { total }),
    ...(typeof hasMore === 'boolean' && { hasMore }),
  };
}

function withArray(result: JsonObject, member: string, what: string): JsonObject {
  if (Array.isArray(result[member])) return result;
  throw new McpError('invalid_message', `${what}: ${member} is no array`);
}

/**
 * Makes a call, and what a schema makes of its result.
 *
 * @throws McpError `invalid_message`; TypeError for what is no schema
 */
export async function fit(
  schema: unknown,
  core: Core,
  method: string,
  params: JsonObject | undefined,
  options: CallOptions,
): Promise<unknown> {
  if (!isStandardSchema(schema)) throw new TypeError('result must be a schema, like z.object({ … })');
  const result = await core.call(method, params, options);
  const checked = await schema['~standard'].validate(result);
  if (checked.issues === undefined) return checked.value;
  throw new McpError('invalid_message', `The result of ${method} does not fit:\n${describeIssues(checked.issues)}`, {
    data: checked.issues,
  });
}
