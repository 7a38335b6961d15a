import {
  generateKeyPair,
  exportPKCS8,
  jwtVerify,
  decodeProtectedHeader,
  calculateJwkThumbprint,
  type JWK,
  importJWK,
} from 'jose';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { clientCredentials, enterpriseManaged, oauth, workloadIdentity, type AuthMiddleware } from 'mcpwire/auth';
import { McpClient } from 'mcpwire/client';
import { agreeing, startBoth, startIssuer, testStore, type Guarded } from './support.js';

const use = async (server: Guarded, auth: AuthMiddleware): Promise<void> => {
  const client = await McpClient.connect(server.url, { auth });
  await client.callTool('whisper');
  await client.close();
};

describe('client credentials', () => {
  test('a secret goes to the token endpoint alone', async () => {
    const { server, issuer } = await startBoth();
    server.challenge += ', scope="read"';
    await use(server, clientCredentials({ clientId: 'reports', clientSecret: 's e' }));
    expect(issuer.tokenRequests.map((form) => Object.fromEntries(form))).toEqual([
      { grant_type: 'client_credentials', resource: server.url, scope: 'read' },
    ]);
    expect(issuer.of('/token')[0]?.headers.authorization).toBe(`Basic ${btoa('reports:s+e')}`);
    expect(issuer.registrations).toEqual([]);
  });

  test.each(['ES256', 'RS256'])('a key in PEM signs with %s for the issuer', async (algorithm) => {
    const { server, issuer } = await startBoth();
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    const pem = await exportPKCS8(privateKey);
    await use(server, clientCredentials({ clientId: 'reports', privateKey: pem, algorithm }));
    const [form] = issuer.tokenRequests;
    expect(form?.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    const { payload } = await jwtVerify(form?.get('client_assertion') ?? '', publicKey, {
      audience: issuer.issuer,
      issuer: 'reports',
      subject: 'reports',
      algorithms: [algorithm],
    });
    expect(payload.jti).toBeTypeOf('string');
  });

  test('a token that is refused is asked for anew once, and then the refusal is told', async () => {
    const { server, issuer } = await startBoth();
    const auth = clientCredentials({ clientId: 'reports', clientSecret: 's' });
    const client = await McpClient.connect(server.url, { auth });
    issuer.revoke();
    await client.callTool('whisper');
    expect(issuer.tokenRequests).toHaveLength(2);
    issuer.scopeOf = () => undefined;
    await expect(client.callTool('whisper')).rejects.toMatchObject({ code: 'unauthorized' });
    expect(issuer.tokenRequests).toHaveLength(3);
    await client.close();
  });

  test('AZ12: they go to no other issuer than the one given', async () => {
    const { server, issuer } = await startBoth();
    const auth = clientCredentials({ clientId: 'reports', clientSecret: 's', issuer: 'https://auth.example.com' });
    await expect(use(server, auth)).rejects.toThrow('https://auth.example.com');
    expect(issuer.seen).toEqual([]);
  });

  test('either a secret or a key', () => {
    expect(() => clientCredentials({ clientId: 'a' })).toThrow(TypeError);
    expect(() => clientCredentials({ clientId: 'a', clientSecret: 's', privateKey: 'k' })).toThrow(TypeError);
  });
});

describe('an organisation', () => {
  test('its identity provider vouches for the person to the authorization server', async () => {
    const { server, issuer } = await startBoth();
    const idp = await startIssuer();
    idp.override = ({ path, form }) =>
      path === '/token'
        ? {
            body: {
              access_token: `grant for ${form.get('audience')}`,
              token_type: 'N_A',
              issued_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
            },
          }
        : undefined;
    await use(
      server,
      enterpriseManaged({
        idp: { issuer: idp.issuer, clientId: 'idp-client' },
        idToken: async () => 'id-token',
        clientId: 'mcp-client',
        clientSecret: 'mcp-secret',
      }),
    );
    expect(Object.fromEntries(idp.of('/token')[0]?.form ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      audience: issuer.issuer,
      resource: server.url,
      subject_token: 'id-token',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      client_id: 'idp-client',
    });
    expect(Object.fromEntries(issuer.tokenRequests[0] ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: `grant for ${issuer.issuer}`,
      resource: server.url,
    });
    // The ID token is for the identity provider alone.
    expect(JSON.stringify([issuer.seen, server.seen])).not.toContain('id-token');
  });
});

describe('a workload', () => {
  test('is known by its assertion, and by nothing else', async () => {
    const { server, issuer } = await startBoth();
    await use(server, workloadIdentity({ assertion: () => 'jwt' }));
    expect(Object.fromEntries(issuer.tokenRequests[0] ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: 'jwt',
      resource: server.url,
    });
  });

  test('a refusal is told, and nothing else is tried', async () => {
    const { server, issuer } = await startBoth();
    issuer.override = ({ path }) => (path === '/token' ? { status: 400, body: { error: 'invalid_grant' } } : undefined);
    await expect(use(server, workloadIdentity({ assertion: 'jwt' }))).rejects.toThrow('invalid_grant');
    expect(issuer.count('/token')).toBe(1);
    expect(issuer.registrations).toEqual([]);
  });
});

describe('proof of possession', () => {
  const proofOf = async (header: unknown) => {
    const text = String(header);
    const { jwk, typ, alg } = decodeProtectedHeader(text);
    const { payload } = await jwtVerify(text, await importJWK(jwk as JWK, alg), { typ: 'dpop+jwt' });
    return { payload, typ, alg, jwk: jwk as JWK, thumbprint: await calculateJwkThumbprint(jwk as JWK) };
  };

  test('token requests and every request to the server carry a proof of the same key', async () => {
    const { server, issuer } = await startBoth();
    await use(server, oauth({ redirect: agreeing(), dpop: true }));
    const proof = await proofOf(issuer.of('/token')[0]?.headers['dpop']);
    expect(proof.alg).toBe('ES256');
    expect(Object.keys(proof.jwk).sort()).toEqual(['crv', 'kty', 'x', 'y']);
    expect(proof.payload).toMatchObject({ htm: 'POST', htu: `${issuer.origin}/token` });
    expect(issuer.authorizations[0]?.get('dpop_jkt')).toBe(proof.thumbprint);
    const sent = server.of('/mcp').filter(({ headers }) => headers.authorization !== undefined);
    expect(sent.length).toBeGreaterThan(1);
    const ids = new Set<unknown>();
    for (const { headers, method } of sent) {
      const token = /^DPoP (.*)$/.exec(headers.authorization ?? '')?.[1] ?? '';
      const { payload, thumbprint } = await proofOf(headers['dpop']);
      expect(thumbprint).toBe(proof.thumbprint);
      expect(payload).toMatchObject({
        htm: method,
        htu: server.url,
        ath: createHash('sha256').update(token).digest('base64url'),
      });
      ids.add(payload.jti);
    }
    expect(ids.size).toBe(sent.length);
  });

  test('a nonce that either asks for is sent from then on', async () => {
    const { server, issuer } = await startBoth();
    const nonces: unknown[] = [];
    issuer.override = async ({ path, headers }) => {
      if (path !== '/token') return undefined;
      const { payload } = await proofOf(headers['dpop']);
      nonces.push(payload['nonce']);
      if (payload['nonce'] === 'as-1') return undefined;
      return { status: 400, headers: { 'dpop-nonce': 'as-1' }, body: { error: 'use_dpop_nonce' } };
    };
    server.override = async ({ path, headers }) => {
      if (path !== '/mcp' || headers['dpop'] === undefined) return undefined;
      const { payload } = await proofOf(headers['dpop']);
      nonces.push(payload['nonce']);
      if (payload['nonce'] === 'rs-1') return undefined;
      return { status: 401, headers: { 'dpop-nonce': 'rs-1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' } };
    };
    await use(server, oauth({ redirect: agreeing(), dpop: true }));
    expect(nonces.slice(0, 4)).toEqual([undefined, 'as-1', undefined, 'rs-1']);
    expect(new Set(nonces.slice(4))).toEqual(new Set(['rs-1']));
    expect(issuer.authorizations).toHaveLength(1);
  });

  test('a server that asks for a nonce without end is asked twice', async () => {
    const { server, issuer } = await startBoth();
    issuer.override = ({ path }) =>
      path === '/token'
        ? { status: 400, headers: { 'dpop-nonce': 'again' }, body: { error: 'use_dpop_nonce' } }
        : undefined;
    await expect(use(server, clientCredentials({ clientId: 'a', clientSecret: 's', dpop: true }))).rejects.toThrow(
      'use_dpop_nonce',
    );
    expect(issuer.count('/token')).toBe(2);
  });

  test('a token that is bound to nothing is not taken for one that is', async () => {
    const { server, issuer } = await startBoth();
    issuer.override = ({ path }) =>
      path === '/token' ? { body: { access_token: 't', token_type: 'Bearer' } } : undefined;
    await expect(use(server, oauth({ redirect: agreeing(), dpop: true }))).rejects.toThrow('bound to no key');
    expect(server.of('/mcp')).toHaveLength(1);
  });

  test('the key is stored with its token, and only where there is a store', async () => {
    const { server, issuer } = await startBoth();
    issuer.refreshes = true;
    const store = testStore();
    const redirect = agreeing();
    await use(server, oauth({ redirect, store, dpop: true }));
    issuer.revoke();
    await use(server, oauth({ redirect, store, dpop: true }));
    expect(redirect.pages).toHaveLength(1);
    const [first, second] = await Promise.all(issuer.of('/token').map(({ headers }) => proofOf(headers['dpop'])));
    expect(second?.thumbprint).toBe(first?.thumbprint);
  });
});
