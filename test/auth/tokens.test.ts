import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { bearer, oauth, type OAuthOptions } from 'mcpwire/auth';
import { McpClient } from 'mcpwire/client';
import { gate } from '../helpers/gate.js';
import { agreeing, startBoth, testStore, type Guarded, type Issuer } from './support.js';

const connect = (server: Guarded, options: Partial<OAuthOptions> = {}): Promise<McpClient> =>
  McpClient.connect(server.url, { auth: oauth({ redirect: agreeing(), ...options }) });
const refreshes = ({ tokenRequests }: Issuer): number =>
  tokenRequests.filter((form) => form.get('grant_type') === 'refresh_token').length;

/** Signed in with a refresh token, after which the issuer takes back all tokens. */
async function revoked(options: Partial<OAuthOptions> = {}): Promise<{
  issuer: Issuer;
  server: Guarded;
  client: McpClient;
  redirect: ReturnType<typeof agreeing>;
  store: ReturnType<typeof testStore>;
}> {
  const both = await startBoth();
  both.issuer.refreshes = true;
  const redirect = agreeing();
  const store = testStore();
  const client = await connect(both.server, { redirect, store, ...options });
  both.issuer.revoke();
  return { ...both, redirect, store, client };
}

describe('renewing', () => {
  test('a 401 renews the token, and nobody is asked', async () => {
    const { issuer, server, client, redirect } = await revoked();
    await client.callTool('whisper');
    await client.close();
    expect(redirect.pages).toHaveLength(1);
    expect(refreshes(issuer)).toBe(1);
    expect(issuer.tokenRequests.at(-1)?.get('resource')).toBe(server.url);
  });

  test('A22: 100 requests that are refused at once renew it once, and a late one does not renew it again', async () => {
    const { issuer, server, client, redirect } = await revoked();
    const all = gate();
    let waiting = 0;
    const late = gate();
    let held = false;
    server.override = async ({ headers, path, method }) => {
      if (
        path !== '/mcp' ||
        method !== 'POST' ||
        issuer.scopeOf((headers.authorization ?? '').slice(7)) !== undefined
      ) {
        return undefined;
      }
      if (++waiting === 100) all.open();
      await all.opened;
      if (!held) {
        held = true;
        await late.opened;
      }
      return undefined;
    };
    const calls = Array.from({ length: 100 }, () => client.callTool('whisper'));
    let done = 0;
    for (const call of calls) void call.then(() => ++done === 99 && late.open());
    await Promise.all(calls);
    await client.close();
    expect(refreshes(issuer)).toBe(1);
    expect(redirect.pages).toHaveLength(1);
  });

  test('A22: programs that share a store renew it once between them', async () => {
    const { issuer, server, client, redirect, store } = await revoked();
    const other = oauth({ redirect, store });
    const second = await McpClient.connect(server.url, { auth: other, protocolVersion: '2026-07-28' });
    await Promise.all([client.callTool('whisper'), second.callTool('whisper')]);
    await Promise.all([client.close(), second.close()]);
    expect(refreshes(issuer)).toBe(1);
    expect(redirect.pages).toHaveLength(1);
  });

  test('the lock of a store is held while a token is renewed', async () => {
    const { client, store, issuer } = await revoked();
    const held: string[] = [];
    store.lock = async (key, run) => {
      held.push(`+${key}`);
      try {
        return await run();
      } finally {
        held.push(`-${key}`);
      }
    };
    issuer.override = ({ path }) => {
      if (path === '/token') held.push('renewed');
      return undefined;
    };
    await client.callTool('whisper');
    await client.close();
    expect(held).toEqual([expect.stringMatching(/^\+/), 'renewed', expect.stringMatching(/^-/)]);
  });

  test('A21: an answer without a refresh token keeps the old one', async () => {
    const { issuer, client, redirect, store } = await revoked();
    const before = [...store.kept.values()].find((text) => text.includes('refreshToken')) ?? '{}';
    const { refreshToken } = JSON.parse(before) as { refreshToken: string };
    issuer.refreshes = false;
    await client.callTool('whisper');
    expect(JSON.parse([...store.kept.values()].at(-1) ?? '{}')).toMatchObject({ refreshToken });
    await client.close();
    expect(redirect.pages).toHaveLength(1);
  });

  test('A21: a server out of order takes no tokens away', async () => {
    const { issuer, client, redirect } = await revoked();
    issuer.override = ({ path }) => (path === '/token' ? { status: 503 } : undefined);
    await expect(client.callTool('whisper')).rejects.toMatchObject({ code: 'http_status', status: 503 });
    issuer.override = undefined;
    await client.callTool('whisper');
    await client.close();
    expect(redirect.pages).toHaveLength(1);
  });

  test.each(['invalid_grant', 'invalid_client'])('A21: %s drops the token, and the person is asked', async (error) => {
    const { issuer, client, redirect } = await revoked();
    let times = 0;
    issuer.override = ({ path }) =>
      path === '/token' && times++ === 0
        ? { status: 401, headers: { 'www-authenticate': 'Basic' }, body: { error } }
        : undefined;
    await client.callTool('whisper');
    await client.close();
    expect(redirect.pages).toHaveLength(2);
    expect(issuer.registrations).toHaveLength(error === 'invalid_client' ? 2 : 1);
  });

  test('a token is renewed before it ends, and without a request that fails', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const { issuer, server } = await startBoth();
      issuer.refreshes = true;
      issuer.expiresIn = 3600;
      const client = await connect(server);
      const refused = (): number =>
        server.of('/mcp').filter(({ headers }) => headers.authorization === undefined).length;
      await client.callTool('whisper');
      vi.setSystemTime(Date.now() + 3_530_000);
      await client.callTool('whisper');
      expect(refreshes(issuer)).toBe(0);
      vi.setSystemTime(Date.now() + 20_000);
      await Promise.all([client.callTool('whisper'), client.callTool('whisper')]);
      await client.close();
      expect(refreshes(issuer)).toBe(1);
      expect(refused()).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a token that is about to end is good while it cannot be renewed', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const { issuer, server } = await startBoth();
      issuer.refreshes = true;
      issuer.expiresIn = 3600;
      const client = await connect(server);
      issuer.override = ({ path }) => (path === '/token' ? { status: 500 } : undefined);
      vi.setSystemTime(Date.now() + 3_550_000);
      await client.callTool('whisper');
      vi.setSystemTime(Date.now() + 60_000);
      await expect(client.callTool('whisper')).rejects.toMatchObject({ status: 500 });
      issuer.override = undefined;
      await client.callTool('whisper');
      await client.close();
    } finally {
      vi.useRealTimers();
    }
  });

  test('a store brings the sign-in of another run along', async () => {
    const { issuer, server } = await startBoth();
    issuer.refreshes = true;
    const redirect = agreeing();
    const store = testStore();
    await (await connect(server, { redirect, store })).close();
    await (await connect(server, { redirect, store })).close();
    issuer.revoke();
    await (await connect(server, { redirect, store })).close();
    expect(redirect.pages).toHaveLength(1);
    expect(refreshes(issuer)).toBe(1);
  });

  test.each(['get', 'set'] as const)('A21: a store that cannot %s is heard of', async (what) => {
    const { server } = await startBoth();
    const store = testStore();
    store.broken = what;
    await expect(connect(server, { store })).rejects.toMatchObject({
      code: 'internal',
      message: `The store of authorizations failed to ${what}`,
      cause: { message: /disk/ },
    });
  });
});

