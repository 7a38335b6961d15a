/**
 * The handshake of the older revisions, as a client makes it.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle#initialization
 */
import type { Core } from '../client/core.js';
import type { ServerFacts } from '../client/link.js';
import type { ClientTransport } from '../client/transport.js';
import { McpError } from '../errors.js';
import { isObject, isRequest, type JsonObject, METHOD_NOT_FOUND } from '../json-rpc.js';
import type { ClientCapabilities, Implementation } from '../spec/types.js';
import { LEGACY_VERSIONS } from '../spec/versions.js';

/** What a client says of itself. */
export interface Greeting {
  /** The revision that it would like. */
  readonly version: string;
  readonly info: Implementation;
  readonly capabilities: ClientCapabilities;
}

/**
 * Sends `initialize`.
 *
 * @throws McpError what it fails with; `unsupported_version` for an answer in a revision that nobody knows,
 *   `invalid_message` for one that is none
 */
export async function initialize(
  core: Core,
  transport: ClientTransport,
  { version, info, capabilities }: Greeting,
  signal: AbortSignal,
): Promise<ServerFacts> {
  const { errorOf, unanswered } = core.wire;
  // Of the client's link only the id is wanted: what the link adds is for other servers.
  const { id } = core.request('initialize', undefined, {});
  const params = { protocolVersion: version, capabilities: capabilitiesFor(version, capabilities), clientInfo: info };
  for await (const message of transport.exchange({ jsonrpc: '2.0', id, method: 'initialize', params }, { signal })) {
    if (isRequest(message)) {
      // Nothing but a ping is allowed as yet.
      const { id: asked, method } = message;
      const answer =
        method === 'ping' ? { result: {} } : { error: { code: METHOD_NOT_FOUND, message: 'Not before the handshake' } };
      await transport.respond?.({ jsonrpc: '2.0', id: asked, ...answer });
    } else if (!('method' in message)) {
      if ('error' in message) throw errorOf(message);
      if (message.id !== id) {
        throw new McpError('invalid_message', `initialize was answered with id ${JSON.stringify(message.id)}`);
      }
      return factsOf(message.result, version);
    }
  }
  throw unanswered('initialize');
}

/** Says that the handshake is done. */
export function initialized(transport: ClientTransport, signal: AbortSignal): Promise<void> {
  return transport.notify({ jsonrpc: '2.0', method: 'notifications/initialized' }, { signal });
}

function factsOf({ protocolVersion, capabilities, serverInfo, instructions }: JsonObject, asked: string): ServerFacts {
  if (typeof protocolVersion !== 'string' || !isObject(capabilities)) {
    throw new McpError('invalid_message', 'the answer has no protocolVersion or no capabilities');
  }
  if (!LEGACY_VERSIONS.includes(protocolVersion)) {
    throw new McpError('unsupported_version', `it chose ${protocolVersion}`, {
      data: { supported: [protocolVersion], requested: asked },
    });
  }
  return {
    // Self-reported and for display only, so its members are not checked one by one.
    ...(isObject(serverInfo) && { info: serverInfo as unknown as Implementation }),
    capabilities,
    ...(typeof instructions === 'string' && { instructions }),
    protocolVersion,
    era: 'legacy',
  };
}

/** Capabilities in the words of a revision. */
function capabilitiesFor(version: string, capabilities: ClientCapabilities): JsonObject {
  const { extensions: _modern, elicitation, sampling, ...rest } = capabilities;
  const newest = version === LEGACY_VERSIONS[0];
  return {
    ...rest,
    // Before 2025-11-25 it had no members, and was about forms alone; before 2025-06-18 there was none.
    ...(elicitation && (newest || (version >= '2025-06-18' && (elicitation.form || !elicitation.url)))
      ? { elicitation: newest ? elicitation : {} }
      : {}),
    ...(sampling && { sampling: newest ? sampling : {} }),
  };
}
