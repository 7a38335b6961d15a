/** From a target to a link: makes the transport, and finds out what the server speaks. */
import { isMcpError, McpError } from '../errors.js';
import { isObject, type JsonObject, HEADER_MISMATCH, MISSING_CAPABILITY } from '../json-rpc.js';
import { META_SERVER_INFO } from '../spec/meta.js';
import type { Served } from '../spec/served.js';
import type { Implementation } from '../spec/types.js';
import { MODERN_VERSIONS } from '../spec/versions.js';
import { call } from './call.js';
import { Core } from './core.js';
import { HttpTransport } from './http-transport.js';
import { type Link, modernLink, plainLink, type ServerFacts } from './link.js';
import type { ConnectOptions } from './options.js';
import type { ClientTransport } from './transport.js';
import { PACKAGE_VERSION } from './version.js';

/** What `McpClient.connect` connects to. */
export type Target = URL | string | ClientTransport | Served;

/** What a fallback gets to work with. */
export interface FallbackContext {
  readonly transport: ClientTransport;
  /** The revision that was asked for, or `auto`. */
  readonly wanted: string;
  /** How the server answered `server/discover`; absent when a revision was asked for. */
  readonly found?: McpError;
  readonly info: Implementation;
  readonly options: ConnectOptions;
}

/** Speaks to servers that the core does not know, by making them look modern. `undefined`: not one of these either. */
export type Fallback = (context: FallbackContext) => Promise<Link | undefined>;

/**
 * Connects.
 *
 * @throws McpError, and TypeError for a target or options that make no sense
 */
export async function connect(target: Target, options: ConnectOptions, fallbacks: readonly Fallback[]): Promise<Core> {
  const core = new Core(plainLink(transportTo(target, options)), options);
  core.link = await negotiate(core, fallbacks);
  void core.receive();
  return core;
}

async function negotiate(core: Core, fallbacks: readonly Fallback[]): Promise<Link> {
  const { options } = core;
  const { transport } = core.link;
  const { protocolVersion: wanted = 'auto', name = 'mcpwire', version = PACKAGE_VERSION } = options;
  if (wanted === 'none') return core.link;
  const info = { name, version };
  const facts = { capabilities: {}, protocolVersion: MODERN_VERSIONS[0] ?? '', era: 'modern' } as const;
  if (MODERN_VERSIONS.includes(wanted)) {
    return modernLink(transport, info, { ...facts, protocolVersion: wanted }, true);
  }
  let found: McpError | undefined;
  if (wanted === 'auto') {
    // Not pinned, so that an error that names other versions of ours is heeded.
    const link = modernLink(transport, info, facts, false);
    core.link = link;
    try {
      const result = await call(core, 'server/discover', undefined, { signal: options.signal });
      return modernLink(transport, info, discovered(result, link.server.protocolVersion), false);
    } catch (error) {
      if (!isMcpError(error) || !isForeign(error)) throw error;
      found = error;
    }
  }
  for (const fallback of fallbacks) {
    const link = await fallback({ transport, wanted, info, options, ...(found !== undefined && { found }) });
    if (link !== undefined) return link;
  }
  throw unsupported(wanted, found);
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

function discovered(result: JsonObject, asked: string): ServerFacts {
  const { supportedVersions, capabilities, instructions, _meta: meta, serverInfo } = result;
  if (!Array.isArray(supportedVersions))
    throw new McpError('method_not_found', 'its answer to server/discover is none');
  const protocolVersion = MODERN_VERSIONS.find((version) => supportedVersions.includes(version));
  if (protocolVersion === undefined) {
    throw new McpError('unsupported_version', `it supports ${supportedVersions.join(', ')}`, {
      data: { supported: supportedVersions, requested: asked },
    });
  }
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

/**
 * Whether a failed discovery means that the server speaks something else, rather than that it cannot be reached or does
 * not let us in.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#backward-compatibility
 */
function isForeign({ code, rpcCode, status = 200 }: McpError): boolean {
  if (code === 'unsupported_version' || code === 'method_not_found') return true;
  if (rpcCode === HEADER_MISMATCH || rpcCode === MISSING_CAPABILITY) return false;
  if (rpcCode !== undefined && status < 500) return status !== 401 && status !== 403;
  return code === 'http_status' && [400, 404, 405, 406, 415, 422].includes(status);
}

function unsupported(wanted: string, found: McpError | undefined): McpError {
  const known = MODERN_VERSIONS.join(', ');
  if (found === undefined)
    return new McpError('unsupported_version', `protocolVersion ${wanted} is not one of auto, none, ${known}`);
  const { status, rpcCode, data, url } = found;
  return new McpError(
    'unsupported_version',
    `The server does not speak ${known} (server/discover: ${found.message}). If it is plain JSON-RPC, use protocolVersion: 'none'`,
    { cause: found, status, rpcCode, data, url },
  );
}