describe('scopes', () => {
  const asked = ({ authorizations }: Issuer): (string | undefined)[] =>
    authorizations.map((one) => one.get('scope') ?? undefined);

  // spec: basic/authorization#scope-selection-strategy
  test('AZ15: those of the challenge come before those that the server lists', async () => {
    const { server, issuer } = await startBoth();
    server.metadata = { scopes_supported: ['a', 'b'] };
    server.challenge += ', scope="c d"';
    await (await connect(server)).close();
    expect(asked(issuer)).toEqual(['c d']);
  });

  test('AZ15: those that the server lists come where the challenge has none', async () => {
    const { server, issuer } = await startBoth();
    server.metadata = { scopes_supported: ['a', 'b'] };
    await (await connect(server)).close();
    expect(asked(issuer)).toEqual(['a b']);
  });

  test('AZ15: without any, the parameter is left out', async () => {
    const { server, issuer } = await startBoth();
    await (await connect(server)).close();
    expect(issuer.authorizations[0]?.has('scope')).toBe(false);
  });

  test('own scopes come instead of those that the server lists, and with those of the challenge', async () => {
    const { server, issuer } = await startBoth();
    server.metadata = { scopes_supported: ['a', 'b'] };
    await (await connect(server, { scope: 'mine' })).close();
    server.challenge += ', scope="c"';
    await (await connect(server, { scope: 'mine' })).close();
    expect(asked(issuer)).toEqual(['mine', 'mine c']);
  });

  test('AZ15: a tool that needs more leads to one authorization with what was asked for before', async () => {
    const { server, issuer } = await startBoth();
    server.challenge += ', scope="read"';
    server.needs.set('whisper', 'write');
    const client = await connect(server);
    await client.callTool('whisper');
    await client.callTool('whisper');
    await client.close();
    expect(asked(issuer)).toEqual(['read', 'read write']);
  });

  test('AZ15: what changes nothing is not asked for again, in this operation and the next', async () => {
    const { server, issuer } = await startBoth();
    server.challenge += ', scope="read"';
    const client = await connect(server);
    server.override = ({ path, body }) =>
      path === '/mcp' && body.includes('whisper')
        ? { status: 403, headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"' } }
        : undefined;
    await expect(client.callTool('whisper')).rejects.toMatchObject({ code: 'insufficient_scope', status: 403 });
    await expect(client.callTool('whisper')).rejects.toMatchObject({ code: 'insufficient_scope' });
    await client.close();
    expect(asked(issuer)).toEqual(['read', 'read admin']);
  });

  test('AZ15: an operation leads to three authorizations at most', async () => {
    const { server, issuer } = await startBoth();
    const client = await connect(server);
    let more = 0;
    server.override = ({ path, body }) =>
      path === '/mcp' && body.includes('whisper')
        ? { status: 403, headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="s${more++}"` } }
        : undefined;
    await expect(client.callTool('whisper')).rejects.toMatchObject({ code: 'insufficient_scope' });
    await client.close();
    expect(asked(issuer)).toEqual([undefined, 's0', 's0 s1', 's0 s1 s2']);
  });

  test('a server that refuses every token asks nobody twice', async () => {
    const { server, issuer } = await startBoth();
    issuer.scopeOf = () => undefined;
    const redirect = agreeing();
    await expect(connect(server, { redirect })).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
    expect(redirect.pages).toHaveLength(1);
  });

  // spec: basic/authorization#refresh-tokens
  test('offline_access is asked for where the authorization server has it, and nowhere else', async () => {
    const { server, issuer } = await startBoth();
    server.challenge += ', scope="a"';
    issuer.metadata = { scopes_supported: ['a', 'offline_access'] };
    await (await connect(server)).close();
    issuer.metadata = { scopes_supported: ['a'] };
    await (await connect(server)).close();
    expect(asked(issuer)).toEqual(['a offline_access', 'a']);
    expect(issuer.authorizations.map((one) => one.get('prompt'))).toEqual(['consent', null]);
  });
});

describe('secrets', () => {
  test('A33: are in no error and in nothing that is printed', async () => {
    const { issuer, client, redirect, store, server } = await revoked();
    const auth = oauth({ redirect, store, clientId: 'c', clientSecret: 'secret-client' });
    const errors: unknown[] = [];
    issuer.override = ({ path, form, headers }) =>
      path === '/token'
        ? {
            status: 400,
            body: {
              error: 'invalid_request',
              error_description: `bad ${[...form.values()].join(' ')} ${headers.authorization}`,
            },
          }
        : undefined;
    errors.push(await client.callTool('whisper').catch((error: unknown) => error));
    issuer.override = ({ path }) =>
      path === '/token'
        ? { body: { access_token: 'secret-access-x', token_type: 7, refresh_token: 'secret-refresh-x' } }
        : undefined;
    errors.push(await client.callTool('whisper').catch((error: unknown) => error));
    errors.push(await connect(server, { store: testStore() }).catch((error: unknown) => error));
    const printed = [auth, client, ...errors]
      .flatMap((one) => [
        inspect(one, { depth: 12, showHidden: true }),
        JSON.stringify(one) ?? '',
        String(one),
        one instanceof Error ? `${one.stack} ${inspect(one.cause, { depth: 12 })}` : '',
      ])
      .join('\n');
    expect(errors).toHaveLength(3);
    for (const error of errors) expect(error).toMatchObject({ code: 'unauthorized' });
    expect(printed).not.toContain('secret-');
    await client.close();
  });

  test('A17: headers for the server are not sent to its authorization server', async () => {
    const { server, issuer } = await startBoth();
    const client = await McpClient.connect(server.url, {
      auth: oauth({ redirect: agreeing() }),
      headers: { 'x-key': 'secret-key', cookie: 'secret=1' },
    });
    await client.close();
    expect(server.of('/mcp').every(({ headers }) => headers['x-key'] === 'secret-key')).toBe(true);
    const others = [...issuer.seen, ...server.seen.filter(({ path }) => path !== '/mcp')];
    expect(JSON.stringify(others)).not.toMatch(/secret-key|secret=1/);
    expect(others.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  test.each([301, 302, 303, 307, 308])('A16: token requests and registrations follow no %i', async (status) => {
    for (const path of ['/register', '/token']) {
      const { server, issuer } = await startBoth();
      const { issuer: other } = await startBoth();
      issuer.override = (seen) =>
        seen.path === path ? { status, headers: { location: other.origin + path } } : undefined;
      await expect(connect(server)).rejects.toThrow(/redirects/);
      expect(other.seen).toEqual([]);
    }
  });
});

describe('a token from elsewhere', () => {
  test('goes with every request', async () => {
    const { server, issuer } = await startBoth();
    issuer.scopeOf = (token) => (token === 'given' ? '' : undefined);
    const client = await McpClient.connect(server.url, { auth: bearer('given') });
    await client.callTool('whisper');
    await client.close();
    expect(new Set(server.seen.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer given']));
  });

  test('is asked for anew where it is refused, once', async () => {
    const { server, issuer } = await startBoth();
    issuer.scopeOf = (token) => (token === 'new' ? '' : undefined);
    const given = ['old', 'new'];
    const client = await McpClient.connect(server.url, { auth: bearer(async () => given.shift() ?? 'new') });
    issuer.scopeOf = () => undefined;
    await expect(client.callTool('whisper')).rejects.toMatchObject({ status: 401 });
    await client.close();
    let count = 0;
    await expect(McpClient.connect(server.url, { auth: bearer(() => `t${count++}`) })).rejects.toMatchObject({
      code: 'unauthorized',
    });
    expect(count).toBe(2);
  });
});
