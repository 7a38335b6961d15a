import * as fc from 'fast-check';
import { HttpTransport, type HttpTransportOptions } from 'mcpwire/client';
import { fakeClock } from 'mcpwire/testing';
import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { JsonRpcMessage } from '../../src/json-rpc.js';
import { httpWire } from '../../src/legacy/client-http.js';
import type { LegacyWire } from '../../src/legacy/wire.js';
import { type Answer, collect, deferred, errorOf, json, listen, notification, result, sse } from '../client/support.js';
import { ask, initialize, live, official, request, shake, toolCall, welcome } from './wires.js';

const to = (url: string, options: HttpTransportOptions = {}): LegacyWire => httpWire(new HttpTransport(url, options));

const text = (message: JsonRpcMessage): unknown =>
  ('result' in message && (message.result['content'] as { text?: string }[])[0]?.text) || message;

/** A server by hand: it shakes hands, has no stream of its own unless told so, and leaves the rest to the test. */
function byHand(answer: Answer, { sessions = ['s1', 's2', 's3'] }: { sessions?: string[] } = {}) {
  return listen((entry, response, incoming) => {
    const { method, message } = entry;
    if (message.method === 'initialize') {
      const id = sessions.shift();
      response.writeHead(200, { 'content-type': 'application/json', ...(id && { 'mcp-session-id': id }) });
      response.end(welcome(message.id, String(message.params?.['protocolVersion'])));
    } else if (message.method === 'notifications/initialized') response.writeHead(202).end();
    else if (method === 'DELETE') response.writeHead(405).end();
    else answer(entry, response, incoming);
  });
}

const none: Answer = (_entry, response) => void response.writeHead(405).end();

const clocked = () => {
  const clock = fakeClock().install();
  onTestFinished(() => clock.uninstall());
  return clock;
};

describe('with the official server', () => {
  it.each([
    ['sessions', {}],
    ['no sessions', { sessions: false }],
    ['sessions and an event store', { store: true }],
    ['JSON answers', { json: true }],
    ['JSON answers and no sessions', { json: true, sessions: false }],
  ])('a call is answered: %s', async (_name, options) => {
    const wire = to((await official(options)).url);
    await shake(wire);
    expect(text(await ask(wire, toolCall('add', { a: 2, b: 3 })))).toBe('5');
  });

  it.each([{}, { store: true }])('progress comes before the response: %o', async (options) => {
    const wire = to((await official(options)).url);
    await shake(wire);
    const seen: JsonRpcMessage[] = [];
    expect(text(await ask(wire, toolCall('steps'), { seen }))).toBe('done');
    expect(seen.map((message) => 'params' in message && message.params?.['progress'])).toEqual([1, 2, 3]);
  });

  it('a question of the server is answered', async () => {
    const wire = to((await official()).url);
    await shake(wire);
    expect(text(await ask(wire, toolCall('name')))).toBe('Ada');
  });

  // See 2025-11-25 basic/transports, "Sending Messages to the Server", 6
  it('a stream that the server closes is polled after the time it asks for, and nothing is lost or comes twice', async () => {
    const { url, received } = await official({ store: true, retryInterval: 500 });
    const wire = to(url);
    await shake(wire);
    await vi.waitFor(() => expect(received.filter(({ method }) => method === 'GET')).toHaveLength(1));
    const clock = clocked();
    const seen: JsonRpcMessage[] = [];
    const answer = ask(wire, toolCall('away'), { seen });
    await vi.waitFor(() => expect(clock.pending).toContain(500));
    await clock.advance(499);
    expect(received.filter(({ headers }) => 'last-event-id' in headers)).toEqual([]);
    await clock.advance(1);
    expect(text(await answer)).toBe('back');
    expect(seen).toHaveLength(1);
    expect(received.filter(({ headers }) => 'last-event-id' in headers)).toHaveLength(1);
  });

  it('an abort tells the server, which stops its work', async () => {
    const { url, servers } = await official();
    const wire = to(url);
    await shake(wire);
    const controller = new AbortController();
    const answer = errorOf(ask(wire, toolCall('hang'), { signal: controller.signal }));
    await servers[0]?.started;
    controller.abort();
    expect(await answer).toMatchObject({ code: 'aborted' });
    await servers[0]?.cancelled;
  });

  it('what belongs to no exchange comes in by the stream of the session', async () => {
    const { url, servers } = await official();
    const wire = to(url);
    await shake(wire);
    const incoming = wire.incoming?.()[Symbol.asyncIterator]();
    let arrived = false;
    const next = incoming?.next().then((got) => {
      arrived = true;
      return got;
    });
    await vi.waitFor(async () => {
      await servers[0]?.server.server.sendToolListChanged();
      expect(arrived).toBe(true);
    });
    expect(await next).toMatchObject({ value: { method: 'notifications/tools/list_changed' } });
  });

  it('close ends the session', async () => {
    const { url, sessions, received } = await official();
    const wire = to(url);
    await shake(wire);
    const [id] = sessions.keys();
    await wire.close();
    expect(received.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'mcp-session-id': id } });
    expect(received.at(-1)?.headers['mcp-protocol-version']).toBe('2025-11-25');
  });

  it('a lost session is made anew, and the call is repeated', async () => {
    const { url, sessions } = await official();
    const wire = to(url);
    await shake(wire);
    sessions.clear();
    expect(text(await ask(wire, toolCall('add', { a: 2, b: 3 })))).toBe('5');
    expect(sessions.size).toBe(1);
  });
});

