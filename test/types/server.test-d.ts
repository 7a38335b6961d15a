/** What the types of the server promise to those who write handlers. Compiled, never run. */
import { describe, expectTypeOf, test } from 'vitest';
import {
  defineTool,
  link,
  McpServer,
  result,
  text,
  type Context,
  type JsonObject,
  type McpErrorCode,
  type ToolEntry,
} from 'mcpwire/server';
import { serve, toNodeListener } from 'mcpwire/node';
import * as z from 'zod';

const make = () => new McpServer({ name: 't', version: '1' });
type EntriesOf<S> = S extends McpServer<infer Entries> ? Entries : never;

describe('a tool handler', () => {
  test('receives the output of the input schema', () => {
    make().tool(
      't',
      { inputSchema: z.object({ a: z.string().transform(Number), b: z.boolean().default(true) }) },
      (args, ctx) => {
        expectTypeOf(args).toEqualTypeOf<{ a: number; b: boolean }>();
        expectTypeOf(ctx).toEqualTypeOf<Context>();
        return 'x';
      },
    );
  });

  test('returns the input of the output schema, bare or in result(...), now or later', () => {
    const outputSchema = z.object({ status: z.literal('Success'), n: z.number().default(1) });
    const server = make()
      .tool('a', { outputSchema }, () => ({ status: 'Success' }))
      .tool('b', { outputSchema }, async () => Promise.resolve({ status: 'Success', n: 2 }))
      .tool('c', { outputSchema }, () => result({ status: 'Success' }, { content: [text('ok')] }));
    expectTypeOf<EntriesOf<typeof server>['output']>().toEqualTypeOf<{ status: 'Success'; n: number }>();
    // @ts-expect-error the value is not what the schema says
    make().tool('t', { outputSchema }, () => ({ status: 'Failure' }));
    // @ts-expect-error text is no structured value
    make().tool('t', { outputSchema }, () => 'Success');
  });

  test('without an output schema returns text, content or a result', () => {
    const server = make()
      .tool('a', {}, () => 'text')
      .tool('b', {}, () => text('block'))
      .tool('c', {}, () => [text('a'), link('file:///a', 'a')])
      .tool('d', {}, () => ({ content: [text('a')], isError: true }))
      .tool('e', {}, () => {});
    expectTypeOf<EntriesOf<typeof server>['output']>().toEqualTypeOf<undefined>();
    // @ts-expect-error a plain object needs an outputSchema
    make().tool('t', {}, () => ({ n: 1 }));
  });
});

describe('a server', () => {
  test('built by a chain carries each tool: name, input, output', () => {
    const server = make()
      .tool(
        'add',
        {
          inputSchema: z.object({ a: z.number(), b: z.number().default(0) }),
          outputSchema: z.object({ sum: z.number() }),
        },
        ({ a, b }) => ({ sum: a + b }),
      )
      .tool('say', { inputSchema: z.object({ text: z.string() }) }, ({ text: said }) => said);
    expectTypeOf<EntriesOf<typeof server>['name']>().toEqualTypeOf<'add' | 'say'>();
    type Add = Extract<EntriesOf<typeof server>, { name: 'add' }>;
    expectTypeOf<Add['input']>().toEqualTypeOf<{ a: number; b?: number | undefined }>();
    expectTypeOf<Add['output']>().toEqualTypeOf<{ sum: number }>();
    type Say = Extract<EntriesOf<typeof server>, { name: 'say' }>;
    expectTypeOf<Say['output']>().toEqualTypeOf<undefined>();
  });

  test('carries the tools of server.add', () => {
    const one = defineTool('one', { inputSchema: z.object({ n: z.number() }) }, ({ n }) => String(n));
    const two = defineTool('two', {}, () => 'x');
    const server = make().add(one, two);
    expectTypeOf<EntriesOf<typeof server>['name']>().toEqualTypeOf<'one' | 'two'>();
    expectTypeOf<Extract<EntriesOf<typeof server>, ToolEntry<'one'>>['input']>().toEqualTypeOf<{ n: number }>();
  });

  test('keeps its type through methods, notifications and middleware', () => {
    const server = make()
      .tool('a', {}, () => 'x')
      .method('own', {}, () => ({}))
      .notification('n', {}, () => {})
      .use((next) => next);
    expectTypeOf<EntriesOf<typeof server>['name']>().toEqualTypeOf<'a'>();
  });

  test('is served whatever its tools are', () => {
    const server = make().tool('a', {}, () => 'x');
    expectTypeOf(serve).toBeCallableWith(server, { port: 0 });
    expectTypeOf(toNodeListener).toBeCallableWith(server, { trustParsedBody: true });
    expectTypeOf(server.fetch).toEqualTypeOf<(request: Request) => Promise<Response>>();
  });
});

describe('a method of your own', () => {
  test('receives what its params schema yields, or an object', () => {
    make().method('a', { params: z.object({ n: z.string().transform(Number) }) }, (params) => {
      expectTypeOf(params).toEqualTypeOf<{ n: number }>();
    });
    make().method('b', {}, (params) => {
      expectTypeOf(params).toEqualTypeOf<JsonObject>();
    });
  });

  test('throws what ctx.error makes', () => {
    make().method('a', {}, (_params, ctx) => {
      expectTypeOf(ctx.error(1, 'x', { status: 401, data: {} }).code).toEqualTypeOf<McpErrorCode>();
    });
  });
});
