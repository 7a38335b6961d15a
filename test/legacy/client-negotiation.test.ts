import { HttpTransport, McpClient, type ConnectOptions, type McpErrorCode } from 'mcpwire/client';
import { McpClient as ModernClient } from 'mcpwire/client/modern';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorOf } from '../client/support.js';
import {
  type Answers,
  DISCOVERED,
  failure,
  INITIALIZED,
  type Message,
  oldChannel,
  oldHttp,
  opaque,
  result,
  unreachable,
} from './client-support.js';

const URL = 'https://old.test/mcp';

async function connect(fetch: ConnectOptions['fetch'], options: ConnectOptions = {}): Promise<McpClient> {
  const client = await McpClient.connect(URL, { fetch, ...options });
  onTestFinished(() => client.close());
  return client;
}

const status =
  (code: number, headers: HeadersInit = {}) =>
  (): Response =>
    new Response('no', { status: code, headers });

describe('an older server over HTTP', () => {
  // spec: basic/transports/streamable-http#backward-compatibility.1
  it.each<[string, NonNullable<Answers['discover']>]>([
    ...[400, 402, 404, 405, 406, 409, 410, 415, 418, 422, 429].map((code): [string, () => Response] => [
      `HTTP ${code}`,
      status(code),
    ]),
    ['HTTP 400 with a JSON-RPC error without id', () => failure(null, -32000, undefined, 400)],
    ['method not found on 404', ({ id }) => failure(id, -32601, undefined, 404)],
    ...[-32601, -32602, -32600, -32603, -32000, 0, 1].map((code): [string, (message: Message) => Response] => [
      `error ${code} on 200`,
      ({ id }) => failure(id, code),
    ]),
    ['an error without id on 200', () => failure(undefined, -32600)],
    ['an error whose id is null', () => failure(null, -32600)],
    ['an error whose id is another', () => failure('server-error', -32600)],
    ['a result whose id is another', () => result(999)],
    ['a result that is none', ({ id }) => result(id, { ok: true })],
    ['an empty 200', () => new Response(null)],
    ['202', () => new Response(null, { status: 202 })],
    ['204', () => new Response(null, { status: 204 })],
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['JSON that is no message', () => Response.json({ ok: true })],
    ['a batch', ({ id }) => Response.json([{ jsonrpc: '2.0', id, error: { code: -32600, message: 'no' } }])],
    ['an event stream without an answer', () => new Response('', { headers: { 'content-type': 'text/event-stream' } })],
    ["a browser's error without a reason", opaque],
    ...[500, 501, 502, 503, 504].map((code): [string, () => Response] => [`a first ${code}`, status(code)]),
    ['-32022 without versions', ({ id }) => failure(id, -32022, undefined, 400)],
    ['-32022 with versions that nobody knows', ({ id }) => failure(id, -32022, { supported: ['2099-01-01'] }, 400)],
  ])('is one that answers discovery with %s', async (_name, discover) => {
    const server = oldHttp({ discover });
    const client = await connect(server.fetch);
    expect(client.server).toEqual({
      info: { name: 'old', version: '1.0.0' },
      capabilities: { tools: {} },
      instructions: 'Be patient.',
      protocolVersion: '2025-11-25',
      era: 'legacy',
    });
    expect(server.methods).toEqual(['server/discover', 'initialize', 'notifications/initialized']);
    await expect(client.callTool('x')).resolves.toEqual({ content: [] });
  });

  it.each<[string, number, ConnectOptions]>([
    ['401 with a header', 401, { headers: { authorization: 'Bearer t' } }],
    ['403 with headers from a function', 403, { headers: async () => [['Authorization', 'Bearer t']] }],
    ['401 with auth', 401, { auth: (request, next) => next(request) }],
  ])('is one that answers %s and no challenge', async (_name, code, options) => {
    const server = oldHttp({ discover: status(code) });
    expect((await connect(server.fetch, options)).server.era).toBe('legacy');
    const other = oldHttp({ discover: status(code) });
    const transport = new HttpTransport(URL, { ...options, fetch: other.fetch });
    expect((await McpClient.connect(transport)).server.era).toBe('legacy');
  });

  it.each<[string, McpErrorCode, number, HeadersInit, ConnectOptions]>([
    ['401 when no credential was sent', 'unauthorized', 401, {}, { headers: { 'x-a': 'b' } }],
    ['403 when no credential was sent', 'forbidden', 403, {}, {}],
    [
      '401 with a challenge',
      'unauthorized',
      401,
      { 'www-authenticate': 'Bearer' },
      { headers: { authorization: 'x' } },
    ],
    [
      '403 with a challenge',
      'insufficient_scope',
      403,
      { 'www-authenticate': 'Bearer error="insufficient_scope"' },
      { auth: (request, next) => next(request) },
    ],
  ])('is none that answers %s: the error says so', async (_name, code, answer, headers, options) => {
    const server = oldHttp({ discover: status(answer, headers) });
    const error = await errorOf(McpClient.connect(URL, { fetch: server.fetch, ...options }));
    expect(error).toMatchObject({ code, status: answer });
    expect(error.challenge).toBe(new Headers(headers).get('www-authenticate') ?? undefined);
    expect(server.methods).toEqual(['server/discover']);
  });

  it('gets its challenge answered by auth before it is asked anything else', async () => {
    const server = oldHttp({
      discover: (_message, headers) =>
        headers.has('authorization')
          ? new Response(null, { status: 404 })
          : new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } }),
    });
    const client = await connect(server.fetch, {
      async auth(request, next) {
        const response = await next(request);
        if (response.status !== 401) return response;
        request.headers.set('authorization', 'Bearer t');
        return next(request);
      },
    });
    expect(client.server.era).toBe('legacy');
    expect(server.methods.slice(0, 3)).toEqual(['server/discover', 'server/discover', 'initialize']);
  });

  it.each<[string, McpErrorCode, RegExp, Answers]>([
    ['refused connections', 'connection_failed', /ECONNREFUSED/, { discover: () => unreachable() }],
    ['names that do not resolve', 'connection_failed', /ENOTFOUND/, { discover: () => unreachable('ENOTFOUND') }],
    [
      'certificates that are not trusted',
      'connection_failed',
      /SELF_SIGNED/,
      { discover: () => unreachable('DEPTH_ZERO_SELF_SIGNED_CERT') },
    ],
    ['a second 5xx', 'http_status', /HTTP 503/, { discover: status(500), initialize: status(503) }],
    ['a second error without a reason', 'connection_failed', /fetch/, { discover: opaque, initialize: opaque }],
    ['a rate limit', 'http_status', /HTTP 429/, { discover: status(429), initialize: status(429) }],
    ['credentials that are missing', 'unauthorized', /HTTP 401/, { initialize: status(401) }],
  ])('fails on %s, and the error says that', async (_name, code, message, answers) => {
    const error = await errorOf(McpClient.connect(URL, { fetch: oldHttp(answers).fetch }));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(error.message).not.toMatch(/speak/);
  });

  // spec: basic/transports/streamable-http#backward-compatibility.1
  it.each<[string, McpErrorCode, NonNullable<Answers['discover']>]>([
    ['-32020', 'header_mismatch', ({ id }) => failure(id, -32020, undefined, 400)],
    ['-32021', 'missing_capability', ({ id }) => failure(id, -32021, { requiredCapabilities: {} }, 400)],
    [
      '-32022 that names our version',
      'unsupported_version',
      ({ id }) => failure(id, -32022, { supported: ['2026-07-28'] }),
    ],
    [
      'a discovery of other versions',
      'unsupported_version',
      ({ id }) => result(id, { supportedVersions: ['2099-01-01'] }),
    ],
  ])('is none that answers %s: it is modern', async (_name, code, discover) => {
    const server = oldHttp({ discover });
    expect((await errorOf(McpClient.connect(URL, { fetch: server.fetch }))).code).toBe(code);
    expect(server.methods).not.toContain('initialize');
  });

  it.each<[string, NonNullable<Answers['discover']>]>([
    ['an error', ({ id }) => failure(id, -32022, { supported: ['2024-11-05', '2025-03-26'] }, 400)],
    ['a discovery', ({ id }) => result(id, { supportedVersions: ['2024-11-05', '2025-03-26'], capabilities: {} })],
  ])('that names its versions in %s is offered the newest common one', async (_name, discover) => {
    const server = oldHttp({
      discover,
      initialize: ({ id, params }) =>
        result(id, { ...INITIALIZED, protocolVersion: params?.['protocolVersion'] as string }),
    });
    expect((await connect(server.fetch)).server.protocolVersion).toBe('2025-03-26');
  });

  it('that speaks neither is unsupported_version, with what it said to both', async () => {
    const server = oldHttp({ initialize: ({ id }) => failure(id, -32601) });
    const error = await errorOf(McpClient.connect(URL, { fetch: server.fetch }));
    expect(error).toMatchObject({ code: 'unsupported_version', rpcCode: -32601, url: URL });
    expect(error.message).toMatch(
      /neither 2026-07-28 \(server\/discover: .*HTTP 400\) nor an older revision \(initialize: no\).*protocolVersion: 'none'/,
    );
  });

  it.each<[string, McpErrorCode, RegExp, object]>([
    ['a version that nobody knows', 'unsupported_version', /1999/, { ...INITIALIZED, protocolVersion: '1999-01-01' }],
    ['no version', 'unsupported_version', /protocolVersion/, { capabilities: {} }],
    ['no capabilities', 'unsupported_version', /capabilities/, { protocolVersion: '2025-11-25' }],
  ])('fails when it answers initialize with %s', async (_name, code, message, answer) => {
    const server = oldHttp({ initialize: ({ id }) => result(id, answer) });
    const error = await errorOf(McpClient.connect(URL, { fetch: server.fetch }));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(server.methods).not.toContain('notifications/initialized');
  });

  it('that was a modern one short of breath is asked again', async () => {
    let count = 0;
    const server = oldHttp({
      discover: ({ id }) => (count++ === 0 ? new Response(null, { status: 503 }) : result(id, DISCOVERED)),
      initialize: ({ id }) => failure(id, -32022, { supported: ['2026-07-28'] }, 400),
    });
    expect((await connect(server.fetch)).server.era).toBe('modern');
    expect(server.methods).toEqual(['server/discover', 'initialize', 'server/discover']);
  });

  it('is found in the time that a call may take', async () => {
    const never = new Promise<never>(() => {});
    const server = oldHttp({ initialize: () => never });
    const error = await errorOf(McpClient.connect(URL, { fetch: server.fetch, timeoutMs: 30 }));
    expect(error).toMatchObject({ code: 'timeout', message: 'Connecting timed out (timeoutMs: 30)' });
    const leave = new AbortController();
    const connecting = McpClient.connect(URL, {
      signal: leave.signal,
      fetch: oldHttp({
        initialize() {
          leave.abort();
          return never;
        },
      }).fetch,
    });
    expect((await errorOf(connecting)).code).toBe('aborted');
  });
});

