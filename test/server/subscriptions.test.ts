import { describe, expect, test, vi } from 'vitest';
import * as fc from 'fast-check';
import { isMcpError, McpError } from 'mcpwire/server';
import { memoryBus, type Bus, type Change } from '../../src/server/bus.ts';
import { headersOf } from '../../src/server/context.ts';
import { Subscriptions, type SubscriptionSettings } from '../../src/server/subscriptions.ts';
import { gate, settle } from '../helpers/gate.js';
import { acknowledged, ID, listen, tagged } from '../helpers/listening.js';

const TOOLS: Change = { kind: 'tools' };
const PROMPTS: Change = { kind: 'prompts' };
const RESOURCES: Change = { kind: 'resources' };
const updated = (uri: string): Change => ({ kind: 'resource', uri });

function setUp(settings: Partial<SubscriptionSettings> = {}): { bus: Bus; subscriptions: Subscriptions } {
  const { bus = memoryBus(), offers = () => true, ...rest } = settings;
  return { bus, subscriptions: new Subscriptions({ bus, offers, ...rest }) };
}

describe('opening', () => {
  // spec: basic/patterns/subscriptions#acknowledgment.1
  test('the acknowledgement is the first message, and carries the id and the honoured filter', async () => {
    const { bus, subscriptions } = setUp();
    const filter = { toolsListChanged: true, resourceSubscriptions: ['file:///a', 'file:///b'] };
    const { exchange } = listen(subscriptions, filter, { id: 'sub-1' });
    await settle();
    void bus.publish(TOOLS);
    await settle();
    expect(exchange.messages).toEqual([acknowledged(filter, 'sub-1'), tagged('tools/list_changed', {}, 'sub-1')]);
  });

  // spec: basic/patterns/subscriptions#acknowledgment.1 basic/patterns/subscriptions#acknowledgment.2
  test('nothing is sent before the acknowledgement, and what changes meanwhile is sent after it', async () => {
    const attached = gate();
    const inner = memoryBus();
    const bus: Bus = {
      publish: (change) => inner.publish(change),
      subscribe: async (listener) => {
        const off = await inner.subscribe(listener);
        await attached.opened;
        return off;
      },
    };
    const { subscriptions } = setUp({ bus });
    const { exchange } = listen(subscriptions, { toolsListChanged: true });
    await settle();
    expect(exchange.messages).toEqual([]);
    exchange.stuck = true;
    attached.open();
    await settle();
    expect(exchange.messages).toEqual([acknowledged({ toolsListChanged: true })]);
    void bus.publish(TOOLS);
    await settle();
    expect(exchange.messages).toHaveLength(1);
    exchange.read();
    await settle();
    expect(exchange.messages[1]).toEqual(tagged('tools/list_changed'));
  });

  // spec: basic/patterns/subscriptions#acknowledgment
  test('types that the server does not have are left out of the acknowledgement, and unknown ones too', async () => {
    const { subscriptions } = setUp({ offers: (kind) => kind === 'tools' });
    const { exchange } = listen(subscriptions, {
      toolsListChanged: true,
      promptsListChanged: true,
      resourcesListChanged: true,
      resourceSubscriptions: ['file:///a'],
      weatherChanged: true,
    });
    await settle();
    expect(exchange.messages).toEqual([acknowledged({ toolsListChanged: true })]);
  });

  // spec: basic/patterns/subscriptions#notification-filter basic/patterns/subscriptions#opening-a-stream.1
  test('a member that is absent or false asks for nothing', async () => {
    const { bus, subscriptions } = setUp();
    const { exchange } = listen(subscriptions, { toolsListChanged: false, promptsListChanged: true });
    await settle();
    for (const change of [TOOLS, RESOURCES, updated('file:///a'), PROMPTS]) void bus.publish(change);
    await settle();
    expect(exchange.messages).toEqual([acknowledged({ promptsListChanged: true }), tagged('prompts/list_changed')]);
  });

  test.each([
    ['no filter', undefined],
    ['a filter that is no object', [true]],
    ['a flag that is no boolean', { toolsListChanged: 'yes' }],
    ['URIs that are no array', { resourceSubscriptions: 'file:///a' }],
    ['a URI that is no string', { resourceSubscriptions: ['file:///a', 7] }],
    ['1,001 URIs', { resourceSubscriptions: Array.from({ length: 1_001 }, (_, index) => `file:///${index}`) }],
    ['a URI of 2,049 characters', { resourceSubscriptions: ['x'.repeat(2_049)] }],
  ])('%s: -32602, and nothing stays', async (_name, filter) => {
    const { subscriptions } = setUp();
    const { exchange, closed } = listen(subscriptions, filter);
    await expect(closed).rejects.toMatchObject({ code: 'invalid_params' });
    expect(exchange.messages).toEqual([]);
    expect(subscriptions.size).toBe(0);
  });

  test('a listen that honours nothing is acknowledged, and ends at once with its result', async () => {
    const bus = { publish: vi.fn<Bus['publish']>(), subscribe: vi.fn<Bus['subscribe']>() };
    for (const [offers, filter] of [
      [() => true, {}],
      [() => true, { resourceSubscriptions: [] }],
      [() => false, { toolsListChanged: true, resourceSubscriptions: ['file:///a'] }],
    ] as const) {
      const { subscriptions } = setUp({ offers, bus });
      const { exchange, closed } = listen(subscriptions, filter, { id: 9 });
      expect(await closed).toEqual({ _meta: { [ID]: 9 } });
      expect(exchange.messages).toEqual([acknowledged({}, 9)]);
      expect(subscriptions.size).toBe(0);
    }
    expect(bus.subscribe).not.toHaveBeenCalled();
  });

  test('a caller that accepts JSON only is told so, with 406', async () => {
    const { subscriptions } = setUp();
    const { closed } = listen(subscriptions, { toolsListChanged: true }, { streams: false });
    await expect(closed).rejects.toMatchObject({
      code: 'invalid_request',
      status: 406,
      message: expect.stringMatching(/Accept: text\/event-stream/) as unknown,
    });
  });

  test('a bus that cannot be listened to fails the listen, and the next one tries again', async () => {
    const inner = memoryBus();
    const subscribe = vi
      .fn<Bus['subscribe']>()
      .mockImplementationOnce(() => {
        throw new Error('down');
      })
      .mockImplementation((listener) => inner.subscribe(listener));
    const { subscriptions } = setUp({ bus: { publish: inner.publish, subscribe } });
    await expect(listen(subscriptions, { toolsListChanged: true }).closed).rejects.toThrow('down');
    expect(subscriptions.size).toBe(0);
    const { exchange } = listen(subscriptions, { toolsListChanged: true });
    await settle();
    void inner.publish(TOOLS);
    await settle();
    expect(exchange.messages).toHaveLength(2);
    expect(subscribe).toHaveBeenCalledTimes(2);
  });
});

