/** Asking for input from each of the three methods whose handlers may, over the wire. */
import { describe, expect, test, vi } from 'vitest';
import { inputRequired, McpServer, type AuthInfo, type Context, type ServerOptions } from 'mcpwire/server';
import * as z from 'zod';
import { ask, modern, plain, type Json } from '../helpers/wire.ts';
import { accept, converse, keysOf, retryOf, SECRET, send, type Answers } from './input-support.ts';

const person = z.object({ name: z.string().min(2) });
const consent = z.object({ ok: z.boolean() });
type Handler = (ctx: Context) => Promise<string | ReturnType<typeof inputRequired>>;

/** The same handler as a tool, a prompt, a resource and a template. */
function serverOf(handler: Handler, options: ServerOptions = {}, name = 's'): McpServer<unknown> {
  return new McpServer({ name, version: '1' }, { secret: SECRET, onError: () => {}, ...options })
    .tool('it', { inputSchema: z.object({ n: z.number().default(0) }) }, (_args, ctx) => handler(ctx))
    .prompt('it', { argsSchema: z.object({ n: z.string().default('0') }) }, (_args, ctx) => handler(ctx))
    .resource('it://fixed', { name: 'fixed' }, (_variables, ctx) => handler(ctx))
    .resource('it://some/{n}', { name: 'some' }, (_variables, ctx) => handler(ctx));
}

const asking: Handler = async (ctx) => {
  const name = await ctx.elicit('What is your name?', person, { key: 'name' });
  if (name.action !== 'accept') return `no name: ${name.action}`;
  const sure = await ctx.elicit(`Is it ${name.content.name}?`, consent, { key: 'sure' });
  return JSON.stringify([name, sure]);
};
const answers: Answers = (key) => accept(key === 'name' ? { name: 'Ann' } : { ok: true });

/** The text of a result of any of the methods. */
const textIn = (result: Json): unknown => /"text":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(result))?.[1];
const said = (value: string): string => JSON.stringify(value);

const alice: AuthInfo = { issuer: 'https://issuer.example', clientId: 'c', subject: 'alice', scopes: [], claims: {} };

