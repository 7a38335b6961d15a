/** The seam between a client of the older revisions and the way its messages travel. */
import type { ClientTransport } from '../client/transport.js';

/** How a client's messages travel to an older server. Its exchanges may yield requests of the server, too. */
export interface LegacyWire extends ClientTransport {
  /** The handshake is done: the negotiated revision goes with later messages, and streams that belong to no exchange are opened. */
  opened(protocolVersion: string): void;
  /** Makes a new session where the server has lost the old one: shakes hands again over this wire. Set by the client before `opened`. */
  renew?: (() => Promise<void>) | undefined;
  /** The server may have told of something that is lost. Set by the client, on the same terms. */
  missed?: (() => void) | undefined;
}

/** A wire over a transport that knows nothing of sessions: stdio, channels, a user's own. It passes everything on. */
export function wireOver(transport: ClientTransport): LegacyWire {
  return {
    exchange: (request, options) => transport.exchange(request, options),
    notify: (message, options) => transport.notify(message, options),
    ...(transport.incoming && { incoming: () => transport.incoming?.() ?? nothing() }),
    ...(transport.respond && { respond: async (response) => transport.respond?.(response) }),
    ...(transport.authorization && { authorization: async (options) => transport.authorization?.(options) }),
    opened() {},
    close: () => transport.close(),
  };
}

async function* nothing(): AsyncGenerator<never, void, undefined> {}
