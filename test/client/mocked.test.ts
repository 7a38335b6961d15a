import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { McpClient, type ConnectOptions, type McpErrorCode } from 'mcpwire/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { collect, deferred, errorOf, event, failure, notification, result } from './support.js';

// A mocked endpoint, as the users of this client write it in their own tests.
const endpoint = 'https://mcp.example/mcp';
const mock = setupServer();

interface Body {
  readonly id: number;
  readonly method: string;
  readonly params: { readonly _meta: { readonly progressToken: number } };
}

beforeAll(() => mock.listen({ onUnhandledFrame: 'error' }));
afterEach(() => mock.resetHandlers());
afterAll(() => mock.close());

const bodyOf = async (request: Request): Promise<Body> => (await request.json()) as Body;

const respond = (answer: (body: Body, request: Request) => Response, url = endpoint): void =>
  mock.use(http.post(url, async ({ request }) => answer(await bodyOf(request.clone()), request)));

const send = (text: string | Uint8Array<ArrayBuffer> | null, type: string, status = 200, headers = {}): Response =>
  new HttpResponse(text, { status, headers: { 'content-type': type, ...headers } });

const jsonOf = (text: string, status = 200, headers = {}): Response => send(text, 'application/json', status, headers);
const streamOf = (text: string | Uint8Array<ArrayBuffer>): Response => send(text, 'text/event-stream');

/** A client that asks nothing before its first call. */
const pinned = (options: ConnectOptions = {}): Promise<McpClient> =>
  McpClient.connect(endpoint, { protocolVersion: '2026-07-28', ...options });

const pong = { content: [{ type: 'text', text: 'pong' }] };
const answers = ({ id }: Body): string => result(id, pong);

describe('against a mocked endpoint', () => {
  it('discovers, lists and calls', async () => {
    respond(({ id, method }) => {
      const tools = [{ name: 'add', inputSchema: { type: 'object' } }];
      if (method === 'server/discover')
        return jsonOf(result(id, { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }));
      return jsonOf(result(id, method === 'tools/list' ? { tools } : { content: [{ type: 'text', text: '8' }] }));
    });
    const client = await McpClient.connect(endpoint);
    expect(await client.listTools()).toMatchObject([{ name: 'add' }]);
    expect(await client.callTool('add', { a: 5, b: 3 })).toMatchObject({ content: [{ text: '8' }] });
  });

  it('receives progress while the stream is open', async () => {
    const seen = deferred();
    respond(({ id, params }) => {
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          const write = (text: string): void => controller.enqueue(new TextEncoder().encode(event(text)));
          write(
            notification('notifications/progress', {
              progressToken: params._meta.progressToken,
              progress: 20,
              total: 100,
            }),
          );
          await seen.promise;
          write(result(id, { content: [], structuredContent: { status: 'Success' } }));
          controller.close();
        },
      });
      return new HttpResponse(body, { headers: { 'content-type': 'text/event-stream' } });
    });
    const client = await pinned();
    const { structuredContent } = await client.callTool('job_run', {}, { onProgress: () => seen.resolve() });
    expect(structuredContent).toEqual({ status: 'Success' });
  });

  it('closes the response when a call is aborted', async () => {
    const gone = deferred();
    respond(() => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode(event(notification('started')))),
        cancel: () => gone.resolve(),
      });
      return new HttpResponse(body, { headers: { 'content-type': 'text/event-stream' } });
    });
    const client = await pinned();
    const controller = new AbortController();
    client.on('started', () => controller.abort());
    expect((await errorOf(client.callTool('x', {}, { signal: controller.signal }))).code).toBe('aborted');
    await gone.promise;
  });
});