// spec: basic/patterns/mrtr#supported-requests
describe.each<[string, string, Json, Json]>([
  ['tools/call', 'tools/call', { name: 'it', arguments: { n: 1 } }, { name: 'it', arguments: { n: 2 } }],
  ['prompts/get', 'prompts/get', { name: 'it', arguments: { n: '1' } }, { name: 'it', arguments: { n: '2' } }],
  ['resources/read', 'resources/read', { uri: 'it://fixed' }, { uri: 'it://some/1' }],
  ['resources/read of a template', 'resources/read', { uri: 'it://some/1' }, { uri: 'it://some/2' }],
])('%s', (_what, method, params, otherParams) => {
  // spec: basic/patterns/mrtr#inputrequiredresult basic/patterns/mrtr#top.1
  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.1
  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.2
  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.10 client/elicitation#elicitation-requests.1
  // spec: client/elicitation#form-mode-elicitation-requests.1
  test('MR4: asks with input_required: questions under unique keys, a state, and no cache hints', async () => {
    const { status, type, result } = await send(serverOf(asking), method, params);
    expect([status, type]).toEqual([200, 'application/json']);
    const { _meta, ...own } = result;
    expect(own).toEqual({
      resultType: 'input_required',
      inputRequests: {
        name: {
          method: 'elicitation/create',
          params: {
            mode: 'form',
            message: 'What is your name?',
            requestedSchema: {
              type: 'object',
              properties: { name: { type: 'string', minLength: 2 } },
              required: ['name'],
            },
          },
        },
      },
      requestState: expect.stringMatching(/^[\w-]+$/) as string,
    });
  });

  // spec: basic/patterns/mrtr#basic-workflow
  test('goes on where it was when the answer comes, round after round, and answers each request under its own id', async () => {
    const replies = await converse(serverOf(asking), method, params, answers);
    expect(replies.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(replies.map(keysOf)).toEqual([['name'], ['sure'], []]);
    expect(replies[2]?.result.resultType).toBe('complete');
    const text = said(
      JSON.stringify([
        { action: 'accept', content: { name: 'Ann' } },
        { action: 'accept', content: { ok: true } },
      ]),
    );
    expect(textIn(replies[2]!.result)).toBe(text);
  });

  // spec: basic/patterns/mrtr#basic-workflow basic/patterns/mrtr#server-requirements-basic-workflow.13
  // spec: basic#statelessness.3 basic#statelessness.5
  test('needs nothing but what the retry brings: each round may be answered by another process', async () => {
    const replies = await converse(() => serverOf(asking), method, params, answers);
    expect(replies.at(-1)?.result.resultType).toBe('complete');
  });

  // spec: client/elicitation#error-handling.2
  test.each(['decline', 'cancel'])('a person may %s', async (action) => {
    const replies = await converse(serverOf(asking), method, params, () => ({ action }));
    expect(textIn(replies.at(-1)!.result)).toBe(said(`no name: ${action}`));
  });

  // spec: basic/patterns/mrtr#error-handling.4 client/elicitation#form-mode-security.3
  // spec: client/elicitation#error-handling.1
  test('MR4: asks again for what is missing, and for what does not fit', async () => {
    const server = serverOf(asking);
    const first = await send(server, method, params);
    const again = await send(server, method, { ...params, ...retryOf(first, () => undefined) });
    expect(keysOf(again)).toEqual(['name']);
    const unfit = await send(server, method, { ...params, ...retryOf(again, () => accept({ name: 'A' })) });
    expect(keysOf(unfit)).toEqual(['name']);
    const none = await send(server, method, { ...params, ...retryOf(unfit, () => ({ action: 'accept' })) });
    expect(keysOf(none)).toEqual(['name']);
    const fit = await send(server, method, { ...params, ...retryOf(none, answers) });
    expect(keysOf(fit)).toEqual(['sure']);
  });

  // spec: basic/patterns/mrtr#error-handling.3
  test('MR4: ignores answers that nobody asked for', async () => {
    const inputResponses = { name: accept({ name: 'Ann' }), sure: accept({ ok: true }), more: accept({ x: 1 }) };
    const { result } = await send(serverOf(asking), method, { ...params, inputResponses });
    expect(result.resultType).toBe('complete');
  });

  // spec: basic/patterns/mrtr#error-handling.1 basic/patterns/mrtr#error-handling.2
  test.each([{ inputResponses: null }, { inputResponses: { name: 12_345 } }, { inputResponses: [accept({})] }])(
    'malformed answers are -32602, and no handler runs: %j',
    async (brought) => {
      const handler = vi.fn<Handler>(asking);
      const { status, error } = await send(serverOf(handler), method, { ...params, ...brought });
      expect([status, error.code]).toEqual([200, -32602]);
      expect(handler).not.toHaveBeenCalled();
    },
  );

  describe('refuses with -32602, and runs no handler, a state that', () => {
    const handler = vi.fn<Handler>(asking);
    const server = serverOf(handler);

    async function expectRefused(brought: Json, auth?: AuthInfo, other = params): Promise<void> {
      handler.mockClear();
      const reply = await send(server, method, { ...other, ...brought }, auth === undefined ? {} : { auth });
      expect([reply.status, reply.error.code]).toEqual([200, -32602]);
      expect(handler).not.toHaveBeenCalled();
    }

    // spec: basic/patterns/mrtr#server-requirements-basic-workflow.3
    test.each<unknown>([7, null, true, [], {}, ['x'], { requestState: 'x' }])('A24: is %j', async (requestState) => {
      await expectRefused({ requestState });
    });

    // spec: basic/patterns/mrtr#server-requirements-basic-workflow.4
    // spec: basic/patterns/mrtr#server-requirements-basic-workflow.5
    // spec: basic/patterns/mrtr#security-considerations.1
    test('A25 MR1: was tampered with', async () => {
      const { requestState = '' } = (await send(server, method, params)).result;
      const middle = requestState.length >> 1;
      const swapped = requestState[middle] === 'A' ? 'B' : 'A';
      await expectRefused({ requestState: `${requestState}-TAMPERED` });
      await expectRefused({ requestState: requestState.slice(0, middle) + swapped + requestState.slice(middle + 1) });
      await expectRefused({ requestState: btoa('{"rounds":0,"asked":[],"done":[]}') });
      await expectRefused({ requestState: '' });
    });

    // spec: basic/patterns/mrtr#server-requirements-basic-workflow.6
    // spec: client/elicitation#security-considerations.1 client/elicitation#statefulness.1
    // spec: client/elicitation#statefulness.3
    test('A25 MR2: was made for another principal', async () => {
      const { requestState } = (await send(server, method, params, { auth: alice })).result;
      await expectRefused({ requestState });
      await expectRefused({ requestState }, { ...alice, subject: 'bob' });
      await expectRefused({ requestState }, { ...alice, clientId: 'other' });
      await expectRefused({ requestState }, { ...alice, issuer: 'https://other.example' });
      // Scopes and claims may change between two requests of the same principal.
      const refreshed = { ...alice, scopes: ['more'], claims: { jti: '2' }, expiresAt: 1 };
      const { result } = await send(server, method, { ...params, requestState }, { auth: refreshed });
      expect(result.resultType).toBe('input_required');
    });

    // spec: basic/patterns/mrtr#server-requirements-basic-workflow.8
    test('A25 MR2: was made for another request', async () => {
      const { requestState } = (await send(server, method, params)).result;
      await expectRefused({ requestState }, undefined, otherParams);
    });

    test('A25: was sealed with another secret', async () => {
      const foreign = serverOf(asking, { secret: 'another secret of more than sixteen characters' });
      const { requestState } = (await send(foreign, method, params)).result;
      await expectRefused({ requestState });
    });

    test('A25: was sealed by another server with the same secret', async () => {
      const other = serverOf(asking, {}, 'other');
      const { requestState } = (await send(other, method, params)).result;
      await expectRefused({ requestState });
    });

    // spec: basic/patterns/mrtr#server-requirements-basic-workflow.7
    test('A25 MR2: has expired', async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      try {
        const { requestState } = (await send(server, method, params)).result;
        vi.setSystemTime(Date.now() + 3_600_000);
        await expectRefused({ requestState });
      } finally {
        vi.useRealTimers();
      }
    });
  });

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.11
  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.12 basic#meta.10 basic#meta.11 basic#meta.12
  // spec: client/elicitation#capabilities.3 server/prompts#implementation-considerations.3
  test.each<[string, Json, Json]>([
    ['elicitation', {}, { elicitation: { form: {} } }],
    ['forms', { elicitation: { url: {} } }, { elicitation: { form: {} } }],
  ])('MR4: does not ask a client that does not declare %s', async (_name, capabilities, requiredCapabilities) => {
    const { status, error } = await send(serverOf(asking), method, params, { capabilities });
    expect([status, error.code, error.data]).toEqual([400, -32021, { requiredCapabilities }]);
  });

  test('MR7: asks in ten rounds and no more', async () => {
    const never = serverOf(async (ctx) => (await ctx.elicit('again?', consent)).action);
    const replies = await converse(never, method, params, () => undefined);
    expect(replies).toHaveLength(11);
    expect(replies[10]?.error.message).toMatch(/asked for input 10 times/);
  });

  test('MR7: keeps no state beyond its limit', async () => {
    const server = serverOf(
      async (ctx) => {
        await ctx.once('big', () => 'x'.repeat(2000));
        return (await ctx.elicit('ok?', consent)).action;
      },
      { limits: { requestStateBytes: 2000 } },
    );
    const { error } = await send(server, method, params);
    expect(error.message).toMatch(/2000 bytes of requestState/);
  });

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.10
  test('the explicit form: questions alone, a state alone, and both', async () => {
    const server = serverOf(async ({ inputResponses, requestState }) => {
      const confirm = { method: 'elicitation/create', params: { message: 'sure?', requestedSchema: {} } } as const;
      if (inputResponses === undefined && requestState === undefined)
        return inputRequired({ inputRequests: { confirm } });
      if (requestState === undefined) return inputRequired({ requestState: { step: 2, inputResponses } });
      if ((requestState as Json)['step'] === 2)
        return inputRequired({ inputRequests: { confirm }, requestState: { step: 3 } });
      return JSON.stringify({ inputResponses, requestState });
    });
    const replies = await converse(server, method, params, () => accept({ ok: true }));
    expect(replies.map(({ result: { _meta, requestState, ...result } }) => [typeof requestState, result])).toEqual([
      ['undefined', { resultType: 'input_required', inputRequests: { confirm: expect.any(Object) as object } }],
      ['string', { resultType: 'input_required' }],
      ['string', { resultType: 'input_required', inputRequests: { confirm: expect.any(Object) as object } }],
      ['undefined', expect.objectContaining({ resultType: 'complete' })],
    ]);
    expect(textIn(replies[3]!.result)).toBe(
      said(JSON.stringify({ inputResponses: { confirm: accept({ ok: true }) }, requestState: { step: 3 } })),
    );
  });
});

