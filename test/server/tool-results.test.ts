import { describe, expect, test, vi } from 'vitest';
import {
  audio,
  image,
  link,
  McpServer,
  resource,
  result,
  text,
  ToolError,
  type Context,
  type ServerOptions,
} from 'mcpwire/server';
import * as z from 'zod';
import { ask, firstText, META, toolCall } from '../helpers/wire.js';

const make = (options: ServerOptions = {}) => new McpServer({ name: 'r', version: '1' }, options);
const returning = (value: unknown, options?: ServerOptions) => make(options).tool('t', {}, () => value as string);

// spec: server/tools#tool-result
describe('without an outputSchema a handler returns', () => {
  test.each<[string, unknown, unknown]>([
    ['a string', 'hello', [{ type: 'text', text: 'hello' }]],
    ['an empty string', '', [{ type: 'text', text: '' }]],
    ['nothing', undefined, []],
    ['one block', text('a'), [{ type: 'text', text: 'a' }]],
    [
      'blocks',
      [text('a'), link('file:///a', 'a', { mimeType: 'text/plain' })],
      [
        { type: 'text', text: 'a' },
        { type: 'resource_link', uri: 'file:///a', name: 'a', mimeType: 'text/plain' },
      ],
    ],
    ['no blocks', [], []],
    ['a full result', { content: [text('a')] }, [{ type: 'text', text: 'a' }]],
    [
      'an image from bytes',
      image(new Uint8Array([1, 2, 255]), 'image/png'),
      [{ type: 'image', data: 'AQL/', mimeType: 'image/png' }],
    ],
    [
      'audio from base64',
      audio('AQL/', 'audio/wav', { annotations: { priority: 1 } }),
      [{ type: 'audio', data: 'AQL/', mimeType: 'audio/wav', annotations: { priority: 1 } }],
    ],
    [
      'an embedded resource',
      resource({ uri: 'file:///a', text: 'x' }),
      [{ type: 'resource', resource: { uri: 'file:///a', text: 'x' } }],
    ],
    ['a block of a type of tomorrow', { type: 'hologram', beam: 1 }, [{ type: 'hologram', beam: 1 }]],
  ])('%s', async (_what, value, content) => {
    const answer = await ask(returning(value), toolCall('t'));
    expect(answer.status).toBe(200);
    expect(answer.result.content).toEqual(content);
    expect(answer.result.isError).toBeUndefined();
    expect(answer.result).not.toHaveProperty('structuredContent');
  });

  // spec: server/tools#text-content server/tools#image-content server/tools#audio-content
  // spec: server/tools#resource-links server/tools#embedded-resources
  test('every kind of block keeps its annotations and its _meta', async () => {
    const options = {
      annotations: { audience: ['user', 'assistant'], priority: 0.7, lastModified: '2025-05-03T14:30:00Z' },
      _meta: { 'com.example/x': 1 },
    } as const;
    const blocks = [
      text('a', options),
      image('AQL/', 'image/png', options),
      audio(new Uint8Array([1, 2, 255]), 'audio/wav', options),
      link('file:///a.rs', 'a.rs', { title: 'A', icons: [{ src: 'data:,' }], size: 3, ...options }),
      resource({ uri: 'file:///a', mimeType: 'text/plain', text: 'x', _meta: { y: 2 } }, options),
      resource({ uri: 'file:///b', mimeType: 'image/png', blob: 'AQL/' }, options),
    ];
    const { content } = (await ask(returning(blocks), toolCall('t'))).result;
    expect(content).toEqual([
      { type: 'text', text: 'a', ...options },
      { type: 'image', data: 'AQL/', mimeType: 'image/png', ...options },
      { type: 'audio', data: 'AQL/', mimeType: 'audio/wav', ...options },
      {
        type: 'resource_link',
        uri: 'file:///a.rs',
        name: 'a.rs',
        title: 'A',
        icons: [{ src: 'data:,' }],
        size: 3,
        ...options,
      },
      {
        type: 'resource',
        resource: { uri: 'file:///a', mimeType: 'text/plain', text: 'x', _meta: { y: 2 } },
        ...options,
      },
      { type: 'resource', resource: { uri: 'file:///b', mimeType: 'image/png', blob: 'AQL/' }, ...options },
    ]);
  });

  test.each([new ArrayBuffer(2), [1, 2], { length: 2 }, undefined])(
    'bytes that are no Uint8Array throw (%#)',
    (data) => {
      expect(() => image(data as Uint8Array, 'image/png')).toThrow('Bytes must be a Uint8Array');
    },
  );

  test('a full result with everything a result may have', async () => {
    const full = { content: [text('a')], isError: true, structuredContent: { n: 1 }, _meta: { x: 1 } };
    expect((await ask(returning(full), toolCall('t'))).result).toMatchObject({
      ...full,
      resultType: 'complete',
      _meta: { x: 1, [META.server]: { name: 'r', version: '1' } },
    });
  });

  test('bytes of any length as base64', async () => {
    const bytes = new Uint8Array(100_000).map((_, index) => index);
    const answer = await ask(returning(image(bytes, 'image/png')), toolCall('t'));
    expect((answer.result.content[0] as unknown as { data: string }).data).toBe(Buffer.from(bytes).toString('base64'));
  });

  test.each<[string, unknown]>([
    ['a plain object', { n: 1 }],
    ['an object with content that is none', { content: 'x' }],
    ['a list of other things', [1, 2]],
    ['a number', 7],
    ['null', null],
    ['a boolean', false],
  ])('%s: an error that names the cure goes to onError, and the caller sees none of it', async (_what, value) => {
    const onError = vi.fn<(error: unknown, ctx: Context | undefined, id: string) => void>();
    const answer = await ask(returning(value, { onError }), toolCall('t'));
    expect(answer.result.isError).toBe(true);
    expect(firstText(answer)).toMatch(/^Tool "t" failed \(error id [0-9a-z]{1,8}\)$/);
    expect(onError).toHaveBeenCalledOnce();
    const heard = onError.mock.calls[0]?.[0];
    expect(heard).toBeInstanceOf(TypeError);
    for (const part of ['Tool "t" returned neither', 'text', '{ content: [...] }', 'outputSchema']) {
      expect(String(heard)).toContain(part);
    }
  });

  test.each<[string, unknown]>([
    ['a bigint', { content: [{ type: 'text', text: 1n }] }],
    [
      'a cycle',
      (() => {
        const content: unknown[] = [{ type: 'text', text: 'x' }];
        const value = { content, self: {} };
        value.self = value;
        return value;
      })(),
    ],
  ])('%s that JSON cannot carry: a masked error, never silence', async (_what, value) => {
    const onError = vi.fn<() => void>();
    const answer = await ask(returning(value, { onError }), toolCall('t'));
    expect(answer).toMatchObject({ id: 1, error: { code: -32603 } });
    expect(onError).toHaveBeenCalledOnce();
  });
});

