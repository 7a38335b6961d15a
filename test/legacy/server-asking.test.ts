import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitationCompleteNotificationSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { inputRequired, McpServer, type ServerOptions } from 'mcpwire/server';
import { gate } from '../helpers/gate.ts';
import { OldClient, responseOf, serving, textOf, twice, type Message } from './server-support.ts';

const FORM = {
  method: 'elicitation/create',
  params: {
    mode: 'form',
    message: 'Name?',
    requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  },
} as const;
const ALL = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const SAMPLE = { messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }], maxTokens: 10 } as const;
const SAMPLED = { role: 'assistant', content: { type: 'text', text: 'Hello' }, model: 'm' };

/** What the last handler failed with. */
const failures: unknown[] = [];

const build = (options?: ServerOptions) =>
  new McpServer({ name: 'asking', version: '1.0.0' }, options)
    .tool('ask', {}, async (_args, ctx) => {
      const answer = await ctx.elicit('Name?', z.object({ name: z.string().min(2) })).catch((error: unknown) => {
        failures.push(error);
        throw error;
      });
      return answer.action === 'accept' ? `Hello ${answer.content.name}` : answer.action;
    })
    .tool('sample', {}, async (_args, ctx) => JSON.stringify((await ctx.sample(SAMPLE)).content))
    .tool('roots', {}, async (_args, ctx) => JSON.stringify(await ctx.roots()))
    .tool('explicit', {}, (_args, ctx) => {
      const given = ctx.inputResponses?.['n'] as Message | undefined;
      if (given === undefined) return inputRequired({ inputRequests: { n: FORM }, requestState: { round: 1 } });
      return `${JSON.stringify(ctx.requestState)} ${given['content']['name']}`;
    })
    .prompt('ask', {}, async (_args, ctx) => {
      const answer = await ctx.elicit('Topic?', z.object({ topic: z.string() }));
      return answer.action === 'accept' ? answer.content.topic : 'nothing';
    })
    .resource('test://ask', { name: 'ask' }, async (_variables, ctx) => String((await ctx.roots()).length));

const accept = (name: unknown) => ({ action: 'accept', content: { name } });

describe('a question goes out on the stream of its request, and its answer comes as a request of its own', () => {
  // See 2025-11-25 client/elicitation, and basic/transports, "Sending Messages to the Server".
  test.each(['2025-11-25', '2025-06-18'])('ctx.elicit, %s', async (revision) => {
    const { url } = await serving(build());
    const client = await OldClient.open(url, { revision, capabilities: { elicitation: {} } });
    const call = await client.call('ask');
    const question = await call.message();
    expect(question).toEqual({
      jsonrpc: '2.0',
      id: expect.any(String),
      method: 'elicitation/create',
      params: {
        ...(revision === '2025-11-25' && { mode: 'form' }),
        message: 'Name?',
        requestedSchema: {
          type: 'object',
          properties: { name: { type: 'string', minLength: 2 } },
          required: ['name'],
        },
      },
    });
    expect((await client.answer(question, accept('Ann'))).status).toBe(202);
    const [response, ...rest] = await call.rest();
    expect(rest).toEqual([]);
    expect(response).toMatchObject({ id: 1, result: { content: [{ text: 'Hello Ann' }] } });
  });

  test.each(['decline', 'cancel'])('%s is an answer', async (action) => {
    const { url } = await serving(build());
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('ask');
    await client.answer(await call.message(), { action });
    expect(textOf((await call.rest()).at(-1))).toBe(action);
  });

  // See 2025-11-25 client/sampling and client/roots.
  test('ctx.sample and ctx.roots, in tools, prompts and resources', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url, { capabilities: ALL });
    const sample = await client.call('sample');
    const asked = await sample.message();
    expect(asked).toMatchObject({ method: 'sampling/createMessage', params: SAMPLE });
    await client.answer(asked, SAMPLED);
    expect(textOf(await sample.message())).toBe(JSON.stringify(SAMPLED.content));

    const roots = await client.call('roots');
    const list = await roots.message();
    expect(list).toEqual({ jsonrpc: '2.0', id: expect.any(String), method: 'roots/list' });
    await client.answer(list, { roots: [{ uri: 'file:///home', name: 'home' }] });
    expect(textOf(await roots.message())).toBe('[{"uri":"file:///home","name":"home"}]');
  });

  test('by the real client, every kind of question', async () => {
    const pages: Message[] = [];
    let done = false;
    const server = build().tool('page', {}, async (_args, ctx) => {
      const { action } = await ctx.elicitUrl('Sign in', 'https://example.com/in', { done: () => done });
      return action;
    });
    const { url } = await serving(server);
    const client = new Client({ name: 'c', version: '1' }, { capabilities: ALL });
    const completed = gate<string>();
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      if (params.mode === 'url') {
        pages.push(params);
        done = true;
        return { action: 'accept' as const };
      }
      return { action: 'accept' as const, content: { name: 'Ann', topic: 'cats' } };
    });
    client.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) =>
      completed.open(params.elicitationId),
    );
    client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED as never);
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///a' }] }));
    const transport = new StreamableHTTPClientTransport(new URL(url));
    await client.connect(transport);
    const call = async (name: string) =>
      ((await client.callTool({ name, arguments: {} })).content as { text: string }[])[0]?.text;
    expect(await call('ask')).toBe('Hello Ann');
    expect(await call('sample')).toBe(JSON.stringify(SAMPLED.content));
    expect(await call('roots')).toBe('[{"uri":"file:///a"}]');
    expect(await call('explicit')).toBe('{"round":1} Ann');
    expect(await call('page')).toBe('accept');
    expect(pages).toMatchObject([{ url: 'https://example.com/in', message: 'Sign in' }]);
    expect(await completed.opened).toBe(pages[0]?.['elicitationId']);
    expect((await client.getPrompt({ name: 'ask' })).messages).toMatchObject([{ content: { text: 'cats' } }]);
    expect((await client.readResource({ uri: 'test://ask' })).contents).toMatchObject([{ text: '1' }]);
    await transport.terminateSession();
    await client.close();
  });
});

