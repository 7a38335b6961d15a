import { describe, expect, test, vi } from 'vitest';
import { McpServer, type CacheHints, type ServerCache, type ServerOptions } from 'mcpwire/server';
import { ask, listAll, modern, type Json } from '../helpers/wire.js';

type OnError = NonNullable<ServerOptions['onError']>;
const AUTHOR = (options: ServerOptions = {}) => new McpServer({ name: 'c', version: '1' }, options);
const make = (cache?: ServerCache) =>
  AUTHOR(cache && { cache })
    .tool('t', {}, () => 'x')
    .prompt('p', {}, () => 'x')
    .resource('docs://a', { name: 'a' }, () => 'x')
    .resource('users://{id}', { name: 'user' }, ({ id }) => id);
const CACHEABLE: readonly [method: string, params: Json][] = [
  ['server/discover', {}],
  ['tools/list', {}],
  ['prompts/list', {}],
  ['resources/list', {}],
  ['resources/templates/list', {}],
  ['resources/read', { uri: 'docs://a' }],
];
const hints = async (server: McpServer<unknown>, method: string, params: Json = {}): Promise<CacheHints> => {
  const { ttlMs, cacheScope } = (await ask(server, modern(method, params))).result as CacheHints;
  return { ttlMs, cacheScope } as CacheHints;
};

describe.each(CACHEABLE)('%s', (method, params) => {
  // spec: server/utilities/caching#cacheable-results.1 server/utilities/caching#time-to-live-ttl-field
  test('carries hints, which are the honest ones unless the author says otherwise', async () => {
    expect(await hints(make(), method, params)).toEqual({ ttlMs: 0, cacheScope: 'private' });
  });

  test('follows the option for the whole server', async () => {
    const server = make({ ttlMs: 60_000, cacheScope: 'public' });
    expect(await hints(server, method, params)).toEqual({ ttlMs: 60_000, cacheScope: 'public' });
    expect(await hints(make({ ttlMs: 5 }), method, params)).toEqual({ ttlMs: 5, cacheScope: 'private' });
  });
});

describe('hints of one list', () => {
  test.each<[string, keyof ServerCache]>([
    ['server/discover', 'discover'],
    ['tools/list', 'tools'],
    ['prompts/list', 'prompts'],
    ['resources/list', 'resources'],
    ['resources/templates/list', 'resourceTemplates'],
  ])('%s has cache.%s, and what that leaves out is that of the server', async (method, member) => {
    const server = make({ ttlMs: 7, cacheScope: 'public', [member]: { ttlMs: 9 } });
    for (const [other, params] of CACHEABLE) {
      expect(await hints(server, other, params)).toEqual({ ttlMs: other === method ? 9 : 7, cacheScope: 'public' });
    }
    expect(await hints(make({ cacheScope: 'public', [member]: { cacheScope: 'private' } }), method)).toEqual({
      ttlMs: 0,
      cacheScope: 'private',
    });
  });
});

describe('hints of one resource', () => {
  const server = AUTHOR({ cache: { ttlMs: 7 } })
    .resource('docs://a', { name: 'a', cache: { ttlMs: 9, cacheScope: 'public' } }, () => 'x')
    .resource('docs://b', { name: 'b', cache: { ttlMs: 9 } }, () => ({
      contents: [{ text: 'x' }],
      ttlMs: 11,
      cacheScope: 'public' as const,
    }))
    .resource('users://{id}', { name: 'u', cache: { cacheScope: 'public' } }, ({ id }) => id);

  test('go before those of the server; what a read itself says goes before both', async () => {
    expect(await hints(server, 'resources/read', { uri: 'docs://a' })).toEqual({ ttlMs: 9, cacheScope: 'public' });
    expect(await hints(server, 'resources/read', { uri: 'docs://b' })).toEqual({ ttlMs: 11, cacheScope: 'public' });
    expect(await hints(server, 'resources/read', { uri: 'users://7' })).toEqual({ ttlMs: 7, cacheScope: 'public' });
  });

  test('are not those of its list', async () => {
    expect(await hints(server, 'resources/list')).toEqual({ ttlMs: 7, cacheScope: 'private' });
  });
});

describe('CA4: a time to live is an integer, 0 or more', () => {
  const members = ['ttlMs', 'discover', 'tools', 'prompts', 'resources', 'resourceTemplates'] as const;
  // spec: server/utilities/caching#time-to-live-ttl-field.5
  test.each([-1, 1.5, Number.NaN, Infinity, '5', null])('%j throws, wherever it stands', (ttlMs) => {
    for (const member of members) {
      const cache = (member === 'ttlMs' ? { ttlMs } : { [member]: { ttlMs } }) as ServerCache;
      expect(() => AUTHOR({ cache })).toThrow('cache: ttlMs must be an integer, 0 or more');
    }
    expect(() => AUTHOR().resource('docs://a', { name: 'a', cache: { ttlMs: ttlMs as number } }, () => 'x')).toThrow(
      'resource "docs://a": ttlMs must be an integer, 0 or more',
    );
  });

  // spec: server/utilities/caching#time-to-live-ttl-field.5
  test('what a read says of itself is checked as well: a masked error, and the author is told', async () => {
    const onError = vi.fn<OnError>();
    const server = AUTHOR({ onError }).resource('docs://a', { name: 'a' }, () => ({ contents: [], ttlMs: -1 }));
    expect(await ask(server, modern('resources/read', { uri: 'docs://a' }))).toMatchObject({ error: { code: -32603 } });
    expect(String(onError.mock.calls[0]?.[0])).toContain('ttlMs must be an integer, 0 or more');
  });
});

