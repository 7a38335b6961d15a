import { describe, expect, test, vi } from 'vitest';
import { McpServer, type Exchange, type RespondOptions } from 'mcpwire/server';
import type { JsonRpcRequest, JsonRpcResponse } from 'mcpwire/server';
import * as z from 'zod';
import { settle } from '../helpers/gate.js';
import { rpc } from '../helpers/wire.js';

const make = (options = {}) => new McpServer({ name: 's', version: '1' }, options);

/** Hands one call over, as a transport does, and tells what was answered before the hand-over returned, and after. */
const handOver = async (server: McpServer<unknown>, args = {}) => {
  const responses: JsonRpcResponse[] = [];
  const exchange: Exchange = {
    peer: { protocolVersion: '2026-07-28', capabilities: {} },
    signal: new AbortController().signal,
    gone: false,
    bare: false,
    input: 'none',
    send: () => Promise.resolve(),
    respond(response: JsonRpcResponse, _options?: RespondOptions) {
      responses.push(response);
      return Promise.resolve();
    },
    end: () => {},
    cancel: () => {},
  };
  const handled = server.handle(
    rpc('tools/call', { name: 't', arguments: args }) as unknown as JsonRpcRequest,
    exchange,
  );
  const atOnce = responses.length;
  await handled;
  await settle();
  expect(responses).toHaveLength(1);
  return { atOnce, response: responses[0]! };
};

describe('a call is answered in the same turn', () => {
  test.each<[string, McpServer<unknown>]>([
    ['without schemas', make().tool('t', {}, () => 'ok')],
    ['with schemas', make().tool('t', { inputSchema: z.object({}), outputSchema: z.string() }, () => 'ok')],
  ])('where tool and schemas are synchronous: %s', async (_what, server) => {
    expect(await handOver(server)).toMatchObject({
      atOnce: 1,
      response: { id: 1, result: { content: [{ text: expect.stringContaining('ok') as unknown }] } },
    });
  });

  test('with what a synchronous handler throws, too', async () => {
    const onError = vi.fn<() => void>();
    const server = make({ onError }).tool('t', {}, () => {
      throw new Error('secret');
    });
    expect(await handOver(server)).toMatchObject({ atOnce: 1, response: { result: { isError: true } } });
    expect(onError).toHaveBeenCalledOnce();
  });

  test('and with arguments that a synchronous schema refuses', async () => {
    const server = make().tool('t', { inputSchema: z.object({ n: z.number() }) }, () => 'ok');
    expect(await handOver(server)).toMatchObject({ atOnce: 1, response: { result: { isError: true } } });
  });
});

describe('a call is answered later, with the same answer', () => {
  const later = z.object({}).refine(() => Promise.resolve(true));
  test.each<[string, McpServer<unknown>]>([
    ['its handler is async', make().tool('t', {}, () => Promise.resolve('ok'))],
    ['its inputSchema is async', make().tool('t', { inputSchema: later }, () => 'ok')],
    [
      'its outputSchema is async',
      make().tool('t', { outputSchema: z.string().refine(() => Promise.resolve(true)) }, () => 'ok'),
    ],
    [
      'there is middleware',
      make()
        .use((next) => next)
        .tool('t', {}, () => 'ok'),
    ],
    ['there is a time limit', make({ handlerTimeoutMs: 1_000 }).tool('t', {}, () => 'ok')],
  ])('where %s', async (_what, server) => {
    expect(await handOver(server)).toMatchObject({
      atOnce: 0,
      response: { id: 1, result: { content: [{ text: expect.stringContaining('ok') as unknown }] } },
    });
  });
});