// spec: server/tools#structured-content
describe('with an outputSchema', () => {
  const typed = (value: unknown, options?: ServerOptions) =>
    make(options).tool(
      't',
      { outputSchema: z.object({ n: z.number(), d: z.number().default(5) }) },
      () => value as { n: number },
    );

  // spec: server/tools#structured-content.1 server/tools#output-schema.1
  // spec: server/tools#structured-content.1
  test('a bare return is the structured value, checked and with its defaults, and the same value as text', async () => {
    const { result } = await ask(typed({ n: 1 }), toolCall('t'));
    expect(result.structuredContent).toEqual({ n: 1, d: 5 });
    expect(result.content).toEqual([{ type: 'text', text: '{"n":1,"d":5}' }]);
  });

  test('result() sends content and _meta beside the value', async () => {
    const { result: sent } = await ask(
      typed(result({ n: 1 }, { content: [text('one')], meta: { x: 1 } })),
      toolCall('t'),
    );
    expect(sent).toMatchObject({
      structuredContent: { n: 1, d: 5 },
      content: [{ type: 'text', text: 'one' }],
      _meta: { x: 1 },
    });
  });

  test.each<[string, z.ZodType, unknown]>([
    ['an array', z.array(z.number()), [1, 2]],
    ['a string', z.string(), 'x'],
    ['null', z.null(), null],
    ['an object that looks like a result', z.object({ content: z.array(z.unknown()) }), { content: [] }],
  ])('%s is a structured value like any other', async (_what, outputSchema, value) => {
    const { result: sent } = await ask(
      make().tool('t', { outputSchema }, () => value),
      toolCall('t'),
    );
    expect(sent.structuredContent).toEqual(value);
    expect(firstText({ result: sent } as never)).toBe(JSON.stringify(value));
  });

  // spec: server/tools#output-schema.1
  // spec: server/tools#output-schema.1
  test.each([[{ n: 'secret' }], [undefined], ['secret'], [result({ n: 'secret' })]])(
    'a value that it refuses (%j) is masked for the caller and told to onError',
    async (value) => {
      const onError = vi.fn<(error: unknown, ctx: Context | undefined, id: string) => void>();
      const answer = await ask(typed(value, { onError }), toolCall('t'));
      expect(answer.status).toBe(200);
      expect(answer.result.isError).toBe(true);
      expect(JSON.stringify(answer)).not.toContain('secret');
      expect(answer.result).not.toHaveProperty('structuredContent');
      expect(String(onError.mock.calls[0]?.[0])).toMatch(/Tool "t" returned what does not fit its outputSchema:\n- /);
    },
  );

  test('a tool that failed needs no structured value', async () => {
    const failing = make().tool('t', { outputSchema: z.object({ n: z.number() }) }, () => {
      throw new ToolError('no such thing');
    });
    expect((await ask(failing, toolCall('t'))).result).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'no such thing' }],
    });
  });

  test('an async schema is awaited', async () => {
    const asyncServer = make().tool(
      't',
      { outputSchema: z.object({ n: z.number() }).refine(async ({ n }) => Promise.resolve(n > 0), 'too small') },
      (_args, ctx) => ({ n: Number(ctx.meta['n']) }),
    );
    expect((await ask(asyncServer, toolCall('t', {}, { meta: { n: 1 } }))).result.structuredContent).toEqual({ n: 1 });
  });
});

test('nothing is no structured value, whatever the schema admits', async () => {
  const onError = vi.fn<(error: unknown) => void>();
  const server = make({ onError }).tool('t', { outputSchema: z.unknown() }, () => undefined);
  expect((await ask(server, toolCall('t'))).result).toMatchObject({ isError: true });
  expect(String(onError.mock.calls[0]?.[0])).toMatch(/must return a value: null for none/);
});
