/** An authorization server's keys, its tokens, and proofs of possession, made for each test anew. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { bearerAuth, jwt, type BearerAuthOptions, type JwtOptions } from 'mcpwire/auth/server';
import { serve, type RunningServer } from 'mcpwire/node';
import { McpServer, type ServerOptions } from 'mcpwire/server';
import { afterEach } from 'vitest';
import { headersOf, rpc, type Json } from '../../helpers/wire.ts';

/** As clients know it: not where the tests listen. */
export const RESOURCE = 'https://mcp.example.com/mcp';
export const METADATA = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp';
export const ISSUER = 'https://auth.example.com';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

export function closing<T extends { close(): unknown }>(one: T): T {
  open.push(one);
  return one;
}

/** Listens until the test ends. */
export async function listening(http: Server): Promise<string> {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      http.closeAllConnections();
      http.close();
    },
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

export interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function makeKey(kid: string, alg = 'ES256'): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg } };
}

/** An authorization server as far as a resource server sees it: its keys. */
export class Keys {
  keys: Key[] = [];
  asked = 0;
  uri = '';
  status = 200;

  static async start(): Promise<Keys> {
    const own = new Keys();
    own.keys = [await makeKey('one')];
    const origin = await listening(
      createServer((_request, response) => {
        own.asked++;
        response.writeHead(own.status, { 'content-type': 'application/json', location: 'https://elsewhere.example' });
        response.end(JSON.stringify({ keys: own.keys.map((key) => key.publicJwk) }));
      }),
    );
    own.uri = `${origin}/jwks`;
    return own;
  }

  /** A token; `undefined` takes a claim away. */
  async token(claims: Json = {}, header: Json = {}, key = this.keys[0]!): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: ISSUER, aud: RESOURCE, sub: 'ada', client_id: 'app', exp: now + 600, ...claims };
    const { privateKey, alg, kid } = key;
    return new SignJWT(all).setProtectedHeader({ alg, kid, typ: 'at+jwt', ...header }).sign(privateKey);
  }
}

export interface Guarded {
  readonly keys: Keys;
  readonly url: string;
  readonly server: McpServer<unknown>;
  /** What `onError` heard. */
  readonly errors: unknown[];
}

/** A server behind `bearerAuth` with `jwt`, listening. */
export async function guarded(
  auth: Partial<BearerAuthOptions> & { readonly jwt?: Partial<JwtOptions> } = {},
  options: ServerOptions = {},
): Promise<Guarded> {
  const keys = await Keys.start();
  const errors: unknown[] = [];
  const { jwt: own, ...rest } = auth;
  const server = new McpServer(
    { name: 'guarded', version: '1.0.0' },
    {
      auth: bearerAuth({
        resource: RESOURCE,
        authorizationServers: [ISSUER],
        verify: jwt({ issuer: ISSUER, jwksUri: keys.uri, ...own }),
        ...rest,
      }),
      onError: (error) => void errors.push(error),
      ...options,
    },
  )
    .tool('whoami', {}, (_args, ctx) => JSON.stringify(ctx.auth))
    .tool('headers', {}, (_args, ctx) => JSON.stringify([...(ctx.http?.headers ?? [])]))
    .tool('delete_file', { scopes: ['files:write', 'files:read'] }, () => 'deleted')
    .prompt('secret', { scopes: ['prompts'] }, () => 'psst')
    .prompt(
      'of_customer',
      { argsSchema: z.object({ name: z.string() }), complete: { name: ['Zoe'] }, scopes: ['prompts'] },
      () => 'psst',
    )
    .resource('docs://secret', { name: 'secret', scopes: ['docs'] }, () => 'psst');
  const running: RunningServer = await serve(server);
  closing({ close: () => running.close({ graceMs: 0 }) });
  return { keys, url: running.url, server, errors };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
  readonly challenge: string | null;
}

/** Posts a message, with a token where one is given. */
export async function post(
  url: string,
  message: Json,
  token?: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const authorization = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headersOf(message), ...authorization, ...headers },
    body: JSON.stringify(message),
  });
  const text = await response.text();
  const data = text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? '{}');
  const challenge = response.headers.get('www-authenticate');
  return { status: response.status, headers: response.headers, body: JSON.parse(data) as Json, challenge };
}

export const call = (name: string, args: Json = {}): Json => rpc('tools/call', { name, arguments: args });

/** The text of a tool's result. */
export function textOf({ body }: Answer): string {
  const { content } = body['result'] as { readonly content: readonly { readonly text: string }[] };
  return content[0]!.text;
}

export interface ProofOptions {
  readonly claims?: Json;
  readonly header?: Json;
  readonly key?: Key;
}

/** A client that can prove that it has a key. */
export async function prover(key?: Key) {
  const own = key ?? (await makeKey('client'));
  const { kid: _kid, alg: _alg, ...jwk } = own.publicJwk;
  return {
    jkt: await calculateJwkThumbprint(jwk, 'sha256'),
    key: own,
    jwk,
    async proof(token: string, { claims = {}, header = {}, key: other = own }: ProofOptions = {}): Promise<string> {
      const all = {
        htm: 'POST',
        htu: RESOURCE,
        iat: Math.floor(Date.now() / 1000),
        jti: crypto.randomUUID(),
        ath: createHash('sha256').update(token).digest('base64url'),
        ...claims,
      };
      return new SignJWT(all)
        .setProtectedHeader({ alg: own.alg, typ: 'dpop+jwt', jwk, ...header })
        .sign(other.privateKey);
    },
  };
}
