/** Serves peers of older revisions: everything in this room that concerns a server, wired up. */
import type { Past, PastHost } from '../server/past.js';
import { LegacyHttp } from './http.js';
import { LegacyChannel } from './channel.js';

/** Makes what serves a server's older peers. */
export function servePast(host: PastHost): Past {
  const http = new LegacyHttp(host);
  return {
    http: (arrival, value) => http.serve(arrival, value),
    channel: (standing, place) => new LegacyChannel(host, standing, place),
    async close() {
      await new Promise((resolve) => setTimeout(resolve));
      http.close();
    },
  };
}
