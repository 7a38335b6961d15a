import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { HttpTransport, type HttpTransportOptions } from 'mcpwire/client';
import { fakeClock } from 'mcpwire/testing';
import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { JsonRpcMessage } from '../../src/json-rpc.js';
import { sseWire } from '../../src/legacy/client-sse.js';
import type { LegacyWire } from '../../src/legacy/wire.js';
import {
  type Answer,
  collect,
  deferred,
  errorOf,
  listen,
  notification,
  progress,
  result,
  sse,
} from '../client/support.js';
import { ask, initialize, live, officialTools, shake, toolCall, welcome } from './wires.js';

const to = async (url: string, options: HttpTransportOptions = {}): Promise<LegacyWire> => {
  const wire = await sseWire(new HttpTransport(url, options));
  onTestFinished(() => wire.close());
  return wire;
};

const text = (message: JsonRpcMessage): unknown =>
  ('result' in message && (message.result['content'] as { text?: string }[])[0]?.text) || message;

/** The official SDK's server on HTTP+SSE. */
async function official() {
  const transports = new Map<string, SSEServerTransport>();
  const servers: ReturnType<typeof officialTools>[] = [];
  const serve: Answer = ({ method, url, message }, response, incoming) => {
    if (method === 'GET') {
      const transport = new SSEServerTransport('/messages', response);
      transports.set(transport.sessionId, transport);
      response.on('close', () => transports.delete(transport.sessionId));
      const tools = officialTools();
      servers.push(tools);
      void tools.server.connect(transport);
      return;
    }
    const transport = transports.get(new URL(url, 'http://x').searchParams.get('sessionId') ?? '');
    if (transport === undefined) response.writeHead(404).end();
    else void transport.handlePostMessage(incoming, response, message);
  };
  return { ...(await listen(serve)), transports, servers };
}

/** A server by hand. Each stream gets an endpoint of its own; what is posted there is the test's. */
async function byHand(
  answer: (message: { id?: number; method?: string }, stream: ServerResponse, post: ServerResponse) => void,
) {
  const streams: ServerResponse[] = [];
  const server = await listen((entry, response) => {
    const { method, url, message } = entry;
    if (method === 'GET') {
      streams.push(sse(response));
      response.write(`event: endpoint\ndata: /post/${streams.length - 1}\n\n`);
      return;
    }
    const stream = streams[Number(url.slice('/post/'.length))];
    if (stream === undefined) return void response.writeHead(404).end();
    if (message.method === 'initialize') stream.write(`event: message\ndata: ${welcome(message.id, '2024-11-05')}\n\n`);
    else if (message.method !== 'notifications/initialized') return answer(message, stream, response);
    response.writeHead(202).end('Accepted');
  });
  return { ...server, streams };
}

const endpoint = (data: string) =>
  listen(({ method }, response) => {
    if (method === 'GET') sse(response).write(`event: endpoint\ndata: ${data}\n\n`);
    else response.writeHead(202).end();
  });

describe('with the official server', () => {
  it('a call is answered, and progress comes before', async () => {
    const wire = await to((await official()).url);
    await shake(wire);
    const seen: JsonRpcMessage[] = [];
    expect(text(await ask(wire, toolCall('steps'), { seen }))).toBe('done');
    expect(seen.map((message) => 'params' in message && message.params?.['progress'])).toEqual([1, 2, 3]);
  });

  it('calls at the same time get their own answers', async () => {
    const wire = await to((await official()).url);
    await shake(wire);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, a) => ask(wire, toolCall('add', { a, b: 1000 }))));
    expect(answers.map(text)).toEqual(Array.from({ length: 20 }, (_, a) => String(a + 1000)));
  });

  it('a question comes in by the stream, and is answered', async () => {
    const wire = await to((await official()).url);
    await shake(wire);
    const questions = wire.incoming?.()[Symbol.asyncIterator]();
    const answer = ask(wire, toolCall('name'));
    const question = (await questions?.next())?.value as { id: number; method: string };
    expect(question.method).toBe('elicitation/create');
    await wire.respond?.({
      jsonrpc: '2.0',
      id: question.id,
      result: { action: 'accept', content: { name: 'Ada' } },
    });
    expect(text(await answer)).toBe('Ada');
  });

  it('an abort tells the server, which stops its work', async () => {
    const { url, servers } = await official();
    const wire = await to(url);
    await shake(wire);
    const controller = new AbortController();
    const answer = errorOf(ask(wire, toolCall('hang'), { signal: controller.signal }));
    await servers[0]?.started;
    controller.abort();
    expect(await answer).toMatchObject({ code: 'aborted' });
    await servers[0]?.cancelled;
  });

  it('a lost stream fails the calls that wait, and the next one makes a new session', async () => {
    const { url, servers, transports, received } = await official();
    const wire = await to(url);
    await shake(wire);
    const waiting = errorOf(ask(wire, toolCall('hang')));
    await servers[0]?.started;
    for (const transport of transports.values()) await transport.close();
    expect(await waiting).toMatchObject({ code: 'stream_ended' });
    const answers = await Promise.all([1, 2, 3].map((a) => ask(wire, toolCall('add', { a, b: 1 }))));
    expect(answers.map(text)).toEqual(['2', '3', '4']);
    expect(received.filter(({ method }) => method === 'GET')).toHaveLength(2);
    expect(received.filter(({ message }) => message.method === 'initialize')).toHaveLength(2);
  });

  it('a lost stream is told of, and one that was closed is not', async () => {
    const { url, transports } = await official();
    const wire = await to(url);
    await shake(wire);
    const told = deferred();
    let times = 0;
    wire.lost = () => {
      times++;
      told.resolve();
    };
    for (const transport of transports.values()) await transport.close();
    await told.promise;
    await ask(wire, toolCall('add', { a: 1, b: 1 }));
    await wire.close();
    expect(times).toBe(1);
  });

  it('headers and auth see the GET and every POST', async () => {
    const { url, received } = await official();
    const methods: string[] = [];
    const wire = await to(url, {
      headers: { 'x-key': 'k' },
      auth: (sent, next) => {
        methods.push(sent.method);
        sent.headers.set('authorization', 'Bearer t');
        return next(sent);
      },
    });
    await shake(wire);
    expect(methods).toEqual(['GET', 'POST', 'POST']);
    for (const { headers } of received) expect(headers).toMatchObject({ 'x-key': 'k', authorization: 'Bearer t' });
  });
});

