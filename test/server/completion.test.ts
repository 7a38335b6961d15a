import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { McpError, McpServer, type Completer, type CompletionContext, type ServerOptions } from 'mcpwire/server';
import * as z from 'zod';
import { ask, modern, plain, type Json } from '../helpers/wire.js';

type OnError = NonNullable<ServerOptions['onError']>;
const LANGUAGES = ['go', 'Python', 'PyTorch', 'rust'];
const make = (complete: Completer = LANGUAGES, options: ServerOptions = {}) =>
  new McpServer({ name: 'c', version: '1' }, options)
    .prompt(
      'review',
      { argsSchema: z.object({ language: z.string(), code: z.string() }), complete: { language: complete } },
      () => 'x',
    )
    .resource('repo://{owner}/{name}', { name: 'repo', complete: { owner: complete } }, () => 'x')
    .resource('docs://a', { name: 'a' }, () => 'x');

const PROMPT = { type: 'ref/prompt', name: 'review' };
const TEMPLATE = { type: 'ref/resource', uri: 'repo://{owner}/{name}' };
const complete = (server: McpServer<unknown>, params: Json, options = {}) =>
  ask(server, modern('completion/complete', params, options));
const values = async (server: McpServer<unknown>, value = '', ref: unknown = PROMPT, name = 'language') =>
  (await complete(server, { ref, argument: { name, value } })).result['completion'] as Json;

describe('the capability', () => {
  // spec: server/utilities/completion#capabilities.1
  test('is declared by a server that completes anything', async () => {
    expect((await ask(make(), modern('server/discover'))).result['capabilities']).toMatchObject({ completions: {} });
  });

  // spec: server/utilities/completion#error-handling.1
  test('is not declared by one that completes nothing, where the method does not exist', async () => {
    const server = new McpServer({ name: 'c', version: '1' }).prompt('p', {}, () => 'x');
    expect((await ask(server, modern('server/discover'))).result['capabilities']).not.toHaveProperty('completions');
    expect(await complete(server, { ref: { type: 'ref/prompt', name: 'p' }, argument: {} })).toMatchObject({
      status: 404,
      error: { code: -32601 },
    });
  });
});

describe('a list of all values', () => {
  // spec: server/utilities/completion#completion-results
  test('offers those that start alike, whatever their case, in its order', async () => {
    expect(await values(make())).toEqual({ values: LANGUAGES, total: 4, hasMore: false });
    expect(await values(make(), 'py')).toEqual({ values: ['Python', 'PyTorch'], total: 2, hasMore: false });
    expect(await values(make(), 'x')).toEqual({ values: [], total: 0, hasMore: false });
  });

  // spec: server/utilities/completion#reference-types
  test('completes a variable of a template, too', async () => {
    expect(await values(make(), 'r', TEMPLATE, 'owner')).toEqual({ values: ['rust'], total: 1, hasMore: false });
  });
});

describe('a function', () => {
  // spec: server/utilities/completion#requesting-completions
  test('gets what was typed, and the context, with the arguments that are settled already', async () => {
    const completer = vi.fn<(value: string, ctx: CompletionContext) => string[]>(() => ['flask']);
    const server = make(completer);
    const params = { ref: PROMPT, argument: { name: 'language', value: 'fla' } };
    await complete(server, { ...params, context: { arguments: { code: 'x', language: 'y' } } }, { id: 'c1' });
    const [value, ctx] = completer.mock.calls[0]!;
    expect(value).toBe('fla');
    expect(ctx.arguments).toEqual({ code: 'x', language: 'y' });
    expect(ctx.id).toBe('c1');
    expect(ctx.signal).toBeInstanceOf(AbortSignal);
    for (const context of [undefined, {}, { arguments: {} }]) {
      await complete(server, { ...params, ...(context && { context }) });
      expect(completer.mock.lastCall![1].arguments).toEqual({});
    }
  });

  test('may take its time', async () => {
    expect(
      await values(
        make(async (value) => Promise.resolve([`${value}!`])),
        'a',
      ),
    ).toMatchObject({ values: ['a!'] });
  });

  test('is trusted with relevance: nothing is filtered or sorted', async () => {
    expect(
      await values(
        make(() => ['b', 'a', 'c']),
        'z',
      ),
    ).toMatchObject({ values: ['b', 'a', 'c'] });
  });

  // spec: server/utilities/completion#completion-results
  test.each<[string, ReturnType<Extract<Completer, (...args: never) => unknown>>, Json]>([
    ['with a total', { values: ['a'], total: 10 }, { values: ['a'], total: 10, hasMore: true }],
    ['with a total that is all', { values: ['a'], total: 1 }, { values: ['a'], total: 1, hasMore: false }],
    ['with hasMore', { values: ['a'], hasMore: true }, { values: ['a'], hasMore: true }],
    ['with neither', { values: ['a'] }, { values: ['a'], hasMore: false }],
  ])('may say what else there is: %s', async (_what, returned, completion) => {
    expect(await values(make(() => returned))).toEqual(completion);
  });
});

