/** Under which authorization requests of `HttpTransport` travel. */
import type { HttpTransportOptions } from './http-transport.js';
import type { HeaderSource } from './transport.js';

/** All given headers, since any may hold a credential; `undefined` with `auth`, which may add others. */
export async function identityOf(
  { headers: own, auth }: HttpTransportOptions,
  headers: HeaderSource | undefined,
): Promise<string | undefined> {
  if (auth !== undefined) return undefined;
  return JSON.stringify([...(await entriesOf(own)), ...(await entriesOf(headers))]);
}

async function entriesOf(source: HeaderSource | undefined): Promise<[string, string][]> {
  return [...new Headers(typeof source === 'function' ? await source() : source)];
}
