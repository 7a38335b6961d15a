/**
 * The server.
 *
 * @module mcpwire/server
 */
import { wayToPast } from './legacy/way.js';
import { McpServer as ModernServer } from './server/server.js';
import type { MakeWayToPast } from './server/past.js';

export * from './server-modern.js';

/**
 * An MCP server: defined once, served by `server.fetch`, `serve(server)` and every other transport, to peers of every
 * revision of the protocol. It holds no state of any caller.
 *
 * @example
 * ```ts
 * const server = new McpServer({ name: 'greeter', version: '1.0.0' }).tool(
 *   'greet',
 *   { inputSchema: z.object({ name: z.string() }) },
 *   ({ name }) => `Hello, ${name}!`,
 * );
 * export default server;
 * ```
 *
 * @typeParam Entries - what is registered so far, as a union; it is what `McpClient.connect<typeof server>` reads
 * @typeParam C - what `server.context(...)` makes for each request: `ctx.context`
 */
export class McpServer<Entries = never, C = unknown> extends ModernServer<Entries, C> {
  /** @internal */
  protected static override readonly past: MakeWayToPast = wayToPast;
}
