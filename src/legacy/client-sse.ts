/**
 * HTTP+SSE, the transport of revision 2024-11-05: one stream for everything that the server says, and an endpoint that it
 * names for everything that the client says.
 *
 * @see https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse
 */
import { discard, readFailure, streamEnded } from '../client/http-response.js';
import type { HttpTransport } from '../client/http-transport.js';
import type { ExchangeOptions } from '../client/transport.js';
import { McpError } from '../errors.js';
import { SSE_TYPE, typeOf } from '../http/media.js';
import {
  isRequest,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
} from '../json-rpc.js';
import { type Deferred, deferred } from '../util/deferred.js';
import { quiet } from '../util/quiet.js';
import { Cursor, failureOf, parseMessages, readEvents, type ServerEvent } from './client-http-events.js';
import { posted, Questions, revisionIn, streamed } from './client-http-session.js';
import { type Task, Underway } from './client-http-underway.js';
import { until } from './client-http-wait.js';
import { type Call, Calls } from './client-sse-calls.js';
import type { LegacyWire } from './wire.js';

const INITIALIZE = 'initialize';
const INITIALIZED = 'notifications/initialized';
/** Milliseconds that a server has to open the stream and name its endpoint. */
const ENDPOINT_MS = 10_000;

/**
 * Connects to a server that speaks HTTP+SSE.
 *
 * @throws McpError as the server answers the GET; `invalid_message` when that is no event stream or the endpoint is of
 *   another origin; `timeout` when none is named within 10 seconds
 */
export async function sseWire(transport: HttpTransport): Promise<LegacyWire> {
  const wire = new SseWire(transport);
  await wire.connect();
  return wire;
}

interface Connection {
  readonly endpoint: URL;
  readonly url: string;
  readonly task: Task;
  readonly calls: Calls;
  /** Settles when the handshake is done, or the stream is lost. */
  readonly ready: Deferred<void>;
  /** Rejects when the stream is lost. */
  readonly lost: Deferred<never>;
  /** What it was lost with. */
  over: McpError | undefined;
  version: string | undefined;
}

class SseWire implements LegacyWire {
  renew?: (() => Promise<void>) | undefined;
  lost?: (() => void) | undefined;
  readonly #transport: HttpTransport;
  readonly #underway = new Underway();
  readonly #questions = new Questions<Connection>();
  #current: Connection | undefined;
  #reviving: Promise<void> | undefined;

  constructor(transport: HttpTransport) {
    this.#transport = transport;
  }

  async *exchange(request: JsonRpcRequest, options: ExchangeOptions): AsyncGenerator<JsonRpcMessage, void, undefined> {
    // Where the server may be at work for this call.
    let at: Connection | undefined;
    let call: Call | undefined;
    const cancel = (error: McpError): void => {
      if (at !== undefined && call !== undefined) {
        at.calls.end(call, error);
        this.#cancel(request, at, options, error.message);
      }
      at = undefined;
    };
    const task = this.#underway.begin(options.signal, cancel);
    try {
      const connection = await this.#connection(request.method, task.signal);
      call = connection.calls.open(request, options.onKeepAlive);
      at = connection;
      // Not awaited: the response may come before the server has answered the POST.
      this.#send(request, connection, call, { ...options, signal: task.signal });
      for (let message; (message = await call.messages.next()) !== undefined;) {
        if (!('method' in message)) at = undefined;
        if (request.method === INITIALIZE) connection.version = revisionIn(message) ?? connection.version;
        yield isRequest(message) ? this.#questions.ask(message, connection) : message;
      }
    } catch (error) {
      if (McpError.from(error).code !== 'limit_exceeded') at = undefined;
      throw error;
    } finally {
      cancel(new McpError('aborted', 'The caller has left'));
      task.release();
    }
  }

  async notify(message: JsonRpcNotification, options: ExchangeOptions): Promise<void> {
    const task = this.#underway.begin(options.signal);
    try {
      const connection = await this.#connection(message.method, task.signal);
      await this.#post(message, connection, { ...options, signal: task.signal });
      if (message.method === INITIALIZED) connection.ready.resolve();
    } finally {
      task.release();
    }
  }

  async respond(response: JsonRpcResponse): Promise<void> {
    const connection = this.#current;
    if (connection === undefined || connection.over !== undefined) return;
    const answer = this.#questions.answer(response, connection);
    if (answer !== undefined) await this.#post(answer, connection, connection.task);
  }

  incoming(): AsyncIterable<JsonRpcRequest | JsonRpcNotification> {
    return this.#underway.incoming();
  }

  authorization(options: Pick<ExchangeOptions, 'headers'>): Promise<string | undefined> {
    return this.#transport.authorization(options);
  }

