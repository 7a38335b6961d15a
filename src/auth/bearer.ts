/** A token that comes from elsewhere. */
import { discard } from '../client/http-response.js';
import type { AuthMiddleware } from '../client/http-transport.js';

/**
 * Sends a token with every request. One that a function gives is asked for before each request, and once more where a
 * server refuses it, so that the function can renew it.
 *
 * @param token must be for this server alone: a server can use what it is sent
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization#token-requirements
 *
 * @example
 * ```ts
 * const client = await McpClient.connect(url, { auth: bearer(process.env.MCP_TOKEN ?? '') });
 * ```
 */
export function bearer(token: string | (() => string | Promise<string>)): AuthMiddleware {
  const ask = typeof token === 'function' ? token : (): string => token;
  return async (request, next) => {
    const used = await ask();
    request.headers.set('authorization', `Bearer ${used}`);
    const response = await next(request);
    if (response.status !== 401 || typeof token === 'string') return response;
    const fresh = await ask();
    if (fresh === used) return response;
    discard(response);
    request.headers.set('authorization', `Bearer ${fresh}`);
    return next(request);
  };
}