describe('a mocked answer is understood', () => {
  const utf8 = new TextEncoder();
  it.each<[string, (body: Body) => Response]>([
    ['application/json', (body) => jsonOf(answers(body))],
    ['JSON with a charset', (body) => send(answers(body), 'application/json; charset=utf-8')],
    ['JSON in capitals', (body) => send(answers(body), 'Application/JSON')],
    ['JSON between white space', (body) => jsonOf(`\n  ${answers(body)}\r\n`)],
    ['a stream', (body) => streamOf(event(answers(body)))],
    ['a stream with parameters', (body) => send(event(answers(body)), 'text/event-stream; charset=utf-8')],
    ['events of type message', (body) => streamOf(`event: message\n${event(answers(body))}`)],
    ['events with id and retry', (body) => streamOf(`id: 1\nretry: 10\n${event(answers(body))}`)],
    ['comments between events', (body) => streamOf(`: hello\n\n:\n\n${event(answers(body))}: bye\n\n`)],
    ['events of other types', (body) => streamOf(`event: endpoint\n${event('/x')}${event(answers(body))}`)],
    ['events without data', (body) => streamOf(`data:\n\nid: 1\n\n${event(answers(body))}`)],
    ['a space less after the colon', (body) => streamOf(`data:${answers(body)}\n\n`)],
    ['lines that end in CR LF', (body) => streamOf(event(answers(body)).replaceAll('\n', '\r\n'))],
    ['lines that end in CR', (body) => streamOf(event(answers(body)).replaceAll('\n', '\r'))],
    [
      'data in several lines',
      (body) => streamOf(event(JSON.stringify(JSON.parse(answers(body)), null, 1).replaceAll('\n', '\ndata: '))),
    ],
    ['a byte order mark', (body) => streamOf(utf8.encode(`\uFEFF${event(answers(body))}`))],
    [
      'members that nobody knows',
      ({ id }) => jsonOf(JSON.stringify({ jsonrpc: '2.0', id, result: { ...pong, later: 1 }, x: 1 })),
    ],
    ['no resultType', ({ id }) => jsonOf(JSON.stringify({ jsonrpc: '2.0', id, result: pong }))],
    [
      'notifications before it',
      (body) => streamOf(event(notification('a')) + event(notification('b')) + event(answers(body))),
    ],
  ])('as %s', async (_name, answer) => {
    respond(answer);
    const client = await pinned();
    expect(await client.callTool('x')).toMatchObject(pong);
  });

  it('yields every message of a stream, in order', async () => {
    respond((body) => streamOf([notification('a'), answers(body), notification('b')].map(event).join('')));
    const client = await pinned();
    const messages = await collect(client.stream('tools/call', { name: 'x' }));
    expect(messages.map((message) => ('method' in message ? message.method : 'answer'))).toEqual(['a', 'answer', 'b']);
  });
});

