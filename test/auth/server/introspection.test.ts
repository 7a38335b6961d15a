import { createServer } from 'node:http';
import { introspection, type IntrospectionOptions } from 'mcpwire/auth/server';
import { expect, test } from 'vitest';
import { rpc, type Json } from '../../helpers/wire.ts';
import { call, guarded, ISSUER, listening, post, RESOURCE, textOf } from './support.ts';

const LIST = rpc('tools/list');

async function asking(answer: (token: string) => Json | number, options: Partial<IntrospectionOptions> = {}) {
  const asked: { authorization: string | undefined; body: string }[] = [];
  const endpoint = await listening(
    createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        asked.push({ authorization: request.headers.authorization, body });
        const said = answer(new URLSearchParams(body).get('token') ?? '');
        response.writeHead(typeof said === 'number' ? said : 200, { 'content-type': 'application/json' });
        response.end(typeof said === 'number' ? '' : JSON.stringify(said));
      });
    }),
  );
  const verify = introspection({ endpoint, clientId: 'mcp:1', clientSecret: 's/e', ...options });
  return { ...(await guarded({ verify })), asked };
}
const active = { active: true, aud: RESOURCE, sub: 'ada', client_id: 'app', scope: 'a' };

test('the authorization server is asked with the credentials of this server (RFC 7662)', async () => {
  const { url, asked } = await asking(() => active, { issuer: ISSUER });
  expect(JSON.parse(textOf(await post(url, call('whoami'), 'opaque')))).toMatchObject({
    issuer: ISSUER,
    subject: 'ada',
    clientId: 'app',
    scopes: ['a'],
  });
  const authorization = `Basic ${Buffer.from('mcp%3A1:s%2Fe').toString('base64')}`;
  expect(asked).toEqual([{ authorization, body: 'token_type_hint=access_token&token=opaque' }]);
});

test('A23: a token that is not active, is for others, for nobody, or has ended is no good', async () => {
  const answers: Json[] = [
    { active: false },
    { ...active, aud: 'https://other.example' },
    { ...active, aud: ['https://other.example'] },
    { active: true, sub: 'ada' },
    { ...active, exp: 1 },
    { ...active, exp: 'soon' },
    { ...active, nbf: Math.floor(Date.now() / 1000) + 600 },
    { ...active, iss: 'https://other.example' },
  ];
  for (const answer of answers) {
    const { url } = await asking(() => answer, { issuer: ISSUER });
    expect([answer, (await post(url, LIST, 'opaque')).status]).toEqual([answer, 401]);
  }
});

test('an answer that is none is a failure of the server', async () => {
  for (const answer of [500, 401, 302, {}, { active: 'yes' }] as const) {
    const { url, errors } = await asking(() => answer);
    expect((await post(url, LIST, 'opaque')).status).toBe(500);
    expect(errors).toHaveLength(1);
  }
});

test('a token is asked for once in a while, however many requests bring it; failures are not kept', async () => {
  let fails = true;
  const { url, asked } = await asking(() => (fails ? 500 : active));
  expect((await post(url, LIST, 'opaque')).status).toBe(500);
  fails = false;
  await Promise.all(Array.from({ length: 10 }, () => post(url, LIST, 'opaque')));
  expect(asked).toHaveLength(2);
  await post(url, LIST, 'other');
  expect(asked).toHaveLength(3);

  const each = await asking(() => active, { cacheTtlMs: 0 });
  for (let count = 0; count < 3; count++) await post(each.url, LIST, 'opaque');
  expect(each.asked).toHaveLength(3);
  const few = await asking(() => active, { cacheSize: 1 });
  for (const token of ['a', 'b', 'a']) await post(few.url, LIST, token);
  expect(few.asked).toHaveLength(3);
});

test('the endpoint is https, or on this machine', () => {
  const options = { clientId: 'a', clientSecret: 'b' };
  expect(() => introspection({ endpoint: 'http://auth.example.com', ...options })).toThrow(TypeError);
});
