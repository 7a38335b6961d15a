import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  audio,
  definePrompt,
  image,
  inputRequired,
  link,
  McpError,
  McpServer,
  resource,
  text,
  type Context,
  type PromptReturn,
  type ServerOptions,
} from 'mcpwire/server';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { adapters, type Mounted } from '../helpers/adapters.js';
import { ask, headersOf, META, modern, rpc, type Answer } from '../helpers/wire.js';

type OnError = NonNullable<ServerOptions['onError']>;
const make = (options: ServerOptions = {}) => new McpServer({ name: 'p', version: '1' }, options);
const saying = (value: unknown, options?: ServerOptions, definition: object = {}) =>
  make(options).prompt('p', definition, () => value as PromptReturn);
const get = (server: McpServer<unknown>, name: unknown = 'p', args?: unknown, options = {}) =>
  ask(server, modern('prompts/get', { name, ...(args === undefined ? {} : { arguments: args }) }, options));
const review = () =>
  make().prompt(
    'code_review',
    {
      argsSchema: z.object({
        code: z.string().meta({ title: 'Code', description: 'The code to review' }),
        language: z.string().optional().describe('Guessed when absent'),
        tone: z.string().default('kind'),
      }),
    },
    ({ code, language = 'any', tone }) => `${tone} ${language}: ${code}`,
  );

describe('the capability', () => {
  // spec: server/prompts#capabilities.1
  test('is declared, with listChanged, by a server that has prompts', async () => {
    const { result } = await ask(saying('x'), modern('server/discover'));
    expect(result['capabilities']).toMatchObject({ prompts: { listChanged: true } });
  });

  // spec: server/prompts#implementation-considerations.3
  test('is not declared by a server without prompts, whose methods do not exist', async () => {
    expect((await ask(make(), modern('server/discover'))).result['capabilities']).not.toHaveProperty('prompts');
    for (const method of ['prompts/list', 'prompts/get']) {
      expect(await ask(make(), modern(method, { name: 'p' }))).toMatchObject({ status: 404, error: { code: -32601 } });
    }
  });

  // spec: server/prompts#capabilities.2
  test('once declared is kept: when the last prompt has gone, the list is empty', async () => {
    const server = saying('x');
    await ask(server, modern('server/discover'));
    server.remove('prompt', 'p');
    expect((await ask(server, modern('prompts/list'))).result['prompts']).toEqual([]);
    expect(await get(server)).toMatchObject({ error: { code: -32602 } });
  });
});

describe('prompts/list', () => {
  // spec: server/prompts#capabilities.2 server/prompts#prompt basic#icons
  test('shows each prompt as it was defined, in the order of registration', async () => {
    const icons = [{ src: 'https://example.com/review.svg', mimeType: 'image/svg+xml', sizes: ['any'] }];
    const server = review().prompt(
      'another',
      { title: 'Another', description: 'Says hello', icons, meta: { 'com.example/x': 1 } },
      () => 'hello',
    );
    expect((await ask(server, modern('prompts/list'))).result).toEqual({
      resultType: 'complete',
      prompts: [
        {
          name: 'code_review',
          arguments: [
            { name: 'code', title: 'Code', description: 'The code to review', required: true },
            { name: 'language', description: 'Guessed when absent', required: false },
            { name: 'tone', required: false },
          ],
        },
        { name: 'another', title: 'Another', description: 'Says hello', icons, _meta: { 'com.example/x': 1 } },
      ],
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { [META.server]: { name: 'p', version: '1' } },
    });
  });

  // spec: server/prompts#capabilities.3 basic#statelessness.1
  test('BI15: is the same for every connection, whatever was asked before', async () => {
    const server = review();
    const before = await (await server.fetch(modern('prompts/list'))).text();
    await get(server, 'code_review', { code: 'x' });
    expect(await (await server.fetch(modern('prompts/list'))).text()).toBe(before);
  });
});