describe('headers', () => {
  it('the session id and the revision go with every message after the handshake, and none that older servers do not know', async () => {
    const { url, received } = await byHand(({ method, message }, response) => {
      if (method === 'GET') response.writeHead(405).end();
      else if (message.id === undefined) response.writeHead(202).end();
      else json(response, result(message.id));
    });
    const wire = to(url);
    await shake(wire);
    await ask(wire, toolCall('x'));
    await wire.notify({ jsonrpc: '2.0', method: 'notifications/roots/list_changed' }, live());
    await wire.close();
    const [first, ...rest] = received;
    expect(first?.headers).not.toHaveProperty('mcp-session-id');
    expect(first?.headers).not.toHaveProperty('mcp-protocol-version');
    expect(rest.map(({ method }) => method).sort()).toEqual(['DELETE', 'GET', 'POST', 'POST', 'POST']);
    for (const { headers } of rest) {
      expect(headers).toMatchObject({ 'mcp-session-id': 's1', 'mcp-protocol-version': '2025-11-25' });
      expect(headers).not.toHaveProperty('mcp-method');
    }
    const accepted = new Set(received.map(({ method, headers }) => `${method} ${headers['accept']}`));
    expect([...accepted].sort()).toEqual([
      'DELETE */*',
      'GET text/event-stream',
      'POST application/json, text/event-stream',
    ]);
  });

  it('the revision is not sent to servers of a revision that does not know the header', async () => {
    const { url, received } = await byHand(none);
    const wire = to(url);
    await shake(wire, '2025-03-26');
    await wire.close();
    expect(received.length).toBeGreaterThan(2);
    for (const { headers } of received) expect(headers).not.toHaveProperty('mcp-protocol-version');
  });

  it('auth and custom headers see POST, GET and DELETE', async () => {
    const { url, received } = await byHand(none);
    const seen: string[] = [];
    const wire = to(url, {
      headers: { 'x-key': 'k', accept: 'application/json', 'mcp-session-id': 'forged' },
      auth: (sent, next) => {
        seen.push(`${sent.method} ${sent.url}`);
        sent.headers.set('authorization', 'Bearer t');
        return next(sent);
      },
    });
    await shake(wire);
    await vi.waitFor(() => expect(received.some(({ method }) => method === 'GET')).toBe(true));
    await wire.close();
    expect(seen.sort()).toEqual(['DELETE', 'GET', 'POST', 'POST'].map((method) => `${method} ${url}`));
    for (const { headers } of received) expect(headers).toMatchObject({ 'x-key': 'k', authorization: 'Bearer t' });
    const get = received.find(({ method }) => method === 'GET');
    expect(get?.headers).toMatchObject({ accept: 'text/event-stream', 'mcp-session-id': 's1' });
  });

  it('A16: a GET that is redirected to another origin sends nothing there', async () => {
    const other = await listen(none);
    const { url, received } = await byHand((_entry, response) => {
      response.writeHead(307, { location: other.url }).end();
    });
    const wire = to(url, { headers: { authorization: 'Bearer secret' } });
    await shake(wire);
    await vi.waitFor(() => expect(received.some(({ method }) => method === 'GET')).toBe(true));
    expect(await errorOf(ask(wire, toolCall('x')))).toMatchObject({ code: 'http_status', status: 307 });
    expect(other.received).toEqual([]);
  });

  it.each(['a b', 'ü', 'a,\tb'])('a session id that is not of visible ASCII is refused: %j', async (id) => {
    const { url } = await byHand(none, { sessions: [id] });
    const wire = to(url);
    onTestFinished(() => wire.close());
    expect(await errorOf(collect(wire.exchange(initialize(), live())))).toMatchObject({ code: 'invalid_message' });
  });
});