describe('receiving', () => {
  // spec: basic/patterns/subscriptions#receiving-notifications basic#meta.16
  // spec: server/tools#list-changed-notification.1 server/prompts#list-changed-notification.1
  // spec: server/resources#list-changed-notification.1
  test.each([
    ['toolsListChanged', TOOLS, 'tools/list_changed'],
    ['promptsListChanged', PROMPTS, 'prompts/list_changed'],
    ['resourcesListChanged', RESOURCES, 'resources/list_changed'],
  ])('%s: every notification carries the id of the listen request', async (member, change, method) => {
    const { bus, subscriptions } = setUp();
    const numbered = listen(subscriptions, { [member]: true }, { id: 1 });
    const named = listen(subscriptions, { [member]: true }, { id: '1' });
    await settle();
    void bus.publish(change);
    await settle();
    expect(numbered.exchange.messages[1]).toEqual(tagged(method, {}, 1));
    expect(named.exchange.messages[1]).toEqual(tagged(method, {}, '1'));
  });

  // spec: basic/patterns/subscriptions#receiving-notifications
  // spec: basic/patterns/subscriptions#opening-a-stream.1 basic#meta.16
  test('an update names its resource, and goes to those who asked for that URI and nobody else', async () => {
    const { bus, subscriptions } = setUp();
    const a = listen(subscriptions, { resourceSubscriptions: ['file:///a', 'file:///a'] });
    const b = listen(subscriptions, { resourceSubscriptions: ['file:///b', 'file:///A'], toolsListChanged: true });
    await settle();
    void bus.publish(updated('file:///a'));
    await settle();
    expect(a.exchange.messages).toEqual([
      acknowledged({ resourceSubscriptions: ['file:///a'] }),
      tagged('resources/updated', { uri: 'file:///a' }),
    ]);
    expect(b.exchange.messages).toHaveLength(1);
  });

  test('ids and URIs of any characters arrive as they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger()), fc.string(), async (id, uri) => {
        const { bus, subscriptions } = setUp();
        const { exchange } = listen(subscriptions, { resourceSubscriptions: [uri] }, { id });
        await settle(1);
        void bus.publish(updated(uri));
        await settle(1);
        expect(exchange.messages[1]).toEqual(tagged('resources/updated', { uri }, id));
      }),
      { numRuns: 50 },
    );
  });

  // spec: basic/patterns/subscriptions#multiple-concurrent-subscriptions
  test('a caller may have several subscriptions, and each gets its own', async () => {
    const { bus, subscriptions } = setUp();
    const auth = { subject: 'ada', scopes: [], claims: {} };
    const lists = listen(subscriptions, { toolsListChanged: true }, { id: 1, auth });
    const files = listen(subscriptions, { resourceSubscriptions: ['file:///a'] }, { id: 2, auth });
    await settle();
    void bus.publish(TOOLS);
    void bus.publish(updated('file:///a'));
    await settle();
    expect(lists.exchange.messages.slice(1)).toEqual([tagged('tools/list_changed', {}, 1)]);
    expect(files.exchange.messages.slice(1)).toEqual([tagged('resources/updated', { uri: 'file:///a' }, 2)]);
  });

  test('a change that nobody waits for, or of a kind that is unknown, is nothing', async () => {
    const { bus, subscriptions } = setUp();
    const { exchange } = listen(subscriptions, { toolsListChanged: true });
    await settle();
    // As another version of this package might send it over a bus.
    void bus.publish({ kind: 'weather' } as unknown as Change);
    void bus.publish(PROMPTS);
    await settle();
    expect(exchange.messages).toHaveLength(1);
  });
});

