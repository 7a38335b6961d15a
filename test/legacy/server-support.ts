/** A client of an older revision that does what a test says, message by message, and nothing by itself. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { onTestFinished, vi } from 'vitest';
import { memoryBus, type McpServer, type ServerOptions } from 'mcpwire/server';
import { serve, type RunningServer } from 'mcpwire/node';
import { memoryEventStore } from '../../src/legacy/event-store.ts';
import { memorySessionStore } from '../../src/legacy/session-store.ts';
import { settle } from '../helpers/gate.js';
import type { Json } from '../helpers/wire.js';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What a message of the other side is looked into for. */
export type Message = Record<string, any>;

const JSON_AND_STREAM = 'application/json, text/event-stream';
const NEWEST = '2025-11-25';

export interface ClientSettings {
  readonly revision?: string;
  readonly capabilities?: Json;
  readonly clientInfo?: unknown;
  readonly accept?: string;
  readonly fetch?: Fetch;
  readonly headers?: Record<string, string>;
}

/** One event of a stream. */
export interface Event {
  readonly id?: string | undefined;
  readonly data: string;
}

/** Reads an event stream as it arrives. */
export class EventReader {
  /** Ids and data of everything so far. */
  readonly events: Event[] = [];
  readonly retries: number[] = [];
  readonly status: number;
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #decoder = new TextDecoder();
  readonly #waiting: EventSourceMessage[] = [];
  readonly #parser = createParser({
    onEvent: (event) => {
      this.events.push({ id: event.id, data: event.data });
      this.#waiting.push(event);
    },
    onRetry: (ms) => void this.retries.push(ms),
  });

  constructor(response: Response) {
    this.response = response;
    this.status = response.status;
    this.#reader = response.body?.getReader();
  }

  get lastEventId(): string | undefined {
    return this.events
      .map(({ id }) => id)
      .reverse()
      .find((id) => id !== undefined);
  }

  /** The next event, those without data too. `undefined` at the end. */
  async event(): Promise<Event | undefined> {
    for (;;) {
      const event = this.#waiting.shift();
      if (event !== undefined) return event;
      const { done, value } = (await this.#reader?.read()) ?? { done: true };
      if (done || value === undefined) return undefined;
      this.#parser.feed(this.#decoder.decode(value, { stream: true }));
    }
  }

  /** The next message. `undefined` at the end. */
  async message(): Promise<Message | undefined> {
    for (;;) {
      const event = await this.event();
      if (event === undefined) return undefined;
      if (event.data !== '') return JSON.parse(event.data) as Message;
    }
  }

  /** All messages to the end. */
  async rest(): Promise<Message[]> {
    const messages: Message[] = [];
    for (let one = await this.message(); one !== undefined; one = await this.message()) messages.push(one);
    return messages;
  }

  /** Cuts the connection. */
  async cut(): Promise<void> {
    await this.#reader?.cancel();
  }
}

export class OldClient {
  readonly url: string;
  readonly settings: ClientSettings;
  sessionId: string | undefined;
  /** The result of `initialize`. */
  greeting: Message = {};
  #lastId = 0;

  constructor(url: string, settings: ClientSettings = {}) {
    this.url = url;
    this.settings = settings;
  }

  /** Shakes hands. */
  static async open(url: string, settings: ClientSettings = {}): Promise<OldClient> {
    const client = new OldClient(url, settings);
    const response = await client.post(client.hello());
    client.sessionId = response.headers.get('mcp-session-id') ?? undefined;
    client.greeting = ((await response.json()) as Message)['result'] as Message;
    await client.notify('notifications/initialized');
    return client;
  }

  /** The same session, at another process. */
  at(url: string, settings: ClientSettings = this.settings): OldClient {
    const client = new OldClient(url, settings);
    client.sessionId = this.sessionId;
    client.#lastId = this.#lastId + 1000;
    return client;
  }

  get revision(): string {
    return this.settings.revision ?? NEWEST;
  }

  hello(): Json {
    const { capabilities = {}, clientInfo = { name: 'old', version: '1.0.0' } } = this.settings;
    const params = { protocolVersion: this.revision, capabilities, clientInfo };
    return { jsonrpc: '2.0', id: 'hello', method: 'initialize', params };
  }

