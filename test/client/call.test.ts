import { getEventListeners } from 'node:events';
import { McpClient, type McpError } from 'mcpwire/client';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  collect,
  deferred,
  errorOf,
  event,
  failure,
  json,
  listen,
  notification,
  pinned,
  progress,
  result,
  sse,
} from './support.js';

// For tests that make thousands of requests, also on a machine that has much else to do.
const LONG = { timeout: 60_000 };

describe('a request of revision 2026-07-28', () => {
  // spec: basic#meta.6 basic#meta.9 basic#requests.1 basic/transports/streamable-http#sending-messages.1
  // spec: basic/transports/streamable-http#sending-messages.2
  // spec: basic/transports/streamable-http#sending-messages.3
  // spec: basic/transports/streamable-http#sending-messages.4
  // spec: basic/transports/streamable-http#sending-messages.5
  // spec: basic/transports/streamable-http#protocol-version-header.1
  // spec: basic/transports/streamable-http#protocol-version-header.2
  // spec: basic/transports/streamable-http#standard-request-headers.1
  // spec: basic/transports/streamable-http#client-behavior.1
  // spec: basic/transports/streamable-http#client-behavior.2 basic/patterns/progress#progress-flow.1
  // spec: server/tools#top.1
  it('carries version, identity, capabilities and a progress token in _meta, and mirrors method, name and version in headers', async () => {
    const { url, received } = await listen(({ message }, response) =>
      json(response, result(message.id, { content: [] })),
    );
    const client = await pinned(url);
    await client.callTool('add', { a: 5, b: 3 });
    await client.request('x/y');
    expect(received[0]).toMatchObject({
      method: 'POST',
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'add',
      },
    });
    expect(received[0]?.message).toEqual({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'add',
        arguments: { a: 5, b: 3 },
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': {
            name: 'mcpwire',
            version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
          },
          'io.modelcontextprotocol/clientCapabilities': {},
          progressToken: 1,
        },
      },
    });
    expect(received[1]?.headers).not.toHaveProperty('mcp-name');
    expect(received[1]?.message).toMatchObject({ id: 2, params: { _meta: { progressToken: 2 } } });
  });

  // spec: basic/transports/streamable-http#standard-request-headers.2
  // spec: basic/transports/streamable-http#value-encoding.7
  it.each([
    ['plain', 'plain'],
    ['with space', 'with space'],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['naïve', '=?base64?bmHDr3Zl?='],
    ['a\r\nx-evil: 1', '=?base64?YQ0KeC1ldmlsOiAx?='],
    ['=?base64?bGl0ZXJhbA==?=', '=?base64?PT9iYXNlNjQ/YkdsMFpYSmhiQT09Pz0=?='],
  ])('names the tool %j safely in Mcp-Name', async (name, header) => {
    const { url, received } = await listen(({ message }, response) => json(response, result(message.id)));
    await (await pinned(url)).callTool(name);
    expect(received[0]?.headers['mcp-name']).toBe(header);
    expect(received[0]?.headers).not.toHaveProperty('x-evil');
  });

  it('takes name and version of the client, and meta of the call, which cannot replace what the protocol puts there', async () => {
    const { url, received } = await listen(({ message }, response) => json(response, result(message.id)));
    const client = await pinned(url, { name: 'host', version: '9.9.9' });
    await client.request(
      'x',
      { a: 1, _meta: { inner: 1, both: 1 } },
      {
        meta: {
          both: 2,
          'com.example/trace': 't',
          'io.modelcontextprotocol/protocolVersion': 'evil',
          progressToken: 'mine',
        },
      },
    );
    expect(received[0]?.message.params).toEqual({
      a: 1,
      _meta: {
        inner: 1,
        both: 2,
        'com.example/trace': 't',
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'host', version: '9.9.9' },
        'io.modelcontextprotocol/clientCapabilities': {},
        progressToken: 1,
      },
    });
  });

  // spec: basic#requests.3 basic/patterns/progress#progress-flow.2
  it('uses each id and each progress token once, also when 100 calls run at the same time', async () => {
    const { url, received } = await listen(({ message }, response) =>
      json(response, result(message.id, { echo: message.params?.['n'] })),
    );
    const client = await pinned(url);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => client.request('x', { n })));
    expect(answers.map(({ echo }) => echo)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(new Set(received.map(({ message }) => message.id)).size).toBe(100);
    expect(new Set(received.map(({ message }) => message.params?._meta?.['progressToken'])).size).toBe(100);
  });
});

