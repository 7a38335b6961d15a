import type { AuthMiddleware, CacheStore, ConnectOptions, JsonObject, McpClient } from 'mcpwire/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryStore } from '../../src/client/memory-store.js';
import { errorOf as failureOf } from './support.js';
import { errorOf, openStream, play, type Played, type Reply } from './wire.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

let answers = 0;
beforeEach(() => void (answers = 0));

/** A server whose lists and reads say how often it was asked. */
const counting = (hints: JsonObject, options?: ConnectOptions): Promise<Played> =>
  play(({ method }): Reply => {
    answers++;
    const entry = { name: String(answers), uri: 'x://a', uriTemplate: 'x://{a}', inputSchema: { type: 'object' } };
    if (method === 'tools/call') return { content: [] };
    if (method === 'resources/read') return { contents: [{ uri: 'x://a', text: String(answers) }], ...hints };
    return { tools: [entry], prompts: [entry], resources: [entry], resourceTemplates: [entry], ...hints };
  }, options);

const kept = { ttlMs: 1000 };
const names = async (list: Promise<readonly { readonly name: string }[]>) => (await list).map(({ name }) => name);

/** Has the server send a notification beside a call. */
async function announce(client: McpClient, method: string, params: object = {}): Promise<void> {
  // `client.on` and the cache hear whatever any exchange brings; the server under test sends it with this request.
  await client.request('announce', { announced: { method, params } });
}

const announcing = (hints: JsonObject): Promise<Played> =>
  play(({ id, method, params }) => {
    answers++;
    const entry = { name: String(answers), uri: 'x://a', uriTemplate: 'x://{a}', inputSchema: { type: 'object' } };
    if (method === 'resources/read') return { contents: [{ uri: 'x://a', text: String(answers) }], ...hints };
    if (method !== 'announce')
      return { tools: [entry], prompts: [entry], resources: [entry], resourceTemplates: [entry], ...hints };
    const stream = openStream();
    stream.send(params['announced'] as object);
    stream.send({ id, result: { resultType: 'complete' } });
    stream.end();
    return stream.response;
  });

describe('CA4: freshness', () => {
  // spec: server/utilities/caching#freshness-calculation.1 server/utilities/caching#freshness-calculation.2
  // spec: server/utilities/caching#time-to-live-ttl-field.2
  it('an answer is fresh while less than ttlMs has passed', async () => {
    const { client } = await counting(kept);
    expect(await names(client.listTools())).toEqual(['1']);
    vi.advanceTimersByTime(999);
    expect(await names(client.listTools())).toEqual(['1']);
    vi.advanceTimersByTime(1);
    expect(await names(client.listTools())).toEqual(['2']);
  });

  // spec: server/utilities/caching#time-to-live-ttl-field.1 server/utilities/caching#time-to-live-ttl-field.3
  // spec: server/utilities/caching#time-to-live-ttl-field.4
  it.each([{}, { ttlMs: 0 }, { ttlMs: -5 }, { ttlMs: '1000' }, { ttlMs: null }])(
    '%j is stale at once',
    async (hints) => {
      const { client } = await counting(hints);
      await client.listTools();
      expect(await names(client.listTools())).toEqual(['2']);
    },
  );

  it('ttlMs is taken for a day at most', async () => {
    const { client } = await counting({ ttlMs: Number.MAX_SAFE_INTEGER });
    await client.listTools();
    vi.advanceTimersByTime(86_399_999);
    expect(await names(client.listTools())).toEqual(['1']);
    vi.advanceTimersByTime(1);
    expect(await names(client.listTools())).toEqual(['2']);
  });

  // spec: server/utilities/caching#interaction-with-pagination.1
  it('each page has its own', async () => {
    const { client, asked } = await play(({ params }) =>
      params['cursor'] === undefined
        ? { prompts: [{ name: 'a' }], nextCursor: 'b', ttlMs: 1000 }
        : { prompts: [{ name: 'b' }], ttlMs: 10 },
    );
    await client.listPrompts();
    vi.advanceTimersByTime(10);
    expect(await names(client.listPrompts())).toEqual(['a', 'b']);
    expect(asked.map(({ params }) => params['cursor'])).toEqual([undefined, 'b', 'b']);
  });

  it('refresh asks in any case, and cache: false keeps nothing', async () => {
    const { client } = await counting(kept);
    await client.listTools();
    expect(await names(client.listTools({ refresh: true }))).toEqual(['2']);
    expect(await names(client.listTools())).toEqual(['2']);
    answers = 0;
    const without = await counting(kept, { cache: false });
    await without.client.listTools();
    expect(await names(without.client.listTools())).toEqual(['2']);
  });

  it('what a caller does to an answer is not in the next one', async () => {
    const { client } = await counting(kept);
    (await client.listTools()).length = 0;
    const [first] = await client.listTools();
    Object.assign(first ?? {}, { name: 'changed' });
    expect(await names(client.listTools())).toEqual(['1']);
  });
});

