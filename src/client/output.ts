/** Checks what tools return. */
import { McpError } from '../errors.js';
import type { JsonObject } from '../json-rpc.js';
import { describeIssues, type SchemaIssue } from '../schema/standard.js';
import type { Core } from './core.js';
import { list } from './lists.js';
import type { CallOptions } from './options.js';

/**
 * Checks the structured content of a result against the schema that the server lists for the tool.
 *
 * @throws McpError `invalid_message` when it does not fit, or when the schema is none that can be checked
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#output-schema
 */
export async function checkOutput(
  core: Core,
  name: string,
  result: JsonObject,
  { signal, headers }: CallOptions,
): Promise<void> {
  const { jsonSchema } = core.options;
  if (jsonSchema === undefined || result['isError'] === true) return;
  let fresh = core.tools === undefined;
  // Whoever asked for the check did not ask to list the tools first.
  if (fresh) await list(core, 'tools/list', { signal, headers });
  for (;;) {
    const tool = core.tools?.get(name);
    if (tool?.outputSchema === undefined) return;
    let issues: readonly SchemaIssue[] | undefined;
    try {
      tool.check ??= jsonSchema(tool.outputSchema);
      ({ issues } = await tool.check['~standard'].validate(result['structuredContent']));
    } catch (cause) {
      throw new McpError('invalid_message', `${name}: its outputSchema cannot be used: ${String(cause)}`, { cause });
    }
    if (issues === undefined) return;
    if (fresh) {
      throw new McpError(
        'invalid_message',
        `${name}: structuredContent does not fit outputSchema:\n${describeIssues(issues)}`,
        { data: issues },
      );
    }
    // The tool may be another since it was listed.
    fresh = true;
    await list(core, 'tools/list', { signal, headers, refresh: true }).catch((error: unknown) =>
      core.warn(McpError.from(error)),
    );
  }
}