describe('ctx.elicitUrl', () => {
  const paged = (done: () => boolean) =>
    build().tool(
      'page',
      {},
      async (_args, ctx) => (await ctx.elicitUrl('Open', 'https://example.com/', { done })).action,
    );

  // See 2025-11-25 client/elicitation, "URL Mode Elicitation Requests" and "Completion Notifications".
  test('names the page, and says when it is done, on the same stream', async () => {
    let looked = 0;
    const { url } = await serving(paged(() => looked++ > 1));
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('page');
    const question = await call.message();
    expect(question?.['params']).toEqual({
      mode: 'url',
      message: 'Open',
      url: 'https://example.com/',
      elicitationId: expect.stringMatching(/^[\w-]{22}$/),
    });
    await client.answer(question, { action: 'accept' });
    const { elicitationId } = (question as Message)['params'] as Message;
    expect(await call.rest()).toMatchObject([
      { method: 'notifications/elicitation/complete', params: { elicitationId: elicitationId as string } },
      { id: 1, result: { content: [{ text: 'accept' }] } },
    ]);
  });

  test('says of a page that nobody opens nothing more', async () => {
    const { url } = await serving(paged(() => false));
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('page');
    await client.answer(await call.message(), { action: 'decline' });
    expect(await call.rest()).toMatchObject([{ result: { content: [{ text: 'decline' }] } }]);
  });

  test.each(['javascript:alert(1)', 'file:///etc/passwd', 'https://user:password@example.com/'])(
    'sends nobody to %s',
    async (page) => {
      const server = build({ onError: () => {} }).tool(
        'bad',
        {},
        async (_args, ctx) => (await ctx.elicitUrl('Open', page)).action,
      );
      const { url } = await serving(server);
      const client = await OldClient.open(url, { capabilities: ALL });
      expect(await client.ask('tools/call', { name: 'bad' })).toMatchObject({ result: { isError: true } });
    },
  );
});

