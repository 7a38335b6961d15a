/** Tokens of a real authorization server (`oidc-provider`), which a person got in the browser's way. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, StreamableHTTPClientTransport, type OAuthClientProvider } from '@modelcontextprotocol/client';
import { McpClient } from 'mcpwire/client';
import { bearerAuth, introspection, jwt } from 'mcpwire/auth/server';
import { serve, type RunningServer } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import { Provider } from 'oidc-provider';
import { afterEach, expect, test, vi } from 'vitest';

const REDIRECT = 'http://127.0.0.1/callback';
const RESOURCE = 'https://mcp.example.com/mcp';

let http: Server | undefined;
let running: RunningServer | undefined;
afterEach(async () => {
  http?.closeAllConnections();
  http?.close();
  await running?.close({ graceMs: 0 });
  http = running = undefined;
  vi.restoreAllMocks();
});

/** An authorization server at which everyone signs in as `ada` and agrees to everything. */
async function authorizationServer(accessTokenFormat: 'jwt' | 'opaque'): Promise<string> {
  // It says that its keys are for development.
  for (const name of ['warn', 'info', 'log'] as const) vi.spyOn(console, name).mockImplementation(() => {});
  http = createServer();
  await new Promise<void>((resolve) => http!.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      { client_id: 'app', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none', application_type: 'native' },
      {
        client_id: 'mcp',
        client_secret: 'the secret of the server',
        redirect_uris: [],
        response_types: [],
        grant_types: ['client_credentials'],
      },
    ],
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: () => true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx: unknown, resource: string) => ({
          scope: 'files:read files:write',
          audience: resource,
          accessTokenFormat,
          accessTokenTTL: 600,
          ...(accessTokenFormat === 'jwt' && { jwt: { sign: { alg: 'RS256' } } }),
        }),
      },
    },
    pkce: { required: () => true },
    scopes: ['openid', 'offline_access'],
    findAccount: (_ctx: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_ctx: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    cookies: { keys: ['cookies of a test'] },
  });
  const callback = provider.callback();
  http.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return callback(request, response);
    void (async () => {
      const { prompt, params, session } = await provider.interactionDetails(request, response);
      if (prompt.name === 'login') {
        return provider.interactionFinished(request, response, { login: { accountId: 'ada' } });
      }
      const grant = new provider.Grant({ accountId: session!.accountId, clientId: params['client_id']! });
      grant.addResourceScope(params['resource']!, params['scope']!);
      return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
    })();
  });
  return issuer;
}

