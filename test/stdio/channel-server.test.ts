import { describe, expect, test, vi } from 'vitest';
import { McpServer } from 'mcpwire/server';
import { serveChannel, type ServeChannelOptions } from 'mcpwire/stdio';
import { aborted, gate, settle } from '../helpers/gate.ts';
import { call, cancelled, driven, request } from './channels.ts';

const PLAIN = { name: 'channel', version: '1.0.0' };

/** A server, served to a caller that is driven by hand. */
function served(server: McpServer<unknown>, options?: ServeChannelOptions) {
  const wire = driven();
  return { ...wire, ...serveChannel(server, wire.channel, options) };
}

/** A server whose tool waits for the test. */
function gated() {
  const began = gate<AbortSignal>();
  const go = gate();
  const server = new McpServer(PLAIN)
    .tool('slow', {}, async (_args, ctx) => {
      began.open(ctx.signal);
      await go.opened;
      await ctx.progress(1);
      return 'slow';
    })
    .tool('quick', {}, () => 'quick');
  return { server, began, go };
}

const answerOf = (id: unknown, text: string) => ({ id, result: { content: [{ text }] } });

describe('scopes', () => {
  const guarded = () => new McpServer(PLAIN).tool('secret', { scopes: ['admin'] }, () => 'psst');
  const as = (...scopes: string[]) => ({ auth: { subject: 'ada', scopes, claims: {} } });

  test.each([
    ['without an identity', {}],
    ['of an identity that lacks them', as('user')],
  ])('AZ14: are asked for on a channel %s, also where that gets the messages of errors', async (_what, options) => {
    const { send, next } = served(guarded(), { ...options, unsafelyExposeErrorMessages: true });
    await send(call(1, 'secret'));
    expect(await next()).toMatchObject({ id: 1, error: { code: -32600 } });
  });

  test('AZ14: of an identity that has them are enough', async () => {
    const { send, next } = served(guarded(), as('admin'));
    await send(call(1, 'secret'));
    expect(await next()).toMatchObject(answerOf(1, 'psst'));
  });
});

describe('requests', () => {
  test('a quick one overtakes a slow one', async () => {
    const { server, go } = gated();
    const { send, next } = served(server);
    await send(call(1, 'slow'));
    await send(call('two', 'quick'));
    expect(await next()).toMatchObject(answerOf('two', 'quick'));
    go.open();
    expect(await next()).toMatchObject(answerOf(1, 'slow'));
  });

  test('A28: of two requests with one id in flight the second is refused and the first completes', async () => {
    const { server, go } = gated();
    const { send, next } = served(server);
    await send(call(1, 'slow'));
    await send(call(1, 'quick'));
    expect(await next()).toMatchObject({ id: 1, error: { code: -32600 } });
    // Another id, although it is spelled alike.
    await send(call('1', 'quick'));
    expect(await next()).toMatchObject(answerOf('1', 'quick'));
    go.open();
    expect(await next()).toMatchObject(answerOf(1, 'slow'));
  });

  test('A28: one id, 500 times in a row', async () => {
    const { send, next } = served(gated().server);
    for (let round = 0; round < 500; round++) {
      await send(call(1, 'quick'));
      expect(await next()).toMatchObject(answerOf(1, 'quick'));
    }
  });

  test('_meta is asked for, and there are no headers to agree with', async () => {
    const { send, next } = served(gated().server);
    await send({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/list',
      params: { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
    });
    expect(await next()).toMatchObject({ id: 1, error: { code: -32602 } });
    await send(request(2, 'tools/list', {}, { 'io.modelcontextprotocol/protocolVersion': '2099-01-01' }));
    expect(await next()).toMatchObject({
      id: 2,
      error: { code: -32022, data: { supported: ['2026-07-28'], requested: '2099-01-01' } },
    });
  });

  test('a server of revision 2026-07-28 alone tells who tries the old handshake what it speaks', async () => {
    const { send, next } = served(new McpServer({ name: 'alone', version: '1' }, { legacy: false }));
    await send({ jsonrpc: '2.0', id: 3, method: 'initialize', params: { protocolVersion: '2025-11-25' } });
    expect(await next()).toMatchObject({ id: 3, error: { code: -32022, data: { requested: '2025-11-25' } } });
  });

  test('plain JSON-RPC is served, unless the server is for revision 2026-07-28 alone', async () => {
    const plain = { jsonrpc: '2.0', id: 1, method: 'double', params: { n: 2 } };
    const define = (server: McpServer) => server.method('double', {}, ({ n }) => ({ n: Number(n) * 2 }));
    const open = served(define(new McpServer(PLAIN)));
    await open.send(plain);
    expect(await open.next()).toEqual({ jsonrpc: '2.0', id: 1, result: { n: 4 } });
    const strict = served(define(new McpServer(PLAIN, { legacy: false })));
    await strict.send(plain);
    expect(await strict.next()).toMatchObject({ id: 1, error: { code: -32602 } });
  });

  test('what the surrounding code vouches for reaches the handler, and what the caller claims does not', async () => {
    const server = new McpServer(PLAIN).tool(
      'who',
      {},
      (_args, ctx) => `${ctx.auth?.subject} ${String(ctx.platform)} ${typeof ctx.http}`,
    );
    const { send, next } = served(server, { auth: { subject: 'ada', scopes: [], claims: {} }, platform: 'unix' });
    await send(call(1, 'who', {}, { auth: { subject: 'eve' } }));
    expect(await next()).toMatchObject(answerOf(1, 'ada unix undefined'));
  });

  test('messages of unexpected errors stay inside, unless the option says otherwise', async () => {
    const make = () =>
      new McpServer(PLAIN, { onError: () => {} }).tool('fail', {}, () => {
        throw new Error('password is hunter2');
      });
    const masked = served(make());
    await masked.send(call(1, 'fail'));
    expect(JSON.stringify(await masked.next())).not.toContain('hunter2');
    const exposed = served(make(), { unsafelyExposeErrorMessages: true });
    await exposed.send(call(1, 'fail'));
    expect(await exposed.next()).toMatchObject({
      result: { isError: true, content: [{ text: 'password is hunter2' }] },
    });
  });

  // spec: basic/transports/stdio#receiving-messages.2
  test('a question to the user is an answer to the call, and never a request', async () => {
    const { world } = await import('./fixtures/world.mjs');
    const { send, next } = served(world({ secret: 'known to the tests alone' }));
    await send(call(1, 'greet', {}, { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } }));
    expect(await next()).toMatchObject({ id: 1, result: { resultType: 'input_required' } });
  });
});

