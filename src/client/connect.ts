/** From a target to a link: makes the transport, and finds out what the server speaks. */
import { isObject, type JsonObject } from '../json-rpc.js';
import { META_SERVER_INFO } from '../spec/meta.js';
import type { Served } from '../spec/served.js';
import type { Implementation } from '../spec/types.js';
import { MODERN_VERSIONS } from '../spec/versions.js';
import { attempt, wire } from './attempt.js';
import { perform } from './call.js';
import { Core } from './core.js';
import type { Fallback } from './fallback.js';
import { HttpTransport } from './http-transport.js';
import { type Link, modernLink, plainLink, type ServerFacts } from './link.js';
import type { ConnectOptions } from './options.js';
import type { ClientTransport } from './transport.js';
import { PACKAGE_VERSION } from './version.js';

/** What `McpClient.connect` connects to. */
export type Target = URL | string | ClientTransport | Served;

/**
 * Connects.
 *
 * @throws McpError, and TypeError for a target or options that make no sense
 */
export async function connect(target: Target, options: ConnectOptions, fallbacks: readonly Fallback[]): Promise<Core> {
  const url = typeof target === 'string' || target instanceof URL ? String(target) : undefined;
  const core = new Core(plainLink(transportTo(target, options)), options, url, wire, perform);
  core.link = await negotiate(core, fallbacks);
  void core.receive();
  return core;
}

async function negotiate(core: Core, fallbacks: readonly Fallback[]): Promise<Link> {
  const { options } = core;
  const { transport } = core.link;
  const { prior, name = 'mcpwire', version = PACKAGE_VERSION } = options;
  const { protocolVersion: asked = 'auto' } = options;
  const wanted = asked === 'auto' && prior ? prior.protocolVersion : asked;
  const info = { name, version };
  const { elicit, elicitUrl, sample, roots, extensions } = options;
  // Who can be asked will be, so what answers may as well be loaded now.
  const plain = (elicit ?? elicitUrl ?? sample ?? roots ?? extensions) === undefined;
  const capabilities = plain ? (options.capabilities ?? {}) : (await import('./lazy.js')).equip(core);
  if (wanted === 'none') return core.link;
  const known = MODERN_VERSIONS.includes(wanted);
  const speak = (server: ServerFacts, pinned = false): Link =>
    modernLink(transport, info, server, capabilities, pinned);
  const first = speak(
    {
      capabilities: {},
      ...prior,
      era: 'modern',
      protocolVersion: known ? wanted : (MODERN_VERSIONS[0] ?? ''),
    },
    // What was asked for is kept to; what an earlier connection found may have changed. To discover is to ask for nothing, so
    // that an error that names other versions of ours is heeded.
    known && asked !== 'auto',
  );
  if (known) return first;
  const began = performance.now();
  const discover = async (signal = options.signal): Promise<Link> => {
    core.link = first;
    const result = await attempt(core, { method: 'server/discover' }, { signal });
    return speak(discovered(result) ?? (await import('./lazy.js')).strange(result, first.server.protocolVersion));
  };
  let found: unknown;
  if (wanted === 'auto' && !fallbacks.some((fallback) => fallback.leads(core))) {
    try {
      return await discover();
    } catch (error) {
      found = error;
    }
  }
  const lazy = await import('./lazy.js').catch((error: unknown) => {
    // A part that cannot be loaded, as in a page that has gone offline, must not hide what happened.
    throw found ?? error;
  });
  return lazy.other({ core, wanted, info, capabilities, discover, began }, fallbacks, found);
}

function transportTo(target: Target, options: ConnectOptions): ClientTransport {
  if (typeof target === 'string' || target instanceof URL) return new HttpTransport(target, options);
  // Looked at by shape, since a class of the server would carry it into every client.
  const { exchange, fetch } = (isObject(target) ? target : {}) as Partial<ClientTransport & Served>;
  if (typeof exchange === 'function') return target as ClientTransport;
  if (typeof fetch === 'function') {
    // A name that every server admits; nothing is sent over the network.
    return new HttpTransport('http://localhost/mcp', {
      ...options,
      fetch: options.fetch ?? ((url, init) => fetch(new Request(url, init))),
    });
  }
  throw new TypeError('McpClient.connect(target): a URL, a transport or an McpServer');
}

/** What a server says of itself; `undefined` where it says nothing that this client understands. */
function discovered({
  supportedVersions,
  capabilities,
  instructions,
  _meta: meta,
  serverInfo,
}: JsonObject): ServerFacts | undefined {
  const protocolVersion =
    Array.isArray(supportedVersions) && MODERN_VERSIONS.find((version) => supportedVersions.includes(version));
  if (!protocolVersion) return undefined;
  // Some servers put it where older revisions had it.
  const info = isObject(meta) ? (meta[META_SERVER_INFO] ?? serverInfo) : serverInfo;
  return {
    // Self-reported and for display only, so its members are not checked one by one.
    ...(isObject(info) && { info: info as unknown as Implementation }),
    capabilities: isObject(capabilities) ? capabilities : {},
    ...(typeof instructions === 'string' && { instructions }),
    protocolVersion,
    era: 'modern',
  };
}
