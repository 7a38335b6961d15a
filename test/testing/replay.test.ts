import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { inputRequired, McpServer } from 'mcpwire/server';
import { checkReplay, fakeClock, script, type FakeClock } from 'mcpwire/testing';
import { errorOf } from '../client/support.js';
import type { Json } from '../helpers/wire.js';

/** What a handler here can do. A question without an answer goes out, and its handler comes to nothing. */
interface Asking {
  /** The answer's content, or `undefined`. */
  ask(key: string, message: string): Json | undefined;
  once<T>(key: string, fn: () => T): T;
  /** How often it has asked before. */
  readonly round: number;
  /** Whether answers came with this request. */
  readonly brought: boolean;
}

/** A server that replays, by the specification's words alone: everything that it knows travels in a state. */
function replaying(handler: (asking: Asking) => Json | undefined) {
  const seen: Json[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const { id, method, params } = (await request.json()) as { id: number; method: string; params: Json };
    seen.push({ method, ...params });
    const { requestState, inputResponses } = params as { requestState?: string; inputResponses?: Json };
    const {
      asked = {},
      answers = {},
      once = {},
      round = 0,
    } = JSON.parse(requestState ?? '{}') as {
      asked?: Json;
      answers?: Record<string, Json>;
      once?: Json;
      round?: number;
    };
    Object.assign(answers, inputResponses);
    const inputRequests: Json = {};
    const result = handler({
      round,
      brought: inputResponses !== undefined,
      ask(key, message) {
        if (answers[key] !== undefined && asked[key] === message) return answers[key]['content'] as Json;
        asked[key] = message;
        inputRequests[key] = {
          method: 'elicitation/create',
          params: { message, requestedSchema: { type: 'object', properties: {} } },
        };
        return undefined;
      },
      once: <T>(key: string, fn: () => T) => (once[key] ??= fn()) as T,
    });
    const outcome = result ?? {
      resultType: 'input_required',
      ...(Object.keys(inputRequests).length > 0 && { inputRequests }),
      requestState: JSON.stringify({ asked, answers, once, round: round + 1 }),
    };
    return Response.json({ jsonrpc: '2.0', id, result: outcome });
  };
  return { fetch, seen };
}

const accept = (content: Record<string, string | number>) => ({ elicit: { action: 'accept', content } as const });
const call = { tool: 't' };
const clock: FakeClock = fakeClock();
afterEach(() => clock.uninstall());

describe('a handler that asks the same way every time', () => {
  test('runs to its result, over several rounds', async () => {
    const server = replaying(({ ask }) => {
      const city = ask('city', 'Which city?');
      if (city === undefined) return undefined;
      const [from, to] = [ask('from', 'From when?'), ask('to', 'To when?')];
      return from && to && { content: [], structuredContent: { ...city, ...from, ...to } };
    });
    const report = await checkReplay(server, { tool: 'book', arguments: { beds: 2 } }, [
      accept({ city: 'Bern' }),
      accept({ from: 1 }),
      accept({ to: 2 }),
    ]);
    expect(report.result).toMatchObject({ structuredContent: { city: 'Bern', from: 1, to: 2 } });
    expect(report.rounds.map((round) => round.map(({ params }) => params))).toMatchObject([
      [{ message: 'Which city?' }],
      [{ message: 'From when?' }, { message: 'To when?' }],
    ]);
    // Two rounds, each once more without answers; the second with either answer alone; the end, twice.
    expect(report.runs).toBe(8);
    expect(server.seen).toHaveLength(8);
    expect(server.seen[0]).toMatchObject({
      method: 'tools/call',
      name: 'book',
      arguments: { beds: 2 },
      _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } },
    });
    expect(server.seen.map(({ inputResponses }) => Object.keys(inputResponses ?? {}).join())).toEqual([
      '',
      '',
      'city',
      '',
      'from',
      'to',
      'from,to',
      'from,to',
    ]);
  });

  test('may be a prompt or a resource, ask for nothing, or answer with another result each time', async () => {
    const server = replaying(() => ({ at: Math.random() }));
    expect(await checkReplay(server, { prompt: 'p', arguments: { a: 'b' } }, [])).toMatchObject({
      rounds: [],
      runs: 2,
    });
    await checkReplay(server, { resource: 'file:///a' }, []);
    expect(server.seen[0]).toMatchObject({ method: 'prompts/get', name: 'p', arguments: { a: 'b' } });
    expect(server.seen[2]).toMatchObject({ method: 'resources/read', uri: 'file:///a' });
  });

  test('may do once what is different each time, and ask about it', async () => {
    const server = replaying(({ ask, once }) => ask(`sure`, `Delete ${once('id', () => Math.random())}?`));
    expect(await checkReplay(server, call, [accept({ sure: 'yes' })])).toMatchObject({ result: { sure: 'yes' } });
  });

  test('may want to be called again before it asks', async () => {
    const server = replaying(({ ask, round }) => (round < 2 ? undefined : ask('a', 'a?')));
    const { rounds } = await checkReplay(server, call, [accept({ a: 1 })]);
    expect(rounds.map(({ length }) => length)).toEqual([0, 0, 1]);
  });
});