describe('what a handler returns', () => {
  const red = new Uint8Array([1, 2, 255]);
  const annotations = { audience: ['user'], priority: 0.5, lastModified: '2025-01-12T15:00:58Z' } as const;
  const user = (content: unknown) => [{ role: 'user', content }];

  // spec: server/prompts#image-content.1 server/prompts#audio-content.1 server/prompts#embedded-resources.1
  // spec: server/prompts#embedded-resources.2 server/prompts#embedded-resources.3 server/prompts#text-content
  // spec: server/prompts#resource-links
  test.each<[string, unknown, unknown]>([
    ['a string', 'hello', user({ type: 'text', text: 'hello' })],
    ['text', text('hello', { annotations }), user({ type: 'text', text: 'hello', annotations })],
    [
      'an image',
      image(red, 'image/png', { annotations }),
      user({ type: 'image', data: 'AQL/', mimeType: 'image/png', annotations }),
    ],
    [
      'audio',
      audio(red, 'audio/wav', { annotations }),
      user({ type: 'audio', data: 'AQL/', mimeType: 'audio/wav', annotations }),
    ],
    [
      'a link to a resource',
      link('file:///a.rs', 'a.rs', { title: 'A', description: 'x', mimeType: 'text/x-rust', size: 3, annotations }),
      user({
        type: 'resource_link',
        uri: 'file:///a.rs',
        name: 'a.rs',
        title: 'A',
        description: 'x',
        mimeType: 'text/x-rust',
        size: 3,
        annotations,
      }),
    ],
    [
      'an embedded resource of text',
      resource({ uri: 'resource://a', mimeType: 'text/plain', text: 'x' }, { annotations }),
      user({ type: 'resource', resource: { uri: 'resource://a', mimeType: 'text/plain', text: 'x' }, annotations }),
    ],
    [
      'an embedded resource of bytes',
      resource({ uri: 'resource://a', mimeType: 'image/png', blob: 'AQL/' }, { _meta: { x: 1 } }),
      user({
        type: 'resource',
        resource: { uri: 'resource://a', mimeType: 'image/png', blob: 'AQL/' },
        _meta: { x: 1 },
      }),
    ],
    [
      'messages of both roles',
      [
        { role: 'user', content: text('2 + 2?') },
        { role: 'assistant', content: text('4') },
      ],
      [
        { role: 'user', content: { type: 'text', text: '2 + 2?' } },
        { role: 'assistant', content: { type: 'text', text: '4' } },
      ],
    ],
    ['no messages', [], []],
    ['a whole result', { messages: user(text('x')) }, user({ type: 'text', text: 'x' })],
  ])('%s', async (_what, value, messages) => {
    expect((await get(saying(value))).result['messages']).toEqual(messages);
    expect((await get(saying(Promise.resolve(value)))).result['messages']).toEqual(messages);
  });

  test('the description of the definition goes out with messages; a whole result brings its own, and _meta', async () => {
    const definition = { description: 'From the definition' };
    expect((await get(saying('x', {}, definition))).result['description']).toBe('From the definition');
    const whole = { description: 'Own', messages: [], _meta: { x: 1 } };
    expect((await get(saying(whole, {}, definition))).result).toEqual({
      resultType: 'complete',
      ...whole,
      _meta: { x: 1, [META.server]: { name: 'p', version: '1' } },
    });
  });

  // spec: server/utilities/caching#cacheable-results
  test('carries no cache hints: prompts/get is no cacheable result', async () => {
    const { result } = await get(saying('x', { cache: { ttlMs: 5, cacheScope: 'public' } }));
    expect(result).not.toHaveProperty('ttlMs');
    expect(result).not.toHaveProperty('cacheScope');
  });

  // spec: server/prompts#security.1
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a plain object', { n: 1 }],
    ['messages without a role', [{ content: text('x') }]],
    ['messages of another role', [{ role: 'system', content: text('x') }]],
    ['messages without content', [{ role: 'user' }]],
    ['messages whose content is a string', [{ role: 'user', content: 'x' }]],
    ['a result with junk in it', { messages: [7] }],
    ['blocks without messages', [text('x')]],
  ])('%s is a masked error that tells the author what is wrong', async (_what, value) => {
    const onError = vi.fn<OnError>();
    expect(await get(saying(value, { onError }))).toMatchObject({
      status: 200,
      error: { code: -32603, message: expect.stringMatching(/^Prompt "p" failed \(error id \w+\)$/) as unknown },
    });
    expect(String(onError.mock.calls[0]?.[0])).toContain(
      'TypeError: Prompt "p" returned neither text, content, messages nor { messages: [...] }',
    );
  });
});

