/** Middleware, and what stands around a server. */
import { McpServer, type Middleware } from 'mcpwire/server';

export const lines: string[] = [];
const log = (line: string): void => void lines.push(line);

// #region timing
const timing: Middleware = (next) => async (request, ctx) => {
  const started = performance.now();
  try {
    return await next(request, ctx);
  } finally {
    log(`${request.method} ${Math.round(performance.now() - started)} ms`);
  }
};
// #endregion timing

// #region api-key
const requireKey =
  (keys: ReadonlySet<string>): Middleware =>
  (next) =>
  async (request, ctx) => {
    if (keys.has(ctx.http?.headers.get('x-api-key') ?? '')) return next(request, ctx);
    throw ctx.error(1000, 'Missing or unknown API key', { status: 401 });
  };
// #endregion api-key

// #region use
export const guarded = new McpServer({ name: 'guarded', version: '1.0.0' })
  .use(timing)
  .use(requireKey(new Set(['secret'])))
  .tool('ping', {}, () => 'pong');
// #endregion use
