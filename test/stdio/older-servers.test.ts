/** What older servers send, and what becomes of it while several calls are open: each message reaches one reader. */
import { describe, expect, test } from 'vitest';
import { ChannelTransport, type ChannelTransportOptions } from 'mcpwire/stdio';
import type { JsonRpcMessage } from '../../src/json-rpc.ts';
import { settle } from '../helpers/gate.ts';
import { driven } from './channels.ts';

const { signal } = new AbortController();

/** A transport whose server is driven by hand, and everything that comes out of it. */
function opened(options: ChannelTransportOptions = {}) {
  const wire = driven();
  const transport = new ChannelTransport(wire.channel, { onWarning: () => {}, ...options });
  const outside: JsonRpcMessage[] = [];
  void (async () => {
    for await (const message of transport.incoming()) outside.push(message);
  })();
  /** Sends a request, and keeps what comes back. */
  const call = async (id: number, meta?: object) => {
    const seen: JsonRpcMessage[] = [];
    const request = { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'a', ...(meta && { _meta: meta }) } };
    const done = (async () => {
      for await (const message of transport.exchange({ ...request, jsonrpc: '2.0' }, { signal })) seen.push(message);
    })();
    await wire.next();
    return { seen, done };
  };
  return { ...wire, transport, outside, call };
}

const note = (method: string, params: object = {}) => ({ jsonrpc: '2.0', method, params });
const answer = (id: unknown) => ({ jsonrpc: '2.0', id, result: {} });

test('requests of the server come outside of calls, and answers go back', async () => {
  const { transport, send, next, outside, call } = opened();
  const { done, seen } = await call(1);
  // The same id: each side counts for itself.
  const question = { jsonrpc: '2.0', id: 1, method: 'elicitation/create', params: { message: 'Name?' } };
  await send(question);
  await settle();
  expect(outside).toEqual([question]);
  const answered = transport.respond({ jsonrpc: '2.0', id: 1, result: { action: 'decline' } });
  expect(await next()).toEqual({ jsonrpc: '2.0', id: 1, result: { action: 'decline' } });
  await answered;
  await send(answer(1));
  await done;
  expect(seen).toEqual([answer(1)]);
});

test('the cancellation of a request of its own does not end the call with the same id', async () => {
  const { send, outside, call } = opened();
  const { done, seen } = await call(1);
  await send(note('notifications/cancelled', { requestId: 1 }));
  await send(answer(1));
  await done;
  expect(seen).toEqual([answer(1)]);
  expect(outside).toEqual([note('notifications/cancelled', { requestId: 1 })]);
});

test('initialize is not cancelled, whatever becomes of its caller', async () => {
  const { transport, next } = opened();
  const controller = new AbortController();
  const leaving = (method: string) =>
    transport.exchange({ jsonrpc: '2.0', id: method, method }, { signal: controller.signal })[Symbol.asyncIterator]();
  const ended = ['initialize', 'ping'].map((method) =>
    leaving(method)
      .next()
      .catch(() => {}),
  );
  expect([await next(), await next()]).toMatchObject([{ method: 'initialize' }, { method: 'ping' }]);
  controller.abort();
  await Promise.all(ended);
  expect(await next()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: 'ping' } });
});

test.each([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/elicitation/complete',
  'notifications/tasks/status',
])('%s is of no call, also where only one is open', async (method) => {
  const { send, outside, call } = opened();
  const { done, seen } = await call(1);
  await send(note(method));
  await send(answer(1));
  await done;
  expect([outside, seen]).toEqual([[note(method)], [answer(1)]]);
});

test('with several calls open nothing is lost: progress by its token, all else outside', async () => {
  const { send, outside, call } = opened();
  const calls = [await call(1, { progressToken: 1 }), await call(2, { progressToken: 'two' }), await call(3)];
  const progress = (progressToken: unknown) => note('notifications/progress', { progressToken, progress: 1 });
  const log = note('notifications/message', { level: 'info', data: 'x' });
  const custom = note('editor/saved');
  for (const message of [progress('two'), log, progress(1), custom, progress(3), progress('nobody')])
    await send(message);
  for (const id of [1, 2, 3]) await send(answer(id));
  await Promise.all(calls.map(({ done }) => done));
  expect(calls.map(({ seen }) => seen)).toEqual([[progress(1), answer(1)], [progress('two'), answer(2)], [answer(3)]]);
  expect(outside).toEqual([log, custom, progress(3), progress('nobody')]);
});

test('a batch is what is in it, whatever of that is a message', async () => {
  const { send, outside, call } = opened();
  const [one, two] = [await call(1), await call(2)];
  await send(`${JSON.stringify([note('a'), answer(2), 7, answer(1)])}\n`);
  await Promise.all([one.done, two.done]);
  expect([one.seen, two.seen, outside]).toEqual([[answer(1)], [answer(2)], [note('a')]]);
});

describe('A30: what belongs to no call', () => {
  test('is not lost to what comes with it in one piece, however long it is', async () => {
    const { send, outside } = opened({ limits: { lineBytes: 3_000_000 } });
    const long = { jsonrpc: '2.0', id: 1, method: 'sampling/createMessage', params: { a: 'x'.repeat(2_000_000) } };
    await send([long, note('a'), note('b')].map((message) => `${JSON.stringify(message)}\n`).join(''));
    await settle();
    expect(outside).toHaveLength(3);
  });

  test('is bounded where nobody reads it', async () => {
    const { channel, send } = driven();
    const transport = new ChannelTransport(channel, { limits: { lineBytes: 200, unreadBytes: 800 } });
    for (let n = 0; n < 100; n++) await send(note('a', { n }));
    await settle();
    await transport.close();
    let left = 0;
    for await (const message of transport.incoming()) left += JSON.stringify(message).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(1_200);
  });
});

test('probeMs: 5 s unless another time is given, and a TypeError for none', () => {
  expect(new ChannelTransport(driven().channel).probeMs).toBe(5_000);
  expect(new ChannelTransport(driven().channel, { probeMs: 10 }).probeMs).toBe(10);
  expect(() => new ChannelTransport(driven().channel, { probeMs: Number.NaN })).toThrow(TypeError);
});
