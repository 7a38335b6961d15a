import { afterEach, describe, expect, test, vi } from 'vitest';
import { memoryBus, McpServer, type AuthInfo, type Change, type ServerOptions } from 'mcpwire/server';
import { memorySessionStore } from '../../src/legacy/session-store.ts';
import { Sessions } from '../../src/legacy/sessions.ts';
import type { PastHost } from '../../src/server/past.ts';
import type { SessionStore } from '../../src/server/past-stores.ts';
import { gate } from '../helpers/gate.ts';
import { OldClient, serving, shared, textOf, twice, type ClientSettings } from './server-support.ts';

afterEach(() => void vi.useRealTimers());

const build = (options?: ServerOptions) =>
  new McpServer({ name: 'sessions', version: '1.0.0' }, options)
    .tool('who', {}, (_args, ctx) => `${ctx.client.info?.name} of ${ctx.auth?.subject}`)
    .tool('hang', {}, async (_args, ctx) => {
      await new Promise((_resolve, reject) =>
        ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error), { once: true }),
      );
      return 'never';
    });

/** A way to a server in this process, as somebody. */
const inProcess = (server: McpServer<unknown>, auth?: AuthInfo): ClientSettings => ({
  fetch: (url, init) => server.handler(auth && { auth })(new Request(url, init)),
});
const URL_OF_ENDPOINT = 'http://localhost/mcp';

describe('the id of a session', () => {
  // See 2025-11-25 basic/transports, "Session Management".
  test('is visible ASCII, different every time, and says nothing', async () => {
    const { url } = await serving(build());
    const settings = { clientInfo: { name: 'Zoë 🦊', version: '1' } };
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await OldClient.open(url, settings)).sessionId!),
    );
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) {
      expect(id).toMatch(/^[\x21-\x7e]{100,4096}$/);
      expect(Buffer.from(id, 'base64url').toString('latin1')).not.toContain('2025-11-25');
    }
  });

  test('that was changed anywhere is unknown', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url);
    const id = client.sessionId!;
    for (const at of [0, 1, 40, id.length - 2]) {
      client.sessionId = id.slice(0, at) + (id[at] === 'A' ? 'B' : 'A') + id.slice(at + 1);
      expect((await client.request('tools/list')).status).toBe(404);
    }
    for (const odd of ['x', id + id, 'A'.repeat(5000), '']) {
      client.sessionId = odd;
      expect([odd.length, (await client.request('tools/list')).status]).toEqual([odd.length, 404]);
    }
  });

  test('stays below 4 KiB, whatever a client says of itself, and what it can do counts', async () => {
    const { url } = await serving(
      build().tool('caps', {}, (_args, ctx) => JSON.stringify([ctx.client.capabilities, ctx.client.info])),
    );
    const long = '\u0000🦊'.repeat(3000);
    const members = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`${at}${long.slice(0, 80)}`, {}]));
    const client = await OldClient.open(url, {
      clientInfo: { name: long, version: { toString: 1 }, title: long },
      capabilities: {
        ...members,
        sampling: { ...members, tools: { a: long } },
        elicitation: { form: {}, url: {}, ...members },
        roots: { listChanged: true, ...members },
      },
    });
    expect(client.sessionId?.length).toBeLessThan(4096);
    const [capabilities, info] = JSON.parse(textOf(await client.ask('tools/call', { name: 'caps' })));
    expect(capabilities).toEqual({
      sampling: { tools: {} },
      elicitation: { form: {}, url: {} },
      roots: { listChanged: {} },
    });
    expect(long).toContain(info.name);
  });
});

