import { isMcpError, type ConnectOptions, type InputContext } from 'mcpwire/client';
import { describe, expect, it } from 'vitest';
import { deferred, errorOf } from '../client/support.js';
import { type Connected, connected, oldHttp, INITIALIZED, result } from './client-support.js';
import { McpClient } from 'mcpwire/client';

const form = { type: 'object', properties: { name: { type: 'string', default: 'Ann' }, age: { type: 'integer' } } };
const elicitation = { message: 'Who?', requestedSchema: form };
const message = { role: 'user', content: { type: 'text', text: 'Hi' } };

/** Calls a tool, and gives the id that the call has. */
async function calling(
  server: Connected,
): Promise<{ id: number; done: Promise<unknown>; finish: () => Promise<unknown> }> {
  const done = server.client.callTool('x', { a: 1 });
  const { id } = await server.expect('tools/call');
  return {
    id,
    done,
    async finish() {
      await server.answer(id, { content: [] });
      return done;
    },
  };
}

describe('a question of an older server', () => {
  it('is answered by the handler that answers any server', async () => {
    const contexts: InputContext[] = [];
    const server = await connected(
      {},
      {
        elicit(_form, ctx) {
          contexts.push(ctx);
          return { action: 'accept', content: { age: 5 } };
        },
        elicitUrl: ({ host }) => ({ action: host === 'a.example' ? 'accept' : 'decline' }),
        sample: ({ messages }) => ({
          role: 'assistant',
          model: 'm',
          content: messages.flatMap(({ content }) => content),
        }),
        roots: [{ uri: 'file:///a' }],
      },
    );
    const call = await calling(server);
    await server.ask(1, 'elicitation/create', elicitation);
    // What was not filled in gets its default.
    expect(await server.next()).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: { action: 'accept', content: { name: 'Ann', age: 5 } },
    });
    await server.ask('two', 'elicitation/create', { ...elicitation, mode: 'form' });
    expect(await server.next()).toMatchObject({ id: 'two', result: { action: 'accept' } });
    await server.ask(3, 'elicitation/create', {
      mode: 'url',
      elicitationId: 'e',
      message: 'Look',
      url: 'https://a.example/',
    });
    expect(await server.next()).toEqual({ jsonrpc: '2.0', id: 3, result: { action: 'accept' } });
    await server.ask(4, 'sampling/createMessage', { messages: [message], maxTokens: 1 });
    expect(await server.next()).toEqual({
      jsonrpc: '2.0',
      id: 4,
      result: { role: 'assistant', model: 'm', content: message.content },
    });
    await server.ask(5, 'roots/list');
    expect(await server.next()).toEqual({ jsonrpc: '2.0', id: 5, result: { roots: [{ uri: 'file:///a' }] } });
    await call.finish();
    expect(contexts[0]).toMatchObject({
      server: { info: { name: 'old' }, era: 'legacy' },
      call: { method: 'tools/call', params: { name: 'x', arguments: { a: 1 } } },
      key: '1',
    });
  });

  it('may come while nothing was called', async () => {
    const calls: unknown[] = [];
    const server = await connected({}, { roots: ({ call }) => (calls.push(call), []) });
    await server.ask(1, 'roots/list');
    expect(await server.next()).toMatchObject({ id: 1, result: { roots: [] } });
    expect(calls).toEqual([{ method: 'roots/list' }]);
  });

  it('"ping" is answered at any time', async () => {
    const server = await connected();
    await server.ask(1, 'ping');
    expect(await server.next()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });

  it.each<[string, number, string, object, ConnectOptions]>([
    ['a method that nobody knows', -32601, 'tasks/list', {}, {}],
    ['the name of a member of all objects', -32601, 'constructor', {}, {}],
    ['a form when nobody answers any', -32601, 'elicitation/create', elicitation, {}],
    [
      'a page when nobody opens any',
      -32602,
      'elicitation/create',
      { mode: 'url', message: 'a', url: 'https://a.example/' },
      { elicit: () => ({ action: 'cancel' }) },
    ],
    ['roots when there are none', -32601, 'roots/list', {}, {}],
    [
      'a form without a schema',
      -32602,
      'elicitation/create',
      { message: 'a' },
      { elicit: () => ({ action: 'cancel' }) },
    ],
    [
      'a mode that nobody knows',
      -32602,
      'elicitation/create',
      { ...elicitation, mode: 'dance' },
      { elicit: () => ({ action: 'cancel' }) },
    ],
    ['no messages', -32602, 'sampling/createMessage', {}, { sample: () => expect.unreachable() }],
    [
      'tools that were not declared',
      -32602,
      'sampling/createMessage',
      { messages: [], tools: [] },
      { sample: () => expect.unreachable() },
    ],
    [
      'what a handler fails at',
      -32603,
      'roots/list',
      {},
      {
        roots: () => {
          throw new Error('secret');
        },
      },
    ],
    ['what a handler answers wrongly', -32603, 'roots/list', {}, { roots: [{ uri: 'https://secret/' }] }],
  ])('about %s is refused with %d, and nothing leaks', async (_name, code, method, params, options) => {
    const server = await connected({}, options);
    await server.ask(1, method, params);
    const answer = (await server.next()) as { id: number; error: { code: number } };
    expect(answer).toMatchObject({ id: 1, error: { code } });
    expect(JSON.stringify(answer)).not.toMatch(/secret|connect|handler/);
    expect(server.warnings.map(isMcpError)).toEqual(code === -32601 ? [] : [true]);
  });

  it('does not wait for another one', async () => {
    const first = deferred();
    const server = await connected(
      {},
      {
        elicit: async ({ message: text }) => {
          if (text === 'first') await first.promise;
          return { action: 'decline' };
        },
      },
    );
    await server.ask(1, 'elicitation/create', { ...elicitation, message: 'first' });
    await server.ask(2, 'elicitation/create', { ...elicitation, message: 'second' });
    expect(await server.next()).toMatchObject({ id: 2 });
    first.resolve();
    expect(await server.next()).toMatchObject({ id: 1 });
  });

  it('that is taken back aborts its handler, and gets no answer', async () => {
    const asked = deferred<AbortSignal>();
    const server = await connected(
      {},
      {
        elicit(_form, { signal }) {
          asked.resolve(signal);
          return new Promise(() => {});
        },
      },
    );
    const heard: unknown[] = [];
    server.client.on('notifications/cancelled', (params) => heard.push(params));
    const call = await calling(server);
    // The same number as that of the call, which is no question.
    await server.ask(call.id, 'elicitation/create', elicitation);
    const signal = await asked.promise;
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    await server.notify('notifications/cancelled', { requestId: call.id });
    await aborted;
    await server.ask(9, 'ping');
    expect(await server.next()).toMatchObject({ id: 9 });
    await call.finish();
    expect(heard).toEqual([]);
    expect(server.warnings).toEqual([]);
  });

  it('stops the time limits of what was called', async () => {
    const answered = deferred();
    const asked = deferred();
    const server = await connected(
      {},
      {
        elicit: async () => {
          asked.resolve();
          await answered.promise;
          return { action: 'decline' };
        },
      },
    );
    const done = server.client.callTool('x', {}, { timeoutMs: 40, maxTotalTimeoutMs: 60 });
    const { id } = await server.expect('tools/call');
    await server.ask(1, 'elicitation/create', elicitation);
    await asked.promise;
    // Longer than either limit, by the clock that they go by.
    await new Promise((resolve) => setTimeout(resolve, 150));
    answered.resolve();
    expect(await server.next()).toMatchObject({ id: 1 });
    await server.answer(id, { content: [] });
    await done;
    // They go on after it.
    const late = server.client.callTool('x', {}, { timeoutMs: 30 });
    await server.expect('tools/call');
    await server.ask(2, 'elicitation/create', elicitation);
    await server.next();
    expect((await errorOf(late)).code).toBe('timeout');
  });

  it('is one of so many at most', async () => {
    const server = await connected({}, { limits: { inputRequests: 1 }, elicit: () => new Promise(() => {}) });
    await server.ask(1, 'elicitation/create', elicitation);
    await server.ask(2, 'elicitation/create', elicitation);
    expect(await server.next()).toMatchObject({ id: 2, error: { code: -32603 } });
    await server.ask(1, 'elicitation/create', elicitation);
    expect(await server.next()).toMatchObject({ id: 1, error: { code: -32600 } });
  });

  it('in the answer over HTTP is answered by a message of its own, and holds that call alone', async () => {
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const send = (value: object): void =>
      controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify({ jsonrpc: '2.0', ...value })}\n\n`));
    let id: unknown;
    const http = oldHttp({
      other(call) {
        id = call.id;
        const body = new ReadableStream<Uint8Array>({ start: (own) => void (controller = own) });
        queueMicrotask(() => send({ id: 7, method: 'elicitation/create', params: elicitation }));
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      },
    });
    const client = await McpClient.connect('https://asks.test/mcp', {
      async fetch(url, init) {
        const response = await http.fetch(url, init);
        const answer = http.messages.at(-1);
        if (answer?.result !== undefined) send({ id, result: { content: [], answered: answer } });
        return response;
      },
      protocolVersion: '2025-06-18',
      elicit: () => ({ action: 'decline' }),
    });
    const seen: unknown[] = [];
    await expect(
      client.request('tools/call', { name: 'x' }, { onMessage: (one) => seen.push(one) }),
    ).resolves.toMatchObject({
      answered: { id: 7, result: { action: 'decline' } },
    });
    expect(seen).toHaveLength(1);
    await client.close();
  });
});

describe('what a client says that it can do', () => {
  const all: ConnectOptions = {
    elicit: () => ({ action: 'cancel' }),
    elicitUrl: () => ({ action: 'cancel' }),
    sample: () => expect.unreachable(),
    roots: [],
    extensions: [{ id: 'com.example/parcels' }],
    capabilities: { sampling: { tools: {} }, experimental: { a: {} } },
  };
  const others = { sampling: {}, roots: {}, experimental: { a: {} } };

  it.each<[string, object]>([
    ['2025-11-25', { ...others, sampling: { tools: {} }, elicitation: { form: {}, url: {} } }],
    ['2025-06-18', { ...others, elicitation: {} }],
    ['2025-03-26', others],
    ['2024-11-05', others],
  ])('is said in the words of %s', async (protocolVersion, capabilities) => {
    const { hello } = await connected(
      { ...INITIALIZED, protocolVersion },
      { protocolVersion, ...all, name: 'n', version: 'v' },
    );
    expect(hello.params).toEqual({ protocolVersion, capabilities, clientInfo: { name: 'n', version: 'v' } });
  });

  it('does not offer forms where it has pages alone', async () => {
    const { hello } = await connected({}, { protocolVersion: '2025-06-18', elicitUrl: () => ({ action: 'cancel' }) });
    expect(hello.params?.['capabilities']).toEqual({});
  });
});

it('results keep what the protocol of today would read otherwise', async () => {
  const http = oldHttp({ other: ({ id }) => result(id, { resultType: 'input_required', mine: 1 }) });
  const client = await McpClient.connect('https://own.test/mcp', { fetch: http.fetch, protocolVersion: '2025-11-25' });
  expect(await client.request('my/method')).toEqual({ resultType: 'input_required', mine: 1 });
  await client.close();
});
