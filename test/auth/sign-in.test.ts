import { describe, expect, test } from 'vitest';
import { oauth, type OAuthOptions } from 'mcpwire/auth';
import { McpClient, type McpError } from 'mcpwire/client';
import { agreeing, startBoth, startGuarded, startIssuer, testStore, type Guarded } from './support.js';
import { gate, settle } from '../helpers/gate.js';

const connect = (server: Guarded, options: Partial<OAuthOptions> = {}): Promise<McpClient> =>
  McpClient.connect(server.url, { auth: oauth({ redirect: agreeing(), ...options }) });
const bearers = (server: Guarded): (string | undefined)[] =>
  server.of('/mcp').map(({ headers }) => headers.authorization);

describe('signing in', () => {
  test('connect resolves signed in, and the token goes with every request', async () => {
    const { server, issuer } = await startBoth();
    const redirect = agreeing();
    const client = await connect(server, { redirect });
    expect(redirect.pages).toHaveLength(1);
    expect(redirect.closed).toBe(1);
    await client.callTool('whisper');
    await client.close();
    const [first, ...others] = bearers(server);
    expect(first).toBeUndefined();
    expect(new Set(others)).toHaveLength(1);
    expect(others[0]).toMatch(/^Bearer secret-access-/);
    expect(server.seen.some(({ path }) => path.includes('secret'))).toBe(false);
    const [asked] = issuer.authorizations;
    expect(Object.fromEntries(asked ?? [])).toMatchObject({
      response_type: 'code',
      client_id: 'client-1',
      redirect_uri: 'http://127.0.0.1:1234/callback',
      code_challenge_method: 'S256',
      resource: server.url,
    });
  });

  test('a server that asks for nothing sees no metadata read', async () => {
    const { server, issuer } = await startBoth();
    server.override = ({ headers, path }) => {
      headers.authorization ??= path === '/mcp' ? 'Bearer open' : undefined;
      return undefined;
    };
    issuer.scopeOf = () => '';
    await (await connect(server)).close();
    expect(issuer.seen).toEqual([]);
  });

  test('the time that a person takes does not count against the limits of a call', async () => {
    const { server } = await startBoth();
    const [shown, agreed] = [gate(), gate()];
    const redirect = agreeing(async (answer) => {
      shown.open();
      await agreed.opened;
      return answer;
    });
    const options = { auth: oauth({ redirect }), timeoutMs: 400, maxTotalTimeoutMs: 500 };
    const connecting = McpClient.connect(server.url, options);
    await shown.opened;
    await new Promise((resolve) => setTimeout(resolve, 600));
    agreed.open();
    const client = await connecting;
    expect(client.server.info?.name).toBe('guarded');
    await client.close();
  });

  test('who gives up waiting ends the sign-in', async () => {
    const { server } = await startBoth();
    const controller = new AbortController();
    const redirect = agreeing(() => {
      controller.abort();
      return new Promise<URL>(() => {});
    });
    let ended: Promise<unknown> | undefined;
    const begin = redirect.begin.bind(redirect);
    redirect.begin = (signal) => {
      ended = new Promise((resolve) => signal.addEventListener('abort', resolve));
      return begin(signal);
    };
    const connecting = McpClient.connect(server.url, { auth: oauth({ redirect }), signal: controller.signal });
    await expect(connecting).rejects.toMatchObject({ code: 'aborted' });
    await ended;
  });

  test('while a person is asked, other requests wait', async () => {
    const { server } = await startBoth();
    const [shown, agreed] = [gate(), gate()];
    const redirect = agreeing(async (answer) => {
      shown.open();
      await agreed.opened;
      return answer;
    });
    const auth = oauth({ redirect });
    const connecting = McpClient.connect(server.url, { auth });
    await shown.opened;
    const second = McpClient.connect(server.url, { auth });
    await settle();
    expect(bearers(server)).toEqual([undefined]);
    agreed.open();
    for (const client of [await connecting, await second]) await client.close();
    expect(redirect.pages).toHaveLength(1);
    expect(bearers(server).filter((one) => one === undefined)).toHaveLength(1);
  });

  test('a sign-in that fails is not begun again by itself', async () => {
    const { server, issuer } = await startBoth();
    issuer.override = ({ path }) => (path === '/token' ? { status: 503 } : undefined);
    const redirect = agreeing();
    await expect(connect(server, { redirect })).rejects.toMatchObject({ code: 'http_status', status: 503 });
    expect(redirect.pages).toHaveLength(1);
  });

  test('onAuthorize hears of the page first, and can refuse', async () => {
    const { server } = await startBoth();
    const redirect = agreeing();
    const onAuthorize = ({ server: asked, url }: { server: URL; url: URL }): never => {
      expect(asked.href).toBe(server.url);
      expect(url.pathname).toBe('/authorize');
      throw new Error('not today');
    };
    await expect(connect(server, { redirect, onAuthorize })).rejects.toThrow('not today');
    expect(redirect.pages).toEqual([]);
    expect(redirect.closed).toBe(1);
  });
});