describe('arguments', () => {
  // spec: server/prompts#implementation-considerations.1
  test('reach the handler as the schema yields them, with defaults', async () => {
    const server = review();
    expect((await get(server, 'code_review', { code: 'x' })).result['messages']).toMatchObject([
      { content: { text: 'kind any: x' } },
    ]);
    expect(
      (await get(server, 'code_review', { code: 'x', language: 'go', tone: 'stern' })).result['messages'],
    ).toMatchObject([{ content: { text: 'stern go: x' } }]);
  });

  // spec: server/prompts#error-handling.2 server/prompts#implementation-considerations.1
  // spec: server/prompts#security.1
  test('that are missing or do not fit are -32602 with each path, and no handler runs', async () => {
    const handler = vi.fn<() => string>(() => 'x');
    const server = make().prompt('p', { argsSchema: z.object({ a: z.string(), b: z.string() }) }, handler);
    for (const args of [undefined, {}, { a: 1, b: null }]) {
      expect(await get(server, 'p', args)).toMatchObject({
        status: 200,
        error: {
          code: -32602,
          message: expect.stringMatching(/^Invalid arguments for prompt "p":\n- a: .*\n- b: /) as unknown,
        },
      });
    }
    expect(handler).not.toHaveBeenCalled();
  });

  test.each([7, 'x', ['x'], true])('that are no object (%j) are -32602', async (args) => {
    expect(await get(review(), 'code_review', args)).toMatchObject({ error: { code: -32602 } });
    expect(await get(saying('x'), 'p', args)).toMatchObject({ error: { code: -32602 } });
  });

  test('of a prompt that takes none are ignored', async () => {
    const handler = vi.fn<(args: object) => string>(() => 'x');
    await get(make().prompt('p', {}, handler), 'p', { a: 'x' });
    expect(handler.mock.calls[0]?.[0]).toEqual({});
  });

  test('may be converted by the schema, asynchronously too', async () => {
    const argsSchema = z.object({ n: z.string().transform(async (n) => Promise.resolve(Number(n))) });
    const server = make().prompt('p', { argsSchema }, ({ n }) => String(n * 2));
    expect((await get(server, 'p', { n: '21' })).result['messages']).toMatchObject([{ content: { text: '42' } }]);
  });
});

describe('a prompt that does not exist', () => {
  // spec: server/prompts#error-handling.1
  test.each(['q', 'P', '', '__proto__', 'constructor'])('%j is -32602', async (name) => {
    expect(await get(saying('x'), name)).toMatchObject({
      status: 200,
      error: { code: -32602, message: `Unknown prompt: ${name}` },
    });
  });

  test.each([{}, { name: null }, { name: 7 }, { name: {} }])('params of %j are -32602', async (params) => {
    expect(await ask(saying('x'), modern('prompts/get', params))).toMatchObject({ error: { code: -32602 } });
  });
});

