/** RFC 9449: a token that only the holder of a key can use. */
import { memoryReplayStore } from 'mcpwire/auth/server';
import { describe, expect, test } from 'vitest';
import { rpc } from '../../helpers/wire.ts';
import { guarded, makeKey, METADATA, post, prover, RESOURCE, type Guarded } from './support.ts';

const LIST = rpc('tools/list');

async function bound(auth: Parameters<typeof guarded>[0] = {}) {
  const own: Guarded = await guarded({ dpop: true, ...auth });
  const client = await prover();
  const token = await own.keys.token({ cnf: { jkt: client.jkt } });
  const send = (proof?: string, authorization = `DPoP ${token}`) =>
    post(own.url, LIST, undefined, { authorization, ...(proof !== undefined && { dpop: proof }) });
  return { ...own, client, token, send };
}

test('a token with a proof of its key is taken, once for each proof', async () => {
  const { client, token, send } = await bound();
  const proof = await client.proof(token);
  expect((await send(proof)).status).toBe(200);
  const again = await send(proof);
  expect([again.status, again.challenge]).toEqual([401, expect.stringContaining('error="invalid_dpop_proof"')]);
  expect((await send(await client.proof(token))).status).toBe(200);
});

test('htu is the resource, whatever the URL is inside, without its query', async () => {
  const { client, token, send, url } = await bound();
  expect((await send(await client.proof(token, { claims: { htu: `${RESOURCE}?x=1#y` } }))).status).toBe(200);
  expect((await send(await client.proof(token, { claims: { htu: url } }))).status).toBe(401);
});

test('a proof that is none, or is of something else, is refused', async () => {
  const { client, token, send } = await bound();
  const now = Math.floor(Date.now() / 1000);
  const stranger = await makeKey('stranger');
  const { d: _d, ...rest } = client.jwk;
  const bad: Record<string, string | undefined> = {
    none: undefined,
    garbage: 'garbage',
    typ: await client.proof(token, { header: { typ: 'jwt' } }),
    'no key': await client.proof(token, { header: { jwk: undefined } }),
    'a private key': await client.proof(token, { header: { jwk: { ...rest, d: rest.x } } }),
    signature: await client.proof(token, { key: stranger }),
    htm: await client.proof(token, { claims: { htm: 'GET' } }),
    'no htu': await client.proof(token, { claims: { htu: undefined } }),
    'no iat': await client.proof(token, { claims: { iat: undefined } }),
    'old iat': await client.proof(token, { claims: { iat: now - 65 } }),
    'early iat': await client.proof(token, { claims: { iat: now + 70 } }),
    'no jti': await client.proof(token, { claims: { jti: undefined } }),
    'no ath': await client.proof(token, { claims: { ath: undefined } }),
    ath: await client.proof('another token'),
    two: `${await client.proof(token)}, ${await client.proof(token)}`,
    long: await client.proof(token, { claims: { pad: 'x'.repeat(10_000) } }),
  };
  for (const [why, proof] of Object.entries(bad)) {
    const { status, challenge } = await send(proof);
    expect([why, status]).toEqual([why, 401]);
    expect(challenge).toContain('DPoP error="invalid_dpop_proof"');
  }
});

test('a token is of no use to the holder of another key, nor without a proof', async () => {
  const { token, send, keys } = await bound();
  const thief = await prover();
  expect((await send(await thief.proof(token))).challenge).toContain('error="invalid_token"');
  const bare = await send(undefined, `Bearer ${token}`);
  expect([bare.status, bare.challenge]).toEqual([401, expect.stringContaining('DPoP error="invalid_token"')]);
  const unbound = await keys.token();
  expect((await send(await thief.proof(unbound), `DPoP ${unbound}`)).status).toBe(401);
});

test('challenges name both schemes, each with all that a client needs', async () => {
  const { url } = await bound({ requiredScopes: ['mcp'], dpop: { algorithms: ['ES256', 'Ed25519'] } });
  expect((await post(url, LIST)).challenge).toBe(
    `Bearer scope="mcp", resource_metadata="${METADATA}", ` +
      `DPoP scope="mcp", resource_metadata="${METADATA}", algs="ES256 Ed25519"`,
  );
});

test('a bound token is refused where there is no DPoP: whoever caught it could send it', async () => {
  const { url, keys } = await guarded();
  const token = await keys.token({ cnf: { jkt: 'x' } });
  expect((await post(url, LIST, token)).status).toBe(401);
});

test('required: no token goes without', async () => {
  const { url, keys } = await bound({ dpop: { required: true } });
  const { status, challenge } = await post(url, LIST, await keys.token());
  expect(status).toBe(401);
  expect(challenge).toMatch(/^DPoP error="invalid_token"/);
  expect(challenge).not.toContain('Bearer');
});

describe('the nonce', () => {
  test('is asked for, given, and taken', async () => {
    const { client, token, send } = await bound({ dpop: { nonce: true } });
    const first = await send(await client.proof(token));
    expect([first.status, first.challenge]).toEqual([401, expect.stringContaining('DPoP error="use_dpop_nonce"')]);
    const nonce = first.headers.get('dpop-nonce');
    expect((await send(await client.proof(token, { claims: { nonce } }))).status).toBe(200);
    expect((await send(await client.proof(token, { claims: { nonce: 'other' } }))).status).toBe(401);
  });

  test('of one process is known to all that share the secret', async () => {
    const dpop = { nonce: 'a secret of the fleet' };
    const one = await bound({ dpop });
    const two = await bound({ dpop });
    const nonce = (await one.send(await one.client.proof(one.token))).headers.get('dpop-nonce');
    expect((await two.send(await two.client.proof(two.token, { claims: { nonce } }))).status).toBe(200);
  });

  test('may be read by pages that are served', async () => {
    const { url, client, token } = await bound({ dpop: { nonce: true } });
    const headers = {
      authorization: `DPoP ${token}`,
      dpop: await client.proof(token),
      origin: 'http://localhost:5173',
    };
    const answer = await post(url.replace('127.0.0.1', 'localhost'), LIST, undefined, headers);
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/WWW-Authenticate.*DPoP-Nonce/);
  });
});

describe('replays', () => {
  test('are seen by all that share a store', async () => {
    const replayStore = memoryReplayStore();
    const one = await bound({ replayStore });
    const two = await guarded({ dpop: true, replayStore, verify: () => ({ scopes: [], claims: { cnf: one.client } }) });
    const proof = await one.client.proof(one.token);
    expect((await one.send(proof)).status).toBe(200);
    const headers = { authorization: `DPoP ${one.token}`, dpop: proof };
    expect((await post(two.url, LIST, undefined, headers)).challenge).toContain('invalid_dpop_proof');
  });

  test('a store that cannot tell refuses, and nobody learns why', async () => {
    const replayStore = { add: () => Promise.reject(new Error('redis is down')) };
    const { client, token, send, errors } = await bound({ replayStore });
    expect((await send(await client.proof(token))).status).toBe(500);
    expect(errors).toMatchObject([{ message: 'redis is down' }]);
  });

  test('are remembered for as long as the proof is good, and no more keys than there is room for', () => {
    let now = 0;
    const store = memoryReplayStore({ maxKeys: 2, now: () => now });
    expect([store.add('a', 10), store.add('a', 10), store.add('b', 20)]).toEqual([true, false, true]);
    expect(() => store.add('c', 10)).toThrow(RangeError);
    now = 10;
    expect([store.add('c', 10), store.add('b', 10)]).toEqual([true, false]);
  });
});