describe('plain JSON-RPC', () => {
  // spec: basic#notifications.2
  it('has no MCP headers and no _meta, and ids from 1', async () => {
    const { url, received } = await listen(({ message }, response) =>
      json(response, result(message.id, { session_token: 't' })),
    );
    const client = await McpClient.connect(url, { protocolVersion: 'none' });
    await expect(client.request('session/start')).resolves.toMatchObject({ session_token: 't' });
    await client.request('x', { a: 1 });
    await client.notify('y');
    expect(received.map(({ body }) => body)).toEqual([
      '{"jsonrpc":"2.0","id":1,"method":"session/start"}',
      '{"jsonrpc":"2.0","id":2,"method":"x","params":{"a":1}}',
      '{"jsonrpc":"2.0","method":"y"}',
    ]);
    expect(Object.keys(received[0]?.headers ?? {}).filter((name) => name.startsWith('mcp-'))).toEqual([]);
    expect(received[0]?.headers.accept).toBe('application/json, text/event-stream');
    expect(client.server).toEqual({ capabilities: {}, protocolVersion: 'none', era: 'plain' });
  });

  it('sends _meta when some is given, and a progress token when someone listens', async () => {
    const { url, received } = await listen(
      (entry, response) => void sse(response).end(event(progress(entry, 1)) + event(result(entry.message.id))),
    );
    const client = await McpClient.connect(url, { protocolVersion: 'none' });
    await client.request('x', undefined, { meta: { a: 1 } });
    const heard: unknown[] = [];
    await client.request('x', undefined, { onProgress: (report) => heard.push(report) });
    expect(received.map(({ message }) => message.params)).toEqual([
      { _meta: { a: 1 } },
      { _meta: { progressToken: 2 } },
    ]);
    expect(heard).toEqual([{ progress: 1 }]);
  });

  it('does not interpret resultType', async () => {
    const { url } = await listen(({ message }, response) =>
      json(response, JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { resultType: 'mine' } })),
    );
    await expect((await McpClient.connect(url, { protocolVersion: 'none' })).request('x')).resolves.toEqual({
      resultType: 'mine',
    });
  });
});

