import { isMcpError, McpError } from '../errors.js';
import { VERSION_HEADER } from '../http/headers.js';
import { acceptsStream } from '../http/media.js';
import {
  errorResponse,
  INTERNAL_ERROR,
  isObject,
  isRequest,
  readId,
  readIncoming,
  rpcCodeOf,
  type JsonRpcNotification,
  type JsonRpcRequest,
} from '../json-rpc.js';
import type { Exchange, HttpInfo, Peer } from '../server/exchange.js';
import { HttpExchange, JSON_HEADERS, type ExchangeSettings } from '../server/http-exchange.js';
import { timerMs } from '../server/options.js';
import type { Arrival, PastHost } from '../server/past.js';
import { EventStream, resume, type StreamSettings } from './event-stream.js';
import { memoryEventStore, type EventStore } from './event-store.js';
import { SessionExchange } from './http-exchange.js';
import { factsOf, legacyMethods } from './methods.js';
import { isRevision, isSince } from './revisions.js';
import { LegacySession } from './session.js';
import { Sessions } from './sessions.js';

const SESSION_HEADER = 'mcp-session-id';
const LAST_EVENT_HEADER = 'last-event-id';
/** Milliseconds after which a client may come back for the rest of a stream. */
const RETRY_MS = 1_000;

/** Serves older peers over Streamable HTTP. */
export class LegacyHttp {
  readonly #host: PastHost;
  readonly #sessions: Sessions;
  readonly #withSessions: boolean;
  readonly #events: EventStore;
  readonly #settings: ExchangeSettings;
  readonly #standing = new WeakMap<LegacySession, EventStream>();
  readonly #methods = {};

  constructor(host: PastHost) {
    this.#host = host;
    const { legacy, keepAliveMs = 8_000 } = host.options;
    const { sessions = true, eventStore = memoryEventStore() } = legacy || {};
    this.#withSessions = sessions;
    this.#events = eventStore;
    this.#settings = { ...host.service.limits, keepAliveMs: timerMs(keepAliveMs) };
    const methods = legacyMethods(host, async (facts, ctx) =>
      sessions ? { [SESSION_HEADER]: await this.#sessions.create(facts, ctx.auth) } : {},
    );
    this.#sessions = new Sessions(host, methods);
    this.#methods = methods;
  }
}
