/** Older servers that are one function: over scripted HTTP, and over a channel. */
import { McpClient, type ConnectOptions, type McpError } from 'mcpwire/client';
import { ChannelTransport } from 'mcpwire/stdio';
import { onTestFinished } from 'vitest';
import { driven, type Driven } from '../stdio/channels.js';

export interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: Record<string, any>;
  readonly result?: Record<string, any>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export const INITIALIZED = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'old', version: '1.0.0' },
  instructions: 'Be patient.',
};

export const DISCOVERED = {
  resultType: 'complete',
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {} },
  _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'new', version: '2.0.0' } },
};

/** A JSON response that carries a result. */
export const result = (id: unknown, value: object = {}): Response =>
  Response.json({ jsonrpc: '2.0', id, result: value });

/** A JSON response that carries an error. */
export const failure = (id: unknown, code: number, data?: unknown, status = 200): Response =>
  Response.json({ jsonrpc: '2.0', id, error: { code, message: 'no', data } }, { status });

/** What `fetch` throws in a browser, and what it throws in Node. */
export const opaque = (): never => {
  throw new TypeError('Failed to fetch');
};
export const unreachable = (code = 'ECONNREFUSED'): never => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code}`), { code }) });
};

export interface Answers {
  readonly discover?: (message: Message, headers: Headers) => Response | Promise<Response>;
  readonly initialize?: (message: Message) => Response | Promise<Response>;
  readonly other?: (message: Message) => Response | Promise<Response>;
  /** What GET and DELETE get. */
  readonly get?: (headers: Headers) => Response | Promise<Response>;
}

export interface OldHttp {
  readonly fetch: NonNullable<ConnectOptions['fetch']>;
  /** The methods of all messages, in order. */
  readonly methods: string[];
  readonly messages: Message[];
}

/** An older server behind `fetch`. It refuses what it does not know with 400, and shakes hands. */
export function oldHttp({ discover, initialize, other, get }: Answers = {}): OldHttp {
  const methods: string[] = [];
  const messages: Message[] = [];
  return {
    methods,
    messages,
    async fetch(_url, init) {
      const headers = new Headers(init.headers);
      if (init.method !== 'POST') return get?.(headers) ?? new Response(null, { status: 405 });
      const message = JSON.parse(init.body as string) as Message;
      messages.push(message);
      methods.push(message.method ?? 'answer');
      if (message.method === 'server/discover') {
        return (discover ?? (() => new Response('Bad Request', { status: 400 })))(message, headers);
      }
      if (message.method === 'initialize') return (initialize ?? (({ id }) => result(id, INITIALIZED)))(message);
      if (message.id === undefined || message.method === undefined) return new Response(null, { status: 202 });
      return (other ?? (({ id }) => result(id, { content: [] })))(message);
    },
  };
}

/** A server behind a channel, driven by hand. */
export interface OldChannel extends Driven {
  readonly transport: ChannelTransport;
  /** The next message; it must be of this method. */
  expect(method: string): Promise<Message & { readonly id: number }>;
  answer(id: unknown, result?: object): Promise<void>;
  refuse(id: unknown, code: number, data?: unknown): Promise<void>;
  notify(method: string, params?: object): Promise<void>;
  ask(id: number | string, method: string, params?: object): Promise<void>;
}

/** @param probeMs milliseconds of silence before the handshake goes out as well */
export function oldChannel({ probeMs = 5_000 }: { readonly probeMs?: number } = {}): OldChannel {
  const channel = driven();
  return {
    ...channel,
    transport: Object.assign(new ChannelTransport(channel.channel), { probeMs }),
    async expect(method) {
      const message = (await channel.next()) as (Message & { readonly id: number }) | undefined;
      if (message?.method !== method) throw new Error(`expected ${method}, got ${JSON.stringify(message)}`);
      return message;
    },
    answer: (id, value = {}) => channel.send({ jsonrpc: '2.0', id, result: value }),
    refuse: (id, code, data) => channel.send({ jsonrpc: '2.0', id, error: { code, message: 'no', data } }),
    notify: (method, params) => channel.send({ jsonrpc: '2.0', method, params }),
    ask: (id, method, params) => channel.send({ jsonrpc: '2.0', id, method, params }),
  };
}

export interface Connected extends OldChannel {
  readonly client: McpClient;
  readonly warnings: McpError[];
  /** What was sent as `initialize`. */
  readonly hello: Message;
}

/** A client that has shaken hands with a server on a channel. */
export async function connected(
  answer: { readonly protocolVersion?: string; readonly capabilities?: object } = {},
  options: ConnectOptions = {},
): Promise<Connected> {
  const server = oldChannel();
  const warnings: McpError[] = [];
  const connecting = McpClient.connect(server.transport, {
    onWarning: (warning) => warnings.push(warning),
    protocolVersion: '2025-11-25',
    ...options,
  });
  const hello = await server.expect('initialize');
  await server.answer(hello.id, { ...INITIALIZED, ...answer });
  await server.expect('notifications/initialized');
  const client = await connecting;
  onTestFinished(() => client.close());
  return { ...server, client, warnings, hello };
}