describe('progress and messages', () => {
  it('reach their callbacks before the promise resolves, also when all arrive in one chunk', async () => {
    const { url } = await listen((entry, response) => {
      const { id } = entry.message;
      sse(response).end(
        [progress(entry, 20, 100), progress(entry, 40, 100), notification('other'), result(id, { content: [] })]
          .map(event)
          .join(''),
      );
    });
    const client = await pinned(url);
    const order: unknown[] = [];
    await client.callTool(
      'x',
      {},
      {
        onProgress: ({ progress: value }) => order.push(value),
        onMessage: (message) => order.push('method' in message ? message.method : 'response'),
      },
    );
    order.push('resolved');
    expect(order).toEqual([
      20,
      'notifications/progress',
      40,
      'notifications/progress',
      'other',
      'response',
      'resolved',
    ]);
  });

  // spec: basic/patterns/progress#implementation-notes.1
  it('of the wrong shape or token are no progress', async () => {
    const { url } = await listen(({ message }, response) => {
      const bad = [
        {},
        { progressToken: 2, progress: 1 },
        { progressToken: 1 },
        { progressToken: 1, progress: 'x' },
        { progressToken: '1', progress: 1 },
      ];
      const good = { progressToken: 1, progress: 0.5, total: 'x', message: 'half' };
      sse(response).end(
        [...bad, good].map((params) => event(notification('notifications/progress', params))).join('') +
          event(result(message.id)),
      );
    });
    const heard: unknown[] = [];
    await (await pinned(url)).request('x', {}, { onProgress: (report) => heard.push(report) });
    expect(heard).toEqual([{ progress: 0.5, message: 'half' }]);
  });

  it('go on when a callback throws or rejects; onWarning hears of it', async () => {
    const { url } = await listen(
      (entry, response) =>
        void sse(response).end(
          event(progress(entry, 1)) + event(notification('n')) + event(result(entry.message.id, { content: [] })),
        ),
    );
    const warnings: McpError[] = [];
    const client = await pinned(url, { onWarning: (warning) => warnings.push(warning) });
    const oops = (text: string) => (): never => {
      throw new Error(text);
    };
    client.on('n', oops('handler'));
    client.on('n', () => Promise.reject(new Error('async handler')));
    await expect(
      client.callTool('x', {}, { onProgress: oops('progress'), onMessage: oops('message') }),
    ).resolves.toMatchObject({ content: [] });
    expect(
      warnings.map(({ message }) => /Error: (.*)/.exec(message)?.[1]).sort((a = '', b = '') => a.localeCompare(b)),
    ).toEqual(['async handler', 'handler', 'message', 'message', 'message', 'progress']);
    expect(warnings[0]).toMatchObject({ code: 'internal', cause: { message: 'progress' } });
  });

  it('go on when onWarning itself throws', async () => {
    const { url } = await listen(
      (entry, response) =>
        void sse(response).end(event(progress(entry, 1)) + event(result(entry.message.id, { content: [] }))),
    );
    const fail = (): never => {
      throw new Error('x');
    };
    const client = await pinned(url, { onWarning: fail });
    await expect(client.callTool('x', {}, { onProgress: fail })).resolves.toBeDefined();
  });

  // spec: basic/transports/streamable-http#sending-messages.6
  it('a request of the server is not answered, and onWarning hears of it', async () => {
    const { url, received } = await listen(
      ({ message }, response) =>
        void sse(response).end(
          event('{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage"}') + event(result(message.id)),
        ),
    );
    const warnings: McpError[] = [];
    const client = await pinned(url, { onWarning: (warning) => warnings.push(warning) });
    client.on('sampling/createMessage', () => expect.unreachable());
    await client.request('x');
    expect(warnings).toMatchObject([
      { code: 'invalid_message', message: expect.stringContaining('sampling/createMessage') as string },
    ]);
    expect(received).toHaveLength(1);
  });
});