describe('a program that the person leaves on the way', () => {
  /** What a page does: the first run ends at the authorization server, the second begins with its answer. */
  const page = (store: ReturnType<typeof testStore>, returned?: URL) => {
    const left = gate<URL>();
    const redirect = agreeing((answer) => {
      left.open(answer);
      return new Promise<URL>(() => {});
    });
    redirect.resume = (state) => (returned?.searchParams.get('state') === state ? returned : undefined);
    return { left: left.opened, redirect, store };
  };

  test('is signed in when it begins anew, with one authorization', async () => {
    const { server, issuer } = await startBoth();
    const store = testStore();
    const first = page(store);
    const end = new AbortController();
    const auth = oauth(first);
    const lost = McpClient.connect(server.url, { auth, signal: end.signal });
    const answer = await first.left;
    end.abort();
    await expect(lost).rejects.toMatchObject({ code: 'aborted' });
    await (await connect(server, page(store, answer))).close();
    expect(issuer.authorizations).toHaveLength(1);
    expect([...store.kept.keys()].some((key) => key.includes('pending'))).toBe(false);
  });

  test('takes no answer to what it has not asked, and the right one once', async () => {
    const { server, issuer } = await startBoth();
    const store = testStore();
    const first = page(store);
    const end = new AbortController();
    McpClient.connect(server.url, { auth: oauth(first), signal: end.signal }).catch(() => {});
    const answer = await first.left;
    const forged = new URL(answer);
    forged.searchParams.set('state', 'x');
    const second = page(store, forged);
    McpClient.connect(server.url, { auth: oauth(second), signal: end.signal }).catch(() => {});
    await second.left;
    expect(issuer.tokenRequests).toEqual([]);
    const third = page(store, answer);
    McpClient.connect(server.url, { auth: oauth(third), signal: end.signal }).catch(() => {});
    await third.left;
    end.abort();
    expect(issuer.tokenRequests).toEqual([]);
    expect(issuer.authorizations).toHaveLength(3);
  });
});

describe('the answer of an authorization server', () => {
  const withIss = (iss: string | undefined, params: Record<string, string> = {}) =>
    agreeing((answer) => {
      if (iss !== undefined) answer.searchParams.set('iss', iss);
      for (const [name, value] of Object.entries(params)) answer.searchParams.set(name, value);
      return answer;
    });

  // spec: basic/authorization#authorization-response-validation
  test.each<[advertised: boolean | undefined, (issuer: string) => string | undefined, good: boolean]>([
    [true, (issuer) => issuer, true],
    [true, () => undefined, false],
    [true, () => 'https://evil.example', false],
    [undefined, (issuer) => issuer, true],
    [undefined, () => undefined, true],
    [undefined, () => 'https://evil.example', false],
    [false, () => 'https://evil.example', false],
    [false, () => '', false],
    [true, () => '', false],
    [true, (issuer) => `${issuer}/`, false],
    [true, (issuer) => issuer.toUpperCase(), false],
    [true, (issuer) => issuer.replace('http:', 'HTTP:'), false],
    [true, (issuer) => `${issuer} `, false],
    [true, (issuer) => issuer.replace('127', '%3127'), false],
  ])('AZ8, AZ9, AZ11: iss advertised %j, case %#', async (advertised, iss, good) => {
    const { server, issuer } = await startBoth();
    issuer.metadata = { authorization_response_iss_parameter_supported: advertised };
    const connecting = connect(server, { redirect: withIss(iss(issuer.issuer)) });
    const outcome = await connecting.then(
      (client) => client.close(),
      ({ code }: McpError) => code,
    );
    expect(outcome).toBe(good ? undefined : 'unauthorized');
    expect(issuer.tokenRequests).toHaveLength(good ? 1 : 0);
  });

  test('AZ10, A41: of an error from somebody else nothing is shown', async () => {
    const { server, issuer } = await startBoth();
    const redirect = withIss('https://evil.example', { error: 'access_denied', error_description: 'call 555-0100' });
    const error = await connect(server, { redirect }).catch((one: unknown) => one);
    expect(String(error)).not.toMatch(/access_denied|555/);
    expect(String(error)).toContain(issuer.issuer);
  });

  test('an error of the right one is shown, as one line of plain text', async () => {
    const { server, issuer } = await startBoth();
    const redirect = withIss(issuer.issuer, { error: 'access_denied', error_description: 'No\r\n\u001b[31mway\u202e' });
    await expect(connect(server, { redirect })).rejects.toMatchObject({
      code: 'unauthorized',
      message: 'The authorization was refused with access_denied: No [31mway ',
      data: { error: 'access_denied' },
    });
    expect(issuer.tokenRequests).toEqual([]);
  });

  test.each([
    ['no state', (answer: URL) => answer.searchParams.delete('state')],
    ['another state', (answer: URL) => answer.searchParams.set('state', 'x')],
    ['two states', (answer: URL) => answer.searchParams.append('state', 'x')],
    ['two codes', (answer: URL) => answer.searchParams.append('code', 'x')],
    ['no code', (answer: URL) => answer.searchParams.delete('code')],
  ])('AZ16: an answer with %s is not used', async (_, change) => {
    const { server, issuer } = await startBoth();
    const redirect = agreeing((answer) => {
      change(answer);
      return answer;
    });
    await expect(connect(server, { redirect })).rejects.toMatchObject({ code: 'unauthorized' });
    expect(issuer.tokenRequests).toEqual([]);
  });
});