describe('who may watch', () => {
  const as = (subject: string) => ({ auth: { subject, scopes: [], claims: {} } });
  const mayWatch: SubscriptionSettings['mayWatch'] = (uri, { auth }) =>
    Promise.resolve(uri.startsWith(`user://${auth?.subject}/`));

  test('mayWatch decides for each URI and caller, and the acknowledgement tells what is left', async () => {
    const { bus, subscriptions } = setUp({ mayWatch });
    const resourceSubscriptions = ['user://ada/diary', 'user://eve/diary'];
    const ada = listen(subscriptions, { resourceSubscriptions }, as('ada'));
    const eve = listen(subscriptions, { resourceSubscriptions }, as('eve'));
    await settle();
    for (const uri of resourceSubscriptions) void bus.publish(updated(uri));
    await settle();
    for (const [{ exchange }, uri] of [
      [ada, 'user://ada/diary'],
      [eve, 'user://eve/diary'],
    ] as const) {
      expect(exchange.messages).toEqual([
        acknowledged({ resourceSubscriptions: [uri] }),
        tagged('resources/updated', { uri }),
      ]);
    }
  });

  test('a caller that may watch none of what it asks for gets the result at once', async () => {
    const { subscriptions } = setUp({ mayWatch });
    const { exchange, closed } = listen(subscriptions, { resourceSubscriptions: ['user://ada/diary'] }, as('eve'));
    await closed;
    expect(exchange.messages).toEqual([acknowledged({})]);
  });

  test('an error in mayWatch fails the listen and is masked; one that ctx made is not', async () => {
    const masked = setUp({
      mayWatch: () => {
        throw new Error('SELECT * FROM secrets');
      },
    });
    const filter = { resourceSubscriptions: ['file:///a'] };
    await expect(listen(masked.subscriptions, filter).closed).rejects.toSatisfy((error) => !isMcpError(error));
    const open = setUp({
      mayWatch: (uri, ctx) => {
        throw ctx.error(7, `not ${uri}`);
      },
    });
    await expect(listen(open.subscriptions, filter).closed).rejects.toMatchObject({ rpcCode: 7 });
  });

  test('a stream ends with its result when the credentials that opened it have expired', async () => {
    const { bus, subscriptions } = setUp();
    const now = Math.floor(Date.now() / 1000);
    const old = listen(subscriptions, { toolsListChanged: true }, { auth: { ...as('ada').auth, expiresAt: now - 1 } });
    const fresh = listen(
      subscriptions,
      { toolsListChanged: true },
      { auth: { ...as('ada').auth, expiresAt: now + 60 } },
    );
    await settle();
    void bus.publish(TOOLS);
    expect(await old.closed).toEqual({ _meta: { [ID]: 1 } });
    expect(old.exchange.messages).toHaveLength(1);
    expect(fresh.exchange.messages).toHaveLength(2);
  });
});