describe('a mocked answer fails', () => {
  type Row = [code: McpErrorCode, name: string, answer: (body: Body) => Response, facts?: object];

  it.each<Row>([
    ['connection_failed', 'a network error', () => HttpResponse.error()],
    ['http_status', 'HTTP 400', () => new HttpResponse('bad', { status: 400 }), { status: 400, data: 'bad' }],
    ['unauthorized', 'HTTP 401', () => new HttpResponse(null, { status: 401 }), { status: 401 }],
    [
      'unauthorized',
      'HTTP 401 with a challenge and a JSON-RPC error',
      ({ id }) => jsonOf(failure(id, -32001, 'who?', { a: 1 }), 401, { 'www-authenticate': 'Bearer' }),
      { status: 401, rpcCode: -32001, data: { a: 1 } },
    ],
    ['forbidden', 'HTTP 403', () => new HttpResponse('no', { status: 403 }), { status: 403, data: 'no' }],
    [
      'insufficient_scope',
      'HTTP 403 that asks for a scope',
      () => send(null, 'text/plain', 403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="write"' }),
      { status: 403 },
    ],
    ['http_status', 'HTTP 404', () => send('<html>', 'text/html', 404), { status: 404, data: '<html>' }],
    ['http_status', 'HTTP 405', () => new HttpResponse(null, { status: 405 }), { status: 405 }],
    ['http_status', 'HTTP 415', () => new HttpResponse(null, { status: 415 }), { status: 415 }],
    ['http_status', 'HTTP 429', () => new HttpResponse('slow down', { status: 429 }), { status: 429 }],
    ['http_status', 'HTTP 500', () => new HttpResponse('oops', { status: 500 }), { status: 500, data: 'oops' }],
    ['http_status', 'HTTP 502', () => send('<html>', 'text/html', 502), { status: 502, data: '<html>' }],
    ['http_status', 'HTTP 503', () => new HttpResponse(null, { status: 503 }), { status: 503 }],
    [
      'method_not_found',
      'HTTP 404 with its JSON-RPC error',
      ({ id }) => jsonOf(failure(id, -32601), 404),
      { status: 404 },
    ],
    [
      'header_mismatch',
      'HTTP 400 with its JSON-RPC error',
      ({ id }) => jsonOf(failure(id, -32020), 400),
      { status: 400 },
    ],
    [
      'rpc_error',
      'HTTP 500 with a JSON-RPC error',
      ({ id }) => jsonOf(failure(id, 17), 500),
      { status: 500, rpcCode: 17 },
    ],
    ['http_status', 'HTTP 500 with a JSON-RPC error of another request', () => jsonOf(failure(999, 17), 500)],
    ['http_status', 'HTTP 500 with a result', (body) => jsonOf(answers(body), 500)],
  ])('with %s on %s', async (code, _name, answer, facts = {}) => {
    respond(answer);
    const client = await pinned();
    expect(await errorOf(client.callTool('x'))).toMatchObject({ ...facts, code });
  });

  it.each<Row>([
    ['invalid_message', 'HTTP 202', () => new HttpResponse(null, { status: 202 })],
    ['invalid_message', 'HTTP 204', () => new HttpResponse(null, { status: 204 })],
    ['invalid_message', 'HTML', () => HttpResponse.html('<html>')],
    ['invalid_message', 'plain text', (body) => HttpResponse.text(answers(body))],
    ['invalid_message', 'a type that only looks like JSON', (body) => send(answers(body), 'application/jsonp')],
    ['invalid_message', 'XML', () => HttpResponse.xml('<a/>')],
    ['invalid_message', 'an empty JSON body', () => jsonOf('')],
    ['invalid_message', 'JSON that is cut', (body) => jsonOf(answers(body).slice(0, -1))],
    ['invalid_message', 'JSON with more behind it', (body) => jsonOf(`${answers(body)}x`)],
    ['invalid_message', 'bytes that are no UTF-8', () => send(Uint8Array.of(0x22, 0xff, 0x22), 'application/json')],
    ['invalid_message', 'a batch', (body) => jsonOf(`[${answers(body)}]`)],
    ['invalid_message', 'a string', () => jsonOf('"pong"')],
    ['invalid_message', 'a message of no version', ({ id }) => jsonOf(JSON.stringify({ id, result: pong }))],
    ['invalid_message', 'version 1.0', ({ id }) => jsonOf(JSON.stringify({ jsonrpc: '1.0', id, result: pong }))],
    ['invalid_message', 'neither result nor error', ({ id }) => jsonOf(JSON.stringify({ jsonrpc: '2.0', id }))],
    [
      'invalid_message',
      'both result and error',
      ({ id }) => jsonOf(JSON.stringify({ jsonrpc: '2.0', id, result: pong, error: { code: 1, message: '' } })),
    ],
    ['invalid_message', 'an error without code', ({ id }) => jsonOf(JSON.stringify({ jsonrpc: '2.0', id, error: {} }))],
    [
      'invalid_message',
      'a result that is an array',
      ({ id }) => jsonOf(JSON.stringify({ jsonrpc: '2.0', id, result: [] })),
    ],
    ['invalid_message', 'another id', ({ id }) => jsonOf(result(id + 1, pong))],
    ['invalid_message', 'its id as a string', ({ id }) => jsonOf(result(String(id), pong))],
    ['invalid_message', 'no id', () => jsonOf(JSON.stringify({ jsonrpc: '2.0', result: pong }))],
    ['invalid_message', 'an id that is null', () => jsonOf(result(null, pong))],
    ['invalid_message', 'an id that is no integer', () => jsonOf(result(1.5, pong))],
    ['invalid_message', 'a resultType that nobody knows', ({ id }) => jsonOf(result(id, { resultType: 'later' }))],
    ['invalid_message', 'content that is no array', ({ id }) => jsonOf(result(id, { content: 'pong' }))],
    ['stream_ended', 'a notification alone', () => jsonOf(notification('x'))],
  ])('with %s on %s', async (code, _name, answer) => {
    respond(answer);
    const client = await pinned();
    expect((await errorOf(client.callTool('x'))).code).toBe(code);
  });

  it.each<Row>([
    ['stream_ended', 'no event', () => streamOf('')],
    ['stream_ended', 'comments alone', () => streamOf(': a\n\n: b\n\n')],
    ['stream_ended', 'notifications alone', () => streamOf(event(notification('x')))],
    ['stream_ended', 'an event that is not finished', (body) => streamOf(`data: ${answers(body)}\n`)],
    ['stream_ended', 'an answer of another type', (body) => streamOf(`event: answer\n${event(answers(body))}`)],
    ['invalid_message', 'an event that is no JSON', () => streamOf(event('pong'))],
    ['invalid_message', 'an event that is no message', () => streamOf(event('{"ok":true}'))],
    ['invalid_message', 'an answer to another request', ({ id }) => streamOf(event(result(id + 1)))],
    ['invalid_message', 'bytes that are no UTF-8', () => streamOf(Uint8Array.of(100, 0xc0, 0xc0))],
    ['invalid_message', 'an answer with id null', () => streamOf(event(result(null)))],
    ['rpc_error', 'an error', ({ id }) => streamOf(event(failure(id, 17)))],
    ['rpc_error', 'an error without id', () => streamOf(event(failure(undefined, 17)))],
  ])('with %s on a stream with %s', async (code, _name, answer) => {
    respond(answer);
    const client = await pinned();
    expect((await errorOf(client.callTool('x'))).code).toBe(code);
  });

  it('once: what comes after the answer goes to onWarning', async () => {
    respond((body) => streamOf([answers(body), answers(body)].map(event).join('')));
    const warned = deferred<McpErrorCode>();
    const client = await pinned({ onWarning: ({ code }) => warned.resolve(code) });
    expect(await client.callTool('x')).toMatchObject(pong);
    expect(await warned.promise).toBe('invalid_message');
  });

  it('for each call alone: a good one after a bad one is answered', async () => {
    let count = 0;
    respond((body) => (count++ === 0 ? HttpResponse.error() : jsonOf(answers(body))));
    const client = await pinned();
    expect((await errorOf(client.callTool('x'))).code).toBe('connection_failed');
    expect(await client.callTool('x')).toMatchObject(pong);
  });
});

describe('a mocked redirect', () => {
  const to = (location: string, status: number): Response => new HttpResponse(null, { status, headers: { location } });

  it.each([307, 308])('with %i to the same origin is followed, with method, body and headers', async (status) => {
    respond(() => to('/moved', status));
    const arrived = deferred<[string, string | null]>();
    respond((body, request) => {
      arrived.resolve([request.method, request.headers.get('x-key')]);
      return jsonOf(answers(body));
    }, 'https://mcp.example/moved');
    const client = await pinned({ headers: { 'x-key': 'k' } });
    expect(await client.callTool('x')).toMatchObject(pong);
    expect(await arrived.promise).toEqual(['POST', 'k']);
  });

  it.each<[string, () => Response]>([
    ['301', () => to('/moved', 301)],
    ['302', () => to('/moved', 302)],
    ['303', () => to('/moved', 303)],
    ['307 to another origin', () => to('https://evil.example/mcp', 307)],
    ['308 to another scheme', () => to('http://mcp.example/mcp', 308)],
    ['307 to another port', () => to('https://mcp.example:8443/mcp', 307)],
    ['307 to no URL', () => to('https://', 307)],
    ['307 to itself, for ever', () => to('/mcp', 307)],
  ])('with %s is not followed, and says where it leads', async (_name, answer) => {
    respond(answer);
    const client = await pinned({ headers: { authorization: 'Bearer secret' } });
    const error = await errorOf(client.callTool('x'));
    expect(error).toMatchObject({ code: 'http_status', message: expect.stringContaining('redirects to') as string });
    expect(error.message).not.toContain('secret');
  });
});

describe('a mocked endpoint that wants credentials', () => {
  it('gets a new token after a 401, and the request once more', async () => {
    const seen: (string | null)[] = [];
    respond((body, request) => {
      const given = request.headers.get('authorization');
      seen.push(given);
      return given === 'Bearer new' ? jsonOf(answers(body)) : new HttpResponse(null, { status: 401 });
    });
    const client = await pinned({
      auth: async (request, next) => {
        request.headers.set('authorization', 'Bearer old');
        const response = await next(request);
        if (response.status !== 401) return response;
        request.headers.set('authorization', 'Bearer new');
        return next(request);
      },
    });
    expect(await client.callTool('x')).toMatchObject(pong);
    expect(seen).toEqual(['Bearer old', 'Bearer new']);
  });

  it.each([401, 403])('and refuses with %i is told apart from one that speaks something else', async (status) => {
    respond(() => new HttpResponse(null, { status }));
    const error = await errorOf(McpClient.connect(endpoint));
    expect(error.code).toBe(status === 401 ? 'unauthorized' : 'forbidden');
  });
});
