import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { serve } from 'mcpwire/node';
import { McpServer, type ServerOptions } from 'mcpwire/server';
import { serveChannel } from 'mcpwire/stdio';
import { aborted, gate, type Gate } from '../helpers/gate.js';
import type { Json } from '../helpers/wire.js';
import { driven } from '../stdio/channels.js';
import { callOf, initialize, openStream } from './sse-support.js';

const BATCHES = '2025-03-26';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

let gates: Map<string, Gate<any>>;
/** A point in time that a test and a handler name alike. */
const at = (name: string): Gate<any> => {
  if (!gates.has(name)) gates.set(name, gate());
  return gates.get(name)!;
};

const make = (options?: ServerOptions) => {
  gates = new Map();
  return new McpServer({ name: 'b', version: '1' }, options)
    .tool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => text)
    .tool('hi', {}, () => 'hi')
    .tool('step', {}, async (_args, ctx) => {
      await ctx.progress(1);
      return 'stepped';
    })
    .tool('big', {}, () => 'x'.repeat(300_000))
    .tool('wait', {}, async (_args, ctx) => {
      at(`begun ${ctx.id}`).open(undefined);
      await at(`go ${ctx.id}`).opened;
      return 'waited';
    })
    .tool('hang', {}, async (_args, ctx) => {
      at(`begun ${ctx.id}`).open(undefined);
      at(`aborted ${ctx.id}`).open(await aborted(ctx.signal));
      throw ctx.signal.reason;
    })
    .tool('roots', {}, async (_args, ctx) => JSON.stringify(await ctx.roots()))
    .notification('x/seen', {}, () => at('seen').open(undefined));
};

const withProgress = (message: Json, progressToken: string): Json => ({
  ...message,
  params: { ...(message['params'] as Json), _meta: { progressToken } },
});

interface Peer {
  readonly url: string;
  /** What names the session. */
  readonly session: () => Record<string, string>;
  readonly post: (body: unknown, headers?: Record<string, string>) => Promise<Response>;
  readonly close: () => Promise<void>;
}

/** A session over HTTP; without a revision, none. */
async function connect(revision: string | undefined, options?: ServerOptions): Promise<Peer> {
  const { url, close } = await serve(make(options));
  closing.push(() => close({ graceMs: 0 }));
  let session: Record<string, string> = {};
  const post: Peer['post'] = (body, headers) =>
    fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...session,
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  if (revision !== undefined) {
    const greeted = await post(initialize(revision, { roots: {} }));
    await greeted.text();
    session = { 'mcp-session-id': greeted.headers.get('mcp-session-id')! };
    await (await post({ jsonrpc: '2.0', method: 'notifications/initialized' })).text();
  }
  return { url, session: () => session, post, close: () => close({ graceMs: 0 }) };
}

/** Messages of a stream, with their event ids. */
async function* events(response: Response): AsyncGenerator<{ readonly id?: string; readonly message: any }> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const data = /^data: (.+)$/m.exec(block)?.[1];
      const id = /^id: (.+)$/m.exec(block)?.[1];
      if (data !== undefined) yield { ...(id !== undefined && { id }), message: JSON.parse(data) };
    }
  }
}

const byText = (one: unknown, other: unknown): number => (String(one) < String(other) ? -1 : 1);
const ids = (messages: readonly any[]): unknown[] => messages.map(({ id }) => id as unknown);

