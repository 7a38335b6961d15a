import { describe, expect, test, vi } from 'vitest';
import { McpError } from '../../src/errors.ts';
import { isSuspension } from '../../src/server/input-required.ts';
import type { Replay } from '../../src/server/replay.ts';
import { deferred } from '../../src/util/deferred.ts';
import { accept, askText, form, loudly, play, round, textOf, type Handler, type Json } from './replay-support.ts';

const keysOf = (one: { readonly result: Json }): string[] => Object.keys(one.result['inputRequests'] ?? {});
const messagesOf = (one: { readonly result: Json }): unknown[] =>
  Object.values((one.result['inputRequests'] ?? {}) as Record<string, { params: Json }>).map(
    ({ params }) => params['message'],
  );

/** Whatever goes unhandled while something runs. */
async function unhandledIn(run: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listen);
  try {
    await run();
    // Node reports at the end of a turn.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('unhandledRejection', listen);
  }
  return unhandled;
}

describe('a handler that asks', () => {
  test('that asks nothing answers as it is', async () => {
    const { result } = await round(() => ({ content: [] }));
    expect(result).toEqual({ content: [] });
  });

  // spec: basic/patterns/mrtr#inputrequiredresult basic/patterns/mrtr#top.1
  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.2
  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.10
  test('ends in input_required with the question and a state, and without anything else', async () => {
    const { result, cancelled } = await round((replay) => askText(replay, 'name?', 'name'));
    expect(result).toEqual({
      resultType: 'input_required',
      inputRequests: { name: { method: 'elicitation/create', params: form('name?') } },
      requestState: expect.stringMatching(/^[\w-]+$/) as string,
    });
    expect(cancelled).toEqual([expect.any(Error)]);
    expect(isSuspension(cancelled[0])).toBe(true);
  });

  // spec: basic#statelessness.5
  test('starts anew with the answer', async () => {
    const { result, rounds } = await play((replay) => askText(replay, 'name?'), loudly);
    expect(result).toEqual({ value: 'NAME?' });
    expect(rounds).toHaveLength(2);
  });

  test('asks one question after the other, a round each', async () => {
    const handler: Handler = async (replay) => [await askText(replay, 'a'), await askText(replay, 'b')];
    const { result, rounds } = await play(handler, loudly);
    expect(result).toEqual(['A', 'B']);
    expect(rounds.map(messagesOf)).toEqual([['a'], ['b'], []]);
  });

  test('asks questions of one turn in one round, however deep in its functions they are', async () => {
    const later = async (replay: Replay): Promise<unknown> => {
      for (let count = 0; count < 20; count++) await Promise.resolve();
      return askText(replay, 'b');
    };
    const handler: Handler = (replay) => Promise.all([askText(replay, 'a'), later(replay)]);
    const { result, rounds } = await play(handler, loudly);
    expect(result).toEqual(['A', 'B']);
    expect(rounds.map(messagesOf)).toEqual([['a', 'b'], []]);
  });

  test('asks the same thing twice, and gets two answers', async () => {
    let count = 0;
    const handler: Handler = async (replay) => [
      await Promise.all([askText(replay, 'more?'), askText(replay, 'more?')]),
      await askText(replay, 'more?'),
    ];
    const { result, rounds } = await play(handler, () => accept(String(++count)));
    expect(result).toEqual([['1', '2'], '3']);
    expect(new Set(rounds.flatMap(keysOf)).size).toBe(3);
  });

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.1
  test('MR4: may not use a key for two questions', async () => {
    const parallel: Handler = (replay) => Promise.all([askText(replay, 'a', 'k'), askText(replay, 'b', 'k')]);
    const { result } = await round(async (replay) => {
      try {
        return await parallel(replay);
      } catch (error) {
        return { error };
      }
    });
    // The first of the two waits for its answer.
    expect(keysOf({ result })).toEqual(['k']);
    await expect(
      play(async (replay) => [await askText(replay, 'a', 'k'), await askText(replay, 'b', 'k')], loudly),
    ).rejects.toThrow('The key "k" names two questions; keys are unique within a call');
  });

  // spec: client/elicitation#error-handling.2
  test('sees every kind of answer as the client gave it', async () => {
    const handler: Handler = async (replay) => [
      await replay.ask('elicitation/create', { mode: 'url', message: 'm', url: 'https://example.com/' }, {}),
      await replay.ask('sampling/createMessage', { messages: [], maxTokens: 1 }, {}),
      await replay.ask('roots/list', undefined, {}),
    ];
    const said: Record<string, Json> = {
      'elicitation/create': { action: 'decline' },
      'sampling/createMessage': { role: 'assistant', model: 'm', content: { type: 'text', text: 'hi' } },
      'roots/list': { roots: [{ uri: 'file:///a' }] },
    };
    const { result, rounds } = await play(handler, (_key, { method }) => said[method]);
    expect(result).toEqual(Object.values(said));
    expect(rounds[2]?.result['inputRequests']).toEqual({ [keysOf(rounds[2]!)[0]!]: { method: 'roots/list' } });
  });

  test('may do what it likes with an answer: the next run sees it as it was', async () => {
    const handler: Handler = async (replay) => {
      const first = (await replay.ask('elicitation/create', form('a'), {})) as Json;
      const seen = JSON.stringify(first);
      (first['content'] as Json)['text'] = 'changed';
      await askText(replay, 'b');
      return { seen };
    };
    expect((await play(handler, loudly)).result).toEqual({ seen: JSON.stringify(accept('A')) });
  });

  test('may change what it asked with, after asking', async () => {
    const messages: unknown[] = [];
    const handler: Handler = async (replay) => {
      const params = { messages: [...messages], maxTokens: 1 };
      const asking = replay.ask('sampling/createMessage', params, {});
      params.messages.push({ role: 'user', content: { type: 'text', text: 'more' } });
      return asking;
    };
    const { rounds } = await play(handler, () => ({ role: 'assistant', model: 'm', content: [] }));
    expect(rounds).toHaveLength(2);
    expect(Object.values(rounds[0]!.result.inputRequests!)[0]?.params).toEqual({ messages: [], maxTokens: 1 });
  });
});