/** What a person's browser does: it follows redirects until they leave for the app. @returns what the app is told */
async function browse(authorize: URL): Promise<URLSearchParams> {
  const cookies = new Map<string, string>();
  let at = authorize;
  while (!at.href.startsWith(REDIRECT)) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      cookies.set(name!, value!);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${at.href}: ${response.status} ${await response.text()}`);
    at = new URL(location, at);
  }
  if (!at.searchParams.has('code')) throw new Error(at.search);
  return at.searchParams;
}

/** Signs in as a browser and a native app do together: authorization code, PKCE, resource. */
async function signIn(issuer: string, resource: string, scope: string): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const authorize = new URL('/auth', issuer);
  authorize.search = String(
    new URLSearchParams({
      client_id: 'app',
      response_type: 'code',
      redirect_uri: REDIRECT,
      scope,
      resource,
      state: 'x',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }),
  );
  const code = (await browse(authorize)).get('code')!;
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: REDIRECT,
    client_id: 'app',
    resource,
  });
  const answer = await fetch(new URL('/token', issuer), { method: 'POST', body });
  const { access_token } = (await answer.json()) as { readonly access_token: string };
  return access_token;
}

test.each(['jwt', 'opaque'] as const)(
  'A39: a token (%s) for this server is taken, one for another is not',
  async (format) => {
    const issuer = await authorizationServer(format);
    const verify =
      format === 'jwt'
        ? jwt({ issuer, jwksUri: `${issuer}/jwks` })
        : introspection({
            issuer,
            endpoint: `${issuer}/token/introspection`,
            clientId: 'mcp',
            clientSecret: 'the secret of the server',
          });
    const auth = bearerAuth({ resource: RESOURCE, authorizationServers: [issuer], verify });
    const server = new McpServer({ name: 'files', version: '1.0.0' }, { auth })
      .tool('whoami', {}, (_args, ctx) => `${ctx.auth?.subject} with ${ctx.auth?.clientId} at ${ctx.auth?.issuer}`)
      .tool('delete_file', { scopes: ['files:write'] }, () => 'deleted');
    running = await serve(server);
    const { url } = running;
    const connect = (token: string) => McpClient.connect(url, { headers: { authorization: `Bearer ${token}` } });

    const client = await connect(await signIn(issuer, RESOURCE, 'files:read'));
    const who = await client.callTool('whoami');
    expect(who.content).toMatchObject([{ text: `ada with app at ${issuer}` }]);
    await expect(client.callTool('delete_file')).rejects.toMatchObject({ status: 403 });
    await client.close();

    const writer = await connect(await signIn(issuer, RESOURCE, 'files:read files:write'));
    expect((await writer.callTool('delete_file')).content).toMatchObject([{ text: 'deleted' }]);
    await writer.close();

    const foreign = await signIn(issuer, 'https://other.example.com/mcp', 'files:read files:write');
    await expect(connect(foreign)).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
  },
);

test('AZ1: the official client finds the authorization server, signs in, and steps up when a tool asks for more', async () => {
  const issuer = await authorizationServer('jwt');
  // The resource is the URL of the endpoint: its port must be known before the server is made.
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const resource = `http://127.0.0.1:${port}/mcp`;
  const auth = bearerAuth({
    resource,
    authorizationServers: [issuer],
    verify: jwt({ issuer, jwksUri: `${issuer}/jwks` }),
    requiredScopes: ['files:read'],
  });
  const server = new McpServer({ name: 'files', version: '1.0.0' }, { auth })
    .tool('whoami', {}, (_args, ctx) => `${ctx.auth?.subject}: ${ctx.auth?.scopes.join(' ')}`)
    .tool('delete_file', { scopes: ['files:write'] }, () => 'deleted');
  running = await serve(server, { port });

  let verifier = '';
  let tokens: Awaited<ReturnType<OAuthClientProvider['tokens']>>;
  const asked: URL[] = [];
  const provider: OAuthClientProvider = {
    redirectUrl: REDIRECT,
    clientMetadata: { redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' },
    clientInformation: () => ({ client_id: 'app' }),
    tokens: () => tokens,
    saveTokens: (saved) => void (tokens = saved),
    redirectToAuthorization: (url) => void asked.push(url),
    saveCodeVerifier: (saved) => void (verifier = saved),
    codeVerifier: () => verifier,
  };
  const connect = async () => {
    const transport = new StreamableHTTPClientTransport(new URL(resource), { authProvider: provider });
    const client = new Client({ name: 'official', version: '1.0.0' });
    return { client, transport, connected: client.connect(transport) };
  };
  const first = await connect();
  await expect(first.connected).rejects.toThrow(/unauthorized/i);
  expect(asked[0]?.searchParams.get('resource')).toBe(resource);
  expect(asked[0]?.searchParams.get('scope')).toContain('files:read');
  await first.transport.finishAuth(await browse(asked[0]!));

  const second = await connect();
  await second.connected;
  expect(await second.client.callTool({ name: 'whoami' })).toMatchObject({ content: [{ text: 'ada: files:read' }] });
  await expect(second.client.callTool({ name: 'delete_file' })).rejects.toThrow(/unauthorized/i);
  expect(asked[1]?.searchParams.get('scope')?.split(' ')).toEqual(
    expect.arrayContaining(['files:read', 'files:write']),
  );
  await second.transport.finishAuth(await browse(asked[1]!));
  expect(await second.client.callTool({ name: 'delete_file' })).toMatchObject({ content: [{ text: 'deleted' }] });
  await second.client.close();
});
