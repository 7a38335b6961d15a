import { isObject, type JsonObject } from '../json-rpc.js';
import type { Trusted } from '../server/definition.js';
import type { HttpInfo, Peer } from '../server/exchange.js';
import type { Head } from '../server/http-endpoint.js';

const NOTHING: JsonObject = Object.freeze({});

/** The sender of one message, as its transport knows it. What it can do, its session says. */
export class ArrivalPeer implements Peer {
  readonly protocolVersion = '';
  readonly capabilities = NOTHING;
  readonly auth: Trusted['auth'];
  readonly platform: unknown;
  readonly #head: Head;

  constructor(head: Head, { auth, platform }: Trusted) {
    this.#head = head;
    this.auth = auth;
    this.platform = platform;
  }

  get http(): HttpInfo {
    return this.#head.info();
  }
}

/** Whether a client answers with it. */
export function isResponse(value: unknown): value is JsonObject {
  return isObject(value) && !('method' in value) && ('result' in value || 'error' in value);
}