describe('suspension', () => {
  test('runs finally blocks, in every branch', async () => {
    const ended: string[] = [];
    const branch = async (replay: Replay, name: string): Promise<unknown> => {
      try {
        return await askText(replay, name);
      } finally {
        ended.push(name);
      }
    };
    await round((replay) => Promise.all([branch(replay, 'a'), branch(replay, 'b')]));
    await vi.waitFor(() => expect(ended.sort()).toEqual(['a', 'b']));
  });

  test('is no error that a handler would know', async () => {
    const catching = deferred<unknown>();
    await round(async (replay) => {
      try {
        return await askText(replay, 'a');
      } catch (error) {
        catching.resolve(error);
        throw error;
      }
    });
    const caught = await catching.promise;
    expect(caught).not.toBeInstanceOf(McpError);
    expect(isSuspension(caught)).toBe(true);
    expect(String(caught)).toMatch(/Let this error pass/);
  });

  test.each<[string, Handler]>([
    ['swallows it', (replay) => askText(replay, 'a').catch(() => 'never mind')],
    [
      'wraps it',
      (replay) => askText(replay, 'a').catch((cause: unknown) => Promise.reject(new Error('bad', { cause }))),
    ],
    ['does not wait for the answer', (replay) => void replay.ask('elicitation/create', form('a'))],
    ['never ends', (replay) => askText(replay, 'a').catch(() => new Promise(() => {}))],
    [
      'fails beside it',
      (replay) => Promise.all([askText(replay, 'a'), Promise.reject(new Error('the other branch failed'))]),
    ],
  ])('a handler that %s still answers input_required', async (_what, handler) => {
    const one = await round(handler);
    expect(messagesOf(one)).toEqual(['a']);
  });

  test('a handler that swallows it asks and does nothing more', async () => {
    const ran = vi.fn<() => void>();
    const later: unknown[] = [];
    const done = deferred<void>();
    const one = await round(async (replay) => {
      await askText(replay, 'a').catch(() => {});
      for (const attempt of [() => askText(replay, 'b'), () => replay.once('o', ran)]) {
        await attempt().catch((error: unknown) => later.push(error));
      }
      done.resolve();
    });
    await done.promise;
    expect(messagesOf(one)).toEqual(['a']);
    expect(later.map(isSuspension)).toEqual([true, true]);
    expect(ran).not.toHaveBeenCalled();
  });

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.13
  test('what an abandoned handler throws late is nobody’s unhandled rejection', async () => {
    const gate = deferred<void>();
    const unhandled = await unhandledIn(async () => {
      await round(async (replay) => {
        // Two questions at once, and only one of them awaited.
        const [one, two] = [askText(replay, 'a'), replay.ask('elicitation/create', form('b'), {})];
        void one.catch(() => {});
        void replay.once('o', () => Promise.reject(new Error('late'))).catch(() => {});
        await two.catch(() => {});
        await gate.promise;
        throw new Error('later still');
      });
      gate.resolve();
    });
    expect(unhandled).toEqual([]);
  });

  test('questions that nobody awaits any more are nobody’s unhandled rejection', async () => {
    const unhandled = await unhandledIn(async () => {
      await round(async (replay) => {
        const first = replay.ask('elicitation/create', form('a'), {});
        const second = replay.ask('elicitation/create', form('b'), {});
        const third = replay.once('o', () => 1);
        return [await first, await second, await third];
      });
    });
    expect(unhandled).toEqual([]);
  });

  test('an error of the handler itself, with no question open, is its result', async () => {
    await expect(round(() => Promise.reject(new Error('own')))).rejects.toThrow('own');
  });
});

