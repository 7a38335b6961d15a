import { McpError } from '../errors.js';
import { concat } from '../http/body.js';
import { isLoopback } from '../http/origin.js';
import type { HttpInfo } from '../server/exchange.js';
import type { Head, HttpEndpoint } from '../server/http-endpoint.js';
import { JSON_TYPE } from '../http/media.js';
import { JSON_HEADERS, type AnswerHeaders, type Reply } from '../server/http-exchange.js';
import type { Running } from '../server/running.js';
import type { McpServer } from '../server/server.js';
import { SharedSilence } from './silence.js';

/** What is used of Node's `http.IncomingMessage`. */
export interface NodeRequest {
  /** The HTTP method. */
  readonly method?: string | undefined;
  /** The path and query, as far as a framework left them. */
  readonly url?: string | undefined;
  /** The same before a framework took off the path of a mount. */
  readonly originalUrl?: string | undefined;
  /** The headers, with lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values as they arrived, in turn. */
  readonly rawHeaders: readonly string[];
  /** The whole message has arrived. */
  readonly readableEnded?: boolean | undefined;
  /** The connection; its local address tells whether it ends on a loopback address. */
  readonly socket: { readonly localAddress?: string | undefined };
  /** Listens for chunks of the body, its end, and failures. */
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  /** Listens for chunks of the body, its end, and failures. */
  on(event: 'end' | 'close', listener: () => void): unknown;
  /** Listens for chunks of the body, its end, and failures. */
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What is used of Node's `http.ServerResponse`. */
export interface NodeResponse {
  /** The connection is gone. */
  readonly destroyed: boolean;
  /** An answer has begun. */
  readonly headersSent?: boolean;
  /** Bytes that were written and not yet taken. */
  readonly writableLength: number;
  /** Sets status and headers. */
  writeHead(status: number, headers: Record<string, string | number>): unknown;
  /** Sends them ahead of any body. */
  flushHeaders(): void;
  /** Writes. `false`: full, wait for `drain`. */
  write(chunk: string): boolean;
  /** Ends. */
  end(): unknown;
  /** Writes the last chunk and ends. */
  end(chunk: string, encoding: 'latin1' | 'utf8'): unknown;
  /** Listens for room, the end of the connection, and failures. */
  on(event: 'drain' | 'close', listener: () => void): unknown;
  /** Listens for room, the end of the connection, and failures. */
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Options of {@link toNodeListener}. */
export interface NodeListenerOptions {
  /**
   * Takes `request.body` when a framework has parsed it already. What such a parser let through (its size and depth
   * limits, repeated keys, invalid UTF-8) is then its own affair. Default `false`: mount the listener before the body
   * parser.
   */
  readonly trustParsedBody?: boolean;
}

/**
 * Serves a server from Node's `http` module and everything built on it: Express, Fastify, a bare `http.createServer`. It
 * answers on any path: where it is mounted decides.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * createServer(toNodeListener(server)).listen(3000, '127.0.0.1');
 * ```
 */
export function toNodeListener(
  server: McpServer<unknown>,
  options: NodeListenerOptions = {},
): (request: NodeRequest, response: NodeResponse) => void {
  return listenerOf(server['~http'], options.trustParsedBody === true);
}

/** The listener of {@link toNodeListener}, for a place that closes by itself. */
export function listenerOf(
  endpoint: HttpEndpoint,
  trustBody: boolean,
  place?: Running,
): (request: NodeRequest, response: NodeResponse) => void {
  const { streamHighWaterBytes, silenceMs } = endpoint.limits;
  const silence = new SharedSilence(silenceMs);
  return (request, response) => {
    const reply = new NodeReply(response, streamHighWaterBytes, silence);
    endpoint.serve(new NodeHead(request, trustBody), reply, {}, place);
  };
}

class NodeHead implements Head {
  readonly method: string;
  readonly #request: NodeRequest;
  readonly #trustBody: boolean;
  #info: HttpInfo | undefined;

  constructor(request: NodeRequest, trustBody: boolean) {
    this.method = request.method ?? '';
    this.#request = request;
    this.#trustBody = trustBody;
  }

  get(header: string): string | undefined {
    const value = this.#request.headers[header];
    if (typeof value !== 'string') {
      // On a socket it is the sender who left Host out (HTTP/1.0 may), not a runtime that keeps it to itself.
      return header === 'host' ? '' : undefined;
    }
    // Of several, Node silently keeps the first; another reader on the way may have taken the last.
    return header === 'content-type' && this.#occurrences(header) > 1 ? undefined : value;
  }

