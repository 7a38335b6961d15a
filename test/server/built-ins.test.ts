import { describe, expect, test } from 'vitest';
import { McpServer, text } from 'mcpwire/server';
import * as z from 'zod';
import { ask, META, modern, plain, toolCall, VERSION } from '../helpers/wire.js';

const info = {
  name: 'facts',
  version: '1.2.3',
  title: 'Facts',
  websiteUrl: 'https://facts.example',
  icons: [{ src: 'data:,' }],
};
const make = (options = {}) =>
  new McpServer({ ...info, instructions: 'Ask for facts.' }, options)
    .tool(
      'b',
      {
        title: 'B',
        description: 'Second letter',
        annotations: { readOnlyHint: true },
        icons: [{ src: 'data:,' }],
        meta: { 'com.example/x': 1 },
      },
      () => 'b',
    )
    .tool('a', { inputSchema: z.object({ n: z.number() }), outputSchema: z.object({ n: z.number() }) }, ({ n }) => ({
      n,
    }))
    .tool('c', {}, () => ({ content: [text('c')], _meta: { mine: true } }))
    .method('own', {}, () => ({ mine: true, _meta: { also: 'mine' } }));
const server = make();

// spec: server/discover#discoverresult
describe('server/discover', () => {
  // spec: server/discover#top.1 server/discover#discoverresult.1
  // spec: basic/versioning#protocol-version-negotiation.3 server/tools#capabilities.1
  // spec: server/discover#top.1 server/discover#discoverresult.1 basic#meta.13
  test('tells versions, capabilities, instructions and identity, with cache hints', async () => {
    expect((await ask(server, modern('server/discover', {}, { id: 'discover-1' }))).result).toEqual({
      resultType: 'complete',
      supportedVersions: [VERSION],
      capabilities: { tools: { listChanged: true }, logging: {} },
      instructions: 'Ask for facts.',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { [META.server]: info },
    });
  });

  // spec: server/tools#capabilities.1
  test('a server without tools declares none, and one without instructions sends none', async () => {
    const { result } = await ask(new McpServer({ name: 'x', version: '0' }), modern('server/discover'));
    expect(result['capabilities']).toEqual({ logging: {} });
    expect(result).not.toHaveProperty('instructions');
  });

  test('follows what is registered later', async () => {
    const late = new McpServer({ name: 'x', version: '0' });
    expect((await ask(late, modern('server/discover'))).result['capabilities']).toEqual({ logging: {} });
    late.tool('t', {}, () => 't');
    expect((await ask(late, modern('server/discover'))).result['capabilities']).toEqual({
      tools: { listChanged: true },
      logging: {},
    });
    expect(late.remove('tool', 't')).toBe(true);
    expect(late.remove('tool', 't')).toBe(false);
    expect((await ask(late, modern('server/discover'))).result['capabilities']).toEqual({ logging: {} });
  });
});

