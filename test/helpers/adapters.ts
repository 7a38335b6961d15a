/** Every way into a server over HTTP, behind one function, so that one table of requests runs against all of them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve, toNodeListener } from 'mcpwire/node';
import type { McpServer } from 'mcpwire/server';
import { send, type RawAnswer, type RawRequest } from './raw-http.js';

export interface Mounted {
  send(request: RawRequest): Promise<RawAnswer>;
  readonly port: number | undefined;
  close(): Promise<void>;
}

export interface Adapter {
  readonly name: string;
  /** The body reaches the server as bytes; a framework's parser has not been there before. */
  readonly raw: boolean;
  mount(server: McpServer<unknown>): Promise<Mounted>;
}

/** Listens on a free loopback port. */
export async function listen(http: Server): Promise<{ port: number; close: () => Promise<void> }> {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    port: (http.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

async function mountListener(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<Mounted> {
  const { port, close } = await listen(createServer(handler));
  return { port, close, send: (request) => send(port, request) };
}

type Parsed = IncomingMessage & { body?: unknown };

/** What frameworks do before their routes run: read the body, parse it where it is JSON, and put it on the request. */
export function parsesFirst(next: (request: Parsed, response: ServerResponse) => void) {
  return (request: Parsed, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      try {
        request.body = JSON.parse(Buffer.concat(chunks).toString());
      } catch {
        request.body = {};
      }
      next(request, response);
    });
  };
}

export const adapters: readonly Adapter[] = [
  {
    name: 'server.fetch',
    raw: true,
    mount: (server) =>
      Promise.resolve({
        port: undefined,
        close: () => Promise.resolve(),
        async send({ headers = [], body, ...rest }) {
          const method = rest.method ?? 'POST';
          const list = new Headers();
          for (const [name, value] of headers) list.append(name, value);
          const bodyless = method === 'GET' || method === 'HEAD' || body === undefined;
          const request = new Request('http://127.0.0.1/mcp', {
            method,
            headers: list,
            body: bodyless ? null : typeof body === 'string' ? body : new Uint8Array(body),
          });
          const response = await server.fetch(request);
          return { status: response.status, headers: response.headers, text: await response.text() };
        },
      }),
  },
  {
    name: 'serve',
    raw: true,
    async mount(server) {
      const { url, close } = await serve(server);
      const port = Number(new URL(url).port);
      return { port, close: () => close({ graceMs: 0 }), send: (request) => send(port, request) };
    },
  },
  {
    name: 'toNodeListener in a bare http server',
    raw: true,
    mount: (server) => mountListener(toNodeListener(server)),
  },
  {
    name: 'toNodeListener behind a body parser, with trustParsedBody',
    raw: false,
    mount: (server) => mountListener(parsesFirst(toNodeListener(server, { trustParsedBody: true }))),
  },
];