// spec: basic/patterns/mrtr#supported-requests
describe('no other request is answered with input_required', () => {
  const ask = async (ctx: Context): Promise<string> => (await ctx.elicit('ok?', consent)).action;
  const server = new McpServer({ name: 's', version: '1' }, { secret: SECRET, onError: () => {} })
    .tool('t', {}, () => 'x')
    .method('own/method', {}, async (_params, ctx) => ({ value: await ask(ctx) }))
    .prompt(
      'p',
      { argsSchema: z.object({ a: z.string() }), complete: { a: async (_value, ctx) => [await ask(ctx)] } },
      () => 'x',
    );
  server.list('resources', async (_page, ctx) => ({ items: [{ uri: 'a://a', name: await ask(ctx) }] }) as never);

  // spec: basic/patterns/mrtr#supported-requests.1
  test.each<[string, Json]>([
    ['own/method', {}],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: '' } }],
    ['resources/list', {}],
  ])('%s: a handler that asks fails, and is told why', async (method, params) => {
    const { error } = await send(server, method, params);
    expect([error.code, error.message]).toEqual([-32021, expect.stringMatching(/only tools, prompts and resources/)]);
  });

  test.each<[string, Json]>([
    ['server/discover', {}],
    ['tools/list', {}],
    ['prompts/list', {}],
  ])('%s: what a retry would bring means nothing', async (method, params) => {
    const { result } = await send(server, method, { ...params, requestState: 5, inputResponses: null });
    expect(result.resultType).toBe('complete');
  });
});