describe('a handler that diverges', () => {
  let count = 0;
  test.each<[string, RegExp, (asking: Asking) => Json | undefined]>([
    [
      'changes a question',
      /without an answer.*asked\n {2}a: .*Try \d+.*and then\n {2}a: .*Try/s,
      ({ ask }) => ask('a', `Try ${++count}`),
    ],
    ['changes a name', /without an answer/, ({ ask }) => ask(`a${++count}`, 'a?')],
    [
      'asks in another order',
      /without an answer/,
      ({ ask }) => {
        const keys = ++count % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
        return keys.map((key) => ask(key, `${key}?`)).includes(undefined) ? undefined : {};
      },
    ],
    ['asks less', /and then nothing/, ({ ask }) => (++count % 2 === 1 ? ask('a', 'a?') : {})],
    [
      'forgets a question while another is answered',
      /with an answer to "a" alone/,
      ({ ask }) => {
        const a = ask('a', 'a?');
        const b = a === undefined || count < 0 ? ask('b', 'b?') : {};
        return a && b;
      },
    ],
    [
      'changes a question that was answered',
      /"a" changed between two rounds/,
      ({ ask, brought }) => ask('a', brought ? 'a!' : 'a?'),
    ],
  ])('%s', async (_what, message, handler) => {
    count = 0;
    const forgetful = replaying(handler);
    const answers = [{ when: '', ...accept({ a: 1 }), times: Infinity }];
    const error = await errorOf(checkReplay(forgetful, call, answers));
    expect(error.code).toBe('internal');
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/ctx\.once/);
  });

  test('asks by the time of day, which a clock brings to light', async () => {
    const server = replaying(({ ask }) => ask('a', `It is minute ${Math.floor(Date.now() / 60_000)}`));
    await checkReplay(server, call, [accept({ a: 1 })]);
    clock.install();
    expect((await errorOf(checkReplay(server, call, [accept({ a: 1 })], { clock }))).message).toMatch(/diverged/);
  });

  test('answers differently, where that is not to be', async () => {
    const random = replaying(() => ({ at: Math.random() }));
    const error = await errorOf(checkReplay(random, call, [], { results: 'same' }));
    expect(error.message).toMatch(/^The handler diverged with the same answers: it answered\n {2}\{"at":.*and then/s);
    const stamped = replaying(() => ({ ok: true, _meta: { at: Math.random() } }));
    await checkReplay(stamped, call, [], { results: 'same' });
    const failing = replaying(() => ({ isError: true, content: [{ type: 'text', text: `id ${Math.random()}` }] }));
    await checkReplay(failing, call, [], { results: 'same' });
  });

  test('asks after all, when it has had its answers', async () => {
    const server = replaying(({ ask }) => (++count === 1 ? {} : ask('a', 'a?')));
    count = 0;
    expect((await errorOf(checkReplay(server, call, []))).message).toMatch(/asked nothing\nand then\n {2}a: /);
  });
});