describe('a server on HTTP+SSE', () => {
  const event = (name: string, data: string): Uint8Array =>
    new TextEncoder().encode(`event: ${name}\ndata: ${data}\n\n`);

  /** Answers POST to the URL with a status, and speaks HTTP+SSE. */
  function sseServer(code: number): {
    fetch: NonNullable<ConnectOptions['fetch']>;
    posts: [string, string | undefined][];
  } {
    let stream!: ReadableStreamDefaultController<Uint8Array>;
    const posts: [string, string | undefined][] = [];
    return {
      posts,
      async fetch(url, init) {
        if (init.method === 'GET') {
          const body = new ReadableStream<Uint8Array>({ start: (own) => void (stream = own) });
          stream.enqueue(event('endpoint', '/messages'));
          return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
        }
        const { id, method } = JSON.parse(init.body as string) as Message;
        posts.push([new globalThis.URL(url).pathname, method]);
        if (!url.endsWith('/messages')) return new Response(null, { status: code });
        const answer = method === 'initialize' ? { ...INITIALIZED, protocolVersion: '2024-11-05' } : { content: [] };
        if (id !== undefined) stream.enqueue(event('message', JSON.stringify({ jsonrpc: '2.0', id, result: answer })));
        return new Response(null, { status: 202 });
      },
    };
  }

  // https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#backwards-compatibility
  it.each([400, 404, 405])('is found where initialize is answered with HTTP %d', async (code) => {
    const server = sseServer(code);
    const client = await connect(server.fetch);
    expect(client.server).toMatchObject({ era: 'legacy', protocolVersion: '2024-11-05' });
    await expect(client.callTool('x')).resolves.toEqual({ content: [] });
    expect(server.posts).toEqual([
      ['/mcp', 'server/discover'],
      ['/mcp', 'initialize'],
      ['/messages', 'initialize'],
      ['/messages', 'notifications/initialized'],
      ['/messages', 'tools/call'],
    ]);
  });

  it('is not looked for where the handshake is refused for another reason', async () => {
    for (const [code, initialize] of [
      ['unauthorized', status(401)],
      ['http_status', status(503)],
      ['unsupported_version', ({ id }: Message) => failure(id, -32603)],
    ] as const) {
      let asked = false;
      const server = oldHttp({
        initialize,
        get: () => ((asked = true), new Response(null, { status: 405 })),
      });
      expect((await errorOf(McpClient.connect(URL, { fetch: server.fetch }))).code).toBe(code);
      expect(asked).toBe(false);
    }
  });
});