describe('answers', () => {
  const answering = (answer: Answer): ReturnType<typeof byHand> =>
    byHand((entry, response, incoming) => {
      if (entry.method === 'GET') none(entry, response, incoming);
      else answer(entry, response, incoming);
    });

  it.each([200, 202, 204])('a notification may be answered with %i, and with a body', async (status) => {
    const { url } = await answering((_entry, response) => void response.writeHead(status).end('ok'));
    const wire = to(url);
    await shake(wire);
    await expect(wire.notify({ jsonrpc: '2.0', method: 'notifications/x' }, live())).resolves.toBeUndefined();
  });

  it('a request that is answered with 202 is an error at once', async () => {
    const { url } = await answering((_entry, response) => void response.writeHead(202).end());
    const wire = to(url);
    await shake(wire);
    expect(await errorOf(ask(wire, toolCall('x')))).toMatchObject({ code: 'invalid_message', status: 202 });
  });

  it('a batch of 2025-03-26 is read, as JSON and as an event', async () => {
    const { url } = await answering(({ message }, response) => {
      const batch = `[${notification('notifications/x')},${result(message.id)}]`;
      if (message.params?.['name'] === 'json') json(response, batch);
      else sse(response).end(`data: ${batch}\n\n`);
    });
    const wire = to(url);
    await shake(wire, '2025-03-26');
    for (const name of ['json', 'sse']) {
      const messages = await collect(wire.exchange(toolCall(name), live()));
      expect(messages).toMatchObject([{ method: 'notifications/x' }, { result: {} }]);
    }
  });

  it('A30: an event, a JSON answer and the body of an error are bounded', async () => {
    const { url } = await answering(({ message }, response) => {
      const long = result(message.id, { x: 'x'.repeat(1_000) });
      const name = message.params?.['name'];
      if (name === 'json') json(response, long);
      else if (name === 'sse') sse(response).end(`data: ${long}\n\n`);
      else if (name === 'open') sse(response).write(`data: ${long}`);
      else response.writeHead(500).end(long);
    });
    const wire = to(url, { limits: { sseEvent: 500, jsonResponse: 500, errorBody: 500 } });
    await shake(wire);
    for (const name of ['json', 'sse', 'open']) {
      const error = await errorOf(ask(wire, toolCall(name)));
      expect([name, error.code]).toEqual([name, 'limit_exceeded']);
    }
    const error = await errorOf(ask(wire, toolCall('error')));
    expect(error).toMatchObject({ code: 'http_status', status: 500 });
    expect(error.data).toHaveLength(500);
  });

  it('comments are signs of life', async () => {
    const { url } = await answering(({ message }, response) => {
      sse(response).end(`: hello\n\ndata: ${result(message.id)}\n\n`);
    });
    const wire = to(url);
    await shake(wire);
    const onKeepAlive = vi.fn<() => void>();
    await ask(wire, toolCall('x'), { onKeepAlive });
    expect(onKeepAlive).toHaveBeenCalledOnce();
  });
});

describe('cancellation', () => {
  it('is sent once, with the id and the reason, and in the session of the request', async () => {
    const arrived = deferred();
    const told = deferred();
    const { url, received } = await byHand(({ method, message }, response) => {
      if (method === 'GET') response.writeHead(405).end();
      else if (message.method === 'notifications/cancelled') {
        response.writeHead(500).end();
        told.resolve();
      } else arrived.resolve();
    });
    const wire = to(url);
    await shake(wire);
    const controller = new AbortController();
    const call = toolCall('x');
    const error = errorOf(ask(wire, call, { signal: controller.signal }));
    await arrived.promise;
    controller.abort(new Error('enough'));
    expect(await error).toMatchObject({ code: 'aborted' });
    await told.promise;
    await wire.close();
    const cancellations = received.filter(({ message }) => message.method === 'notifications/cancelled');
    expect(cancellations).toHaveLength(1);
    expect(cancellations[0]).toMatchObject({
      message: { params: { requestId: call.id, reason: 'The call was aborted' } },
      headers: { 'mcp-session-id': 's1' },
    });
  });

  it('is sent when the caller leaves before the response, and not after it', async () => {
    const told = deferred();
    const { url, received } = await byHand(({ method, message }, response) => {
      if (method === 'GET') response.writeHead(405).end();
      else if (message.id === undefined) {
        response.writeHead(202).end();
        told.resolve();
      } else {
        sse(response).write(`data: ${notification('notifications/x')}\n\n`);
        if (message.params?.['name'] === 'answered') response.write(`data: ${result(message.id)}\n\n`);
      }
    });
    const wire = to(url);
    await shake(wire);
    for await (const message of wire.exchange(toolCall('answered'), live())) if (!('method' in message)) break;
    const left = toolCall('left');
    for await (const _message of wire.exchange(left, live())) break;
    await told.promise;
    await wire.close();
    expect(
      received.flatMap(({ message }) =>
        message.method === 'notifications/cancelled' ? [message.params?.['requestId']] : [],
      ),
    ).toEqual([left.id]);
  });

  // See 2025-11-25 basic/utilities/cancellation, "Behavior Requirements": the client must not cancel initialize
  it('is never sent for initialize', async () => {
    const arrived = deferred();
    const { url, received } = await listen(() => arrived.resolve());
    const wire = to(url);
    const controller = new AbortController();
    const error = errorOf(collect(wire.exchange(initialize(), { signal: controller.signal })));
    await arrived.promise;
    controller.abort();
    await error;
    await wire.close();
    expect(received).toHaveLength(1);
  });
});