describe('client.on', () => {
  it('hears a message once, also in a handler that registers itself anew', async () => {
    const { url } = await listen(({ message }, response) =>
      sse(response).end(event(notification('n')) + event(notification('n')) + event(result(message.id))),
    );
    const client = await pinned(url);
    let heard = 0;
    const once = (): void => {
      const off = client.on('n', () => {
        off();
        if (++heard < 100) once();
      });
    };
    once();
    await client.request('x');
    expect(heard).toBe(2);
  });

  it('hears a method from every exchange, until it is ended', async () => {
    const { url } = await listen(
      ({ message }, response) =>
        void sse(response).end(
          event(notification('n', { id: message.id })) + event(notification('other')) + event(result(message.id)),
        ),
    );
    const client = await pinned(url);
    const heard: unknown[] = [];
    const handler = (params: unknown): unknown => heard.push(params);
    const off = client.on('n', handler);
    const offSecond = client.on('n', handler);
    await client.request('x');
    off();
    off();
    await client.request('x');
    await collect(client.stream('x'));
    offSecond();
    await client.request('x');
    expect(heard).toEqual([{ id: 1 }, { id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it('hears what follows a response until the stream ends', async () => {
    const gate = deferred();
    const { url } = await listen(({ message }, response) => {
      sse(response).write(event(result(message.id, { status: 'started' })));
      void gate.promise.then(() =>
        response.end(event(notification('job/progress', { progress: 20 })) + event(notification('job/completed'))),
      );
    });
    const client = await McpClient.connect(url, { protocolVersion: 'none' });
    const heard: unknown[] = [];
    const completed = new Promise((resolve) => client.on('job/completed', resolve));
    client.on('job/progress', (params) => heard.push(params));
    const seen: unknown[] = [];
    await expect(
      client.request('tools/call', {}, { onMessage: (message) => seen.push(message) }),
    ).resolves.toMatchObject({ status: 'started' });
    expect(heard).toEqual([]);
    gate.resolve();
    await completed;
    expect(heard).toEqual([{ progress: 20 }]);
    expect(seen).toHaveLength(3);
  });

  it('what goes wrong after a response is a warning', async () => {
    const gate = deferred();
    const { url } = await listen(({ message }, response) => {
      sse(response).write(event(result(message.id)));
      void gate.promise.then(() => response.write(event(result(message.id))));
    });
    const warned = deferred<McpError>();
    const client = await pinned(url, { onWarning: warned.resolve });
    await client.request('x');
    gate.resolve();
    expect(await warned.promise).toMatchObject({
      code: 'invalid_message',
      message: expect.stringContaining('twice') as string,
    });
  });
});

describe('an answered stream that stays open', () => {
  it('is closed with the client, so that the server hears of it', async () => {
    const gone = deferred();
    const { url } = await listen(({ message }, response) => {
      response.on('close', gone.resolve);
      sse(response).write(event(result(message.id)));
    });
    const client = await pinned(url);
    await client.request('x');
    await client.close();
    await expect(gone.promise).resolves.toBeUndefined();
  });

  it('is closed, oldest first and with a warning, when there are over 1,000', async () => {
    const { url } = await listen(() => expect.unreachable());
    const gone = deferred<string>();
    const warned = deferred<McpError>();
    let count = 0;
    const client = await pinned(url, {
      onWarning: warned.resolve,
      fetch: (_url, init) => {
        const name = `stream ${count++}`;
        const { id } = JSON.parse(init.body as string) as { id: number };
        const body = new ReadableStream<Uint8Array>({
          start: (controller) => controller.enqueue(new TextEncoder().encode(event(result(id)))),
          cancel: () => gone.resolve(name),
        });
        return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
      },
    });
    await Promise.all(Array.from({ length: 1001 }, () => client.request('x')));
    expect(await warned.promise).toMatchObject({ code: 'limit_exceeded' });
    expect(await gone.promise).toBe('stream 0');
  });
});

describe('a JSON-RPC error', () => {
  // spec: basic#error-codes.2 basic/transports/streamable-http#sending-messages.10
  it.each([
    [-32700, 'parse_error'],
    [-32600, 'invalid_request'],
    [-32601, 'method_not_found'],
    [-32602, 'invalid_params'],
    [-32603, 'internal'],
    [-32020, 'header_mismatch'],
    [-32021, 'missing_capability'],
    [-32022, 'unsupported_version'],
    [-32001, 'rpc_error'],
    [7, 'rpc_error'],
  ])('%i is %s, as JSON and in a stream', async (rpcCode, code) => {
    const { url } = await listen(({ message }, response) => {
      const body = failure(message.id, rpcCode, 'what happened', { why: 1 });
      if (message.method === 'sse') sse(response).end(event(body));
      else json(response, body);
    });
    const client = await pinned(url);
    const facts = { code, rpcCode, message: 'what happened', data: { why: 1 }, status: 200, url };
    expect(await errorOf(client.request('json'))).toMatchObject(facts);
    expect(await errorOf(client.request('sse'))).toMatchObject(facts);
  });

  it('without an id, or with id null, answers the request of its exchange', async () => {
    for (const id of [undefined, null]) {
      const { url } = await listen((_received, response) => json(response, failure(id, -32600)));
      expect(await errorOf((await pinned(url)).request('x'))).toMatchObject({ code: 'invalid_request' });
    }
  });
});

describe('callTool', () => {
  it('resolves with an error of the tool', async () => {
    const { url } = await listen(({ message }, response) =>
      json(response, result(message.id, { isError: true, content: [{ type: 'text', text: 'no' }] })),
    );
    await expect((await pinned(url)).callTool('x')).resolves.toMatchObject({
      isError: true,
      content: [{ text: 'no' }],
    });
  });

  it('sends {} when no arguments are given', async () => {
    const { url, received } = await listen(({ message }, response) => json(response, result(message.id)));
    const client = await pinned(url);
    await client.callTool('x');
    await client.callTool('x', undefined, { timeoutMs: 1000 });
    expect(received.map(({ message }) => message.params?.['arguments'])).toEqual([{}, {}]);
  });

  it('gives content as an array, and refuses what is none', async () => {
    const { url } = await listen(({ message }, response) =>
      json(response, result(message.id, message.params?.['name'] === 'bad' ? { content: 'x' } : {})),
    );
    const client = await pinned(url);
    await expect(client.callTool('good')).resolves.toMatchObject({ content: [] });
    await expect(client.callTool('bad')).rejects.toMatchObject({ code: 'invalid_message' });
  });

  it('called as in other packages says how to call it here', async () => {
    const client = await pinned('http://127.0.0.1:1/mcp');
    // @ts-expect-error what this test is about
    await expect(client.callTool({ name: 'x', arguments: {} })).rejects.toThrow(/callTool\('name', \{/);
  });
});

describe('listTools', () => {
  // spec: server/utilities/pagination#pagination-model.1
  // spec: server/utilities/pagination#implementation-guidelines.3
  // spec: server/utilities/pagination#implementation-guidelines.5
  // spec: server/utilities/pagination#implementation-guidelines.6
  // spec: server/utilities/pagination#implementation-guidelines.7
  // spec: server/utilities/pagination#implementation-guidelines.8
  it('follows every cursor, the empty string too, and takes them as they are', async () => {
    const cursors = ['', ' a ', '{"x":1}', '0'];
    const { url, received } = await listen(({ message }, response) => {
      const index =
        message.params?.['cursor'] === undefined ? 0 : cursors.indexOf(message.params['cursor'] as string) + 1;
      json(
        response,
        result(message.id, {
          tools: [{ name: `t${index}`, inputSchema: { type: 'object' } }],
          nextCursor: cursors[index],
        }),
      );
    });
    expect((await (await pinned(url)).listTools()).map(({ name }) => name)).toEqual(['t0', 't1', 't2', 't3', 't4']);
    expect(received.map(({ message }) => message.params?.['cursor'])).toEqual([undefined, ...cursors]);
  });

  it('refuses a cursor that it has seen', async () => {
    let count = 0;
    const { url } = await listen(({ message }, response) =>
      json(response, result(message.id, { tools: [], nextCursor: ['a', 'b', 'a'][count++] })),
    );
    expect(await errorOf((await pinned(url)).listTools())).toMatchObject({ code: 'invalid_message' });
    expect(count).toBe(3);
  });

  it('stops after 1,000 pages', LONG, async () => {
    let count = 0;
    const { url } = await listen(({ message }, response) =>
      json(response, result(message.id, { tools: [], nextCursor: String(count++) })),
    );
    expect(await errorOf((await pinned(url)).listTools())).toMatchObject({ code: 'limit_exceeded' });
    expect(count).toBe(1000);
  });

  it('takes 1,000 pages', LONG, async () => {
    let count = 0;
    const { url } = await listen(({ message }, response) =>
      json(response, result(message.id, { tools: [], ...(++count < 1000 && { nextCursor: String(count) }) })),
    );
    await expect((await pinned(url)).listTools()).resolves.toEqual([]);
  });

  it.each([{}, { tools: {} }, { tools: [], nextCursor: 1 }])('refuses %j', async (page) => {
    const { url } = await listen(({ message }, response) => json(response, result(message.id, page)));
    expect((await errorOf((await pinned(url)).listTools())).code).toBe('invalid_message');
  });

  // spec: server/utilities/pagination#implementation-guidelines.4
  it('takes nextCursor null as the end', async () => {
    const { url } = await listen(({ message }, response) =>
      json(response, result(message.id, { tools: [], nextCursor: null })),
    );
    await expect((await pinned(url)).listTools()).resolves.toEqual([]);
  });
});

describe('a result schema', () => {
  it('checks and converts the result', async () => {
    const { url } = await listen(({ message }, response) => json(response, result(message.id, { n: '5' })));
    await expect((await pinned(url)).request('x', {}, { result: z.object({ n: z.coerce.number() }) })).resolves.toEqual(
      { n: 5 },
    );
  });

  it('names each path that does not fit', async () => {
    const { url } = await listen(({ message }, response) => json(response, result(message.id, { a: { b: [1, 'x'] } })));
    const error = await errorOf(
      (await pinned(url)).request(
        'x',
        {},
        { result: z.object({ a: z.object({ b: z.array(z.number()) }), c: z.string() }) },
      ),
    );
    expect(error.code).toBe('invalid_message');
    expect(error.message).toMatch(/x.*\n- a\.b\.1: .*\n- c: /);
  });

  it('may be asynchronous', async () => {
    const { url } = await listen(({ message }, response) => json(response, result(message.id, { n: 5 })));
    const schema = z.object({ n: z.number().refine((n) => Promise.resolve(n < 5), 'too big') });
    await expect((await pinned(url)).request('x', {}, { result: schema })).rejects.toThrow(/- n: too big/);
  });

  it('must be a schema', async () => {
    const client = await pinned('http://127.0.0.1:1/mcp');
    // @ts-expect-error what this test is about
    await expect(client.request('x', {}, { result: { n: 'number' } })).rejects.toThrow(/must be a schema/);
  });
});

describe('headers', () => {
  it('are given once, per request by a function, and per call', async () => {
    const { url, received } = await listen(({ message }, response) => json(response, result(message.id)));
    let count = 0;
    const client = await pinned(url, {
      headers: async () => ({ authorization: `Bearer ${++count}`, 'x-both': 'client' }),
    });
    await client.request('x');
    await client.request('x', {}, { headers: new Headers({ 'x-both': 'call', 'x-call': '1' }) });
    await client.notify('x', {}, { headers: () => ({ 'x-call': '2' }) });
    expect(received.map(({ headers }) => [headers.authorization, headers['x-both'], headers['x-call']])).toEqual([
      ['Bearer 1', 'client', undefined],
      ['Bearer 2', 'call', '1'],
      ['Bearer 3', 'client', '2'],
    ]);
  });

  it('cannot replace those of the protocol, but accept', async () => {
    const { url, received } = await listen(({ message }, response) => json(response, result(message.id)));
    const client = await pinned(url, {
      headers: { Accept: '*/*', 'Content-Type': 'text/plain', 'MCP-Protocol-Version': '1', 'mcp-method': 'y' },
    });
    await client.request('x');
    expect(received[0]?.headers).toMatchObject({
      accept: '*/*',
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'x',
    });
  });

  it('that cannot be made fail the call with what happened', async () => {
    const { url, received } = await listen(({ message }, response) => json(response, result(message.id)));
    const broken = new Error('vault is sealed');
    const client = await pinned(url, { headers: () => Promise.reject(broken) });
    expect(await errorOf(client.request('x'))).toMatchObject({ code: 'internal', cause: broken });
    expect(received).toEqual([]);
  });

  it('that come after the call has ended are not sent', async () => {
    const { url, received } = await listen(({ message }, response) => json(response, result(message.id)));
    const gate = deferred<HeadersInit>();
    const client = await pinned(url, { headers: () => gate.promise });
    const controller = new AbortController();
    const call = client.request('x', {}, { signal: controller.signal });
    controller.abort();
    expect((await errorOf(call)).code).toBe('aborted');
    gate.resolve({});
    await expect(client.request('y')).resolves.toBeDefined();
    expect(received.map(({ message }) => message.method)).toEqual(['y']);
  });
});

describe('auth', () => {
  it('sees every request and response, and may send again', async () => {
    const { url, received } = await listen(({ headers, message }, response) =>
      headers.authorization === 'Bearer new'
        ? json(response, result(message.id, { ok: true }))
        : void response.writeHead(401, { 'www-authenticate': 'Bearer' }).end(),
    );
    const seen: unknown[] = [];
    const client = await pinned(url, {
      auth: async (request, next) => {
        request.headers.set('authorization', 'Bearer old');
        const response = await next(request);
        seen.push([request.method, request.url, response.status, response.headers.get('www-authenticate')]);
        if (response.status !== 401) return response;
        await response.body?.cancel();
        request.headers.set('authorization', 'Bearer new');
        return next(request);
      },
    });
    await expect(client.request('x')).resolves.toMatchObject({ ok: true });
    expect(seen).toEqual([['POST', url, 401, 'Bearer']]);
    expect(received).toHaveLength(2);
    expect(received[1]?.body).toBe(received[0]?.body);
  });

  it('fails the call with what it throws', async () => {
    const broken = new Error('no token');
    const client = await pinned('http://127.0.0.1:1/mcp', { auth: () => Promise.reject(broken) });
    expect(await errorOf(client.request('x'))).toMatchObject({ code: 'internal', cause: broken });
  });
});

describe('an abort', () => {
  // spec: basic/patterns/cancellation#top.1
  it('closes the stream, so that the server hears of it', async () => {
    const gone = deferred();
    const { url } = await listen((entry, response) => {
      response.on('close', gone.resolve);
      sse(response).write(event(progress(entry, 1)));
    });
    const controller = new AbortController();
    const call = (await pinned(url)).callTool(
      'x',
      {},
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    expect((await errorOf(call)).code).toBe('aborted');
    await gone.promise;
  });

  it("cancels a body that does not know the request's signal", async () => {
    const gone = deferred();
    const controller = new AbortController();
    const client = await pinned('http://localhost/mcp', {
      fetch: () =>
        Promise.resolve(
          new Response(
            new ReadableStream({ pull: () => controller.abort(), cancel: () => gone.resolve() }, { highWaterMark: 0 }),
            { headers: { 'content-type': 'application/json' } },
          ),
        ),
    });
    expect((await errorOf(client.request('x', {}, { signal: controller.signal }))).code).toBe('aborted');
    await gone.promise;
  });

  it('10,000 calls with one signal leave no listener on it', LONG, async () => {
    const { signal } = new AbortController();
    const client = await pinned('http://localhost/mcp', {
      fetch: (_url, init) => {
        const { id } = JSON.parse(init.body as string) as { id: number };
        const streams = id % 2 === 0;
        return Promise.resolve(
          new Response(streams ? event(result(id)) : result(id), {
            headers: { 'content-type': streams ? 'text/event-stream' : 'application/json' },
          }),
        );
      },
    });
    for (let batch = 0; batch < 100; batch++) {
      await Promise.all(Array.from({ length: 100 }, () => client.request('x', undefined, { signal })));
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    }
  });
});

it('params that JSON cannot carry fail the call', async () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const client = await pinned('http://127.0.0.1:1/mcp');
  expect((await errorOf(client.request('x', circular))).code).toBe('internal');
  expect((await errorOf(client.notify('x', { big: 1n }))).code).toBe('internal');
});

// spec: basic#resulttype.3
it('a result named __proto__ is data', async () => {
  const { url } = await listen(({ message }, response) =>
    json(response, `{"jsonrpc":"2.0","id":${message.id},"result":{"__proto__":{"evil":1},"then":1}}`),
  );
  const answer = await (await pinned(url)).request('x');
  expect(Object.hasOwn(answer, '__proto__')).toBe(true);
  expect('evil' in {}).toBe(false);
});
