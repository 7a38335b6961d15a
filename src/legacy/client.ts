/**
 * From a server that does not speak 2026-07-28 to a link with it.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#backward-compatibility-with-initialization-based-versions
 */
import type { FallbackContext } from '../client/fallback.js';
import { HttpTransport } from '../client/http-transport.js';
import type { Link, ServerFacts } from '../client/link.js';
import { during } from '../client/wait.js';
import { isMcpError, McpError } from '../errors.js';
import { isObject, type JsonObject, type RequestId } from '../json-rpc.js';
import type { MetaObject } from '../spec/types.js';
import { LEGACY_VERSIONS, MODERN_VERSIONS } from '../spec/versions.js';
import { httpWire } from './client-http.js';
import { sseWire } from './client-sse.js';
import { remember } from './client-fallback.js';
import { type Greeting, initialize, initialized } from './client-handshake.js';
import { LegacyTransport } from './client-transport.js';
import { foreign, judge, refused } from './client-verdict.js';
import { type LegacyWire, wireOver } from './wire.js';

/** A server that answered `initialize`, and the wire on which it did. */
interface Greeted {
  readonly wire: LegacyWire;
  readonly server: ServerFacts;
  readonly greeting: Greeting;
}

/**
 * Opens a link with an older server; or with a newer one, where it turns out to be that.
 *
 * @param remembered whether an earlier client found an older server there
 * @throws McpError that says what happened
 */
export async function open(context: FallbackContext, remembered: boolean): Promise<Link> {
  const { core, began } = context;
  const { signal, timeoutMs = 60_000 } = core.options;
  const left = Math.max(1, Math.ceil(timeoutMs - (performance.now() - began)));
  // How the handshake was refused, while something else is still waited for.
  const told: Told = {};
  try {
    return await during(core, 'Connecting', { signal, timeoutMs: left }, (over) =>
      negotiate(context, remembered, told, over),
    );
  } catch (error) {
    if (!isMcpError(error) || error.code !== 'timeout') throw error;
    if (told.refusal !== undefined) throw told.refusal;
    throw new McpError('timeout', `Connecting timed out (timeoutMs: ${timeoutMs})`, { cause: error });
  }
}

interface Told {
  refusal?: McpError;
}

async function negotiate(
  context: FallbackContext,
  remembered: boolean,
  told: Told,
  signal: AbortSignal,
): Promise<Link> {
  const { core, wanted, found } = context;
  const { transport } = core.link;
  if (wanted !== 'auto' && !LEGACY_VERSIONS.includes(wanted)) {
    const known = [...MODERN_VERSIONS, ...LEGACY_VERSIONS].join(', ');
    throw new McpError('unsupported_version', `protocolVersion ${wanted} is not one of auto, none, ${known}`);
  }
  if (wanted === 'auto' && found === undefined && !remembered) return probe(context, told, signal);
  const offer = found === undefined ? wanted : await offerAfter(context, found);
  const version = offer === 'auto' ? (LEGACY_VERSIONS[0] ?? '') : offer;
  try {
    return await enter(context, await shakeHands(context, version, signal), signal);
  } catch (error) {
    if (!isMcpError(error) || signal.aborted) throw error;
    remember(core, false);
    // What was known before may have become wrong; and a modern server that was short of breath may have caught it.
    const verdict = judge(error, false);
    const pinned = wanted !== 'auto' && core.options.protocolVersion === wanted;
    if (pinned || (found !== undefined && verdict !== 'modern') || verdict === 'failed') {
      throw refused(error, found, wanted);
    }
    try {
      return await context.discover(signal);
    } catch (second) {
      const modern = isMcpError(second) && judge(second, await credentials(transport)) === 'modern';
      throw modern ? second : refused(error, McpError.from(second), 'auto');
    }
  }
}

/** The revision to offer to a server that failed to discover. @throws McpError what it failed with, where it is no older one */
async function offerAfter({ core }: FallbackContext, found: McpError): Promise<string> {
  const verdict = judge(found, await credentials(core.link.transport));
  if (typeof verdict !== 'string') return verdict.offer;
  throw verdict === 'modern' && found.code === 'unsupported_version' ? foreign(found) : found;
}

