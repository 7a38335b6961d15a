/**
 * Requests to URLs that servers choose. A server that says where its metadata is, and metadata that say where tokens are to be
 * had, would otherwise send a client into the network it runs in: to the credentials of its cloud, to its neighbours, to
 * what listens on its own machine.
 *
 * @see https://modelcontextprotocol.io/docs/2026-07-28/tutorials/security/security_best_practices#server-side-request-forgery-ssrf
 */
import { edge } from '#auth-edge';
import { isMcpError, McpError } from '../errors.js';
import { readBytes } from '../http/body.js';
import { bareHost, isAddress, isLoopbackHost, kindOfAddress, kindOfHost, type HostKind } from './hosts.js';
import type { GuardedFetch } from './types.js';

/** What {@link guardedFetch} needs to know. */
export interface GuardOptions {
  /** The MCP server. One that is local (`http://localhost:3000`, `https://10.1.2.3`) may lead to local hosts. */
  readonly server: URL;
  /**
   * Hosts that may be private, each as `sso.corp.example` or, for one port only, `10.1.2.3:8443`. Default none. Every server
   * that signs in with these options can have them asked for any path.
   */
  readonly allowPrivateHosts?: readonly string[];
  /**
   * What sends the requests, for proxies. Default: on Node, Deno and Bun one that looks names up itself, refuses private addresses
   * and connects to the very address it has looked at; elsewhere the runtime's own, with which only what a URL itself says
   * is checked, and not where its name leads.
   */
  readonly fetch?: typeof fetch;
  /** Milliseconds for one request with its redirects, its body included. Default 10,000. */
  readonly timeoutMs?: number;
  /** Bytes that a body may have, decompressed. Default 1 MiB. */
  readonly maxBytes?: number;
}

/** One address of a name. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Finds the addresses of a name. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

/** Sends a request to one of these addresses, whatever the name leads to by now. None are given where the host is one. */
export type Send = (url: URL, init: RequestInit, addresses?: readonly Address[]) => Promise<Response>;

const MAX_REDIRECTS = 3;
const BODILESS = [204, 205, 304];
// Of those that need no privileges: what `fetch` refuses, and stores that take orders from anybody.
const PORTS = /^(?:1719|172[03]|2049|3659|4045|4190|506[01]|6000|6379|6566|666[5-9]|6679|6697|10080|11211)$/;

/**
 * Makes a `fetch` for URLs that servers choose. It takes https alone, and http for loopback hosts that may be asked; refuses hosts
 * that are not public, user names in URLs, and the ports of other services; follows the redirects of a GET within its
 * origin and no others; sends no cookies; bounds time and size. What it resolves with has been read completely.
 *
 * It rejects with an {@link McpError}: `invalid_message` for a URL that is refused, `http_status` for a redirect,
 * `limit_exceeded`, `timeout`, `aborted`, `connection_failed`. Its message names the URL without its query.
 *
 * @param resolve finds addresses, where this runtime can connect to a chosen one. Default: the system's way
 */
