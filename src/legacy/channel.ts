import type { JsonObject, JsonRpcNotification, JsonRpcRequest } from '../json-rpc.js';
import type { Exchange } from '../server/exchange.js';
import type { PastChannel, PastHost } from '../server/past.js';
import type { Running } from '../server/running.js';
import { factsOf, legacyMethods } from './methods.js';
import { LegacySession } from './session.js';
import { changed } from './session-store.js';

/** A channel whose client is of an older revision: the channel is the session. */
export class LegacyChannel implements PastChannel {
  readonly #session: LegacySession;
  readonly #standing: Exchange;
  readonly #place: Running;

  /** @param standing where notifications go that belong to no request */
  constructor(host: PastHost, standing: Exchange, place: Running) {
    this.#standing = standing;
    this.#place = place;
    const methods = legacyMethods(host, (facts) => {
      this.#session.facts = facts;
      return undefined;
    });
    const session: LegacySession = new LegacySession(host, factsOf({ protocolVersion: '' }), methods, true, {
      keep(change) {
        session.state = changed(session.state, change);
      },
    });
    this.#session = session;
  }

  wrap<M extends JsonRpcRequest | JsonRpcNotification>(message: M, exchange: Exchange): readonly [M, Exchange] {
    // What is said in the handshake is known to the handshake's own middleware.
    if (message.method === 'initialize' && typeof message.params?.['protocolVersion'] === 'string')
      this.#session.facts = factsOf(message.params);
    else if (message.method === 'notifications/initialized') void this.#session.stand(this.#standing, this.#place);
    return this.#session.wrap(message, exchange);
  }

  answer(response: JsonObject): void {
    this.#session.answer(response);
  }

  close(): void {
    this.#session.end();
  }
}