describe('an explicit inputRequired', () => {
  test('is fulfilled the same way', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('explicit');
    const question = await call.message();
    expect(question).toMatchObject(FORM);
    await client.answer(question, accept('Ann'));
    expect(textOf((await call.rest()).at(-1))).toBe('{"round":1} Ann');
  });

  test('asks several questions at once, and waits for all', async () => {
    const server = build().tool('two', {}, (_args, ctx) =>
      ctx.inputResponses === undefined
        ? inputRequired({ inputRequests: { a: FORM, b: { method: 'roots/list' } } })
        : JSON.stringify([ctx.inputResponses, ctx.requestState]),
    );
    const { url } = await serving(server);
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('two');
    const [one, two] = [await call.message(), await call.message()];
    await client.answer(two, { roots: [] });
    await client.answer(one, accept('Ann'));
    expect(JSON.parse(textOf((await call.rest()).at(-1)))).toEqual([{ a: accept('Ann'), b: { roots: [] } }, null]);
  });

  test('that asks nothing is called again', async () => {
    let runs = 0;
    const server = build().tool('again', {}, (_args, ctx) =>
      runs++ < 1 ? inputRequired({ requestState: { runs } }) : JSON.stringify(ctx.requestState),
    );
    const { url } = await serving(server);
    const client = await OldClient.open(url);
    expect(textOf(await client.ask('tools/call', { name: 'again' }))).toBe('{"runs":1}');
  });

  test('that asks on and on fails', async () => {
    const server = build({ limits: { inputRounds: 2 } }).tool('more', {}, () =>
      inputRequired({ inputRequests: { n: FORM } }),
    );
    const { url } = await serving(server);
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('more');
    for (let round = 0; round < 2; round++) await client.answer(await call.message(), accept('Ann'));
    expect(await call.rest()).toMatchObject([{ error: { message: expect.stringContaining('limits.inputRounds') } }]);
  });

  test('asks again for what is no answer', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('explicit');
    await client.answer(await call.message(), { action: 'perhaps' });
    await client.answer(await call.message(), accept('Ann'));
    expect(textOf((await call.rest()).at(-1))).toBe('{"round":1} Ann');
  });

  test('of a question that fails leaves none of the others open', async () => {
    const server = build().tool('two', {}, () =>
      inputRequired({ inputRequests: { a: FORM, b: { method: 'roots/list' } } }),
    );
    const { url } = await serving(server);
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('two');
    const [one, two] = [await call.message(), await call.message()];
    await client.post({ jsonrpc: '2.0', id: one?.['id'] as string, error: { code: -1, message: 'No' } });
    expect(await call.rest()).toMatchObject([
      { method: 'notifications/cancelled', params: { requestId: two?.['id'] as string } },
      { id: 1, error: { code: -1 } },
    ]);
  });
});

describe('an answer', () => {
  test('that does not fit is asked for again, and not for ever', async () => {
    const { url } = await serving(build({ limits: { inputRounds: 3 } }));
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('ask');
    const ids = new Set<unknown>();
    for (const answer of [accept(1), { action: 'accept' }, 'text']) {
      const question = await call.message();
      ids.add(question?.['id']);
      await client.answer(question, answer);
    }
    expect(ids.size).toBe(3);
    expect(await call.rest()).toMatchObject([{ error: { message: expect.stringContaining('limits.inputRounds') } }]);
  });

  test('that is an error fails the call, with the code and data of the client', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('ask');
    const error = { code: -1, message: 'User rejected it', data: { why: 'no' } };
    await client.post({ jsonrpc: '2.0', id: (await call.message())?.['id'] as string, error });
    expect(await call.rest()).toMatchObject([
      { error: { code: -1, message: expect.stringContaining('User rejected it'), data: { why: 'no' } } },
    ]);
  });

  test('that there is no such method is a missing capability', async () => {
    failures.length = 0;
    const { url } = await serving(build());
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('ask');
    const error = { code: -32601, message: 'Method not found' };
    await client.post({ jsonrpc: '2.0', id: (await call.message())?.['id'] as string, error });
    await call.rest();
    expect(failures).toMatchObject([{ code: 'missing_capability' }]);
  });

  test('finds its way from any process to the one that waits', async () => {
    const [a, b] = await twice(build);
    const here = await OldClient.open(a, { capabilities: ALL });
    const there = here.at(b);
    const call = await here.call('ask');
    expect((await there.answer(await call.message(), accept('Ann'))).status).toBe(202);
    expect(textOf((await call.rest()).at(-1))).toBe('Hello Ann');
  });

  test('of another session, at this process or another, is none', async () => {
    const [a, b] = await twice(build);
    const own = await OldClient.open(a, { capabilities: ALL });
    const stranger = await OldClient.open(a, { capabilities: ALL });
    const call = await own.call('ask');
    const question = await call.message();
    for (const client of [stranger, stranger.at(b)])
      expect((await client.answer(question, accept('Mallory'))).status).toBe(202);
    await own.answer(question, accept('Ann'));
    expect(textOf((await call.rest()).at(-1))).toBe('Hello Ann');
  });

  test('counts once', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('ask');
    const question = await call.message();
    await client.answer(question, accept('Ann'));
    expect((await client.answer(question, accept('Bob'))).status).toBe(202);
    expect(textOf((await call.rest()).at(-1))).toBe('Hello Ann');
  });
});

