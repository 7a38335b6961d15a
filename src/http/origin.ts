/**
 * Who may talk to an endpoint: the `Origin` and `Host` policy, and the CORS headers that follow from it.
 *
 * A web page that a user visits can send requests to the user's own machine, and by DNS rebinding it can even make them
 * look same-origin. A request that a page sent carries an `Origin` that the page cannot change; a request that came
 * through a rebound name carries a `Host` that is not ours. Both are checked on every request, before anything else.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#security--endpoint
 */

/** Decides which web origins are served: exact origins, patterns that must match the whole origin, or a function. */
export type Origins = readonly (string | RegExp)[] | ((origin: string) => boolean);

/** CORS details beyond admission, which `origins` decides. */
export interface CorsOptions {
  /** Seconds a browser may remember a preflight. Default 7,200, the most that Chromium honours. */
  readonly maxAgeSeconds?: number;
  /** Further response headers that pages may read. Default none. */
  readonly exposeHeaders?: readonly string[];
}

/** What the policy asks of a request. Methods, because some answers cost a URL parse that most requests do not need. */
export interface Caller {
  get(header: string): string | null | undefined;
  /** The host and port that the caller asked for: the `Host` header, else the URL's. */
  authority(): string;
  /** Whether the connection ends at a loopback address, as far as is known. */
  loopback(): boolean;
}

/** Answers why a caller is refused, or `undefined`. */
export type Policy = (caller: Caller, origin: string | null | undefined) => string | undefined;

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Whether a host name, without port, is one of the loopback names that browsers never resolve elsewhere. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/** The name in a `Host` value, in lower case, or `undefined` when it is not a plain host and port. */
export function hostnameOf(host: string): string | undefined {
  return HOST.exec(host)?.[1]?.toLowerCase();
}

/**
 * Compiles the two options into one function, which answers why a caller is refused.
 *
 * @throws TypeError for an entry of `origins` that could never match or would match too much
 */
export function compilePolicy(origins: Origins | undefined, allowedHosts: readonly string[] | undefined): Policy {
  const admits = origins === undefined ? undefined : compileOrigins(origins);
  const hosts = allowedHosts === undefined ? undefined : new Set(allowedHosts.map((host) => host.toLowerCase()));
  const isAllowedHost = (host: string, hostname: string) =>
    hosts !== undefined && (hosts.has(host.toLowerCase()) || hosts.has(hostname));

  // The last one that was admitted whatever else is true: nearly every request names the same host.
  let known: string | undefined;

  return (caller, origin) => {
    const fromBrowser = origin !== null && origin !== undefined;
    const host = caller.get('host');
    // Nothing to compare: a request made in memory, or a runtime that keeps Host to itself.
    if (!fromBrowser && hosts === undefined && (host === null || host === undefined)) return undefined;
    const authority = caller.authority();
    if (!fromBrowser && authority === known) return undefined;
    const hostname = hostnameOf(authority);
    if (hostname === undefined) return 'The Host header is missing or malformed';
    const allowed = isAllowedHost(authority, hostname);
    const local = isLoopback(hostname);
    if (!allowed && (hosts === undefined ? !local && caller.loopback() : !local || !caller.loopback())) {
      return `Host ${JSON.stringify(authority)} is not in the option allowedHosts`;
    }
    if (allowed || (hosts === undefined && local)) known = authority;
    if (!fromBrowser) return undefined;
    if (origin !== 'null' && (admits?.(origin) ?? admitsByDefault(origin, authority, local, allowed))) return undefined;
    return `Origin ${JSON.stringify(origin)} is not in the option origins`;
  };
}

function admitsByDefault(origin: string, authority: string, local: boolean, allowed: boolean): boolean {
  const url = parseOrigin(origin);
  // Pages of other schemes (extensions, app shells) are somebody's program, not a page of this machine or of this server.
  if (url === undefined || !/^https?:$/.test(url.protocol)) return false;
  return isLoopback(url.hostname) ? local : allowed && url.host === authority.toLowerCase();
}

function compileOrigins(origins: Origins): (origin: string) => boolean {
  if (typeof origins === 'function') return origins;
  const exact = new Set<string>();
  const patterns: RegExp[] = [];
  for (const entry of origins) {
    if (entry instanceof RegExp) {
      // A pattern must account for the whole origin, so that /example\.com/ does not admit https://example.com.evil.test.
      patterns.push(new RegExp(`^(?:${entry.source})$`, entry.flags.replace(/[gmy]/g, '')));
    } else if (parseOrigin(entry) === undefined) {
      throw new TypeError(`origins: ${JSON.stringify(entry)} is no origin, such as "https://app.example.com"`);
    } else {
      exact.add(entry);
    }
  }
  return (origin) => exact.has(origin) || patterns.some((pattern) => pattern.test(origin));
}

function parseOrigin(origin: string): URL | undefined {
  try {
    const url = new URL(origin);
    // Schemes such as chrome-extension: have the opaque origin "null", yet their pages send scheme and host.
    return url.origin === origin || (url.origin === 'null' && `${url.protocol}//${url.host}` === origin)
      ? url
      : undefined;
  } catch {
    return undefined;
  }
}

const EXPOSED = ['WWW-Authenticate', 'Retry-After', 'Mcp-Session-Id'];

/** The headers that let an admitted origin's page read an answer. */
export function corsHeaders(origin: string, options: CorsOptions): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': [...EXPOSED, ...(options.exposeHeaders ?? [])].join(', '),
    vary: 'Origin',
  };
}

/**
 * The further headers of a preflight's answer. The requested header names are granted as they are: which `Mcp-Param-*`
 * headers exist depends on the tools, and the origin was admitted already.
 */
export function preflightHeaders(
  requested: string | null | undefined,
  { maxAgeSeconds = 7200 }: CorsOptions,
): Record<string, string> {
  return {
    // GET and DELETE are for sessions of older revisions.
    'access-control-allow-methods': 'POST, GET, DELETE',
    'access-control-allow-headers': requested ?? '',
    'access-control-max-age': String(maxAgeSeconds),
    vary: 'Origin, Access-Control-Request-Headers',
  };
}
