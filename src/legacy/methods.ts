import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import type { Context } from '../server/context.js';
import { isLogLevel } from '../server/log.js';
import type { PastHost } from '../server/past.js';
import type { Method } from '../server/registry.js';
import type { RequestContext } from '../server/request-context.js';
import { defaultSubscriptionLimits } from '../server/subscriptions.js';
import type { Implementation } from '../spec/types.js';
import type { LegacyExchange } from './exchange.js';
import { offeredBy } from './offered.js';
import { isSince, negotiated, type Revision } from './revisions.js';
import type { LegacySession, SessionFacts } from './session.js';
import { capabilitiesFor, implementationFor } from './shapes.js';

const NOTHING: JsonObject = Object.freeze({});

/** What a client says of itself in `initialize`. @throws McpError for params that are none */
export function factsOf({ protocolVersion, capabilities, clientInfo }: JsonObject = NOTHING): SessionFacts {
  if (typeof protocolVersion !== 'string')
    throw new McpError('invalid_params', 'initialize: protocolVersion is missing');
  const revision = negotiated(protocolVersion);
  return {
    revision,
    // Self-reported and unverified; shapes inside are the reader's to check.
    info: isObject(clientInfo) ? (clientInfo as unknown as Implementation) : undefined,
    capabilities: declared(revision, isObject(capabilities) ? capabilities : NOTHING),
  };
}

/** Before 2025-11-25 who could sample could be told of the context, too; there was no word for it. */
function declared(revision: Revision, capabilities: JsonObject): JsonObject {
  const { sampling } = capabilities;
  return isSince(revision, '2025-11-25') || !isObject(sampling)
    ? capabilities
    : { ...capabilities, sampling: { ...sampling, context: {} } };
}

/**
 * The methods of older revisions that core code does not know.
 *
 * @param opened called with what a handshake says, before it is answered: the headers that its answer carries
 */
export function legacyMethods(
  host: PastHost,
  opened: (facts: SessionFacts, ctx: Context) => Promise<Readonly<Record<string, string>>> | undefined,
): ReadonlyMap<string, Method | null> {
  return new Map<string, Method | null>([
    // Modern methods, which these revisions do not have.
    ['server/discover', null],
    ['subscriptions/listen', null],
    ['ping', { call: () => NOTHING }],
    [
      'initialize',
      {
        async call(params, ctx) {
          const facts = factsOf(params);
          const exchange = exchangeOf(ctx);
          exchange.headers = await opened(facts, ctx);
          return greeting(host, facts.revision, exchange.session.stateful);
        },
      },
    ],
    [
      'logging/setLevel',
      {
        async call({ level }, ctx) {
          if (!isLogLevel(level)) throw new McpError('invalid_params', `Unknown level ${JSON.stringify(level)}`);
          await statefulOf(ctx).change({ type: 'logLevel', level });
          return NOTHING;
        },
        offered: () => host.service.logging,
      },
    ],
    ['resources/subscribe', { call: subscribe, offered: () => offersResources(host) }],
    [
      'resources/unsubscribe',
      {
        async call(params, ctx) {
          await statefulOf(ctx).change({ type: 'unsubscribe', uri: uriOf(params, host) });
          return NOTHING;
        },
        offered: () => offersResources(host),
      },
    ],
  ]);

  async function subscribe(params: JsonObject, ctx: Context): Promise<JsonObject> {
    const session = statefulOf(ctx);
    const uri = uriOf(params, host);
    const { subscribedUris } = { ...defaultSubscriptionLimits, ...host.options.limits };
    const { subscriptions = [] } = session.state;
    if (subscriptions.length >= subscribedUris && !subscriptions.includes(uri))
      throw new McpError('invalid_params', `Over ${subscribedUris} subscriptions (limits.subscribedUris)`);
    if (!(await host.listening.mayWatch(uri, ctx))) {
      throw new McpError('invalid_params', `Resource not found: ${uri}`, { rpcCode: -32002, data: { uri } });
    }
    await session.change({ type: 'subscribe', uri });
    return NOTHING;
  }
}

/** The result of `initialize`. */
function greeting(host: PastHost, revision: Revision, stateful: boolean): JsonObject {
  const { info, result } = host.discovery;
  const offered = capabilitiesFor(revision, offeredBy(host.discovery));
  return {
    protocolVersion: revision,
    capabilities: stateful ? offered : withoutChanges(offered),
    serverInfo: implementationFor(revision, { ...info }),
    // JSON leaves out what is undefined.
    instructions: result['instructions'],
  };
}

/** Without a session there is nobody to be told of changes, and no level to keep. */
function withoutChanges({ logging: _logging, ...capabilities }: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(capabilities).map(([name, value]) => {
      const { listChanged: _changes, subscribe: _updates, ...rest } = isObject(value) ? value : NOTHING;
      return [name, rest];
    }),
  );
}

function offersResources({ discovery }: PastHost): boolean {
  return 'resources' in offeredBy(discovery);
}

function uriOf({ uri }: JsonObject, { options }: PastHost): string {
  const { subscribedUriLength } = { ...defaultSubscriptionLimits, ...options.limits };
  if (typeof uri === 'string' && uri.length <= subscribedUriLength) return uri;
  throw new McpError('invalid_params', `params.uri must be a string of at most ${subscribedUriLength} characters`);
}

/** The session of a caller who has one: without, there is nothing to change, and no such method. */
function statefulOf(ctx: Context): LegacySession {
  const { session } = exchangeOf(ctx);
  if (!session.stateful) throw new McpError('method_not_found', 'Method not found');
  return session;
}

/** Methods of older peers come by their exchanges alone. */
function exchangeOf(ctx: Context): LegacyExchange {
  return (ctx as RequestContext).exchange as LegacyExchange;
}
