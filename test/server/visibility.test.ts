import { describe, expect, test, vi } from 'vitest';
import { McpServer, type AuthInfo, type Visible } from 'mcpwire/server';
import { fromJsonSchema } from 'mcpwire/json-schema';
import * as z from 'zod';
import { settle } from '../helpers/gate.js';
import { BlockReader } from '../helpers/sse.js';
import { ask, META, modern, toolCall, type Answer, type Json } from '../helpers/wire.js';

const make = (options = {}) => new McpServer({ name: 'v', version: '1' }, options);
const admins: Visible = (ctx) => ctx.auth?.scopes.includes('admin');
const admin: AuthInfo = { scopes: ['admin'], subject: 'a', claims: {} };
const user: AuthInfo = { scopes: ['read'], subject: 'u', claims: {} };

/** What one caller is answered. */
const as = async (server: McpServer<unknown>, auth: AuthInfo | undefined, request: Request) => {
  const response = await server.handler({ auth })(request);
  return { status: response.status, ...((await response.json()) as Answer) };
};

describe('visible', () => {
  const ran = vi.fn<() => string>(() => 'secret');
  const server = (visible: Visible = admins) =>
    make({ pageSize: 2 })
      .tool('open', {}, () => 'open')
      .tool('secret', { visible }, ran)
      .prompt('open', {}, () => 'open')
      .prompt('secret', { visible }, ran)
      .resource('docs://open', { name: 'open' }, () => 'open')
      .resource('docs://secret', { name: 'secret', visible }, ran)
      .resource('open://{id}', { name: 'open' }, () => 'open')
      .resource('secret://{id}', { name: 'secret', visible, list: () => [{ uri: 'secret://1', name: '1' }] }, ran);
  const lists = [
    ['tools/list', 'tools', 'name', ['open', 'secret']],
    ['prompts/list', 'prompts', 'name', ['open', 'secret']],
    ['resources/list', 'resources', 'uri', ['docs://open', 'docs://secret', 'secret://1']],
    ['resources/templates/list', 'resourceTemplates', 'uriTemplate', ['open://{id}', 'secret://{id}']],
  ] as const;
  const namesFor = async (
    served: McpServer<unknown>,
    auth: AuthInfo | undefined,
    [method, key, name]: (typeof lists)[number],
  ) => {
    const names: unknown[] = [];
    let cursor: unknown;
    do {
      const { result } = await as(served, auth, modern(method, cursor === undefined ? {} : { cursor }));
      names.push(...(result[key] as Json[]).map((entry) => entry[name]));
      cursor = result['nextCursor'];
    } while (cursor !== undefined);
    return names;
  };

  // spec: server/tools#capabilities.2 server/prompts#capabilities.2 server/resources#capabilities.2
  // spec: server/tools#security-considerations.2
  test('hides the updates of a resource, too, from who cannot read it', async () => {
    const uris = ['docs://open', 'docs://secret', 'open://1', 'secret://1', 'unknown://1'];
    const updates = async (auth: AuthInfo, asked: readonly string[]) => {
      const secured = server();
      const request = modern('subscriptions/listen', { notifications: { resourceSubscriptions: asked } });
      const reader = new BlockReader(await secured.handler({ auth })(request));
      const acknowledged = await reader.message();
      // What is hidden looks like what does not exist yet: of both the caller is told the same.
      expect(acknowledged).toMatchObject({ params: { notifications: { resourceSubscriptions: asked } } });
      for (const uri of uris) {
        secured.notify.resourceUpdated(uri);
        await settle();
      }
      await secured.close();
      const heard: unknown[] = [];
      for (let message; (message = await reader.message()) !== undefined;) {
        if ('params' in message) heard.push((message as { params: Json }).params['uri']);
      }
      return heard;
    };
    expect(await updates(admin, uris)).toEqual(uris);
    expect(await updates(user, uris)).toEqual(['docs://open', 'open://1', 'unknown://1']);
    expect(await updates(user, ['docs://secret', 'secret://1'])).toEqual([]);
  });

  test('says nothing of the headers of a tool to who must not know of it', async () => {
    const inputSchema = fromJsonSchema<Json>({
      type: 'object',
      properties: { a: { type: 'string', 'x-mcp-header': 'Region' } },
    });
    const served = make().tool('secret', { visible: admins, inputSchema }, () => 'secret');
    const call = (headers = {}) => toolCall('secret', { a: 'x' }, { headers });
    const { error } = await as(served, user, call());
    expect(error).toEqual({ code: -32602, message: 'Unknown tool: secret' });
    expect(await as(served, admin, call())).toMatchObject({ status: 400, error: { code: -32020 } });
    expect((await as(served, admin, call({ 'mcp-param-region': 'x' }))).result.content[0]?.text).toBe('secret');
  });

  test('that answers with a promise hides, and one that rejects ends no process', async () => {
    const unhandled = vi.fn<(reason: unknown) => void>();
    process.on('unhandledRejection', unhandled);
    // As an author writes who has no compiler.
    const visible = (() => Promise.reject(new Error('no subject'))) as unknown as Visible;
    expect((await as(server(visible), admin, toolCall('secret'))).error.code).toBe(-32602);
    await settle();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test.each(lists)('%s shows each caller what is for this caller', async (...args) => {
    const served = server();
    // The rows above, each as `test.each` spreads it.
    const list = args as unknown as (typeof lists)[number];
    const open = list[3].filter((name) => !name.includes('secret'));
    expect(await namesFor(served, undefined, list)).toEqual(open);
    expect(await namesFor(served, admin, list)).toEqual(list[3]);
    expect(await namesFor(served, user, list)).toEqual(open);
  });

  const uses: readonly [what: string, request: (name: string) => Request, open: string, secret: string][] = [
    ['tools/call', (name) => toolCall(name), 'open', 'secret'],
    ['prompts/get', (name) => modern('prompts/get', { name }), 'open', 'secret'],
    ['resources/read', (uri) => modern('resources/read', { uri }), 'docs://open', 'docs://secret'],
    ['resources/read of a template', (uri) => modern('resources/read', { uri }), 'open://1', 'secret://1'],
  ];

  // spec: server/tools#security-considerations.2
  test.each(uses)(
    '%s: what a caller does not see is as unknown as what is not there',
    async (_what, request, open, secret) => {
      ran.mockClear();
      const served = server();
      for (const auth of [undefined, user]) {
        expect(await as(served, auth, request(open))).toHaveProperty('result');
        const hidden = await as(served, auth, request(secret));
        const none = await as(served, auth, request(secret.replace('secret', 'nothing')));
        expect(hidden).toEqual(JSON.parse(JSON.stringify(none).replaceAll('nothing', 'secret')));
        expect(hidden.error.code).toBe(-32602);
      }
      expect(ran).not.toHaveBeenCalled();
      expect(await as(served, admin, request(secret))).toHaveProperty('result');
      expect(ran).toHaveBeenCalledOnce();
    },
  );

  test('a hidden template lets later ones match', async () => {
    const served = make()
      .resource('a://{id}', { name: 'one', visible: admins }, () => 'one')
      .resource('a://{+rest}', { name: 'two' }, () => 'two');
    const read = () => modern('resources/read', { uri: 'a://1' });
    expect(await as(served, user, read())).toMatchObject({ result: { contents: [{ text: 'two' }] } });
    expect(await as(served, admin, read())).toMatchObject({ result: { contents: [{ text: 'one' }] } });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['0', 0],
    ['a promise of true', Promise.resolve(true)],
    ['something that is true enough', 'yes'],
  ])('fails closed: %s is a no', async (_what, answer) => {
    ran.mockClear();
    const served = server((() => answer) as unknown as Visible);
    for (const list of lists) {
      expect(await namesFor(served, admin, list)).toEqual(list[3].filter((name) => !name.includes('secret')));
    }
    for (const [, request, , secret] of uses) {
      expect(await as(served, admin, request(secret))).toMatchObject({ error: { code: -32602 } });
    }
    expect(ran).not.toHaveBeenCalled();
  });

  test('that throws shows nothing, and is masked', async () => {
    const onError = vi.fn<() => void>();
    const served = make({ onError }).tool(
      't',
      {
        visible: () => {
          throw new Error('secret');
        },
      },
      ran,
    );
    for (const request of [modern('tools/list'), toolCall('t')]) {
      const answer = await as(served, admin, request);
      expect(answer.error.code).toBe(-32603);
      expect(JSON.stringify(answer)).not.toContain('Error: secret');
    }
    expect(onError).toHaveBeenCalledTimes(2);
  });

  test('pages are full, end where this caller has seen all, and do not tell of what is hidden', async () => {
    const served = make({ pageSize: 2 });
    for (let n = 0; n < 10; n++) served.tool(`t${n}`, n % 2 === 0 ? {} : { visible: admins }, () => 'x');
    for (const [auth, count] of [
      [user, 5],
      [admin, 10],
    ] as const) {
      const sizes: number[] = [];
      let cursor: unknown;
      do {
        const { result } = await as(served, auth, modern('tools/list', cursor === undefined ? {} : { cursor }));
        sizes.push((result['tools'] as unknown[]).length);
        cursor = result['nextCursor'];
      } while (cursor !== undefined);
      expect(sizes.slice(0, -1).every((size) => size === 2)).toBe(true);
      expect(sizes.at(-1)).toBeGreaterThan(0);
      expect(sizes.reduce((a, b) => a + b)).toBe(count);
    }
  });

  // spec: basic#statelessness.1 server/tools#capabilities.3
  test('BI15: is asked for each request, so that one caller does not see what another may', async () => {
    const served = server();
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => namesFor(served, n % 2 === 0 ? admin : user, lists[0])),
    );
    expect(answers).toEqual(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? ['open', 'secret'] : ['open'])));
  });
});