describe('extensions', () => {
  const filters: NonNullable<SubscriptionSettings['filters']> = new Map([
    [
      'taskIds',
      (asked, ctx) => {
        if (ctx.client.capabilities.extensions === undefined && asked === 'refuse')
          throw ctx.error(-32021, 'declare it');
        const keys = (asked as string[]).filter((id) => id.startsWith('mine'));
        return keys.length === 0 ? undefined : { value: keys, keys };
      },
    ],
  ]);
  const task = (key: string, status: string): Change => ({
    kind: 'extension',
    filter: 'taskIds',
    key,
    method: 'notifications/tasks',
    params: { taskId: key, status, _meta: { trace: 'x', [ID]: 'forged' } },
  });

  test('a filter of an extension is honoured as far as it grants, and gets its notifications tagged', async () => {
    const { bus, subscriptions } = setUp({ filters });
    const { exchange } = listen(subscriptions, { taskIds: ['mine-1', 'yours-1'] });
    await settle();
    void bus.publish(task('yours-1', 'working'));
    void bus.publish(task('mine-1', 'working'));
    await settle();
    expect(exchange.messages).toEqual([
      acknowledged({ taskIds: ['mine-1'] }),
      {
        jsonrpc: '2.0',
        method: 'notifications/tasks',
        params: { taskId: 'mine-1', status: 'working', _meta: { trace: 'x', [ID]: 1 } },
      },
    ]);
  });

  test('a filter may refuse the request', async () => {
    const { subscriptions } = setUp({ filters });
    await expect(listen(subscriptions, { taskIds: 'refuse' }).closed).rejects.toMatchObject({ rpcCode: -32021 });
  });

  test('what a filter fails with is masked, also where it is an error of this package', async () => {
    const { subscriptions } = setUp({
      filters: new Map([['taskIds', () => Promise.reject(new McpError('unauthorized', 'downstream'))]]),
    });
    const { closed } = listen(subscriptions, { taskIds: [] });
    await expect(closed).rejects.toSatisfy((error) => !isMcpError(error));
  });

  test('a slow reader gets the last change of each key', async () => {
    const { bus, subscriptions } = setUp({ filters });
    const { exchange } = listen(subscriptions, { taskIds: ['mine-1', 'mine-2'] });
    await settle();
    exchange.stuck = true;
    for (const status of ['working', 'input_required', 'completed']) {
      void bus.publish(task('mine-1', status));
      void bus.publish(task('mine-2', status));
    }
    exchange.read();
    await settle();
    const states = exchange.messages.slice(1).map(({ params }) => params as { taskId: string; status: string });
    expect(states.map(({ taskId, status }) => `${taskId} ${status}`)).toEqual([
      'mine-1 working',
      'mine-2 completed',
      'mine-1 completed',
    ]);
  });
});

describe('readers that do not read', () => {
  test('one notification per list and per resource waits, and no more', async () => {
    const { bus, subscriptions } = setUp();
    const filter = { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['a:1', 'a:2'] };
    const { exchange } = listen(subscriptions, filter);
    await settle();
    exchange.stuck = true;
    for (let round = 0; round < 1_000; round++) {
      for (const change of [TOOLS, PROMPTS, updated('a:1'), updated('a:2')]) void bus.publish(change);
    }
    await settle();
    expect(exchange.messages).toHaveLength(2);
    exchange.read();
    await settle();
    expect(exchange.messages.slice(1).map(({ method, params }) => [method, (params as { uri?: string }).uri])).toEqual([
      ['notifications/tools/list_changed', undefined],
      ['notifications/prompts/list_changed', undefined],
      ['notifications/resources/updated', 'a:1'],
      ['notifications/resources/updated', 'a:2'],
      ['notifications/tools/list_changed', undefined],
    ]);
  });

  test('a stream with 1 MiB unsent ends without a result, and others go on', async () => {
    const { bus, subscriptions } = setUp();
    const stuck = listen(subscriptions, { toolsListChanged: true });
    const other = listen(subscriptions, { toolsListChanged: true });
    await settle();
    stuck.exchange.stuck = true;
    void bus.publish(TOOLS);
    stuck.exchange.unsent = 1024 * 1024;
    void bus.publish(TOOLS);
    expect(stuck.exchange.ended).toBe(false);
    stuck.exchange.unsent++;
    void bus.publish(TOOLS);
    expect(stuck.exchange.ended).toBe(true);
    expect(subscriptions.watched).toBe(1);
    await stuck.closed;
    expect(subscriptions.size).toBe(1);
    await settle();
    expect(other.exchange.messages.length).toBeGreaterThan(1);
  });
});