describe('cancellation', () => {
  // spec: basic/transports/stdio#cancellation.2 basic/transports/stdio#cancellation.3
  // spec: basic/patterns/cancellation#behavior-requirements.4 basic/patterns/cancellation#behavior-requirements.5 basic/patterns/cancellation#behavior-requirements.6
  test('aborts the signal, and nothing more is sent for the request', async () => {
    const { server, began, go } = gated();
    const { send, next } = served(server);
    await send(call(1, 'slow', {}, { progressToken: 'p' }));
    const signal = await began.opened;
    await send(cancelled(1));
    expect(await aborted(signal)).toMatchObject({ code: 'aborted' });
    go.open();
    await settle();
    // Its id is free again.
    await send(call(1, 'quick'));
    expect(await next()).toMatchObject(answerOf(1, 'quick'));
  });

  test('also takes back what waits to be written', async () => {
    const go = gate();
    const server = new McpServer(PLAIN).tool('flood', {}, async (_args, ctx) => {
      for (let step = 1; step <= 50; step++) void ctx.progress(step);
      await go.opened;
      return 'x';
    });
    const { send, next } = served(server);
    await send(call(1, 'flood', {}, { progressToken: 'p' }));
    await settle();
    await send(cancelled(1));
    await settle();
    await send(request(2, 'tools/list'));
    // What the stream had taken by then may come, the rest does not.
    let before = 0;
    for (let message = await next(); message?.['id'] !== 2; message = await next()) before++;
    expect(before).toBeLessThan(5);
    go.open();
  });

  // spec: basic/patterns/cancellation#error-handling.1 basic/patterns/cancellation#timing-considerations.1
  test('of what is unknown, over or malformed is ignored', async () => {
    const { send, next } = served(gated().server);
    await send(call(1, 'quick'));
    expect(await next()).toMatchObject(answerOf(1, 'quick'));
    for (const params of [{ requestId: 1 }, { requestId: 'x' }, { requestId: null }, {}, { requestId: { a: 1 } }]) {
      await send({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    }
    await send({ jsonrpc: '2.0', method: 'notifications/cancelled' });
    await send(call(1, 'quick'));
    expect(await next()).toMatchObject(answerOf(1, 'quick'));
  });
});

describe('subscriptions', () => {
  const ID = 'io.modelcontextprotocol/subscriptionId';
  const listen = (id: string | number, filter: object) =>
    request(id, 'subscriptions/listen', { notifications: filter });

  test('several on one channel, each message with the id of its own', async () => {
    const server = new McpServer(PLAIN).tool('a', {}, () => '').resource('note://1', { name: 'n' }, () => 'n');
    const { send, next } = served(server);
    await send(listen(1, { toolsListChanged: true }));
    expect(await next()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { _meta: { [ID]: 1 } },
    });
    await send(listen('two', { resourceSubscriptions: ['note://1'] }));
    expect(await next()).toMatchObject({ params: { _meta: { [ID]: 'two' } } });
    server.notify.resourceUpdated('note://1');
    expect(await next()).toMatchObject({
      method: 'notifications/resources/updated',
      params: { _meta: { [ID]: 'two' } },
    });
    server.notify.toolsChanged();
    expect(await next()).toMatchObject({ method: 'notifications/tools/list_changed', params: { _meta: { [ID]: 1 } } });
    await send(cancelled(1));
    await settle();
    server.notify.toolsChanged();
    server.notify.resourceUpdated('note://1');
    expect(await next()).toMatchObject({ params: { _meta: { [ID]: 'two' } } });
  });

  test('they end with their result when the input ends', async () => {
    const { send, next, end, closed } = served(new McpServer(PLAIN).tool('a', {}, () => ''));
    await send(listen(1, { toolsListChanged: true }));
    await next();
    await end();
    expect(await next()).toMatchObject({ id: 1, result: { resultType: 'complete', _meta: { [ID]: 1 } } });
    expect(await next()).toBeUndefined();
    await closed;
  });

  test('one whose reader is too slow is ended by a cancellation, so that the client knows that it has missed something', async () => {
    const server = new McpServer(PLAIN, { limits: { streamDropBytes: 10 } })
      .tool('a', {}, () => '')
      .resource('note://{id}', { name: 'n', list: () => [] }, () => 'n');
    const { send, next } = served(server);
    await send(listen(1, { toolsListChanged: true, resourceSubscriptions: ['note://1'] }));
    await next();
    for (let round = 0; round < 20; round++) {
      server.notify.toolsChanged();
      server.notify.resourceUpdated('note://1');
      await settle(1);
    }
    let message = await next();
    while (message?.['method'] !== 'notifications/cancelled') message = await next();
    expect(message).toMatchObject({ params: { requestId: 1 } });
    await send(request(2, 'tools/list'));
    expect(await next()).toMatchObject({ id: 2 });
  });
});

describe('A12: what is no message', () => {
  test('is answered or passed over, 300 times, and the next request is served', async () => {
    const { send, next } = served(gated().server);
    const bad = new TextEncoder().encode('{"id":"\xff"}\n').map((byte) => (byte === 0xc3 ? 0xff : byte));
    const lines: [string | Uint8Array, number][] = [
      ['nonsense\n', -32700],
      ['{"jsonrpc":"2.0","id":9\n', -32700],
      [bad, -32700],
      ['null\n', -32600],
      ['[]\n', -32600],
      ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]\n', -32600],
      ['{"jsonrpc":"1.0","id":5,"method":"x"}\n', -32600],
      ['{"jsonrpc":"2.0","id":null,"method":"x"}\n', -32600],
      ['{"jsonrpc":"2.0","id":5,"method":5}\n', -32600],
      ['{"jsonrpc":"2.0","id":5,"method":"x","params":[1]}\n', -32600],
      [`${'['.repeat(200)}\n`, -32600],
    ];
    for (let round = 0; round < 30; round++) {
      for (const [line, code] of lines) {
        await send(line);
        expect(await next()).toMatchObject({ jsonrpc: '2.0', error: { code } });
      }
    }
    await send(call(1, 'quick'));
    expect(await next()).toMatchObject(answerOf(1, 'quick'));
  });

  test('a response is passed over: nothing was asked, and an answer could be taken for that to a request', async () => {
    const { server, go } = gated();
    const { send, next } = served(server);
    await send(call(1, 'slow'));
    await send({ jsonrpc: '2.0', id: 1, result: {} });
    await send({ jsonrpc: '2.0', id: 1, error: { code: 1, message: '' } });
    go.open();
    expect(await next()).toMatchObject(answerOf(1, 'slow'));
  });

  test('A30: a line over the limit fails its request alone', async () => {
    const { send, next } = served(gated().server, { limits: { lineBytes: 1000 } });
    await send(call(1, 'quick', { pad: 'x'.repeat(2000) }));
    expect(await next()).toMatchObject({
      id: 1,
      error: { code: -32600, message: expect.stringContaining('lineBytes') },
    });
    await send(`${'x'.repeat(5000)}\n`);
    const answer = await next();
    expect(answer).toMatchObject({ error: { code: -32600 } });
    expect(answer).not.toHaveProperty('id');
    await send(call(2, 'quick'));
    expect(await next()).toMatchObject(answerOf(2, 'quick'));
  });
});

