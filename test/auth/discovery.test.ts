import { describe, expect, test } from 'vitest';
import { oauth } from 'mcpwire/auth';
import { McpClient, type McpError } from 'mcpwire/client';
import { agreeing, startBoth, startGuarded, startIssuer, type Guarded } from './support.js';

const signIn = async (server: Guarded, redirect = agreeing()): Promise<string | undefined> => {
  const client = await McpClient.connect(server.url, { auth: oauth({ redirect }) });
  const { content } = await client.callTool('whisper');
  await client.close();
  return content[0]?.type === 'text' ? content[0].text : undefined;
};
const metadataOf = ({ seen }: Pick<Guarded, 'seen'>): string[] =>
  seen.filter(({ path }) => /well-known|metadata/.test(path)).map(({ path }) => path);

describe('the metadata of a protected server', () => {
  test('AZ2: are read where the challenge says', async () => {
    const { server } = await startBoth();
    server.wellKnown = '/elsewhere/metadata.json';
    server.challenge = `Basic realm="x", Bearer resource_metadata="${server.origin}/elsewhere/metadata.json"`;
    expect(await signIn(server)).toBe('a secret');
    expect(metadataOf(server)).toEqual(['/elsewhere/metadata.json']);
  });

  test('AZ2: are looked for at the path, then at the root, where the challenge says nothing', async () => {
    const { server } = await startBoth();
    server.challenge = 'Bearer';
    server.wellKnown = '/.well-known/oauth-protected-resource';
    expect(await signIn(server)).toBe('a secret');
    expect(metadataOf(server)).toEqual([
      '/.well-known/oauth-protected-resource/mcp',
      '/.well-known/oauth-protected-resource',
    ]);
  });

  test('a server out of order is not taken for one that has none', async () => {
    const { server, issuer } = await startBoth();
    server.override = ({ path }) => (path.startsWith('/.well-known/') ? { status: 503 } : undefined);
    await expect(signIn(server)).rejects.toMatchObject({ code: 'http_status', status: 503 });
    expect(issuer.seen).toEqual([]);
    expect(server.count('/authorize') + server.count('/register')).toBe(0);
  });

  const ownPath = (change: (url: string) => string) => change;
  test.each([
    ['itself', ownPath((url) => url), true],
    ['its origin', ownPath((url) => new URL(url).origin), true],
    ['its origin with a slash', ownPath((url) => `${new URL(url).origin}/`), true],
    ['itself with a slash', ownPath((url) => `${url}/`), true],
    ['a query', ownPath((url) => `${url}?a=b`), true],
    ['capitals in the scheme', ownPath((url) => url.replace('http', 'HTTP')), true],
    ['another path', ownPath((url) => `${new URL(url).origin}/other`), false],
    ['a longer path', ownPath((url) => `${url}/more`), false],
    ['half a segment', ownPath((url) => url.slice(0, -1)), false],
    ['another port', ownPath((url) => url.replace(/:\d+\//, ':1/')), false],
    ['another host', ownPath(() => 'https://evil.example/mcp'), false],
    ['a longer host', ownPath((url) => url.replace('127.0.0.1', '127.0.0.1.evil.example')), false],
    ['a user name', ownPath((url) => url.replace('//', '//127.0.0.1@')), false],
    ['a fragment', ownPath((url) => `${url}#a`), false],
    ['no URL', ownPath(() => 'mcp'), false],
  ])('A18, AZ6: a resource of %s', async (_, change, good) => {
    const { server, issuer } = await startBoth();
    const resource = change(server.url);
    server.metadata = { resource };
    const redirect = agreeing();
    const outcome = await signIn(server, redirect).catch(({ code }: McpError) => code);
    expect(outcome).toBe(good ? 'a secret' : 'unauthorized');
    // Verbatim, in both requests; or nobody is asked for anything.
    const sent = [...issuer.authorizations, ...issuer.tokenRequests].map((form) => form.getAll('resource'));
    expect(sent).toEqual(good ? [[resource], [resource]] : []);
    expect(redirect.pages).toHaveLength(good ? 1 : 0);
    expect(issuer.seen.length > 0).toBe(good);
  });

  test.each([undefined, [], 'https://auth.example.com', [1]])('authorization_servers %j name nobody', async (list) => {
    const { server } = await startBoth();
    server.metadata = { authorization_servers: list };
    await expect(signIn(server)).rejects.toThrow('names no authorization server');
  });
});

describe('the metadata of an authorization server', () => {
  const attempts = async (path: string, wellKnown: string | undefined): Promise<string[]> => {
    const issuer = await startIssuer(path);
    issuer.wellKnown = wellKnown;
    const server = await startGuarded(issuer);
    await signIn(server).catch(() => {});
    return metadataOf(issuer);
  };

  test('AZ3: of an issuer with a path are looked for in three places', async () => {
    expect(await attempts('/tenant', '/nowhere')).toEqual([
      '/.well-known/oauth-authorization-server/tenant',
      '/.well-known/openid-configuration/tenant',
      '/tenant/.well-known/openid-configuration',
    ]);
    expect(await attempts('/tenant', '/.well-known/openid-configuration/tenant')).toHaveLength(2);
  });

  test('AZ3: of an issuer without a path are looked for in two places', async () => {
    expect(await attempts('', '/nowhere')).toEqual([
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
    ]);
  });

  test.each(['/', '?', '#', 'x', 'X'])('AZ4, A19: an issuer that differs by %j is another', async (more) => {
    const { server, issuer } = await startBoth();
    issuer.metadata = { issuer: more === 'X' ? issuer.issuer.toUpperCase() : issuer.issuer + more };
    const redirect = agreeing();
    await expect(signIn(server, redirect)).rejects.toThrow('another issuer');
    expect(issuer.registrations).toEqual([]);
    expect(redirect.pages).toEqual([]);
  });

  test('AZ4: metadata without an issuer are not used', async () => {
    const { server, issuer } = await startBoth();
    issuer.metadata = { issuer: undefined };
    await expect(signIn(server)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test.each([undefined, [], ['plain'], 'S256x'])('AZ5: no sign-in without PKCE: %j', async (methods) => {
    const { server, issuer } = await startBoth();
    issuer.metadata = { code_challenge_methods_supported: methods };
    const redirect = agreeing();
    await expect(signIn(server, redirect)).rejects.toThrow('PKCE');
    expect(redirect.pages).toEqual([]);
    expect(issuer.registrations).toEqual([]);
  });

  test.each([
    'http://auth.example.com/a',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://me@auth.example.com/',
    7,
    undefined,
  ])('AZ16, UR1: nobody is sent to %j', async (endpoint) => {
    const { server, issuer } = await startBoth();
    issuer.metadata = { authorization_endpoint: endpoint };
    const redirect = agreeing();
    await expect(signIn(server, redirect)).rejects.toThrow('must be an https: URL');
    expect(redirect.pages).toEqual([]);
  });
});

describe('servers of revision 2025-03-26', () => {
  test('without metadata of their own are their own authorization server', async () => {
    const issuer = await startIssuer();
    const server = await startGuarded(issuer);
    server.challenge = 'Bearer';
    server.wellKnown = '/nowhere';
    // One site is both.
    server.override = async (seen) => {
      if (seen.path.startsWith('/mcp') || seen.path.includes('protected-resource')) return undefined;
      const there = await fetch(issuer.origin + seen.path, {
        method: seen.method,
        redirect: 'manual',
        headers: { 'content-type': seen.headers['content-type'] ?? '' },
        ...(seen.body !== '' && { body: seen.body }),
      });
      if (there.status === 404 || seen.path.startsWith('/.well-known/')) return { status: 404 };
      const location = there.headers.get('location');
      const text = await there.text();
      return {
        status: there.status,
        ...(location !== null && { headers: { location } }),
        ...(text !== '' && { body: JSON.parse(text) as unknown }),
      };
    };
    expect(await signIn(server)).toBe('a secret');
    expect(server.seen.filter(({ path }) => !path.startsWith('/mcp')).map(({ path }) => path.split('?')[0])).toEqual([
      '/.well-known/oauth-protected-resource/mcp',
      '/.well-known/oauth-protected-resource',
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/register',
      '/authorize',
      '/token',
    ]);
    // Sent always, whether or not anybody heeds it.
    expect(issuer.authorizations[0]?.get('resource')).toBe(server.url);
  });
});
