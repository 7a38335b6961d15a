import { describe, expect, test } from 'vitest';
import { McpServer } from 'mcpwire/server';
import { ask, headersOf, META, meta, modern, plain, post, rpc, VERSION, type Json } from '../helpers/wire.js';

let calls = 0;
const make = (options = {}) =>
  new McpServer({ name: 'classes', version: '1.0.0' }, options)
    .tool('ok', {}, () => {
      calls++;
      return 'ok';
    })
    .method('own', {}, () => {
      calls++;
      return {};
    })
    .method('boom', {}, (_params, ctx) => {
      throw ctx.error(-31000, 'Boom');
    });
const server = make();

/** A request with chosen headers and `_meta`, everything else as it should be. */
const custom = (
  method: string,
  changes: { headers?: Record<string, string | undefined>; meta?: unknown; params?: Json; id?: unknown },
) => {
  const message = rpc(method, changes.params, 'id' in changes ? { id: changes.id } : {});
  const params = message['params'] as Json;
  if ('meta' in changes) {
    if (changes.meta === undefined) delete params['_meta'];
    else params['_meta'] = changes.meta;
  }
  const headers = new Headers(headersOf(message));
  for (const [name, value] of Object.entries(changes.headers ?? {})) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
  return post(JSON.stringify(message), Object.fromEntries(headers));
};

