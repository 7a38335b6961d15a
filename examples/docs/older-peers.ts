/** Peers of revisions before 2026-07-28. */
import * as z from 'zod';
import { McpClient } from 'mcpwire/client';
import { McpServer, type ServerOptions } from 'mcpwire/server';
import { McpServer as ModernServer } from 'mcpwire/server/modern';
import { memoryBus, memoryEventStore, memorySessionStore } from 'mcpwire/stores';

// Stand for stores and a bus that all processes reach.
const bus = memoryBus();
const sessionStore = memorySessionStore();
const eventStore = memoryEventStore();
const secret = '0123456789abcdef0123456789abcdef';

// #region processes
/** The same in every process that serves the endpoint. */
export const shared: ServerOptions = { secret, bus, legacy: { sessionStore, eventStore } };
// #endregion processes

// #region handler
export const travel = (options: ServerOptions = {}) =>
  new McpServer({ name: 'travel', version: '1.0.0' }, options)
    .tool('book', {}, async (_args, ctx) => {
      const answer = await ctx.elicit('Where to?', z.object({ city: z.string() }));
      return answer.action === 'accept' ? `Booked: ${answer.content.city}` : 'Nothing was booked.';
    })
    // #endregion handler
    // #region detach
    .tool('report', {}, async (_args, ctx) => {
      await ctx.detach({ retryMs: 200 });
      return 'It was a good year.';
    });
// #endregion detach

// #region modern
export const alone = new ModernServer({ name: 'alone', version: '1.0.0' }).tool('hello', {}, () => 'Hello.');
export const strict = new McpServer({ name: 'strict', version: '1.0.0' }, { legacy: false }).tool(
  'hello',
  {},
  () => 'Hello.',
);
// #endregion modern

export async function visit(url: string) {
  // #region client
  const client = await McpClient.connect(url, { elicit: () => ({ action: 'accept', content: { city: 'Oslo' } }) });
  const { era, protocolVersion } = client.server; // such as 'legacy' and '2025-11-25'
  // #endregion client
  const { content } = await client.callTool('book');
  await client.close();
  return { era, protocolVersion, content };
}

export async function pinned(url: string) {
  // #region pinned
  const client = await McpClient.connect(url, { protocolVersion: '2025-06-18' });
  // #endregion pinned
  const { protocolVersion } = client.server;
  await client.close();
  return protocolVersion;
}
