import { describe, expect, test, vi } from 'vitest';
import { McpError, McpServer, type ContextSource, type ServerOptions } from 'mcpwire/server';
import { until } from '../helpers/gate.js';
import { ask, firstText, meta, modern, plain, post, toolCall } from '../helpers/wire.js';

type OnError = NonNullable<ServerOptions['onError']>;
const make = (options: ServerOptions = {}) => new McpServer({ name: 'c', version: '1' }, options);

describe('server.context', () => {
  test('makes ctx.context for every handler of every kind', async () => {
    const server = make()
      .context(async () => Promise.resolve({ tenant: 'acme' }))
      .tool('t', {}, (_args, ctx) => ctx.context.tenant)
      .prompt('p', {}, (_args, ctx) => ctx.context.tenant)
      .resource('docs://a', { name: 'a' }, (_variables, ctx) => ctx.context.tenant)
      .method('own', {}, (_params, ctx) => ({ tenant: ctx.context.tenant }));
    expect(firstText(await ask(server, toolCall('t')))).toBe('acme');
    const prompt = await ask(server, modern('prompts/get', { name: 'p' }));
    expect(prompt.result).toMatchObject({ messages: [{ content: { text: 'acme' } }] });
    const read = await ask(server, modern('resources/read', { uri: 'docs://a' }));
    expect(read.result).toMatchObject({ contents: [{ text: 'acme' }] });
    expect((await ask(server, modern('own'))).result).toMatchObject({ tenant: 'acme' });
    expect((await ask(server, plain('own'))).result).toEqual({ tenant: 'acme' });
  });

  test('is told of the message, of HTTP, and of what is trusted', async () => {
    const seen: ContextSource[] = [];
    const server = make()
      .context((source) => void seen.push(source))
      .tool('t', {}, () => 'x');
    const auth = { scopes: [], subject: 'u', claims: {} };
    const request = toolCall('t', { a: 1 }, { id: 'c1', headers: { 'x-tenant': 'acme' } });
    await server.handler({ auth, platform: { kv: 1 } })(request);
    expect(seen).toHaveLength(1);
    const [{ request: told, ...trusted }] = seen as [ContextSource];
    expect(trusted).toEqual({ auth, platform: { kv: 1 } });
    expect(told).toMatchObject({
      id: 'c1',
      method: 'tools/call',
      params: { name: 't', arguments: { a: 1 } },
      url: 'http://localhost/mcp',
    });
    expect(told.headers.get('x-tenant')).toBe('acme');
  });

  test('is made anew for each request', async () => {
    let count = 0;
    const server = make()
      .context(() => ({ n: ++count }))
      .tool('t', {}, (_args, ctx) => String(ctx.context.n));
    const texts = await Promise.all([1, 2, 3].map(async () => firstText(await ask(server, toolCall('t')))));
    expect(new Set(texts)).toEqual(new Set(['1', '2', '3']));
  });

  test('comes before middleware, which sees it', async () => {
    const order: string[] = [];
    const server = make()
      .use((next) => async (request, ctx) => {
        order.push(`middleware ${String(ctx.context)}`);
        return next(request, ctx);
      })
      .context(async () => {
        await Promise.resolve();
        order.push('context');
        return 'made';
      })
      .tool('t', {}, (_args, ctx) => {
        order.push(`handler ${ctx.context}`);
        return 'x';
      });
    await ask(server, toolCall('t'));
    expect(order).toEqual(['context', 'middleware made', 'handler made']);
  });

  test('is there for visible', async () => {
    const server = make()
      .context(({ request }) => ({ beta: request.headers.get('x-beta') === '1' }))
      .tool('t', { visible: (ctx) => (ctx.context as { beta: boolean }).beta }, () => 'x');
    const names = async (headers = {}) =>
      ((await ask(server, modern('tools/list', {}, { headers }))).result['tools'] as { name: string }[]).length;
    expect([await names(), await names({ 'x-beta': '1' })]).toEqual([0, 1]);
  });

  test('serves notifications, too', async () => {
    const heard: unknown[] = [];
    const server = make()
      .context(({ request }) => request.method)
      .notification('told', {}, (_params, ctx) => heard.push([ctx.id, ctx.context]));
    const message = { jsonrpc: '2.0', method: 'told', params: { _meta: meta() } };
    const response = await server.fetch(post(JSON.stringify(message), { 'content-type': 'application/json' }));
    expect(response.status).toBe(202);
    await until(() => heard.length > 0);
    expect(heard).toEqual([[undefined, 'told']]);
  });

  test('is undefined without one', async () => {
    const server = make().tool('t', {}, (_args, ctx) => String(ctx.context));
    expect(firstText(await ask(server, toolCall('t')))).toBe('undefined');
  });
});

describe('a context that cannot be made', () => {
  const failing = (error: unknown, options: ServerOptions = {}) =>
    make(options)
      .context(() => {
        throw error;
      })
      .tool('t', {}, () => 'x');

  test('is an answer, and no handler runs: an McpError as it is', async () => {
    const handler = vi.fn<() => string>(() => 'x');
    const server = make()
      .context(async () => Promise.reject(new McpError('rpc_error', 'No such tenant', { rpcCode: 1001, status: 403 })))
      .tool('t', {}, handler);
    expect(await ask(server, toolCall('t'))).toMatchObject({
      status: 403,
      error: { code: 1001, message: 'No such tenant' },
    });
    expect(handler).not.toHaveBeenCalled();
  });

  test('anything else masked, and told to onError', async () => {
    const onError = vi.fn<OnError>();
    const answer = await ask(failing(new Error('secret'), { onError }), toolCall('t'));
    expect(answer).toMatchObject({ status: 200, error: { code: -32603 } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(String(onError.mock.calls[0]?.[0])).toBe('Error: secret');
  });

  test('of a notification is told to onError', async () => {
    const onError = vi.fn<OnError>();
    const server = failing(new Error('secret'), { onError }).notification('told', {}, () => {});
    const message = { jsonrpc: '2.0', method: 'told' };
    expect((await server.fetch(post(JSON.stringify(message), { 'content-type': 'application/json' }))).status).toBe(
      202,
    );
    await until(() => onError.mock.calls.length > 0);
  });
});
