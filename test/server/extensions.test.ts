import { describe, expect, test, vi } from 'vitest';
import {
  inputRequired,
  McpServer,
  memoryBus,
  type CallNext,
  type ExtensionMethod,
  type ServerExtension,
  type ServerOptions,
  type Tool,
} from 'mcpwire/server';
import * as z from 'zod';
import { gate } from '../helpers/gate.js';
import { BlockReader } from '../helpers/sse.js';
import { ask, firstText, META, modern, plain, toolCall, type Json } from '../helpers/wire.js';

type OnError = NonNullable<ServerOptions['onError']>;
const ID = 'com.example/jobs';
const make = (options: ServerOptions = {}) => new McpServer({ name: 'e', version: '1' }, options);
const declaring = (id = ID, settings: unknown = {}) => ({
  meta: { [META.capabilities]: { extensions: { [id]: settings } } },
});

describe('an extension', () => {
  // spec: basic/versioning#extension-negotiation
  test('is advertised with its settings; without any, as an empty object', async () => {
    const server = make()
      .extend({ id: ID, settings: { version: 2 } })
      .extend({ id: 'com.example/more' });
    expect((await ask(server, modern('server/discover'))).result['capabilities']).toMatchObject({
      extensions: { [ID]: { version: 2 }, 'com.example/more': {} },
    });
    expect((await ask(make(), modern('server/discover'))).result['capabilities']).not.toHaveProperty('extensions');
  });

  test.each(['', 'jobs', '/jobs', 'com.example/', '1/x', 'a b/c', 'a/b/c'])('%j is no identifier', (id) => {
    expect(() => make().extend({ id })).toThrow(/needs an identifier of its own, such as "com\.example\/thing"/);
  });

  test('is added once', () => {
    expect(() => make().extend({ id: ID }).extend({ id: ID })).toThrow(/needs an identifier of its own/);
  });
});

describe('methods of an extension', () => {
  const handler = vi.fn<(params: { id: string }) => object>(({ id }) => ({ id, status: 'done' }));
  const get = { params: z.object({ id: z.string() }), handler } satisfies ExtensionMethod;
  const server = make().extend({ id: ID, methods: { 'jobs/get': get, 'jobs/open': { ...get, open: true } } });

  // spec: basic#meta.10 basic#meta.11 basic#meta.12
  test('are for callers that declare it: others get 400 and -32021 that names it', async () => {
    handler.mockClear();
    for (const options of [{}, declaring('com.example/other'), declaring(ID, true)]) {
      expect(await ask(server, modern('jobs/get', { id: '7' }, options))).toMatchObject({
        status: 400,
        error: { code: -32021, data: { requiredCapabilities: { extensions: { [ID]: {} } } } },
      });
    }
    expect(handler).not.toHaveBeenCalled();
    expect((await ask(server, modern('jobs/get', { id: '7' }, declaring()))).result).toMatchObject({ status: 'done' });
  });

  test('that are open are for everyone', async () => {
    expect((await ask(server, modern('jobs/open', { id: '7' }))).result).toMatchObject({ id: '7' });
    expect((await ask(server, plain('jobs/open', { id: '7' }))).result).toEqual({ id: '7', status: 'done' });
  });

  test('check their params, and mask what fails', async () => {
    expect(await ask(server, modern('jobs/get', { id: 7 }, declaring()))).toMatchObject({ error: { code: -32602 } });
    const onError = vi.fn<OnError>();
    const failing = make({ onError }).extend({
      id: ID,
      methods: {
        'jobs/fail': {
          open: true,
          handler: () => {
            throw new Error('secret');
          },
        },
      },
    });
    const answer = await ask(failing, modern('jobs/fail'));
    expect(answer.error.code).toBe(-32603);
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(onError).toHaveBeenCalledOnce();
  });

  test('cannot take the place of another method', () => {
    for (const name of ['tools/call', 'server/discover', 'own']) {
      const own = make().method('own', {}, () => ({}));
      expect(() => own.extend({ id: ID, methods: { [name]: get } })).toThrow(`method "${name}" exists already`);
    }
  });

  test('answer once: an early answer is for methods of one’s own', async () => {
    const server2 = make({ onError: () => {} }).extend({
      id: ID,
      methods: { 'jobs/early': { open: true, handler: async (_params: never, ctx) => ctx.respond({}) } },
    });
    expect(await ask(server2, modern('jobs/early'))).toMatchObject({ error: { code: -32600 } });
  });
});