describe('at most 100 values', () => {
  // spec: server/utilities/completion#completion-results
  test('go out, the first ones; total and hasMore tell of the rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 300 }), fc.boolean(), async (count, asList) => {
        const all = Array.from({ length: count }, (_, n) => `v${n}`);
        expect(await values(make(asList ? all : () => all))).toEqual({
          values: all.slice(0, 100),
          total: count,
          hasMore: count > 100,
        });
      }),
      { numRuns: 50 },
    );
  });

  test('also where a function does not say how many there are', async () => {
    const all = Array.from({ length: 101 }, String);
    expect(await values(make(() => ({ values: all })))).toEqual({ values: all.slice(0, 100), hasMore: true });
  });
});

describe('an argument that has no completer', () => {
  test('has no suggestions, whatever its name', async () => {
    const argsSchema = z.object({ constructor: z.string(), other: z.string() });
    // The members that every object has are not among an author's.
    const complete = { other: ['x'] } as never;
    const server = new McpServer({ name: 'c', version: '1' }).prompt('p', { argsSchema, complete }, () => 'x');
    const params = { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'constructor', value: '' } };
    expect((await ask(server, modern('completion/complete', params))).result['completion']).toMatchObject({
      values: [],
    });
  });

  test('has no suggestions', async () => {
    expect(await values(make(), '', PROMPT, 'code')).toEqual({ values: [], total: 0, hasMore: false });
    expect(await values(make(), '', TEMPLATE, 'name')).toEqual({ values: [], total: 0, hasMore: false });
  });
});

describe('BI14: what does not fit is -32602, and no completer runs', () => {
  const argument = { name: 'language', value: 'p' };
  // spec: server/utilities/completion#error-handling.2 server/utilities/completion#error-handling.3
  // spec: server/utilities/completion#security.1 server/utilities/completion#implementation-considerations.4
  test.each<[string, Json]>([
    ['an unknown prompt', { ref: { type: 'ref/prompt', name: 'none' }, argument }],
    ['an unknown template', { ref: { type: 'ref/resource', uri: 'none://{a}' }, argument }],
    ['a fixed resource', { ref: { type: 'ref/resource', uri: 'docs://a' }, argument }],
    ['an unknown kind', { ref: { type: 'ref/tool', name: 'review' }, argument }],
    ['a prompt by uri', { ref: { type: 'ref/prompt', uri: 'review' }, argument }],
    ['no ref', { argument }],
    ['a ref that is a name', { ref: 'review', argument }],
    ['an unknown argument', { ref: PROMPT, argument: { name: 'none', value: '' } }],
    ['what every object has', { ref: PROMPT, argument: { name: 'constructor', value: '' } }],
    ['no argument', { ref: PROMPT }],
    ['an argument without a name', { ref: PROMPT, argument: { value: 'p' } }],
    ['an argument without a value', { ref: PROMPT, argument: { name: 'language' } }],
    ['a value that is no string', { ref: PROMPT, argument: { name: 'language', value: 7 } }],
    ['a context that is none', { ref: PROMPT, argument, context: 'x' }],
    ['a context of null', { ref: PROMPT, argument, context: null }],
    ['arguments that are none', { ref: PROMPT, argument, context: { arguments: ['x'] } }],
    ['arguments that are no strings', { ref: PROMPT, argument, context: { arguments: { code: 7 } } }],
  ])('%s', async (_what, params) => {
    const completer = vi.fn<() => string[]>(() => []);
    expect(await complete(make(completer), params)).toMatchObject({ status: 200, error: { code: -32602 } });
    expect(completer).not.toHaveBeenCalled();
  });
});

