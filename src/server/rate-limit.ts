import { RATE_LIMITED, type JsonObject } from '../json-rpc.js';
import { raise, type Context } from './context.js';
import type { Middleware, MiddlewareRequest } from './middleware.js';
import { principalOf } from './principal.js';

/** A token bucket: `burst` requests at once, and `perSecond` more each second on average. */
export interface RateLimit {
  /** Requests that may come at once. A number, 1 or more. */
  readonly burst: number;
  /** Requests a second that are refilled, up to `burst`. More than 0; `1 / 60` is one a minute. */
  readonly perSecond: number;
}

/**
 * Where buckets are kept. Several processes that share a store share their limits.
 *
 * @example
 * ```ts
 * // A script in Redis does the same in one step: refill by the time that has passed, take one, or say how long to wait.
 * const store: RateLimitStore = { take: (key, { burst, perSecond }) => redis.eval(script, key, burst, perSecond) };
 * ```
 */
export interface RateLimitStore {
  /**
   * Takes one token out of a bucket, which is full when it is not known.
   *
   * @returns 0 when there was one; else the milliseconds until there is one. A rejection fails the request.
   */
  take(key: string, limit: RateLimit): number | Promise<number>;
}

/** Options of {@link rateLimit}. */
export interface RateLimitOptions {
  /**
   * Limits by method; `false` lifts one. Default: `tools/call` `{ burst: 60, perSecond: 5 }` and `completion/complete`
   * `{ burst: 60, perSecond: 20 }`, each over all tools; other methods have none.
   */
  readonly methods?: Readonly<Record<string, RateLimit | false>>;
  /** Limits by tool name: such a tool has a bucket of its own, in place of that of `tools/call`. */
  readonly tools?: Readonly<Record<string, RateLimit | false>>;
  /**
   * Whose bucket it is. Attack: whoever can choose the key has as many buckets as they like, so never take it from what a
   * caller says of itself. `undefined`: no limit. Default: the authenticated user, else the authenticated program; all
   * others share one bucket.
   */
  readonly key?: (request: MiddlewareRequest, ctx: Context) => string | undefined;
  /** Default: {@link memoryRateLimitStore}. */
  readonly store?: RateLimitStore;
}

/** The `data` of the error of {@link rateLimit}. */
export interface RateLimitedData {
  /** Milliseconds after which the next request has a chance. */
  readonly retryAfterMs: number;
}

const DEFAULTS: Readonly<Record<string, RateLimit>> = {
  'tools/call': { burst: 60, perSecond: 5 },
  'completion/complete': { burst: 60, perSecond: 20 },
};

/**
 * Middleware that limits how often each caller may ask. A request beyond the limit never reaches its handler: it fails with
 * JSON-RPC error 429, which clients of this package know as `rate_limited`, with `data.retryAfterMs`; over HTTP with status
 * 429 and `Retry-After`.
 *
 * @throws TypeError for a limit that is none
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#security-considerations
 *
 * @example
 * ```ts
 * server.use(rateLimit({ tools: { search: { burst: 10, perSecond: 1 } } }));
 * ```
 */
export function rateLimit(options: RateLimitOptions = {}): Middleware {
  const { key = defaultKey, store = memoryRateLimitStore() } = options;
  const methods = tableOf('methods', { ...DEFAULTS, ...options.methods });
  const tools = tableOf('tools', options.tools ?? {});
  return (next) => async (request, ctx) => {
    const { method, params } = request;
    const tool = method === 'tools/call' ? toolName(params) : undefined;
    const own = tool !== undefined && tools.has(tool);
    const limit = own ? tools.get(tool) : methods.get(method);
    if (limit) {
      const caller = key(request, ctx);
      if (caller !== undefined) {
        const wait = await store.take(JSON.stringify(own ? [caller, method, tool] : [caller, method]), limit);
        if (wait > 0) throw limited(own ? `calls of tool "${tool}"` : `"${method}" requests`, wait);
      }
    }
    return next(request, ctx);
  };
}

/** Options of {@link memoryRateLimitStore}. */
export interface MemoryRateLimitStoreOptions {
  /** Buckets that are kept; of more, the one unused for longest is forgotten, which fills it. Default 100,000. */
  readonly maxBuckets?: number;
  /** The time in milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

/** Parts of a token that sums of floating point numbers may lack: whoever has waited as long as told is let through. */
const ROUNDING = 1e-9;

/** A {@link RateLimitStore} that keeps buckets in this process. */
export function memoryRateLimitStore(options: MemoryRateLimitStoreOptions = {}): {
  take(key: string, limit: RateLimit): number;
} {
  const { maxBuckets = 100_000, now = () => Date.now() } = options;
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(key, { burst, perSecond }) {
      const at = now();
      const bucket = buckets.get(key);
      // A clock that was set back refills nothing.
      const passed = bucket === undefined ? 0 : Math.max(0, at - bucket.at);
      const tokens = bucket === undefined ? burst : Math.min(burst, bucket.tokens + (passed * perSecond) / 1000);
      const taken = tokens > 1 - ROUNDING;
      // Put last, so that the first one is the one unused for longest.
      buckets.delete(key);
      buckets.set(key, { tokens: taken ? Math.max(0, tokens - 1) : tokens, at });
      const [oldest] = buckets.keys();
      if (buckets.size > maxBuckets && oldest !== undefined) buckets.delete(oldest);
      return taken ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000);
    },
  };
}

function defaultKey(_request: MiddlewareRequest, { auth }: Context): string {
  return principalOf(auth) ?? '';
}

function toolName(params: JsonObject | undefined): string | undefined {
  const name = params?.['name'];
  return typeof name === 'string' ? name : undefined;
}

/** A map, since a caller may name a tool or method after a member that every object has. */
function tableOf(option: string, limits: Readonly<Record<string, RateLimit | false>>): Map<string, RateLimit | false> {
  for (const [name, limit] of Object.entries(limits)) {
    if (limit !== false && !(limit.burst >= 1 && limit.perSecond > 0 && limit.burst + limit.perSecond < Infinity)) {
      throw new TypeError(`rateLimit: ${option}["${name}"] needs burst, 1 or more, and perSecond, more than 0`);
    }
  }
  return new Map(Object.entries(limits));
}

function limited(what: string, retryAfterMs: number): Error {
  const data: RateLimitedData = { retryAfterMs };
  const seconds = Math.ceil(retryAfterMs / 1000);
  const facts = { rpcCode: RATE_LIMITED, status: 429, data };
  const headers = { 'retry-after': String(seconds) };
  return raise('rate_limited', `Too many ${what}; try again in ${seconds} s`, facts, headers);
}
