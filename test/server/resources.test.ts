import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  defineResource,
  inputRequired,
  McpError,
  McpServer,
  type Context,
  type ResourceReturn,
  type ServerOptions,
} from 'mcpwire/server';
import { adapters, type Mounted } from '../helpers/adapters.js';
import { ask, headersOf, listAll, META, modern, plain, rpc, type Answer } from '../helpers/wire.js';

type OnError = NonNullable<ServerOptions['onError']>;
const make = (options: ServerOptions = {}) => new McpServer({ name: 'r', version: '1' }, options);
const reading = (value: unknown, options?: ServerOptions, definition: object = {}) =>
  make(options).resource('docs://a', { name: 'a', ...definition }, () => value as ResourceReturn);
const read = (server: McpServer<unknown>, uri: unknown, options = {}) =>
  ask(server, modern('resources/read', { uri }, options));
const contentsOf = async (server: McpServer<unknown>, uri = 'docs://a') => (await read(server, uri)).result['contents'];

describe('the capability', () => {
  // spec: server/resources#capabilities.1
  test('is declared, with listChanged and subscribe, by a server that has resources', async () => {
    const { result } = await ask(reading('x'), modern('server/discover'));
    expect(result['capabilities']).toMatchObject({ resources: { listChanged: true, subscribe: true } });
  });

  // spec: server/resources#capabilities.1 server/resources#capabilities.2
  test('is declared by a server that has templates alone, whose list of resources is empty', async () => {
    const server = make().resource('users://{id}', { name: 'user' }, ({ id }) => id);
    const { result } = await ask(server, modern('server/discover'));
    expect(result['capabilities']).toHaveProperty('resources');
    expect((await ask(server, modern('resources/list'))).result['resources']).toEqual([]);
  });

  // spec: server/resources#capabilities
  test('is not declared by a server without resources, whose methods do not exist', async () => {
    const server = make();
    expect((await ask(server, modern('server/discover'))).result['capabilities']).not.toHaveProperty('resources');
    for (const method of ['resources/list', 'resources/templates/list', 'resources/read']) {
      expect(await ask(server, modern(method, { uri: 'docs://a' }))).toMatchObject({
        status: 404,
        error: { code: -32601 },
      });
    }
  });

  // spec: server/resources#capabilities.2
  test('once declared is kept: when the last resource has gone, the list is empty and reads find nothing', async () => {
    const server = reading('x');
    await ask(server, modern('server/discover'));
    server.remove('resource', 'docs://a');
    expect((await ask(server, modern('resources/list'))).result['resources']).toEqual([]);
    expect(await read(server, 'docs://a')).toMatchObject({ error: { code: -32602 } });
  });
});

describe('resources/list', () => {
  const everything = {
    name: 'main.rs',
    title: 'Application main file',
    description: 'Where it starts',
    mimeType: 'text/x-rust',
    size: 42,
    annotations: { audience: ['user', 'assistant'], priority: 0.8, lastModified: '2025-01-12T15:00:58Z' },
    icons: [{ src: 'https://example.com/rust.png', mimeType: 'image/png', sizes: ['48x48'], theme: 'dark' }],
  } as const;

  // spec: server/resources#capabilities.2 server/resources#resource server/resources#annotations basic#icons
  test('shows each resource as it was defined, in the order of registration', async () => {
    const server = make()
      .resource('file:///project/src/main.rs', { ...everything, meta: { 'com.example/x': 1 } }, () => 'fn main() {}')
      .resource('docs://plain', { name: 'plain' }, () => 'x');
    expect((await ask(server, modern('resources/list'))).result).toEqual({
      resultType: 'complete',
      resources: [
        { uri: 'file:///project/src/main.rs', ...everything, _meta: { 'com.example/x': 1 } },
        { uri: 'docs://plain', name: 'plain' },
      ],
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { [META.server]: { name: 'r', version: '1' } },
    });
  });

  // spec: server/resources#resource-templates
  test('templates are in a list of their own, as they were defined', async () => {
    const { size: _size, ...shared } = everything;
    const server = make()
      .resource('file:///{path}', { ...shared, meta: { x: 1 } }, ({ path }) => path)
      .resource('docs://plain', { name: 'plain' }, () => 'x');
    expect((await ask(server, modern('resources/templates/list'))).result).toMatchObject({
      resourceTemplates: [{ uriTemplate: 'file:///{path}', ...shared, _meta: { x: 1 } }],
    });
    expect((await ask(server, modern('resources/list'))).result['resources']).toEqual([
      { uri: 'docs://plain', name: 'plain' },
    ]);
  });

  // spec: server/resources#capabilities.3 basic#statelessness.1
  test('BI15: is the same for every connection, whatever was asked before', async () => {
    const server = reading('x').resource('users://{id}', { name: 'user' }, ({ id }) => id);
    const before = await (await server.fetch(modern('resources/list'))).text();
    await read(server, 'users://7');
    await read(server, 'users://8/9');
    expect(await (await server.fetch(modern('resources/list'))).text()).toBe(before);
  });
});

