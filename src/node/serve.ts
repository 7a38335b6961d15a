import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpError } from '../errors.js';
import type { McpServer } from '../server/server.js';
import { listenerOf } from './listener.js';

/** Milliseconds that the last bytes of an answer get to leave the machine before a closing server cuts its sockets. */
const FLUSH_MS = 500;

/** Options of {@link serve}. */
export interface ServeOptions {
  /** Default 0: a free port, told by `url`. */
  readonly port?: number;
  /**
   * The address to listen on. Default `127.0.0.1`: reachable from this machine alone. Anything else exposes the server to a
   * network; give it authentication and `allowedHosts` then.
   */
  readonly host?: string;
  /**
   * The path of the endpoint. Others are answered with 404, but those of the server's `legacy.httpSse`, and where clients
   * look for the metadata of its `auth`. Default `/mcp`.
   */
  readonly path?: string;
  /** Closes what `serve` started when it aborts; the server stays open for other places. Default: none. */
  readonly signal?: AbortSignal;
}

/** A server that is listening. */
export interface RunningServer {
  /** Where clients connect. */
  readonly url: string;
  /**
   * Stops listening, lets running requests finish, then aborts and cuts what is left. The server itself stays open, for
   * other places where it is mounted.
   *
   * @param options `graceMs`: milliseconds that running requests get. Default 5,000
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Serves a server over HTTP on Node (Bun and Deno have the modules it needs, too).
 *
 * @throws McpError `connection_failed` when the port cannot be listened on
 * @example
 * ```ts
 * const { url, close } = await serve(server, { port: 3000 });
 * ```
 */
export async function serve(server: McpServer<unknown>, options: ServeOptions = {}): Promise<RunningServer> {
  const { port = 0, host = '127.0.0.1', path = '/mcp', signal } = options;
  if (signal?.aborted === true) throw new McpError('aborted', 'serve was aborted', { cause: signal.reason });
  const running = server['~http'].running.part();
  // What this process seals comes back to this process.
  server['~http'].service.alone = true;
  const listener = listenerOf(server['~http'], false, running);
  const { legacy } = server['~http'];
  const { sse, messages } = (legacy || {}).httpSse ?? {};
  const http = createServer((request, response) => {
    const { url = '/' } = request;
    const query = url.indexOf('?');
    const asked = query === -1 ? url : url.slice(0, query);
    if (asked === path || asked === sse || asked === messages) return listener(request, response);
    if (asked.startsWith('/.well-known/')) {
      const found = server.metadata({ method: request.method ?? '', url: `http://localhost${asked}` });
      if (found !== undefined) {
        const { status, headers } = found;
        return void found.text().then((text) => response.writeHead(status, Object.fromEntries(headers)).end(text));
      }
    }
    response
      .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
      .end(`Not found; the MCP endpoint is ${path}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    http.on('error', (cause) => {
      reject(new McpError('connection_failed', `Cannot listen on ${host}:${port}: ${cause.message}`, { cause }));
    });
    http.listen(port, host, resolve);
  });

  let closed: Promise<void> | undefined;
  const close = (closing?: { readonly graceMs?: number }) => (closed ??= shutDown(closing));
  async function shutDown(closing?: { readonly graceMs?: number }): Promise<void> {
    signal?.removeEventListener('abort', onAbort);
    const stopped = new Promise<void>((resolve) => http.close(() => resolve()));
    await running.close(closing?.graceMs ?? 5_000);
    // Every answer has been handed to its socket by now; a socket becomes idle when its last byte has left.
    const sweep = setInterval(() => http.closeIdleConnections(), 10);
    const cut = setTimeout(() => http.closeAllConnections(), FLUSH_MS);
    await stopped;
    clearInterval(sweep);
    clearTimeout(cut);
  }
  const onAbort = () => void close();
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();

  // A TCP listener's address is an object; only pipes have strings.
  const { port: actual } = http.address() as AddressInfo;
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${actual}${path}`, close };
}