describe('an error in a handler', () => {
  const throwing = (error: unknown, onError: OnError = () => {}) =>
    make({ onError }).prompt('p', {}, () => {
      throw error;
    });

  // spec: server/prompts#error-handling.3
  test.each<[string, unknown]>([
    ['an Error', new Error('secret')],
    ['an McpError of a client that the handler uses', new McpError('forbidden', 'secret', { status: 403 })],
  ])('%s is -32603, masked, with an error id that onError hears', async (_what, error) => {
    const onError = vi.fn<OnError>();
    const answer = await get(throwing(error, onError));
    expect(answer).toMatchObject({ status: 200, error: { code: -32603 } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    const [heard, , errorId] = onError.mock.calls[0]!;
    expect(heard).toBe(error);
    expect(answer.error.message).toBe(`Prompt "p" failed (error id ${errorId})`);
  });

  test('made by ctx.error passes as it is', async () => {
    const onError = vi.fn<OnError>();
    const server = make({ onError }).prompt('p', {}, (_args, ctx) => {
      throw ctx.error(1001, 'Not today', { data: { until: 'tomorrow' }, status: 409 });
    });
    expect(await get(server)).toMatchObject({
      status: 409,
      error: { code: 1001, message: 'Not today', data: { until: 'tomorrow' } },
    });
    expect(onError).not.toHaveBeenCalled();
  });
});

describe('registration', () => {
  const handler = () => 'x';
  const any = (server: unknown) => server as { prompt(...args: unknown[]): unknown };

  test('a name is taken once', () => {
    expect(() => saying('x').prompt('p', {}, handler)).toThrow('prompt "p" exists already');
  });

  test('definePrompt and add', async () => {
    const hello = definePrompt('hello', { argsSchema: z.object({ to: z.string() }) }, ({ to }) => `Hello, ${to}!`);
    const server = make().add(hello);
    expect((await get(server, 'hello', { to: 'you' })).result['messages']).toMatchObject([
      { content: { text: 'Hello, you!' } },
    ]);
    expect(() => server.add(hello)).toThrow('prompt "hello" exists already');
  });

  test.each<[string, unknown, RegExp]>([
    ['no schema', { code: z.string() }, /^prompt "p": argsSchema is not a Standard Schema, such as z\.object\(/],
    ['no JSON Schema form', mini.object({}), /^prompt "p": argsSchema \(zod\) has no JSON Schema form/],
    ['a date', z.object({ when: z.date() }), /^prompt "p": argsSchema has no JSON Schema form/],
    ['no object', z.string(), /^prompt "p": argsSchema must be an object: z\.object\(/],
  ])('an argsSchema that is %s throws, with the name and the cure', (_what, argsSchema, message) => {
    expect(() => any(make()).prompt('p', { argsSchema }, handler)).toThrow(message);
  });

  test('complete is for arguments that there are', () => {
    const argsSchema = z.object({ a: z.string() });
    expect(() => any(make()).prompt('p', { argsSchema, complete: { b: [] } }, handler)).toThrow(
      'prompt "p": complete.b is no argument',
    );
    expect(() => any(make()).prompt('p', { complete: { a: [] } }, handler)).toThrow(/complete\.a is no argument/);
  });

  test.each<[string, unknown[]]>([
    ['no definition', ['p', handler]],
    ['a description in its place', ['p', 'says things', {}, handler]],
    ['no handler', ['p', {}]],
    ['one object', [{ name: 'p' }, handler]],
    ['one object with everything', [{ name: 'p', load: handler }]],
  ])('habits of other libraries get an error that shows our line: %s', (_what, args) => {
    expect(() => any(make()).prompt(...args)).toThrow(/write server\.prompt\('/);
  });
});

describe('the context', () => {
  test('is given to handlers, with what was asked and who asks', async () => {
    const seen: Context[] = [];
    const server = make().prompt('p', {}, (_args, ctx) => {
      seen.push(ctx);
      return 'x';
    });
    const auth = { scopes: [], subject: 'u', claims: {} };
    await server.handler({ auth })(modern('prompts/get', { name: 'p' }, { id: 'p1' }));
    expect(seen[0]).toMatchObject({ id: 'p1', auth });
  });

  // spec: server/prompts#getting-a-prompt
  test('a prompt may ask for input', async () => {
    const server = make().prompt('p', {}, () => inputRequired({ inputRequests: { r: { method: 'roots/list' } } }));
    const { result } = await get(server, 'p', {}, { meta: { [META.capabilities]: { roots: {} } } });
    expect(result).toMatchObject({ resultType: 'input_required', inputRequests: { r: { method: 'roots/list' } } });
  });
});

describe.each(adapters)('over HTTP: $name', ({ mount }) => {
  let mounted: Mounted;
  beforeAll(async () => {
    mounted = await mount(make().prompt('grüße', {}, () => 'Hallo'));
  });
  afterAll(() => mounted.close());

  // spec: basic/transports/streamable-http#standard-request-headers
  test('Mcp-Name is the name, encoded where it is more than ASCII', async () => {
    const message = rpc('prompts/get', { name: 'grüße' });
    const send = async (headers: Record<string, string>) => {
      const all = Object.entries({ host: '127.0.0.1', ...headersOf(message), ...headers });
      const { status, text: body } = await mounted.send({ headers: all, body: JSON.stringify(message) });
      return { status, ...(JSON.parse(body) as Answer) };
    };
    expect(await send({})).toMatchObject({ status: 200, result: { messages: [{ content: { text: 'Hallo' } }] } });
    expect(await send({ 'mcp-name': 'other' })).toMatchObject({ status: 400, error: { code: -32020 } });
  });
});
