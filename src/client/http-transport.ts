/**
 * Streamable HTTP on `fetch` and Web Streams: every message is a POST, every answer one JSON object or an event stream.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http
 */
import { McpError } from '../errors.js';
import { encodeHeaderValue, METHOD_HEADER, NAME_HEADER, nameOf, VERSION_HEADER } from '../http/headers.js';
import { JSON_TYPE, SSE_TYPE, typeOf } from '../http/media.js';
import { createSseDecoder, parseMessage } from '../http/sse-decode.js';
import { isObject, type JsonRpcMessage, type JsonRpcNotification, type JsonRpcRequest } from '../json-rpc.js';
import { META_PROTOCOL_VERSION } from '../spec/meta.js';
import { BodyReader, decodeMessage, discard, readFailure, streamEnded } from './http-response.js';
import {
  abortError,
  type ClientTransport,
  type ExchangeOptions,
  errorOf,
  type HeaderSource,
  noteFacts,
  ofAuth,
} from './transport.js';

/**
 * Fetch middleware: it sees every request with its URL and every response with its headers, and may send again.
 *
 * @example
 * ```ts
 * const auth: AuthMiddleware = async (request, next) => {
 *   request.headers.set('authorization', `Bearer ${await token()}`);
 *   return next(request);
 * };
 * ```
 */
export type AuthMiddleware = (request: Request, next: (request: Request) => Promise<Response>) => Promise<Response>;

/** What a client reads at most. A server that sends more would otherwise fill the client's memory. */
export interface ClientLimits {
  /** Characters of one server-sent event, finished or not. More is `limit_exceeded`. Default 16,777,216. */
  readonly sseEvent?: number | undefined;
  /** Bytes of one JSON response. More is `limit_exceeded`. Default 16 MiB (16,777,216). */
  readonly jsonResponse?: number | undefined;
  /** Bytes of the body of an HTTP error. It is cut there, and the error keeps its status. Default 64 KiB (65,536). */
  readonly errorBody?: number | undefined;
}

/** Options of {@link HttpTransport}. */
export interface HttpTransportOptions {
  /** Used instead of the global `fetch`, which is looked up for each request. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /**
   * Sent with every request to the server, and with none to another origin. They cannot replace the protocol's own
   * headers, but `accept`. Default none.
   */
  readonly headers?: HeaderSource | undefined;
  /** Wraps every request, for example to add a token and renew it after a 401. Default none. */
  readonly auth?: AuthMiddleware | undefined;
  /** What is read at most. Default: those of {@link ClientLimits}. */
  readonly limits?: ClientLimits | undefined;
}

/** One HTTP request, without what every request has. */
export interface HttpRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** Those of the protocol. They win over custom ones, but `accept` in lower case. */
  readonly headers: Record<string, string>;
  readonly body: string | null;
}

/** What came back. */
export interface HttpAnswer {
  readonly response: Response;
  /** Where it came from, after redirects. */
  readonly url: string;
  /** What may be read of it at most, as far as it was given. */
  readonly limits: ClientLimits | undefined;
}

const MIB_16 = 16_777_216;

/**
 * Carries MCP over Streamable HTTP. `McpClient.connect(url)` makes one; make it yourself to share or wrap it.
 *
 * Redirects: 307 and 308 within the same origin are followed, at most 5. Any other is an `http_status` error that names
 * its target, and nothing is sent there. A browser does not show where a redirect leads: there any redirect is an error
 * when `headers` or `auth` are given, and is followed by the browser when they are not.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http
 *
 * @example
 * ```ts
 * const transport = new HttpTransport('https://example.com/mcp', { headers: { authorization: `Bearer ${token}` } });
 * const client = await McpClient.connect(transport);
 * ```
 */
export class HttpTransport implements ClientTransport {
  readonly #url: URL;
  readonly #options: HttpTransportOptions;

  /** @throws TypeError for a URL that is not `http:` or `https:`, or that holds credentials */
  constructor(url: URL | string, options: HttpTransportOptions = {}) {
    this.#url = new URL(url);
    const { protocol, username, password } = this.#url;
    if (!/^https?:$/.test(protocol) || username + password !== '') {
      throw new TypeError(
        'The URL must be http: or https: and without credentials, which go into headers: { authorization }',
      );
    }
    this.#options = options;
  }

  /** Sends a request and yields the messages of its response. */
  async *exchange(request: JsonRpcRequest, options: ExchangeOptions): AsyncGenerator<JsonRpcMessage, void, undefined> {
    const { signal } = options;
    const { response, url, limits } = await this['~send'](post(request, options), options);
    if (!response.ok) {
      yield await readFailure(response, request.id, signal, url, limits?.errorBody);
      return;
    }
    const type = typeOf(response.headers.get('content-type'));
    if (response.body === null || (type !== JSON_TYPE && type !== SSE_TYPE)) {
      discard(response);
      throw new McpError(
        'invalid_message',
        `${url} answered HTTP ${response.status} with ${type || 'no content type'}, not with JSON or an event stream: is it an MCP endpoint?`,
        { status: response.status, url },
      );
    }
    const reader = new BodyReader(response.body, signal, url);
    if (type === JSON_TYPE) {
      const limit = limits?.jsonResponse ?? MIB_16;
      const bytes = await reader.all(limit);
      if (bytes.byteLength > limit) {
        throw new McpError('limit_exceeded', `${url} sent a response over ${limit} bytes (limits.jsonResponse)`, {
          url,
        });
      }
      yield noted(decodeMessage(bytes), response.status, url);
      return;
    }
    try {
      const decode = createSseDecoder(limits?.sseEvent ?? MIB_16, options.onKeepAlive);
      let answered = false;
      for (let chunk; (chunk = await reader.read()) !== undefined;) {
        for (const data of decode(chunk)) {
          const message = noted(parseMessage(data), response.status, url);
          if (!('method' in message)) answered = true;
          yield message;
        }
      }
      if (!answered) throw streamEnded(url);
    } finally {
      reader.close();
    }
  }