describe('checkReplay fails, too', () => {
  test('where the script does not fit', async () => {
    const server = replaying(({ ask }) => ask('a', 'a?'));
    expect((await errorOf(checkReplay(server, call, []))).message).toMatch(/no answer to elicitation\/create "a\?"/);
    const answers = script([accept({ a: 1 }), accept({ b: 1 })]);
    expect((await errorOf(checkReplay(server, call, answers))).message).toMatch(/not played to its end/);
  });

  test('where the server asks forever, or fails', async () => {
    const endless = replaying(() => undefined);
    expect(await errorOf(checkReplay(endless, call, [], { maxRounds: 3 }))).toMatchObject({ code: 'limit_exceeded' });
    expect(endless.seen).toHaveLength(4);
    const server = new McpServer({ name: 's', version: '1' }).tool('t', {}, () => '');
    expect(await errorOf(checkReplay(server, { tool: 'none' }, []))).toMatchObject({ code: 'invalid_params' });
    const odd = replaying(() => ({ resultType: 'input_required', requestState: 7 }));
    expect(await errorOf(checkReplay(odd, call, []))).toMatchObject({ code: 'invalid_message' });
  });

  test('declares what the script answers, or what it is told to', async () => {
    const server = replaying(() => ({}));
    const steps = [{ elicitUrl: 'accept' }, { sample: 'x' }, { roots: [] }] as const;
    await errorOf(checkReplay(server, call, steps));
    await checkReplay(server, call, [], { capabilities: { roots: {} } });
    expect(server.seen.map(({ _meta }) => (_meta as Json)['io.modelcontextprotocol/clientCapabilities'])).toEqual([
      { elicitation: { url: {} }, sampling: {}, roots: {} },
      { elicitation: { url: {} }, sampling: {}, roots: {} },
      { roots: {} },
      { roots: {} },
    ]);
  });
});

describe('a server of this package', () => {
  const form = z.object({ value: z.string() });
  const said = (value: string) => accept({ value });
  let runs = 0;
  const server = new McpServer({ name: 'asking', version: '1.0.0' }, { secret: 'x'.repeat(32), onError: () => {} })
    .tool('book', { outputSchema: z.object({ id: z.string(), words: z.array(z.string()) }) }, async (_args, ctx) => {
      const id = await ctx.once('id', () => crypto.randomUUID());
      const city = await ctx.elicit(`Where to, ${id}?`, form);
      const more = await Promise.all([ctx.elicit('From?', form), ctx.elicit('To?', form), ctx.elicit('To?', form)]);
      const words = [city, ...more].map((answer) =>
        answer.action === 'accept' ? answer.content.value : answer.action,
      );
      return { id, words };
    })
    .tool('count', {}, async (_args, ctx) => (await ctx.elicit(`Try ${++runs}`, form)).action)
    .tool('keyed', {}, async (_args, ctx) => (await ctx.elicit(`Try ${++runs}`, form, { key: 'try' })).action)
    .tool('unordered', {}, async (_args, ctx) => {
      const names = ++runs % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
      await Promise.all(names.map((name) => ctx.elicit(name, form)));
      return 'done';
    })
    .tool('filled', { outputSchema: z.unknown() }, (_args, ctx) =>
      ctx.elicit('Where?', z.object({ city: z.string().default('Bern'), zip: z.int() })),
    )
    .tool('poll', {}, (_args, ctx) =>
      typeof ctx.requestState === 'number' && ctx.requestState > 1
        ? 'ready'
        : inputRequired({ requestState: Number(ctx.requestState ?? 0) + 1 }),
    );

  test('asks the same way every time: in sequence, in parallel, the same twice', async () => {
    const { result, rounds } = await checkReplay(
      server,
      { tool: 'book' },
      [said('Bern'), said('1'), said('2'), { elicit: 'decline' }],
      { results: 'same' },
    );
    expect(result['structuredContent']).toMatchObject({ words: ['Bern', '1', '2', 'decline'] });
    expect(rounds.map(({ length }) => length)).toEqual([1, 3]);
  });

  test.each(['count', 'keyed', 'unordered'])('is found out where its tool %s does not', async (tool) => {
    const answers = [{ when: '', ...said('x'), times: Infinity }];
    expect((await errorOf(checkReplay(server, { tool }, answers))).message).toMatch(/diverged without an answer/);
  });

  test('gets forms filled in as a client does it, and none that do not fit', async () => {
    const { result } = await checkReplay(server, { tool: 'filled' }, [accept({ zip: 3000 })]);
    expect(result['structuredContent']).toEqual({ action: 'accept', content: { city: 'Bern', zip: 3000 } });
    expect((await errorOf(checkReplay(server, { tool: 'filled' }, [accept({})]))).message).toMatch(/zip is missing/);
  });

  test('may wait without a question', async () => {
    expect((await checkReplay(server, { tool: 'poll' }, [])).rounds).toEqual([[], []]);
  });

  test('asks the same way while its states wait, on a clock that moves', async () => {
    clock.install();
    const answers = [said('a'), said('b'), said('c'), said('d')];
    const { runs: counted } = await checkReplay(server, { tool: 'book' }, answers, { clock });
    expect(counted).toBe(9);
  });
});
