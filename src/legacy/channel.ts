import {
  encodeMessage,
  isRequest,
  type JsonObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from '../json-rpc.js';
import type { Exchange } from '../server/exchange.js';
import type { PastChannel, PastHost } from '../server/past.js';
import type { Running } from '../server/running.js';
import { batchError, isBatch, readBatch } from './batch.js';
import { factsOf, legacyMethods } from './methods.js';
import { LegacySession } from './session.js';
import { changed } from './session-store.js';

/** A channel whose client is of an older revision: the channel is the session. */
export class LegacyChannel implements PastChannel {
  readonly #session: LegacySession;
  readonly #standing: Exchange;
  readonly #place: Running;

  /**
   * @param standing where notifications go that belong to no request
   * @param revision in whose shapes the client is answered before its handshake. Default: the newest
   */
  constructor(host: PastHost, standing: Exchange, place: Running, revision = '') {
    this.#standing = standing;
    this.#place = place;
    const methods = legacyMethods(host, (facts) => {
      this.#session.facts = facts;
      return undefined;
    });
    const session: LegacySession = new LegacySession(host, factsOf({ protocolVersion: revision }), methods, true, {
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

  batch(
    value: unknown,
    hand: (message: JsonRpcRequest | JsonRpcNotification) => void,
    settled: (text: string) => void,
  ): boolean {
    const session = this.#session;
    const { host, facts } = session;
    if (!isBatch(facts.revision, value)) return false;
    for (const entry of readBatch(value, host.service.limits.batch, session)) {
      if ('answer' in entry) {
        session.answer(entry.answer);
      } else if ('error' in entry) {
        settled(encodeMessage(entry.error));
      } else {
        const { message } = entry;
        try {
          hand(message);
        } catch (error) {
          const response = batchError(message, error, host.tell);
          if (isRequest(message)) settled(encodeMessage(response));
        }
      }
    }
    return true;
  }

  /** A request of this id is being answered. */
  runs(id: RequestId): boolean {
    return this.#session.runs(id);
  }

  /** The client cancels a request. */
  cancel(params: JsonObject | undefined): void {
    this.#session.cancel(params);
  }

  close(): void {
    this.#session.end();
  }
}
