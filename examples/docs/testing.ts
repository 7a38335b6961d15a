/** Everything that docs/testing.md shows: tests, as a user of the package writes them. */
// #region imports
import { expect, test } from 'vitest';
import { checkReplay, connectInMemory, fakeClock, faultyFetch, recordWire, script } from 'mcpwire/testing';
// #endregion imports
import * as z from 'zod';
import { McpServer } from 'mcpwire/server';
import { calculator } from './calculator.ts';

// #region connect
test('adds', async () => {
  await using client = await connectInMemory(calculator);
  const { structuredContent } = await client.callTool('add', { a: 1, b: 2 });
  expect(structuredContent).toEqual({ sum: 3 });
});
// #endregion connect

// #region close
test('clears', async () => {
  const client = await connectInMemory(calculator);
  expect(await client.callTool('clear')).toMatchObject({ content: [{ text: 'cleared' }] });
  await client.close();
});
// #endregion close

// #region identity
const whoami = new McpServer({ name: 'whoami', version: '1.0.0' }).tool(
  'whoami',
  {},
  (_args, ctx) => ctx.auth?.subject ?? 'nobody',
);

test('knows its caller', async () => {
  const auth = { subject: 'operator', scopes: [], claims: {} };
  await using client = await connectInMemory({ fetch: whoami.handler({ auth }) });
  expect(await client.callTool('whoami')).toMatchObject({ content: [{ text: 'operator' }] });
});
// #endregion identity

// #region record
test('says over the wire what it always said', async () => {
  const wire = recordWire();
  await using client = await connectInMemory(calculator, { record: wire, protocolVersion: '2026-07-28' });
  await client.callTool('add', { a: 1, b: 2 });
  expect(wire.snapshot()).toMatchSnapshot();
});
// #endregion record

// #region booking
export const hotel = new McpServer({ name: 'hotel', version: '1.0.0' }).tool(
  'book',
  { inputSchema: z.object({ city: z.string() }), outputSchema: z.object({ booking: z.string(), nights: z.int() }) },
  async ({ city }, ctx) => {
    const booking = await ctx.once('booking', () => crypto.randomUUID());
    const stay = await ctx.elicit(`How many nights in ${city}?`, z.object({ nights: z.int().min(1) }));
    if (stay.action !== 'accept') return { booking, nights: 0 };
    await ctx.elicit(`Booking ${booking}: ${stay.content.nights} nights. Agreed?`, z.object({}));
    return { booking, nights: stay.content.nights };
  },
);
// #endregion booking

// #region script
test('books what the user agrees to', async () => {
  const answers = script([
    { elicit: { action: 'accept', content: { nights: 2 } } },
    { when: /Agreed/, elicit: 'accept' },
  ]);
  await using client = await connectInMemory(hotel, { script: answers });
  const { structuredContent } = await client.callTool('book', { city: 'Bern' });
  expect(structuredContent).toMatchObject({ nights: 2 });
});
// #endregion script

// #region replay
test('books in the same way, however often it starts anew', async () => {
  const { result } = await checkReplay(hotel, { tool: 'book', arguments: { city: 'Bern' } }, [
    { elicit: { action: 'accept', content: { nights: 2 } } },
    { elicit: 'accept' },
  ]);
  expect(result['structuredContent']).toMatchObject({ nights: 2 });
});
// #endregion replay

// #region clock
const slow = new McpServer({ name: 'slow', version: '1.0.0' }).tool('sleep', {}, () => new Promise<string>(() => {}));

test('gives up after five seconds', async () => {
  const clock = fakeClock();
  await using client = await connectInMemory(slow, { clock });
  const call = client.callTool('sleep', {}, { timeoutMs: 5_000 });
  await Promise.all([expect(call).rejects.toMatchObject({ code: 'timeout' }), clock.advance(5_000)]);
});
// #endregion clock

// #region using-clock
test('knows what time it is', async () => {
  using clock = fakeClock({ now: Date.UTC(2026, 6, 28) }).install();
  await clock.advance(90_000);
  expect(new Date(Date.now()).toISOString()).toBe('2026-07-28T00:01:30.000Z');
});
// #endregion using-clock

// #region faults
test('says so when the connection breaks', async () => {
  await using client = await connectInMemory(calculator, {
    wrap: (fetch) =>
      faultyFetch(fetch, ({ headers }) =>
        headers.get('mcp-method') === 'tools/call' ? { cutAfterBytes: 20 } : undefined,
      ),
  });
  await expect(client.callTool('add', { a: 1, b: 2 })).rejects.toMatchObject({ code: 'stream_ended' });
});
// #endregion faults