describe('toolOptions', () => {
  const label: ServerExtension = {
    id: ID,
    toolOptions(options, tool) {
      if (options === undefined) return tool;
      if (typeof options !== 'string') throw new TypeError(`${tool.name}: extensions["${ID}"] must be a string`);
      return { ...tool, _meta: { ...tool._meta, label: options } };
    },
  };
  const toolsOf = async (server: McpServer<unknown>) =>
    (await ask(server, modern('tools/list'))).result['tools'] as readonly Tool[];

  test('shape the entry in tools/list, whichever was added first', async () => {
    const labelled = { extensions: { [ID]: 'red', 'com.example/other': 7 }, meta: { x: 1 } };
    for (const server of [
      make()
        .extend(label)
        .tool('t', labelled, () => 'x')
        .tool('u', {}, () => 'x'),
      make()
        .tool('t', labelled, () => 'x')
        .tool('u', {}, () => 'x')
        .extend(label),
    ]) {
      const [one, other] = await toolsOf(server);
      expect(one).toMatchObject({ name: 't', _meta: { x: 1, label: 'red' } });
      expect(one).not.toHaveProperty('extensions');
      expect(other).not.toHaveProperty('_meta');
      expect(firstText(await ask(server, toolCall('t')))).toBe('x');
    }
  });

  test('that make no sense throw when the tool is registered', () => {
    expect(() =>
      make()
        .extend(label)
        .tool('t', { extensions: { [ID]: 7 } }, () => 'x'),
    ).toThrow(/must be a string/);
  });
});

describe('wrapCall', () => {
  const wrapping = (id: string, order: string[]): ServerExtension => ({
    id,
    wrapCall: (next) => async (call, ctx) => {
      order.push(`${id} ${call.tool.name} ${JSON.stringify(call.arguments)} ${JSON.stringify(call.options)}`);
      const result = await next(call, ctx);
      order.push(`${id} done`);
      return result;
    },
  });

  test('wraps the call of every tool, the first extension outermost, each with its own options', async () => {
    const order: string[] = [];
    const server = make()
      .use((next) => async (request, ctx) => {
        order.push('middleware');
        return next(request, ctx);
      })
      .extend(wrapping('com.example/a', order))
      .tool('t', { inputSchema: z.object({ n: z.number() }), extensions: { 'com.example/a': { x: 1 } } }, () => {
        order.push('handler');
        return 'x';
      })
      .extend(wrapping('com.example/b', order));
    expect(firstText(await ask(server, toolCall('t', { n: 1 })))).toBe('x');
    expect(order).toEqual([
      'middleware',
      'com.example/a t {"n":1} {"x":1}',
      'com.example/b t {"n":1} undefined',
      'handler',
      'com.example/b done',
      'com.example/a done',
    ]);
  });

  test('does not see what is unknown, hidden, or asks for more than the client declares', async () => {
    const order: string[] = [];
    const server = make()
      .extend(wrapping(ID, order))
      .tool('hidden', { visible: () => false }, () => 'x')
      .tool('more', { requires: { sampling: {} } }, () => 'x');
    for (const name of ['none', 'hidden', 'more']) await ask(server, toolCall(name));
    expect(order).toEqual([]);
  });

  const answering = (answer: CallNext, extra: Partial<ServerExtension> = {}, options: ServerOptions = {}) =>
    make(options)
      .extend({ id: ID, wrapCall: () => answer, ...extra })
      .tool('t', {}, () => 'x');

  // spec: basic#resulttype.1
  test('may answer with a result type of the extension', async () => {
    const job = () => ({ resultType: 'job', jobId: '7' });
    expect((await ask(answering(job, { resultTypes: ['job'] }), toolCall('t'))).result).toEqual({
      resultType: 'job',
      jobId: '7',
      _meta: { [META.server]: { name: 'e', version: '1' } },
    });
  });

  // spec: basic#resulttype.1
  test('a result type that nobody has advertised does not go out: a masked error, and the author is told', async () => {
    const onError = vi.fn<OnError>();
    for (const resultType of ['job', '', 7, null]) {
      const server = answering(() => ({ resultType }), {}, { onError });
      expect(await ask(server, toolCall('t'))).toMatchObject({ status: 200, id: 1, error: { code: -32603 } });
      expect(String(onError.mock.lastCall?.[0])).toContain('belongs to no extension of this server');
    }
    const own = make({ onError }).method('own', {}, () => ({ resultType: 'mine' }));
    expect(await ask(own, modern('own'))).toMatchObject({ error: { code: -32603 } });
    expect((await ask(own, plain('own'))).result).toEqual({ resultType: 'mine' });
  });

  test('may refuse with ctx.error', async () => {
    const server = answering((_call, ctx) => {
      throw ctx.error(1001, 'No', { status: 403 });
    });
    expect(await ask(server, toolCall('t'))).toMatchObject({ status: 403, error: { code: 1001 } });
  });

  test('may change the arguments, which the tool then checks', async () => {
    const server = make()
      .extend({ id: ID, wrapCall: (next) => (call, ctx) => next({ ...call, arguments: { n: '7' } }, ctx) })
      .tool('t', { inputSchema: z.object({ n: z.string() }) }, ({ n }) => n);
    expect(firstText(await ask(server, toolCall('t', { n: 1 })))).toBe('7');
  });
});