describe('requires', () => {
  const ran = vi.fn<() => string>(() => 'x');
  const requires = { elicitation: { form: {} }, sampling: {}, extensions: { 'com.example/x': {} } };
  const server = make()
    .tool('t', { requires, inputSchema: z.object({ n: z.number() }) }, ran)
    .prompt('p', { requires, argsSchema: z.object({ a: z.string() }) }, ran)
    .resource('docs://a', { name: 'a', requires }, ran)
    .resource('users://{id}', { name: 'u', requires }, ran);
  const uses: readonly [what: string, request: (capabilities: Json) => Request][] = [
    ['tools/call', (capabilities) => toolCall('t', { n: 1 }, declaring(capabilities))],
    [
      'prompts/get',
      (capabilities) => modern('prompts/get', { name: 'p', arguments: { a: 'x' } }, declaring(capabilities)),
    ],
    ['resources/read', (capabilities) => modern('resources/read', { uri: 'docs://a' }, declaring(capabilities))],
    [
      'resources/read of a template',
      (capabilities) => modern('resources/read', { uri: 'users://1' }, declaring(capabilities)),
    ],
  ];
  const declaring = (capabilities: Json) => ({ meta: { [META.capabilities]: capabilities } });

  // spec: basic#meta.10 basic#meta.11 basic#meta.12 basic#error-codes.4
  test.each(uses)(
    '%s: a client that declares less is answered 400 and -32021 with what is missing',
    async (_what, request) => {
      ran.mockClear();
      for (const [declared, missing] of [
        [{}, requires],
        [{ sampling: {} }, { elicitation: { form: {} }, extensions: { 'com.example/x': {} } }],
        [
          { sampling: {}, elicitation: { url: {} }, extensions: { 'com.example/x': {} } },
          { elicitation: { form: {} } },
        ],
        [
          { sampling: {}, elicitation: {}, extensions: { 'com.example/y': {} } },
          { extensions: { 'com.example/x': {} } },
        ],
        [{ sampling: true, elicitation: [], extensions: 'com.example/x' }, requires],
      ]) {
        const { status, id, error } = await ask(server, request(declared as Json));
        expect([status, id, error.code]).toEqual([400, 1, -32021]);
        // What is missing, and nothing else.
        expect(error.data).toEqual({ requiredCapabilities: missing });
      }
      expect(ran).not.toHaveBeenCalled();
      const enough = { elicitation: {}, sampling: { tools: {} }, extensions: { 'com.example/x': { v: 1 } }, roots: {} };
      expect(await ask(server, request(enough))).toMatchObject({ status: 200, result: {} });
      expect(ran).toHaveBeenCalledOnce();
    },
  );

  test('is looked at before the arguments, and after the name', async () => {
    expect(await ask(server, toolCall('t', { n: 'x' }))).toMatchObject({ error: { code: -32021 } });
    expect(await ask(server, modern('prompts/get', { name: 'p' }))).toMatchObject({ error: { code: -32021 } });
    expect(await ask(server, toolCall('none'))).toMatchObject({ error: { code: -32602 } });
  });

  test('does not hide: what a client cannot use yet it may still see', async () => {
    expect((await ask(server, modern('tools/list'))).result['tools']).toHaveLength(1);
    expect((await ask(server, modern('resources/list'))).result['resources']).toHaveLength(1);
  });

  // spec: basic#statelessness.1
  test('BI3: counts what this very request declares, not an earlier one', async () => {
    const enough = { elicitation: {}, sampling: {}, extensions: { 'com.example/x': {} } };
    expect((await ask(server, toolCall('t', { n: 1 }, declaring(enough)))).status).toBe(200);
    expect((await ask(server, toolCall('t', { n: 1 }))).status).toBe(400);
  });
});
