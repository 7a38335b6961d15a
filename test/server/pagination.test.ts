import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { McpServer, type ServerOptions } from 'mcpwire/server';
import { ask, listAll, modern, type Json } from '../helpers/wire.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

const make = (options: ServerOptions = {}) => new McpServer({ name: 'p', version: '1' }, options);

/** The four lists: the method, the member, what names an entry, and a server with so many. */
const lists = [
  {
    method: 'tools/list',
    key: 'tools',
    name: 'name',
    fill(server: McpServer<unknown>, n: number) {
      server.tool(`t${n}`, {}, () => 'x');
      return `t${n}`;
    },
  },
  {
    method: 'prompts/list',
    key: 'prompts',
    name: 'name',
    fill(server: McpServer<unknown>, n: number) {
      server.prompt(`p${n}`, {}, () => 'x');
      return `p${n}`;
    },
  },
  {
    method: 'resources/list',
    key: 'resources',
    name: 'uri',
    fill(server: McpServer<unknown>, n: number) {
      server.resource(`docs://${n}`, { name: String(n) }, () => 'x');
      return `docs://${n}`;
    },
  },
  {
    method: 'resources/templates/list',
    key: 'resourceTemplates',
    name: 'uriTemplate',
    fill(server: McpServer<unknown>, n: number) {
      server.resource(`docs${n}://{id}`, { name: String(n) }, () => 'x');
      return `docs${n}://{id}`;
    },
  },
] as const;

const filled = (list: (typeof lists)[number], count: number, options?: ServerOptions) => {
  const server = make(options);
  return { server, names: Array.from({ length: count }, (_, n) => list.fill(server, n)) };
};

// spec: server/utilities/pagination#operations-supporting-pagination
describe.each(lists)('$method', (list) => {
  const { method, key, name } = list;
  const namesOf = (entries: readonly Json[]) => entries.map((entry) => entry[name]);
  const cursorOf = async (server: McpServer<unknown>) =>
    (await ask(server, modern(method))).result['nextCursor'] as string;

  // spec: server/utilities/pagination#pagination-model
  // spec: server/utilities/pagination#response-format
  test('1,000 entries, with pages of any size: all of them once, in order, in pages that are full', async () => {
    const servers = new Map<number, ReturnType<typeof filled>>();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_100 }), async (pageSize) => {
        const { server, names } = servers.get(pageSize) ?? filled(list, 1_000, { pageSize });
        const { entries, pages } = await listAll(server, method, key);
        expect(namesOf(entries)).toEqual(names);
        expect(pages).toHaveLength(Math.ceil(1_000 / pageSize));
        for (const page of pages.slice(0, -1)) expect(page[key]).toHaveLength(pageSize);
      }),
      // Each server takes a while to fill.
      { numRuns: 12, examples: [[1], [7], [999], [1_000], [1_001]] },
    );
  });

  test('without pageSize there is one page', async () => {
    const { server, names } = filled(list, 300);
    const { entries, pages } = await listAll(server, method, key);
    expect(namesOf(entries)).toEqual(names);
    expect(pages).toHaveLength(1);
    // spec: server/utilities/pagination#response-format
    expect(pages[0]).not.toHaveProperty('nextCursor');
  });

  // spec: server/utilities/pagination#implementation-guidelines.1 basic#statelessness.3 basic#statelessness.5
  test('cursors are stable: the same page again and again, and in another process that is defined alike', async () => {
    const [one, other] = [filled(list, 10, { pageSize: 3 }), filled(list, 10, { pageSize: 3 })];
    const cursor = await cursorOf(one.server);
    const texts = new Set<string>();
    for (const { server } of [one, one, other]) {
      texts.add(await (await server.fetch(modern(method, { cursor }))).text());
    }
    expect(texts.size).toBe(1);
  });

  // spec: server/utilities/pagination#error-handling.1
  // spec: server/utilities/pagination#implementation-guidelines.2
  test('BI13: a bad, foreign or non-string cursor, and an empty one, is -32602', async () => {
    const { server } = filled(list, 10, { pageSize: 3 });
    const cursor = await cursorOf(server);
    const foreign = await Promise.all(
      lists
        .filter((other) => other !== list)
        .map(async (other) => {
          const { server: its } = filled(other, 10, { pageSize: 3 });
          return (await ask(its, modern(other.method))).result['nextCursor'];
        }),
    );
    const bad = [
      '',
      'x',
      ' ',
      `${cursor} `,
      ` ${cursor}`,
      `${cursor}0`,
      `${cursor}.`,
      cursor.slice(0, -1),
      cursor.toUpperCase(),
    ];
    for (const one of [...bad, ...foreign, null, 0, 3, true, {}, [cursor]]) {
      expect(await ask(server, modern(method, { cursor: one }))).toMatchObject({
        status: 200,
        error: { code: -32602, message: 'Invalid cursor' },
      });
    }
  });

  test('BI13: no string but one of its own leads anywhere', async () => {
    const { server } = filled(list, 10, { pageSize: 3 });
    const own = (await listAll(server, method, key)).pages.flatMap(({ nextCursor }) => nextCursor ?? []);
    const forged = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom(key, ...lists.map((one) => one.key)), fc.double(), fc.oneof(fc.double(), fc.string()))
        .map((parts) => parts.join('.')),
      fc.integer({ min: -3, max: 13 }).map((place) => `${key}.0.${place}`),
    );
    await fc.assert(
      fc.asyncProperty(forged, async (cursor) => {
        const { result, error } = await ask(server, modern(method, { cursor }));
        // A place inside of the list is one that a process with another page size hands out.
        const entries = (result?.[key] ?? []) as unknown[];
        expect(error?.code === -32602 || entries.length > 0).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(own).toHaveLength(3);
  });

  // spec: server/utilities/pagination#implementation-guidelines.1
  test('a cursor from before the list shrank is -32602, and one from before it grew goes on', async () => {
    const { server } = filled(list, 4, { pageSize: 3 });
    const cursor = await cursorOf(server);
    list.fill(server, 4);
    expect((await ask(server, modern(method, { cursor }))).result[key]).toHaveLength(2);
    const [shrunk] = [filled(list, 3, { pageSize: 3 })];
    expect(await ask(shrunk.server, modern(method, { cursor }))).toMatchObject({ error: { code: -32602 } });
  });

  // spec: server/tools#capabilities.2 server/prompts#capabilities.2 server/resources#capabilities.2
  test('what is registered between two requests is in the next answer', async () => {
    const { server } = filled(list, 3, { pageSize: 3 });
    expect((await listAll(server, method, key)).pages).toHaveLength(1);
    list.fill(server, 3);
    expect((await listAll(server, method, key)).entries).toHaveLength(4);
  });
});

test.each([0, -1, 1.5, Number.NaN, '10'])('a pageSize of %j throws when the server is made', (pageSize) => {
  expect(() => make({ pageSize: pageSize as number })).toThrow('pageSize must be an integer, 1 or more');
});

test('a page is kept, and one at a place that no page begins at is not', async () => {
  const written = vi.fn<() => Json>(() => ({}));
  const server = make({ pageSize: 2 });
  for (let n = 0; n < 6; n++) server.tool(`t${n}`, { meta: { toJSON: written } }, () => 'x');
  const count = async (cursor: string) => {
    written.mockClear();
    for (let n = 0; n < 3; n++) await ask(server, modern('tools/list', { cursor }));
    return written.mock.calls.length;
  };
  const { result } = await ask(server, modern('tools/list'));
  expect(await count(result['nextCursor'] as string)).toBe(2);
  expect(await count((result['nextCursor'] as string).replace('2', '3'))).toBe(6);
});