describe('any process with the secret', () => {
  test('serves a session, turn by turn, without a look-up of what it is', async () => {
    const [a, b] = await twice(build);
    const here = await OldClient.open(a, { clientInfo: { name: 'wanderer', version: '1' } });
    const there = here.at(b);
    for (let round = 0; round < 5; round++)
      for (const client of [here, there]) {
        const answer = await client.ask('tools/call', { name: 'who' });
        expect(textOf(answer)).toBe('wanderer of undefined');
      }
  });

  test('that has another secret, or is another server, says that there is no such session', async () => {
    const [a] = await twice(build);
    const others = [
      build({ secret: 'another secret of 16 characters' }),
      build(),
      new McpServer({ name: 'other', version: '1' }, shared()).tool('who', {}, () => 'other'),
    ];
    const client = await OldClient.open(a);
    for (const other of others) {
      const { url } = await serving(other);
      expect((await client.at(url).request('tools/list')).status).toBe(404);
    }
  });

  test('opens what was sealed with the secret before this one', async () => {
    const old = 'the secret of yesterday, 16 and more';
    const { url: before } = await serving(build({ secret: old }));
    const { url: now } = await serving(build({ secret: ['the secret of today, 16 and more', old] }));
    const client = await OldClient.open(before);
    expect((await client.at(now).request('tools/list')).status).toBe(200);
    expect((await (await OldClient.open(now)).at(before).request('tools/list')).status).toBe(404);
  });
});

// See 2025-11-25 basic/transports, "Session Management".
describe('a session that is over', () => {
  test('by DELETE is gone everywhere: 404, streams end, calls are cancelled', async () => {
    const reasons: unknown[] = [];
    const aborted = gate();
    const started = gate();
    const [a, b] = await twice((options) =>
      build(options).tool('watch', {}, async (_args, ctx) => {
        await ctx.log('info', 'begun');
        started.open();
        await new Promise<void>((resolve) =>
          ctx.signal.addEventListener('abort', () => {
            reasons.push(ctx.signal.reason);
            resolve();
          }),
        );
        aborted.open();
        return 'late';
      }),
    );
    const here = await OldClient.open(a);
    const there = here.at(b);
    const standing = await there.listen();
    expect(standing.status).toBe(200);
    const call = await here.call('watch');
    await started.opened;
    expect(await there.end()).toBe(204);
    await aborted.opened;
    expect(reasons).toEqual([expect.objectContaining({ code: 'aborted' })]);
    expect((await call.rest()).map(({ method, result }) => method ?? result)).toEqual(['notifications/message']);
    expect(await standing.rest()).toEqual([]);
    for (const client of [here, there]) {
      expect((await client.request('tools/list')).status).toBe(404);
      expect((await client.notify('notifications/x')).status).toBe(404);
      expect((await client.listen()).status).toBe(404);
      expect((await client.listen(standing.lastEventId)).status).toBe(404);
      expect(await client.end()).toBe(404);
    }
  });

  test('ends a stream that was taken up again, too', async () => {
    const [a, b] = await twice(build);
    const here = await OldClient.open(a);
    const first = await here.listen();
    await first.event();
    const second = await here.at(b).listen(first.lastEventId);
    expect(second.status).toBe(200);
    expect(await here.end()).toBe(204);
    expect(await second.rest()).toEqual([]);
    expect(await first.rest()).toEqual([]);
  });

  test('ends connections here that follow a stream of a process that does not hear of it', async () => {
    const common = shared();
    const { url: deaf } = await serving(build({ ...common, bus: memoryBus() }));
    const { url } = await serving(build(common));
    const client = await OldClient.open(deaf);
    const stream = await client.listen();
    await stream.event();
    const there = client.at(url);
    const again = await there.listen(stream.lastEventId);
    expect(again.status).toBe(200);
    expect(await there.end()).toBe(204);
    expect(await again.rest()).toEqual([]);
  });

  test('after sessionTtlMs, for a process that knows it and for one that does not', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const options = { ...shared(), legacy: { sessionTtlMs: 60_000 } };
    const one = build(options);
    const other = build(options);
    const client = await OldClient.open(URL_OF_ENDPOINT, inProcess(one));
    const there = client.at(URL_OF_ENDPOINT, inProcess(other));
    vi.setSystemTime(Date.now() + 59_000);
    expect((await client.request('tools/list')).status).toBe(200);
    vi.setSystemTime(Date.now() + 1_000);
    expect((await client.request('tools/list')).status).toBe(404);
    expect((await there.request('tools/list')).status).toBe(404);
    expect((await client.listen()).status).toBe(404);
    expect(await client.end()).toBe(404);
  });

  test('sessionTtlMs must be a number', () => {
    for (const sessionTtlMs of [NaN, 0, -1, '5' as unknown as number])
      expect(() => build({ legacy: { sessionTtlMs } })).toThrow(TypeError);
    expect(() => build({ legacy: { sessionTtlMs: Infinity } })).not.toThrow();
  });
});