describe('the endpoint', () => {
  it.each(['/messages?a=1', 'messages?a=1', '?a=1'])('may be relative: %s', async (data) => {
    const { url, received, origin } = await endpoint(data);
    const wire = await to(url);
    await wire.notify({ jsonrpc: '2.0', method: 'notifications/initialized' }, live());
    const { pathname, search } = new URL(data, url);
    expect(received.at(-1)).toMatchObject({ method: 'POST', url: pathname + search });
    expect(new URL(data, url).origin).toBe(origin);
  });

  it('may be a whole URL of the same origin', async () => {
    const { url, received } = await listen(({ method, headers }, response) => {
      if (method === 'GET') sse(response).write(`event: endpoint\ndata: http://${headers.host}/m\n\n`);
      else response.writeHead(202).end();
    });
    const wire = await to(url);
    await wire.notify({ jsonrpc: '2.0', method: 'notifications/initialized' }, live());
    expect(received.at(-1)).toMatchObject({ method: 'POST', url: '/m' });
  });

  it('A16: on another origin is refused, and nothing is sent there', async () => {
    const other = await listen((_entry, response) => void response.writeHead(202).end());
    const { url, received, origin } = await listen(({ method }, response) => {
      if (method === 'GET') sse(response).write(`event: endpoint\ndata: ${other.url}\n\n`);
    });
    const error = await errorOf(to(url, { headers: { authorization: 'Bearer secret' } }));
    expect(error).toMatchObject({ code: 'invalid_message', url });
    expect(error.message).toContain(other.origin);
    expect(error.message).toContain(origin);
    expect(received).toHaveLength(1);
    expect(other.received).toEqual([]);
  });

  it.each([
    '//evil.example/m',
    'http://user:pass@HOST/m',
    'https://HOST/m',
    'blob:http://HOST/m',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'http://HOST.evil.example/m',
    'http://[',
  ])('A16: is refused at %s', async (data) => {
    const { url } = await listen(({ headers }, response) => {
      sse(response).write(`event: endpoint\ndata: ${data.replace('HOST', String(headers.host))}\n\n`);
    });
    expect(await errorOf(to(url))).toMatchObject({ code: 'invalid_message' });
  });

  it('cannot be moved later', async () => {
    const other = await listen((_entry, response) => void response.writeHead(202).end());
    const { url, streams, received } = await byHand((_message, _stream, post) => void post.writeHead(202).end());
    const wire = await to(url);
    await shake(wire, '2024-11-05');
    streams[0]?.write(`event: endpoint\ndata: ${other.url}\n\nevent: endpoint\ndata: /elsewhere\n\n`);
    streams[0]?.write(`data: ${notification('notifications/after')}\n\n`);
    await wire.incoming?.()[Symbol.asyncIterator]().next();
    await wire.notify({ jsonrpc: '2.0', method: 'notifications/x' }, live());
    expect(received.at(-1)).toMatchObject({ method: 'POST', url: '/post/0' });
    expect(other.received).toEqual([]);
  });
});

