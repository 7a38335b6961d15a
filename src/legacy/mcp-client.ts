import { McpClient as ModernClient } from '../client/client.js';
import type { Fallback } from '../client/fallback.js';
import type { AnyTools } from '../client/typed.js';
import { olderServers } from './client-fallback.js';

/**
 * A connection to one server, of any protocol revision. Every call that fails rejects once, at once, with an `McpError`
 * whose `code` tells why.
 *
 * Tools, prompts and resources are those of the server's type: `McpClient.connect<typeof server>(url)`. A server of the
 * revisions 2025-11-25 and older is spoken to in its own way, and looks like any other.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic
 *
 * @example
 * ```ts
 * const client = await McpClient.connect<typeof server>('https://example.com/mcp');
 * const { structuredContent } = await client.callTool('job_run', { job_id: 'job-1' }, {
 *   onProgress: ({ progress, total }) => console.log(progress, total),
 * });
 * await client.close();
 * ```
 */
export class McpClient<Tools = AnyTools, Entries = unknown> extends ModernClient<Tools, Entries> {
  /** @internal */
  protected static override readonly fallbacks: readonly Fallback[] = [olderServers];
}