describe('limits', () => {
  const auth = (subject?: string, clientId?: string) => ({
    auth: {
      scopes: [],
      claims: {},
      ...(subject === undefined ? {} : { subject }),
      ...(clientId === undefined ? {} : { clientId }),
    },
  });
  const filter = { toolsListChanged: true };

  async function expectBusy(closed: Promise<unknown>): Promise<void> {
    const error: unknown = await closed.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!isMcpError(error)) throw new Error('It was not refused');
    expect(error).toMatchObject({ status: 503 });
    expect(headersOf(error)).toEqual({ 'retry-after': '5' });
  }

  test('10,000 are open at most: 503 with Retry-After, and one that ends makes room', async () => {
    const { subscriptions } = setUp();
    const open = Array.from({ length: 10_000 }, () => listen(subscriptions, filter));
    await expectBusy(listen(subscriptions, filter).closed);
    await settle();
    open[17]!.exchange.leave();
    await open[17]!.closed;
    const { exchange } = listen(subscriptions, filter);
    await settle();
    expect(exchange.messages).toHaveLength(1);
  });

  test('100 are open at most for one authenticated caller, whichever program it uses', async () => {
    const { subscriptions } = setUp();
    const adas = Array.from({ length: 100 }, (_, index) => listen(subscriptions, filter, auth('ada', `app-${index}`)));
    await expectBusy(listen(subscriptions, filter, auth('ada', 'app-x')).closed);
    listen(subscriptions, filter, auth('eve', 'app-1'));
    listen(subscriptions, filter, auth(undefined, 'ada'));
    listen(subscriptions, filter);
    expect(subscriptions.size).toBe(103);
    adas[0]!.exchange.leave();
    await adas[0]!.closed;
    listen(subscriptions, filter, auth('ada'));
    expect(subscriptions.size).toBe(103);
  });

  test('a listen that is refused or fails does not count', async () => {
    const { subscriptions } = setUp({ limits: { subscriptions: 1 } });
    for (let round = 0; round < 3; round++) {
      await expect(listen(subscriptions, 'no filter').closed).rejects.toThrow('must be an object');
    }
    listen(subscriptions, filter);
    await expectBusy(listen(subscriptions, filter).closed);
    expect(subscriptions.size).toBe(1);
  });

  test('the characters of all URIs have a limit together', async () => {
    const { subscriptions } = setUp({ limits: { subscribedCharacters: 100 } });
    const first = listen(subscriptions, { resourceSubscriptions: ['x'.repeat(60)] });
    await settle();
    await expectBusy(listen(subscriptions, { resourceSubscriptions: ['y'.repeat(60)] }).closed);
    first.exchange.leave();
    await first.closed;
    const { exchange } = listen(subscriptions, { resourceSubscriptions: ['y'.repeat(60)] });
    await settle();
    expect(exchange.messages).toHaveLength(1);
  });
});

