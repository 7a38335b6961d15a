import { McpClient, type ClientMiddleware, type JsonObject, type ServerFacts } from 'mcpwire/client';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { errorOf as failureOf } from './support.js';
import { errorOf, openStream, play } from './wire.js';

describe('middleware', () => {
  it('wraps every call, first one outermost, and sees params and result', async () => {
    const log: unknown[] = [];
    const watch =
      (name: string): ClientMiddleware =>
      (next) =>
      async (call, ctx) => {
        log.push([name, call.method, call.params]);
        const result = await next(call, ctx);
        log.push([name, result['content']]);
        return result;
      };
    const { client } = await play(() => ({ content: [] }));
    client.use(watch('outer')).use(watch('inner'));
    await client.callTool('run', { a: 1 });
    const params = { name: 'run', arguments: { a: 1 } };
    expect(log).toEqual([
      ['outer', 'tools/call', params],
      ['inner', 'tools/call', params],
      ['inner', []],
      ['outer', []],
    ]);
  });

  it('may change what goes out and what comes in, answer itself, and fail', async () => {
    const { client, asked } = await play(() => ({ content: [] }));
    client.use((next) => async (call, ctx) => {
      if (call.method === 'mine') return { own: true };
      if (call.method === 'bad') throw new RangeError('no');
      const options = {
        ...ctx.options,
        headers: { 'x-tenant': 'a' },
        meta: { ...ctx.options.meta, traceparent: '00-1' },
      };
      const result = await next({ ...call, params: { ...call.params, extra: 1 } }, { ...ctx, options });
      return { ...result, seen: true };
    });
    expect(await client.request('x', { a: 1 }, { meta: { own: 1 } })).toMatchObject({ seen: true });
    expect(asked[0]).toMatchObject({ params: { a: 1, extra: 1, _meta: { traceparent: '00-1', own: 1 } } });
    expect(asked[0]?.headers.get('x-tenant')).toBe('a');
    expect(await client.request('mine')).toEqual({ own: true });
    await expect(client.request('bad')).rejects.toThrow(RangeError);
    expect(asked).toHaveLength(1);
  });

  it('sees one call where rounds of input and retries take several requests', async () => {
    const calls: string[] = [];
    const { client, asked } = await play(({ params }) =>
      params['requestState'] === undefined ? { resultType: 'input_required', requestState: 's' } : { content: [] },
    );
    client.use((next) => (call, ctx) => (calls.push(call.method), next(call, ctx)));
    await client.callTool('run');
    expect(calls).toEqual(['tools/call']);
    expect(asked).toHaveLength(2);
  });

  it('stands before what is kept, so that its headers count', async () => {
    let tenant = 'a';
    let answers = 0;
    const { client } = await play(() => ({ prompts: [{ name: String(++answers) }], ttlMs: 1000 }));
    client.use(
      (next) => (call, ctx) => next(call, { ...ctx, options: { ...ctx.options, headers: { authorization: tenant } } }),
    );
    const list = async (): Promise<unknown> => (await client.listPrompts())[0]?.name;
    expect([await list(), await list()]).toEqual(['1', '1']);
    tenant = 'b';
    expect(await list()).toBe('2');
  });

  it('knows the server', async () => {
    const { client } = await play(() => ({}));
    client.use((next) => (call, ctx) => {
      expect(ctx.server).toBe(client.server);
      return next(call, ctx);
    });
    await client.request('x');
  });
});

describe('logLevel', () => {
  // spec: server/utilities/logging#requesting-log-messages
  it('is carried by the one request that asks, and messages reach client.on', async () => {
    const { client, asked } = await play(({ id, params }) => {
      const stream = openStream();
      if (params._meta['io.modelcontextprotocol/logLevel'] !== undefined)
        stream.send({ method: 'notifications/message', params: { level: 'info', data: 'hi' } });
      stream.send({ id, result: {} });
      stream.end();
      return stream.response;
    });
    const heard: unknown[] = [];
    client.on('notifications/message', ({ data }) => heard.push(data));
    await client.callTool('a', {}, { logLevel: 'debug' });
    await client.callTool('b');
    expect(asked.map(({ params }) => params._meta['io.modelcontextprotocol/logLevel'])).toEqual(['debug', undefined]);
    expect(heard).toEqual(['hi']);
  });
});