describe('a completer that fails', () => {
  // spec: server/utilities/completion#error-handling.4
  test.each<[string, unknown]>([
    ['an Error', new Error('secret')],
    ['an McpError of a client that it uses', new McpError('unauthorized', 'secret', { status: 401 })],
  ])('%s is -32603, masked, with an error id that onError hears', async (_what, error) => {
    const onError = vi.fn<OnError>();
    const completer = () => {
      throw error;
    };
    const answer = await complete(make(completer, { onError }), {
      ref: PROMPT,
      argument: { name: 'language', value: '' },
    });
    expect(answer).toMatchObject({ status: 200, error: { code: -32603 } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    const [heard, , errorId] = onError.mock.calls[0]!;
    expect(heard).toBe(error);
    expect(answer.error.message).toBe(`The completion of "language" failed (error id ${errorId})`);
  });

  test('with ctx.error says so', async () => {
    const answer = await complete(
      make((_value, ctx) => {
        throw ctx.error(1001, 'Too fast', { status: 429 });
      }),
      { ref: PROMPT, argument: { name: 'language', value: '' } },
    );
    expect(answer).toMatchObject({ status: 429, error: { code: 1001, message: 'Too fast' } });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'go'],
    ['an object of something else', { n: 1 }],
    ['values that are no strings', ['a', 7]],
    ['values that are no list', { values: 'a' }],
  ])('%s is a masked error that tells the author what is wrong', async (_what, returned) => {
    const onError = vi.fn<OnError>();
    const server = make(() => returned as string[], { onError });
    expect(await complete(server, { ref: PROMPT, argument: { name: 'language', value: '' } })).toMatchObject({
      error: { code: -32603 },
    });
    expect(String(onError.mock.calls[0]?.[0])).toBe(
      'TypeError: The completion of "language" must return strings, or { values: [...], total?, hasMore? }',
    );
  });
});

describe('suggestions for those who may have them', () => {
  // spec: server/utilities/completion#security.3
  test('what a caller does not see is as unknown to completion as what is not there', async () => {
    const completer = vi.fn<() => string[]>(() => ['secret']);
    const server = new McpServer({ name: 'c', version: '1' })
      .prompt(
        'admin',
        {
          argsSchema: z.object({ user: z.string() }),
          complete: { user: completer },
          visible: (ctx) => ctx.auth?.scopes.includes('admin'),
        },
        () => 'x',
      )
      .resource(
        'admin://{user}',
        { name: 'admin', complete: { user: completer }, visible: (ctx) => ctx.auth?.scopes.includes('admin') },
        () => 'x',
      );
    const argument = { name: 'user', value: '' };
    for (const [seen, none] of [
      [
        { type: 'ref/prompt', name: 'admin' },
        { type: 'ref/prompt', name: 'none' },
      ],
      [
        { type: 'ref/resource', uri: 'admin://{user}' },
        { type: 'ref/resource', uri: 'none://{user}' },
      ],
    ]) {
      const hidden = await complete(server, { ref: seen, argument });
      expect(hidden.error).toEqual((await complete(server, { ref: none, argument })).error);
      expect(completer).not.toHaveBeenCalled();
      const admin = server.handler({ auth: { scopes: ['admin'], claims: {} } });
      const response = await admin(modern('completion/complete', { ref: seen, argument }));
      expect(await response.json()).toMatchObject({ result: { completion: { values: ['secret'] } } });
      completer.mockClear();
    }
  });

  test('plain JSON-RPC has them, too', async () => {
    const params = { ref: PROMPT, argument: { name: 'language', value: 'g' } };
    expect((await ask(make(), plain('completion/complete', params))).result).toEqual({
      completion: { values: ['go'], total: 1, hasMore: false },
    });
  });
});