describe('a lost session', () => {
  /** Serves one session at a time. */
  function forgetful(answer: Answer = (entry, response) => json(response, result(entry.message.id))) {
    const alive = new Set(['s1', 's2', 's3']);
    const server = byHand((entry, response, incoming) => {
      if (!alive.has(String(entry.headers['mcp-session-id']))) response.writeHead(404).end();
      else if (entry.method === 'GET') response.writeHead(405).end();
      else answer(entry, response, incoming);
    });
    return server.then((made) => ({ ...made, alive }));
  }
  const handshakes = (received: readonly { message: { method?: string } }[]): number =>
    received.filter(({ message }) => message.method === 'initialize').length;

  // See 2025-11-25 basic/transports#session-management, 4
  it('is renewed once for all calls that find it lost', async () => {
    const { url, received, alive } = await forgetful();
    const wire = to(url);
    await shake(wire);
    alive.delete('s1');
    await Promise.all(Array.from({ length: 20 }, () => ask(wire, toolCall('x'))));
    expect(handshakes(received)).toBe(2);
    expect(received.filter(({ headers }) => headers['mcp-session-id'] === 's2').length).toBeGreaterThanOrEqual(21);
  });

  it('is renewed once for each call: a second 404 is an error', async () => {
    const { url, received, alive } = await forgetful();
    const wire = to(url);
    await shake(wire);
    alive.clear();
    expect(await errorOf(ask(wire, toolCall('x')))).toMatchObject({ code: 'http_status', status: 404 });
    expect(handshakes(received)).toBe(2);
  });

  it('no request overtakes the new handshake', async () => {
    const { url, received, alive } = await forgetful();
    const wire = to(url);
    await shake(wire);
    alive.delete('s1');
    const { renew } = wire;
    const initialized = deferred();
    wire.renew = async () => {
      const [answer] = await collect(wire.exchange(initialize(), live()));
      const early = ask(wire, toolCall('early'));
      await wire.notify({ jsonrpc: '2.0', method: 'notifications/initialized' }, live());
      initialized.resolve();
      expect(answer).toHaveProperty('result');
      await early;
    };
    await ask(wire, toolCall('x'));
    await initialized.promise;
    wire.renew = renew;
    const ofNew = received.filter(({ headers }) => headers['mcp-session-id'] === 's2');
    expect(ofNew[0]?.message.method).toBe('notifications/initialized');
  });

  it('without a session id, and with 400, the status is an ordinary error', async () => {
    const { url, received } = await byHand(
      ({ method }, response) => {
        response.writeHead(method === 'GET' ? 405 : 404).end();
      },
      { sessions: [] },
    );
    const wire = to(url);
    await shake(wire);
    expect(await errorOf(ask(wire, toolCall('x')))).toMatchObject({ code: 'http_status', status: 404 });
    expect(handshakes(received)).toBe(1);
    const strict = await byHand((_entry, response) => void response.writeHead(400).end('no session'));
    const other = to(strict.url);
    await shake(other);
    expect(await errorOf(ask(other, toolCall('x')))).toMatchObject({ code: 'http_status', status: 400 });
    expect(handshakes(strict.received)).toBe(1);
  });

  it('a notification of it is dropped', async () => {
    const { url, received, alive } = await forgetful();
    const wire = to(url);
    await shake(wire);
    alive.clear();
    await wire.notify({ jsonrpc: '2.0', method: 'notifications/roots/list_changed' }, live());
    expect(handshakes(received)).toBe(1);
  });

  it('a handshake that fails fails the call, and the next call tries again', async () => {
    const { url, received, alive } = await forgetful();
    const wire = to(url);
    await shake(wire);
    const { renew } = wire;
    alive.delete('s1');
    wire.renew = async () => {
      await collect(wire.exchange(initialize(), live()));
      throw new Error('not today');
    };
    await expect(ask(wire, toolCall('x'))).rejects.toThrow('not today');
    wire.renew = renew;
    await ask(wire, toolCall('x'));
    expect(handshakes(received)).toBe(3);
  });

  it('an abort ends the wait for a new one', async () => {
    const { url, alive } = await forgetful();
    const wire = to(url);
    await shake(wire);
    alive.delete('s1');
    const controller = new AbortController();
    wire.renew = () => {
      controller.abort();
      return new Promise(() => {});
    };
    expect(await errorOf(ask(wire, toolCall('x'), { signal: controller.signal }))).toMatchObject({ code: 'aborted' });
  });

  it('an answer to a question of it does not answer a question of the new one', async () => {
    const question = (id: number): string =>
      `data: ${JSON.stringify({ jsonrpc: '2.0', id, method: 'elicitation/create', params: {} })}\n\n`;
    const streams: ServerResponse[] = [];
    const { url, received, alive } = await forgetful(({ message }, response) => {
      if (message.method === undefined) return void response.writeHead(202).end();
      sse(response).write(question(0));
      streams.push(response);
    });
    const wire = to(url);
    await shake(wire);
    const first = wire.exchange(toolCall('x'), live())[Symbol.asyncIterator]();
    const asked = (await first.next()).value as { id: number };
    alive.delete('s1');
    const second = wire.exchange(toolCall('x'), live())[Symbol.asyncIterator]();
    const askedAnew = (await second.next()).value as { id: number };
    expect(askedAnew.id).not.toBe(asked.id);
    await wire.respond?.({ jsonrpc: '2.0', id: asked.id, result: { old: true } });
    await wire.respond?.({ jsonrpc: '2.0', id: askedAnew.id, result: { old: false } });
    expect(
      received.flatMap(({ body, headers }) => (body.includes('"old"') ? [[headers['mcp-session-id'], body]] : [])),
    ).toEqual([['s2', JSON.stringify({ jsonrpc: '2.0', id: 0, result: { old: false } })]]);
    await Promise.all([first.return?.(), second.return?.()]);
  });
});