describe('trace context', () => {
  // spec: basic#meta.17
  it('travels in _meta as it was given', async () => {
    const meta = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01',
      tracestate: 'a=1',
      baggage: 'b=2',
    };
    const { client, asked } = await play(() => ({ content: [] }));
    await client.callTool('a', {}, { meta });
    expect(asked[0]?.params._meta).toMatchObject(meta);
  });
});

describe('prior', () => {
  const facts: ServerFacts = {
    info: { name: 'known', version: '1.0.0' },
    capabilities: { tools: { listChanged: true } },
    instructions: 'Be kind.',
    protocolVersion: '2026-07-28',
    era: 'modern',
  };

  it('connects without any request, and knows what was known', async () => {
    const prior = JSON.parse(JSON.stringify(facts)) as ServerFacts;
    const { client, asked } = await play(() => ({ content: [] }), { prior, protocolVersion: undefined });
    expect(client.server).toEqual(facts);
    expect(asked).toHaveLength(0);
    await client.callTool('a');
    expect(asked).toHaveLength(1);
    expect(asked[0]?.headers.get('mcp-protocol-version')).toBe('2026-07-28');
  });

  it('is enough where protocolVersion is auto, which is the default, and never changes what is spoken', async () => {
    const { client, asked } = await play(() => ({}), { prior: facts, protocolVersion: 'auto' });
    expect(client.server).toEqual(facts);
    const legacy: ServerFacts = { ...facts, protocolVersion: '2025-11-25', era: 'legacy' };
    const pinned = await play(() => ({}), { prior: legacy, protocolVersion: '2026-07-28' });
    expect(pinned.client.server).toEqual(facts);
    expect(asked).toHaveLength(0);
  });

  it('that says plain JSON-RPC is spoken to so', async () => {
    const prior: ServerFacts = { capabilities: {}, protocolVersion: 'none', era: 'plain' };
    const { client, asked } = await play(() => ({}), { prior, protocolVersion: undefined });
    await client.request('x');
    expect(client.server.era).toBe('plain');
    expect(asked[0]?.params).toBeUndefined();
  });

  it('of a server that has moved on is heeded as far as it names a version of ours', async () => {
    let refused = 0;
    const { client, asked } = await play(
      ({ id }) =>
        refused++ === 0
          ? Response.json(
              { jsonrpc: '2.0', id, error: { code: -32022, message: 'no', data: { supported: ['2026-07-28'] } } },
              { status: 400 },
            )
          : { content: [] },
      { prior: facts, protocolVersion: undefined },
    );
    await client.callTool('a');
    expect(asked).toHaveLength(2);
  });

  it('that is unknown asks for a fallback, as a pinned revision does', async () => {
    const prior: ServerFacts = { ...facts, protocolVersion: '1999-01-01', era: 'legacy' };
    await expect(McpClient.connect('https://a.test/', { prior })).rejects.toMatchObject({
      code: 'unsupported_version',
    });
  });
});

