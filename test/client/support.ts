/** A real HTTP server for one test, and the messages it speaks. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpClient, McpError, type ConnectOptions } from 'mcpwire/client';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The parsed body; an empty object when there is none. */
  readonly message: {
    id?: number;
    method?: string;
    params?: Record<string, unknown> & { _meta?: Record<string, unknown> };
  };
}

export type Answer = (received: Received, response: ServerResponse, request: IncomingMessage) => void;

export interface TestServer {
  readonly origin: string;
  readonly url: string;
  /** Everything that arrived, in order. */
  readonly received: Received[];
  readonly server: Server;
}

/** Starts a server that is stopped when the test ends. */
export async function listen(answer: Answer): Promise<TestServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const entry: Received = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body,
        message: body === '' ? {} : (JSON.parse(body) as Received['message']),
      };
      received.push(entry);
      answer(entry, response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, url: `${origin}/mcp`, received, server };
}

/** A client that asks nothing before its first call, closed when the test ends. */
export async function pinned(url: string, options: ConnectOptions = {}): Promise<McpClient> {
  const client = await McpClient.connect(url, { protocolVersion: '2026-07-28', ...options });
  onTestFinished(() => client.close());
  return client;
}

export const result = (id: unknown, value: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...value } });

export const failure = (id: unknown, code: number, message = 'no', data?: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } });

export const notification = (method: string, params: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', method, params });

export const progress = ({ message }: Received, value: number, total?: number): string =>
  notification('notifications/progress', {
    progressToken: message.params?._meta?.['progressToken'],
    progress: value,
    total,
  });

export const event = (data: string): string => `data: ${data}\n\n`;

export function json(response: ServerResponse, body: string, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

export function sse(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' });
}

/** The error that a promise rejects with, as an `McpError`. */
export async function errorOf(promise: Promise<unknown>): Promise<McpError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof McpError) return error;
    throw new Error(`rejected with something that is no McpError: ${String(error)}`, { cause: error });
  }
  throw new Error('resolved');
}

/** Everything that an iteration yields. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** A promise with its functions: what `Promise.withResolvers` makes, which Node 20 does not have. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((r) => (resolve = r));
  return { promise, resolve };
}