describe('what was found', () => {
  // spec: basic/versioning#backward-compatibility-with-initialization-based-versions.1
  it('is kept for the origin, so that the next client asks in the older way at once', async () => {
    const server = oldHttp();
    await connect(server.fetch);
    server.methods.length = 0;
    const client = await McpClient.connect('https://old.test/another', { fetch: server.fetch });
    expect(client.server.era).toBe('legacy');
    expect(server.methods).toEqual(['initialize', 'notifications/initialized']);
    server.methods.length = 0;
    await McpClient.connect('https://other.test/mcp', { fetch: server.fetch });
    expect(server.methods[0]).toBe('server/discover');
  });

  it('is asked for again when it has become wrong', async () => {
    const answers: { -readonly [K in keyof Answers]: Answers[K] } = {};
    const server = oldHttp({
      discover: (...args) => (answers.discover ?? status(404))(...args),
      initialize: (message) => (answers.initialize ?? (({ id }) => result(id, INITIALIZED)))(message),
    });
    await connect(server.fetch);
    answers.discover = ({ id }) => result(id, DISCOVERED);
    answers.initialize = ({ id }) => failure(id, -32601, undefined, 404);
    server.methods.length = 0;
    expect((await connect(server.fetch)).server.era).toBe('modern');
    expect(server.methods).toEqual(['initialize', 'server/discover']);
    server.methods.length = 0;
    expect((await connect(server.fetch)).server.era).toBe('modern');
    expect(server.methods).toEqual(['server/discover']);
    answers.discover = status(404);
    const error = await errorOf(McpClient.connect(URL, { fetch: server.fetch }));
    expect(error.code).toBe('unsupported_version');
  });

  it('is taken from an earlier connection', async () => {
    const server = oldHttp();
    const { server: prior } = await connect(server.fetch);
    const again = oldHttp();
    const client = await connect(again.fetch, { prior });
    expect(client.server).toEqual(prior);
    expect(again.methods).toEqual(['initialize', 'notifications/initialized']);
    const replaced = oldHttp({
      discover: ({ id }) => result(id, DISCOVERED),
      initialize: ({ id }) => failure(id, -32601, undefined, 404),
    });
    expect((await connect(replaced.fetch, { prior })).server.era).toBe('modern');
  });
});

