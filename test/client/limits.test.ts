import { McpClient, type CallOptions, type ClientTransport } from 'mcpwire/client';
import { fakeClock } from 'mcpwire/testing';
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonRpcMessage, JsonRpcNotification, JsonRpcRequest } from '../../src/json-rpc.js';
import { collect, errorOf } from './support.js';

/** A transport that says what a test tells it to, and is deaf to aborts. */
class Puppet implements ClientTransport {
  request!: JsonRpcRequest;
  signal!: AbortSignal;
  closed = 0;
  #wake: (() => void) | undefined;
  readonly #messages: JsonRpcMessage[] = [];

  say(message: JsonRpcMessage): void {
    this.#messages.push(message);
    this.#wake?.();
  }

  progress(value: number): void {
    const meta = this.request.params?.['_meta'] as { progressToken: number };
    this.say({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: meta.progressToken, progress: value },
    });
  }

  answer(): void {
    this.say({ jsonrpc: '2.0', id: this.request.id, result: {} });
  }

  async *exchange(request: JsonRpcRequest, { signal }: { signal: AbortSignal }): AsyncGenerator<JsonRpcMessage> {
    this.request = request;
    this.signal = signal;
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) yield message;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  notify(_message: JsonRpcNotification, { signal }: { signal: AbortSignal }): Promise<void> {
    this.signal = signal;
    return new Promise(() => {});
  }

  async close(): Promise<void> {
    this.closed++;
  }
}

async function setup(): Promise<{ puppet: Puppet; client: McpClient }> {
  const puppet = new Puppet();
  return { puppet, client: await McpClient.connect(puppet, { protocolVersion: '2026-07-28' }) };
}

/** How a promise stands once every microtask has run. */
async function state(promise: Promise<unknown>): Promise<string> {
  let now = 'pending';
  promise.then(
    () => (now = 'resolved'),
    (error: { code?: string }) => (now = error.code ?? 'untyped'),
  );
  await clock.advance(0);
  return now;
}

// What the client loads on its way takes real time: a test waits until its call has its timer, and then lets time pass.
const clock = fakeClock();
beforeEach(() => void clock.install());
afterEach(() => clock.uninstall());

const ways: readonly [string, (client: McpClient, options?: CallOptions) => Promise<unknown>][] = [
  ['callTool', (client, options) => client.callTool('x', {}, options)],
  ['request', (client, options) => client.request('x', {}, options)],
  ['listTools', (client, options) => client.listTools(options)],
  ['stream', (client, options) => collect(client.stream('x', {}, options))],
  ['notify', (client, options) => client.notify('x', {}, options)],
];

