import { describe, expect, test, vi } from 'vitest';
import { McpError, McpServer, type Middleware } from 'mcpwire/server';
import { ask, firstText, META, modern, plain, toolCall } from '../helpers/wire.js';

const make = (options = {}) => new McpServer({ name: 'w', version: '1' }, options).tool('t', {}, () => 'ran');

describe('middleware', () => {
  test('wraps every request, the first one outermost, and sees the result object on its way out', async () => {
    const seen: string[] = [];
    const named =
      (name: string): Middleware =>
      (next) =>
      async (request, ctx) => {
        seen.push(`${name} > ${request.method} ${String(request.id)} ${String(ctx.id)}`);
        const result = await next(request, ctx);
        seen.push(`${name} < ${Object.keys(result).join()}`);
        return result;
      };
    await ask(make().use(named('a')).use(named('b')), toolCall('t', {}, { id: 5 }));
    expect(seen).toEqual(['a > tools/call 5 5', 'b > tools/call 5 5', 'b < content', 'a < content']);
  });

  test('runs before the method is looked up', async () => {
    const guarded = make().use((next) => async (request, ctx) => {
      if (request.method !== 'open') throw ctx.error(-32001, 'Invalid or expired session token', { status: 401 });
      return next(request, ctx);
    });
    expect(await ask(guarded, plain('no/such'))).toMatchObject({ status: 401, error: { code: -32001 } });
    expect(await ask(guarded, plain('open'))).toMatchObject({ status: 404, error: { code: -32601 } });
  });

  test('may answer itself', async () => {
    const server = make().use(() => () => Promise.resolve({ content: [], mine: true }));
    expect((await ask(server, toolCall('t'))).result).toMatchObject({
      resultType: 'complete',
      mine: true,
      _meta: { [META.server]: { name: 'w' } },
    });
    expect((await ask(server, modern('no/such'))).result).toMatchObject({ mine: true });
  });

  test('may change the request and the result', async () => {
    const server = make()
      .tool('other', {}, () => 'other ran')
      .use((next) => async (request, ctx) => {
        const result = await next({ ...request, params: { ...request.params, name: 'other' } }, ctx);
        return { ...result, _meta: { changed: true } };
      });
    const answer = await ask(server, toolCall('t'));
    expect(firstText(answer)).toBe('other ran');
    expect(answer.result['_meta']).toMatchObject({ changed: true });
  });

  test('changes to a static result touch one answer only', async () => {
    let first = true;
    const server = make().use((next) => async (request, ctx) => {
      const result = await next(request, ctx);
      if (!first) return result;
      first = false;
      return { ...result, tools: [] };
    });
    expect((await ask(server, modern('tools/list'))).result['tools']).toEqual([]);
    expect((await ask(server, modern('tools/list'))).result['tools']).toHaveLength(1);
    const rude = make().use((next) => async (request, ctx) => {
      const result = await next(request, ctx);
      expect(Object.isFrozen(result)).toBe(true);
      return result;
    });
    await ask(rude, modern('tools/list'));
  });

  test('an McpError that it throws reaches the caller as it is', async () => {
    const server = make().use(
      () => () =>
        Promise.reject(new McpError('forbidden', 'Not for you', { rpcCode: -31003, status: 403, data: { a: 1 } })),
    );
    expect(await ask(server, toolCall('t', {}, { id: 9 }))).toMatchObject({
      status: 403,
      id: 9,
      error: { code: -31003, message: 'Not for you', data: { a: 1 } },
    });
  });

  test.each<[string, Middleware]>([
    ['throws', () => () => Promise.reject(new Error('secret'))],
    [
      'throws at once',
      () => () => {
        throw new Error('secret');
      },
    ],
    ['returns nothing', () => () => Promise.resolve(undefined as never)],
  ])('that %s is masked and told to onError', async (_what, middleware) => {
    const onError = vi.fn<() => void>();
    const answer = await ask(make({ onError }).use(middleware), toolCall('t'));
    expect(answer).toMatchObject({ status: 200, error: { code: -32603 } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(onError).toHaveBeenCalledOnce();
  });

  test.each<[string, (request: Request) => Request]>([
    ['this revision', (request) => request],
    ['plain JSON-RPC', () => plain('x')],
  ])('that answers with nothing leaves no answer without a result (%s)', async (_what, of) => {
    const server = make({ onError: () => {} }).use(() => () => Promise.resolve(undefined as never));
    const answer = await ask(server, of(modern('x')));
    expect(answer).toMatchObject({ status: 200, id: 1, error: { code: -32603 } });
  });

  test('that throws while it is composed does so where it is added', () => {
    expect(() =>
      make().use(() => {
        throw new Error('bad options');
      }),
    ).toThrow('bad options');
  });

  test('gets a promise from next, and errors as its rejection, whatever the handler is', async () => {
    const seen: unknown[] = [];
    const server = make()
      .use((next) => async (request, ctx) => {
        const pending = next(request, ctx);
        seen.push(pending instanceof Promise);
        return pending.catch((error: unknown) => {
          seen.push(error);
          throw error;
        });
      })
      .tool('fails', {}, (_args, ctx) => {
        throw ctx.error(1001, 'No');
      });
    expect(firstText(await ask(server, toolCall('t')))).toBe('ran');
    expect(await ask(server, toolCall('fails'))).toMatchObject({ error: { code: 1001, message: 'No' } });
    expect(await ask(server, modern('no/such'))).toMatchObject({ error: { code: -32601 } });
    expect(seen).toMatchObject([true, true, { rpcCode: 1001 }, true, { code: 'method_not_found' }]);
  });

  test('is made once, whatever is added later', async () => {
    const made = vi.fn<Middleware>((next) => next);
    const server = make()
      .use(made)
      .use((next) => next);
    await ask(server, modern('tools/list'));
    server.use((next) => next);
    await ask(server, modern('tools/list'));
    expect(made).toHaveBeenCalledTimes(1);
  });

  test('added later wraps later requests', async () => {
    const server = make();
    await ask(server, toolCall('t'));
    server.use(() => () => Promise.resolve({ late: true }));
    expect((await ask(server, toolCall('t'))).result).toMatchObject({ late: true });
  });

  test('may send notifications on the way', async () => {
    const server = make().use((next) => async (request, ctx) => {
      await ctx.notify('seen', { method: request.method });
      return next(request, ctx);
    });
    expect(await (await server.fetch(toolCall('t'))).text()).toMatch(/^data: \{"jsonrpc":"2.0","method":"seen"/);
  });
});

test('middleware that would change what all callers get fails, and what it makes of a copy is one caller’s', async () => {
  const onError = vi.fn<() => void>();
  const list = (change: (tools: Record<string, unknown>[]) => unknown) =>
    make({ onError }).use((next) => async (request, ctx) => {
      const result = await next(request, ctx);
      return { ...result, tools: change(result['tools'] as Record<string, unknown>[]) };
    });
  const pushes = list((tools) => (tools.push({ name: 'more' }), tools));
  const renames = list((tools) => (Object.assign(tools[0]!, { title: 'mine' }), tools));
  for (const server of [pushes, renames]) expect((await ask(server, modern('tools/list'))).error.code).toBe(-32603);
  expect(onError).toHaveBeenCalledTimes(2);
  const copies = list((tools) => tools.map((tool) => ({ ...tool, title: 'mine' })));
  expect((await ask(copies, modern('tools/list'))).result).toMatchObject({ tools: [{ name: 't', title: 'mine' }] });
});
