/** What the types of the server promise to those who write handlers. Compiled, never run. */
import { describe, expectTypeOf, test } from 'vitest';
import {
  definePrompt,
  defineResource,
  defineTool,
  inputRequired,
  link,
  McpServer,
  result,
  text,
  type AuthInfo,
  type CompletionContext,
  type Context,
  type Elicited,
  type JsonObject,
  type McpErrorCode,
  type PromptEntry,
  type ResourceEntry,
  type Root,
  type ToolEntry,
  type Visible,
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
    expectTypeOf(server.fetch).toEqualTypeOf<
      (request: Request, bindings?: unknown, context?: unknown) => Promise<Response>
    >();
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

describe('a resource handler', () => {
  test('receives the variables of its template', () => {
    make().resource('users://{id}', { name: 'u' }, (variables, ctx) => {
      expectTypeOf(variables).toEqualTypeOf<{ readonly id: string }>();
      expectTypeOf(ctx).toEqualTypeOf<Context>();
      return variables.id;
    });
    make().resource('repo://{owner}{/path*}{?rev}', { name: 'r' }, ({ owner, path, rev }) => {
      expectTypeOf(owner).toEqualTypeOf<string>();
      expectTypeOf(path).toEqualTypeOf<readonly string[]>();
      expectTypeOf(rev).toEqualTypeOf<string | undefined>();
      return owner;
    });
    make().resource('docs://readme', { name: 'd' }, (variables) => {
      expectTypeOf(variables).toEqualTypeOf<{}>();
      // @ts-expect-error a fixed URI has no variables
      return variables.id as string;
    });
    // @ts-expect-error there is no such variable
    make().resource('users://{id}', { name: 'u' }, ({ name }) => String(name));
  });

  test('returns text, bytes, contents, a whole result, nothing', () => {
    const server = make()
      .resource('a:1', { name: 'a' }, () => 'text')
      .resource('a:2', { name: 'a' }, () => new Uint8Array())
      .resource('a:3', { name: 'a' }, () => ({ text: 'x', mimeType: 'text/html' }))
      .resource('a:4', { name: 'a' }, () => [{ blob: new Uint8Array() }, { uri: 'a:4#2', text: 'x' }])
      .resource('a:5', { name: 'a' }, () => ({ contents: [{ text: 'x' }], ttlMs: 5, _meta: {} }))
      .resource('a:6', { name: 'a' }, () => undefined)
      .resource('a:7', { name: 'a' }, async () => Promise.resolve(null))
      .resource('a:8', { name: 'a' }, () => inputRequired({ requestState: 1 }));
    expectTypeOf<Extract<EntriesOf<typeof server>, ResourceEntry<'a:8'>>>().not.toBeNever();
    // @ts-expect-error a number is no contents
    make().resource('a:1', { name: 'a' }, () => 7);
    // @ts-expect-error a resource has a name
    make().resource('a:1', {}, () => 'x');
  });

  test('completes its own variables, and no others', () => {
    make().resource(
      'users://{id}',
      {
        name: 'u',
        complete: {
          id: (value, ctx) => {
            expectTypeOf(value).toEqualTypeOf<string>();
            expectTypeOf(ctx).toEqualTypeOf<CompletionContext>();
            expectTypeOf(ctx.arguments).toEqualTypeOf<Readonly<Record<string, string>>>();
            return [value];
          },
        },
      },
      ({ id }) => id,
    );
    // @ts-expect-error there is no such variable
    make().resource('users://{id}', { name: 'u', complete: { name: [] } }, ({ id }) => id);
  });
});

describe('a prompt handler', () => {
  test('receives the output of the schema of its arguments', () => {
    make().prompt(
      'p',
      { argsSchema: z.object({ n: z.string().transform(Number), s: z.string().default('x') }) },
      (args) => {
        expectTypeOf(args).toEqualTypeOf<{ n: number; s: string }>();
        return 'x';
      },
    );
    make().prompt('p', {}, (args) => {
      expectTypeOf(args).toEqualTypeOf<Record<string, never>>();
      return 'x';
    });
  });

  test('returns text, content, messages or a whole result', () => {
    const server = make()
      .prompt('a', {}, () => 'text')
      .prompt('b', {}, () => text('block'))
      .prompt('c', {}, () => [{ role: 'assistant', content: text('x') }])
      .prompt('d', {}, () => ({ description: 'x', messages: [{ role: 'user', content: link('a:1', 'a') }] }))
      .prompt('e', {}, async () => Promise.resolve(inputRequired({ requestState: 1 })));
    expectTypeOf<Extract<EntriesOf<typeof server>, PromptEntry<'e'>>>().not.toBeNever();
    // @ts-expect-error there is no such role
    make().prompt('a', {}, () => [{ role: 'system', content: text('x') }]);
    // @ts-expect-error a prompt says something
    make().prompt('a', {}, () => undefined);
  });

  test('completes its own arguments, and no others', () => {
    const argsSchema = z.object({ language: z.string() });
    const server = make().prompt('p', { argsSchema, complete: { language: ['go', 'rust'] } }, () => 'x');
    expectTypeOf<EntriesOf<typeof server>['args']>().toEqualTypeOf<{ language: string }>();
    // @ts-expect-error there is no such argument
    make().prompt('p', { argsSchema, complete: { code: [] } }, () => 'x');
    // @ts-expect-error a completer answers strings
    make().prompt('p', { argsSchema, complete: { language: () => [7] } }, () => 'x');
  });
});

describe('the entries of a server', () => {
  const server = make()
    .tool('t', { inputSchema: z.object({ n: z.number() }) }, () => 'x')
    .prompt('p', { argsSchema: z.object({ s: z.string().transform(Number) }) }, () => 'x')
    .resource('users://{id}', { name: 'u' }, ({ id }) => id)
    .resource('docs://a', { name: 'a' }, () => 'x');

  test('are a union of what is registered: tools, prompts, resources', () => {
    type Entries = EntriesOf<typeof server>;
    expectTypeOf<Extract<Entries, ToolEntry>['name']>().toEqualTypeOf<'t'>();
    expectTypeOf<Extract<Entries, PromptEntry>>().toEqualTypeOf<PromptEntry<'p', { s: string }>>();
    expectTypeOf<Extract<Entries, ResourceEntry>['resource']>().toEqualTypeOf<'users://{id}' | 'docs://a'>();
  });

  test('are those of server.add, too', () => {
    const added = make().add(
      definePrompt('p', { argsSchema: z.object({ s: z.string() }) }, ({ s }) => s),
      defineResource('users://{id}', { name: 'u' }, ({ id }) => id),
      defineTool('t', {}, () => 'x'),
    );
    type Entries = EntriesOf<typeof added>;
    expectTypeOf<Extract<Entries, PromptEntry>>().toEqualTypeOf<PromptEntry<'p', { s: string }>>();
    expectTypeOf<Extract<Entries, ResourceEntry>>().toEqualTypeOf<ResourceEntry<'users://{id}'>>();
    expectTypeOf<Extract<Entries, ToolEntry>['name']>().toEqualTypeOf<'t'>();
  });

  test('stay through lists, extensions and removal', () => {
    const same = server.list('tools', () => ({ tools: [] })).extend({ id: 'com.example/x' });
    expectTypeOf(same).toEqualTypeOf(server);
    expectTypeOf(server.remove('tool', 't')).toEqualTypeOf<boolean>();
    // @ts-expect-error there is no such list
    server.list('templates', () => ({ templates: [] }));
    // @ts-expect-error a page is named after its list
    server.list('tools', () => ({ resources: [] }));
  });

  test('of a server built by statements are unknown to the compiler, and the server is served like any', () => {
    const built = make();
    built.tool('t', {}, () => 'x');
    built.prompt('p', {}, () => 'x');
    for (const n of [1, 2]) built.resource(`docs://${n}`, { name: String(n) }, () => 'x');
    expectTypeOf(serve).toBeCallableWith(built, { port: 0 });
    expectTypeOf(built.fetch).toEqualTypeOf<
      (request: Request, bindings?: unknown, context?: unknown) => Promise<Response>
    >();
  });
});

describe('server.context', () => {
  const server = make()
    .tool('before', {}, (_args, ctx) => {
      expectTypeOf(ctx.context).toEqualTypeOf<unknown>();
      return 'x';
    })
    .context(async ({ request, auth, platform }) => {
      expectTypeOf(request.headers).toEqualTypeOf<Headers>();
      expectTypeOf(auth).toEqualTypeOf<AuthInfo | undefined>();
      expectTypeOf(platform).toEqualTypeOf<unknown>();
      return Promise.resolve({ tenant: 'acme' });
    });

  test('is what handlers registered after it find at ctx.context', () => {
    type Made = { tenant: string };
    server
      .tool('t', {}, (_args, ctx) => {
        expectTypeOf(ctx.context).toEqualTypeOf<Made>();
        return 'x';
      })
      .prompt('p', {}, (_args, ctx) => {
        expectTypeOf(ctx.context).toEqualTypeOf<Made>();
        return 'x';
      })
      .resource('users://{id}', { name: 'u' }, (_variables, ctx) => {
        expectTypeOf(ctx.context).toEqualTypeOf<Made>();
        return 'x';
      })
      .method('own', {}, (_params, ctx) => {
        expectTypeOf(ctx.context).toEqualTypeOf<Made>();
        return {};
      })
      .notification('told', {}, (_params, ctx) => {
        expectTypeOf(ctx.context).toEqualTypeOf<Made>();
      })
      .list(
        'tools',
        (_position, ctx) => {
          expectTypeOf(ctx.context).toEqualTypeOf<Made>();
          return { tools: [] };
        },
        (_name, _args, ctx) => {
          expectTypeOf(ctx.context).toEqualTypeOf<Made>();
          return 'x';
        },
      );
  });

  test('keeps the entries, and takes the place of an earlier one', () => {
    expectTypeOf<EntriesOf<typeof server>['name']>().toEqualTypeOf<'before'>();
    server
      .context(() => 7)
      .tool('t', {}, (_args, ctx) => {
        expectTypeOf(ctx.context).toEqualTypeOf<number>();
        return 'x';
      });
  });
});

describe('asking the caller', () => {
  test('yields the content that the schema admits, where the person accepted', () => {
    make().tool('t', {}, async (_args, ctx) => {
      const answer = await ctx.elicit('Who?', z.object({ name: z.string(), age: z.number().default(1) }));
      expectTypeOf(answer).toEqualTypeOf<Elicited<{ name: string; age: number }>>();
      // @ts-expect-error nothing is known before the action is
      void answer.content;
      if (answer.action !== 'accept') return answer.action satisfies 'decline' | 'cancel';
      expectTypeOf(answer.content).toEqualTypeOf<{ name: string; age: number }>();
      expectTypeOf(await ctx.roots()).toEqualTypeOf<readonly Root[]>();
      expectTypeOf(await ctx.once('key', () => 7)).toEqualTypeOf<number>();
      expectTypeOf(ctx.requestState).toEqualTypeOf<unknown>();
      return answer.content.name;
    });
  });
});

describe('visible', () => {
  test('may be undecided, which is a no; a promise is a mistake', () => {
    expectTypeOf<ReturnType<Visible>>().toEqualTypeOf<boolean | undefined>();
    make().tool('t', { visible: (ctx) => ctx.auth?.scopes.includes('admin') }, () => 'x');
    // @ts-expect-error who sees what is decided at once
    make().tool('t', { visible: async () => Promise.resolve(true) }, () => 'x');
  });
});

test('habits of other libraries do not compile', () => {
  expectTypeOf(make()).not.toHaveProperty('registerTool');
  // @ts-expect-error server.tool
  make().registerTool('t', {}, () => 'x');
  // @ts-expect-error serve(server)
  void make().connect;
});
