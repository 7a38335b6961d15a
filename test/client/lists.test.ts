import type { McpClient } from 'mcpwire/client';
import { describe, expect, it } from 'vitest';
import { errorOf as failureOf } from './support.js';
import { errorOf, play } from './wire.js';

const tool = (name: string, more: object = {}): object => ({ name, inputSchema: { type: 'object' }, ...more });

const lists: readonly [
  method: string,
  member: string,
  list: (client: McpClient) => Promise<readonly { readonly name: string }[]>,
  entry: (name: string) => object,
][] = [
  ['tools/list', 'tools', (client) => client.listTools(), (name) => tool(name)],
  ['prompts/list', 'prompts', (client) => client.listPrompts(), (name) => ({ name })],
  ['resources/list', 'resources', (client) => client.listResources(), (name) => ({ name, uri: `x://${name}` })],
  [
    'resources/templates/list',
    'resourceTemplates',
    (client) => client.listResourceTemplates(),
    (name) => ({ name, uriTemplate: `x://${name}/{id}` }),
  ],
];

describe.each(lists)('%s', (method, member, list, entry) => {
  // spec: server/utilities/pagination#implementation-guidelines.3
  // spec: server/utilities/pagination#implementation-guidelines.7
  // spec: server/utilities/pagination#implementation-guidelines.8
  // spec: server/prompts#implementation-considerations.2
  it('follows all pages, and an empty string is a cursor', async () => {
    const { client, asked } = await play(({ params }) =>
      params['cursor'] === undefined
        ? { [member]: [entry('a')], nextCursor: '' }
        : params['cursor'] === ''
          ? { [member]: [entry('b')], nextCursor: 'opaque ✓' }
          : { [member]: [entry('c')] },
    );
    expect((await list(client)).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(asked.map(({ method: asked, params }) => [asked, params['cursor']])).toEqual([
      [method, undefined],
      [method, ''],
      [method, 'opaque ✓'],
    ]);
  });

  it('stops after 1,000 pages', async () => {
    let page = 0;
    const { client, asked } = await play(() => ({ [member]: [], nextCursor: String(page++) }));
    expect((await failureOf(list(client))).code).toBe('limit_exceeded');
    expect(asked).toHaveLength(1000);
  });

  it('refuses a cursor that repeats an earlier page', async () => {
    const { client, asked } = await play(() => ({ [member]: [], nextCursor: 'again' }));
    expect((await failureOf(list(client))).code).toBe('invalid_message');
    expect(asked).toHaveLength(2);
  });

  it('leaves out entries that make no sense, with a warning for each, and the rest stands', async () => {
    const malformed = [
      null,
      5,
      'text',
      [],
      {},
      { ...entry('number'), name: 5 },
      { ...entry('title'), title: {} },
      { ...entry('icons'), icons: 'none' },
      { ...entry('meta'), _meta: [] },
    ];
    const { client, warnings } = await play(() => ({ [member]: [entry('a'), ...malformed, entry('b')] }));
    expect((await list(client)).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(warnings).toHaveLength(malformed.length);
    expect(warnings.every(({ code, message }) => code === 'invalid_message' && message.startsWith(method))).toBe(true);
  });

  it('takes null for what is absent', async () => {
    const { client } = await play(() => ({ [member]: [{ ...entry('a'), title: null, icons: null }] }));
    expect(await list(client)).toEqual([entry('a')]);
  });

  // spec: basic/index#icons
  it('leaves out icons that are neither https: nor data:', async () => {
    const good = [{ src: 'https://a.test/i.png' }, { src: 'data:image/png;base64,AA==' }];
    const bad = [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'http://a.test/',
      'ftp://a.test/',
      'ws://a.test/',
      '/i.png',
    ];
    const { client, warnings } = await play(() => ({
      [member]: [{ ...entry('a'), icons: [...bad.map((src) => ({ src })), ...good] }],
    }));
    expect(await list(client)).toMatchObject([{ icons: good }]);
    expect(warnings).toHaveLength(1);
  });
});

describe('a tool', () => {
  it.each([
    ['without inputSchema', { name: 'x' }],
    ['whose inputSchema is no schema of an object', { name: 'x', inputSchema: { type: 'string' } }],
    ['whose outputSchema is no schema', tool('x', { outputSchema: true })],
  ])('%s is left out', async (_name, bad) => {
    const { client, warnings } = await play(() => ({ tools: [bad, tool('good')] }));
    expect(await client.listTools()).toEqual([tool('good')]);
    expect(warnings).toMatchObject([{ data: bad }]);
  });

  it('comes through with every keyword of its schemas', async () => {
    const inputSchema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: { a: { $anchor: 'x', type: 'string' } },
      allOf: [{ not: { if: {}, else: {} } }],
      additionalProperties: false,
    };
    const { client } = await play(() => ({ tools: [tool('x', { inputSchema })] }));
    expect((await client.listTools())[0]?.inputSchema).toEqual(inputSchema);
  });

  // spec: basic#ref-resolution.1
  it('with a $ref to the network is listed, and nothing is fetched', async () => {
    const { client, asked } = await play(() => ({
      tools: [tool('x', { inputSchema: { type: 'object', properties: { a: { $ref: 'https://canary.test/' } } } })],
    }));
    expect(await client.listTools()).toHaveLength(1);
    expect(asked).toHaveLength(1);
  });
});

describe('readResource', () => {
  it('names the resource in Mcp-Name and gives its contents', async () => {
    const contents = [{ uri: 'x://a', text: 'hi' }];
    const { client, asked } = await play(() => ({ contents }));
    expect(await client.readResource('x://a/ü')).toMatchObject({ contents });
    expect(asked[0]).toMatchObject({ method: 'resources/read', params: { uri: 'x://a/ü' } });
    expect(asked[0]?.headers.get('mcp-name')).toBe('=?base64?eDovL2Evw7w=?=');
  });

  it('refuses an answer without contents', async () => {
    const { client } = await play(() => ({ contents: 'text' }));
    expect((await failureOf(client.readResource('x://a'))).code).toBe('invalid_message');
  });

  // spec: server/resources#error-handling.3 basic#error-codes.6
  it.each([-32602, -32002])('takes %i for a resource that does not exist', async (rpcCode) => {
    const { client } = await play(({ id }) => errorOf(id, rpcCode));
    expect(await failureOf(client.readResource('x://a'))).toMatchObject({ code: 'invalid_params', rpcCode });
  });
});

describe('getPrompt', () => {
  it('sends arguments where there are some', async () => {
    const { client, asked } = await play(() => ({ messages: [] }));
    await client.getPrompt('review', { language: 'python' });
    expect(await client.getPrompt('plain')).toMatchObject({ messages: [] });
    expect(asked.map(({ params: { _meta, ...params } }) => params)).toEqual([
      { name: 'review', arguments: { language: 'python' } },
      { name: 'plain' },
    ]);
    expect(asked[0]?.headers.get('mcp-name')).toBe('review');
  });

  it('refuses an answer without messages', async () => {
    const { client } = await play(() => ({}));
    expect((await failureOf(client.getPrompt('x'))).code).toBe('invalid_message');
  });
});

describe('complete', () => {
  const ref = { type: 'ref/prompt', name: 'review' } as const;

  // spec: server/utilities/completion#requesting-completions
  it('sends what is being completed, and what is settled already', async () => {
    const { client, asked } = await play(() => ({ completion: { values: ['flask'], total: 1, hasMore: false } }));
    const context = { arguments: { language: 'python' } };
    expect(await client.complete(ref, { name: 'framework', value: 'fla' }, context)).toEqual({
      values: ['flask'],
      total: 1,
      hasMore: false,
    });
    await client.complete({ type: 'ref/resource', uri: 'x://{id}' }, { name: 'id', value: '' });
    const argument = { name: 'framework', value: 'fla' };
    expect(asked[0]).toMatchObject({ method: 'completion/complete', params: { ref, argument, context } });
    expect(asked[1]?.params).not.toHaveProperty('context');
  });

  // spec: server/utilities/completion#implementation-considerations.7
  it.each([{}, { completion: null }, { completion: {} }, { completion: { values: 'a', total: 'many' } }])(
    'takes %j for no proposals',
    async (result) => {
      const { client } = await play(() => result);
      expect(await client.complete(ref, { name: 'a', value: '' })).toEqual({ values: [] });
    },
  );
});