export function guardedFetch(options: GuardOptions, resolve?: Resolve): GuardedFetch {
  const { server, fetch: given, timeoutMs = 10_000, maxBytes = 1024 * 1024 } = options;
  const local = kindOfHost(bareHost(server)) === 'local';
  const named = new Set((options.allowPrivateHosts ?? []).map(normalHost));

  const isNamed = (url: URL): boolean => named.has(bareHost(url)) || named.has(`${bareHost(url)}:${portOf(url)}`);
  const allows = (url: URL, kind: HostKind): boolean =>
    kind === 'public' || (kind === 'local' && local) || isNamed(url);

  function check(url: URL): void {
    const { protocol, port, username, password } = url;
    const host = bareHost(url);
    const kind = kindOfHost(host);
    if (!allows(url, kind)) throw notPublic(url, `${host} is not`);
    if (protocol !== 'https:' && (protocol !== 'http:' || !isLoopbackHost(host))) {
      throw refused(url, 'it is not https. Only loopback hosts may do without');
    }
    if (username !== '' || password !== '') throw refused(url, 'it holds a user name or password');
    if (kind === 'public' && port !== '' && (Number(port) < 1024 || PORTS.test(port)) && !isNamed(url)) {
      throw refused(url, `port ${port} is for other services: ${allow(url.host)}`);
    }
  }

  async function send(url: URL, init: RequestInit): Promise<Response> {
    check(url);
    // What the program brings finds addresses itself, and so does what a browser has.
    const own = given === undefined ? await edge.guard?.() : undefined;
    if (own === undefined) return (given ?? fetch)(url.href, init);
    const host = bareHost(url);
    if (isAddress(host)) return own.send(url, init);
    const addresses = await (resolve ?? own.resolve)(host);
    init.signal?.throwIfAborted();
    if (addresses.length === 0) throw new Error(`${host} has no address`);
    // One is enough: whoever names a private address beside a public one wants it asked.
    const bad = addresses.find(({ address }) => !allows(url, kindOfAddress(address)));
    if (bad !== undefined) throw notPublic(url, `${host} leads to ${bad.address}, which is not`);
    return own.send(url, init, addresses);
  }

  async function follow(url: URL, init: RequestInit): Promise<Response> {
    for (let hops = 0; ; hops++) {
      const response = await send(url, init);
      const { status, headers, type } = response;
      const location = headers.get('location');
      if (type !== 'opaqueredirect' && (status < 300 || status > 399 || location === null)) {
        return await bounded(response, url, maxBytes);
      }
      response.body?.cancel().catch(() => {});
      const target = location !== null && URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
      const within = target?.origin === url.origin;
      if (!within || (init.method ?? 'GET') !== 'GET' || hops === MAX_REDIRECTS) {
        // A browser tells nobody where to.
        const where = target === undefined ? 'elsewhere' : within ? 'itself' : target.origin;
        throw new McpError('http_status', `${shown(url)} redirects to ${where}: the server must name the final URL`, {
          ...(status !== 0 && { status }),
          url: shown(url),
        });
      }
      url = target;
    }
  }

  return async (input, init = {}) => {
    if (!URL.canParse(String(input))) throw new McpError('invalid_message', 'A server names a URL that is none');
    const url = new URL(String(input));
    const over = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, over]) : over;
    try {
      return await until(
        signal,
        // workerd knows no cookies, and throws for what would keep them back.
        follow(url, {
          ...init,
          redirect: 'manual',
          signal,
          ...('credentials' in Request.prototype && { credentials: 'omit' }),
        }),
      );
    } catch (cause) {
      if (isMcpError(cause)) throw cause;
      const facts = { cause, url: shown(url) };
      if (init.signal?.aborted === true) throw new McpError('aborted', `Stopped asking ${facts.url}`, facts);
      if (over.aborted) throw new McpError('timeout', `${facts.url} has not answered within ${timeoutMs} ms`, facts);
      throw new McpError('connection_failed', `Cannot ask ${facts.url}${reasonOf(cause)}`, facts);
    }
  };
}

/** Settles as the promise does, or rejects when the signal aborts: not everything obeys one. */
function until<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

async function bounded(response: Response, url: URL, maxBytes: number): Promise<Response> {
  const { status, statusText, body } = response;
  const bytes = body === null ? null : await readBytes(body, maxBytes).catch(broken);
  if (bytes === undefined) {
    throw new McpError('limit_exceeded', `The answer of ${shown(url)} is longer than ${maxBytes} bytes`, {
      url: shown(url),
    });
  }
  const headers = new Headers(response.headers);
  // Of the body as it was sent.
  for (const name of ['content-encoding', 'content-length']) headers.delete(name);
  // A view of bytes, as a body must be; no response is shared memory.
  const content = BODILESS.includes(status) ? null : (bytes as Uint8Array<ArrayBuffer> | null);
  return new Response(content, { status, statusText, headers });
}

/** Reading it says `aborted`, as a server sees it. */
function broken(error: unknown): never {
  throw new Error('the answer broke off', { cause: (error as Error).cause });
}

function notPublic(url: URL, what: string): McpError {
  return refused(url, `only public hosts are asked, and ${what}: ${allow(bareHost(url))}`);
}

function refused(url: URL, why: string): McpError {
  return new McpError('invalid_message', `Refused to ask ${shown(url)}: ${why}`, { url: shown(url) });
}

function allow(host: string): string {
  return `if it is meant, name ${JSON.stringify(host)} in allowPrivateHosts`;
}

/** Without what may be secret (a query, a user name), and no longer than a line. */
function shown(url: URL): string {
  return (url.host === '' ? `a ${url.protocol} URL` : `${url.protocol}//${url.host}${url.pathname}`).slice(0, 200);
}

function portOf({ port, protocol }: URL): string {
  return port || (protocol === 'http:' ? '80' : '443');
}

/** An entry of `allowPrivateHosts` as `URL` spells it. */
function normalHost(entry: string): string {
  const host = /^[^[]*:.*:/.test(entry) ? `[${entry}]` : entry;
  const url = URL.canParse(`https://${host}`) ? new URL(`https://${host}`) : undefined;
  if (url === undefined || url.href !== `https://${url.host}/`) {
    throw new TypeError(
      `allowPrivateHosts: ${JSON.stringify(entry)} is no host, such as "sso.corp.example" or "10.1.2.3:8443"`,
    );
  }
  return /:\d+$/.test(host) ? `${bareHost(url)}:${portOf(url)}` : bareHost(url);
}

function reasonOf(error: unknown): string {
  const { cause = error } = error as { readonly cause?: unknown };
  const { code, message } = (cause ?? error) as { readonly code?: unknown; readonly message?: unknown };
  const reason = typeof code === 'string' ? code : message;
  return typeof reason === 'string' && reason !== '' ? ` (${reason})` : '';
}
