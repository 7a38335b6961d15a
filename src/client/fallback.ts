/** What to make of a server that is not one that the core knows. */
import { isMcpError, McpError } from '../errors.js';
import { HEADER_MISMATCH, type JsonObject, MISSING_CAPABILITY } from '../json-rpc.js';
import type { ClientCapabilities, Implementation } from '../spec/types.js';
import { LEGACY_VERSIONS, MODERN_VERSIONS } from '../spec/versions.js';
import type { Core } from './core.js';
import type { Link } from './link.js';
import { ofAuth } from './transport.js';

/** What a fallback gets to work with. */
export interface FallbackContext {
  readonly core: Core;
  /** The revision that was asked for, or `auto`. */
  readonly wanted: string;
  /** How the server answered `server/discover`; absent when it was not asked. */
  readonly found: McpError | undefined;
  readonly info: Implementation;
  /** What the client can do. */
  readonly capabilities: ClientCapabilities;
  /** Asks the server what it speaks. Rejects where that is nothing that the core knows. */
  readonly discover: (signal?: AbortSignal) => Promise<Link>;
  /** When connecting began, as `performance.now()` tells it. */
  readonly began: number;
}

/** Speaks to servers that the core does not know, by making them look modern. */
export interface Fallback {
  /** Whether it is asked before the server is, since it knows more about this one. */
  leads(core: Core): boolean;
  /**
   * Finds a way to speak to a server. `undefined`: it is not one of these either.
   *
   * @throws McpError that says why the server cannot be spoken to
   */
  open(context: FallbackContext): Promise<Link | undefined>;
}

/**
 * Finds a way to speak to a server.
 *
 * @throws McpError what discovery failed with, where that says that the server cannot be reached or does not let us in;
 *   else `unsupported_version`
 */
export async function other(
  asked: Omit<FallbackContext, 'found'>,
  fallbacks: readonly Fallback[],
  found: unknown,
): Promise<Link> {
  // Options that make no sense: what was thrown is for the caller, whatever it is.
  if (found !== undefined && !isMcpError(found)) throw found as TypeError;
  const context: FallbackContext = { ...asked, found };
  for (const fallback of fallbacks) {
    const link = await fallback.open(context);
    if (link !== undefined) return link;
  }
  if (found !== undefined && (ofAuth.has(found) || !isForeign(found))) throw found;
  throw unsupported(asked.wanted, found);
}

/**
 * Says what is wrong with the answer to `server/discover`.
 *
 * @throws McpError `method_not_found` for an answer to something else, `unsupported_version` where no version is a common one
 */
export function strange({ supportedVersions: supported }: JsonObject, requested: string): never {
  if (!Array.isArray(supported)) throw new McpError('method_not_found', 'its answer to server/discover is none');
  throw new McpError('unsupported_version', `it supports ${supported.join(', ')}`, { data: { supported, requested } });
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
  const cure = 'For older servers import McpClient from mcpwire/client';
  if (found === undefined) {
    const older = LEGACY_VERSIONS.includes(wanted) ? `. ${cure}` : '';
    return new McpError('unsupported_version', `protocolVersion ${wanted} is not one of auto, none, ${known}${older}`);
  }
  const { status, rpcCode, data, url } = found;
  return new McpError(
    'unsupported_version',
    `The server does not speak ${known} (server/discover: ${found.message}). ${cure}; if it is plain JSON-RPC, use protocolVersion: 'none'`,
    { cause: found, status, rpcCode, data, url },
  );
}