describe('answers', () => {
  // spec: basic/patterns/mrtr#error-handling.4 client/elicitation#error-handling.1
  test('MR4: a missing one is asked for again, and only it', async () => {
    const asked: string[] = [];
    const handler: Handler = (replay) => Promise.all(['a', 'b', 'c'].map((name) => askText(replay, name, name)));
    const { result, rounds } = await play(handler, (key, question) => {
      asked.push(key);
      return key === 'b' && asked.filter((one) => one === 'b').length < 3 ? undefined : loudly(key, question);
    });
    expect(result).toEqual(['A', 'B', 'C']);
    expect(rounds.map(keysOf)).toEqual([['a', 'b', 'c'], ['b'], ['b'], []]);
  });

  // spec: basic/patterns/mrtr#error-handling.3
  test('MR4: unknown ones are ignored, and not carried on', async () => {
    const handler: Handler = async (replay) => [await askText(replay, 'a', 'a'), await askText(replay, 'b', 'b')];
    const first = await round(handler, { inputResponses: { other: accept('x'), __proto__: accept('y') } });
    const { length } = first.result.requestState!;
    const huge = { other: accept('x'.repeat(100_000)), toString: accept('z') };
    const { result } = await round(handler, {
      requestState: first.result.requestState,
      inputResponses: { a: accept('A'), ...huge },
    });
    expect(keysOf({ result })).toEqual(['b']);
    expect(result.requestState!.length).toBeLessThan(length + 200);
  });

  test('are accepted without a state on the same terms', async () => {
    const handler: Handler = (replay) => askText(replay, 'name?', 'name');
    const { result } = await round(handler, { inputResponses: { name: accept('Ann'), more: accept('x') } });
    expect(result).toEqual({ value: 'Ann' });
    const validate = (): never => {
      throw new McpError('invalid_params', 'no');
    };
    const strict: Handler = (replay) => replay.ask('elicitation/create', form('name?'), { key: 'name', validate });
    expect(keysOf(await round(strict, { inputResponses: { name: accept('Ann') } }))).toEqual(['name']);
  });

  // spec: basic/patterns/mrtr#error-handling.1 basic/patterns/mrtr#error-handling.2
  test.each([null, 5, 'text', true, [], [{}], { name: 12_345 }, { name: null }, { name: [] }, { name: 'x' }])(
    'inputResponses %j are malformed: invalid_params, and the handler does not run',
    async (inputResponses) => {
      const handler = vi.fn<Handler>();
      await expect(round(handler, { inputResponses })).rejects.toMatchObject({ code: 'invalid_params' });
      expect(handler).not.toHaveBeenCalled();
    },
  );

  test.each<[Parameters<Replay['ask']>[0], Json, Json]>([
    ['elicitation/create', form('a'), {}],
    ['elicitation/create', form('a'), { action: 'submit' }],
    ['sampling/createMessage', { messages: [] }, {}],
    ['sampling/createMessage', { messages: [] }, { role: 'assistant', model: 'm' }],
    ['sampling/createMessage', { messages: [] }, { role: 'system', model: 'm', content: [] }],
    ['sampling/createMessage', { messages: [] }, { role: 'assistant', model: 'm', content: ['text'] }],
    ['sampling/createMessage', { messages: [] }, { role: 'assistant', content: [] }],
    ['roots/list', {}, {}],
    ['roots/list', {}, { roots: [{}] }],
    ['roots/list', {}, { roots: 'file:///' }],
  ])('%s %j: %j is no answer, and the question is asked again', async (method, params, answer) => {
    const one = await round((replay) => replay.ask(method, params, { key: 'k' }), { inputResponses: { k: answer } });
    expect(keysOf(one)).toEqual(['k']);
  });

  // spec: client/elicitation#form-mode-security.3
  test('one that does not fit is asked for again', async () => {
    const validate = vi.fn<(answer: Json) => Promise<unknown>>(async (answer) => {
      if (textOf(answer) === 'bad') throw new McpError('invalid_params', 'no');
      return Promise.resolve({ validated: textOf(answer) });
    });
    let count = 0;
    const { result, rounds } = await play(
      (replay) => replay.ask('elicitation/create', form('a'), { validate }),
      () => accept(++count < 3 ? 'bad' : 'good'),
    );
    expect(result).toEqual({ validated: 'good' });
    expect(rounds).toHaveLength(4);
  });

  test('are validated in every round, and a recorded one that fits no more is asked for again', async () => {
    let fits = true;
    const validate = (answer: Json): unknown => {
      if (!fits) throw new McpError('invalid_params', 'no');
      return textOf(answer);
    };
    const handler: Handler = async (replay) => [
      await replay.ask('elicitation/create', form('a'), { validate }),
      await askText(replay, 'b'),
    ];
    const first = await round(handler);
    const second = await round(handler, {
      requestState: first.result.requestState,
      inputResponses: { [keysOf(first)[0]!]: accept('A') },
    });
    expect(messagesOf(second)).toEqual(['b']);
    fits = false;
    expect(messagesOf(await round(handler, { requestState: second.result.requestState }))).toEqual(['a']);
  });

  test('an error in the check itself is the handler’s', async () => {
    const validate = (): never => {
      throw new TypeError('a bug');
    };
    const handler: Handler = (replay) => replay.ask('elicitation/create', form('a'), { key: 'k', validate });
    await expect(round(handler, { inputResponses: { k: accept('x') } })).rejects.toThrow('a bug');
  });

  test('a question that has changed is asked anew, though its key is the same', async () => {
    let message = 'Delete 1 file?';
    const handler: Handler = async (replay) => [
      await askText(replay, message, 'sure'),
      await askText(replay, 'b', 'b'),
    ];
    const first = await round(handler);
    const yes = { inputResponses: { sure: accept('yes') } };
    message = 'Delete 100 files?';
    const second = await round(handler, { requestState: first.result.requestState, ...yes });
    expect(messagesOf(second)).toEqual(['Delete 100 files?']);
    // Asked as it is now, it can be answered.
    const third = await round(handler, { requestState: second.result.requestState, ...yes });
    expect(keysOf(third)).toEqual(['b']);
    // And what is recorded is no answer to a third question.
    message = 'Delete everything?';
    const fourth = await round(handler, { requestState: third.result.requestState });
    expect(messagesOf(fourth)).toEqual(['Delete everything?']);
  });

  test('a recorded one cannot be replaced', async () => {
    const handler: Handler = async (replay) => [await askText(replay, 'a', 'a'), await askText(replay, 'b', 'b')];
    const first = await round(handler);
    const second = await round(handler, {
      requestState: first.result.requestState,
      inputResponses: { a: accept('first') },
    });
    const third = await round(handler, {
      requestState: second.result.requestState,
      inputResponses: { a: accept('second'), b: accept('b') },
    });
    expect(third.result).toEqual(['first', 'b']);
  });

  test('one that the handler has not come by yet is kept', async () => {
    const gate = [deferred<void>(), deferred<void>(), deferred<void>()];
    let run = -1;
    const slow = async (replay: Replay, open: Promise<void>): Promise<unknown> => {
      await open;
      return askText(replay, 'slow', 'slow');
    };
    const handler: Handler = (replay) => {
      run++;
      const fast = async (): Promise<unknown> => [await askText(replay, 'a', 'a'), await askText(replay, 'b', 'b')];
      return Promise.all([fast(), slow(replay, gate[run]!.promise)]);
    };
    gate[0]!.resolve();
    const first = await round(handler);
    expect(keysOf(first)).toEqual(['a', 'slow']);
    // This time the slow branch is not there when the round closes.
    const second = await round(handler, {
      requestState: first.result.requestState,
      inputResponses: { a: accept('A'), slow: accept('SLOW') },
    });
    expect(keysOf(second)).toEqual(['b']);
    gate[2]!.resolve();
    const third = await round(handler, {
      requestState: second.result.requestState,
      inputResponses: { b: accept('B') },
    });
    expect(third.result).toEqual([['A', 'B'], 'SLOW']);
  });
});

