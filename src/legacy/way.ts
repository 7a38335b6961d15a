/** The little of the past that every server has at hand: how to tell its peers from others, and where to find the rest. */
import { SESSION_HEADER } from '../http/headers.js';
import { isObject } from '../json-rpc.js';
import type { Head } from '../server/http-endpoint.js';
import type { HttpSsePaths, Past, PastHost, WayToPast } from '../server/past.js';

/** Makes the way of one server to its older peers. */
export function wayToPast(host: PastHost): WayToPast {
  const { legacy } = host.options;
  // The thing and not a promise of it, which may fail, and on workerd belongs to the request that made it.
  let past: Past | undefined;
  return {
    leads(value, head, version) {
      if (typeof version === 'string' || typeof head.get(SESSION_HEADER) === 'string') return true;
      const method = isObject(value) ? value['method'] : undefined;
      if (method === 'initialize' || method === 'ping') return true;
      return postedTo(head, legacy ? legacy.httpSse : undefined) !== undefined;
    },
    async open() {
      const { servePast } = await import('./server.js');
      return (past ??= servePast(host));
    },
    async close() {
      await past?.close();
    },
  };
}

/** The path and the query of a request, as far as the server knows them. */
export function placeOf(head: Head): readonly [path: string, query: string] {
  // By hand: there may be no host that a URL would take.
  const [, path = '', query = ''] = /^\w+:\/\/[^/?#]*([^?#]*)(?:\?([^#]*))?/.exec(head.info().url) ?? [];
  return [path, query];
}

/** The session to which a POST of the HTTP+SSE transport says that it belongs; `undefined` for every other request. */
export function postedTo(head: Head, paths: HttpSsePaths | undefined): string | undefined {
  if (paths === undefined) return undefined;
  const [path, query] = placeOf(head);
  return path.endsWith(paths.messages) ? (new URLSearchParams(query).get('sessionId') ?? undefined) : undefined;
}