  /** Malformed on purpose where a request names its host in more than one way: Node would keep one of them silently. */
  authority(): string {
    const { url = '' } = this.#request;
    return url.startsWith('/') && this.#occurrences('host') === 1 ? (this.get('host') ?? '') : '';
  }

  #occurrences(header: string): number {
    const { rawHeaders } = this.#request;
    let count = 0;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index]!;
      if (name.length === header.length && name.toLowerCase() === header) count++;
    }
    return count;
  }

  loopback(): boolean {
    const address = this.#request.socket.localAddress ?? '';
    return isLoopback(address.replace(/^::ffff:/, '')) || address === '::1';
  }

  info(): HttpInfo {
    return (this.#info ??= {
      url: `http://${this.get('host') ?? 'localhost'}${this.#request.originalUrl ?? this.#request.url ?? '/'}`,
      headers: toHeaders(this.#request.rawHeaders),
    });
  }

  body(limit: number, take: (body: Uint8Array | undefined) => void, failed: (error: unknown) => void): void {
    const request = this.#request;
    const { body } = request as { readonly body?: unknown };
    if (body !== undefined && this.#trustBody) {
      if (body instanceof Uint8Array) return take(body);
      return take(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
    }
    // Its 'end' has been: nobody would ever hear of it again.
    if (request.readableEnded === true) {
      const cure = 'Mount toNodeListener before the body parser, or pass { trustParsedBody: true }.';
      return failed(new TypeError(`The body was read before mcpwire saw it. ${cure}`));
    }
    if (Number(request.headers['content-length']) > limit) return take(undefined);
    const chunks: Uint8Array[] = [];
    let length = 0;
    let settled = false;
    request.on('data', (chunk) => {
      // What comes after too much is taken and dropped: a caller that is cut off while it sends would not read the answer.
      if (settled) return;
      length += chunk.byteLength;
      if (length <= limit) {
        chunks.push(chunk);
      } else {
        settled = true;
        take(undefined);
      }
    });
    request.on('end', () => {
      if (settled) return;
      settled = true;
      take(chunks.length === 1 ? chunks[0] : concat(chunks, length));
    });
    request.on('error', (cause) => {
      if (settled) return;
      settled = true;
      failed(new McpError('aborted', 'The body broke off', { cause }));
    });
  }
}

class NodeReply implements Reply {
  readonly silence: SharedSilence;
  readonly #response: NodeResponse;
  readonly #highWaterMark: number;
  #room: Promise<void> | undefined;
  #makeRoom: (() => void) | undefined;
  #over = false;
  #gone = false;

  constructor(response: NodeResponse, highWaterMark: number, silence: SharedSilence) {
    this.silence = silence;
    this.#response = response;
    this.#highWaterMark = highWaterMark;
  }

  answer(status: number, headers: AnswerHeaders, body = ''): void {
    // What stands around the listener may have answered, such as a time limit.
    if (this.#response.destroyed || this.#response.headersSent) return;
    const length = Buffer.byteLength(body);
    if (headers === JSON_HEADERS)
      this.#response.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': length });
    else this.#response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': length });
    this.#over = true;
    // As many bytes as characters: ASCII, which Node writes fastest as Latin-1.
    this.#response.end(body, length === body.length ? 'latin1' : 'utf8');
  }

  open(headers: AnswerHeaders): void {
    const response = this.#response;
    if (response.headersSent) {
      this.#over = true;
      return;
    }
    response.writeHead(200, headers);
    response.flushHeaders();
    response.on('drain', () => this.#release());
    response.on('close', () => this.#release());
    // A write that meets a reset connection; 'close' follows and says all there is to say.
    response.on('error', () => {});
  }

  write(text: string): Promise<void> | undefined {
    const response = this.#response;
    if (this.#over || response.destroyed) return undefined;
    if (response.write(text) || response.writableLength < this.#highWaterMark) return undefined;
    return (this.#room ??= new Promise((resolve) => (this.#makeRoom = resolve)));
  }

  unsent(): number {
    return this.#response.writableLength;
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#response.end();
  }

  onGone(listener: () => void): void {
    if (this.#over && !this.#gone) return;
    const left = () => {
      // Others may listen, too.
      if (this.#over && !this.#gone) return;
      this.#over = this.#gone = true;
      this.#release();
      listener();
    };
    if (this.#response.destroyed) left();
    else this.#response.on('close', left);
  }

  #release(): void {
    const makeRoom = this.#makeRoom;
    this.#room = this.#makeRoom = undefined;
    makeRoom?.();
  }
}

function toHeaders(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index < raw.length; index += 2) headers.append(raw[index]!, raw[index + 1]!);
  return headers;
}
