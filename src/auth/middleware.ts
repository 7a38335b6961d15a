/** The loop around each request: send, and where that is refused, get a better token and send again. */
import { discard } from '../client/http-response.js';
import type { AuthMiddleware } from '../client/http-transport.js';
import { demandOf } from './challenge.js';
import { Session, type Setting } from './session.js';

// https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization#step-up-authorization-flow: "a few times".
const MAX_TRIES = 3;

/** Makes the middleware of a setting. Each server gets a session of its own, since tokens are for one server. */
export function authorized(setting: Setting): AuthMiddleware {
  const sessions: Session[] = [];
  return async (request, next) => {
    const { signal } = request;
    const url = new URL(request.url);
    let session = sessions.find((one) => one.covers(url));
    if (session === undefined) sessions.push((session = new Session(url, setting)));
    const tried = new Set<string>();
    for (let left = MAX_TRIES; ; left--) {
      const token = await session.token(signal);
      const response = await session.send(request, token, next);
      const demand = demandOf(response);
      if (demand === undefined || left === 0) return response;
      if (!(await session.renew(token, demand, tried, signal))) return response;
      discard(response);
    }
  };
}