describe('what a message is taken for', () => {
  // spec: basic/transports/streamable-http#protocol-version-header.5
  test('a modern version header or a version in _meta: this revision, whatever the method', async () => {
    expect(await ask(server, modern('initialize'))).toMatchObject({ status: 404, id: 1, error: { code: -32601 } });
    expect(await ask(server, custom('initialize', { headers: { 'mcp-protocol-version': undefined } }))).toMatchObject({
      status: 400,
      error: { code: -32020 },
    });
    expect(await ask(server, custom('initialize', { meta: undefined }))).toMatchObject({
      status: 400,
      error: { code: -32602 },
    });
  });

  // spec: basic/transports/streamable-http#earlier-streamable-http-revisions.2
  // spec: basic/transports/streamable-http#earlier-streamable-http-revisions.3
  test('TR16: a session id and Last-Event-ID beside a modern header are ignored, and no session is minted', async () => {
    const answer = await ask(
      server,
      modern('tools/list', {}, { headers: { 'mcp-session-id': 'abc', 'last-event-id': '7' } }),
    );
    expect(answer).toMatchObject({ status: 200, result: { resultType: 'complete' } });
    expect(answer.headers.get('mcp-session-id')).toBeNull();
  });

  const alone = new McpServer({ name: 'alone', version: '1' }, { legacy: false });

  // versioning#backward-compatibility-with-initialization-based-versions
  // spec: basic/versioning#backward-compatibility-with-initialization-based-versions.2
  test('initialize without modern metadata: an error that names the supported versions', async () => {
    const answer = await ask(
      alone,
      plain('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } }),
    );
    expect(answer).toMatchObject({
      status: 400,
      id: 1,
      error: { code: -32022, data: { supported: [VERSION], requested: '2025-11-25' } },
    });
    expect(answer.error.message).toContain(VERSION);
  });

  // spec: basic/versioning#protocol-version-negotiation.1
  // spec: basic/transports/streamable-http#protocol-version-header.4
  test.each(['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'])(
    'the version header %s without modern _meta: unsupported, with the list',
    async (version) => {
      const answer = await ask(alone, plain('tools/list', {}, { headers: { 'mcp-protocol-version': version } }));
      expect(answer).toMatchObject({
        status: 400,
        id: 1,
        error: { code: -32022, data: { supported: [VERSION], requested: version } },
      });
    },
  );

  test('anything else: plain JSON-RPC, served without result types', async () => {
    const list = await ask(server, plain('tools/list'));
    expect(list.status).toBe(200);
    expect(Object.keys(list.result)).toEqual(['tools']);
    expect((await ask(server, plain('tools/call', { name: 'ok' }))).result).toEqual({
      content: [{ type: 'text', text: 'ok' }],
    });
    expect((await ask(server, plain('own'))).result).toEqual({});
  });

  test('plain: _meta without a version is plain, too', async () => {
    expect(await ask(server, plain('own', { _meta: { progressToken: 1 } }))).toMatchObject({ status: 200, result: {} });
  });

  // spec: basic/transports/streamable-http#protocol-version-header.6
  test('plain JSON-RPC is refused with legacy: false', async () => {
    const strict = make({ legacy: false });
    calls = 0;
    for (const request of [plain('own'), plain('tools/list'), plain('unknown')]) {
      expect(await ask(strict, request)).toMatchObject({ status: 400, id: 1, error: { code: -32020 } });
    }
    expect(await ask(strict, plain('initialize'))).toMatchObject({ status: 400, error: { code: -32022 } });
    expect(calls).toBe(0);
    expect(await ask(strict, modern('own'))).toMatchObject({ status: 200 });
  });
});

// streamable-http#server-validation; basic/index#meta
describe('TR8, TR9, BI2: the metadata of a request, in the order in which it is looked at', () => {
  // spec: basic#meta.7 basic#meta.8 basic#error-responses.1 basic/versioning#protocol-version-negotiation.1
  // spec: basic/transports/streamable-http#protocol-version-header.3
  // spec: basic/transports/streamable-http#protocol-version-header.4
  // spec: basic/transports/streamable-http#server-validation.1
  // spec: basic/transports/streamable-http#server-validation.3
  // spec: basic/transports/streamable-http#server-validation.4
  test.each<[string, Parameters<typeof custom>[1], number, RegExp]>([
    ['no version header', { headers: { 'mcp-protocol-version': undefined } }, -32020, /MCP-Protocol-Version/],
    [
      'a version header that differs from _meta',
      { headers: { 'mcp-protocol-version': '2025-11-25' } },
      -32020,
      /does not match/,
    ],
    [
      'a version in _meta that differs from the header',
      { meta: meta({ [META.version]: '2099-01-01' }) },
      -32020,
      /does not match/,
    ],
    ['a version in _meta that is no string', { meta: meta({ [META.version]: 20260728 }) }, -32020, /does not match/],
    ['a version in _meta that is null', { meta: meta({ [META.version]: null }) }, -32602, /protocolVersion/],
    [
      'an unsupported version in both',
      { headers: { 'mcp-protocol-version': '2099-01-01' }, meta: meta({ [META.version]: '2099-01-01' }) },
      -32022,
      /Unsupported/,
    ],
    [
      'an unsupported version without _meta',
      { headers: { 'mcp-protocol-version': '1900-01-01' }, meta: undefined },
      -32022,
      /Unsupported/,
    ],
    [
      'a version with spaces around',
      { headers: { 'mcp-protocol-version': '  2026-07-28  ' }, meta: undefined },
      -32602,
      /protocolVersion/,
    ],
    [
      'two versions in one header',
      { headers: { 'mcp-protocol-version': '2026-07-28, 2026-07-28' } },
      -32020,
      /does not match/,
    ],
    ['no _meta', { meta: undefined }, -32602, /protocolVersion/],
    ['_meta that is null', { meta: null }, -32602, /protocolVersion/],
    ['_meta that is an array', { meta: [] }, -32602, /protocolVersion/],
    ['_meta without a version', { meta: { [META.capabilities]: {} } }, -32602, /protocolVersion/],
    ['_meta without capabilities', { meta: { [META.version]: VERSION } }, -32602, /clientCapabilities/],
    ['capabilities that are null', { meta: meta({ [META.capabilities]: null }) }, -32602, /clientCapabilities/],
    ['capabilities that are a list', { meta: meta({ [META.capabilities]: [] }) }, -32602, /clientCapabilities/],
    [
      'missing capabilities before a wrong method header',
      { meta: { [META.version]: VERSION }, headers: { 'mcp-method': 'x' } },
      -32602,
      /clientCapabilities/,
    ],
    ['no Mcp-Method', { headers: { 'mcp-method': undefined } }, -32020, /Mcp-Method is missing/],
    [
      'another Mcp-Method',
      { headers: { 'mcp-method': 'tools/call' } },
      -32020,
      /Mcp-Method value "tools\/call" does not match body value "tools\/list"/,
    ],
    [
      'Mcp-Method in another case: values are case-sensitive',
      { headers: { 'mcp-method': 'Tools/List' } },
      -32020,
      /Mcp-Method/,
    ],
    [
      'an encoded Mcp-Method, which has no encoding',
      { headers: { 'mcp-method': '=?base64?dG9vbHMvbGlzdA==?=' } },
      -32020,
      /Mcp-Method/,
    ],
    ['two Mcp-Methods', { headers: { 'mcp-method': 'tools/list, tools/list' } }, -32020, /Mcp-Method/],
  ])('%s', async (_what, changes, code, message) => {
    const answer = await ask(server, custom('tools/list', { ...changes, id: 'the id' }));
    expect(answer).toMatchObject({ status: 400, id: 'the id', error: { code } });
    expect(answer.error.message).toMatch(message);
    expect((answer.error.data as Json | undefined)?.['supported']).toEqual(code === -32022 ? [VERSION] : undefined);
  });

  test('clientInfo is optional, and a malformed one is ignored', async () => {
    expect(
      (await ask(server, custom('tools/list', { meta: { [META.version]: VERSION, [META.capabilities]: {} } }))).status,
    ).toBe(200);
    expect((await ask(server, custom('tools/list', { meta: meta({ [META.info]: 'me' }) }))).status).toBe(200);
  });

  // spec: basic/transports/streamable-http#case-sensitivity.1
  test('header names match in any case', async () => {
    const request = modern('tools/list');
    const shouting = new Request(request.url, {
      method: 'POST',
      body: await request.text(),
      headers: [...request.headers].map(([name, value]) => [name.toUpperCase(), value] as [string, string]),
    });
    expect((await ask(server, shouting)).status).toBe(200);
  });

  test('a header that quotes its value back is cut: an error is no mirror', async () => {
    const answer = await ask(server, custom('tools/list', { headers: { 'mcp-method': 'x'.repeat(10_000) } }));
    expect(answer.error.message.length).toBeLessThan(500);
  });

  test('header mismatches run no handler and no middleware', async () => {
    const guarded = make().use(() => () => {
      throw new Error('middleware ran');
    });
    calls = 0;
    expect(await ask(guarded, custom('own', { headers: { 'mcp-method': 'x' } }))).toMatchObject({
      status: 400,
      error: { code: -32020 },
    });
    expect(calls).toBe(0);
  });
});

// basic/index#statelessness
// spec: basic#statelessness.1
test('BI3: nothing is inferred from earlier requests', async () => {
  expect((await ask(server, modern('tools/list'))).status).toBe(200);
  expect(await ask(server, custom('tools/list', { meta: { [META.version]: VERSION } }))).toMatchObject({
    status: 400,
    error: { code: -32602 },
  });
});
