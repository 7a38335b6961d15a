import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import { McpClient, type ConnectOptions, type McpErrorCode } from 'mcpwire/client';
import { describe, expect, it } from 'vitest';
import {
  type Answer,
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
  type Received,
  result,
  sse,
} from './support.js';

const KIB_64 = 65_536;

const send =
  (status: number, type: string | undefined, body: string): Answer =>
  (_received, response) =>
    void response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(body);

const stream =
  (write: (received: Received, response: ServerResponse) => void): Answer =>
  (received, response) =>
    write(received, sse(response));

const rows: readonly [name: string, code: McpErrorCode, answer: Answer, options?: ConnectOptions][] = [
  ['HTTP 202', 'invalid_message', send(202, undefined, '')],
  ['HTTP 204', 'invalid_message', send(204, undefined, '')],
  ['HTTP 202 that says JSON and has none', 'invalid_message', send(202, 'application/json', '')],
  ['an empty body without a type', 'invalid_message', send(200, undefined, '')],
  ['text/html', 'invalid_message', send(200, 'text/html', '<html>')],
  ['a JSON body that is no JSON', 'invalid_message', send(200, 'application/json', '{"jsonrpc":')],
  ['a JSON body that is no message', 'invalid_message', send(200, 'application/json', '{"ok":true}')],
  [
    'a JSON body that is a batch',
    'invalid_message',
    ({ message }, response) => json(response, `[${result(message.id)}]`),
  ],
  ['a JSON body that is null', 'invalid_message', send(200, 'application/json', 'null')],
  [
    'a body that is no UTF-8',
    'invalid_message',
    (_r, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.of(0x22, 0xff, 0x22)),
  ],
  ['a JSON notification alone', 'stream_ended', (_r, response) => json(response, notification('x'))],
  ['a wrong id', 'invalid_message', (_r, response) => json(response, result(999))],
  ['its id as a string', 'invalid_message', ({ message }, response) => json(response, result(String(message.id)))],
  ['an error with a wrong id', 'invalid_message', (_r, response) => json(response, failure(999, -32603))],
  ['a result with id null', 'invalid_message', (_r, response) => json(response, result(null))],
  [
    'a resultType that nobody knows',
    'invalid_message',
    ({ message }, response) => json(response, result(message.id, { resultType: 'later' })),
  ],
  [
    'input_required',
    'missing_capability',
    ({ message }, response) =>
      json(
        response,
        result(message.id, { resultType: 'input_required', inputRequests: { roots: { method: 'roots/list' } } }),
      ),
  ],
  [
    'input_required with neither questions nor state',
    'invalid_message',
    ({ message }, response) => json(response, result(message.id, { resultType: 'input_required' })),
  ],
  [
    'a JSON body over the limit',
    'limit_exceeded',
    ({ message }, response) => json(response, result(message.id, { x: 'x'.repeat(2000) })),
    { limits: { jsonResponse: 1000 } },
  ],
  [
    'a JSON body over the limit that never ends',
    'limit_exceeded',
    (_r, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write(' '.repeat(2000)),
    { limits: { jsonResponse: 1000 } },
  ],
  ['a stream that ends at once', 'stream_ended', stream((_r, response) => response.end())],
  ['a stream that ends after a comment', 'stream_ended', stream((_r, response) => response.end(': x\n\n'))],
  [
    'a stream that ends after a notification',
    'stream_ended',
    stream((received, response) => response.end(event(progress(received, 1)))),
  ],
  [
    'a stream that ends within an event',
    'stream_ended',
    stream(({ message }, response) => response.end(`data: ${result(message.id)}\n`)),
  ],
  [
    'a stream that is cut before any event',
    'stream_ended',
    stream((_r, response) => response.write(': x\n\n', () => response.destroy())),
  ],
  [
    'a stream that is cut within an event',
    'stream_ended',
    stream(({ message }, response) =>
      response.write(`data: ${result(message.id).slice(0, 9)}`, () => response.destroy()),
    ),
  ],
  ['a stream with bad JSON', 'invalid_message', stream((_r, response) => response.write(event('{')))],
  [
    'a stream with something that is no message',
    'invalid_message',
    stream((_r, response) => response.write(event('{"jsonrpc":"1.0","id":1,"result":{}}'))),
  ],
  ['a stream with a wrong id', 'invalid_message', stream((_r, response) => response.write(event(result(999))))],
  [
    'a stream that is no UTF-8',
    'invalid_message',
    stream((_r, response) => response.write(Buffer.of(100, 0xc0, 0xc0))),
  ],
  [
    'an event over the limit',
    'limit_exceeded',
    stream(({ message }, response) => response.write(event(result(message.id, { x: 'x'.repeat(2000) })))),
    { limits: { sseEvent: 1000 } },
  ],
  [
    'an event over the limit that never ends',
    'limit_exceeded',
    stream((_r, response) => response.write(`data: ${'x'.repeat(2000)}`)),
    { limits: { sseEvent: 1000 } },
  ],
  [
    'a comment over the limit that never ends',
    'limit_exceeded',
    stream((_r, response) => response.write(`:${'x'.repeat(2000)}`)),
    { limits: { sseEvent: 1000 } },
  ],
  ['a connection that is reset before the headers', 'connection_failed', (_r, response) => void response.destroy()],
  [
    'a status whose body is cut',
    'unauthorized',
    (_r, response) =>
      void response
        .writeHead(401, { 'content-type': 'application/json', 'content-length': 100 })
        .write('{', () => response.destroy()),
  ],
  [
    'a body that is cut',
    'stream_ended',
    (_r, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
        .write('{', () => response.destroy()),
  ],
];

describe('a call settles at once, with a typed error, when the server answers with', () => {
  // spec: basic#resulttype.2
  it.each(rows)('%s: %s', async (_name, code, answer, options) => {
    const { url } = await listen(answer);
    const client = await pinned(url, { timeoutMs: Infinity, maxTotalTimeoutMs: Infinity, ...options });
    expect((await errorOf(client.callTool('x'))).code).toBe(code);
  });

  // A stream does not interpret results: what `resultType` says is its reader's business.
  it.each(rows.filter(([name]) => !/resultType|input_required/.test(name)))(
    '%s, also to client.stream: %s',
    async (_name, code, answer, options) => {
      const { url } = await listen(answer);
      const client = await pinned(url, { timeoutMs: Infinity, maxTotalTimeoutMs: Infinity, ...options });
      expect((await errorOf(collect(client.stream('tools/call', { name: 'x' })))).code).toBe(code);
    },
  );

  it('nothing, because nobody listens: connection_failed, with URL, cause and what to check', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const url = `http://127.0.0.1:${port}/mcp`;
    const error = await errorOf((await pinned(url)).callTool('x'));
    expect(error).toMatchObject({ code: 'connection_failed', url });
    expect(error.message).toMatch(/ECONNREFUSED.*check that the server runs/);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('a name that does not resolve: connection_failed', async () => {
    expect(await errorOf((await pinned('http://mcpwire.invalid/mcp')).callTool('x'))).toMatchObject({
      code: 'connection_failed',
    });
  });
});

describe('an HTTP error', () => {
  it.each([400, 402, 404, 405, 410, 418, 429, 500, 502, 503])(
    '%i is http_status, with status, URL and body',
    async (status) => {
      const { url } = await listen(send(status, 'text/plain', 'what went wrong'));
      const error = await errorOf((await pinned(url)).callTool('x'));
      expect(error).toMatchObject({ code: 'http_status', status, url, data: 'what went wrong' });
      expect(error.message).toContain(String(status));
    },
  );

  it('401 is unauthorized and says what to give', async () => {
    const { url } = await listen(send(401, 'text/plain', 'who?'));
    const error = await errorOf((await pinned(url)).callTool('x'));
    expect(error).toMatchObject({ code: 'unauthorized', status: 401, data: 'who?' });
    expect(error.message).toMatch(/headers or auth/);
  });

  it.each([
    ['Bearer error="insufficient_scope", scope="a b"', 'insufficient_scope'],
    ['Bearer realm="x", error=insufficient_scope', 'insufficient_scope'],
    ['Bearer error="invalid_token"', 'forbidden'],
    ['', 'forbidden'],
  ])('403 with the challenge %j is %s', async (challenge, code) => {
    const { url } = await listen(
      (_r, response) => void response.writeHead(403, challenge === '' ? {} : { 'www-authenticate': challenge }).end(),
    );
    expect(await errorOf((await pinned(url)).callTool('x'))).toMatchObject({ code, status: 403 });
  });

  it.each(['this id', 'no id', 'id null'])(
    'with a JSON-RPC error for %s is that error, with the status',
    async (which) => {
      const { url } = await listen(({ message }, response) => {
        const id = which === 'this id' ? message.id : which === 'no id' ? undefined : null;
        json(response, failure(id, -32601, 'Method not found', { a: 1 }), 404);
      });
      expect(await errorOf((await pinned(url)).callTool('x'))).toMatchObject({
        code: 'method_not_found',
        rpcCode: -32601,
        message: 'Method not found',
        status: 404,
        data: { a: 1 },
        url,
      });
    },
  );

  it('401 with a JSON-RPC error keeps both: the code of the status, the rpcCode and the message of the error', async () => {
    const { url } = await listen(({ message }, response) =>
      json(response, failure(message.id, -32001, 'Invalid or expired session token'), 401),
    );
    expect(await errorOf((await pinned(url)).callTool('x'))).toMatchObject({
      code: 'unauthorized',
      rpcCode: -32001,
      message: 'Invalid or expired session token',
      status: 401,
    });
  });

  it('with a JSON-RPC error for another id is http_status', async () => {
    const { url } = await listen((_r, response) => json(response, failure(999, -32601), 404));
    expect(await errorOf((await pinned(url)).callTool('x'))).toMatchObject({ code: 'http_status', status: 404 });
  });

  it('of exactly 64 KiB is read whole', async () => {
    const { url } = await listen(send(500, 'text/plain', 'x'.repeat(KIB_64)));
    expect((await errorOf((await pinned(url)).callTool('x'))).data).toBe('x'.repeat(KIB_64));
  });

  it('of more is cut there and keeps its status, and the rest is not read', async () => {
    const { url } = await listen((_r, response) => {
      response.writeHead(500);
      const fill = (): void => {
        // Goes on until the client closes the connection.
        while (!response.destroyed && response.write('x'.repeat(KIB_64)));
        if (!response.destroyed) response.once('drain', fill);
      };
      fill();
    });
    const error = await errorOf((await pinned(url, { timeoutMs: Infinity })).callTool('x'));
    expect(error).toMatchObject({ code: 'http_status', status: 500 });
    expect(error.data).toBe('x'.repeat(KIB_64));
  });

  it('whose body never ends is given up with the call', async () => {
    const { url } = await listen((_r, response) => void response.writeHead(500).write('x'));
    expect((await errorOf((await pinned(url)).callTool('x', {}, { timeoutMs: 20 }))).code).toBe('timeout');
  });
});

describe('limits', () => {
  it.each([
    ['jsonResponse', (body: string, response: ServerResponse): void => json(response, body)],
    ['sseEvent', (body: string, response: ServerResponse): void => void sse(response).end(event(body))],
  ] as const)('%s admits exactly its bytes, and not one more', async (limit, answer) => {
    const { url } = await listen(({ message }, response) =>
      answer(result(message.id, { x: 'x'.repeat(500) }), response),
    );
    const { length } = result(1, { x: 'x'.repeat(500) });
    await expect((await pinned(url, { limits: { [limit]: length } })).request('x')).resolves.toMatchObject({
      resultType: 'complete',
    });
    await expect((await pinned(url, { limits: { [limit]: length - 1 } })).request('x')).rejects.toMatchObject({
      code: 'limit_exceeded',
    });
  });

  it('read 16 MiB by default', { timeout: 60_000 }, async () => {
    const { url } = await listen(({ message }, response) => {
      const room = 16_777_216 - result(message.id, { x: '' }).length;
      const body = result(message.id, { x: 'x'.repeat(room + (message.method === 'over' ? 1 : 0)) });
      if (message.params?.['sse'] === true) sse(response).end(event(body));
      else json(response, body);
    });
    const client = await pinned(url);
    await client.request('exact');
    await client.request('exact', { sse: true });
    await expect(client.request('over')).rejects.toMatchObject({ code: 'limit_exceeded' });
    await expect(client.request('over', { sse: true })).rejects.toMatchObject({ code: 'limit_exceeded' });
  });
});

describe('after a failure', () => {
  it('the connection is closed, so that the server hears of it', async () => {
    const gone = deferred();
    const { url } = await listen((_r, response) => {
      response.on('close', gone.resolve);
      sse(response).write(event('{'));
    });
    await errorOf((await pinned(url)).callTool('x'));
    await expect(gone.promise).resolves.toBeUndefined();
  });

  it('the client works on', async () => {
    let count = 0;
    const { url } = await listen(({ message }, response) =>
      count++ === 0 ? void response.destroy() : json(response, result(message.id, { content: [] })),
    );
    const client = await pinned(url);
    expect((await errorOf(client.callTool('x'))).code).toBe('connection_failed');
    await expect(client.callTool('x')).resolves.toMatchObject({ content: [] });
  });

  it('200 unread bodies leave sockets for the next call', { timeout: 60_000 }, async () => {
    const { url, server } = await listen(({ message }, response) => {
      if (message.method === 'last') json(response, result(message.id));
      else response.writeHead(200, { 'content-type': 'text/html' }).write('<html>');
    });
    const client = await pinned(url);
    for (let count = 0; count < 200; count++) await errorOf(client.request('x'));
    await client.request('last');
    const open = await new Promise<number>((resolve, reject) =>
      server.getConnections((error, n) => (error ? reject(error) : resolve(n))),
    );
    expect(open).toBeLessThan(20);
  });
});

describe('a notification', () => {
  it('resolves with any success', async () => {
    for (const status of [200, 202, 204]) {
      const { url } = await listen(send(status, undefined, ''));
      await expect((await pinned(url)).notify('x')).resolves.toBeUndefined();
    }
  });

  it('fails like a call does', async () => {
    const plain = await listen(send(500, undefined, 'oops'));
    expect(await errorOf((await pinned(plain.url)).notify('x'))).toMatchObject({
      code: 'http_status',
      status: 500,
      data: 'oops',
    });
    const rpc = await listen((_r, response) => json(response, failure(undefined, -32600, 'no'), 400));
    expect(await errorOf((await pinned(rpc.url)).notify('x'))).toMatchObject({
      code: 'invalid_request',
      status: 400,
      message: 'no',
    });
  });
});

it('McpClient.connect rejects with what went wrong', async () => {
  const { url } = await listen(send(503, 'text/plain', 'busy'));
  await expect(McpClient.connect(url)).rejects.toMatchObject({ code: 'http_status', status: 503 });
});