// spec: server/tools#listing-tools
describe('tools/list', () => {
  // spec: server/tools#capabilities.2
  // spec: server/tools#capabilities.2 server/tools#tool.1 basic#icons
  test('lists every tool as it was defined, in the order of registration', async () => {
    const { result } = await ask(server, modern('tools/list'));
    expect(result).toMatchObject({
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { [META.server]: info },
    });
    expect(result).not.toHaveProperty('nextCursor');
    expect(result['tools']).toEqual([
      {
        name: 'b',
        title: 'B',
        description: 'Second letter',
        inputSchema: { type: 'object', additionalProperties: false },
        annotations: { readOnlyHint: true },
        icons: [{ src: 'data:,' }],
        _meta: { 'com.example/x': 1 },
      },
      {
        name: 'a',
        inputSchema: expect.objectContaining({
          type: 'object',
          properties: { n: { type: 'number' } },
          required: ['n'],
        }) as unknown,
        outputSchema: expect.objectContaining({ type: 'object', properties: { n: { type: 'number' } } }) as unknown,
      },
      { name: 'c', inputSchema: { type: 'object', additionalProperties: false } },
    ]);
  });

  // spec: server/tools#capabilities.4
  // spec: server/tools#capabilities.3 server/tools#capabilities.4
  test('the same bytes again and again, whoever asks', async () => {
    const texts = new Set<string>();
    for (let round = 0; round < 5; round++) {
      texts.add(
        await (await server.fetch(modern('tools/list', {}, { headers: { authorization: `Bearer ${round}` } }))).text(),
      );
    }
    expect(texts.size).toBe(1);
  });

  test('follows what is registered and removed later', async () => {
    const changing = make();
    await ask(changing, modern('tools/list'));
    changing.tool('d', {}, () => 'd');
    changing.remove('tool', 'b');
    const { result } = await ask(changing, modern('tools/list'));
    expect((result['tools'] as { name: string }[]).map(({ name }) => name)).toEqual(['a', 'c', 'd']);
    expect(await ask(changing, toolCall('b'))).toMatchObject({ error: { code: -32602 } });
  });

  // spec: server/tools#capabilities.2
  test('is empty when the last tool has gone: who knew of tools may ask on', async () => {
    const leaving = new McpServer({ name: 'x', version: '0' }).tool('t', {}, () => 't');
    await ask(leaving, modern('server/discover'));
    leaving.remove('tool', 't');
    expect((await ask(leaving, modern('tools/list'))).result['tools']).toEqual([]);
    expect(await ask(leaving, toolCall('t'))).toMatchObject({ status: 200, error: { code: -32602 } });
  });

  // spec: server/utilities/pagination#error-handling.1
  // spec: server/utilities/pagination#implementation-guidelines.2
  test('BI13: a cursor that was never handed out is invalid', async () => {
    for (const cursor of ['x', '', null, 0]) {
      expect(await ask(server, modern('tools/list', { cursor }))).toMatchObject({ error: { code: -32602 } });
    }
  });
});

describe('every result', () => {
  // spec: basic#result-responses.2 basic#result-responses.3 basic#meta.13
  // spec: basic#result-responses.3 basic#meta.13
  test('carries resultType and serverInfo, and keeps the _meta of the handler', async () => {
    expect((await ask(server, toolCall('b'))).result).toEqual({
      resultType: 'complete',
      content: [{ type: 'text', text: 'b' }],
      _meta: { [META.server]: info },
    });
    expect((await ask(server, toolCall('c'))).result['_meta']).toEqual({ mine: true, [META.server]: info });
    expect((await ask(server, modern('own'))).result).toEqual({
      resultType: 'complete',
      mine: true,
      _meta: { also: 'mine', [META.server]: info },
    });
  });

  test('of a call carries no cache hints', async () => {
    expect((await ask(server, toolCall('b'))).result).not.toHaveProperty('ttlMs');
    expect((await ask(server, modern('own'))).result).not.toHaveProperty('cacheScope');
  });

  test('in plain JSON-RPC is what the handler made, and nothing more', async () => {
    expect((await ask(server, plain('own'))).result).toEqual({ mine: true, _meta: { also: 'mine' } });
    expect((await ask(server, plain('tools/list'))).result).not.toHaveProperty('ttlMs');
  });
});

// spec: server/utilities/caching#cacheable-results
describe('cache hints', () => {
  test('are the ones of the option', async () => {
    const cached = make({ cache: { ttlMs: 60_000, cacheScope: 'public' } });
    for (const method of ['tools/list', 'server/discover']) {
      expect((await ask(cached, modern(method))).result).toMatchObject({ ttlMs: 60_000, cacheScope: 'public' });
    }
    expect((await ask(make({ cache: { ttlMs: 5 } }), modern('tools/list'))).result).toMatchObject({
      ttlMs: 5,
      cacheScope: 'private',
    });
  });

  // spec: server/utilities/caching#time-to-live-ttl-field.5
  // spec: server/utilities/caching#time-to-live-ttl-field.5
  test.each([-1, 1.5, Number.NaN, Infinity])('CA4: ttlMs of %d throws when the server is made', (ttlMs) => {
    expect(() => make({ cache: { ttlMs } })).toThrow(/ttlMs/);
  });
});