describe('for whom', () => {
  const PUBLIC = { ttlMs: 5, cacheScope: 'public' } as const;
  const visible = () => true;

  // spec: server/utilities/caching#choosing-a-cache-scope server/utilities/caching#security-considerations
  // spec: server/utilities/caching#interaction-with-pagination.4
  // spec: server/utilities/caching#interaction-with-pagination.5
  test('a list that not everyone sees alike is private, whatever the options say', async () => {
    const cache = { ...PUBLIC, tools: PUBLIC, prompts: PUBLIC, resources: PUBLIC, resourceTemplates: PUBLIC };
    const server = AUTHOR({ cache, pageSize: 1 })
      .tool('t', { visible }, () => 'x')
      .tool('t2', {}, () => 'x')
      .prompt('p', {}, () => 'x')
      .prompt('p2', { visible }, () => 'x')
      .resource('docs://a', { name: 'a', visible }, () => 'x')
      .resource('docs://b', { name: 'b' }, () => 'x')
      .resource('users://{id}', { name: 'u', visible }, () => 'x')
      .resource('rows://{id}', { name: 'r' }, () => 'x');
    for (const [method, key] of [
      ['tools/list', 'tools'],
      ['prompts/list', 'prompts'],
      ['resources/list', 'resources'],
      ['resources/templates/list', 'resourceTemplates'],
    ] as const) {
      const { pages } = await listAll(server, method, key);
      // spec: server/utilities/caching#interaction-with-pagination.4 server/utilities/caching#interaction-with-pagination.5
      expect(pages.map(({ cacheScope, ttlMs }) => [cacheScope, ttlMs])).toEqual([
        ['private', 5],
        ['private', 5],
      ]);
    }
    expect(await hints(server, 'server/discover')).toEqual(PUBLIC);
  });

  // spec: server/utilities/caching#interaction-with-pagination.4
  // spec: server/utilities/caching#interaction-with-pagination.5
  test('all pages of a list have the same scope, static or dynamic', async () => {
    for (const cacheScope of ['public', 'private'] as const) {
      const server = AUTHOR({ pageSize: 2, cache: { resources: { cacheScope } } }).list('resources', ({ cursor }) =>
        cursor === undefined
          ? { resources: [{ uri: 'a:1', name: '1' }], nextCursor: '2' }
          : { resources: [{ uri: 'a:2', name: '2' }] },
      );
      for (let n = 0; n < 5; n++) server.resource(`docs://${n}`, { name: String(n) }, () => 'x');
      const { pages, entries } = await listAll(server, 'resources/list', 'resources');
      expect(entries).toHaveLength(7);
      expect(new Set(pages.map((page) => page['cacheScope']))).toEqual(new Set([cacheScope]));
    }
  });

  test('a dynamic list is private unless the author says of that very list that it is not', async () => {
    const listing = (cache: ServerCache) => AUTHOR({ cache }).list('tools', () => ({ tools: [] }));
    expect(await hints(listing(PUBLIC), 'tools/list')).toEqual({ ttlMs: 5, cacheScope: 'private' });
    expect(await hints(listing({ tools: PUBLIC }), 'tools/list')).toEqual(PUBLIC);
  });

  // spec: server/utilities/caching#security-considerations
  test('what a template lists is private where the template is not for everyone', async () => {
    const server = AUTHOR({ cache: { resources: PUBLIC } }).resource(
      'users://{id}',
      { name: 'u', visible, list: () => [] },
      () => 'x',
    );
    expect(await hints(server, 'resources/list')).toEqual({ ttlMs: 5, cacheScope: 'private' });
  });

  // spec: server/utilities/caching#security-considerations
  test('what is read of a resource that is not for everyone is private, whatever anyone says', async () => {
    const server = AUTHOR({ cache: PUBLIC })
      .resource('docs://a', { name: 'a', visible, cache: PUBLIC }, () => ({ contents: [], ...PUBLIC }))
      .resource('users://{id}', { name: 'u', visible }, () => 'x');
    for (const uri of ['docs://a', 'users://7']) {
      expect(await hints(server, 'resources/read', { uri })).toEqual({ ttlMs: 5, cacheScope: 'private' });
    }
  });

  test('becomes private with the first such entry, and public again without it', async () => {
    const server = make(PUBLIC);
    expect(await hints(server, 'tools/list')).toEqual(PUBLIC);
    server.tool('mine', { visible }, () => 'x');
    expect(await hints(server, 'tools/list')).toEqual({ ttlMs: 5, cacheScope: 'private' });
    server.remove('tool', 'mine');
    expect(await hints(server, 'tools/list')).toEqual(PUBLIC);
  });
});
