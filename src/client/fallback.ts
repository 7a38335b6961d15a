/** What to make of a server that is not one that the core knows. */
import { McpError } from '../errors.js';
import { HEADER_MISMATCH, MISSING_CAPABILITY } from '../json-rpc.js';
import type { ClientCapabilities, Implementation } from '../spec/types.js';
import { MODERN_VERSIONS } from '../spec/versions.js';
import type { Link } from './link.js';
import type { ConnectOptions } from './options.js';
import type { ClientTransport } from './transport.js';

/** What a fallback gets to work with. */
export interface FallbackContext {
  readonly transport: ClientTransport;
  /** The revision that was asked for, or `auto`. */
  readonly wanted: string;
  /** How the server answered `server/discover`; absent when a revision was asked for. */
  readonly found?: McpError;
  readonly info: Implementation;
  /** What the client can do. */
  readonly capabilities: ClientCapabilities;
  readonly options: ConnectOptions;
}

/** Speaks to servers that the core does not know, by making them look modern. `undefined`: not one of these either. */
export type Fallback = (context: FallbackContext) => Promise<Link | undefined>;

/**
 * Finds a way to speak to a server.
 *
 * @throws McpError what discovery failed with, where that says that the server cannot be reached or does not let us in;
 *   else `unsupported_version`
 */
export async function other(context: FallbackContext, fallbacks: readonly Fallback[]): Promise<Link> {
  const { wanted, found } = context;
  if (found !== undefined && !isForeign(found)) throw found;
  for (const fallback of fallbacks) {
    const link = await fallback(context);
    if (link !== undefined) return link;
  }
  throw unsupported(wanted, found);
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
