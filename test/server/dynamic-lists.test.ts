import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  inputRequired,
  McpError,
  McpServer,
  result,
  text,
  ToolError,
  type Resource,
  type ServerOptions,
  type ToolReturn,
} from 'mcpwire/server';
import { ask, firstText, listAll, META, modern, toolCall, type Json } from '../helpers/wire.js';

type OnError = NonNullable<ServerOptions['onError']>;
const make = (options: ServerOptions = {}) => new McpServer({ name: 'd', version: '1' }, options);
const row = (n: number): Resource => ({ uri: `row:${n}`, name: `Row ${n}` });

/** A source of `count` rows in pages of `size`, whose cursor is what the page begins with. */
const rows =
  (count: number, size: number) =>
  ({ cursor }: { readonly cursor?: string }) => {
    const from = Number(cursor ?? 0);
    const next = from + size;
    return {
      resources: Array.from({ length: Math.max(0, Math.min(size, count - from)) }, (_, n) => row(from + n)),
      ...(next < count && { nextCursor: String(next) }),
    };
  };
const uris = (entries: readonly Json[]) => entries.map(({ uri }) => uri);

describe('paging', () => {
  // spec: server/utilities/pagination#pagination-model
  test('what is registered comes first, then each source; every entry once, whatever the sizes', async () => {
    const sizes = { min: 1, max: 8 };
    await fc.assert(
      fc.asyncProperty(
        fc.nat(10),
        fc.nat(12),
        fc.nat(12),
        fc.integer(sizes),
        fc.integer(sizes),
        fc.integer(sizes),
        async (fixed, listed, templated, pageSize, one, two) => {
          const server = make({ pageSize }).list('resources', rows(listed, one));
          server.resource(
            'item://{n}',
            {
              name: 'item',
              list: (position) => {
                const { resources, nextCursor } = rows(templated, two)(position);
                const items = resources.map(({ name }, n) => ({ uri: `item://${name}-${n}`, name }));
                return { resources: items, ...(nextCursor !== undefined && { nextCursor }) };
              },
            },
            () => 'x',
          );
          for (let n = 0; n < fixed; n++) server.resource(`docs://${n}`, { name: 'x' }, () => 'x');
          const { entries } = await listAll(server, 'resources/list', 'resources');
          expect(entries).toHaveLength(fixed + listed + templated);
          expect(uris(entries).slice(0, fixed + listed)).toEqual([
            ...Array.from({ length: fixed }, (_, n) => `docs://${n}`),
            ...Array.from({ length: listed }, (_, n) => `row:${n}`),
          ]);
        },
      ),
    );
  });

  test('a source gets its own cursor and no other, and the context of the request', async () => {
    const page = vi.fn<
      (position: { cursor?: string }, ctx: { id: unknown }) => { resources: Resource[]; nextCursor?: string }
    >(({ cursor }) => ({ resources: [], ...(cursor !== 'b.c' && { nextCursor: cursor === undefined ? 'a' : 'b.c' }) }));
    const server = make({ pageSize: 1 })
      .resource('docs://0', { name: '0' }, () => 'x')
      .resource('docs://1', { name: '1' }, () => 'x')
      .list('resources', page);
    await listAll(server, 'resources/list', 'resources', { id: 'l1' });
    expect(page.mock.calls.map(([position]) => position)).toEqual([{}, { cursor: 'a' }, { cursor: 'b.c' }]);
    expect(page.mock.calls[0]![1].id).toBe('l1');
  });

  // spec: server/utilities/pagination#implementation-guidelines.1
  test('BI13: any string that a source gives is a cursor, an empty one too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.oneof(fc.string(), fc.constant(''), fc.constant('.')), { maxLength: 5 }),
        async (cursors) => {
          const server = make().list('resources', ({ cursor }) => {
            const at = cursor === undefined ? 0 : cursors.indexOf(cursor) + 1;
            const nextCursor = cursors[at];
            return { resources: [row(at)], ...(nextCursor !== undefined && { nextCursor }) };
          });
          const { entries } = await listAll(server, 'resources/list', 'resources');
          expect(uris(entries)).toEqual(Array.from({ length: cursors.length + 1 }, (_, n) => `row:${n}`));
        },
      ),
    );
  });

  test('null where there is no more is no cursor', async () => {
    const server = make().list('resources', () => ({ resources: [row(0)], nextCursor: null as unknown as undefined }));
    expect((await ask(server, modern('resources/list'))).result).not.toHaveProperty('nextCursor');
  });

  test('a cursor works in another process that is defined alike', async () => {
    const [one, other] = [0, 1].map(() => make().list('resources', rows(3, 2)));
    const { nextCursor } = (await ask(one!, modern('resources/list'))).result;
    expect(
      uris((await ask(other!, modern('resources/list', { cursor: nextCursor }))).result['resources'] as Json[]),
    ).toEqual(['row:2']);
  });

  // spec: server/utilities/pagination#error-handling.1
  test('a source refuses a cursor that makes no sense to it', async () => {
    const server = make().list('resources', ({ cursor }, ctx) => {
      if (cursor !== undefined && !/^\d+$/.test(cursor)) throw ctx.error(-32602, 'Invalid cursor');
      return rows(3, 2)({ ...(cursor !== undefined && { cursor }) });
    });
    const { nextCursor } = (await ask(server, modern('resources/list'))).result;
    const forged = String(nextCursor).replace(/2$/, 'two');
    expect(forged).not.toBe(nextCursor);
    expect(await ask(server, modern('resources/list', { cursor: forged }))).toMatchObject({
      status: 200,
      error: { code: -32602, message: 'Invalid cursor' },
    });
  });

  test('sources are asked for each request: what they say may change, and may depend on the caller', async () => {
    let count = 1;
    const server = make().list('resources', (_position, ctx) => ({
      resources: Array.from({ length: count }, (_, n) => row(n)).concat(ctx.auth === undefined ? [] : [row(99)]),
    }));
    expect((await listAll(server, 'resources/list', 'resources')).entries).toHaveLength(1);
    count = 2;
    expect((await listAll(server, 'resources/list', 'resources')).entries).toHaveLength(2);
    const response = await server.handler({ auth: { scopes: [], claims: {} } })(modern('resources/list'));
    expect(((await response.json()) as { result: { resources: unknown[] } }).result.resources).toHaveLength(3);
  });

  test('a template may list without pages', async () => {
    const server = make().resource(
      'row:{n}',
      { name: 'row', list: async () => Promise.resolve([row(1), row(2)]) },
      ({ n }) => n,
    );
    expect(uris((await listAll(server, 'resources/list', 'resources')).entries)).toEqual(['row:1', 'row:2']);
    expect(await ask(server, modern('resources/read', { uri: 'row:2' }))).toMatchObject({
      result: { contents: [{ uri: 'row:2', text: '2' }] },
    });
  });
});

