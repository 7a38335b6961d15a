/** What every client does with every server. */
/* oxlint-disable vitest/no-standalone-expect -- `runs` makes a test of each */
import { expect } from 'vitest';
import { gate, until } from '../helpers/gate.ts';
import { ANSWERS, NOTES, OTHER, PROMPTS, README, type Caller } from './peer.ts';

export const SCENARIOS = {
  async tools(caller: Caller) {
    expect(await caller.tools()).toEqual(expect.arrayContaining(['add', 'fail', 'hang', 'touch']));
    expect(await caller.call('add', { a: 1, b: 2 })).toMatchObject({ isError: false, text: '{"sum":3}' });
  },

  async 'structured content'(caller: Caller) {
    expect(await caller.call('add', { a: 1, b: 2 })).toMatchObject({ isError: false, structured: { sum: 3 } });
  },

  async 'errors of tools'(caller: Caller) {
    expect(await caller.call('fail')).toEqual({ isError: true, text: 'It failed.', structured: undefined });
    // Bad arguments are an error of the tool for some servers, and of the protocol for others.
    const bad = await caller
      .call('add', { a: 'x' })
      .catch((error: unknown) => ({ isError: true, text: String(error) }));
    expect(bad.isError).toBe(true);
    expect(bad.text).toMatch(/\ba\b/);
  },

  async 'an unknown tool'(caller: Caller) {
    const outcome = await caller
      .call('no_such')
      .catch((error: unknown) => ({ isError: true, text: error instanceof Error ? error.message : '' }));
    // Official servers of the older revisions answer with a result.
    expect(outcome.isError).toBe(true);
    expect(outcome.text).toContain('no_such');
  },

  async progress(caller: Caller) {
    const seen: [number, number | undefined][] = [];
    const { opened: all, open } = gate();
    const counting = caller.call(
      'count',
      {},
      {
        onProgress: (...progress) => {
          if (seen.push(progress) === 3) open();
        },
      },
    );
    // The client of sdk 1.32 loses progress that it reads together with the response.
    await all;
    await caller.call('go_on');
    expect((await counting).text).toBe('counted');
    expect(seen).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  },

  async cancellation(caller: Caller) {
    const { opened: started, open: onProgress } = gate<number>();
    const leave = new AbortController();
    const hanging = caller.call('hang', {}, { signal: leave.signal, onProgress });
    const ended = hanging.then(
      () => 'answered',
      () => 'rejected',
    );
    await started;
    leave.abort();
    expect(await ended).toBe('rejected');
    expect((await caller.call('was_aborted')).text).toBe('aborted');
  },

  async resources(caller: Caller) {
    expect(await caller.resources()).toContain(README);
    expect(await caller.templates()).toEqual(['test://notes/{id}']);
    expect(await caller.read(README)).toBe('Read me.');
    expect(await caller.read('test://notes/a1')).toBe('Note a1.');
  },

  async 'a resource that does not exist'(caller: Caller) {
    const error = await caller.read('test://nowhere').catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(Error);
    const { message, data } = error as Error & { readonly data?: unknown };
    expect(`${message} ${JSON.stringify(data)}`).toContain('test://nowhere');
  },

  async prompts(caller: Caller) {
    expect(await caller.prompt('greet', { name: 'Ann' })).toBe('Hello, Ann!');
    await expect(caller.prompt('no_such', {})).rejects.toThrow(/no_such/);
  },

  async pagination(caller: Caller) {
    // Every server has them on several pages.
    expect((await caller.prompts()).sort()).toEqual([...PROMPTS].sort());
  },

  async completion(caller: Caller) {
    expect(await caller.complete({ prompt: 'greet' }, 'name', 'An')).toEqual(['Ann', 'Anton']);
    expect(await caller.complete({ template: 'test://notes/{id}' }, 'id', '')).toEqual(NOTES);
  },

  async 'elicitation by form'(caller: Caller) {
    expect(JSON.parse((await caller.call('ask')).text)).toEqual(ANSWERS.form);
  },

  async 'elicitation by URL'(caller: Caller) {
    expect((await caller.call('ask_url')).text).toBe('accept');
  },

  async 'a page that is done with'(caller: Caller) {
    const { asked, done } = caller.pages;
    const before = done.length;
    await caller.call('ask_url');
    await until(() => done.length > before);
    expect(asked).toContain(done[before]);
  },

  async 'elicitation by URL as an error'(caller: Caller) {
    expect((await caller.call('must_visit')).text).toBe('visited');
  },

  async sampling(caller: Caller) {
    expect((await caller.call('sample')).text).toBe('Paris');
  },

  async roots(caller: Caller) {
    expect(JSON.parse((await caller.call('roots')).text)).toEqual(ANSWERS.roots);
  },

  async 'changed roots'(caller: Caller) {
    await caller.rootsChanged();
    expect((await caller.call('roots_changed')).text).toBe('changed');
  },

  async logging(caller: Caller) {
    await caller.call('log', {}, { logLevel: 'error' });
    await caller.call('log', {}, { logLevel: 'debug' });
    await until(() => caller.logged.length >= 3);
    expect(caller.logged).toEqual(['high', 'low', 'high']);
  },

  async changes(caller: Caller) {
    const { heard, stop } = await caller.watch(README);
    await caller.call('touch');
    const expected = ['prompts', 'resources', 'tools', `updated ${README}`];
    await until(() => expected.every((change) => heard.includes(change)));
    // It was told of first.
    expect(heard).not.toContain(`updated ${OTHER}`);
    await stop();
  },

  async ping(caller: Caller) {
    await caller.ping();
  },

  async 'a ping of the server'(caller: Caller) {
    expect((await caller.call('ping_client')).text).toBe('pong');
  },
} as const satisfies Record<string, (caller: Caller) => Promise<void>>;

export type Scenario = keyof typeof SCENARIOS;

/** What a pair cannot do, and why. */
export type Exceptions = { readonly [S in Scenario]?: string };

const MODERN: Exceptions = {
  'elicitation by URL as an error': '2026-07-28 has no such error',
  'a page that is done with': '2026-07-28 has no such notification',
  'changed roots': '2026-07-28 has no such notification',
  ping: '2026-07-28 has no ping',
  'a ping of the server': '2026-07-28 has no ping',
};
const JUNE: Exceptions = {
  'elicitation by URL': '2025-06-18 has only forms',
  'a page that is done with': '2025-06-18 has only forms',
  'elicitation by URL as an error': '2025-06-18 has only forms',
};
const MARCH: Exceptions = {
  'structured content': '2025-03-26 has only content',
  'elicitation by form': '2025-03-26 has no elicitation',
  'elicitation by URL': '2025-03-26 has no elicitation',
  'a page that is done with': '2025-03-26 has no elicitation',
  'elicitation by URL as an error': '2025-03-26 has no elicitation',
};

/** What no client and server of a revision can do. */
export const LACKING: Readonly<Record<string, Exceptions>> = {
  '2026-07-28': MODERN,
  '2025-11-25': {},
  '2025-06-18': JUNE,
  '2025-03-26': MARCH,
  '2024-11-05': MARCH,
};
