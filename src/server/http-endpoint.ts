import { isMcpError, McpError } from '../errors.js';
import { parseMessage } from '../http/body.js';
import { decodeHeaderValue, METHOD_HEADER, NAME_HEADER, nameOf, VERSION_HEADER } from '../http/headers.js';
import { acceptsStream, isJson } from '../http/media.js';
import { agreeParams } from '../http/param-headers.js';
import { compilePolicy, corsHeaders, preflightHeaders, type Caller } from '../http/origin.js';
import {
  errorResponse,
  isObject,
  isRequest,
  readId,
  readIncoming,
  rpcCodeOf,
  INTERNAL_ERROR,
  type JsonObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from '../json-rpc.js';
import { META_CLIENT_CAPABILITIES, META_CLIENT_INFO, META_PROTOCOL_VERSION } from '../spec/meta.js';
import type { Implementation } from '../spec/types.js';
import { LEGACY_VERSIONS, MODERN_VERSIONS } from '../spec/versions.js';
import type { Catalog } from './catalog.js';
import { metaOf, missingMeta, unsupportedVersion } from './envelope.js';
import type { Exchange, HttpInfo, Peer } from './exchange.js';
import {
  HttpExchange,
  JSON_HEADERS,
  statusOf,
  type AnswerHeaders,
  type ExchangeSettings,
  type Reply,
} from './http-exchange.js';
import type { Service } from './request-context.js';
import type { WayToPast } from './past.js';
import type { Running } from './running.js';
import { timerMs, type ServerLimits, type ServerOptions } from './options.js';
import type { Trusted } from './definition.js';
import type { CompiledTool } from './tool.js';

/** An HTTP request, as a runtime provides it. */
export interface Head extends Caller {
  readonly method: string;
  /**
   * Reads the body and calls `take` with it, or with `undefined` when it has more bytes than allowed; `failed` when it
   * cannot be read. Callbacks, because some runtimes have it without a promise, and `take` need not wait for one then.
   */
  body(limit: number, take: (body: Uint8Array | undefined) => void, failed: (error: unknown) => void): void;
  /** What handlers see as `ctx.http`; made only when one looks. */
  info(): HttpInfo;
}

/** Where a message goes; a promise says that it is still being answered. It never rejects. */
export type Handle = (message: JsonRpcRequest | JsonRpcNotification, exchange: Exchange) => Promise<void> | void;

const PLAIN_VERSION = '2025-03-26';
const NOTHING: JsonObject = Object.freeze({});

/** The HTTP side of a server. */
export interface HttpEndpoint {
  readonly limits: ServerLimits;
  /** The member of `params` that `Mcp-Name` carries, for methods of extensions. */
  readonly names: Map<string, string>;
  /** What requests need of their server. */
  readonly service: Service;
  /** What the server runs; mounts are part of it. */
  readonly running: Running;
  /** Hears what fails unexpectedly before there is a message; answers what the caller may know of it. */
  readonly tell: (error: unknown) => string;
  /** `false`: only revision 2026-07-28 is served. */
  readonly legacy: ServerOptions['legacy'];
  /** Who serves older peers, loaded with the first of them; `undefined` where nobody does. */
  readonly past: WayToPast | undefined;
  /**
   * Answers one request. Never throws.
   *
   * @param place where it came in: the server, or a mount that can close by itself
   */
  serve(head: Head, reply: Reply, trusted: Trusted, place?: Running): void;
}

/**
 * Makes the corridor of every HTTP request, whatever the runtime: guard, read, parse, classify, check the headers against
 * the body, hand over. Each step either answers or goes on; none goes back.
 *
 * @param running tells when the server is closing
 * @param tell hears what fails unexpectedly before there is a message; answers what the caller may know of it
 * @param past serves older peers
 */
export function httpEndpoint(
  handle: Handle,
  options: ServerOptions,
  running: Running,
  service: Service,
  tools: Catalog<CompiledTool>,
  tell: (error: unknown) => string,
  past: WayToPast | undefined,
): HttpEndpoint {
  const { origins, allowedHosts, cors: corsOptions = {}, keepAliveMs = 8_000, legacy } = options;
  const { limits } = service;
  const names = new Map<string, string>();
  const settings: ExchangeSettings = { ...limits, keepAliveMs: timerMs(keepAliveMs) };
  const { requestBodyBytes } = limits;
  const policy = compilePolicy(origins, allowedHosts);

  function serve(head: Head, reply: Reply, trusted: Trusted, place = running): void {
    let cors: AnswerHeaders | undefined;
    // `value`: what of the message was read by then.
    const failed = (error: unknown, value?: unknown): void => {
      const failure = isMcpError(error) ? error : new McpError('internal', tell(error));
      fail(reply, failure, readId(value) ?? noId(head.get(VERSION_HEADER), metaOf(value)), cors);
    };
    const take = (body: Uint8Array | undefined): void => {
      let value: unknown;
      try {
        if (body === undefined) {
          return refuse(reply, 413, `The body exceeds limits.requestBodyBytes: ${requestBodyBytes}`, cors);
        }
        // Not sooner: while a body is on its way the server may have begun to close.
        if (place.closing) return refuse(reply, 503, 'The server is closing', { ...cors, 'retry-after': '1' });
        value = parseMessage(body, limits);
        const version = head.get(VERSION_HEADER);
        const meta = metaOf(value);
        const modern = isModern(version, meta);
        if (!modern && past?.leads(value, head, version) === true) return toPast(value);
        const message = readIncoming(value);
        if (!modern) checkPlain(message, version);
        else if (isRequest(message)) checkModern(message, head, version, meta, names, tools);

        const peer = new HttpPeer(head, modern && meta ? meta : NOTHING, trusted);
        const mayStream = acceptsStream(head.get('accept'));
        const exchange = new HttpExchange(peer, !modern, reply, settings, cors, mayStream, place);
        if (!isRequest(message)) {
          reply.answer(202, cors ?? {});
          // Nothing can be sent any more; what the handler tries to send must not open a stream.
          exchange.end();
        }
        place.begin();
        const handled = handle(message, exchange);
        const ended = (): void => {
          exchange.over = true;
          place.end(exchange);
        };
        if (!handled) return ended();
        exchange.watchSilence();
        // The answer to a notification is out before its handler has ended.
        if (!isRequest(message)) reply.outlive?.(handled);
        void handled.then(ended);
      } catch (error) {
        failed(error, value);
      }
    };
    const toPast = (value?: unknown): void => {
      // `past` was looked at.
      past!.open().then((served) => served.http({ head, reply, trusted, cors, place }, value), failed);
    };
    try {
      const origin = head.get('origin');
      const refusal = policy(head, origin);
      if (refusal !== undefined) return refuse(reply, 403, refusal);
      // From here on the origin is an admitted one, and its page may read every answer, errors included.
      if (origin !== null && origin !== undefined) cors = corsHeaders(origin, corsOptions);
      if (head.method !== 'POST') {
        // Streams of sessions, and their ends.
        if (past !== undefined && (head.method === 'GET' || head.method === 'DELETE')) return toPast();
        return otherMethod(head, reply, cors);
      }
      if (!isJson(head.get('content-type'))) return refuse(reply, 415, 'Content-Type must be application/json', cors);
      head.body(requestBodyBytes, take, failed);
    } catch (error) {
      failed(error);
    }
  }

  /** What a server without an `initialize` handshake says to those who try one. */
  function checkPlain({ method, params }: JsonRpcRequest | JsonRpcNotification, version: string | null = ''): void {
    const isHandshake = method === 'initialize';
    if (isHandshake || LEGACY_VERSIONS.includes(version ?? '')) {
      const asked = isHandshake ? params?.['protocolVersion'] : version;
      throw unsupportedVersion(typeof asked === 'string' ? asked : (version ?? ''));
    }
    if (legacy === false) throw mismatch('MCP-Protocol-Version', 'is missing or malformed');
  }

  function otherMethod(head: Head, reply: Reply, cors: AnswerHeaders | undefined): void {
    if (head.method === 'OPTIONS' && cors !== undefined) {
      const requested = head.get('access-control-request-headers');
      return reply.answer(204, { ...cors, ...preflightHeaders(requested, corsOptions) });
    }
    refuse(reply, 405, 'Send POST', { ...cors, allow: 'POST' });
  }

  return { limits, names, service, running, tell, legacy, past, serve };
}

/** The sender of one message, from that message alone. */
class HttpPeer implements Peer {
  readonly protocolVersion: string;
  readonly info: Implementation | undefined;
  readonly capabilities: JsonObject;
  readonly auth: Trusted['auth'];
  readonly platform: unknown;
  readonly #head: Head;

  constructor(head: Head, meta: JsonObject, trusted: Trusted) {
    this.#head = head;
    this.auth = trusted.auth;
    this.platform = trusted.platform;
    const version = meta[META_PROTOCOL_VERSION];
    const info = meta[META_CLIENT_INFO];
    const capabilities = meta[META_CLIENT_CAPABILITIES];
    this.protocolVersion = typeof version === 'string' ? version : PLAIN_VERSION;
    // Self-reported and unverified; shapes inside are the reader's to check.
    this.info = isObject(info) ? (info as unknown as Implementation) : undefined;
    this.capabilities = isObject(capabilities) ? capabilities : NOTHING;
  }

  get http(): HttpInfo {
    return this.#head.info();
  }
}

/** What stands for an id that cannot be read: nothing for peers of our day, `null` as of old for all others. */
export function noId(version: string | null | undefined, meta: JsonObject | undefined): undefined | null {
  return isModern(version, meta) || version === LEGACY_VERSIONS[0] ? undefined : null;
}

/** Whether a message claims to be of the modern era: by its version header, or by the version in its `_meta`. */
function isModern(version: string | null | undefined, meta: JsonObject | undefined): boolean {
  return (
    meta?.[META_PROTOCOL_VERSION] !== undefined || (typeof version === 'string' && !LEGACY_VERSIONS.includes(version))
  );
}

/**
 * The agreement of headers and body, and the metadata that every request carries.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation
 */
function checkModern(
  message: JsonRpcRequest,
  head: Head,
  version: string | null | undefined,
  meta: JsonObject | undefined,
  names: ReadonlyMap<string, string>,
  tools: Catalog<CompiledTool>,
): void {
  const claimed = meta?.[META_PROTOCOL_VERSION];
  agree('MCP-Protocol-Version', version, claimed ?? version);
  if (!MODERN_VERSIONS.includes(version ?? '')) throw unsupportedVersion(version ?? '');
  if (!claimed) throw missingMeta(META_PROTOCOL_VERSION);
  if (!isObject(meta?.[META_CLIENT_CAPABILITIES])) throw missingMeta(META_CLIENT_CAPABILITIES);
  agree('Mcp-Method', head.get(METHOD_HEADER), message.method);
  const { method, params } = message;
  const name = nameOf(method, params, names);
  if (name === undefined) return;
  const sent = head.get(NAME_HEADER);
  agree('Mcp-Name', typeof sent === 'string' ? decodeHeaderValue(sent) : sent, name);
  const tool = method === 'tools/call' ? tools.peek(name) : undefined;
  // Of a tool that is not for everyone nothing is said before it is known who asks: `callTool` looks then.
  if (tool?.plan === undefined || tool.visible !== undefined) return;
  const args = params?.['arguments'];
  agreeParams(tool.plan, isObject(args) ? args : NOTHING, (header) => head.get(header));
}

function agree(header: string, sent: string | null | undefined, expected: unknown): void {
  if (typeof sent !== 'string') throw mismatch(header, 'is missing or malformed');
  if (sent !== expected) throw mismatch(header, `value ${quote(sent)} does not match body value ${quote(expected)}`);
}

function quote(value: unknown): string {
  return JSON.stringify(value).slice(0, 200);
}

function mismatch(header: string, problem: string): McpError {
  return new McpError('header_mismatch', `Header mismatch: ${header} ${problem}`);
}

/** Answers with an error that no exchange carries, because there is none yet. */
export function fail(reply: Reply, error: McpError, id: RequestId | null | undefined, headers?: AnswerHeaders): void {
  const code = rpcCodeOf(error);
  const { message, data } = error;
  const usual = code === INTERNAL_ERROR ? 500 : statusOf(code, false);
  // A message that was not even understood has no error that rides on 200.
  const status = error.status ?? (usual === 200 ? 400 : usual);
  reply.answer(status, { ...JSON_HEADERS, ...headers }, JSON.stringify(errorResponse(id, { code, message, data })));
}

/** Refuses a request before its message was looked at; such an answer has no id. */
export function refuse(reply: Reply, status: number, message: string, headers?: AnswerHeaders): void {
  fail(reply, new McpError('invalid_request', message, { status }), undefined, headers);
}