  headers(more: Record<string, string> = {}): Record<string, string> {
    const { accept = JSON_AND_STREAM, headers } = this.settings;
    const shaken = this.sessionId !== undefined || 'protocolVersion' in this.greeting;
    return {
      'content-type': 'application/json',
      accept,
      // From 2025-06-18 on; and before the handshake there is no version.
      ...(shaken && this.revision >= '2025-06-18' && { 'mcp-protocol-version': this.revision }),
      ...(this.sessionId !== undefined && { 'mcp-session-id': this.sessionId }),
      ...headers,
      ...more,
    };
  }

  send(method: string, body?: string, headers: Record<string, string> = {}): Promise<Response> {
    const { fetch: way = fetch } = this.settings;
    return way(this.url, { method, headers: this.headers(headers), ...(body !== undefined && { body }) });
  }

  post(message: unknown, headers?: Record<string, string>): Promise<Response> {
    return this.send('POST', JSON.stringify(message), headers);
  }

  /** Sends a request. What comes back is not read. */
  request(method: string, params: Json = {}, id: unknown = ++this.#lastId): Promise<Response> {
    return this.post({ jsonrpc: '2.0', id, method, params });
  }

  async notify(method: string, params?: Json): Promise<Response> {
    const response = await this.post({ jsonrpc: '2.0', method, ...(params && { params }) });
    await response.arrayBuffer();
    return response;
  }

  /** Answers a question of the server. */
  async answer(question: Message | undefined, result: unknown): Promise<Response> {
    const response = await this.post({ jsonrpc: '2.0', id: question?.['id'] as unknown, result });
    await response.arrayBuffer();
    return response;
  }

  /** The response to a request, whether it comes as JSON or at the end of a stream. */
  async ask(method: string, params?: Json, id?: unknown): Promise<Message> {
    return responseOf(await this.request(method, params, id));
  }

  /** Calls a tool and reads its stream. */
  async call(name: string, args: Json = {}, more: Json = {}, id?: unknown): Promise<EventReader> {
    return new EventReader(await this.request('tools/call', { name, arguments: args, ...more }, id));
  }

  /** GET. */
  async listen(lastEventId?: string): Promise<EventReader> {
    const headers = { accept: 'text/event-stream', ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
    return new EventReader(await this.send('GET', undefined, headers));
  }

  async end(): Promise<number> {
    return (await this.send('DELETE')).status;
  }
}

/** The one message of an answer; of a stream, the last. */
export async function responseOf(response: Response): Promise<Message> {
  const { headers } = response;
  if (headers.get('content-type') === 'application/json') return (await response.json()) as Message;
  return (await new EventReader(response).rest()).at(-1) ?? {};
}

/** The text of a tool's result. */
export function textOf(response: Message | undefined): string {
  return String((response?.['result'] as Message)?.['content']?.[0]?.text);
}

/** Serves until the test ends. */
export async function serving(server: McpServer<unknown>): Promise<RunningServer> {
  const running = await serve(server);
  onTestFinished(async () => {
    await running.close({ graceMs: 0 });
    await server.close({ graceMs: 0 });
  });
  return running;
}

/** Options that several processes of one server share. */
export function shared(): ServerOptions & { readonly legacy: object } {
  return {
    secret: 'a secret that all processes know',
    bus: memoryBus(),
    legacy: { sessionStore: memorySessionStore(), eventStore: memoryEventStore() },
  };
}

/** Serves a server twice, as two processes that share what is to be shared. */
export async function twice(
  make: (options: ServerOptions) => McpServer<unknown>,
  options: ServerOptions = {},
): Promise<readonly [string, string, McpServer<unknown>, McpServer<unknown>]> {
  const common = { ...shared(), ...options };
  const one = make(common);
  const other = make(common);
  return [(await serving(one)).url, (await serving(other)).url, one, other];
}

/** Closes a server whose timers are played. */
export async function closing(server: McpServer<unknown>): Promise<void> {
  const state = { closed: false };
  void server.close().then(() => (state.closed = true));
  while (!state.closed) {
    await settle(1);
    await vi.advanceTimersByTimeAsync(5);
  }
}