describe('ending', () => {
  // spec: basic/patterns/subscriptions#graceful-closure.1 basic/patterns/subscriptions#cancellation.1
  test('close ends every stream with a result that carries the id, and lets go of the bus', async () => {
    const off = vi.fn<() => void>();
    const subscribe = vi.fn<Bus['subscribe']>(() => off);
    const { subscriptions } = setUp({ bus: { publish: () => {}, subscribe } });
    const streams = [1, 'two'].map((id) => ({ id, ...listen(subscriptions, { toolsListChanged: true }, { id }) }));
    await settle();
    await subscriptions.close();
    for (const { id, closed } of streams) expect(await closed).toEqual({ _meta: { [ID]: id } });
    expect(off).toHaveBeenCalledOnce();
    expect(subscriptions.size).toBe(0);
    expect(subscriptions.watched).toBe(0);
    const late = listen(subscriptions, { toolsListChanged: true });
    expect(await late.closed).toEqual({ _meta: { [ID]: 1 } });
    expect(subscribe).toHaveBeenCalledOnce();
  });

  test('the place that serves a stream ends it when it begins to close', async () => {
    const { subscriptions } = setUp();
    const here = listen(subscriptions, { toolsListChanged: true });
    listen(subscriptions, { toolsListChanged: true });
    await settle();
    here.exchange.onClosing?.();
    expect(await here.closed).toEqual({ _meta: { [ID]: 1 } });
    expect(subscriptions.size).toBe(1);
  });

  test('the place that serves a stream may begin to close while a bus keeps the caller waiting', async () => {
    const bus: Bus = { publish() {}, subscribe: () => new Promise(() => {}) };
    const { subscriptions } = setUp({ bus });
    const { exchange, closed } = listen(subscriptions, { toolsListChanged: true });
    await settle();
    exchange.onClosing?.();
    expect(await closed).toEqual({ _meta: { [ID]: 1 } });
    expect([subscriptions.size, subscriptions.open]).toEqual([0, 0]);
    expect(exchange.messages).toEqual([acknowledged({ toolsListChanged: true })]);
  });

  test('a caller that leaves while a bus keeps it waiting is forgotten, too', async () => {
    const bus: Bus = { publish() {}, subscribe: () => new Promise(() => {}) };
    const { subscriptions } = setUp({ bus });
    const { exchange, closed } = listen(subscriptions, { toolsListChanged: true });
    await settle();
    expect(subscriptions.size).toBe(1);
    exchange.leave();
    await closed;
    expect(subscriptions.size).toBe(0);
  });

  // spec: basic/patterns/cancellation#transport-specific-cancellation.1
  test('a caller that leaves is forgotten at once, also while its listen is still being decided', async () => {
    const decision = gate<boolean>();
    const { bus, subscriptions } = setUp({ mayWatch: () => decision.opened });
    const waiting = listen(subscriptions, { resourceSubscriptions: ['file:///a'] });
    const open = listen(subscriptions, { toolsListChanged: true, promptsListChanged: true });
    await settle();
    expect(subscriptions.watched).toBe(2);
    open.exchange.leave();
    expect(subscriptions.watched).toBe(0);
    expect(subscriptions.open).toBe(0);
    waiting.exchange.leave();
    decision.open(true);
    await waiting.closed;
    await open.closed;
    expect(subscriptions.size).toBe(0);
    expect(subscriptions.open).toBe(0);
    expect(waiting.exchange.messages).toEqual([]);
    void bus.publish(TOOLS);
    await settle();
    expect(open.exchange.messages).toHaveLength(1);
  });
});

test('one change for 10,000 streams is serialised once', async () => {
  const { bus, subscriptions } = setUp();
  const streams = Array.from({ length: 10_000 }, (_, index) =>
    listen(subscriptions, { resourceSubscriptions: ['file:///a'] }, { id: index }),
  );
  await settle();
  const stringify = vi.spyOn(JSON, 'stringify');
  const before = stringify.mock.calls.length;
  void bus.publish(updated('file:///a'));
  const calls = stringify.mock.calls.length - before;
  stringify.mockRestore();
  await settle();
  expect(calls).toBeLessThanOrEqual(3);
  for (const [index, { exchange }] of streams.entries()) {
    expect(exchange.messages[1]).toEqual(tagged('resources/updated', { uri: 'file:///a' }, index));
  }
});

test('two servers that share a bus share their changes, as two processes do', async () => {
  const bus = memoryBus();
  const [here, there] = [setUp({ bus }), setUp({ bus })];
  const local = listen(here.subscriptions, { toolsListChanged: true });
  const remote = listen(there.subscriptions, { toolsListChanged: true });
  await settle();
  // What a change is must survive the wire between them.
  void bus.publish(JSON.parse(JSON.stringify(TOOLS)) as Change);
  await settle();
  for (const { exchange } of [local, remote]) expect(exchange.messages[1]).toEqual(tagged('tools/list_changed'));
  await here.subscriptions.close();
  void bus.publish(TOOLS);
  await settle();
  expect(remote.exchange.messages).toHaveLength(3);
});