describe('a revision that was asked for', () => {
  it.each(['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'])(
    '%s is offered without any question before',
    async (version) => {
      const server = oldHttp({
        initialize: ({ id, params }) =>
          result(id, { ...INITIALIZED, protocolVersion: params?.['protocolVersion'] as string }),
      });
      const client = await connect(server.fetch, { protocolVersion: version });
      expect(client.server).toMatchObject({ protocolVersion: version, era: 'legacy' });
      expect(server.methods).toEqual(['initialize', 'notifications/initialized']);
    },
  );

  it('may be answered with another one that is known', async () => {
    const server = oldHttp({ initialize: ({ id }) => result(id, { ...INITIALIZED, protocolVersion: '2024-11-05' }) });
    expect((await connect(server.fetch, { protocolVersion: '2025-06-18' })).server.protocolVersion).toBe('2024-11-05');
  });

  it('is not replaced by a newer one', async () => {
    const server = oldHttp({
      discover: ({ id }) => result(id, DISCOVERED),
      initialize: ({ id }) => failure(id, -32022, { supported: ['2026-07-28'] }, 400),
    });
    const error = await errorOf(McpClient.connect(URL, { fetch: server.fetch, protocolVersion: '2025-06-18' }));
    expect(error).toMatchObject({
      code: 'unsupported_version',
      message: expect.stringMatching(/not speak 2025-06-18.*It supports 2026-07-28: /) as string,
    });
    expect(server.methods).toEqual(['initialize']);
  });

  it('that nobody knows is unsupported_version, and names those that are known', async () => {
    const error = await errorOf(McpClient.connect(URL, { protocolVersion: '1900-01-01' }));
    expect(error.code).toBe('unsupported_version');
    expect(error.message).toMatch(/2026-07-28.*2024-11-05/);
  });

  it('mcpwire/client/modern names the import that knows it', async () => {
    const error = await errorOf(ModernClient.connect(URL, { protocolVersion: '2025-11-25' }));
    expect(error).toMatchObject({
      code: 'unsupported_version',
      message: expect.stringMatching(/mcpwire\/client/) as string,
    });
  });
});

