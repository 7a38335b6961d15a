import { readFileSync } from 'node:fs';
import { McpClient, HttpTransport, type ClientTransport, type ConnectOptions, type McpError } from 'mcpwire/client';
import { McpClient as ModernClient } from 'mcpwire/client/modern';
import { describe, expect, it } from 'vitest';
import { PACKAGE_VERSION } from '../../src/client/version.js';
import type { Fallback, FallbackContext } from '../../src/client/fallback.js';
import { type Answer, deferred, errorOf, failure, json, listen, result } from './support.js';

const discovery = {
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {} },
  instructions: 'Be nice.',
  _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'jobs', version: '1.0.0' } },
};

const modern: Answer = ({ message }, response) => {
  if (message.method === 'server/discover') json(response, result(message.id, discovery));
  else json(response, result(message.id, { content: [] }));
};

const unsupported: Answer = ({ message }, response) =>
  json(
    response,
    failure(message.id, -32022, 'Unsupported protocol version', {
      supported: ['2026-07-28', '2025-11-25'],
      requested: '2026-07-28',
    }),
    400,
  );

describe("connecting with protocolVersion 'auto'", () => {
  // spec: server/discover#when-to-call.1
  // spec: basic/versioning#backward-compatibility-with-initialization-based-versions.1
  it('discovers what the server is', async () => {
    const { url, received } = await listen(modern);
    const client = await McpClient.connect(url);
    expect(client.server).toEqual({
      info: { name: 'jobs', version: '1.0.0' },
      capabilities: { tools: {} },
      instructions: 'Be nice.',
      protocolVersion: '2026-07-28',
      era: 'modern',
    });
    await client.callTool('x');
    expect(received.map(({ message }) => [message.method, message.id])).toEqual([
      ['server/discover', 1],
      ['tools/call', 2],
    ]);
  });

  it('takes a URL object and a transport as well', async () => {
    const { url } = await listen(modern);
    expect((await McpClient.connect(new URL(url))).server.era).toBe('modern');
    expect((await McpClient.connect(new HttpTransport(url))).server.era).toBe('modern');
  });

  it('takes serverInfo from where older revisions have it, and its absence', async () => {
    const { url } = await listen(({ message }, response) =>
      json(
        response,
        result(message.id, {
          supportedVersions: ['2026-07-28'],
          ...(message.id === 1 && { serverInfo: { name: 'old', version: '0' } }),
        }),
      ),
    );
    const { server } = await McpClient.connect(url);
    expect(server).toEqual({
      info: { name: 'old', version: '0' },
      capabilities: {},
      protocolVersion: '2026-07-28',
      era: 'modern',
    });
  });

  it.each<[string, Answer]>([
    ['HTTP 400 without a body', (_r, response) => void response.writeHead(400).end()],
    ['HTTP 404', (_r, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<html>')],
    ['HTTP 405', (_r, response) => void response.writeHead(405).end()],
    [
      'method not found',
      ({ message }, response) => json(response, failure(message.id, -32601, 'Method not found'), 404),
    ],
    [
      'method not found on 200',
      ({ message }, response) => json(response, failure(message.id, -32601, 'Method not found')),
    ],
    [
      'a session that is missing',
      (_r, response) => json(response, failure(null, -32000, 'Bad Request: Server not initialized'), 400),
    ],
    [
      'no common version',
      ({ message }, response) => json(response, failure(message.id, -32022, 'no', { supported: ['2025-11-25'] }), 400),
    ],
    ['no version at all', ({ message }, response) => json(response, failure(message.id, -32022, 'no'), 400)],
    [
      'other versions',
      ({ message }, response) => json(response, result(message.id, { supportedVersions: ['2099-01-01'] })),
    ],
    ['some other result', ({ message }, response) => json(response, result(message.id, { hello: 1 }))],
  ])('fails with unsupported_version when the server answers with %s, and says what to do', async (_name, answer) => {
    const { url, received } = await listen(answer);
    const error = await errorOf(ModernClient.connect(url));
    expect(error.code).toBe('unsupported_version');
    expect(error.message).toMatch(
      /does not speak 2026-07-28 \(server\/discover: .+\).*mcpwire\/client.*protocolVersion: 'none'/,
    );
    expect(error.cause).toBeInstanceOf(Error);
    expect(new Set(received.map(({ message }) => message.method))).toEqual(new Set(['server/discover']));
  });

  // spec: basic/transports/streamable-http#backward-compatibility.1
  it.each<[string, string, Answer]>([
    ['unauthorized', 'HTTP 401', (_r, response) => void response.writeHead(401).end()],
    [
      'unauthorized',
      'HTTP 401 with a JSON-RPC error',
      ({ message }, response) => json(response, failure(message.id, -32001), 401),
    ],
    ['forbidden', 'HTTP 403', (_r, response) => void response.writeHead(403).end()],
    ['http_status', 'HTTP 429', (_r, response) => void response.writeHead(429).end()],
    ['http_status', 'HTTP 503', (_r, response) => void response.writeHead(503).end()],
    ['connection_failed', 'a reset', (_r, response) => void response.destroy()],
    [
      'invalid_message',
      'something that is no MCP',
      (_r, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    ],
    [
      'header_mismatch',
      'a header mismatch',
      ({ message }, response) => json(response, failure(message.id, -32020), 400),
    ],
  ])('fails with %s on %s', async (code, _name, answer) => {
    const { url } = await listen(answer);
    expect((await errorOf(ModernClient.connect(url))).code).toBe(code);
  });

  it('is aborted by its signal, which does not concern later calls', async () => {
    const gate = deferred();
    const { url } = await listen((entry, response, request) => {
      if (entry.message.id === 1 && entry.headers['x-wait'] !== undefined) gate.resolve();
      else modern(entry, response, request);
    });
    const first = new AbortController();
    const connecting = McpClient.connect(url, { signal: first.signal, headers: { 'x-wait': '1' } });
    await gate.promise;
    first.abort();
    expect((await errorOf(connecting)).code).toBe('aborted');

    const second = new AbortController();
    const client = await McpClient.connect(url, { signal: second.signal });
    second.abort();
    await expect(client.callTool('x')).resolves.toBeDefined();
  });

  it('obeys timeoutMs', async () => {
    const { url } = await listen(() => {});
    expect((await errorOf(McpClient.connect(url, { timeoutMs: 20 }))).code).toBe('timeout');
  });
});

describe('an unsupported protocol version', () => {
  // spec: basic/versioning#protocol-version-negotiation.2
  it('is retried once with a version that both support, even the one just asked for', async () => {
    let count = 0;
    const { url, received } = await listen((entry, response, request) =>
      (count++ === 0 ? unsupported : modern)(entry, response, request),
    );
    const client = await McpClient.connect(url);
    expect(client.server.protocolVersion).toBe('2026-07-28');
    expect(received.map(({ headers }) => headers['mcp-protocol-version'])).toEqual(['2026-07-28', '2026-07-28']);
    expect(new Set(received.map(({ message }) => message.id)).size).toBe(2);
  });

  it.each<[string, (client: McpClient) => Promise<unknown>]>([
    ['request', (client) => client.request('x')],
    ['callTool', (client) => client.callTool('x')],
    ['stream', async (client) => Array.from(await collectMethods(client))],
  ])('is retried by client.%s, too', async (_name, start) => {
    let count = 0;
    const { url, received } = await listen((entry, response, request) =>
      (count++ === 0 ? unsupported : modern)(entry, response, request),
    );
    await start(await McpClient.connect(url, { protocolVersion: '2026-07-28' }));
    expect(received).toHaveLength(2);
  });

  // spec: basic/versioning#protocol-version-negotiation.2
  it('is not retried when there is no common one', async () => {
    const { url, received } = await listen(({ message }, response) =>
      json(response, failure(message.id, -32022, 'no', { supported: ['2025-11-25'], requested: '2026-07-28' }), 400),
    );
    const client = await McpClient.connect(url, { protocolVersion: '2026-07-28' });
    expect((await errorOf(client.request('x'))).data).toEqual({ supported: ['2025-11-25'], requested: '2026-07-28' });
    expect(received).toHaveLength(1);
  });

  it('is retried once only', async () => {
    const { url, received } = await listen(unsupported);
    const client = await McpClient.connect(url, { protocolVersion: '2026-07-28' });
    expect(await errorOf(client.request('x'))).toMatchObject({
      code: 'unsupported_version',
      rpcCode: -32022,
      status: 400,
    });
    expect(received).toHaveLength(2);
    const messages: unknown[] = [];
    for await (const message of client.stream('x')) messages.push(message);
    expect(messages).toMatchObject([{ error: { code: -32022 } }]);
    expect(received).toHaveLength(4);
  });
});

async function collectMethods(client: McpClient): Promise<unknown[]> {
  const messages: unknown[] = [];
  for await (const message of client.stream('x')) messages.push(message);
  expect(messages).toMatchObject([{ result: { resultType: 'complete' } }]);
  return messages;
}

describe('without asking', () => {
  it.each(['2026-07-28', 'none'])('protocolVersion %j does no I/O before the first call', async (protocolVersion) => {
    let calls = 0;
    const fetch: ConnectOptions['fetch'] = () => {
      calls++;
      return Promise.reject(new Error('no'));
    };
    const client = await McpClient.connect('http://localhost/mcp', { protocolVersion, fetch });
    expect(client.server.capabilities).toEqual({});
    await client.close();
    expect(calls).toBe(0);
  });

  it.each(['2025-11-25', '1900-01-01', ''])(
    'protocolVersion %j is unsupported_version, and names what is known',
    async (protocolVersion) => {
      const error = await errorOf(ModernClient.connect('http://localhost/mcp', { protocolVersion }));
      expect(error).toMatchObject({
        code: 'unsupported_version',
        message: expect.stringContaining('2026-07-28') as string,
      });
    },
  );
});

describe('a target', () => {
  it('that has fetch is called through it, without any network', async () => {
    const requests: Request[] = [];
    const server = {
      fetch: async (request: Request) => {
        requests.push(request);
        const { id } = (await request.json()) as { id: number };
        return new Response(result(id, discovery), { headers: { 'content-type': 'application/json' } });
      },
    };
    const client = await McpClient.connect(server, { headers: { authorization: 'Bearer t' } });
    expect(client.server.info).toEqual({ name: 'jobs', version: '1.0.0' });
    expect(requests[0]?.url).toBe('http://localhost/mcp');
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer t');
  });

  it.each([undefined, null, 5, {}, { fetch: 1 }, 'not a url', 'ftp://example.com/', 'http://user:secret@example.com/'])(
    '%j is a TypeError',
    async (target) => {
      // @ts-expect-error what this test is about
      await expect(McpClient.connect(target)).rejects.toThrow(TypeError);
    },
  );

  it('new McpClient() says how to connect', () => {
    const Constructor = McpClient as unknown as new (info: object) => unknown;
    expect(() => new Constructor({ name: 'x' })).toThrow(/McpClient\.connect/);
  });
});

describe('a transport of your own', () => {
  it('may bring notifications that belong to no exchange', async () => {
    const gate = deferred();
    const heard = deferred<unknown>();
    const transport: ClientTransport = {
      exchange: () => expect.unreachable(),
      notify: () => Promise.resolve(),
      close: () => Promise.resolve(),
      async *incoming() {
        await gate.promise;
        yield { jsonrpc: '2.0', method: 'n', params: { a: 1 } };
        throw new Error('lost');
      },
    };
    const warned = deferred<McpError>();
    const client = await McpClient.connect(transport, { protocolVersion: 'none', onWarning: warned.resolve });
    client.on('n', heard.resolve);
    gate.resolve();
    expect(await heard.promise).toEqual({ a: 1 });
    expect(await warned.promise).toMatchObject({ code: 'internal', message: 'lost' });
  });

  it.each<[string, ClientTransport['exchange']]>([
    ['throws', () => expect.unreachable()],
    [
      'rejects',
      // eslint-disable-next-line require-yield -- a transport that fails before its first message
      async function* () {
        await Promise.resolve();
        throw new Error('broken');
      },
    ],
  ])('that %s fails the call', async (_name, exchange) => {
    const transport: ClientTransport = { exchange, notify: () => expect.unreachable(), close: () => Promise.resolve() };
    const client = await McpClient.connect(transport, { protocolVersion: 'none' });
    expect((await errorOf(client.request('x'))).code).toBe('internal');
    expect((await errorOf(client.notify('x'))).code).toBe('internal');
    expect((await errorOf(client.stream('x').next())).code).toBe('internal');
  });

  it('that ends without a response fails the call', async () => {
    async function* exchange(): AsyncGenerator<never> {}
    const client = await McpClient.connect(
      { exchange, notify: () => Promise.resolve(), close: () => Promise.resolve() },
      { protocolVersion: 'none' },
    );
    expect((await errorOf(client.request('x'))).code).toBe('stream_ended');
    expect((await errorOf(client.stream('x').next())).code).toBe('stream_ended');
  });
});

it('an entry point can add a way to speak to servers that the core does not know', async () => {
  const { url, received } = await listen((_r, response) => void response.writeHead(404).end());
  const contexts: FallbackContext[] = [];
  let leads = false;
  class Client extends ModernClient {
    protected static override readonly fallbacks: readonly Fallback[] = [
      { leads: () => false, open: async () => undefined },
      {
        leads: () => leads,
        async open(context) {
          contexts.push(context);
          return {
            transport: context.core.link.transport,
            server: { capabilities: {}, protocolVersion: '2025-11-25', era: 'legacy' },
            params: (params) => params,
            complete: () => true,
            adapt: () => false,
          };
        },
      },
    ];
  }
  expect((await Client.connect(url)).server.era).toBe('legacy');
  expect(contexts[0]).toMatchObject({
    wanted: 'auto',
    found: { code: 'http_status', status: 404 },
    info: { name: 'mcpwire' },
  });
  await Client.connect(url, { protocolVersion: '2025-11-25' });
  expect(contexts[1]?.found).toBeUndefined();
  leads = true;
  await Client.connect(url);
  expect(contexts[2]).toMatchObject({ wanted: 'auto', found: undefined });
  expect(received).toHaveLength(1);
  expect((await errorOf(contexts[2]?.discover() ?? Promise.resolve())).status).toBe(404);
});

it('the version that clients introduce themselves with is that of the package', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(PACKAGE_VERSION).toBe(manifest.version);
});
