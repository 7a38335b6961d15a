import { bearerAuth } from 'mcpwire/auth/server';
import { McpServer } from 'mcpwire/server';
import { expect, test } from 'vitest';
import { guarded, ISSUER, RESOURCE } from './support.ts';

const PATHS = ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource'];

test('AZ1: serve() answers at the path of the resource and at the root, for every page, without a token', async () => {
  const { url } = await guarded({ scopesSupported: ['a', 'offline_access'], metadata: { resource_name: 'Files' } });
  for (const path of PATHS) {
    const response = await fetch(new URL(path, url), { headers: { origin: 'https://page.example' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    expect(response.headers.get('cache-control')).toContain('max-age');
    expect(await response.json()).toEqual({
      resource: RESOURCE,
      authorization_servers: [ISSUER],
      scopes_supported: ['a'],
      bearer_methods_supported: ['header'],
      resource_name: 'Files',
    });
  }
});

test('the metadata is read and nothing else', async () => {
  const { url } = await guarded();
  const at = new URL(PATHS[0]!, url);
  const head = await fetch(at, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  // Clients in pages send MCP-Protocol-Version, for which browsers ask first.
  const preflight = await fetch(at, { method: 'OPTIONS' });
  expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([204, '*']);
  const posted = await fetch(at, { method: 'POST' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  expect((await fetch(new URL('/.well-known/oauth-protected-resource/other', url))).status).toBe(404);
});

test('server.metadata answers for the same requests, and for no other', async () => {
  const auth = bearerAuth({ resource: RESOURCE, authorizationServers: [ISSUER], verify: () => undefined, dpop: true });
  const server = new McpServer({ name: 's', version: '1' }, { auth });
  const ask = (path: string) => server.metadata(new Request(`http://internal:8080${path}`));
  for (const path of PATHS)
    expect(await ask(path)?.json()).toMatchObject({
      resource: RESOURCE,
      dpop_signing_alg_values_supported: expect.arrayContaining(['ES256']),
    });
  expect(ask('/mcp')).toBeUndefined();
  expect(new McpServer({ name: 's', version: '1' }).metadata(new Request('http://x/'))).toBeUndefined();
});

test('a resource at the root has its metadata at the root', () => {
  const auth = bearerAuth({
    resource: 'https://mcp.example.com',
    authorizationServers: [ISSUER],
    verify: () => undefined,
  });
  expect(auth.metadata({ method: 'GET', url: `https://mcp.example.com${PATHS[1]}` })?.status).toBe(200);
  expect(auth.metadata({ method: 'GET', url: `https://mcp.example.com${PATHS[0]}` })).toBeUndefined();
});
