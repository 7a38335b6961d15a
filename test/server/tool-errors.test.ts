import { afterEach, describe, expect, test, vi } from 'vitest';
import { McpError, McpServer, text, ToolError, type Context, type ServerOptions } from 'mcpwire/server';
import * as z from 'zod';
import { settle } from '../helpers/gate.js';
import { ask, firstText, modern, toolCall } from '../helpers/wire.js';

afterEach(() => void vi.restoreAllMocks());

type OnError = NonNullable<ServerOptions['onError']>;
const throwing = (error: unknown, options: ServerOptions = {}) =>
  new McpServer({ name: 'e', version: '1' }, options).tool('t', {}, () => {
    throw error;
  });

// spec: server/tools#error-handling
describe('an error that a tool throws', () => {
  test('ToolError is for the model: isError and its message', async () => {
    const onError = vi.fn<() => void>();
    const answer = await ask(throwing(new ToolError('b must not be 0'), { onError }), toolCall('t'));
    expect(answer).toMatchObject({
      status: 200,
      result: { resultType: 'complete', isError: true, content: [{ type: 'text', text: 'b must not be 0' }] },
    });
    expect(onError).not.toHaveBeenCalled();
  });

  test('ToolError may bring content of its own', async () => {
    const answer = await ask(throwing(new ToolError('x', { content: [text('see'), text('below')] })), toolCall('t'));
    expect(answer.result.content).toEqual([
      { type: 'text', text: 'see' },
      { type: 'text', text: 'below' },
    ]);
  });

  test('a ToolError of another copy of the package is one', async () => {
    const foreign = Object.assign(new Error('foreign'), { [Symbol.for('mcpwire.ToolError')]: true });
    expect(firstText(await ask(throwing(foreign), toolCall('t')))).toBe('foreign');
  });

  test.each<[string, unknown]>([
    ['an Error', new Error('secret')],
    ['a string', 'secret'],
    ['undefined', undefined],
    ['an object', { message: 'secret' }],
    [
      'an McpError of a client that the handler uses',
      new McpError('unauthorized', 'secret', { status: 401, rpcCode: -32001, data: 'secret' }),
    ],
    ['an abort', new DOMException('secret', 'AbortError')],
    [
      'an error with a throwing message',
      Object.defineProperty(new Error(), 'message', {
        get: () => {
          throw new Error('secret');
        },
      }),
    ],
  ])(
    '%s is masked: the caller gets the name of the tool and an error id, onError the error, the context and the id',
    async (_what, error) => {
      const onError = vi.fn<OnError>();
      const answer = await ask(throwing(error, { onError }), toolCall('t', {}, { id: 'call' }));
      expect(answer.status).toBe(200);
      expect(JSON.stringify(answer)).not.toContain('secret');
      expect(answer.result.isError).toBe(true);
      const id = /^Tool "t" failed \(error id ([0-9a-z]{1,8})\)$/.exec(firstText(answer))?.[1];
      expect(id).toBeDefined();
      expect(onError).toHaveBeenCalledOnce();
      const [heard, ctx, errorId] = onError.mock.calls[0]!;
      expect(heard).toBe(error);
      expect(ctx?.id).toBe('call');
      expect(errorId).toBe(id);
    },
  );

  test('without onError the console hears it, with the id', async () => {
    const heard = vi.spyOn(console, 'error').mockImplementation(() => {});
    const error = new Error('secret');
    const answer = await ask(throwing(error), toolCall('t'));
    expect(heard).toHaveBeenCalledWith(`mcpwire: ${firstText(answer)}`, error);
  });

  test('an onError that throws itself changes nothing for the caller', async () => {
    const heard = vi.spyOn(console, 'error').mockImplementation(() => {});
    const onError = () => {
      throw new Error('logger down');
    };
    expect((await ask(throwing(new Error('x'), { onError }), toolCall('t'))).result.isError).toBe(true);
    expect(heard).toHaveBeenCalledOnce();
  });

  test('an onError that rejects ends no process', async () => {
    const unhandled = vi.fn<(reason: unknown) => void>();
    const heard = vi.spyOn(console, 'error').mockImplementation(() => {});
    process.on('unhandledRejection', unhandled);
    const onError = (() => Promise.reject(new Error('the log is full'))) as OnError;
    await ask(throwing(new Error('x'), { onError }), toolCall('t'));
    await settle();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(heard).toHaveBeenCalledWith(new Error('the log is full'));
  });

  test('unsafelyExposeErrorMessages sends the message, and onError hears it all the same', async () => {
    const onError = vi.fn<() => void>();
    const answer = await ask(
      throwing(new Error('disk full'), { onError, unsafelyExposeErrorMessages: true }),
      toolCall('t'),
    );
    expect(firstText(answer)).toBe('disk full');
    expect(onError).toHaveBeenCalledOnce();
  });

  test('ctx.error passes through as a JSON-RPC error, with data and status', async () => {
    const server = new McpServer({ name: 'e', version: '1' }).tool('t', {}, (_args, ctx) => {
      throw ctx.error(1001, 'No such job', { data: { job: 1 }, status: 404 });
    });
    expect(await ask(server, toolCall('t', {}, { id: 'x' }))).toMatchObject({
      status: 404,
      id: 'x',
      error: { code: 1001, message: 'No such job', data: { job: 1 } },
    });
  });

  test.each([204, 304, 0, 99, 600, 1_000, Number.NaN, 101])(
    'an error with the status %d, which carries no answer, is answered all the same',
    async (status) => {
      const server = new McpServer({ name: 'e', version: '1' }).tool('t', {}, (_args, ctx) => {
        throw ctx.error(1001, 'x', { status });
      });
      expect(await ask(server, toolCall('t'))).toMatchObject({ status: 200, error: { code: 1001 } });
    },
  );

  test.each([
    [399, 404],
    [400, 400],
    [599, 599],
    [600, 404],
    [undefined, 404],
  ])('of the statuses (%j) those of errors count, else the usual one of the code (%d)', async (status, sent) => {
    const server = new McpServer({ name: 'e', version: '1' }).tool('t', {}, (_args, ctx) => {
      throw ctx.error(-32601, 'x', status === undefined ? {} : { status });
    });
    expect(await ask(server, toolCall('t'))).toMatchObject({ status: sent, error: { code: -32601 } });
  });

  test('an error with data that JSON cannot carry is answered all the same', async () => {
    const onError = vi.fn<() => void>();
    const server = new McpServer({ name: 'e', version: '1' }, { onError }).tool('t', {}, (_args, ctx) => {
      throw ctx.error(1001, 'x', { data: { n: 1n } });
    });
    expect(await ask(server, toolCall('t', {}, { id: 'x' }))).toMatchObject({ id: 'x', error: { code: -32603 } });
    expect(onError).toHaveBeenCalledOnce();
  });
});