describe('registration', () => {
  test('AZ13: a client that registers says what kind of application it is', async () => {
    const { server, issuer } = await startBoth();
    await (await connect(server, { clientName: 'Notes' })).close();
    expect(issuer.registrations).toEqual([
      {
        client_name: 'Notes',
        redirect_uris: ['http://127.0.0.1:1234/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      },
    ]);
  });

  test('AZ13: a refusal says what was asked for', async () => {
    const { server, issuer } = await startBoth();
    issuer.override = ({ path }) =>
      path === '/register'
        ? { status: 400, body: { error: 'invalid_redirect_uri', error_description: 'https only' } }
        : undefined;
    await expect(connect(server)).rejects.toThrow(
      /native application that returns to http:\/\/127.0.0.1:1234\/callback was refused with invalid_redirect_uri: https only/,
    );
  });

  test('a metadata document is the id where that is supported, and no registration is made', async () => {
    const { server, issuer } = await startBoth();
    issuer.metadata = { client_id_metadata_document_supported: true };
    const clientMetadataUrl = 'https://app.example.com/client.json';
    await (await connect(server, { clientMetadataUrl })).close();
    expect(issuer.registrations).toEqual([]);
    expect(issuer.authorizations[0]?.get('client_id')).toBe(clientMetadataUrl);
    expect(issuer.tokenRequests[0]?.get('client_id')).toBe(clientMetadataUrl);
  });

  test('a metadata document is no id where that is not supported', async () => {
    const { server, issuer } = await startBoth();
    await (await connect(server, { clientMetadataUrl: 'https://app.example.com/client.json' })).close();
    expect(issuer.authorizations[0]?.get('client_id')).toBe('client-1');
  });

  test.each([
    'http://app.example.com/c',
    'https://app.example.com/',
    'https://app.example.com',
    'https://a.example/c#d',
    'https://a.example/b/../c',
    'https://me@a.example/c',
    'c',
  ])('AZ13: %s is no metadata document', (clientMetadataUrl) => {
    expect(() => oauth({ redirect: agreeing(), clientMetadataUrl })).toThrow(TypeError);
  });

  test('registered beforehand comes first, and its secret goes to the token endpoint alone', async () => {
    const { server, issuer } = await startBoth();
    issuer.metadata = { client_id_metadata_document_supported: true };
    const options = { clientId: 'mine', clientSecret: 's e-cret:', clientMetadataUrl: 'https://a.example/c' };
    await (await connect(server, { ...options, issuer: issuer.issuer })).close();
    expect(issuer.registrations).toEqual([]);
    expect(issuer.authorizations[0]?.get('client_id')).toBe('mine');
    expect(issuer.of('/token')[0]?.headers.authorization).toBe(`Basic ${btoa('mine:s+e-cret%3A')}`);
    expect(issuer.seen.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(1);
  });

  test('AZ12: a client that was registered elsewhere is not sent to another', async () => {
    const { server, issuer } = await startBoth();
    const options = { clientId: 'mine', clientSecret: 'secret', issuer: 'https://auth.example.com' };
    await expect(connect(server, options)).rejects.toThrow('https://auth.example.com');
    expect(issuer.authorizations).toEqual([]);
    expect(issuer.tokenRequests).toEqual([]);
  });

  test('AZ12: a client without an issuer stays with the first', async () => {
    const { server } = await startBoth();
    const store = testStore();
    const options = { clientId: 'mine', clientSecret: 'secret', store };
    await (await connect(server, options)).close();
    const other = await startIssuer();
    server.issuer = other;
    await expect(connect(server, options)).rejects.toThrow(other.issuer);
    expect(other.authorizations).toEqual([]);
  });

  test('of several authorization servers the one that the client is registered with is chosen', async () => {
    const { server, issuer } = await startBoth();
    server.metadata = { authorization_servers: ['https://other.example', issuer.issuer] };
    await (await connect(server, { clientId: 'mine', issuer: issuer.issuer })).close();
    expect(issuer.tokenRequests[0]?.get('client_id')).toBe('mine');
  });

  test('nowhere to register is said with the cure', async () => {
    const { server, issuer } = await startBoth();
    issuer.metadata = { registration_endpoint: undefined };
    await expect(connect(server)).rejects.toThrow('clientId');
  });

  test('a registration is used again, also in another run, but not for another redirect URI', async () => {
    const { server, issuer } = await startBoth();
    const store = testStore();
    await (await connect(server, { store })).close();
    issuer.revoke();
    await (await connect(server, { store })).close();
    expect(issuer.registrations).toHaveLength(1);
    expect(issuer.authorizations).toHaveLength(2);
    issuer.revoke();
    const redirect = agreeing();
    const begin = redirect.begin.bind(redirect);
    redirect.begin = async (signal) => ({ ...(await begin(signal)), redirectUri: 'http://127.0.0.1:99/callback' });
    await (await connect(server, { store, redirect })).close();
    expect(issuer.registrations).toHaveLength(2);
  });

  test.each<
    [
      string,
      string[] | undefined,
      Record<string, unknown>,
      (seen: { auth?: string | undefined; form: URLSearchParams }) => void,
    ]
  >([
    [
      'none',
      ['none'],
      {},
      ({ auth, form }) => {
        expect(auth).toBeUndefined();
        expect(form.get('client_id')).toBe('c');
      },
    ],
    [
      'client_secret_post',
      ['client_secret_post'],
      { client_secret: 's' },
      ({ auth, form }) => {
        expect(auth).toBeUndefined();
        expect(form.get('client_secret')).toBe('s');
      },
    ],
    [
      'client_secret_basic',
      undefined,
      { client_secret: 's' },
      ({ auth, form }) => {
        expect(auth).toBe(`Basic ${btoa('c:s')}`);
        expect(form.has('client_secret')).toBe(false);
      },
    ],
  ])('a client authenticates with %s where that is what there is', async (method, supported, secret, look) => {
    const { server, issuer } = await startBoth();
    issuer.metadata = { token_endpoint_auth_methods_supported: supported };
    issuer.override = ({ path, body }) => {
      if (path !== '/register') return undefined;
      expect(JSON.parse(body)).toMatchObject({ token_endpoint_auth_method: method });
      // As some answer: 200, and nothing of the method.
      return { status: 200, body: { client_id: 'c', ...secret } };
    };
    await (await connect(server)).close();
    const [token] = issuer.of('/token');
    look({ auth: token?.headers.authorization, form: token?.form ?? new URLSearchParams() });
  });
});

describe('a server that moves to another authorization server', () => {
  test('A20, AZ12: registers the client there, and takes nothing along', async () => {
    const { server, issuer: first } = await startBoth();
    first.refreshes = true;
    const client = await connect(server);
    const second = await startIssuer();
    // Ids of the two differ.
    second.registrations.push({}, {});
    server.issuer = second;
    await client.callTool('whisper');
    await client.close();
    expect(first.registrations).toHaveLength(1);
    expect(first.tokenRequests).toHaveLength(1);
    expect(second.authorizations[0]?.get('client_id')).toBe('client-3');
    expect(second.seen.some(({ path, body }) => /client-1\b|secret-/.test(path + body))).toBe(false);
  });
});

test('AZ7: the tokens of one server are not sent to another', async () => {
  const issuer = await startIssuer();
  const [one, two] = [await startGuarded(issuer), await startGuarded(issuer)];
  const auth = oauth({ redirect: agreeing() });
  for (const server of [one, two]) await (await McpClient.connect(server.url, { auth })).close();
  expect(bearers(two)[0]).toBeUndefined();
  expect(bearers(one)).not.toContain(bearers(two).at(-1));
  expect(issuer.tokenRequests.map((form) => form.get('resource'))).toEqual([one.url, two.url]);
});