describe('over HTTP', () => {
  test('requests are answered with one array, notifications and answers with nothing', async () => {
    const { post } = await connect(BATCHES);
    const response = await post([
      callOf('hi', 1),
      { jsonrpc: '2.0', method: 'x/seen' },
      callOf('hi', 'two'),
      { jsonrpc: '2.0', id: 'nobody', result: {} },
    ]);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    const answers = (await response.json()) as any[];
    expect(ids(answers)).toEqual([1, 'two']);
    expect(answers[0]).toEqual({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'hi' }] } });
    await at('seen').opened;
  });

  test('notifications and answers alone are 202 without a body', async () => {
    const { post } = await connect(BATCHES);
    const response = await post([
      { jsonrpc: '2.0', method: 'x/seen' },
      { jsonrpc: '2.0', id: 'nobody', result: {} },
    ]);
    expect([response.status, await response.text()]).toEqual([202, '']);
    await at('seen').opened;
  });

  test('what is no message gets an error of its own; the rest is answered', async () => {
    const { post } = await connect(BATCHES);
    const response = await post([
      1,
      callOf('hi', 1),
      { jsonrpc: '2.0', id: 2 },
      initialize(BATCHES, {}, 3),
      [],
      callOf('no', 4),
    ]);
    const answers = (await response.json()) as any[];
    expect(response.status).toBe(200);
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual(
      expect.arrayContaining([
        [null, -32600],
        [1, undefined],
        [2, -32600],
        [3, -32600],
        [4, -32602],
      ]),
    );
    expect(answers).toHaveLength(6);
    const none = await post([1, 2]);
    expect(((await none.json()) as any[]).map(({ id, error }) => [id, error.code])).toEqual([
      [null, -32600],
      [null, -32600],
    ]);
  });

  test.each<[string, unknown]>([
    ['nothing', []],
    ['more than limits.batch', Array.from({ length: 101 }, (_none, id) => callOf('hi', id))],
    ['one id twice', [callOf('hi', 1), callOf('hi', 1)]],
    [
      'a member twice',
      `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"a","method":"ping"}]`,
    ],
  ])('%s is refused as a whole', async (_what, body) => {
    const { post } = await connect(BATCHES);
    const response = await post(body);
    expect([response.status, (await response.json()) as unknown]).toMatchObject([400, { error: { code: -32600 } }]);
  });

  test('limits.batch is a number of messages', async () => {
    const { post } = await connect(BATCHES, { limits: { batch: 2 } });
    expect((await post([callOf('hi', 1), callOf('hi', 2)])).status).toBe(200);
    const over = await post([callOf('hi', 1), callOf('hi', 2), { jsonrpc: '2.0', method: 'x' }]);
    expect(await over.json()).toMatchObject({ error: { message: expect.stringContaining('limits.batch') } });
  });

  test('ids 1 and "1" are two', async () => {
    const { post } = await connect(BATCHES);
    expect(ids((await (await post([callOf('hi', 1), callOf('hi', '1')])).json()) as any[])).toEqual([1, '1']);
  });

  test('an id that is in use in the session is refused, and nothing of the batch runs', async () => {
    const { post } = await connect(BATCHES);
    const first = post(callOf('wait', 1));
    await at('begun 1').opened;
    expect((await post([callOf('wait', 2), callOf('hi', 1)])).status).toBe(400);
    expect(gates.has('begun 2')).toBe(false);
    at('go 1').open(undefined);
    expect(await (await first).json()).toMatchObject({ id: 1 });
  });

  test.each(['2025-11-25', '2025-06-18', '2024-11-05'])('%s knows no batches', async (revision) => {
    const { post } = await connect(revision);
    const response = await post([callOf('hi', 1)]);
    expect([response.status, (await response.json()) as unknown]).toMatchObject([400, { error: { code: -32600 } }]);
  });

  test('without a session the version header says whether there are batches', async () => {
    const { post } = await connect(undefined);
    const statuses = [BATCHES, '2025-06-18', '2025-11-25', '2026-07-28'].map(async (version) => {
      const response = await post([callOf('hi', 1), callOf('hi', 2)], { 'mcp-protocol-version': version });
      await response.text();
      return response.status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 400, 400, 400]);
    expect((await post([callOf('hi', 1)])).status).toBe(400);
  });

  test('without a session, too, a batch becomes a stream when it has more to say', async () => {
    const { post } = await connect(undefined);
    const response = await post([callOf('hi', 1), withProgress(callOf('step', 2), 'p')], {
      'mcp-protocol-version': BATCHES,
    });
    const messages = [];
    for await (const { message } of events(response)) messages.push(message);
    expect(ids(messages)).toEqual(expect.arrayContaining([1, undefined, 2]));
    expect(messages).toHaveLength(3);
  });

  test('what is sent before makes it a stream, which carries every response and ends after the last', async () => {
    const { post } = await connect(BATCHES);
    const response = await post([callOf('wait', 1), callOf('hi', 2), withProgress(callOf('step', 3), 'p')]);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const seen: unknown[] = [];
    for await (const { message } of events(response)) {
      seen.push(message.method ?? message.id);
      // The others do not wait for it.
      if (seen.length === 3) at('go 1').open(undefined);
    }
    expect(seen.at(-1)).toBe(1);
    expect(seen.sort(byText)).toEqual([1, 2, 3, 'notifications/progress']);
  });

  test('they run at the same time', async () => {
    const { post } = await connect(BATCHES);
    const answered = post([callOf('wait', 1), callOf('wait', 2)]);
    await Promise.all([at('begun 1').opened, at('begun 2').opened]);
    at('go 2').open(undefined);
    at('go 1').open(undefined);
    expect(ids((await (await answered).json()) as any[])).toEqual([2, 1]);
  });

  test('one of them is cancelled and gets no response; the rest does', async () => {
    const { post } = await connect(BATCHES);
    const answered = post([callOf('hang', 1), callOf('wait', 2)]);
    await Promise.all([at('begun 1').opened, at('begun 2').opened]);
    await post([{ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }]);
    expect(await at('aborted 1').opened).toMatchObject({ code: 'aborted' });
    at('go 2').open(undefined);
    expect(ids((await (await answered).json()) as any[])).toEqual([2]);
  });

  test('where all of them are cancelled there is no response, and no empty array', async () => {
    const { post } = await connect(BATCHES);
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    const response = await post([callOf('hang', 1), cancel]);
    expect([response.headers.get('content-type'), await response.text()]).toEqual(['text/event-stream', '']);
  });

  test('one of them asks, and is answered by a batch', async () => {
    const { post } = await connect(BATCHES);
    const response = await post([callOf('roots', 1), callOf('hi', 2)]);
    const seen: unknown[] = [];
    for await (const { message } of events(response)) {
      seen.push(message.method ?? message.id);
      if (message.method === 'roots/list') {
        seen.push((await post([{ jsonrpc: '2.0', id: message.id, result: { roots: [] } }])).status);
      }
    }
    expect(seen.sort(byText)).toEqual([1, 2, 202, 'roots/list']);
  });

  test('what a closing server cuts short is told so', async () => {
    const { post, close } = await connect(BATCHES);
    const [alone, together] = [post(callOf('hang', 1)), post([callOf('hang', 2), callOf('hi', 3)])];
    await Promise.all([at('begun 1').opened, at('begun 2').opened]);
    const closed = close();
    expect(await (await alone).json()).toMatchObject({ id: 1, error: { code: -32603 } });
    expect(await (await together).json()).toMatchObject([{ id: 3 }, { id: 2, error: { code: -32603 } }]);
    await closed;
  });

  test('a client that takes JSON only gets the array, and no notifications', async () => {
    const { post } = await connect(BATCHES);
    const response = await post([withProgress(callOf('step', 1), 'p'), callOf('hi', 2)], {
      accept: 'application/json',
    });
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(ids((await response.json()) as any[]).sort(byText)).toEqual([1, 2]);
  });

  test('a stream that is lost is resumed where it was', async () => {
    const { post, url, session } = await connect(BATCHES);
    const response = await post([callOf('wait', 1), withProgress(callOf('step', 2), 'p')]);
    const iterator = events(response);
    const { value: first } = await iterator.next();
    expect(first.message.method).toBe('notifications/progress');
    await iterator.return(undefined);
    at('go 1').open(undefined);
    const resumed = await fetch(url, {
      headers: {
        accept: 'text/event-stream',
        'last-event-id': first.id!,
        ...session(),
      },
    });
    expect(resumed.status).toBe(200);
    const rest = [];
    for await (const { message } of events(resumed)) rest.push(message);
    expect(ids(rest).sort(byText)).toEqual([1, 2]);
  });

  test('large responses are all there, though nobody reads for a while', async () => {
    const { post } = await connect(BATCHES, { limits: { streamDropBytes: 1_000 } });
    const batch = Array.from({ length: 20 }, (_none, id) => callOf('big', id));
    const response = await post([withProgress(callOf('step', 'p'), 'p'), ...batch]);
    const seen = new Set<unknown>();
    for await (const { message } of events(response)) if ('id' in message) seen.add(message.id);
    expect(seen.size).toBe(21);
  });

  test('every request of any batch gets one response, in either form', async () => {
    const { post } = await connect(BATCHES);
    const tool = fc.constantFrom('hi', 'step', 'no');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(tool, fc.boolean()), { minLength: 1, maxLength: 20 }), async (calls) => {
        const batch = calls.map(([name, progress], id) =>
          progress ? withProgress(callOf(name, id), `p${id}`) : callOf(name, id),
        );
        const response = await post(batch);
        const seen: unknown[] = [];
        if (response.headers.get('content-type') === 'application/json') {
          seen.push(...ids((await response.json()) as any[]));
        } else {
          for await (const { message } of events(response)) if ('id' in message) seen.push(message.id);
        }
        expect(seen.sort(byText)).toEqual(batch.map(({ id }) => id).sort(byText));
      }),
      { numRuns: 50 },
    );
  });

  test('a real client that sends an array understands the answer', async () => {
    const { url } = await connect(undefined);
    const transport = new StreamableHTTPClientTransport(new URL(url));
    const client = new Client({ name: 'c', version: '1' });
    // What it would offer by itself is a later revision.
    const send = transport.send.bind(transport);
    transport.send = (message, options) =>
      send(
        'method' in message && message.method === 'initialize' ? (initialize(BATCHES, {}, 0) as never) : message,
        options,
      );
    await client.connect(transport);
    closing.push(() => client.close());
    const answered: unknown[] = [];
    const all = gate();
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is no event target
    transport.onmessage = (message) => {
      answered.push((message as any).id);
      if (answered.length === 2) all.open();
    };
    await send([callOf('hi', 'a'), callOf('hi', 'b')] as never);
    await all.opened;
    expect(answered).toEqual(['a', 'b']);
  });
});