/** Whether messages travel with a credential. */
async function credentials(transport: Link['transport']): Promise<boolean> {
  if (!(transport instanceof HttpTransport)) return false;
  const headers = await transport.authorization({});
  // Middleware may send one, and says nothing.
  return headers === undefined || headers.includes('["authorization",');
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

function settle<T>(work: Promise<T>): Promise<Outcome<T>> {
  return work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/**
 * Asks a server that may answer nothing to what it does not know: after a while of silence in the older way, too. An answer
 * in the modern way wins, also when it comes late.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio#backward-compatibility
 */
async function probe(context: FallbackContext, told: Told, signal: AbortSignal): Promise<Link> {
  const { core } = context;
  const { probeMs = 0 } = core.link.transport;
  const newest = LEGACY_VERSIONS[0] ?? '';
  const over = new AbortController();
  const stop = (): void => over.abort(signal.reason);
  signal.addEventListener('abort', stop);
  const greet = (version: string): Promise<Greeted> => shakeHands(context, version, signal);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const discovering = settle(context.discover(over.signal));
    const silence = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, probeMs, undefined)));
    const early = await Promise.race([discovering, silence]);
    if (early !== undefined) {
      if ('value' in early) return early.value;
      const found = McpError.from(early.error);
      const greeted = await greet(await offerAfter(context, found)).catch((error: unknown) => {
        throw refused(McpError.from(error), found, 'auto');
      });
      return await enter(context, greeted, signal);
    }
    const greeting = settle(greet(newest));
    const first = await Promise.race([discovering, greeting]);
    if ('value' in first) return 'wire' in first.value ? await enter(context, first.value, signal) : first.value;
    // A modern server refuses the handshake, and may be slow to discover.
    void greeting.then((outcome) => {
      if ('error' in outcome) told.refusal = refused(McpError.from(outcome.error), undefined, 'auto');
    });
    const discovered = await discovering;
    if ('value' in discovered) return discovered.value;
    const found = McpError.from(discovered.error);
    const version = await offerAfter(context, found);
    const hello = await greeting;
    if ('value' in hello) return await enter(context, hello.value, signal);
    const failure = McpError.from(hello.error);
    // It died of the first question, and took the second one along.
    if (found.code !== 'stream_ended' || failure.code !== 'stream_ended') throw refused(failure, found, 'auto');
    return await enter(context, await greet(version), signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    over.abort(new McpError('aborted', 'The server has answered in another way'));
  }
}

/** Sends `initialize` over the wire that fits the transport. */
async function shakeHands(
  { core, info, capabilities }: FallbackContext,
  version: string,
  signal: AbortSignal,
): Promise<Greeted> {
  const { transport } = core.link;
  const greeting: Greeting = { version, info, capabilities };
  if (!(transport instanceof HttpTransport)) {
    const wire = wireOver(transport);
    return { wire, server: await initialize(core, wire, greeting, signal), greeting };
  }
  const wire = httpWire(transport);
  try {
    return { wire, server: await initialize(core, wire, greeting, signal), greeting };
  } catch (error) {
    if (!isMcpError(error) || !mayBeSse(error) || signal.aborted) throw error;
    const older = await olderWire(transport).catch(() => {
      throw error;
    });
    return { wire: older, server: await initialize(core, older, greeting, signal), greeting };
  }
}

// https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#backwards-compatibility
function mayBeSse(error: McpError): boolean {
  const { status = 200 } = error;
  if (judge(error, false) === 'modern') return false;
  return status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 429;
}

async function olderWire(transport: HttpTransport): Promise<LegacyWire> {
  return sseWire(transport);
}

/** The handshake's second half, and the link. */
async function enter({ core }: FallbackContext, greeted: Greeted, signal: AbortSignal): Promise<Link> {
  const { wire, server, greeting } = greeted;
  const { transport } = core.link;
  await initialized(wire, signal);
  const legacy = new LegacyTransport(core, wire, server, !(transport instanceof HttpTransport));
  const link = linkOver(legacy, server);
  const again = (over: Parameters<typeof initialize>[1]): Promise<void> =>
    during(core, 'initialize', {}, async (ended) => {
      link.server = await initialize(core, over, greeting, ended);
      await initialized(over, ended);
      legacy.renewed(link.server);
    });
  wire.renew = async () => {
    await again(wire);
    wire.opened(link.server.protocolVersion);
  };
  wire.missed = () => legacy.missed();
  transport.greet = again;
  transport.lost = () => legacy.lost();
  wire.opened(server.protocolVersion);
  remember(core, true);
  return link;
}

function linkOver(transport: LegacyTransport, server: ServerFacts): { -readonly [M in keyof Link]: Link[M] } {
  return {
    transport,
    server,
    params(params: JsonObject | undefined, meta: MetaObject | undefined, progress?: RequestId) {
      if (meta === undefined && progress === undefined) return params;
      const own = params?.['_meta'];
      const all: MetaObject = { ...(isObject(own) && own), ...meta };
      // Messages that nobody answers have none.
      if (progress !== undefined) all['progressToken'] = progress;
      return { ...params, _meta: all };
    },
    complete: (result) => transport.complete(result),
    adapt: () => false,
  };
}
