/**
 * What the answer to a first message says about a server.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#backward-compatibility
 */
import { ofAuth } from '../client/transport.js';
import { McpError } from '../errors.js';
import { HEADER_MISMATCH, MISSING_CAPABILITY, UNSUPPORTED_VERSION } from '../json-rpc.js';
import { LEGACY_VERSIONS, MODERN_VERSIONS } from '../spec/versions.js';

/**
 * - `modern`: it speaks a newer revision, and refuses for another reason.
 * - `failed`: it was not reached, or does not let us in.
 * - otherwise the revision with which to shake hands.
 */
export type Verdict = 'modern' | 'failed' | { readonly offer: string };

/**
 * Judges how `server/discover` failed.
 *
 * @param credentials whether any were sent
 */
export function judge(error: McpError, credentials: boolean): Verdict {
  const { code, rpcCode, status = 200, challenge } = error;
  const newest = LEGACY_VERSIONS[0] ?? '';
  if (rpcCode === HEADER_MISMATCH || rpcCode === MISSING_CAPABILITY) return 'modern';
  if (code === 'unsupported_version') {
    const supported = supportedBy(error);
    if (MODERN_VERSIONS.some((version) => supported.includes(version))) return 'modern';
    const common = LEGACY_VERSIONS.find((version) => supported.includes(version));
    // A result that names other versions comes from a server that discovers; an error may come from any.
    return common === undefined && rpcCode !== UNSUPPORTED_VERSION ? 'modern' : { offer: common ?? newest };
  }
  if (ofAuth.has(error)) return 'failed';
  // Old servers know no credentials of this kind, or refuse what they do not know before they say how to be let in.
  if (status === 401 || status === 403) return credentials && challenge === undefined ? { offer: newest } : 'failed';
  if (code === 'connection_failed' && !isOpaque(error)) return 'failed';
  if (code === 'aborted' || code === 'closed' || code === 'timeout') return 'failed';
  // Without a code of JSON-RPC, it happened on this side.
  if (code === 'internal' && rpcCode === undefined) return 'failed';
  return status >= 300 && status < 400 ? 'failed' : { offer: newest };
}

/** What is to be told of a server that discovers, and has no revision in common with this client. */
export function foreign(error: McpError): McpError {
  const { message, status, rpcCode, data, url } = error;
  return new McpError(
    'unsupported_version',
    `The server does not speak ${[...MODERN_VERSIONS, ...LEGACY_VERSIONS].join(', ')} (server/discover: ${message})`,
    { cause: error, status, rpcCode, data, url },
  );
}

/** What is to be told of a handshake that failed. */
export function refused(error: McpError, found: McpError | undefined, wanted: string): McpError {
  const { code, rpcCode, status = 200, data, url } = error;
  const passing =
    ofAuth.has(error) || status === 401 || status === 403 || status === 408 || status === 429 || status >= 500;
  const told =
    /^(?:http_status|invalid_message|unsupported_version|limit_exceeded)$/.test(code) || rpcCode !== undefined;
  if (passing || !told || (status >= 300 && status < 400)) return error;
  const spoken = wanted === 'auto' ? `neither ${MODERN_VERSIONS.join(', ')}` : `not ${wanted}`;
  const discovery = found === undefined ? '' : ` (server/discover: ${found.message})`;
  const older = wanted === 'auto' ? ' nor an older revision' : '';
  return new McpError(
    'unsupported_version',
    `The server speaks ${spoken}${discovery}${older} (initialize: ${error.message}). If it is plain JSON-RPC, use protocolVersion: 'none'`,
    { cause: error, status: error.status, rpcCode, data, url },
  );
}

/** A browser says nothing about why it did not send: what was not allowed may be a header that an old server does not know. */
function isOpaque({ cause }: McpError): boolean {
  if (!(cause instanceof TypeError)) return false;
  const { cause: inner, code } = cause as TypeError & { readonly code?: unknown };
  return inner === undefined && code === undefined;
}

function supportedBy({ data }: McpError): readonly unknown[] {
  const { supported } = Object(data) as { readonly supported?: unknown };
  return Array.isArray(supported) ? supported : [];
}
