/** What docs/protect.md shows, over real HTTP. */
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { serve } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import { byKey, hierarchy, proofs, protectedServer, revocable, worker } from '../../examples/docs/protect.ts';
import { rpc } from '../helpers/wire.ts';
import { closing, Keys, listening, post, prover, RESOURCE } from '../auth/server/support.ts';

/** The guide's issuers publish their keys at `/jwks`. */
async function issuing() {
  const keys = await Keys.start();
  const issuer = new URL(keys.uri).origin;
  return { issuer, token: (claims = {}) => keys.token({ iss: issuer, ...claims }) };
}

async function served(server: McpServer<unknown>): Promise<string> {
  const { url, close } = await serve(server);
  closing({ close: () => close({ graceMs: 0 }) });
  return url;
}

const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test('a protected server knows who calls, and asks for the scope of a tool', async () => {
  const { issuer, token } = await issuing();
  const url = await served(protectedServer(RESOURCE, issuer));
  await expect(McpClient.connect(url)).rejects.toMatchObject({ code: 'unauthorized' });
  const client = await McpClient.connect(url, as(await token()));
  expect(await client.callTool('whoami')).toMatchObject({ content: [{ text: 'You are ada.' }] });
  await expect(client.callTool('delete_all')).rejects.toMatchObject({ code: 'insufficient_scope' });
  await client.close();
  const writer = await McpClient.connect(url, as(await token({ scope: 'files:write' })));
  expect(await writer.callTool('delete_all')).toMatchObject({ content: [{ text: 'Deleted.' }] });
  await writer.close();
});

test('a broad scope covers narrower ones', async () => {
  const { issuer, token } = await issuing();
  const server = new McpServer({ name: 's', version: '1' }, { auth: hierarchy(RESOURCE, issuer) });
  const url = await served(server.tool('write', { scopes: ['files:write'] }, () => 'written'));
  const client = await McpClient.connect(url, as(await token({ scope: 'files' })));
  expect(await client.callTool('write')).toMatchObject({ content: [{ text: 'written' }] });
  await client.close();
});

test('the authorization server is asked about tokens that say nothing', async () => {
  const issuer = await listening(
    createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ active: true, aud: RESOURCE, sub: 'ada' }));
    }),
  );
  const request = { method: 'POST', url: RESOURCE, headers: new Headers(), resource: RESOURCE };
  expect(await revocable(issuer)('opaque', request)).toMatchObject({ subject: 'ada', issuer });
});

test('keys of your own are tokens, too', async () => {
  const server = new McpServer({ name: 's', version: '1' }, { auth: byKey });
  const url = await served(server.tool('who', {}, (_args, ctx) => ctx.auth?.subject));
  const client = await McpClient.connect(url, as('key-1'));
  expect(await client.callTool('who')).toMatchObject({ content: [{ text: 'ada' }] });
  await client.close();
  await expect(McpClient.connect(url, as('key-2'))).rejects.toMatchObject({ code: 'unauthorized' });
});

test('a token that is bound to a key comes with proofs, and the nonce', async () => {
  const { issuer, token } = await issuing();
  const url = await served(new McpServer({ name: 's', version: '1' }, { auth: proofs(RESOURCE, issuer) }));
  const client = await prover();
  const bound = await token({ cnf: { jkt: client.jkt } });
  const send = async (claims = {}) => {
    const headers = { authorization: `DPoP ${bound}`, dpop: await client.proof(bound, { claims }) };
    return post(url, rpc('server/discover'), undefined, headers);
  };
  const nonce = (await send()).headers.get('dpop-nonce');
  expect((await send({ nonce })).status).toBe(200);
});

test('a worker answers for the metadata and the endpoint', async () => {
  const { fetch } = worker(protectedServer(RESOURCE, 'https://auth.example.com'));
  const metadata = await fetch(new Request('https://mcp.example.com/.well-known/oauth-protected-resource/mcp'));
  expect(await metadata.json()).toMatchObject({ resource: RESOURCE });
  expect((await fetch(new Request(RESOURCE, { method: 'POST' }))).status).toBe(401);
});