describe('a question that waits', () => {
  // See 2025-11-25 basic/lifecycle, "Timeouts".
  test('waits limits.askMs, then it is cancelled', async () => {
    failures.length = 0;
    const { url } = await serving(build({ limits: { askMs: 20 } }));
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('ask');
    const question = await call.message();
    expect(await call.rest()).toMatchObject([
      { method: 'notifications/cancelled', params: { requestId: question?.['id'] as string } },
      { id: 1, error: { message: expect.stringContaining('limits.askMs') } },
    ]);
    expect(failures).toMatchObject([{ code: 'timeout' }]);
  });

  // See 2025-11-25 basic/utilities/cancellation.
  test('ends when the call is cancelled, without a response', async () => {
    failures.length = 0;
    const { url } = await serving(build());
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('ask');
    const question = await call.message();
    await client.notify('notifications/cancelled', { requestId: 1, reason: 'enough' });
    expect(await call.rest()).toMatchObject([
      { method: 'notifications/cancelled', params: { requestId: question?.['id'] as string } },
    ]);
    expect(failures).toMatchObject([{ code: 'aborted' }]);
    // Its answer comes too late, and harms nobody.
    expect((await client.answer(question, accept('Ann'))).status).toBe(202);
  });

  test('is withdrawn when its handler answers without it', async () => {
    const server = build().tool('hasty', {}, async (_args, ctx) => {
      ctx.elicit('Name?', z.object({})).catch((error: unknown) => void failures.push(error));
      await ctx.log('info', 'asked');
      await gateOfHasty.opened;
      return 'done';
    });
    const gateOfHasty = gate();
    failures.length = 0;
    const { url } = await serving(server);
    const client = await OldClient.open(url, { capabilities: ALL });
    const call = await client.call('hasty');
    const messages = [await call.message(), await call.message()];
    gateOfHasty.open();
    const question = messages.find((message) => message?.['id'] !== undefined);
    expect(await call.rest()).toMatchObject([
      { method: 'notifications/cancelled', params: { requestId: question?.['id'] as string } },
      { id: 1, result: {} },
    ]);
    expect(failures).toMatchObject([{ code: 'aborted' }]);
  });
});

describe('who cannot be asked', () => {
  const missing = {
    error: { code: -32600, message: expect.any(String), data: { requiredCapabilities: expect.any(Object) } },
  };

  // See 2025-11-25 basic/lifecycle, "Operation".
  test('did not declare it', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url, { capabilities: { roots: {} } });
    for (const name of ['ask', 'sample', 'explicit'])
      expect(await client.ask('tools/call', { name })).toMatchObject(missing);
    const forms = await OldClient.open(url, { capabilities: { elicitation: {} } });
    expect(await forms.ask('tools/call', { name: 'roots' })).toMatchObject(missing);
  });

  test('accepts JSON only', async () => {
    const { url } = await serving(build());
    const client = await OldClient.open(url, { capabilities: ALL, accept: 'application/json' });
    for (const name of ['ask', 'sample', 'roots', 'explicit']) {
      const response = await client.request('tools/call', { name });
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(await responseOf(response)).toMatchObject({ error: { code: -32600 } });
    }
  });

  test('has no session', async () => {
    const { url } = await serving(build({ legacy: { sessions: false } }));
    const client = await OldClient.open(url, { capabilities: ALL });
    for (const name of ['ask', 'sample', 'roots', 'explicit'])
      expect(await client.ask('tools/call', { name })).toMatchObject({ error: { code: -32600 } });
  });

  test('speaks a revision that has no such question', async () => {
    const { url } = await serving(build());
    const march = await OldClient.open(url, { revision: '2025-03-26', capabilities: ALL });
    expect(await march.ask('tools/call', { name: 'ask' })).toMatchObject({
      error: { message: expect.stringContaining('2025-03-26') },
    });
    const sample = await march.call('sample');
    await march.answer(await sample.message(), SAMPLED);
    expect(textOf(await sample.message())).toContain('Hello');
  });

  test('has gone before there was a stream', async () => {
    failures.length = 0;
    const begun = gate();
    const left = gate();
    const failed = gate<unknown>();
    const server = build().tool('late', {}, async (_args, ctx) => {
      begun.open();
      await left.opened;
      await ctx.elicit('Name?', z.object({})).catch(failed.open);
      return 'done';
    });
    const settings = {
      capabilities: ALL,
      fetch: (url: string, init: RequestInit) => server.fetch(new Request(url, init)),
    };
    const client = await OldClient.open('http://localhost/mcp', settings);
    const leaving = new AbortController();
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'late' } };
    const init = { method: 'POST', headers: client.headers(), body: JSON.stringify(message), signal: leaving.signal };
    const answered = server.fetch(new Request(client.url, init));
    await begun.opened;
    leaving.abort();
    left.open();
    expect(await failed.opened).toMatchObject({ code: 'missing_capability' });
    await answered;
  });
});