describe('an exchange whose stream breaks', () => {
  /** Cuts the stream after every event, and sends the last event before the cut again, as some servers do. */
  function cutting(messages: readonly string[], { repeat = false, head = '' } = {}) {
    let call: unknown;
    return byHand((entry, response) => {
      const { method, headers, message } = entry;
      const from = headers['last-event-id'];
      if (method === 'GET' && from === undefined) return void response.writeHead(405).end();
      if (method === 'POST') call = message.id;
      const at = from === undefined ? 0 : Number(from);
      const all = [...messages, result(call)];
      sse(response);
      response.write(head);
      if (repeat && at > 0) response.write(`id: ${at}\ndata: ${all[at - 1]}\n\n`);
      response.write(`id: ${at + 1}\ndata: ${all[at]}\n\n`, () => response.destroy());
    });
  }
  const news = ['a', 'b', 'c'].map((name) => notification(`notifications/${name}`));

  it.each([false, true])('goes on after each cut, and nothing is lost or comes twice: repeated %s', async (repeat) => {
    const { url, received } = await cutting(news, { repeat, head: 'retry: 10\n\n' });
    const wire = to(url);
    await shake(wire);
    expect(await collect(wire.exchange(toolCall('x'), live()))).toMatchObject([
      { method: 'notifications/a' },
      { method: 'notifications/b' },
      { method: 'notifications/c' },
      { result: {} },
    ]);
    expect(received.flatMap(({ headers }) => headers['last-event-id'] ?? [])).toEqual(['1', '2', '3']);
  });

  it('goes on after cuts at any byte: none lost, none twice, none out of order', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `notifications/n${index}`);
    let call: unknown;
    let cuts: number[] = [];
    const { url } = await byHand(({ method, headers, message }, response) => {
      const from = headers['last-event-id'];
      if (method === 'GET' && from === undefined) return void response.writeHead(405).end();
      if (method === 'POST') call = message.id;
      const all = [...names.map((name) => notification(name)), result(call)];
      const events = ['', ...all].map((data, index) => `id: ${index}\r\nretry: 1\ndata: ${data}\n\n`);
      const body = events.slice(from === undefined ? 0 : Number(from) + 1).join('');
      // The first event always gets through: without it there is nothing to continue from.
      const cut = (from === undefined ? events[0]!.length : 0) + (cuts.shift() ?? body.length);
      if (cut >= body.length) sse(response).end(body);
      else sse(response).write(body.slice(0, cut), () => response.destroy());
    });
    const wire = to(url);
    await shake(wire);
    await fc.assert(
      // Every connection brings one event at least; pauses grow after those that bring none.
      fc.asyncProperty(fc.array(fc.integer({ min: 100, max: 700 }), { maxLength: 8 }), async (given) => {
        cuts = given;
        const messages = await collect(wire.exchange(toolCall('x'), live()));
        expect(messages.map((message) => ('method' in message ? message.method : 'response'))).toEqual([
          ...names,
          'response',
        ]);
      }),
      { numRuns: 60 },
    );
  });

  it('waits 1,000 ms where the server does not say', async () => {
    const { url } = await cutting([notification('notifications/a')]);
    const wire = to(url);
    await shake(wire);
    const clock = clocked();
    const messages = collect(wire.exchange(toolCall('x'), live()));
    await vi.waitFor(() => expect(clock.pending).toContain(1_000));
    await clock.advance(1_000);
    expect(await messages).toHaveLength(2);
  });

  it('an abort ends the wait at once, and tells the server', async () => {
    const { url, received } = await byHand(({ method, message }, response) => {
      if (method === 'GET') response.writeHead(405).end();
      else if (message.id === undefined) response.writeHead(202).end();
      else sse(response).end('id: 1\nretry: 3600000\ndata: \n\n');
    });
    const wire = to(url);
    await shake(wire);
    const clock = clocked();
    const controller = new AbortController();
    const error = errorOf(ask(wire, toolCall('x'), { signal: controller.signal }));
    await vi.waitFor(() => expect(clock.pending).toContain(3_600_000));
    controller.abort();
    expect(await error).toMatchObject({ code: 'aborted' });
    clock.uninstall();
    await wire.close();
    expect(received.some(({ message }) => message.method === 'notifications/cancelled')).toBe(true);
  });

  it.each([
    ['without an id', `data: ${notification('notifications/a')}\n\n`],
    ['when the id is taken back', 'id: 1\ndata: \n\nid\ndata: \n\n'],
    ['when the id cannot be in a header', 'id: a\u0001b\ndata: \n\n'],
    ['without any event', ''],
  ])('is an error at once %s', async (_name, events) => {
    const { url, received } = await byHand(({ method }, response) => {
      if (method === 'GET') response.writeHead(405).end();
      else sse(response).end(events);
    });
    const wire = to(url);
    await shake(wire);
    expect(await errorOf(ask(wire, toolCall('x')))).toMatchObject({ code: 'stream_ended', url });
    expect(received.filter(({ headers }) => 'last-event-id' in headers)).toEqual([]);
  });

  it('an id beyond ASCII goes back as UTF-8', async () => {
    const { url, received } = await byHand(({ method, headers, message }, response) => {
      if (method === 'POST') sse(response).end('retry: 1\nid: é😀\ndata: \n\n');
      else if ('last-event-id' in headers) sse(response).end(`data: ${result(message.id ?? 1)}\n\n`);
      else response.writeHead(405).end();
    });
    const wire = to(url);
    await shake(wire);
    await ask(wire, toolCall('x'));
    const [id] = received.flatMap(({ headers }) => headers['last-event-id'] ?? []);
    expect(Buffer.from(String(id), 'latin1').toString()).toBe('é😀');
  });

  it.each([400, 404, 405])('a server that answers %i cannot continue: an error at once', async (status) => {
    const { url } = await byHand(({ method }, response) => {
      if (method === 'POST') sse(response).end('id: 1\nretry: 1\ndata: \n\n');
      else response.writeHead(status).end();
    });
    const wire = to(url);
    await shake(wire);
    expect(await errorOf(ask(wire, toolCall('x')))).toMatchObject({ code: 'stream_ended', cause: { status } });
  });

  it('is given up after 10 connections in a row that bring nothing', async () => {
    let connections = 0;
    const { url } = await byHand(({ method, headers }, response) => {
      if (method === 'GET' && headers['last-event-id'] === undefined) return void response.writeHead(405).end();
      if (method === 'POST') return void sse(response).end('id: 1\nretry: 0\ndata: \n\n');
      if (++connections % 2 === 0) response.writeHead(503).end();
      else sse(response).end();
    });
    const wire = to(url);
    await shake(wire);
    const clock = clocked();
    const over = vi.fn<(error: unknown) => void>();
    void errorOf(ask(wire, toolCall('x'))).then(over);
    while (over.mock.calls.length === 0) {
      await vi.waitFor(() => expect(over.mock.calls.length + clock.pending.length).toBeGreaterThan(0));
      await clock.advance(30_000);
    }
    expect(over).toHaveBeenCalledWith(expect.objectContaining({ code: 'stream_ended' }));
    expect(connections).toBe(10);
  });
});