describe('CA1: a kept answer is for the same method and params', () => {
  // spec: server/utilities/caching#cache-key.1
  it('lists and resources are kept apart', async () => {
    const { client, methods } = await counting(kept);
    for (let round = 0; round < 2; round++) {
      await client.listTools();
      await client.listPrompts();
      await client.listResources();
      await client.listResourceTemplates();
      await client.readResource('x://a');
      await client.readResource('x://b');
    }
    expect(methods()).toEqual([
      'tools/list',
      'prompts/list',
      'resources/list',
      'resources/templates/list',
      'resources/read',
      'resources/read',
    ]);
  });

  it('calls, prompts and completion are never kept', async () => {
    const { client, asked } = await play(() => ({ content: [], messages: [], completion: {}, ttlMs: 1000 }));
    for (let round = 0; round < 2; round++) {
      await client.callTool('a');
      await client.getPrompt('a');
      await client.complete({ type: 'ref/prompt', name: 'a' }, { name: 'a', value: '' });
    }
    expect(asked).toHaveLength(6);
  });

  // spec: server/utilities/caching#interaction-with-pagination.3
  it('a dead cursor of a kept page drops all pages, and begins anew', async () => {
    let alive = 'one';
    const { client, asked } = await play(({ id, params }) => {
      if (params['cursor'] === undefined) return { prompts: [{ name: alive }], nextCursor: alive, ttlMs: 1000 };
      return params['cursor'] === alive ? { prompts: [{ name: 'end' }] } : errorOf(id, -32602);
    });
    expect(await names(client.listPrompts())).toEqual(['one', 'end']);
    alive = 'two';
    expect(await names(client.listPrompts())).toEqual(['two', 'end']);
    expect(asked.map(({ params }) => params['cursor'])).toEqual([undefined, 'one', 'one', undefined, 'two']);
  });
});

describe('CA2: private answers belong to one authorization', () => {
  const auth: AuthMiddleware = (request, next) => next(request);

  // spec: server/utilities/caching#cache-scope-field.1
  it.each([undefined, 'private', 'nonsense'])('cacheScope %j is not shared between tokens', async (cacheScope) => {
    let token = 'a';
    const { client } = await counting(
      { ...kept, cacheScope },
      { headers: () => ({ authorization: `Bearer ${token}` }) },
    );
    expect(await names(client.listTools())).toEqual(['1']);
    token = 'b';
    expect(await names(client.listTools())).toEqual(['2']);
    token = 'a';
    expect(await names(client.listTools())).toEqual(['1']);
    expect(await names(client.listTools({ headers: { 'x-api-key': 'c' } }))).toEqual(['3']);
  });

  it('an answer is not kept when the authorization has changed while it was on its way', async () => {
    let token = 'a';
    let heads = 0;
    const { client, asked } = await counting(kept, {
      // The first call names the authorization, and the second makes the headers that are sent.
      headers: () => ({ authorization: `Bearer ${++heads === 2 ? (token = 'b') : token}` }),
    });
    await client.listTools();
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer b');
    token = 'a';
    expect(await names(client.listTools())).toEqual(['2']);
  });

  it('cacheScope public is shared', async () => {
    const { client } = await counting({ ...kept, cacheScope: 'public' });
    await client.listTools();
    expect(await names(client.listTools({ headers: { authorization: 'Bearer b' } }))).toEqual(['1']);
  });

  it('behind auth, which may send what it likes, private answers are kept only where it is named', async () => {
    const { client } = await counting(kept, { auth });
    await client.listTools();
    expect(await names(client.listTools())).toEqual(['2']);
    let user = 'a';
    const named = await counting(kept, { auth, cache: { authorization: () => user } });
    expect(await names(named.client.listTools())).toEqual(['3']);
    expect(await names(named.client.listTools())).toEqual(['3']);
    user = 'b';
    expect(await names(named.client.listTools())).toEqual(['4']);
    const shared = await counting({ ...kept, cacheScope: 'public' }, { auth });
    await shared.client.listTools();
    expect(await names(shared.client.listTools())).toEqual(['5']);
  });
});