// spec: server/utilities/caching#cache-key
test('MR6: what came of answers is not to be kept, whatever the resource says; what came without is', async () => {
  const server = new McpServer({ name: 's', version: '1' }, { secret: SECRET })
    .resource('it://asks', { name: 'asks', cache: { ttlMs: 60_000, cacheScope: 'public' } }, (_none, ctx) =>
      asking(ctx),
    )
    .resource('it://tells', { name: 'tells', cache: { ttlMs: 60_000, cacheScope: 'public' } }, () => 'text');
  const replies = await converse(server, 'resources/read', { uri: 'it://asks' }, answers);
  const told = await send(server, 'resources/read', { uri: 'it://tells' });
  expect([...replies, told].map(({ result: { ttlMs, cacheScope } }) => [ttlMs, cacheScope])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
    [0, 'private'],
    [60_000, 'public'],
  ]);
  const ahead = { uri: 'it://asks', inputResponses: { name: { action: 'decline' } } };
  expect((await send(server, 'resources/read', ahead)).result['ttlMs']).toBe(0);
});

test('a thousand calls at once, all with the same id, get their own answers', async () => {
  const server = new McpServer({ name: 's', version: '1' }, { secret: SECRET }).tool(
    'echo',
    { inputSchema: z.object({ n: z.number() }) },
    async ({ n }, ctx) => {
      const answer = await ctx.elicit(`number ${n}?`, z.object({ n: z.number() }));
      return answer.action === 'accept' ? `${n} ${answer.content.n}` : answer.action;
    },
  );
  const texts = await Promise.all(
    Array.from({ length: 1000 }, async (_none, n) => {
      const params = { name: 'echo', arguments: { n } };
      const first = await send(server, 'tools/call', params);
      const { result } = await send(server, 'tools/call', { ...params, ...retryOf(first, () => accept({ n: -n })) });
      return (result['content'] as [{ text: string }])[0].text;
    }),
  );
  expect(texts).toEqual(texts.map((_text, n) => `${n} ${-n}`));
});

test('a plain JSON-RPC caller cannot be asked', async () => {
  const server = new McpServer({ name: 's', version: '1' }).method('own', {}, async (_params, ctx) => ({
    value: await ctx.elicit('ok?', consent),
  }));
  const response = await server.fetch(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: '*/*' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'own' }),
    }),
  );
  expect(await response.json()).toMatchObject({ error: { code: -32021 } });
});

describe('a form that nobody would seal', () => {
  const form = () => inputRequired({ requestState: { password: 'hunter2' } });
  const server = new McpServer({ name: 's', version: '1' }, { secret: SECRET })
    .tool('t', {}, form)
    .prompt('p', {}, form)
    .resource('it://r', { name: 'r' }, form)
    .method('own', {}, form);

  test.each([
    ['a tool, to a plain JSON-RPC caller', plain('tools/call', { name: 't' })],
    ['a prompt, to a plain JSON-RPC caller', plain('prompts/get', { name: 'p' })],
    ['a resource, to a plain JSON-RPC caller', plain('resources/read', { uri: 'it://r' })],
    ['a method of one’s own', modern('own')],
    ['a method of one’s own, to a plain JSON-RPC caller', plain('own')],
  ])('does not go out: from %s', async (_from, request) => {
    const answer = await ask(server, request);
    expect(answer).toMatchObject({ error: { code: -32021 } });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });
});