  opened(protocolVersion: string): void {
    if (this.#current === undefined) return;
    this.#current.version = protocolVersion;
    this.#current.ready.resolve();
  }

  async close(): Promise<void> {
    await this.#underway.close();
    await this.#transport.close();
  }

  /** Opens the stream, and reads it from then on. */
  async connect(): Promise<Connection> {
    const task = this.#underway.begin();
    const timer = setTimeout(
      () => task.abort(new McpError('timeout', `The server has named no endpoint within ${ENDPOINT_MS} ms`)),
      ENDPOINT_MS,
    );
    const calls = new Calls();
    try {
      const answer = await until(this.#transport['~send'](streamed({}), task), task.signal);
      const { response, url } = answer;
      if (!response.ok) throw await failureOf(answer, task.signal);
      const type = typeOf(response.headers.get('content-type'));
      if (type !== SSE_TYPE) {
        discard(response);
        throw new McpError(
          'invalid_message',
          `${url} answered a GET with ${type || 'no content type'}, not with an event stream: is it an MCP endpoint?`,
          { status: response.status, url },
        );
      }
      const events = readEvents(answer, task.signal, new Cursor(), () => calls.keepAlive());
      let event;
      do event = (await events.next()).value;
      while (event !== undefined && event.type !== 'endpoint');
      if (event === undefined)
        throw new McpError('invalid_message', `${url} ended its stream without naming an endpoint`, { url });
      const endpoint = endpointOf(event.data, url);
      const ready = deferred<void>();
      const connection = {
        endpoint,
        url,
        task,
        calls,
        ready,
        lost: deferred<never>(),
        over: undefined,
        version: undefined,
      };
      this.#current = connection;
      void this.#read(connection, events);
      return connection;
    } catch (error) {
      task.release();
      task.abort(McpError.from(error));
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #read(connection: Connection, events: AsyncIterable<ServerEvent>): Promise<void> {
    const { calls, url, task } = connection;
    let error = streamEnded(url);
    try {
      for await (const { type, data } of events) if (type === 'message') this.#deliver(connection, data);
    } catch (cause) {
      error = McpError.from(cause);
    }
    task.release();
    connection.over = error;
    connection.ready.resolve();
    connection.lost.reject(error);
    calls.fail(error);
    // Who listens has nothing to listen to, and asks for a new session.
    if (error.code !== 'closed') this.lost?.();
  }

  #deliver(connection: Connection, data: string): void {
    let messages: readonly JsonRpcMessage[];
    try {
      messages = parseMessages(data);
    } catch {
      // Whose it was cannot be told, and the next event may be a message.
      return;
    }
    for (const message of messages) {
      const other = connection.calls.route(message, data.length);
      if (other !== undefined)
        this.#underway.news(isRequest(other) ? this.#questions.ask(other, connection) : other, data.length);
    }
  }

  /** The connection that a message goes out on: an open one, and with its handshake done for all that is not part of it. */
  async #connection(method: string, signal: AbortSignal): Promise<Connection> {
    const shaking = method === INITIALIZE || method === INITIALIZED;
    for (;;) {
      const connection = this.#current;
      if (connection !== undefined && connection.over === undefined) {
        if (shaking) return connection;
        await until(connection.ready.promise, signal);
        if (connection.over === undefined) return connection;
      }
      if (shaking || this.renew === undefined) throw connection?.over ?? new McpError('closed', 'Not connected');
      this.#reviving ??= quiet(this.#revive(this.renew).finally(() => (this.#reviving = undefined)));
      await until(this.#reviving, signal);
    }
  }

  async #revive(renew: () => Promise<void>): Promise<void> {
    const version = this.#current?.version;
    const connection = await this.connect();
    try {
      // Part of the handshake may wait for a connection, and this is the only one that will come.
      await Promise.race([renew(), connection.lost.promise]);
      this.opened(connection.version ?? version ?? '');
    } catch (error) {
      connection.task.abort(McpError.from(error));
      throw error;
    }
  }

  #send(request: JsonRpcRequest, connection: Connection, call: Call, options: ExchangeOptions): void {
    const { calls, endpoint, version } = connection;
    const send = async (): Promise<void> => {
      const { response, url, limits } = await this.#transport['~send'](
        posted(request, { id: undefined, version }),
        options,
        endpoint,
      );
      if (response.ok) return discard(response);
      const { signal } = options;
      call.messages.push(await readFailure(response, request.id, signal, url, limits?.errorBody), 0);
      calls.end(call);
    };
    send().catch((cause: unknown) => {
      const error = McpError.from(cause);
      calls.end(call, error);
      // The server does not know the endpoint that it named: what still looks like its stream is dead.
      if (error.status === 404) connection.task.abort(streamEnded(connection.url, error));
    });
  }

  async #post(
    message: JsonRpcNotification | JsonRpcResponse,
    { endpoint, version }: Connection,
    options: Pick<ExchangeOptions, 'signal' | 'headers'>,
  ): Promise<void> {
    const answer = await this.#transport['~send'](posted(message, { id: undefined, version }), options, endpoint);
    if (!answer.response.ok) throw await failureOf(answer, options.signal);
    discard(answer.response);
  }

  #cancel({ id, method }: JsonRpcRequest, connection: Connection, { headers }: ExchangeOptions, reason: string): void {
    // https://modelcontextprotocol.io/specification/2024-11-05/basic/utilities/cancellation#behavior-requirements
    if (method === INITIALIZE || connection.over !== undefined) return;
    const { endpoint, version } = connection;
    const params = { requestId: id, reason };
    const message = { jsonrpc: '2.0', method: 'notifications/cancelled', params } as const;
    this.#underway.farewell((signal) =>
      this.#transport['~send'](posted(message, { id: undefined, version }), { signal, headers }, endpoint),
    );
  }
}

/** Messages may carry secrets: they go to where the stream came from, and nowhere else. */
function endpointOf(data: string, from: string): URL {
  const base = new URL(from);
  const target = URL.canParse(data, from) ? new URL(data, from) : undefined;
  // A blob: URL has the origin of whoever made it.
  if (target?.origin === base.origin && target.protocol === base.protocol && target.username + target.password === '')
    return target;
  throw new McpError(
    'invalid_message',
    `${from} names an endpoint at ${target === undefined ? 'no URL' : target.origin}; it must be at ${base.origin}`,
    { url: from },
  );
}