describe('CA7: a change makes an answer stale', () => {
  // spec: server/utilities/caching#interaction-with-notifications
  it.each([
    ['notifications/tools/list_changed', ['tools/list']],
    ['notifications/prompts/list_changed', ['prompts/list']],
    ['notifications/resources/list_changed', ['resources/list', 'resources/templates/list']],
    ['notifications/resources/updated', ['resources/read']],
  ])('%s', async (notification, expected) => {
    const { client, asked } = await announcing(kept);
    const all = async (): Promise<void> => {
      await client.listTools();
      await client.listPrompts();
      await client.listResources();
      await client.listResourceTemplates();
      await client.readResource('x://a');
    };
    await all();
    await announce(client, notification, { uri: 'x://a/part' });
    const before = asked.length;
    await all();
    expect(asked.slice(before).map(({ method }) => method)).toEqual(expected);
  });

  it('an answer that was asked for before the change is not kept after it', async () => {
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    let lists = 0;
    const { client } = await play(async ({ id, method }) => {
      if (method === 'tools/list') {
        const name = String(++lists);
        if (lists === 1) await held;
        return { tools: [{ name, inputSchema: { type: 'object' } }], ...kept };
      }
      const stream = openStream();
      stream.send({ method: 'notifications/tools/list_changed' });
      stream.send({ id, result: {} });
      stream.end();
      return stream.response;
    });
    const first = names(client.listTools());
    // The question is on its way before the change is heard.
    await vi.waitFor(() => expect(lists).toBe(1));
    await client.request('announce');
    release();
    expect(await first).toEqual(['1']);
    expect(await names(client.listTools())).toEqual(['2']);
  });
});

describe('MR6, CA6: what took rounds is not kept', () => {
  // spec: server/utilities/caching#cache-key.2
  it('neither the question nor the answer', async () => {
    const { client, asked } = await play(
      ({ params }) =>
        params['requestState'] === undefined
          ? { resultType: 'input_required', requestState: 's', ...kept }
          : { contents: [], ...kept },
      {},
    );
    await client.readResource('x://a');
    await client.readResource('x://a');
    expect(asked.map(({ params }) => params['requestState'])).toEqual([undefined, 's', undefined, 's']);
  });
});

describe('before the server is asked', () => {
  const hanging: [string, ConnectOptions][] = [
    ['headers that never come', { headers: () => new Promise(() => {}) }],
    [
      'a store that never answers',
      { cache: { store: { get: () => new Promise(() => {}), set: () => {}, delete: () => {} } } },
    ],
    ['an authorization that has no name', { cache: { authorization: () => new Promise(() => {}) } }],
  ];

  it.each(hanging)('%s hold a call no longer than its signal, its time, and the client', async (_name, options) => {
    vi.useRealTimers();
    const { client } = await counting(kept, options);
    const controller = new AbortController();
    const aborted = failureOf(client.listTools({ signal: controller.signal }));
    const late = failureOf(client.readResource('x://a', { timeoutMs: 1 }));
    const over = failureOf(client.listPrompts());
    expect((await late).code).toBe('timeout');
    controller.abort();
    expect((await aborted).code).toBe('aborted');
    await client.close();
    expect((await over).code).toBe('closed');
  });

  it('what fails is an McpError', async () => {
    const fails = (): never => {
      throw new Error('no token');
    };
    for (const options of [{ headers: fails }, { cache: { authorization: fails } }]) {
      const { client } = await counting(kept, options);
      expect(await failureOf(client.listTools())).toMatchObject({ code: 'internal', message: 'no token' });
    }
  });

  it('a client that is closed has no kept answers either', async () => {
    const { client } = await counting(kept);
    await client.listTools();
    await client.close();
    expect((await failureOf(client.listTools())).code).toBe('closed');
  });
});

