/** A listener for the answer of an authorization server, and the system's browser to ask it with. */
import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpError } from '../errors.js';
import { deferred, type Deferred } from '../util/deferred.js';
import { openable } from './browser-url.js';
import type { Listen, LoopbackOptions } from './redirects.js';

// Nothing of the query is shown, not even an error: anybody can have a browser ask for it (RFC 9207, section 2.4).
const PAGE =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Back to the program</title>' +
  '<body style="font:1.2rem/1.5 system-ui;margin:4rem auto;max-width:30rem;padding:0 1rem">' +
  '<p>The answer has arrived. You can close this page and go back to the program that opened it.</p>';
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  connection: 'close',
};

interface Waiting extends Deferred<URL> {
  /** What the request carried where it can be seen, and the answer must carry. */
  readonly state: string | undefined;
}

/** {@link loopback} from here on. */
export const listen: Listen = async (options, signal) => {
  const { host = '127.0.0.1', port = 0, path = '/callback', page = PAGE, timeoutMs = 300_000 } = options;
  let origin = '';
  let waiting: Waiting | undefined;
  let over: McpError | undefined;

  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    const status = receive(request, response);
    // Text alone, and none of the caller's.
    if (status !== undefined) response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain' }).end(`${status}`);
  });

  /** Takes the one answer. @returns the status of anything else */
  function receive({ method, url = '', headers }: IncomingMessage, response: ServerResponse): number | undefined {
    // A page that had its own name lead here sends that.
    if (`http://${headers.host}` !== origin) return 403;
    if (url.split('?', 1)[0] !== path) return 404;
    if (method !== 'GET') return 405;
    if (waiting === undefined) return 409;
    const answer = new URL(origin + url);
    const { state } = waiting;
    const states = answer.searchParams.getAll('state');
    const fits = state === undefined || (states.length === 1 && states[0] === state);
    // Any page can have a browser ask for this path, and none but the asked server knows the state.
    if (!fits || !(answer.searchParams.has('code') || answer.searchParams.has('error'))) return 400;
    const { resolve } = waiting;
    waiting = undefined;
    server.close();
    // The page first: whoever waits may end the program.
    response.on('close', () => resolve(answer));
    response.writeHead(200, HEADERS).end(page);
    return undefined;
  }

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= new Promise((resolve) => {
      signal.removeEventListener('abort', stop);
      over ??= new McpError('closed', 'Signing in has ended');
      waiting?.reject(over);
      waiting = undefined;
      server.close(() => resolve());
      server.closeAllConnections();
    }));
  const end = (error: McpError): void => {
    over ??= error;
    void close();
  };
  const stop = (): void => end(new McpError('aborted', 'Signing in was stopped', { cause: signal.reason }));

  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const where = `${host}:${port}`;
      reject(
        new McpError(
          'connection_failed',
          `Cannot listen on ${where} for the authorization server's answer (${cause.message})`,
          { cause },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
  origin = `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });

  return {
    redirectUri: origin + path,
    async authorize(url) {
      if (over !== undefined) throw over;
      const href = openable(url);
      const own = { ...deferred<URL>(), state: url.searchParams.get('state') ?? undefined };
      waiting = own;
      const tooLong = new McpError('timeout', `Nobody has signed in within ${timeoutMs} ms`);
      const timer = setTimeout(() => end(tooLong), timeoutMs);
      try {
        // Whoever opens the page may take as long as the person.
        show(href, options.open, () => waiting === own)?.catch(own.reject);
        return await own.promise;
      } finally {
        clearTimeout(timer);
        await close();
      }
    },
    close,
  };
};

function show(href: string, open: LoopbackOptions['open'], unanswered: () => boolean): Promise<void> | undefined {
  if (typeof open === 'function') return Promise.resolve(href).then((text) => open(new URL(text)));
  let told = false;
  const tell = (): void => {
    if (!told && unanswered()) console.error(`Open this page in a browser to sign in:\n\n  ${href}\n`);
    told = true;
  };
  if (open === false) tell();
  else openBrowser(href, tell);
  return undefined;
}

/** Starts the system's browser: an argument of its own for the URL, and no shell to read it. */
function openBrowser(href: string, failed: () => void): void {
  const { platform, env } = process;
  const [command, ...args] =
    platform === 'darwin'
      ? ['/usr/bin/open', href]
      : platform === 'win32'
        ? [`${env['SYSTEMROOT'] ?? 'C:\\Windows'}\\System32\\rundll32.exe`, 'url.dll,FileProtocolHandler', href]
        : ['xdg-open', href];
  const child = spawn(command, args, { stdio: 'ignore', detached: true, shell: false, windowsHide: true });
  child.on('error', failed).on('exit', (code) => code !== 0 && failed());
  child.unref();
  // It may well start one in a terminal that nobody sees.
  const screens = ['DISPLAY', 'WAYLAND_DISPLAY', 'BROWSER'];
  if (platform !== 'darwin' && platform !== 'win32' && screens.every((name) => !env[name])) failed();
}