describe('what a handler returns', () => {
  const uri = 'docs://a';
  const bytes = new Uint8Array([0, 1, 254, 255]);

  // spec: server/resources#text-content server/resources#binary-content
  // spec: server/resources#security-considerations.3
  test.each<[string, unknown, unknown]>([
    ['a string', 'hello', [{ uri, mimeType: 'text/plain', text: 'hello' }]],
    ['an empty string', '', [{ uri, mimeType: 'text/plain', text: '' }]],
    ['bytes', bytes, [{ uri, mimeType: 'application/octet-stream', blob: 'AAH+/w==' }]],
    ['no bytes', new Uint8Array(), [{ uri, mimeType: 'application/octet-stream', blob: '' }]],
    ['a Buffer', Buffer.from('hi'), [{ uri, mimeType: 'application/octet-stream', blob: 'aGk=' }]],
    ['contents', { text: '{}', mimeType: 'application/json' }, [{ uri, mimeType: 'application/json', text: '{}' }]],
    ['contents with bytes', { blob: bytes }, [{ uri, mimeType: 'application/octet-stream', blob: 'AAH+/w==' }]],
    ['contents with base64', { blob: 'AAH+/w==', mimeType: 'x/y' }, [{ uri, mimeType: 'x/y', blob: 'AAH+/w==' }]],
    [
      'contents of a part',
      { uri: 'docs://a#1', text: 'x', _meta: { page: 1 } },
      [{ uri: 'docs://a#1', mimeType: 'text/plain', text: 'x', _meta: { page: 1 } }],
    ],
    [
      'several at once',
      ['one', bytes, { uri: 'docs://a/2', text: 'two' }],
      [
        { uri, mimeType: 'text/plain', text: 'one' },
        { uri, mimeType: 'application/octet-stream', blob: 'AAH+/w==' },
        { uri: 'docs://a/2', mimeType: 'text/plain', text: 'two' },
      ],
    ],
    ['no contents: there is such a resource, and it holds nothing', [], []],
    ['a whole result', { contents: [{ uri, text: 'x' }] }, [{ uri, mimeType: 'text/plain', text: 'x' }]],
    [
      'a whole result with bytes',
      { contents: [{ blob: bytes }] },
      [{ uri, mimeType: 'application/octet-stream', blob: 'AAH+/w==' }],
    ],
  ])('%s', async (_what, value, contents) => {
    expect(await contentsOf(reading(value))).toEqual(contents);
    expect(await contentsOf(reading(Promise.resolve(value)))).toEqual(contents);
  });

  test('the media type of the definition is that of what it holds', async () => {
    const definition = { mimeType: 'image/png' };
    expect(await contentsOf(reading(bytes, {}, definition))).toMatchObject([{ mimeType: 'image/png' }]);
    expect(await contentsOf(reading({ blob: bytes, mimeType: 'image/webp' }, {}, definition))).toMatchObject([
      { mimeType: 'image/webp' },
    ]);
  });

  // spec: server/resources#security-considerations.3
  test('bytes of any length are base64', async () => {
    const long = new Uint8Array(200_001).map((_, index) => index * 7);
    const [{ blob }] = (await contentsOf(reading(long))) as [{ blob: string }];
    expect(blob).toBe(Buffer.from(long).toString('base64'));
  });

  test('a whole result keeps its _meta, beside that of the server', async () => {
    const { result } = await read(reading({ contents: ['x'], _meta: { etag: '7' } }), uri);
    expect(result['_meta']).toEqual({ etag: '7', [META.server]: { name: 'r', version: '1' } });
  });

  test.each<[string, unknown]>([
    ['a number', 7],
    ['a boolean', false],
    ['an object of something else', { n: 1 }],
    ['text that is none', { text: 7 }],
    ['bytes that are none', { blob: new ArrayBuffer(3) }],
    ['a list with nothing in it', [undefined]],
    ['a result whose contents are none', { contents: 'x' }],
    ['a result with junk in it', { contents: [{ uri: 'docs://a' }] }],
  ])('%s is a masked error that tells the author what is wrong', async (_what, value) => {
    const onError = vi.fn<OnError>();
    const answer = await read(reading(value, { onError }), uri);
    expect(answer).toMatchObject({
      status: 200,
      error: {
        code: -32603,
        message: expect.stringMatching(/^Resource "docs:\/\/a" failed \(error id \w+\)$/) as unknown,
      },
    });
    expect(String(onError.mock.calls[0]?.[0])).toMatch(
      /TypeError: (Resource "docs:\/\/a" returned neither text, bytes nor contents|Bytes must be a Uint8Array)/,
    );
  });
});