describe('a store of your own', () => {
  const failing: CacheStore = {
    get: () => Promise.reject(new Error('down')),
    set: () => Promise.reject(new Error('down')),
    delete: () => Promise.reject(new Error('down')),
  };

  it('is used by every client of the same URL, and holds no credentials', async () => {
    const entries = new Map<string, [JsonObject, number]>();
    const store: CacheStore = {
      get: async (key) => structuredClone(entries.get(key)?.[0]),
      set: async (key, value, ttlMs) => void entries.set(key, [value, ttlMs]),
      delete: async (prefix) => {
        for (const key of entries.keys()) if (key.startsWith(prefix)) entries.delete(key);
      },
    };
    const options = { cache: { store }, headers: { authorization: 'Bearer secret-token' } };
    const first = await counting(kept, options);
    await first.client.listTools();
    const second = await counting(kept, options);
    expect(await names(second.client.listTools())).toEqual(['1']);
    const [[key, [, ttlMs]] = ['', [{}, 0]]] = [...entries];
    expect(key).toMatch(/^https:\/\/server\.test\/mcp tools\/list /);
    expect(key).not.toContain('secret-token');
    expect(ttlMs).toBe(1000);
    const other = await counting(kept, { ...options, headers: { authorization: 'Bearer other' } });
    expect(await names(other.client.listTools())).toEqual(['2']);
  });

  it('that fails costs requests and no call', async () => {
    const { client, warnings } = await counting(kept, { cache: { store: failing } });
    expect(await names(client.listTools())).toEqual(['1']);
    expect(await names(client.listTools())).toEqual(['2']);
    expect(warnings.length).toBeGreaterThan(0);
  });
});

describe('the store in memory', () => {
  it('holds so many answers, and drops what was used least recently', () => {
    const store = memoryStore(2, 1000);
    void store.set('a', { v: 1 }, 1000);
    void store.set('b', { v: 2 }, 1000);
    void store.get('a');
    void store.set('c', { v: 3 }, 1000);
    expect([store.get('a'), store.get('b'), store.get('c')]).toEqual([{ v: 1 }, undefined, { v: 3 }]);
  });

  it('holds so many characters, keys and values', () => {
    const store = memoryStore(100, 40);
    for (const key of ['a', 'b', 'c', 'd']) void store.set(key, { text: '12345' }, 1000);
    expect(['a', 'b', 'c', 'd'].map((key) => store.get(key) !== undefined)).toEqual([false, false, true, true]);
    void store.set('e', { text: 'x'.repeat(100) }, 1000);
    expect(store.get('e')).toBeUndefined();
  });

  it('counts what is read as it counts what is set', () => {
    const store = memoryStore(100, 40);
    void store.set('a', { text: '12345' }, 1000);
    for (let reads = 0; reads < 10; reads++) void store.get('a');
    for (const key of ['b', 'c', 'd']) void store.set(key, { text: '12345' }, 1000);
    expect(['a', 'b', 'c', 'd'].map((key) => store.get(key) !== undefined)).toEqual([false, false, true, true]);
  });

  it('the client passes its limits on', async () => {
    const { client } = await counting(kept, { cache: { maxEntries: 1 } });
    await client.listTools();
    await client.listPrompts();
    expect(await names(client.listTools())).toEqual(['3']);
  });
});

it('an error is not kept', async () => {
  let down = true;
  const { client } = await play(({ id }) => (down ? errorOf(id, -32603) : { prompts: [] }));
  await failureOf(client.listPrompts());
  down = false;
  expect(await client.listPrompts()).toEqual([]);
});