describe('the stream for what belongs to no exchange', () => {
  const gets = (received: readonly { method: string }[]): number =>
    received.filter(({ method }) => method === 'GET').length;

  /** Moves time on until a condition holds, and tells how much went by, in milliseconds. */
  async function until(clock: ReturnType<typeof clocked>, condition: () => boolean): Promise<number> {
    const began = clock.now;
    while (!condition()) {
      await clock.armed();
      await clock.advance(clock.pending[0] ?? 0);
      const armed = clock.pending.length;
      await vi.waitFor(() => expect(condition() || armed > 0 || clock.pending.length > 0).toBe(true));
    }
    return clock.now - began;
  }

  it.each([400, 401, 404, 405, 501])('there is none when the server answers %i', async (status) => {
    const clock = clocked();
    const { url, received } = await byHand((_entry, response) => void response.writeHead(status).end());
    await shake(to(url));
    await vi.waitFor(() => expect(gets(received)).toBe(1));
    await clock.advance(600_000);
    expect(gets(received)).toBe(1);
  });

  it('is open before the first call goes out: many a server asks there what it asks during a call', async () => {
    const opening = deferred<ServerResponse>();
    const { url, received } = await byHand(({ method, message }, response) => {
      if (method === 'GET') opening.resolve(response);
      else json(response, result(message.id, {}));
    });
    const wire = to(url);
    await shake(wire);
    const answer = ask(wire, request('tools/list'));
    const stream = await opening.promise;
    // Whatever was sent before has arrived by then.
    for (let round = 0; round < 3; round++)
      await fetch(url, { method: 'POST', body: JSON.stringify(request('ping')) }).then((response) => response.text());
    expect(received.filter(({ message }) => message.method === 'tools/list')).toEqual([]);
    stream.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    expect(await answer).toHaveProperty('result');
  });

  it('is not waited for longer than 1,000 ms', async () => {
    const clock = clocked();
    const { url } = await byHand(({ method, message }, response) => {
      if (method !== 'GET') json(response, result(message.id, {}));
    });
    const wire = to(url);
    await shake(wire);
    const answer = ask(wire, request('tools/list'));
    await clock.armed();
    expect(clock.pending).toContain(1_000);
    await clock.advance(1_000);
    expect(await answer).toHaveProperty('result');
  });

  it('a server that closes it at once every time is asked ever more rarely, and never given up', async () => {
    const clock = clocked();
    const { url, received } = await byHand((_entry, response) => void sse(response).end());
    await shake(to(url));
    await vi.waitFor(() => expect(gets(received)).toBe(1));
    const early = await until(clock, () => gets(received) === 6);
    expect(early).toBeGreaterThan(2_000);
    await until(clock, () => gets(received) === 20);
    const late = await until(clock, () => gets(received) === 30);
    expect(late).toBeGreaterThanOrEqual(150_000);
    expect(late).toBeLessThanOrEqual(300_000);
  });

  it('comes back after the server was away, with the last event id, and tells what it missed', async () => {
    const clock = clocked();
    let mode: 'first' | 'away' | 'back' = 'first';
    const { url, received } = await byHand(({ headers }, response) => {
      if (mode === 'first')
        sse(response).write(`id: e1\ndata: ${notification('notifications/a')}\n\n`, () => response.destroy());
      else if (mode === 'away') response.writeHead(503).end();
      else
        sse(response).write(`id: e2\ndata: ${notification(`notifications/${String(headers['last-event-id'])}`)}\n\n`);
    });
    const wire = to(url);
    await shake(wire);
    const incoming = wire.incoming?.()[Symbol.asyncIterator]();
    expect((await incoming?.next())?.value).toMatchObject({ method: 'notifications/a' });
    mode = 'away';
    await until(clock, () => gets(received) === 12);
    mode = 'back';
    const next = incoming?.next();
    await until(clock, () => gets(received) === 13);
    expect((await next)?.value).toMatchObject({ method: 'notifications/e1' });
  });

  it.each([
    ['goes on without an event to continue from', false, 1],
    ['is continued', true, 0],
  ])('one that %s tells whether something may be lost', async (_name, named, times) => {
    const clock = clocked();
    const { url, received } = await byHand((_entry, response) => {
      const stream = sse(response);
      stream.write(`${named ? `id: ${gets(received)}\n` : ''}data: ${notification('notifications/a')}\n\n`);
      if (gets(received) === 1) stream.end();
    });
    const wire = to(url);
    let missed = 0;
    wire.missed = () => missed++;
    await shake(wire);
    const incoming = wire.incoming?.()[Symbol.asyncIterator]();
    await incoming?.next();
    const next = incoming?.next();
    await until(clock, () => gets(received) === 2);
    await next;
    expect(missed).toBe(times);
  });

  it('409 means later: somebody else has it, perhaps a lost connection of our own', async () => {
    const clock = clocked();
    const { url, received } = await byHand((_entry, response) => {
      if (gets(received) < 4) response.writeHead(409).end();
      else sse(response).write(`data: ${notification('notifications/a')}\n\n`);
    });
    const wire = to(url);
    await shake(wire);
    const next = wire.incoming?.()[Symbol.asyncIterator]().next();
    await until(clock, () => gets(received) === 4);
    expect((await next)?.value).toMatchObject({ method: 'notifications/a' });
  });

  it('a server that asks for a pause gets it', async () => {
    const clock = clocked();
    const { url, received } = await byHand(
      (_entry, response) => void sse(response).end('id: 1\nretry: 1000\ndata: \n\n'),
    );
    await shake(to(url));
    for (let count = 1; count <= 8; count++) {
      await vi.waitFor(() => expect(gets(received)).toBe(count));
      await vi.waitFor(() => expect(clock.pending).toContain(1_000));
      await clock.advance(1_000);
    }
  });

  it('a server that does not know the last event is asked for what comes from now on', async () => {
    const clock = clocked();
    const { url } = await byHand(({ headers }, response) => {
      if ('last-event-id' in headers) return void response.writeHead(400).end();
      sse(response).write(`id: e1\ndata: ${notification('notifications/a')}\n\n`);
      if (!restarted) response.end();
      restarted = true;
    });
    let restarted = false;
    const wire = to(url);
    await shake(wire);
    const incoming = wire.incoming?.()[Symbol.asyncIterator]();
    await incoming?.next();
    let again = false;
    const next = incoming?.next().then((got) => {
      again = true;
      return got;
    });
    await until(clock, () => again);
    expect((await next)?.value).toMatchObject({ method: 'notifications/a' });
  });

  it('a stream that has lived for long is opened again soon', async () => {
    const clock = clocked();
    const streams: ServerResponse[] = [];
    const { url, received } = await byHand((_entry, response) => {
      streams.push(sse(response));
      if (gets(received) === 9) response.write(': hello\n\n');
      else response.end();
    });
    await shake(to(url));
    await until(clock, () => gets(received) === 9);
    await clock.advance(61_000);
    expect(gets(received)).toBe(9);
    streams.at(-1)?.end();
    // Without the long life it would be 25 s and more.
    expect(await until(clock, () => gets(received) === 10)).toBeLessThan(10_000);
  });

  it('A31: 50,000 events that are no messages do not keep the next one from coming', async () => {
    const { url } = await byHand((_entry, response) => {
      sse(response).write('data: nonsense\n\n'.repeat(50_000));
      response.write(`data: ${notification('notifications/a')}\n\n`);
    });
    const wire = to(url);
    await shake(wire);
    expect((await wire.incoming?.()[Symbol.asyncIterator]().next())?.value).toMatchObject({
      method: 'notifications/a',
    });
  });

  it('a session that its stream finds lost is made anew, and listened to', async () => {
    const clock = clocked();
    const streams = new Map<string, ServerResponse>();
    const alive = new Set(['s1', 's2']);
    const { url } = await byHand(({ headers }, response) => {
      const id = String(headers['mcp-session-id']);
      if (!alive.has(id)) return void response.writeHead(404).end();
      streams.set(id, sse(response));
      response.write(': hello\n\n');
    });
    const wire = to(url);
    await shake(wire);
    await vi.waitFor(() => expect(streams.has('s1')).toBe(true));
    alive.delete('s1');
    streams.get('s1')?.destroy();
    await until(clock, () => streams.has('s2'));
    streams.get('s2')?.write(`data: ${notification('notifications/a')}\n\n`);
    expect((await wire.incoming?.()[Symbol.asyncIterator]().next())?.value).toMatchObject({
      method: 'notifications/a',
    });
  });
});