describe('a resource that does not exist', () => {
  const server = make()
    .resource('docs://a', { name: 'a' }, () => 'a')
    .resource('users://{id}', { name: 'user' }, ({ id }) => (id === '7' ? 'seven' : undefined))
    .resource('rows://{id}', { name: 'row' }, async () => Promise.resolve(null));

  // spec: server/resources#error-handling.1 server/resources#error-handling.4 basic#error-codes.5
  test.each(['docs://b', 'users://8', 'rows://1', 'users://7/posts', 'docs://A', 'docs://a/', '', 'no uri at all'])(
    '%j is -32602 with the URI, and no empty contents',
    async (uri) => {
      const answer = await read(server, uri);
      expect(answer).toMatchObject({
        status: 200,
        id: 1,
        error: { code: -32602, message: 'Resource not found', data: { uri } },
      });
      expect(answer).not.toHaveProperty('result');
    },
  );

  // spec: server/resources#security-considerations.1
  test.each([undefined, null, 7, {}, ['docs://a']])('a uri of %j is -32602', async (uri) => {
    expect(await read(server, uri)).toMatchObject({ error: { code: -32602, message: 'params.uri must be a string' } });
  });

  test('names of what every object has are no resources', async () => {
    for (const uri of ['__proto__', 'constructor', 'toString']) {
      expect(await read(server, uri)).toMatchObject({ error: { code: -32602 } });
    }
  });
});

describe('templates', () => {
  test('a fixed URI goes before a template, and the first template that matches wins', async () => {
    const server = make()
      .resource('users://{id}', { name: 'user' }, ({ id }) => `user ${id}`)
      .resource('users://me', { name: 'me' }, () => 'me')
      .resource('{+anything}', { name: 'rest' }, ({ anything }) => `rest ${anything}`);
    expect(await contentsOf(server, 'users://me')).toMatchObject([{ text: 'me' }]);
    expect(await contentsOf(server, 'users://7')).toMatchObject([{ text: 'user 7' }]);
    expect(await contentsOf(server, 'other://7')).toMatchObject([{ text: 'rest other://7' }]);
  });

  test('the handler gets the variables, decoded, and the URI that was asked for goes out', async () => {
    const server = make().resource('repo://{owner}/tree{/path*}{?rev}', { name: 'tree' }, ({ owner, path, rev }) =>
      JSON.stringify({ owner, path, rev }),
    );
    const uri = 'repo://m%C3%BCller/tree/src/a%20b.ts?rev=main';
    const [{ text, uri: told }] = (await contentsOf(server, uri)) as [{ text: string; uri: string }];
    expect(JSON.parse(text)).toEqual({ owner: 'müller', path: ['src', 'a b.ts'], rev: 'main' });
    expect(told).toBe(uri);
  });

  // spec: server/resources#security-considerations.1 server/resources#security-considerations.5
  test.each(['file:///../etc/passwd', 'file:///a/..%2f..%2fetc', 'file:///%2e%2e/secret', 'file:///a%00b'])(
    'A40: %s leaves its folder, and reaches no handler',
    async (uri) => {
      const handler = vi.fn<() => string>(() => 'secret');
      for (const template of ['file:///{+path}', 'file://{/path*}'] as const) {
        const server = make().resource(template, { name: 'files' }, handler);
        expect(await read(server, uri)).toMatchObject({ error: { code: -32602, data: { uri } } });
      }
      expect(handler).not.toHaveBeenCalled();
    },
  );

  test('defineResource and add', async () => {
    const user = defineResource('users://{id}', { name: 'user' }, ({ id }) => id);
    const server = make().add(user);
    expect(await contentsOf(server, 'users://7')).toMatchObject([{ text: '7' }]);
    expect(() => server.add(user)).toThrow('resource "users://{id}" exists already');
  });

  test('remove takes a template away, with the resources that it listed', async () => {
    const list = () => [{ uri: 'users://7', name: 'Seven' }];
    const server = reading('x').resource('users://{id}', { name: 'user', list }, ({ id }) => id);
    expect((await listAll(server, 'resources/list', 'resources')).entries).toHaveLength(2);
    expect(server.remove('resource', 'users://{id}')).toBe(true);
    expect(server.remove('resource', 'users://{id}')).toBe(false);
    expect((await listAll(server, 'resources/list', 'resources')).entries).toHaveLength(1);
    expect(await read(server, 'users://7')).toMatchObject({ error: { code: -32602 } });
    server.resource('users://{id}', { name: 'user', list }, ({ id }) => `again ${id}`);
    expect(await contentsOf(server, 'users://7')).toMatchObject([{ text: 'again 7' }]);
  });
});

