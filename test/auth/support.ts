/** A server that wants tokens, an authorization server that issues them, and a person who agrees: each does what a test says. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { AuthStore, Redirect } from 'mcpwire/auth';
import { McpServer } from 'mcpwire/server';
import { toNodeListener } from 'mcpwire/node';
import * as z from 'zod';

/** A request as it came. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The body as a form. */
  readonly form: URLSearchParams;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

type Handler = (seen: Seen) => Answer | undefined | Promise<Answer | undefined>;

/** A web server that remembers what it was asked. */
export interface Site {
  readonly origin: string;
  readonly seen: Seen[];
  /** Asked before everything else; `undefined` leaves it to the site. */
  override: Handler | undefined;
  count(path: string): number;
  of(path: string): Seen[];
}

async function site(
  handle: (seen: Seen, request: IncomingMessage, response: ServerResponse) => Promise<Answer | undefined>,
): Promise<Site> {
  const own: Site = {
    origin: '',
    seen: [],
    override: undefined,
    count: (path) => own.of(path).length,
    of: (path) => own.seen.filter((one) => one.path === path || one.path.startsWith(`${path}?`)),
  };
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const { method = '', url: path = '', headers } = request;
      const seen: Seen = { method, path, headers, body, form: new URLSearchParams(body) };
      own.seen.push(seen);
      const answer = (await own.override?.(seen)) ?? (await handle(seen, request, response));
      if (answer === undefined) return;
      const type = answer.body === undefined ? {} : { 'content-type': 'application/json' };
      response.writeHead(answer.status ?? 200, { ...type, ...answer.headers });
      response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A listening TCP server has such an address.
  return Object.assign(own, { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** An authorization server. */
export interface Issuer extends Site {
  issuer: string;
  /** Changes its metadata; `undefined` members are absent. */
  metadata: Record<string, unknown>;
  /** Where it serves them. Default: the place of RFC 8414. */
  wellKnown: string | undefined;
  /** Seconds that its tokens last. */
  expiresIn: number | undefined;
  /** Whether refresh tokens are issued, each for one use. */
  refreshes: boolean;
  /** Says whether a token is good, and for what. */
  scopeOf(token: string): string | undefined;
  revoke(): void;
  /** Authorization requests, in order. */
  readonly authorizations: URLSearchParams[];
  /** Token requests, in order. */
  readonly tokenRequests: URLSearchParams[];
  /** Registrations, in order. */
  readonly registrations: Record<string, unknown>[];
}

export async function startIssuer(path = ''): Promise<Issuer> {
  const codes = new Map<string, URLSearchParams>();
  const tokens = new Map<string, string>();
  const refreshTokens = new Map<string, string>();
  const authorizations: URLSearchParams[] = [];
  const tokenRequests: URLSearchParams[] = [];
  const registrations: Record<string, unknown>[] = [];
  const plain = await site(async (seen) => {
    const { pathname, searchParams } = new URL(seen.path, own.origin);
    if (pathname === (own.wellKnown ?? `/.well-known/oauth-authorization-server${path}`)) {
      return {
        body: {
          issuer: own.issuer,
          authorization_endpoint: `${own.origin}/authorize`,
          token_endpoint: `${own.origin}/token`,
          registration_endpoint: `${own.origin}/register`,
          code_challenge_methods_supported: ['S256'],
          token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
          ...own.metadata,
        },
      };
    }
    if (pathname === '/register') {
      const asked = JSON.parse(seen.body) as Record<string, unknown>;
      registrations.push(asked);
      return { status: 201, body: { ...asked, client_id: `client-${registrations.length}` } };
    }
    if (pathname === '/authorize') {
      authorizations.push(searchParams);
      const code = randomUUID();
      codes.set(code, searchParams);
      const back = new URL(searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', code);
      back.searchParams.set('state', searchParams.get('state') ?? '');
      return { status: 302, headers: { location: back.href } };
    }
    if (pathname === '/token') {
      const { form } = seen;
      tokenRequests.push(form);
      let scope = form.get('scope') ?? '';
      const grant = form.get('grant_type');
      if (grant === 'authorization_code') {
        const asked = codes.get(form.get('code') ?? '');
        const digest = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        if (asked?.get('code_challenge') !== digest) return { status: 400, body: { error: 'invalid_grant' } };
        codes.delete(form.get('code') ?? '');
        scope = asked.get('scope') ?? '';
      } else if (grant === 'refresh_token') {
        const known = refreshTokens.get(form.get('refresh_token') ?? '');
        if (known === undefined) return { status: 400, body: { error: 'invalid_grant' } };
        refreshTokens.delete(form.get('refresh_token') ?? '');
        scope = known;
      }
      const token = `secret-access-${randomUUID()}`;
      const refresh = `secret-refresh-${randomUUID()}`;
      tokens.set(token, scope);
      if (own.refreshes) refreshTokens.set(refresh, scope);
      return {
        body: {
          access_token: token,
          token_type: seen.headers['dpop'] === undefined ? 'Bearer' : 'DPoP',
          ...(own.expiresIn !== undefined && { expires_in: own.expiresIn }),
          ...(own.refreshes && { refresh_token: refresh }),
          scope,
        },
      };
    }
    return { status: 404 };
  });
  const own: Issuer = Object.assign(plain, {
    issuer: plain.origin + path,
    metadata: {},
    wellKnown: undefined,
    expiresIn: undefined,
    refreshes: false,
    scopeOf: (token: string) => tokens.get(token),
    revoke: () => tokens.clear(),
    authorizations,
    tokenRequests,
    registrations,
  });
  return own;
}

/** A server that wants tokens. */
export interface Guarded extends Site {
  readonly url: string;
  /** Changes the metadata of the resource; `undefined` members are absent. */
  metadata: Record<string, unknown>;
  /** Where it serves them. Default: the well-known place of its path. */
  wellKnown: string;
  /** The challenge. Default: one that says where the metadata is. */
  challenge: string;
  /** Scopes that a tool needs. */
  readonly needs: Map<string, string>;
  /** Whose tokens it takes. */
  issuer: Issuer;
}

export async function startGuarded(issuer: Issuer, path = '/mcp'): Promise<Guarded> {
  const server = new McpServer({ name: 'guarded', version: '1.0.0' }).tool(
    'whisper',
    { inputSchema: z.object({}) },
    () => 'a secret',
  );
  const listener = toNodeListener(server, { trustParsedBody: true });
  const plain = await site(async (seen, request, response) => {
    const { pathname } = new URL(seen.path, own.origin);
    if (pathname === own.wellKnown) {
      return { body: { resource: own.url, authorization_servers: [own.issuer.issuer], ...own.metadata } };
    }
    if (pathname !== path) return { status: 404 };
    const token = /^(?:Bearer|DPoP) (.*)$/.exec(seen.headers.authorization ?? '')?.[1];
    const scope = token === undefined ? undefined : own.issuer.scopeOf(token);
    if (scope === undefined) return { status: 401, headers: { 'www-authenticate': own.challenge } };
    const message = (seen.body === '' ? {} : JSON.parse(seen.body)) as { params?: { name?: string } };
    const needed = own.needs.get(message.params?.name ?? '');
    if (needed !== undefined && !needed.split(' ').every((one) => scope.split(' ').includes(one))) {
      return {
        status: 403,
        headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${needed}"` },
      };
    }
    // The body has been read here, and the listener takes a parsed one where it is told so.
    listener(Object.assign(request, { body: message }), response);
    return undefined;
  });
  const own: Guarded = Object.assign(plain, {
    url: plain.origin + path,
    metadata: {},
    wellKnown: `/.well-known/oauth-protected-resource${path}`,
    challenge: `Bearer resource_metadata="${plain.origin}/.well-known/oauth-protected-resource${path}"`,
    needs: new Map<string, string>(),
    issuer,
  });
  return own;
}

/** Both, of which the second trusts the first. */
export async function startBoth(): Promise<{ issuer: Issuer; server: Guarded }> {
  const issuer = await startIssuer();
  return { issuer, server: await startGuarded(issuer) };
}

/** A person who agrees to everything, in a browser without a window. */
export function agreeing(
  change: (answer: URL, page: URL) => URL | Promise<URL> = (answer) => answer,
): Redirect & { readonly pages: URL[]; closed: number } {
  const own = {
    applicationType: 'native' as const,
    pages: [] as URL[],
    closed: 0,
    begin: async () => ({
      redirectUri: 'http://127.0.0.1:1234/callback',
      async authorize(page: URL) {
        own.pages.push(page);
        const { headers } = await fetch(page, { redirect: 'manual' });
        return change(new URL(headers.get('location') ?? ''), page);
      },
      async close() {
        own.closed++;
      },
    }),
  };
  return own;
}

/** A store whose content a test can look at, and that can fail. */
export function testStore(): AuthStore & { readonly kept: Map<string, string>; broken: 'get' | 'set' | undefined } {
  const kept = new Map<string, string>();
  const own = {
    kept,
    broken: undefined as 'get' | 'set' | undefined,
    async get(key: string) {
      if (own.broken === 'get') throw new Error('disk on fire');
      return kept.get(key);
    },
    async set(key: string, value: string) {
      if (own.broken === 'set') throw new Error('disk full');
      kept.set(key, value);
    },
    async delete(key: string) {
      kept.delete(key);
    },
  };
  return own;
}