describe('A30: requests at the same time', () => {
  test('beyond the limit one is refused with its name, a cancellation is still heard, and there is room again after an end', async () => {
    const { server, began, go } = gated();
    const { send, next } = served(server, { limits: { concurrentRequests: 2 } });
    await send(call(1, 'slow'));
    await send(request(2, 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
    expect(await next()).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    await send(call(3, 'quick'));
    expect(await next()).toMatchObject({
      id: 3,
      error: { code: -32603, message: expect.stringContaining('limits.concurrentRequests') },
    });
    const signal = await began.opened;
    await send(cancelled(1));
    await aborted(signal);
    // It is cancelled, and runs on.
    await send(call(4, 'quick'));
    expect(await next()).toMatchObject({ id: 4, error: { code: -32603 } });
    go.open();
    await settle();
    await send(call(5, 'quick'));
    expect(await next()).toMatchObject(answerOf(5, 'quick'));
  });

  test('notifications count, and beyond the limit they are dropped', async () => {
    const go = gate();
    let heard = 0;
    const server = new McpServer(PLAIN)
      .notification('note', {}, () => {
        heard++;
        return go.opened;
      })
      .tool('quick', {}, () => 'quick');
    const { send, next } = served(server, { limits: { concurrentRequests: 2 } });
    for (let round = 0; round < 5; round++) await send({ jsonrpc: '2.0', method: 'note' });
    await send(call(1, 'quick'));
    expect(await next()).toMatchObject({ id: 1, error: { code: -32603 } });
    expect(heard).toBe(2);
    go.open();
    await settle();
    await send(call(2, 'quick'));
    expect(await next()).toMatchObject(answerOf(2, 'quick'));
  });
});

test('limits that would limit nothing are a TypeError', () => {
  const limits = [
    { lineBytes: Number.NaN },
    { lineBytes: 0 },
    { concurrentRequests: 0 },
    { concurrentRequests: Number.NaN },
  ];
  for (const options of [...limits.map((one) => ({ limits: one })), { graceMs: -1 }]) {
    expect(() => serveChannel(new McpServer(PLAIN), driven().channel, options)).toThrow(TypeError);
  }
});

describe('the end', () => {
  test('running requests are answered before the channel ends', async () => {
    const { server, began, go } = gated();
    const { send, next, end, closed } = served(server);
    await send(call(1, 'slow'));
    await began.opened;
    await end();
    go.open();
    expect(await next()).toMatchObject(answerOf(1, 'slow'));
    expect(await next()).toBeUndefined();
    await closed;
  });

  test('a request that takes longer than graceMs is aborted', async () => {
    const { server, began } = gated();
    const { send, next, close, closed } = served(server);
    await send(call(1, 'slow'));
    const signal = await began.opened;
    void close({ graceMs: 10 });
    expect(await aborted(signal)).toMatchObject({ code: 'closed' });
    expect(await next()).toBeUndefined();
    await closed;
  });

  test('a caller that is cut off aborts what runs for it, and nothing is reported', async () => {
    const onError = vi.fn();
    const began = gate<AbortSignal>();
    const server = new McpServer(PLAIN, { onError }).tool('wait', {}, (_args, ctx) => {
      began.open(ctx.signal);
      return aborted(ctx.signal).then(() => {
        throw new Error('gone');
      });
    });
    const { send, cut, closed } = served(server);
    await send(call(1, 'wait'));
    const signal = await began.opened;
    await cut();
    expect(await aborted(signal)).toMatchObject({ code: 'aborted' });
    await closed;
    expect(onError).not.toHaveBeenCalled();
  });

  test('one server serves many channels, and closes them all', async () => {
    const server = new McpServer(PLAIN).tool('quick', {}, () => 'quick');
    const wires = [served(server), served(server)];
    for (const { send, next } of wires) {
      await send(call(1, 'quick'));
      expect(await next()).toMatchObject(answerOf(1, 'quick'));
    }
    await wires[0]?.close();
    await wires[1]?.send(call(1, 'quick'));
    expect(await wires[1]?.next()).toMatchObject(answerOf(1, 'quick'));
    await server.close({ graceMs: 10 });
    await wires[1]?.send(call(2, 'quick'));
    expect(await wires[1]?.next()).toMatchObject({ id: 2, error: { code: -32603 } });
  });
});