describe('an error in a handler', () => {
  const throwing = (error: unknown, onError: OnError = () => {}) =>
    make({ onError }).resource('docs://a', { name: 'a' }, () => {
      throw error;
    });

  // spec: server/resources#error-handling.2
  test.each<[string, unknown]>([
    ['an Error', new Error('secret')],
    ['an McpError of a client that the handler uses', new McpError('unauthorized', 'secret', { status: 401 })],
    ['a string', 'secret'],
  ])('%s is -32603, masked, with an error id that onError hears', async (_what, error) => {
    const onError = vi.fn<OnError>();
    const answer = await read(throwing(error, onError), 'docs://a');
    expect(answer).toMatchObject({ status: 200, error: { code: -32603 } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(onError).toHaveBeenCalledOnce();
    const [heard, , errorId] = onError.mock.calls[0]!;
    expect(heard).toBe(error);
    expect(answer.error.message).toBe(`Resource "docs://a" failed (error id ${errorId})`);
  });

  test('made by ctx.error passes as it is, and onError does not hear of it', async () => {
    const onError = vi.fn<OnError>();
    const server = make({ onError }).resource('docs://a', { name: 'a' }, (_variables, ctx) => {
      throw ctx.error(1001, 'Locked', { data: { by: 'someone' }, status: 423 });
    });
    expect(await read(server, 'docs://a')).toMatchObject({
      status: 423,
      error: { code: 1001, message: 'Locked', data: { by: 'someone' } },
    });
    expect(onError).not.toHaveBeenCalled();
  });
});

describe('registration', () => {
  const handler = () => 'x';
  const any = (server: unknown) => server as { resource(...args: unknown[]): unknown };

  test.each(['readme', '/etc/passwd', '//host/path', 'a b://c', ''])('%j is no URI', (uri) => {
    expect(() => make().resource(uri, { name: 'a' }, handler)).toThrow(/is no URI, such as "docs:\/\/readme"/);
  });

  // spec: server/resources#custom-uri-schemes
  test.each(['docs://readme', 'urn:isbn:0451450523', 'file:///a', 'git+ssh://host/repo', 'x.y-z:a'])(
    '%j is one',
    async (uri) => {
      expect(await contentsOf(make().resource(uri, { name: 'a' }, handler), uri)).toMatchObject([{ uri }]);
    },
  );

  test('a URI is taken once, be it fixed or a template', () => {
    for (const uri of ['docs://a', 'docs://{id}'] as const) {
      const server = make().resource(uri, { name: 'a' }, handler);
      expect(() => server.resource(uri, { name: 'b' }, handler)).toThrow(`resource "${uri}" exists already`);
    }
  });

  test('a template whose URIs cannot be told apart is refused', () => {
    expect(() => make().resource('docs://{a}{b}', { name: 'a' }, handler)).toThrow(/ambiguous/);
    expect(() => make().resource('docs://{a', { name: 'a' }, handler)).toThrow(/stray brace/);
  });

  test('list and complete are for templates, and complete is for their variables', () => {
    expect(() => any(make()).resource('docs://a', { name: 'a', list: () => [] }, handler)).toThrow(/are for templates/);
    expect(() => any(make()).resource('docs://{a}', { name: 'a', complete: { b: [] } }, handler)).toThrow(
      'resource "docs://{a}": complete.b is no variable',
    );
  });

  test('what failed is not registered', async () => {
    const server = make().resource('docs://a', { name: 'a' }, handler);
    expect(() => any(server).resource('docs://{a}', { name: 'a', complete: { b: [] } }, handler)).toThrow(
      /no variable/,
    );
    expect(await read(server, 'docs://x')).toMatchObject({ error: { code: -32602 } });
  });

  test.each<[string, unknown[]]>([
    ['a name in front', ['readme', 'docs://a', { title: 'A' }, handler]],
    ['no definition', ['docs://a', handler]],
    ['no name', ['docs://a', {}, handler]],
    ['no handler', ['docs://a', { name: 'a' }]],
    ['one object', [{ uri: 'docs://a', name: 'a', load: handler }]],
  ])('habits of other libraries get an error that shows our line: %s', (_what, args) => {
    expect(() => any(make()).resource(...args)).toThrow(/write server\.resource\('/);
  });
});

describe('the context', () => {
  test('is given to handlers, with what was asked and who asks', async () => {
    const seen: Context[] = [];
    const server = make().resource('docs://a', { name: 'a' }, (_variables, ctx) => {
      seen.push(ctx);
      return 'x';
    });
    const auth = { scopes: ['read'], subject: 'u', claims: {} };
    await server.handler({ auth })(modern('resources/read', { uri: 'docs://a' }, { id: 'r1', meta: { x: 1 } }));
    expect(seen[0]).toMatchObject({ id: 'r1', auth, meta: { x: 1 } });
  });

  // spec: server/resources#reading-resources
  test('a read may ask for input, and its interim result carries no cache hints', async () => {
    const server = make({ cache: { ttlMs: 5 } }).resource('docs://a', { name: 'a', cache: { ttlMs: 9 } }, () =>
      inputRequired({ inputRequests: { folders: { method: 'roots/list' } } }),
    );
    const { result } = await read(server, 'docs://a', { meta: { [META.capabilities]: { roots: {} } } });
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { folders: { method: 'roots/list' } },
    });
    // spec: server/utilities/caching#cacheable-results
    expect(result).not.toHaveProperty('ttlMs');
    expect(result).not.toHaveProperty('cacheScope');
  });

  test('in plain JSON-RPC a read is what the handler made, with its hints', async () => {
    expect((await ask(reading('x'), plain('resources/read', { uri: 'docs://a' }))).result).toMatchObject({
      contents: [{ uri: 'docs://a', text: 'x' }],
    });
  });
});

describe.each(adapters)('over HTTP: $name', ({ mount }) => {
  let mounted: Mounted;
  beforeAll(async () => {
    mounted = await mount(
      make()
        .resource('docs://größe', { name: 'size' }, () => 'XL')
        .resource('users://{id}', { name: 'user' }, ({ id }) => new TextEncoder().encode(id)),
    );
  });
  afterAll(() => mounted.close());

  const send = async (uri: string, headers: Record<string, string> = {}) => {
    const message = rpc('resources/read', { uri });
    const all = { host: '127.0.0.1', ...headersOf(message), ...headers };
    const { status, text } = await mounted.send({ headers: Object.entries(all), body: JSON.stringify(message) });
    return { status, ...(JSON.parse(text) as Answer) };
  };

  // spec: basic/transports/streamable-http#standard-request-headers
  test('Mcp-Name is the URI, encoded where it is more than ASCII', async () => {
    expect(await send('docs://größe')).toMatchObject({ status: 200, result: { contents: [{ text: 'XL' }] } });
    expect(await send('users://7')).toMatchObject({ status: 200, result: { contents: [{ blob: 'Nw==' }] } });
    expect(await send('users://7', { 'mcp-name': 'users://8' })).toMatchObject({
      status: 400,
      error: { code: -32020 },
    });
  });

  test('not found is 200, as params that do not fit are', async () => {
    expect(await send('docs://none')).toMatchObject({ status: 200, error: { code: -32602 } });
  });
});