describe('jsonSchema', () => {
  const outputSchema = { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] };
  const tools = [
    { name: 'add', inputSchema: { type: 'object' }, outputSchema },
    { name: 'say', inputSchema: { type: 'object' } },
  ];
  const made: JsonObject[] = [];
  // Stands for fromJsonSchema, which has tests of its own.
  const jsonSchema = (schema: JsonObject) => {
    made.push(schema);
    if (schema['$ref'] !== undefined) throw new TypeError('external $ref');
    return z.object({ sum: z.number() });
  };
  const answering = (result: JsonObject, listed: readonly JsonObject[] = tools) =>
    play(({ method }) => (method === 'tools/list' ? { tools: listed, ttlMs: 1000 } : { content: [], ...result }), {
      jsonSchema,
    });

  // spec: server/tools#output-schema
  it('a value that fits the listed schema comes through; the schema is made once', async () => {
    made.length = 0;
    const { client } = await answering({ structuredContent: { sum: 8 } });
    await client.listTools();
    for (let round = 0; round < 3; round++)
      expect(await client.callTool('add')).toMatchObject({ structuredContent: { sum: 8 } });
    expect(made).toEqual([outputSchema]);
  });

  // spec: server/tools#output-schema.2 server/tools#security-considerations.7
  it.each([{ structuredContent: { sum: '8' } }, { structuredContent: null }, {}])(
    '%j is invalid_message that names tool and path',
    async (result) => {
      const { client } = await answering(result);
      const error = await failureOf(client.callTool('add'));
      expect(error.code).toBe('invalid_message');
      expect(error.message).toMatch(/^add: structuredContent/);
      expect(error.data).toBeInstanceOf(Array);
    },
  );

  it('lists the tools by itself where nobody did, once', async () => {
    const { client, methods } = await answering({ structuredContent: { sum: 8 } });
    await client.callTool('add');
    await client.callTool('add');
    expect(methods()).toEqual(['tools/call', 'tools/list', 'tools/call']);
  });

  it('a failure of the tool, and a tool without a schema, are not checked', async () => {
    const { client } = await answering({ isError: true });
    expect(await client.callTool('add')).toMatchObject({ isError: true });
    expect(await client.callTool('say')).toMatchObject({ content: [] });
    const { client: plain } = await answering({ structuredContent: 5 });
    expect(await plain.callTool('say')).toMatchObject({ structuredContent: 5 });
    expect(await plain.callTool('unlisted')).toMatchObject({ structuredContent: 5 });
  });

  // spec: server/tools#security-considerations.8 basic#ref-resolution.4
  it('a schema that cannot be used refuses the result instead of letting it through', async () => {
    const bad = [{ name: 'add', inputSchema: { type: 'object' }, outputSchema: { $ref: 'https://a.test/' } }];
    const { client } = await answering({ structuredContent: {} }, bad);
    const error = await failureOf(client.callTool('add'));
    expect(error).toMatchObject({
      code: 'invalid_message',
      message: expect.stringContaining('external $ref') as string,
    });
  });

  it('a schema whose check fails, such as one that goes round in a circle, refuses the result, too', async () => {
    const { client } = await play(
      ({ method }) => (method === 'tools/list' ? { tools } : { content: [], structuredContent: {} }),
      {
        jsonSchema: () => ({
          '~standard': {
            version: 1,
            vendor: 'test',
            validate: () => {
              throw new RangeError('Maximum call stack size exceeded');
            },
          },
        }),
      },
    );
    expect((await failureOf(client.callTool('add'))).code).toBe('invalid_message');
  });

  it('a tool that has changed since it was listed is listed anew before its value is refused', async () => {
    const old = { type: 'object', properties: { total: {} } };
    let listed: JsonObject = old;
    const { client, methods } = await play(
      ({ method }) =>
        method === 'tools/list'
          ? { tools: [{ name: 'add', inputSchema: { type: 'object' }, outputSchema: listed }], ttlMs: 1_000_000 }
          : { content: [], structuredContent: { sum: 8 } },
      {
        jsonSchema: (schema) =>
          'total' in (schema['properties'] as object) ? z.never() : z.object({ sum: z.number() }),
      },
    );
    await client.listTools();
    listed = outputSchema;
    expect(await client.callTool('add')).toMatchObject({ structuredContent: { sum: 8 } });
    await client.callTool('add');
    expect(methods()).toEqual(['tools/list', 'tools/call', 'tools/list', 'tools/call']);
  });

  it('without it nothing is listed and nothing checked', async () => {
    const { client, methods } = await play(() => ({ content: [], structuredContent: 'any' }));
    await client.callTool('add');
    expect(methods()).toEqual(['tools/call']);
  });

  it('a list that fails fails the check', async () => {
    const { client } = await play(
      ({ id, method }) => (method === 'tools/list' ? errorOf(id, -32603) : { content: [] }),
      {
        jsonSchema,
      },
    );
    expect((await failureOf(client.callTool('add'))).code).toBe('internal');
  });
});