describe('A7: a session of somebody else', () => {
  const auth = { issuer: 'https://issuer.test', clientId: 'program', subject: 'ann', scopes: [], claims: {} };

  test.each([
    ['another issuer', { ...auth, issuer: 'https://other.test' }],
    ['another program', { ...auth, clientId: 'other' }],
    ['another user', { ...auth, subject: 'bob' }],
    ['nobody', undefined],
    ['a user whose name says all', { ...auth, subject: undefined as never, clientId: '["program","ann"]' }],
  ])('is for %s like one that never was', async (_who, stranger) => {
    const server = build();
    const own = await OldClient.open(URL_OF_ENDPOINT, inProcess(server, auth));
    expect(textOf(await own.ask('tools/call', { name: 'who' }))).toBe('old of ann');
    const foreign = own.at(URL_OF_ENDPOINT, inProcess(server, stranger));
    const unknown = own.at(URL_OF_ENDPOINT, inProcess(server, stranger));
    unknown.sessionId = 'A'.repeat(own.sessionId!.length);
    const told = async (client: OldClient) =>
      Promise.all(
        [
          client.request('tools/call', { name: 'who' }),
          client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }),
          client.post({ jsonrpc: '2.0', id: 1, result: {} }),
          client.send('GET', undefined, { accept: 'text/event-stream' }),
          client.send('GET', undefined, { accept: 'text/event-stream', 'last-event-id': 'x.1' }),
          client.send('DELETE'),
        ].map(async (response) => {
          const { status, headers } = await response;
          return [status, [...headers], await (await response).text()];
        }),
      );
    const answers = await told(foreign);
    expect(answers).toEqual(await told(unknown));
    expect(answers.map(([status]) => status)).toEqual([404, 404, 404, 404, 404, 404]);
    expect(textOf(await own.ask('tools/call', { name: 'who' }))).toBe('old of ann');
  });

  test('is the same for the same one with a new token', async () => {
    const server = build();
    const own = await OldClient.open(URL_OF_ENDPOINT, inProcess(server, { ...auth, expiresAt: 1 }));
    const later = own.at(URL_OF_ENDPOINT, inProcess(server, { ...auth, scopes: ['more'], expiresAt: 2 }));
    expect(textOf(await later.ask('tools/call', { name: 'who' }))).toBe('old of ann');
  });
});

test('A28: an id that is in use is refused, the first call completes, and then the id is free, 500 times', async () => {
  const open = gate();
  const server = build().tool('wait', {}, async (_args, ctx) => {
    await ctx.log('info', 'begun');
    await open.opened;
    return 'first';
  });
  const { url } = await serving(server);
  const client = await OldClient.open(url);
  const first = await client.call('wait', {}, {}, 1);
  expect((await first.message())?.['method']).toBe('notifications/message');
  const second = await client.request('tools/call', { name: 'who' }, 1);
  expect(second.status).toBe(400);
  expect(await second.json()).toMatchObject({ id: 1, error: { code: -32600 } });
  // Another session's are its own.
  expect(textOf(await (await OldClient.open(url)).ask('tools/call', { name: 'who' }, 1))).toContain('old');
  // A text is not the number that it shows.
  expect(textOf(await client.ask('tools/call', { name: 'who' }, '1'))).toContain('old');
  open.open();
  expect(textOf((await first.rest()).at(-1))).toBe('first');
  for (let round = 0; round < 500; round++)
    expect(textOf(await client.ask('tools/call', { name: 'who' }, 1))).toBe('old of undefined');
});