describe('a source that fails', () => {
  test.each<[string, unknown]>([
    ['an Error', new Error('secret')],
    ['an McpError of a client that it uses', new McpError('unauthorized', 'secret', { status: 401 })],
  ])('%s is -32603, masked, and told to onError', async (_what, error) => {
    for (const kind of ['tools', 'prompts', 'resources'] as const) {
      const onError = vi.fn<OnError>();
      const server = make({ onError }).list(kind, () => {
        throw error;
      });
      const answer = await ask(server, modern(`${kind}/list`));
      expect(answer).toMatchObject({ status: 200, error: { code: -32603 } });
      expect(answer.error.message).toMatch(`The list of ${kind} failed (error id `);
      expect(JSON.stringify(answer)).not.toContain('secret');
      expect(onError.mock.calls[0]?.[0]).toBe(error);
    }
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', [row(1)]],
    ['another list', { tools: [] }],
    ['a cursor that is no string', { resources: [], nextCursor: 7 }],
    ['entries that are none', { resources: 'x' }],
  ])('%s for a page is a masked error that tells the author what is wrong', async (_what, page) => {
    const onError = vi.fn<OnError>();
    const server = make({ onError }).list('resources', () => page as { resources: Resource[] });
    expect(await ask(server, modern('resources/list'))).toMatchObject({ error: { code: -32603 } });
    expect(String(onError.mock.calls[0]?.[0])).toMatch(/^TypeError: The list of resources must return \{.*nextCursor/);
  });

  test('junk from a template that lists, likewise', async () => {
    for (const page of [undefined, null, 7, { resources: 7 }]) {
      const onError = vi.fn<OnError>();
      const server = make({ onError }).resource('row:{n}', { name: 'r', list: () => page as unknown as [] }, () => 'x');
      expect(await ask(server, modern('resources/list'))).toMatchObject({ error: { code: -32603 } });
      expect(String(onError.mock.calls[0]?.[0])).toContain('TypeError: The list of resource "row:{n}" must return {');
    }
  });
});

describe('dynamic tools', () => {
  const tools = () => ({ tools: [{ name: 'remote', inputSchema: { type: 'object' as const } }] });
  const using = (use: (name: string, args: Json) => unknown, options?: ServerOptions) =>
    make(options).list('tools', tools, (name, args) => use(name, args) as ToolReturn);

  test('are called by the third argument, with their arguments as they came; registered ones go first', async () => {
    const use = vi.fn<(name: string, args: Json) => string>(() => 'from afar');
    const server = using(use).tool('near', {}, () => 'from here');
    expect(firstText(await ask(server, toolCall('remote', { a: [1] })))).toBe('from afar');
    expect(use).toHaveBeenCalledWith('remote', { a: [1] });
    expect(firstText(await ask(server, toolCall('near')))).toBe('from here');
    expect(use).toHaveBeenCalledOnce();
    expect((await listAll(server, 'tools/list', 'tools')).entries.map(({ name }) => name)).toEqual(['near', 'remote']);
  });

  test.each<[string, unknown, Json]>([
    ['text', 'x', { content: [{ type: 'text', text: 'x' }] }],
    ['blocks', [text('a'), text('b')], { content: [{ text: 'a' }, { text: 'b' }] }],
    [
      'a whole result, such as that of another server',
      { content: [text('x')], structuredContent: { n: 1 }, isError: true, _meta: { x: 1 } },
      { content: [{ text: 'x' }], structuredContent: { n: 1 }, isError: true, _meta: { x: 1 } },
    ],
    ['a structured value', result({ n: 1 }), { content: [{ text: '{"n":1}' }], structuredContent: { n: 1 } }],
    ['a promise', Promise.resolve('x'), { content: [{ text: 'x' }] }],
  ])('return what tools return: %s', async (_what, returned, expected) => {
    expect(
      (
        await ask(
          using(() => returned),
          toolCall('remote'),
        )
      ).result,
    ).toMatchObject(expected);
  });

  // spec: server/tools#error-handling
  test('that are not there are -32602', async () => {
    for (const server of [
      using(() => undefined),
      using(async () => Promise.resolve(undefined)),
      make().list('tools', tools),
    ]) {
      expect(await ask(server, toolCall('remote'))).toMatchObject({
        status: 200,
        error: { code: -32602, message: 'Unknown tool: remote' },
      });
    }
    expect(
      await ask(
        using(() => 'x'),
        modern('tools/call', { name: 7 }),
      ),
    ).toMatchObject({ error: { code: -32602 } });
    expect(
      await ask(
        using(() => 'x'),
        modern('tools/call', { name: 'remote', arguments: [1] }),
      ),
    ).toMatchObject({
      error: { code: -32602 },
    });
  });

  // spec: server/tools#error-handling
  test('fail as tools fail: a ToolError is for the model, anything else is masked, ctx.error passes', async () => {
    const onError = vi.fn<OnError>();
    const failing = (error: unknown) =>
      using(
        () => {
          throw error;
        },
        { onError },
      );
    const told = await ask(failing(new ToolError('No such row')), toolCall('remote'));
    expect(told.result).toMatchObject({ isError: true, content: [{ text: 'No such row' }] });
    expect(onError).not.toHaveBeenCalled();
    const masked = await ask(failing(new McpError('unauthorized', 'secret', { status: 401 })), toolCall('remote'));
    expect(masked).toMatchObject({ status: 200, result: { isError: true } });
    expect(firstText(masked)).toMatch(/^Tool "remote" failed \(error id \w+\)$/);
    expect(onError).toHaveBeenCalledOnce();
    const server = make().list('tools', tools, (_name, _args, ctx) => {
      throw ctx.error(1001, 'Gone', { status: 410 });
    });
    expect(await ask(server, toolCall('remote'))).toMatchObject({ status: 410, error: { code: 1001 } });
  });

  test('may ask for input', async () => {
    const server = using(() => inputRequired({ inputRequests: { r: { method: 'roots/list' } } }));
    const options = { meta: { [META.capabilities]: { roots: {} } } };
    expect((await ask(server, toolCall('remote', {}, options))).result).toMatchObject({ resultType: 'input_required' });
  });

  test('that return junk are a masked failure that tells the author what is wrong', async () => {
    const onError = vi.fn<OnError>();
    expect(
      (
        await ask(
          using(() => ({ n: 1 }), { onError }),
          toolCall('remote'),
        )
      ).result.isError,
    ).toBe(true);
    expect(String(onError.mock.calls[0]?.[0])).toContain('Tool "remote" returned neither text nor { content: [...] }');
  });
});

describe('dynamic prompts', () => {
  const listing = (use?: (name: string, args: Json) => unknown, options?: ServerOptions) =>
    make(options).list('prompts', () => ({ prompts: [{ name: 'remote' }] }), use as () => string);

  test('are got by the third argument', async () => {
    const server = listing((name, args) => `${name} ${JSON.stringify(args)}`);
    expect((await ask(server, modern('prompts/get', { name: 'remote', arguments: { a: 'x' } }))).result).toMatchObject({
      messages: [{ role: 'user', content: { text: 'remote {"a":"x"}' } }],
    });
    expect((await ask(server, modern('prompts/list'))).result['prompts']).toEqual([{ name: 'remote' }]);
  });

  // spec: server/prompts#error-handling.1
  test('that are not there are -32602', async () => {
    for (const server of [listing(() => undefined), listing()]) {
      expect(await ask(server, modern('prompts/get', { name: 'remote' }))).toMatchObject({
        error: { code: -32602, message: 'Unknown prompt: remote' },
      });
    }
  });

  test('that fail are masked', async () => {
    const onError = vi.fn<OnError>();
    const server = listing(
      () => {
        throw new Error('secret');
      },
      { onError },
    );
    const answer = await ask(server, modern('prompts/get', { name: 'remote' }));
    expect(answer.error.code).toBe(-32603);
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(onError).toHaveBeenCalledOnce();
  });
});

describe('dynamic resources', () => {
  const listing = (use?: (uri: string) => unknown) => make().list('resources', rows(1, 1), use as () => string);
  const read = (server: McpServer<unknown>, uri: string) => ask(server, modern('resources/read', { uri }));

  test('are read by the third argument; what is registered, and templates, go first', async () => {
    const server = listing((uri) => new TextEncoder().encode(uri))
      .resource('docs://a', { name: 'a' }, () => 'fixed')
      .resource('users://{id}', { name: 'u' }, ({ id }) => id);
    expect((await read(server, 'row:0')).result).toMatchObject({ contents: [{ uri: 'row:0', blob: btoa('row:0') }] });
    expect((await read(server, 'docs://a')).result).toMatchObject({ contents: [{ text: 'fixed' }] });
    expect((await read(server, 'users://7')).result).toMatchObject({ contents: [{ text: '7' }] });
  });

  // spec: server/resources#error-handling.1
  test('that are not there are -32602 with the URI', async () => {
    for (const server of [listing(() => undefined), listing(() => null), listing()]) {
      expect(await read(server, 'row:9')).toMatchObject({
        error: { code: -32602, message: 'Resource not found', data: { uri: 'row:9' } },
      });
    }
  });
});

test('each list has one source of its own kind', () => {
  const server = make().list('tools', () => ({ tools: [] }));
  expect(() => server.list('tools', () => ({ tools: [] }))).toThrow('tools are listed dynamically already');
  expect(() => server.list('prompts', () => ({ prompts: [] }))).not.toThrow();
});

// spec: server/tools#capabilities.1 server/tools#capabilities.2
test('a dynamic list is a capability, even while it is empty', async () => {
  const server = make().list('tools', () => ({ tools: [] }));
  expect((await ask(server, modern('server/discover'))).result['capabilities']).toMatchObject({
    tools: { listChanged: true },
  });
  expect((await ask(server, modern('tools/list'))).result['tools']).toEqual([]);
});
