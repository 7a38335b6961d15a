import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import * as z from 'zod';
import { McpServer, type AuthInfo } from 'mcpwire/server';
import { connectInMemory, fakeClock, recordWire, script, type Fetch } from 'mcpwire/testing';

const server = new McpServer({ name: 'calculator', version: '1.0.0' }).tool(
  'add',
  { inputSchema: z.object({ a: z.number(), b: z.number() }), outputSchema: z.object({ sum: z.number() }) },
  ({ a, b }) => ({ sum: a + b }),
);
afterEach(() => vi.restoreAllMocks());

describe('connectInMemory', () => {
  test('connects the real client to the real server, typed by it', async () => {
    await using client = await connectInMemory(server);
    expect(client.server).toMatchObject({ info: { name: 'calculator' }, era: 'modern' });
    const { isError, structuredContent } = await client.callTool('add', { a: 1, b: 2 });
    if (isError !== true) expectTypeOf(structuredContent).toEqualTypeOf<{ sum: number }>();
    expect(structuredContent).toEqual({ sum: 3 });
    // @ts-expect-error a tool that the server does not have
    await expect(client.callTool('subtract')).rejects.toMatchObject({ code: 'invalid_params' });
  });

  test('takes whatever has fetch, such as a server with a trusted identity', async () => {
    const who = new McpServer({ name: 'who', version: '1' }).tool('who', {}, (_args, ctx) => ctx.auth?.subject ?? '-');
    const auth: AuthInfo = { subject: 'operator', scopes: [], claims: {} };
    await using client = await connectInMemory({ fetch: who.handler({ auth }) });
    expect(await client.callTool('who')).toMatchObject({ content: [{ text: 'operator' }] });
  });

  test('takes the options of connect', async () => {
    const wire = recordWire();
    await using client = await connectInMemory(server, {
      record: wire,
      name: 'host',
      version: '2.0.0',
      protocolVersion: '2026-07-28',
    });
    expect(wire.entries).toEqual([]);
    await client.listTools();
    expect(wire.messages('sent')).toMatchObject([
      { params: { _meta: { 'io.modelcontextprotocol/clientInfo': { name: 'host', version: '2.0.0' } } } },
    ]);
  });

  test('puts a fetch of yours between the two, below the recorder', async () => {
    const seen: string[] = [];
    const wire = recordWire();
    const wrap =
      (inner: Fetch): Fetch =>
      (url, init) => {
        seen.push(`${url} ${wire.entries.length}`);
        return inner(url, init);
      };
    await using client = await connectInMemory(server, { wrap, record: wire });
    await client.listTools();
    expect(seen).toEqual(['http://localhost/mcp 1', 'http://localhost/mcp 3']);
  });

  test('closes the client when it is disposed of, and the server where that is wished', async () => {
    const own = new McpServer({ name: 'own', version: '1' });
    const close = vi.spyOn(own, 'close');
    const first = await connectInMemory(own);
    await first[Symbol.asyncDispose]();
    await expect(first.listTools()).rejects.toMatchObject({ code: 'closed' });
    expect(close).not.toHaveBeenCalled();
    await (await connectInMemory(own, { closeServer: true }))[Symbol.asyncDispose]();
    expect(close).toHaveBeenCalledOnce();
    await (await connectInMemory({ fetch: server.fetch }, { closeServer: true }))[Symbol.asyncDispose]();
  });

  test('fails when it is disposed of before its script was played to the end', async () => {
    const client = await connectInMemory(server, { script: script([{ elicit: 'accept' }]) });
    await expect(client[Symbol.asyncDispose]()).rejects.toThrow(/nobody asked for elicit/);
    await expect(client.listTools()).rejects.toMatchObject({ code: 'closed' });
  });

  test('installs its clock, and uninstalls it when connecting fails', async () => {
    const clock = fakeClock();
    await expect(connectInMemory(server, { clock, protocolVersion: '1999-01-01' })).rejects.toMatchObject({
      code: 'unsupported_version',
    });
    expect(clock.installed).toBe(false);
    const client = await connectInMemory(server, { clock });
    expect(clock.installed).toBe(true);
    await client[Symbol.asyncDispose]();
    expect(clock.installed).toBe(false);
  });
});
