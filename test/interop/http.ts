/** Real HTTP on the loopback interface: places where servers are served, and lines that break. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer as createLine, type AddressInfo, type Socket } from 'node:net';
import { gate } from '../helpers/gate.ts';

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** One request as it came in, and its answer. */
export interface Seen {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly response: ServerResponse;
}

export interface Place {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Another program takes over, as behind a proxy: streams that are open break, idle connections stay. */
  restart(listener: Listener): void;
  /** Breaks the streams that are open, and nothing else. */
  breakStreams(): void;
  close(): Promise<void>;
}

export async function place(listener: Listener, path = '/mcp'): Promise<Place> {
  const seen: Seen[] = [];
  let current = listener;
  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', headers: request.headers, response });
    current(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakStreams = (): void => {
    for (const { response } of seen) if (!response.writableEnded) response.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    seen,
    breakStreams,
    restart(next) {
      current = next;
      breakStreams();
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A line to a place, which can be cut. */
export interface Line {
  readonly url: string;
  /** Breaks every connection that is open, without a goodbye. */
  cut(): void;
  close(): Promise<void>;
}

export async function line(to: string): Promise<Line> {
  const { port, pathname } = new URL(to);
  const sockets = new Set<Socket>();
  const server = createLine((near) => {
    const far = connect(Number(port), '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      // Both ends hear of it by the reset.
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    cut,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}

/** A `fetch` that tells when a GET was answered with a stream: from then on a server can tell of what belongs to no call. */
export function listeningFetch(): { fetch: typeof fetch; listening: Promise<unknown> } {
  const { opened: listening, open } = gate();
  return {
    listening,
    async fetch(input, init) {
      const response = await fetch(input, init);
      if (init?.method === 'GET' && response.ok) open();
      return response;
    },
  };
}
