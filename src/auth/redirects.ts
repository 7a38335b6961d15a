/** Ways to send a person to an authorization server, for programs with a browser beside them and for servers. */
import { edge } from '#auth-edge';
import { McpError } from '../errors.js';
import { deferred } from '../util/deferred.js';
import { bareHost, isLoopbackHost } from './hosts.js';
import type { Redirect, RedirectSession } from './types.js';

/** Options of {@link loopback}. */
export interface LoopbackOptions {
  /** Where to listen, and the host of the redirect URI. Default `127.0.0.1`, which no other machine can reach. */
  readonly host?: '127.0.0.1' | '::1' | 'localhost';
  /** The port. Default 0, any that is free: authorization servers must accept every port (RFC 8252, section 7.3). */
  readonly port?: number;
  /** The path of the redirect URI. Default `/callback`. */
  readonly path?: string;
  /**
   * Opens the page of the authorization server: `false` writes its URL to stderr, a function gets it. Default: the system's browser,
   * and stderr where none can be started.
   */
  readonly open?: false | ((url: URL) => void | Promise<void>);
  /** The HTML that the browser shows at the end. Default: a sentence. It may hold styles, and no scripts. */
  readonly page?: string;
  /** Milliseconds to wait for the person. Default 300,000. */
  readonly timeoutMs?: number;
}

/** Begins to listen for one answer. */
export type Listen = (options: LoopbackOptions, signal: AbortSignal) => Promise<RedirectSession>;

/**
 * Signs in with the system's browser, whose answer arrives at a port of this machine: for programs on Node, Deno and Bun. Each
 * authorization has a listener of its own, which takes one answer (on the exact path and host, with the `state` that was sent) and
 * is gone then. The browser is started without a shell, for http(s) URLs only.
 *
 * @throws McpError `internal` where nothing can listen
 * @throws TypeError for a host, port or path that is none
 * @see https://www.rfc-editor.org/rfc/rfc8252#section-7.3
 *
 * @example
 * ```ts
 * const client = await McpClient.connect(url, { auth: oauth({ redirect: loopback() }) });
 * ```
 */
export function loopback(options: LoopbackOptions = {}): Redirect {
  const { host = '127.0.0.1', port = 0, path = '/callback' } = options;
  const { loopback: load } = edge;
  if (load === undefined) {
    throw new McpError(
      'internal',
      'loopback() needs Node, Deno or Bun: use popup() or redirect() in a browser, manual() in a server',
    );
  }
  if (!['127.0.0.1', '::1', 'localhost'].includes(host)) {
    throw new TypeError(`loopback: host ${JSON.stringify(host)} is not 127.0.0.1, ::1 or localhost`);
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new TypeError(`loopback: port ${port} is no port`);
  if (!path.startsWith('/') || new URL(`http://x${path}`).pathname !== path) {
    throw new TypeError(`loopback: path ${JSON.stringify(path)} is no path such as "/callback"`);
  }
  return { applicationType: 'native', begin: async (signal) => (await load()).listen(options, signal) };
}

/** Options of {@link manual}. */
export interface ManualOptions {
  /** Where the authorization server sends the person back to: https, or http on this machine. */
  readonly redirectUri: string;
  /**
   * Has the person visit a URL, and resolves with the whole URL that they came back with. The signal aborts when nobody waits any
   * longer.
   */
  readonly authorize: (url: URL, signal: AbortSignal) => Promise<URL | string>;
}

/**
 * Leaves both steps to the program: for servers that act for the people who use them, with a route of their own at the
 * redirect URI. Nothing else bounds how long it takes: reject, or abort the signal of connecting.
 *
 * @throws TypeError for a redirect URI that authorization servers must refuse
 *
 * @example
 * ```ts
 * const redirect = manual({
 *   redirectUri: 'https://app.example.com/oauth/callback',
 *   authorize: (url) => new Promise((resolve) => {
 *     waiting.set(url.searchParams.get('state'), resolve);   // the route calls it with its own URL
 *     showLink(url);
 *   }),
 * });
 * ```
 */
export function manual({ redirectUri, authorize }: ManualOptions): Redirect {
  return {
    applicationType: applicationTypeOf(redirectUri),
    begin: async (signal) => ({
      redirectUri,
      authorize: async (url) => new URL(await untilAborted(signal, () => authorize(url, signal))),
      close: async () => {},
    }),
  };
}

/**
 * What a redirect URI makes of its application: OpenID Connect has `web` ones use https.
 *
 * @throws TypeError for one that authorization servers must refuse
 */
export function applicationTypeOf(redirectUri: string): 'native' | 'web' {
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  const local = url !== undefined && isLoopbackHost(bareHost(url));
  if (url === undefined || url.hash !== '' || (url.protocol !== 'https:' && !(local && url.protocol === 'http:'))) {
    throw new TypeError(
      `redirectUri ${JSON.stringify(redirectUri)} is no https URL (or http one of this machine) without fragment`,
    );
  }
  return local ? 'native' : 'web';
}

/** Runs, and stops waiting when the signal aborts. @throws McpError `aborted` */
export async function untilAborted<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  const { promise, reject } = deferred<never>();
  const stop = (): void => reject(new McpError('aborted', 'Signing in was stopped', { cause: signal.reason }));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, ...(signal.aborted ? [] : [run()])]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