describe('a server behind a channel', () => {
  const newest = { ...INITIALIZED };

  // spec: basic/transports/stdio#backward-compatibility.1
  it('that answers discovery is modern', async () => {
    const server = oldChannel();
    const connecting = McpClient.connect(server.transport);
    const { id } = await server.expect('server/discover');
    await server.answer(id, DISCOVERED);
    expect((await connecting).server).toMatchObject({ era: 'modern', info: { name: 'new' } });
  });

  // spec: basic/transports/stdio#backward-compatibility.2
  it.each([-32601, -32602, -32600, -32000, 0])('that answers error %d is an older one', async (code) => {
    const server = oldChannel();
    const connecting = McpClient.connect(server.transport);
    await server.refuse((await server.expect('server/discover')).id, code);
    const hello = await server.expect('initialize');
    expect(hello.params).toEqual({
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'mcpwire', version: expect.any(String) as string },
    });
    await server.answer(hello.id, newest);
    expect(await server.expect('notifications/initialized')).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/initialized',
    });
    expect((await connecting).server.era).toBe('legacy');
  });

  it('that is silent is asked in the older way as well, and its answer counts', async () => {
    const server = oldChannel({ probeMs: 5 });
    const connecting = McpClient.connect(server.transport);
    await server.expect('server/discover');
    await server.answer((await server.expect('initialize')).id, newest);
    // Nobody waits for the other answer any more.
    expect(['notifications/initialized', 'notifications/cancelled']).toContain((await server.next())?.['method']);
    expect((await connecting).server.era).toBe('legacy');
  });

  it('that is only slow is modern: its discovery wins over a handshake that is still open', async () => {
    const server = oldChannel({ probeMs: 5 });
    const connecting = McpClient.connect(server.transport);
    const { id } = await server.expect('server/discover');
    await server.expect('initialize');
    await server.answer(id, DISCOVERED);
    const client = await connecting;
    expect(client.server.era).toBe('modern');
    // The handshake is never cancelled.
    const pending = client.callTool('x');
    const call = await server.expect('tools/call');
    await server.answer(call.id, { content: [] });
    await pending;
  });

  it('that answers both at once is modern', async () => {
    const server = oldChannel({ probeMs: 5 });
    const connecting = McpClient.connect(server.transport);
    const { id } = await server.expect('server/discover');
    const hello = await server.expect('initialize');
    await server.send(
      [DISCOVERED, newest]
        .map((value, at) => `${JSON.stringify({ jsonrpc: '2.0', id: at === 0 ? id : hello.id, result: value })}\n`)
        .join(''),
    );
    expect((await connecting).server.era).toBe('modern');
  });

  it('that refuses the handshake may still be slow to discover', async () => {
    const server = oldChannel({ probeMs: 5 });
    const connecting = McpClient.connect(server.transport);
    const { id } = await server.expect('server/discover');
    await server.refuse((await server.expect('initialize')).id, -32601);
    await server.answer(id, DISCOVERED);
    expect((await connecting).server.era).toBe('modern');
  });

  it('that refuses the handshake and never discovers speaks neither', async () => {
    const server = oldChannel({ probeMs: 5 });
    const connecting = McpClient.connect(server.transport, { timeoutMs: 200 });
    await server.expect('server/discover');
    await server.refuse((await server.expect('initialize')).id, -32601);
    expect(await errorOf(connecting)).toMatchObject({ code: 'unsupported_version', rpcCode: -32601 });
  });

  it('that answers nothing at all fails when its time is over, and its handshake is not cancelled', async () => {
    const server = oldChannel({ probeMs: 5 });
    const connecting = McpClient.connect(server.transport, { timeoutMs: 50 });
    connecting.catch(() => {});
    await server.expect('server/discover');
    const { id } = await server.expect('initialize');
    expect((await errorOf(connecting)).code).toBe('timeout');
    const closing = server.transport.close();
    for (let message; (message = await server.next()) !== undefined;) {
      expect(message).toMatchObject({ method: 'notifications/cancelled' });
      expect(message['params'].requestId).not.toBe(id);
    }
    await closing;
  });
});