describe('a server that does not speak it', () => {
  it.each([400, 401, 404, 405, 500])('answers %i, which is the error', async (status) => {
    const { url } = await listen((_entry, response) => void response.writeHead(status).end('no'));
    expect(await errorOf(to(url))).toMatchObject({ status, url });
  });

  it('answers with a page', async () => {
    const { url } = await listen((_entry, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hello');
    });
    expect(await errorOf(to(url))).toMatchObject({ code: 'invalid_message', url });
  });

  it('ends the stream without an endpoint', async () => {
    const { url } = await listen((_entry, response) => void sse(response).end('data: x\n\n'));
    expect(await errorOf(to(url))).toMatchObject({ code: 'invalid_message', url });
  });

  it.each(['an open stream', 'silence'])('names no endpoint for 10 s: %s', async (kind) => {
    const arrived = deferred();
    const { url } = await listen((_entry, response) => {
      if (kind !== 'silence') sse(response).write(': hello\n\n');
      arrived.resolve();
    });
    const clock = fakeClock().install();
    onTestFinished(() => clock.uninstall());
    const error = errorOf(to(url));
    await arrived.promise;
    await clock.advance(10_000);
    expect(await error).toMatchObject({ code: 'timeout' });
  });
});

describe('messages', () => {
  it('progress goes to the call with its token, and what belongs to no call comes in', async () => {
    const { url, streams } = await byHand((_message, _stream, post) => void post.writeHead(202).end());
    const wire = await to(url);
    await shake(wire, '2024-11-05');
    const calls = [toolCall('a'), toolCall('b')];
    const exchanges = calls.map((call) => wire.exchange(call, live())[Symbol.asyncIterator]());
    const got = exchanges.map((exchange) => exchange.next());
    await vi.waitFor(() => expect(streams).toHaveLength(1));
    const say = (data: string) => streams[0]?.write(`data: ${data}\n\n`);
    for (const call of [...calls].reverse()) say(progress({ message: call } as never, Number(call.id)));
    say(notification('notifications/tools/list_changed'));
    say(notification('notifications/progress', { progressToken: 'unknown', progress: 1 }));
    const values = await Promise.all(got);
    expect(values.map(({ value }) => value as unknown)).toMatchObject(
      calls.map(({ id }) => ({ params: { progressToken: id, progress: id } })),
    );
    const incoming = wire.incoming?.()[Symbol.asyncIterator]();
    expect((await incoming?.next())?.value).toMatchObject({ method: 'notifications/tools/list_changed' });
    expect((await incoming?.next())?.value).toMatchObject({ params: { progressToken: 'unknown' } });
    for (const exchange of exchanges) await exchange.return?.();
  });

  it('A31: events that are no messages, and answers to nothing, are skipped', async () => {
    const { url } = await byHand((message, stream, post) => {
      post.writeHead(202).end();
      stream.write('data: nonsense\n\n'.repeat(50_000));
      stream.write(`data: ${result('nobody')}\n\ndata: ${result(message.id)}\n\n`);
    });
    const wire = await to(url);
    await shake(wire, '2024-11-05');
    expect(await ask(wire, toolCall('x'))).toHaveProperty('result');
  });

  it('A30: an event over the limit fails the calls that wait', async () => {
    const { url } = await byHand((message, stream, post) => {
      post.writeHead(202).end();
      stream.write(`data: ${result(message.id, { x: 'x'.repeat(1_000) })}\n\n`);
    });
    const wire = await to(url, { limits: { sseEvent: 500 } });
    await shake(wire, '2024-11-05');
    expect(await errorOf(ask(wire, toolCall('x')))).toMatchObject({ code: 'limit_exceeded' });
  });

  it('A28: a second call with the id of an open one is refused, and the first completes', async () => {
    const { url, streams } = await byHand((_message, _stream, post) => void post.writeHead(202).end());
    const wire = await to(url);
    await shake(wire, '2024-11-05');
    const call = toolCall('x');
    const first = ask(wire, call);
    expect(await errorOf(ask(wire, call))).toMatchObject({ code: 'invalid_request' });
    streams[0]?.write(`data: ${result(call.id)}\n\n`);
    expect(await first).toHaveProperty('result');
  });

  it('a POST that is refused fails its call alone', async () => {
    const { url, received } = await byHand((message, stream, post) => {
      if (message.method === 'refused') return void post.writeHead(400).end('no');
      post.writeHead(202).end();
      if (message.id !== undefined) setTimeout(() => stream.write(`data: ${result(message.id)}\n\n`));
    });
    const wire = await to(url);
    await shake(wire, '2024-11-05');
    const good = ask(wire, toolCall('x'));
    const bad = ask(wire, { ...toolCall('x'), method: 'refused' });
    expect(await errorOf(bad)).toMatchObject({ code: 'http_status', status: 400 });
    expect(await good).toHaveProperty('result');
    expect(received.some(({ message }) => message.method === 'notifications/cancelled')).toBe(false);
  });

  it('a JSON-RPC error in the answer to the POST is the answer', async () => {
    const { url } = await byHand((message, _stream, post) => {
      post
        .writeHead(400)
        .end(JSON.stringify({ jsonrpc: '2.0', id: message.id, error: { code: -32000, message: 'no' } }));
    });
    const wire = await to(url);
    await shake(wire, '2024-11-05');
    expect(await ask(wire, toolCall('x'))).toMatchObject({ error: { code: -32000 } });
  });

  it('comments are signs of life of every call', async () => {
    const { url, streams, received } = await byHand((_message, _stream, post) => void post.writeHead(202).end());
    const wire = await to(url);
    await shake(wire, '2024-11-05');
    const alive = [deferred(), deferred()];
    const calls = alive.map(({ resolve }) => errorOf(ask(wire, toolCall('x'), { onKeepAlive: resolve })));
    await vi.waitFor(() => expect(received).toHaveLength(5));
    streams[0]?.write(': hello\n\n');
    await Promise.all(alive.map(({ promise }) => promise));
    await wire.close();
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(['closed', 'closed']);
  });
});