describe('over a channel', () => {
  const open = async (revision: string, options?: ServerOptions) => {
    const wire = driven();
    const { close } = serveChannel(make(options), wire.channel);
    closing.push(() => close({ graceMs: 0 }));
    await wire.send(initialize(revision, { roots: {} }));
    await wire.next();
    await wire.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return wire;
  };

  test('a line with an array is answered with a line with an array', async () => {
    const wire = await open(BATCHES);
    await wire.send([callOf('hi', 1), { jsonrpc: '2.0', method: 'x/seen' }, 5, callOf('hi', 2)]);
    const answers = (await wire.next()) as any;
    expect(answers.map(({ id, error }: any) => [id, error?.code])).toEqual(
      expect.arrayContaining([
        [1, undefined],
        [2, undefined],
        [null, -32600],
      ]),
    );
    await at('seen').opened;
  });

  test('what comes before the responses comes by itself, answers to questions among it', async () => {
    const wire = await open(BATCHES);
    await wire.send([withProgress(callOf('step', 1), 'p'), callOf('roots', 2)]);
    const before = [await wire.next(), await wire.next()] as any[];
    expect(before.map(({ method }) => method).sort(byText)).toEqual(['notifications/progress', 'roots/list']);
    const { id } = before.find(({ method }) => method === 'roots/list');
    await wire.send([{ jsonrpc: '2.0', id, result: { roots: [] } }]);
    expect(ids((await wire.next()) as any).sort(byText)).toEqual([1, 2]);
  });

  test('one of them is cancelled: the array does without it; all of them: there is none', async () => {
    const wire = await open(BATCHES);
    await wire.send([callOf('hang', 1), callOf('wait', 2)]);
    await Promise.all([at('begun 1').opened, at('begun 2').opened]);
    const cancel = (requestId: number) => ({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId },
    });
    await wire.send(cancel(1));
    await at('aborted 1').opened;
    at('go 2').open(undefined);
    expect(ids((await wire.next()) as any)).toEqual([2]);
    await wire.send([callOf('hang', 3), cancel(3)]);
    await at('aborted 3').opened;
    await wire.send(callOf('hi', 4));
    expect(await wire.next()).toMatchObject({ id: 4 });
  });

  test.each<[string, unknown[]]>([
    ['nothing', []],
    ['too much', Array.from({ length: 101 }, (_none, id) => callOf('hi', id))],
    ['one id twice', [callOf('hi', 1), callOf('hi', 1)]],
  ])('%s is refused as a whole', async (_what, batch) => {
    const wire = await open(BATCHES);
    await wire.send(batch);
    expect(await wire.next()).toMatchObject({ error: { code: -32600 } });
    await wire.send(callOf('hi', 9));
    expect(await wire.next()).toMatchObject({ id: 9 });
  });

  test('an id that is in use is refused, and nothing of the batch runs', async () => {
    const wire = await open(BATCHES);
    await wire.send(callOf('wait', 1));
    await at('begun 1').opened;
    await wire.send([callOf('wait', 2), callOf('hi', 1)]);
    expect(await wire.next()).toMatchObject({ error: { code: -32600 } });
    at('go 1').open(undefined);
    expect(await wire.next()).toMatchObject({ id: 1 });
    expect(gates.has('begun 2')).toBe(false);
  });

  test('other revisions know no batches', async () => {
    const wire = await open('2025-06-18');
    await wire.send([callOf('hi', 1)]);
    expect(await wire.next()).toMatchObject({
      error: { code: -32600, message: expect.stringContaining('one object') },
    });
  });
});

describe('over HTTP+SSE', () => {
  test('the responses come one by one', async () => {
    const { url, close } = await serve(make({ legacy: { httpSse: { sse: '/sse', messages: '/messages' } } }));
    closing.push(() => close({ graceMs: 0 }));
    const client = await openStream(new URL('/sse', url));
    closing.push(client.leave);
    await client.greet(BATCHES);
    expect((await client.post([callOf('hi', 1), 5, callOf('hi', 2)])).status).toBe(202);
    const answers = [await client.message(), await client.message(), await client.message()];
    expect(ids(answers)).toEqual(expect.arrayContaining([1, null, 2]));
    expect((await client.post([callOf('hi', 1), callOf('hi', 1)])).status).toBe(400);
    await client.greet('2024-11-05');
    expect((await client.post([callOf('hi', 1)])).status).toBe(400);
  });
});
