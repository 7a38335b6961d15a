import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { McpServer } from 'mcpwire/server';
import { aborted, settle } from '../helpers/gate.js';
import { messagesOf } from '../helpers/sse.js';
import { ask, headersOf, META, modern, plain, post, rpc, toolCall, type Json } from '../helpers/wire.js';

const server = new McpServer({ name: 'codes', version: '1.0.0' }, { onError: () => {} })
  .tool('t', {}, () => 't')
  .method('fails', {}, () => {
    throw new Error('boom');
  });

describe('the codes of errors', () => {
  // spec: basic#error-responses.3 basic#error-codes.4
  test.each<[string, number, () => Request]>([
    ['a body that is no JSON', -32700, () => post('{', headersOf(rpc('x')))],
    ['a message that is no request', -32600, () => post('[]', headersOf(rpc('x')))],
    ['an unknown method', -32601, () => modern('x')],
    ['an unknown tool', -32602, () => toolCall('x')],
    ['params without a name', -32602, () => modern('tools/call')],
    ['a handler that fails', -32603, () => modern('fails')],
    ['headers that contradict the body', -32020, () => modern('tools/list', {}, { headers: { 'mcp-method': 'x' } })],
    [
      'an unsupported version',
      -32022,
      () =>
        modern(
          'tools/list',
          {},
          { meta: { [META.version]: '1900-01-01' }, headers: { 'mcp-protocol-version': '1900-01-01' } },
        ),
    ],
  ])('%s is %i', async (_what, code, request) => {
    expect((await ask(server, request())).error.code).toBe(code);
  });

  // spec: basic#error-codes.1 basic#error-codes.3 basic#error-codes.5 basic#error-codes.7
  test('that the source can send in the reserved range are those of JSON-RPC and of this revision', () => {
    const sent = new Set<string>();
    for (const name of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
      // What older revisions sent is understood by clients, and spoken at the edge alone.
      if (!name.endsWith('.ts') || /^(?:legacy|client)\b/.test(name)) continue;
      const code = readFileSync(join('src', name), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
      for (const [found] of code.matchAll(/-32[_\d]{3,4}\b/g)) sent.add(found.replace('_', ''));
    }
    const defined = ['-32700', '-32600', '-32601', '-32602', '-32603', '-32020', '-32021', '-32022'];
    expect([...sent].filter((code) => !defined.includes(code))).toEqual([]);
    expect(sent.size).toBeGreaterThan(5);
  });
});

// spec: basic/patterns/cancellation#top.3 basic/patterns/cancellation#behavior-requirements.3
test('no answer carries notifications/cancelled: not after a failure, a deadline, a cancellation or a close', async () => {
  const seen: Json[] = [];
  const restless = new McpServer({ name: 'r', version: '1' }, { onError: () => {}, handlerTimeoutMs: 20 })
    .tool('fails', {}, async (_args, ctx) => {
      await ctx.notify('x/y');
      throw new Error('boom');
    })
    .tool('waits', {}, async (_args, ctx) => {
      await ctx.notify('x/y');
      await aborted(ctx.signal);
      throw ctx.signal.reason;
    });
  const collect = async (request: Request) => {
    seen.push(...messagesOf(await (await restless.fetch(request)).text()));
  };
  const caller = new AbortController();
  const all = [
    collect(toolCall('fails')),
    collect(toolCall('waits')),
    collect(plain('tools/call', { name: 'waits' })),
    collect(toolCall('waits', {}, { signal: caller.signal })),
  ];
  await settle();
  caller.abort();
  await Promise.all(all);
  await restless.close();
  expect(seen.length).toBeGreaterThan(5);
  expect(seen.map(({ method }) => method).filter((method) => method !== undefined && method !== 'x/y')).toEqual([]);
});

// spec: basic/patterns/cancellation#error-handling.2
test('BI11: a cancellation of a request that is done changes nothing', async () => {
  expect((await ask(server, toolCall('t', {}, { id: 'done' }))).id).toBe('done');
  const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'done' } };
  const response = await server.fetch(post(JSON.stringify(cancelled), { 'content-type': 'application/json' }));
  expect([response.status, await response.text()]).toEqual([202, '']);
  expect((await ask(server, toolCall('t', {}, { id: 'done' }))).id).toBe('done');
});
