/** What docs/sign-in.md and docs/machines.md show, with a person who agrees to everything. */
import { generateKeyPair, exportPKCS8 } from 'jose';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { McpClient } from 'mcpwire/client';
import * as guide from '../../examples/docs/sign-in.ts';
import { agreeing, startBoth, startIssuer, testStore } from '../auth/support.ts';

// The guide keeps its store in the home folder.
const home = mkdtempSync(join(tmpdir(), 'mcpwire-home-'));
beforeAll(() => void vi.stubEnv('HOME', home));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const whisper = async (connecting: Promise<McpClient>): Promise<unknown> => {
  const client = await connecting;
  const { content } = await client.callTool('whisper');
  await client.close();
  return content;
};
const secret = [{ type: 'text', text: 'a secret' }];

test('a person, whose sign-in the next run finds', async () => {
  const { server } = await startBoth();
  const redirect = agreeing();
  expect(await whisper(guide.signIn(server.url, redirect))).toEqual(secret);
  expect(await whisper(guide.signIn(server.url, redirect))).toEqual(secret);
  expect(redirect.pages).toHaveLength(1);
});

test('a store of functions', async () => {
  const { server, issuer } = await startBoth();
  issuer.metadata = { client_id_metadata_document_supported: true };
  const table = new Map<string, string>();
  const redirect = agreeing();
  const connect = (user: string) => guide.documented(server.url, redirect, guide.tableStore(user, table));
  expect(await whisper(connect('ada'))).toEqual(secret);
  expect(await whisper(connect('ada'))).toEqual(secret);
  expect(await whisper(connect('grace'))).toEqual(secret);
  expect(redirect.pages).toHaveLength(2);
  expect(issuer.authorizations[0]?.get('client_id')).toBe('https://notes.example.com/client.json');
});

test('a client that is registered with another authorization server', async () => {
  const { server } = await startBoth();
  await expect(guide.known(server.url, agreeing(), testStore())).rejects.toThrow('https://auth.example.com');
});

test('a person who is asked first', async () => {
  const { server, issuer } = await startBoth();
  const asked: string[] = [];
  const answer = (agreed: boolean) => async (question: string) => {
    asked.push(question);
    return agreed;
  };
  await expect(guide.confirmed(server.url, agreeing(), answer(false))).rejects.toThrow('You chose not to sign in');
  expect(await whisper(guide.confirmed(server.url, agreeing(), answer(true)))).toEqual(secret);
  const host = (url: string) => new URL(url).host;
  expect(asked[0]).toBe(
    `${host(server.url)} sends you to ${host(issuer.origin)} to ask for nothing in particular. Go there?`,
  );
});

test('what a person is told', async () => {
  const { server, issuer } = await startBoth();
  const denied = agreeing((answer) => {
    answer.searchParams.set('error', 'access_denied');
    return answer;
  });
  expect(await guide.told(server.url, denied)).toMatch(/^Not signed in: .*access_denied/);
  server.needs.set('delete_note', 'more');
  issuer.scopeOf = () => '';
  expect(await guide.told(server.url, agreeing())).toBe('You may not delete notes');
});

test('a token that is there already', async () => {
  const { server, issuer } = await startBoth();
  issuer.scopeOf = (token) => (token === 'given' ? '' : undefined);
  expect(await whisper(guide.token(server.url, async () => 'given'))).toEqual(secret);
});

test('a secret, a key, an assertion, an ID token', async () => {
  const { server } = await startBoth();
  expect(await whisper(guide.program(server.url, 's'))).toEqual(secret);
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  expect(await whisper(guide.keyed(server.url, await exportPKCS8(privateKey)))).toEqual(secret);
  expect(await whisper(guide.workload(server.url, async () => 'jwt'))).toEqual(secret);
  const idp = await startIssuer();
  const session = { idToken: async () => 'id' };
  expect(await whisper(guide.enterprise(server.url, idp.issuer, session, 's'))).toEqual(secret);
});