describe.each(ways)('client.%s to a server that says nothing', (_name, start) => {
  // spec: basic/patterns/cancellation#timeouts.1 server/tools#security-considerations.9
  it('times out after 60 s by default', async () => {
    const { client } = await setup();
    const call = start(client);
    call.catch(() => {});
    await clock.armed();
    await clock.advance(59_999);
    expect(await state(call)).toBe('pending');
    await clock.advance(1);
    expect(await state(call)).toBe('timeout');
    expect((await errorOf(call)).message).toContain('timeoutMs: 60000');
    expect(clock.pending).toEqual([]);
  });

  // spec: basic/patterns/cancellation#timeouts.2 basic/patterns/cancellation#timeouts.3
  it('times out after timeoutMs', async () => {
    const { client, puppet } = await setup();
    const call = start(client, { timeoutMs: 300 });
    call.catch(() => {});
    await clock.armed();
    await clock.advance(299);
    expect(await state(call)).toBe('pending');
    await clock.advance(1);
    expect(await state(call)).toBe('timeout');
    expect(puppet.signal.reason).toMatchObject({ code: 'timeout' });
  });

  it('times out after maxTotalTimeoutMs, in silence too', async () => {
    const { client } = await setup();
    const call = start(client, { timeoutMs: 1000, maxTotalTimeoutMs: 150 });
    call.catch(() => {});
    await clock.armed();
    await clock.advance(149);
    expect(await state(call)).toBe('pending');
    await clock.advance(1);
    expect(await state(call)).toBe('timeout');
    expect((await errorOf(call)).message).toContain('maxTotalTimeoutMs: 150');
  });

  // spec: basic/patterns/cancellation#timeouts.4
  it('times out after 10 min in all by default', async () => {
    const { client } = await setup();
    const call = start(client, { timeoutMs: Infinity });
    call.catch(() => {});
    await clock.armed();
    await clock.advance(599_999);
    expect(await state(call)).toBe('pending');
    await clock.advance(1);
    expect(await state(call)).toBe('timeout');
  });

  it('waits for ever where both limits are Infinity', async () => {
    const { client } = await setup();
    const call = start(client, { timeoutMs: Infinity, maxTotalTimeoutMs: Infinity });
    call.catch(() => {});
    await clock.armed();
    await clock.advance(2 ** 32);
    expect(await state(call)).toBe('pending');
    await client.close();
    expect(clock.pending).toEqual([]);
  });

  it.each([0, -1, Number.NaN])('refuses the limit %d', async (limit) => {
    const { client } = await setup();
    await expect(start(client, { timeoutMs: limit })).rejects.toThrow(/timeoutMs/);
    await expect(start(client, { maxTotalTimeoutMs: limit })).rejects.toThrow(/maxTotalTimeoutMs/);
    expect(clock.pending).toEqual([]);
  });

  it('is aborted, not timed out, by the signal of its caller; the reason is the cause', async () => {
    const { client, puppet } = await setup();
    const controller = new AbortController();
    const call = start(client, { signal: controller.signal });
    call.catch(() => {});
    await clock.armed();
    expect(await state(call)).toBe('pending');
    controller.abort('enough');
    expect(await errorOf(call)).toMatchObject({ code: 'aborted', cause: 'enough' });
    expect(puppet.signal.aborted).toBe(true);
    expect(clock.pending).toEqual([]);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('is aborted by AbortSignal.timeout of its caller, too', async () => {
    const { client } = await setup();
    const controller = new AbortController();
    const call = start(client, { signal: controller.signal });
    call.catch(() => {});
    await clock.armed();
    controller.abort(new DOMException('late', 'TimeoutError'));
    expect((await errorOf(call)).code).toBe('aborted');
  });

  it('is not sent when the signal is aborted already', async () => {
    const { client, puppet } = await setup();
    expect((await errorOf(start(client, { signal: AbortSignal.abort('before') }))).code).toBe('aborted');
    expect(puppet.request).toBeUndefined();
    expect(clock.pending).toEqual([]);
  });

  it('is closed with the client', async () => {
    const { client } = await setup();
    const call = start(client);
    call.catch(() => {});
    await clock.armed();
    expect(await state(call)).toBe('pending');
    await client.close();
    expect(await state(call)).toBe('closed');
    expect(clock.pending).toEqual([]);
  });

  it('is not sent after the client is closed', async () => {
    const { client, puppet } = await setup();
    await client.close();
    expect((await errorOf(start(client))).code).toBe('closed');
    expect(puppet.request).toBeUndefined();
  });
});

// spec: basic/patterns/cancellation#behavior-requirements.7
// spec: basic/patterns/cancellation#timing-considerations.1
it('what arrives for a call that is over reaches nobody', async () => {
  const { client, puppet } = await setup();
  const heard: unknown[] = [];
  client.on('n', (params) => heard.push(params));
  const call = client.request('x', {}, { timeoutMs: 100, onMessage: (message) => heard.push(message) });
  call.catch(() => {});
  await clock.advance(100);
  expect(await state(call)).toBe('timeout');
  puppet.say({ jsonrpc: '2.0', method: 'n' });
  puppet.answer();
  await clock.advance(0);
  expect(heard).toEqual([]);
});

describe('progress', () => {
  it('restarts timeoutMs, whether anyone listens to it or not', async () => {
    const { client, puppet } = await setup();
    const call = client.callTool('x', {}, { timeoutMs: 300 });
    call.catch(() => {});
    await clock.armed();
    for (let step = 1; step <= 50; step++) {
      await clock.advance(100);
      puppet.progress(step);
    }
    expect(await state(call)).toBe('pending');
    await clock.advance(299);
    expect(await state(call)).toBe('pending');
    await clock.advance(1);
    expect(await state(call)).toBe('timeout');
  });

  // spec: basic/patterns/cancellation#timeouts.4
  it('does not restart maxTotalTimeoutMs', async () => {
    const { client, puppet } = await setup();
    const call = client.callTool('x', {}, { timeoutMs: 300, maxTotalTimeoutMs: 1000 });
    call.catch(() => {});
    await clock.armed();
    for (let step = 1; step <= 9; step++) {
      await clock.advance(100);
      puppet.progress(step);
    }
    await clock.advance(99);
    expect(await state(call)).toBe('pending');
    await clock.advance(1);
    expect(await state(call)).toBe('timeout');
  });

  it('of another request restarts nothing', async () => {
    const { client, puppet } = await setup();
    const call = client.callTool('x', {}, { timeoutMs: 300 });
    call.catch(() => {});
    await clock.armed();
    await clock.advance(200);
    puppet.say({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 999, progress: 1 } });
    await clock.advance(100);
    expect(await state(call)).toBe('timeout');
  });
});

describe('client.stream', () => {
  it('restarts timeoutMs with every message', async () => {
    const { client, puppet } = await setup();
    const call = collect(client.stream('x', {}, { timeoutMs: 300 }));
    call.catch(() => {});
    await clock.armed();
    for (let step = 1; step <= 5; step++) {
      await clock.advance(299);
      puppet.say({ jsonrpc: '2.0', method: 'job/progress' });
    }
    expect(await state(call)).toBe('pending');
    await clock.advance(300);
    expect(await state(call)).toBe('timeout');
  });

  it('does not count the time that its reader takes, and counts silence again after it', async () => {
    const { client, puppet } = await setup();
    const stream = client.stream('x', {}, { timeoutMs: 300 });
    const first = stream.next();
    await clock.armed();
    puppet.say({ jsonrpc: '2.0', method: 'a' });
    await first;
    await clock.advance(10_000);
    const second = stream.next();
    second.catch(() => {});
    await clock.advance(299);
    expect(await state(second)).toBe('pending');
    await clock.advance(1);
    expect(await state(second)).toBe('timeout');
  });

  it('fails at the next step with what ended it while nobody waited', async () => {
    const { client, puppet } = await setup();
    const stream = client.stream('x', {}, { maxTotalTimeoutMs: 1000 });
    const first = stream.next();
    await clock.armed();
    puppet.say({ jsonrpc: '2.0', method: 'a' });
    await first;
    await clock.advance(1000);
    expect(puppet.signal.aborted).toBe(true);
    await expect(stream.next()).rejects.toMatchObject({ code: 'timeout' });
    await expect(stream.next()).resolves.toMatchObject({ done: true });
  });

  it('ends a pending step when it is left', async () => {
    const { client, puppet } = await setup();
    const stream = client.stream('x');
    const step = stream.next();
    await clock.armed();
    await stream.return?.();
    await expect(step).resolves.toMatchObject({ done: true });
    expect(puppet.signal.aborted).toBe(true);
    expect(clock.pending).toEqual([]);
  });

  it('sends nothing until it is read', async () => {
    const { client, puppet } = await setup();
    const stream = client.stream('x');
    await clock.advance(100);
    expect(puppet.request).toBeUndefined();
    await stream.return?.();
    await expect(stream.next()).resolves.toMatchObject({ done: true });
    expect(puppet.request).toBeUndefined();
  });
});

describe('after the response', () => {
  it('no timer and no listener is left, though the stream goes on', async () => {
    const { client, puppet } = await setup();
    const { signal } = new AbortController();
    const call = client.request('x', {}, { signal });
    await clock.advance(0);
    expect(clock.pending).toHaveLength(1);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    puppet.answer();
    await call;
    expect(clock.pending).toEqual([]);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(puppet.signal.aborted).toBe(false);
  });

  it('later notifications reach client.on until close() ends the stream', async () => {
    const { client, puppet } = await setup();
    const heard: unknown[] = [];
    client.on('later', (params) => heard.push(params));
    const call = client.request('x');
    await clock.advance(0);
    puppet.answer();
    await call;
    puppet.say({ jsonrpc: '2.0', method: 'later', params: { step: 1 } });
    await clock.advance(3_600_000);
    puppet.say({ jsonrpc: '2.0', method: 'later', params: { step: 2 } });
    await clock.advance(0);
    expect(heard).toEqual([{ step: 1 }, { step: 2 }]);
    await client.close();
    expect(puppet.signal.reason).toMatchObject({ code: 'closed' });
    puppet.say({ jsonrpc: '2.0', method: 'later', params: { step: 3 } });
    await clock.advance(0);
    expect(heard).toHaveLength(2);
  });
});

describe('close', () => {
  it('is idempotent, and may be called from what it settles', async () => {
    const { client, puppet } = await setup();
    const again = client.callTool('x').catch(() => client.close());
    await clock.advance(0);
    puppet.signal.addEventListener('abort', () => void client.close());
    await Promise.all([client.close(), client.close(), again]);
    await client.close();
    expect(puppet.closed).toBe(1);
  });

  it('resolves when the transport fails to close, and says so', async () => {
    const puppet = new Puppet();
    puppet.close = () => Promise.reject(new Error('stuck'));
    const warnings: unknown[] = [];
    const client = await McpClient.connect(puppet, {
      protocolVersion: 'none',
      onWarning: (warning) => warnings.push(warning),
    });
    await client.close();
    expect(warnings).toMatchObject([{ message: 'stuck' }]);
  });
});