describe('headerName', () => {
  const server = make().extend({
    id: ID,
    headerName: { 'jobs/get': 'jobId' },
    methods: { 'jobs/get': { open: true, handler: ({ jobId }: { jobId: string }) => ({ jobId }) } },
  });

  // spec: basic/transports/streamable-http#standard-request-headers
  test('Mcp-Name must agree with that member of the params', async () => {
    const get = (headers: Record<string, string>) => ask(server, modern('jobs/get', { jobId: 'job-7' }, { headers }));
    expect(await get({ 'mcp-name': 'job-7' })).toMatchObject({ status: 200, result: { jobId: 'job-7' } });
    for (const headers of [{}, { 'mcp-name': 'job-8' }]) {
      expect(await get(headers as Record<string, string>)).toMatchObject({ status: 400, error: { code: -32020 } });
    }
  });
});

describe('listenFilters', () => {
  test('an extension has members of its own in the filter, and notifications that they bring', async () => {
    const asked = vi.fn<(value: unknown) => void>();
    const server = make({ bus: memoryBus() }).extend({
      id: ID,
      listenFilters: {
        jobs(value, ctx) {
          asked(value);
          if (!Array.isArray(value)) throw ctx.error(-32602, 'jobs must be a list');
          const keys = (value as string[]).filter((job) => job.startsWith('mine'));
          return { value: keys, keys };
        },
      },
    });
    const listen = (jobs: unknown) => modern('subscriptions/listen', { notifications: { jobs } }, { id: 'l' });
    const reader = new BlockReader(await server.fetch(listen(['mine-1', 'theirs-1'])));
    const _meta = { [META.subscription]: 'l' };
    expect(await reader.message()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { jobs: ['mine-1'] }, _meta },
    });
    const change = (key: string): Json => ({ status: `${key} done` });
    for (const key of ['theirs-1', 'mine-1']) {
      const method = 'notifications/jobs';
      server.notify.changed({ kind: 'extension', filter: 'jobs', key, method, params: change(key) });
    }
    expect(await reader.message()).toMatchObject({
      method: 'notifications/jobs',
      params: { status: 'mine-1 done', _meta },
    });
    await reader.leave();
    expect(asked).toHaveBeenCalledExactlyOnceWith(['mine-1', 'theirs-1']);
    expect(await ask(server, listen('mine-1'))).toMatchObject({
      error: { code: -32602, message: 'jobs must be a list' },
    });
  });
});

test('a call that waits in a wrapper while its tool is removed is one of an unknown tool', async () => {
  const arrived = gate();
  const removed = gate();
  const server = make()
    .tool('t', {}, () => 'x')
    .extend({
      id: ID,
      wrapCall: (next) => async (call, ctx) => {
        arrived.open();
        await removed.opened;
        return next(call, ctx);
      },
    });
  const answer = ask(server, toolCall('t'));
  await arrived.opened;
  server.remove('tool', 't');
  removed.open();
  expect((await answer).error).toEqual({ code: -32602, message: 'Unknown tool: t' });
});

test('an extension that comes after the first listen request has its members of the filter', async () => {
  const server = make().tool('t', {}, () => 'x');
  const listen = async () => {
    const filter = { notifications: { toolsListChanged: true, jobs: true } };
    const response = await server.fetch(modern('subscriptions/listen', filter));
    return (await new BlockReader(response).message())?.['params'] as Json;
  };
  expect((await listen())['notifications']).toEqual({ toolsListChanged: true });
  server.extend({ id: ID, listenFilters: { jobs: () => ({ value: ['a'], keys: ['a'] }) } });
  expect((await listen())['notifications']).toEqual({ toolsListChanged: true, jobs: ['a'] });
  await server.close();
});

test('a wrapper that copies what asks for input never sends the state in clear text', async () => {
  const onError = vi.fn<OnError>();
  const server = new McpServer({ name: 'x', version: '1' }, { onError })
    .extend({ id: 'com.example/copy', wrapCall: (next) => async (call, ctx) => ({ ...(await next(call, ctx)) }) })
    .tool('ask', {}, () => inputRequired({ requestState: { pin: 'secret-pin' } }));
  const response = await server.fetch(toolCall('ask'));
  expect(await response.text()).not.toContain('secret-pin');
  expect(onError.mock.calls[0]?.[0]).toMatchObject({ message: expect.stringContaining('not sealed') as string });
});
