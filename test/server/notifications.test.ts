import { afterEach, describe, expect, test, vi } from 'vitest';
import { isMcpError, McpServer, type Context } from 'mcpwire/server';
import * as z from 'zod';
import { gate, settle } from '../helpers/gate.js';
import { headersOf, META, meta, post, rpc } from '../helpers/wire.js';

afterEach(() => void vi.useRealTimers());

const notify = (
  method: string,
  params?: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) => post(JSON.stringify({ jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) }), headers);

// streamable-http#sending-messages
describe('TR4: a notification', () => {
  // spec: basic#notifications.1 basic/transports/streamable-http#sending-messages.7
  // spec: basic/patterns/cancellation#error-handling.1 basic/patterns/cancellation#error-handling.3
  test.each([
    ['unknown, without any header', notify('no/such')],
    ['with modern metadata', notify('no/such', { _meta: meta() }, headersOf(rpc('no/such')))],
    ['without the metadata headers: this revision defines none for notifications', notify('x', { _meta: meta() })],
    ['with a wrong method header', notify('x', { _meta: meta() }, { ...headersOf(rpc('x')), 'mcp-method': 'y' })],
    ['BI11: a cancellation of nothing', notify('notifications/cancelled', { requestId: 'gone' })],
    ['BI11: a malformed cancellation', notify('notifications/cancelled', { requestId: {} })],
    ['named like a request method', notify('tools/call', { name: 'x' })],
  ])('%s: 202 without a body', async (_what, request) => {
    const response = await new McpServer({ name: 'n', version: '1' }).fetch(request);
    expect(response.status).toBe(202);
    expect(await response.text()).toBe('');
    expect(response.headers.get('content-type')).toBeNull();
  });

  // spec: basic/transports/streamable-http#sending-messages.8
  test('that cannot be accepted: 400, and an error without an id', async () => {
    const response = await new McpServer({ name: 'n', version: '1' }).fetch(notify('x', [1]));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: -32600 } });
  });

  // spec: basic/transports#messages.2
  test('is answered before its handler is done, and runs no middleware', async () => {
    const release = gate();
    const done = gate<unknown>();
    const server = new McpServer({ name: 'n', version: '1' })
      .use(() => () => {
        throw new Error('middleware ran');
      })
      .notification('job/cancel', { params: z.object({ job: z.string() }) }, async (params, ctx) => {
        await release.opened;
        done.open({ params, id: ctx.id });
      });
    expect((await server.fetch(notify('job/cancel', { job: 'a', _meta: { x: 1 } }))).status).toBe(202);
    release.open();
    expect(await done.opened).toEqual({ params: { job: 'a' }, id: undefined });
  });

  test('whose handler fails, or whose params are refused, is told to onError', async () => {
    const onError = vi.fn<(error: unknown, ctx: Context | undefined, id: string) => void>();
    const server = new McpServer({ name: 'n', version: '1' }, { onError })
      .notification('bad', {}, () => {
        throw new Error('boom');
      })
      .notification('strict', { params: z.object({ n: z.number() }) }, () => {});
    expect((await server.fetch(notify('bad'))).status).toBe(202);
    expect((await server.fetch(notify('strict', { n: 'x' }))).status).toBe(202);
    await settle();
    expect(onError).toHaveBeenCalledTimes(2);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ message: 'boom' });
    expect(onError.mock.calls[1]?.[0]).toSatisfy(
      (error) => isMcpError(error) && error.code === 'invalid_params' && error.message.includes('n'),
    );
  });

  test.each([
    ['2026-07-28', '2026-07-28'],
    [20260728, '2025-03-26'],
    [undefined, '2025-03-26'],
  ])('whose _meta says the version %j has the one that can be read (%s)', async (version, expected) => {
    const seen = gate<string>();
    const server = new McpServer({ name: 'n', version: '1' }).notification('x', {}, (_params, ctx) =>
      seen.open(ctx.client.protocolVersion),
    );
    expect((await server.fetch(notify('x', { _meta: { [META.version]: version } }))).status).toBe(202);
    expect(await seen.opened).toBe(expected);
  });

  test('has no answer and no stream: what its handler sends goes nowhere and keeps nothing alive', async () => {
    vi.useFakeTimers();
    const onError = vi.fn<() => void>();
    const server = new McpServer({ name: 'n', version: '1' }, { onError }).notification(
      'chatty',
      {},
      async (_params, ctx) => {
        await ctx.notify('x/y');
        await ctx.progress(1);
        await expect(ctx.respond({})).rejects.toMatchObject({ code: 'invalid_request' });
      },
    );
    const params = { _meta: meta({ progressToken: 1 }) };
    expect((await server.fetch(notify('chatty', params))).status).toBe(202);
    await vi.advanceTimersByTimeAsync(0);
    expect(onError).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