describe('once', () => {
  test('runs its function once, and remembers what it returned', async () => {
    const fn = vi.fn<() => Promise<Json>>(() => Promise.resolve({ id: 7 }));
    const handler: Handler = async (replay) => [await replay.once('create', fn), await askText(replay, 'a')];
    expect((await play(handler, loudly)).result).toEqual([{ id: 7 }, 'A']);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  test.each([undefined, null, 0, '', false, [], { a: undefined, b: [null] }])('remembers %j', async (value) => {
    const fn = vi.fn<() => unknown>(() => value);
    const handler: Handler = async (replay) => ({ value: await replay.once('k', fn), a: await askText(replay, 'a') });
    expect((await play(handler, loudly)).result).toEqual({ value, a: 'A' });
    expect(fn).toHaveBeenCalledTimes(1);
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  test.each<[string, unknown]>([
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['bytes', new Uint8Array(2)],
    ['an instance', Object.create({ inherited: 1 })],
    ['NaN', Number.NaN],
    ['a bigint', 1n],
    ['a function', () => {}],
    ['a list with undefined', [undefined]],
    ['a cycle', cycle],
  ])('refuses %s: JSON would not keep it', async (_what, value) => {
    await expect(round((replay) => replay.once('k', () => value))).rejects.toThrow(/ctx\.once\("k"\) must return JSON/);
  });

  test('what an author does with a result does not change what is remembered', async () => {
    const handler: Handler = async (replay) => {
      const one = await replay.once('k', (): Json => ({ n: 1 }));
      const seen = one['n'];
      one['n'] = 2;
      await askText(replay, 'a');
      await askText(replay, 'b');
      return { seen };
    };
    expect((await play(handler, loudly)).result).toEqual({ seen: 1 });
  });

  test('refuses a key that was used before', async () => {
    const handler: Handler = async (replay) => [await replay.once('k', () => 1), await replay.once('k', () => 2)];
    await expect(round(handler)).rejects.toThrow(/twice with the key "k"/);
  });

  test('and a question may have the same key', async () => {
    const handler: Handler = async (replay) => [await replay.once('k', () => 1), await askText(replay, 'a', 'k')];
    expect((await play(handler, loudly)).result).toEqual([1, 'A']);
  });

  test('passes on what its function throws, and runs it again in the next round', async () => {
    let count = 0;
    const fn = (): number => {
      if (++count === 1) throw new Error('not yet');
      return count;
    };
    const handler: Handler = async (replay) => [
      await replay.once('k', fn).catch((error: unknown) => (error as Error).message),
      await askText(replay, 'a'),
    ];
    expect((await play(handler, loudly)).result).toEqual([2, 'A']);
  });

  test('a round stays open while one runs, so that its result is not lost', async () => {
    const gate = deferred<number>();
    const fn = vi.fn<() => Promise<number>>(() => gate.promise);
    const handler: Handler = (replay) => Promise.all([askText(replay, 'a'), replay.once('slow', fn)]);
    const playing = play(handler, loudly);
    await vi.waitFor(() => expect(fn).toHaveBeenCalled());
    await new Promise((resolve) => setTimeout(resolve, 5));
    gate.resolve(42);
    const { result, rounds } = await playing;
    expect(result).toEqual(['A', 42]);
    expect(rounds).toHaveLength(2);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  test('what is asked in the turn after it goes out in the same round', async () => {
    const handler: Handler = (replay) =>
      Promise.all([askText(replay, 'a'), replay.once('k', () => Promise.resolve(1)).then(() => askText(replay, 'b'))]);
    const { result, rounds } = await play(handler, loudly);
    expect(result).toEqual(['A', 'B']);
    expect(rounds).toHaveLength(2);
  });
});

describe('replaying', () => {
  /** Whether the handler was replaying, at each of its steps. */
  async function steps(handler: (replay: Replay, note: () => void) => Promise<unknown>): Promise<boolean[][]> {
    const notes: boolean[][] = [];
    await play(async (replay) => {
      const own: boolean[] = [];
      notes.push(own);
      return handler(replay, () => own.push(replay.replaying));
    }, loudly);
    return notes;
  }

  test('is false in a first run', async () => {
    expect(await steps(async (_replay, note) => note())).toEqual([[false]]);
  });

  test('lasts until every recorded answer is consumed', async () => {
    const notes = await steps(async (replay, note) => {
      note();
      await askText(replay, 'a');
      note();
      await askText(replay, 'b');
      note();
    });
    expect(notes).toEqual([[false], [true, false], [true, true, false]]);
  });

  test('lasts until the first once that is not recorded', async () => {
    let lost = true;
    const notes = await steps(async (replay, note) => {
      note();
      if (lost) lost = false;
      else await replay.once('new', note);
      await askText(replay, 'a');
    });
    expect(notes).toEqual([[false], [true, false]]);
  });

  test('lasts until the first question that is not recorded', async () => {
    const asked = ['a', 'b', 'b'];
    const notes = await steps(async (replay, note) => {
      note();
      await Promise.all([askText(replay, asked.shift() ?? 'b'), Promise.resolve().then(note)]);
    });
    // In the second run the question has become another one, though an answer to the old one is there.
    expect(notes).toEqual([
      [false, false],
      [true, false],
      [true, true],
    ]);
  });

  test('is false for whoever brings answers without a state: nothing was told before', async () => {
    const { replay } = await round(() => 1, { inputResponses: { a: accept('x') } });
    expect(replay.replaying).toBe(false);
  });
});

describe('a question inside of once', () => {
  const question = { message: 'ok?', requestedSchema: { type: 'object', properties: {} } };

  test('after other work does not hang: the round ends after 30 s, and the next one gets there', async () => {
    vi.useFakeTimers();
    try {
      const created = vi.fn<() => void>();
      const handler: Handler = (replay) =>
        replay.once('k', async () => {
          created();
          await Promise.resolve();
          return replay.ask('elicitation/create', question, { key: 'q' });
        });
      const first = round(handler);
      await vi.advanceTimersByTimeAsync(30_000);
      const { result } = await first;
      expect(keysOf({ result })).toEqual(['q']);
      const { requestState } = result;
      const second = await round(handler, { requestState, inputResponses: { q: { action: 'decline' } } });
      expect(second.result).toEqual({ action: 'decline' });
      expect(created).toHaveBeenCalledTimes(2);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('beside one that ends in time leaves no timer', async () => {
    vi.useFakeTimers();
    try {
      const first = round((replay) =>
        Promise.all([
          replay.once('k', () => new Promise((resolve) => setTimeout(resolve, 5_000, 'made'))),
          replay.ask('elicitation/create', question, { key: 'q' }),
        ]),
      );
      await vi.advanceTimersByTimeAsync(5_001);
      expect(keysOf(await first)).toEqual(['q']);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

test('once yields the same in the round that records it as in those after it', async () => {
  const { result } = await round((replay) => replay.once('k', () => ({ zero: -0, none: undefined })));
  expect(Object.is(result['zero'], 0)).toBe(true);
  expect(Object.keys(result)).toEqual(['zero']);
});
