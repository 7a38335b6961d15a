/** A client of the HTTP+SSE transport, by hand: reads its stream event by event, and posts what it is told. */
import { request, type IncomingMessage } from 'node:http';
import type { Json } from '../helpers/wire.js';

export interface OldEvent {
  readonly event?: string;
  readonly data?: string;
  readonly comment?: string;
}

export interface OldClient {
  readonly endpoint: URL;
  readonly headers: IncomingMessage['headers'];
  readonly response: IncomingMessage;
  /** The next event or comment; `undefined` at the end. */
  readonly next: () => Promise<OldEvent | undefined>;
  /** The next message. */
  readonly message: () => Promise<any>;
  /** Posts, by default to where the stream has said. */
  readonly post: (
    body: unknown,
    to?: { readonly url?: URL; readonly headers?: Record<string, string> },
  ) => Promise<Response>;
  /** The handshake, its answer returned. */
  readonly greet: (revision?: string, capabilities?: Json) => Promise<any>;
  readonly leave: () => void;
}

/** GET by Node's own client, which neither reconnects nor corrects anything. */
export function get(url: URL, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { accept: 'text/event-stream', ...headers } }, resolve)
      .on('error', reject)
      .end();
  });
}

export async function openStream(url: URL, headers: Record<string, string> = {}): Promise<OldClient> {
  const response = await get(url, headers);
  if (response.statusCode !== 200) throw new Error(`GET ${url.href}: ${response.statusCode}`);
  response.setEncoding('utf8');
  const parts = blocks(response);
  const next = async (): Promise<OldEvent | undefined> => (await parts.next()).value;
  const first = await next();
  if (first?.event !== 'endpoint') throw new Error(`The stream begins with ${JSON.stringify(first)}`);
  const endpoint = new URL(first.data ?? '', url);
  const post: OldClient['post'] = (body, to = {}) =>
    fetch(to.url ?? endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers, ...to.headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const message = async (): Promise<any> => {
    for (;;) {
      const event = await next();
      if (event === undefined) return undefined;
      if (event.comment !== undefined) continue;
      if (event.event !== 'message') throw new Error(`Not a message: ${JSON.stringify(event)}`);
      return JSON.parse(event.data ?? '');
    }
  };
  return {
    endpoint,
    headers: response.headers,
    response,
    next,
    message,
    post,
    async greet(revision = '2024-11-05', capabilities = {}) {
      await post(initialize(revision, capabilities));
      const answer = await message();
      await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
      return answer;
    },
    leave: () => void response.destroy(),
  };
}

async function* blocks(response: IncomingMessage): AsyncGenerator<OldEvent, undefined> {
  let text = '';
  try {
    for await (const chunk of response) {
      text += String(chunk);
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        yield Object.fromEntries(
          lines.map((line) => (line.startsWith(':') ? ['comment', line.slice(1)] : line.split(/: (.*)/s, 2))),
        ) as OldEvent;
      }
    }
  } catch {
    // Cut off: as much an end as any other.
  }
  return undefined;
}

export function initialize(protocolVersion: string, capabilities: Json = {}, id: string | number = 0): Json {
  return {
    jsonrpc: '2.0',
    id,
    method: 'initialize',
    params: { protocolVersion, capabilities, clientInfo: { name: 'old', version: '1' } },
  };
}

export function callOf(name: string, id: string | number = 1, args: Json = {}): Json {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } };
}
