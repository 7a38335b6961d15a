import { isObject, type JsonObject } from '../json-rpc.js';
import type { Discovery } from '../server/discovery.js';

/** What a server can do: as it says in `server/discover`, without the members that are there and undefined. */
export function offeredBy({ result }: Discovery): JsonObject {
  const { capabilities } = result;
  return isObject(capabilities)
    ? Object.fromEntries(Object.entries(capabilities).filter(([, value]) => value !== undefined))
    : {};
}