  /** Sends a notification. */
  async notify(message: JsonRpcNotification, options: ExchangeOptions): Promise<void> {
    const { response, url, limits } = await this['~send'](post(message, options), options);
    if (response.ok) return discard(response);
    throw errorOf(await readFailure(response, undefined, options.signal, url, limits?.errorBody));
  }

  /** All given headers; nothing with `auth`, which may send what it likes. */
  async authorization({ headers }: Pick<ExchangeOptions, 'headers'>): Promise<string | undefined> {
    return (await import('./lazy.js')).identityOf(this.#options, headers);
  }

  /** Does nothing: each exchange ends by its own signal, and connections belong to `fetch`. */
  async close(): Promise<void> {}

  /**
   * Sends one HTTP request, of whatever method, and follows where it may.
   *
   * @internal
   */
  async '~send'(
    request: HttpRequest,
    { signal, headers: more, hold }: Pick<ExchangeOptions, 'signal' | 'headers' | 'hold'>,
    url: URL = this.#url,
  ): Promise<HttpAnswer> {
    const { auth, headers: own, limits } = this.#options;
    const headers = withCustom(
      request.headers,
      typeof own === 'function' ? await own() : own,
      typeof more === 'function' ? await more() : more,
    );
    let redirect: RequestRedirect = 'manual';
    for (let hops = 0; ; hops++) {
      // Headers made by an async function may come after the call has ended.
      if (signal.aborted) throw abortError(signal);
      const { href } = url;
      const init: RequestInit = { ...request, headers, signal, redirect };
      const response = await (auth === undefined
        ? this.#fetch(href, init)
        : withAuth(auth, new Request(href, init), hold, async (sent) =>
            this.#fetch(sent.url, {
              ...init,
              headers: sent.headers,
              // A copy of the body, so that the middleware can send the same request again.
              body: request.body && (await sent.clone().text()),
            }),
          ));
      const location = response.headers.get('location');
      const opaque = response.type === 'opaqueredirect' && location === null;
      if (!opaque && (location === null || !String(response.status).startsWith('3')))
        return { response, url: href, limits };

      discard(response);
      // Where only the browser may know the target, it may also follow, unless it would carry given headers along. The
      // redirect was the answer, so nothing has been processed yet and sending again is safe.
      if (opaque && (own ?? more ?? auth) === undefined) {
        redirect = 'follow';
        continue;
      }
      url = (await import('./lazy.js')).redirected(response, url, hops);
    }
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await (this.#options.fetch ?? fetch)(url, init);
    } catch (cause) {
      if (init.signal?.aborted) throw abortError(init.signal);
      throw new McpError(
        'connection_failed',
        `No answer from ${url} (${reason(cause)}): check that the server runs, host, port, TLS and, in a browser, CORS`,
        { cause, url },
      );
    }
  }
}

/** What the middleware does by itself, such as asking a person, does not count as the server's time. */
async function withAuth(
  auth: AuthMiddleware,
  request: Request,
  hold: ExchangeOptions['hold'],
  next: (request: Request) => Promise<Response>,
): Promise<Response> {
  let resume = hold?.();
  let failure: unknown;
  try {
    return await auth(request, async (sent) => {
      resume?.();
      resume = undefined;
      try {
        return await next(sent);
      } catch (error) {
        throw (failure = error);
      } finally {
        resume = hold?.();
      }
    });
  } catch (error) {
    if (error !== failure) ofAuth.add(Object(error) as object);
    throw error;
  } finally {
    resume?.();
  }
}

/** A message as a request, with the headers that it asks for itself. */
function post(message: JsonRpcRequest | JsonRpcNotification, options: ExchangeOptions): HttpRequest {
  const { method, params } = message;
  const headers: Record<string, string> = { accept: `${JSON_TYPE}, ${SSE_TYPE}`, 'content-type': JSON_TYPE };
  const meta = params?.['_meta'];
  const version = isObject(meta) ? meta[META_PROTOCOL_VERSION] : undefined;
  // One that names its protocol version is of a revision that mirrors metadata in headers; plain JSON-RPC is not.
  if (typeof version === 'string') {
    headers[VERSION_HEADER] = version;
    headers[METHOD_HEADER] = encodeHeaderValue(method);
    const name = options.name ?? nameOf(method, params);
    if (name !== undefined) headers[NAME_HEADER] = encodeHeaderValue(name);
    Object.assign(headers, options.params);
  }
  return { method: 'POST', headers, body: JSON.stringify(message) };
}

function withCustom(
  own: Record<string, string>,
  ...sources: readonly (HeadersInit | undefined)[]
): Record<string, string> | Headers {
  let headers: Headers | undefined;
  for (const source of sources) {
    if (source === undefined) continue;
    headers ??= new Headers();
    for (const [key, value] of new Headers(source)) headers.set(key, value);
  }
  if (headers === undefined) return own;
  for (const [key, value] of Object.entries(own)) if (key !== 'accept' || !headers.has(key)) headers.set(key, value);
  return headers;
}

function noted(message: JsonRpcMessage, status: number, url: string): JsonRpcMessage {
  if ('error' in message) noteFacts(message, { status, url });
  return message;
}

/** The innermost message: runtimes wrap "connect ECONNREFUSED 127.0.0.1:1" in "fetch failed". */
function reason(error: unknown): string {
  let text = String(error);
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    text = at.message || (at as { code?: string }).code || text;
  return text;
}