// server/tools#error-handling (input validation errors; SEP-1303)
describe('arguments that the schema refuses', () => {
  const inputSchema = z.object({
    job: z.object({ steps: z.array(z.object({ n: z.number().max(5) })) }),
    name: z.string(),
    mode: z.enum(['a', 'b']).optional(),
  });
  let calls = 0;
  const server = new McpServer({ name: 'e', version: '1' }).tool('t', { inputSchema }, () => {
    calls++;
    return 'ok';
  });

  // spec: server/tools#security-considerations.1
  test('are a tool error that names each path, and the handler does not run', async () => {
    const answer = await ask(server, toolCall('t', { job: { steps: [{ n: 1 }, { n: 9 }, { n: 'x' }] }, mode: 'c' }));
    expect(answer.status).toBe(200);
    expect(answer.result.isError).toBe(true);
    const lines = firstText(answer).split('\n');
    expect(lines[0]).toBe('Invalid arguments for tool "t":');
    expect(lines).toHaveLength(5);
    expect(new Set(lines.slice(1).map((line) => line.split(':')[0]))).toEqual(
      new Set(['- job.steps.1.n', '- job.steps.2.n', '- mode', '- name']),
    );
    expect(calls).toBe(0);
  });

  test('absent arguments are an empty object', async () => {
    expect(firstText(await ask(server, modern('tools/call', { name: 't' })))).toContain('- job: ');
    const optional = new McpServer({ name: 'e', version: '1' }).tool(
      't',
      { inputSchema: z.object({ a: z.string().default('z') }) },
      ({ a }) => a,
    );
    expect(firstText(await ask(optional, modern('tools/call', { name: 't' })))).toBe('z');
  });

  test('a problem of the whole is at the root', async () => {
    const pair = new McpServer({ name: 'e', version: '1' }).tool(
      't',
      { inputSchema: z.object({ a: z.number() }).refine(() => false, 'never right') },
      () => 'x',
    );
    expect(firstText(await ask(pair, toolCall('t', { a: 1 })))).toBe(
      'Invalid arguments for tool "t":\n- (root): never right',
    );
  });

  test('are checked by an async schema, too', async () => {
    const schema = z.object({ a: z.string().refine(async (value) => Promise.resolve(value !== 'taken'), 'is taken') });
    const slow = new McpServer({ name: 'e', version: '1' }).tool('t', { inputSchema: schema }, ({ a }) => a);
    expect(firstText(await ask(slow, toolCall('t', { a: 'taken' })))).toContain('- a: is taken');
    expect(firstText(await ask(slow, toolCall('t', { a: 'free' })))).toBe('free');
  });

  test('a schema that throws is a masked error', async () => {
    const onError = vi.fn<() => void>();
    const schema = z.object({}).refine(() => {
      throw new Error('secret');
    });
    const broken = new McpServer({ name: 'e', version: '1' }, { onError }).tool(
      't',
      { inputSchema: schema },
      () => 'x',
    );
    const answer = await ask(broken, toolCall('t'));
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(onError).toHaveBeenCalledOnce();
  });

  test('a handler receives what the schema yields: defaults, transforms, no unknown keys', async () => {
    const seen: unknown[] = [];
    const schema = z.object({ n: z.string().transform(Number), d: z.number().default(1) });
    const strict = new McpServer({ name: 'e', version: '1' }).tool(
      't',
      { inputSchema: schema },
      (args, _ctx: Context) => void seen.push(args),
    );
    await ask(strict, toolCall('t', { n: '7', extra: 1 }));
    expect(seen).toEqual([{ n: 7, d: 1 }]);
  });
});
