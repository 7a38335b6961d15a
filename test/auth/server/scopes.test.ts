import { bearerAuth } from 'mcpwire/auth/server';
import { McpServer, type AuthInfo } from 'mcpwire/server';
import { describe, expect, test } from 'vitest';
import { headersOf, rpc, type Json } from '../../helpers/wire.ts';
import { call, guarded, METADATA, post, textOf } from './support.ts';

describe('what a token allows', () => {
  // spec: basic/authorization#runtime-insufficient-scope-errors
  test('AZ15: is looked at before the handler runs: 403 and one challenge with all that the operation needs', async () => {
    const { url, keys } = await guarded({ requiredScopes: ['mcp'] });
    const few = await keys.token({ scope: 'mcp files:read' });
    const { status, challenge, body } = await post(url, call('delete_file'), few);
    expect(status).toBe(403);
    expect(challenge).toBe(
      `Bearer error="insufficient_scope", scope="mcp files:write files:read", resource_metadata="${METADATA}"`,
    );
    expect(body).toMatchObject({ id: 1, error: { code: -32600 } });
    const all = await keys.token({ scope: 'files:read mcp files:write' });
    expect(textOf(await post(url, call('delete_file'), all))).toBe('deleted');
    expect((await post(url, call('whoami'), few)).status).toBe(200);
  });

  test('AZ15: is looked at for prompts and resources', async () => {
    const { url, keys } = await guarded();
    for (const [message, scope] of [
      [rpc('prompts/get', { name: 'secret' }), 'prompts'],
      [rpc('resources/read', { uri: 'docs://secret' }), 'docs'],
    ] as const) {
      const { status, challenge } = await post(url, message, await keys.token());
      expect([status, challenge]).toEqual([403, expect.stringContaining(`scope="${scope}"`)]);
      const allowed = await post(url, message, await keys.token({ scope }));
      expect(JSON.stringify(allowed.body)).toContain('psst');
      expect(allowed.status).toBe(200);
    }
  });

  test('AZ15: is looked at before what is behind a prompt is suggested', async () => {
    const { url, keys } = await guarded();
    const ref = { type: 'ref/prompt', name: 'of_customer' };
    const message = rpc('completion/complete', { ref, argument: { name: 'name', value: '' } });
    expect((await post(url, message, await keys.token())).status).toBe(403);
    const { body } = await post(url, message, await keys.token({ scope: 'prompts' }));
    expect(body).toMatchObject({ result: { completion: { values: ['Zoe'] } } });
  });

  test('AZ15: must hold requiredScopes for any request', async () => {
    const { url, keys } = await guarded({ requiredScopes: ['mcp'] });
    const { status, challenge } = await post(url, rpc('tools/list'), await keys.token());
    expect([status, challenge]).toEqual([403, expect.stringContaining('error="insufficient_scope", scope="mcp"')]);
  });

  // spec: basic/authorization#step-up-authorization-flow
  test('AZ15: may cover more than it says: satisfies decides', async () => {
    const satisfies = (granted: readonly string[], needed: string) =>
      granted.some((one) => needed === one || needed.startsWith(`${one}:`));
    const { url, keys } = await guarded({ satisfies });
    expect((await post(url, call('delete_file'), await keys.token({ scope: 'files' }))).status).toBe(200);
    expect((await post(url, call('delete_file'), await keys.token({ scope: 'file' }))).status).toBe(403);
  });

  test('rides on the status for a session of an older revision, too', async () => {
    const { url, keys } = await guarded();
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const send = async (body: Json, more: Record<string, string> = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${await keys.token()}`, ...more },
        body: JSON.stringify(body),
      });
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'old', version: '1' } };
    const opened = await send({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const session = opened.headers.get('mcp-session-id')!;
    const own = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
    await send({ jsonrpc: '2.0', method: 'notifications/initialized' }, own);
    const tool = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'delete_file', arguments: {} } };
    const refused = await send(tool, own);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      403,
      expect.stringContaining('insufficient_scope'),
    ]);
  });
});

describe('scopes of a server without the option auth', () => {
  const ask = async (auth?: AuthInfo) => {
    const server = new McpServer({ name: 's', version: '1' }).tool('t', { scopes: ['a'] }, () => 'done');
    const message = call('t');
    const init = { method: 'POST', headers: headersOf(message), body: JSON.stringify(message) };
    return server.handler(auth && { auth })(new Request('http://localhost/mcp', init));
  };

  test('refuse whom nobody vouches for, and look at what the surrounding code says', async () => {
    expect((await ask()).status).toBe(403);
    expect((await ask({ scopes: ['b'], claims: {} })).status).toBe(403);
    expect((await ask({ scopes: ['a'], claims: {} })).status).toBe(200);
  });

  test('are looked at with the hook of bearerAuth where there is one', async () => {
    const auth = bearerAuth({ verify: () => undefined, satisfies: () => true });
    const server = new McpServer({ name: 's', version: '1' }, { auth }).tool('t', { scopes: ['a'] }, () => 'done');
    const message = call('t');
    const init = { method: 'POST', headers: headersOf(message), body: JSON.stringify(message) };
    const trusted = { auth: { scopes: [], claims: {} } };
    expect((await server.handler(trusted)(new Request('http://localhost/mcp', init))).status).toBe(200);
  });
});