describe('A29: nothing is kept', () => {
  /** A store that counts. */
  const counting = (): SessionStore & { readonly keys: Set<string> } => {
    const store = memorySessionStore();
    const keys = new Set<string>();
    return {
      keys,
      get: (key) => store.get(key),
      change(key, ...rest) {
        keys.add(key);
        return store.change(key, ...rest);
      },
    };
  };

  test('of 1,000 refused requests of each kind', async () => {
    const sessionStore = counting();
    const published: Change[] = [];
    const bus = memoryBus();
    const server = build({
      bus: { subscribe: (listener) => bus.subscribe(listener), publish: (change) => void published.push(change) },
      legacy: { sessionStore },
    });
    const settings = inProcess(server);
    const client = new OldClient(URL_OF_ENDPOINT, settings);
    client.sessionId = 'A'.repeat(300);
    const hello = JSON.stringify(client.hello());
    const kinds: (() => Promise<Response>)[] = [
      () => client.request('tools/list'),
      () => client.send('GET', undefined, { accept: 'text/event-stream' }),
      () => client.send('GET', undefined, { accept: 'application/json' }),
      () => client.send('DELETE'),
      () => client.send('POST', hello, { 'content-type': 'text/plain' }),
      () => client.send('POST', hello, { origin: 'https://evil.test' }),
      () => client.send('POST', hello.slice(1)),
      () => client.send('POST', '{"jsonrpc":"2.0","id":1,"method":"initialize"}'),
      () => client.send('PUT', hello),
    ];
    for (const kind of kinds) {
      const statuses = new Set<number>();
      for (let count = 0; count < 1000; count++) {
        const response = await kind();
        statuses.add(response.status);
        expect(response.headers.get('mcp-session-id')).toBeNull();
      }
      expect(statuses.size).toBe(1);
    }
    expect(sessionStore.keys.size).toBe(0);
    expect(published).toEqual([]);
  }, 30_000);

  test('of more than 10,000 sessions in which nothing runs', async () => {
    const host = {
      options: { legacy: {} },
      service: { name: 'bounded', alone: true },
      listening: { bus: memoryBus() },
      tell: () => '',
    };
    // Nothing else is looked at before a message comes.
    const sessions = new Sessions(host as unknown as PastHost, new Map());
    const facts = { revision: '2025-11-25', info: undefined, capabilities: {} } as const;
    const first = await sessions.create(facts, undefined);
    const busy = await sessions.open(first, undefined);
    busy?.session.expect('an answer');
    for (let count = 0; count < 10_100; count++)
      await sessions.open(await sessions.create(facts, undefined), undefined);
    expect(sessions.size).toBe(10_000);
    expect(await sessions.open(first, undefined)).toBe(busy);
    sessions.close();
    expect(sessions.size).toBe(0);
  }, 60_000);

  test('of 12,000 handshakes and the calls after them but what is bounded', async () => {
    const sessionStore = counting();
    let subscribed = 0;
    const bus = memoryBus();
    const server = build({
      bus: {
        publish: (change) => bus.publish(change),
        subscribe(listener) {
          subscribed++;
          return bus.subscribe(listener);
        },
      },
      legacy: { sessionStore },
    });
    const settings = inProcess(server);
    const first = await OldClient.open(URL_OF_ENDPOINT, settings);
    for (let count = 0; count < 12_000; count++) await OldClient.open(URL_OF_ENDPOINT, settings);
    expect(sessionStore.keys.size).toBe(0);
    expect(subscribed).toBe(1);
    // Long forgotten, and served all the same.
    expect((await first.request('tools/list')).status).toBe(200);
  }, 60_000);
});

test('a bus that fails once is asked again', async () => {
  const bus = memoryBus();
  let attempts = 0;
  const errors: unknown[] = [];
  const server = build({
    onError: (error) => void errors.push(error),
    bus: {
      publish: (change) => bus.publish(change),
      subscribe(listener) {
        if (attempts++ === 0) throw new Error('not yet');
        return bus.subscribe(listener);
      },
    },
  });
  const client = new OldClient(URL_OF_ENDPOINT, inProcess(server));
  client.sessionId = (await client.post(client.hello())).headers.get('mcp-session-id') ?? '';
  expect((await client.request('tools/list')).status).toBe(500);
  expect(errors).toMatchObject([{ message: 'not yet' }]);
  expect((await client.request('tools/list')).status).toBe(200);
  await server.close();
});