describe('a lost stream', () => {
  it('whose server answers 404 to a POST is given up, and the next call makes a new one', async () => {
    let lost = true;
    const { url, streams } = await byHand((message, stream, post) => {
      if (lost) return void post.writeHead(404).end();
      post.writeHead(202).end();
      stream.write(`data: ${result(message.id)}\n\n`);
    });
    const wire = await to(url);
    await shake(wire, '2024-11-05');
    expect(await errorOf(ask(wire, toolCall('x')))).toMatchObject({ status: 404 });
    lost = false;
    expect(await ask(wire, toolCall('x'))).toHaveProperty('result');
    expect(streams).toHaveLength(2);
  });

  it('that is lost again during the new handshake is an error, and no deadlock', async () => {
    const { url, streams } = await byHand((_message, _stream, post) => void post.writeHead(202).end());
    const wire = await to(url);
    await shake(wire, '2024-11-05');
    wire.renew = async () => {
      streams[1]?.destroy();
      await collect(wire.exchange(toolCall('resubscribe'), live()));
    };
    streams[0]?.destroy();
    const error = await errorOf(
      (async () => {
        for (;;) await wire.notify({ jsonrpc: '2.0', method: 'notifications/x' }, live());
      })(),
    );
    expect(error).toMatchObject({ code: 'stream_ended' });
  });

  it('before the handshake is an error of it', async () => {
    const { url } = await listen(({ method }, response) => {
      if (method === 'GET') sse(response).write('event: endpoint\ndata: /m\n\n');
      else response.destroy();
    });
    const wire = await to(url);
    expect(await errorOf(collect(wire.exchange(initialize(), live())))).toMatchObject({ code: 'connection_failed' });
  });

  it('takes its questions along: an answer does not reach the new session', async () => {
    const { url, streams, received } = await byHand((message, stream, post) => {
      post.writeHead(202).end();
      if (message.id !== undefined && message.method !== undefined) stream.write(`data: ${result(message.id)}\n\n`);
    });
    const wire = await to(url);
    await shake(wire, '2024-11-05');
    const incoming = wire.incoming?.()[Symbol.asyncIterator]();
    const question = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'roots/list' });
    streams[0]?.write(`data: ${question}\n\n`);
    const old = (await incoming?.next())?.value as { id: number };
    streams[0]?.end();
    await vi.waitFor(async () => {
      await ask(wire, toolCall('x'));
      expect(streams).toHaveLength(2);
    });
    streams[1]?.write(`data: ${question}\n\n`);
    const anew = (await incoming?.next())?.value as { id: number };
    await wire.respond?.({ jsonrpc: '2.0', id: old.id, result: { old: true } });
    await wire.respond?.({ jsonrpc: '2.0', id: anew.id, result: { old: false } });
    expect(received.flatMap(({ body, url: path }) => (body.includes('"old"') ? [[path, body]] : []))).toEqual([
      ['/post/1', JSON.stringify({ jsonrpc: '2.0', id: 0, result: { old: false } })],
    ]);
  });
});

it('close ends the stream, the calls and what comes in', async () => {
  const { url, streams } = await byHand((_message, _stream, post) => void post.writeHead(202).end());
  const wire = await to(url);
  await shake(wire, '2024-11-05');
  const gone = new Promise((resolve) => streams[0]?.on('close', resolve));
  const call = errorOf(ask(wire, toolCall('x')));
  const incoming = wire.incoming?.()[Symbol.asyncIterator]().next();
  await wire.close();
  expect(await call).toMatchObject({ code: 'closed' });
  expect(await incoming).toMatchObject({ done: true });
  await gone;
  expect(await errorOf(ask(wire, toolCall('x')))).toMatchObject({ code: 'closed' });
});