describe('close', () => {
  it('ends calls, waits and the stream at once, and nothing is sent afterwards', async () => {
    const { url, received } = await byHand(({ method, message }, response) => {
      if (method === 'GET') sse(response).end();
      else if (message.params?.['name'] === 'retry') sse(response).end('id: 1\ndata: \n\n');
    });
    const wire = to(url);
    const clock = clocked();
    await shake(wire);
    const calls = [ask(wire, toolCall('hang')), ask(wire, toolCall('retry'))].map(errorOf);
    await vi.waitFor(() => expect(received).toHaveLength(5));
    await vi.waitFor(() => expect(clock.pending).toContain(1_000));
    const incoming = wire.incoming?.()[Symbol.asyncIterator]().next();
    await wire.close();
    for (const error of await Promise.all(calls)) expect(error).toMatchObject({ code: 'closed' });
    expect(await incoming).toMatchObject({ done: true });
    const sent = received.length;
    await clock.advance(600_000);
    expect(received).toHaveLength(sent);
    expect(await errorOf(ask(wire, toolCall('x')))).toMatchObject({ code: 'closed' });
    await wire.close();
  });

  it('does not wait for a server that does not answer the DELETE for more than 2 s', async () => {
    const { url, received } = await listen(({ method, message }, response) => {
      if (method === 'DELETE') return;
      if (message.id === undefined) response.writeHead(method === 'GET' ? 405 : 202).end();
      else json(response.setHeader('mcp-session-id', 's'), welcome(message.id));
    });
    const wire = to(url);
    await shake(wire);
    const clock = clocked();
    const closed = wire.close();
    await vi.waitFor(() => expect(received.at(-1)?.method).toBe('DELETE'));
    await clock.advance(2_000);
    await closed;
  });

  it('without a session nothing is sent', async () => {
    const { url, received } = await byHand(none, { sessions: [] });
    const wire = to(url);
    await shake(wire);
    await vi.waitFor(() => expect(received).toHaveLength(3));
    await wire.close();
    expect(received.some(({ method }) => method === 'DELETE')).toBe(false);
  });
});

it('an unknown method is the server to judge', async () => {
  const wire = to((await official()).url);
  await shake(wire);
  expect(await ask(wire, request('no/such'))).toMatchObject({ error: { code: -32601 } });
});
