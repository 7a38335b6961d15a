import type { CorsOptions, Origins } from '../http/origin.js';
import type { CacheHints } from '../spec/types.js';
import type { Secret } from '../util/seal.js';
import type { Tracer } from '../util/tracing.js';
import type { ServerAuth } from './authorization.js';
import type { Bus } from './bus.js';
import type { Context } from './context.js';
import type { LegacyOptions } from './past.js';
import type { MayWatch, SubscriptionLimits } from './subscriptions.js';

/** Limits of a server. Each bounds an attack or a failure; each is a number you may change. */
export interface ServerLimits {
  /** Bytes of a request body. More is answered with 413 before any handler runs. Default 4 MiB. */
  readonly requestBodyBytes: number;
  /** Open arrays and objects in a body. More is answered with -32600. Default 128. */
  readonly jsonDepth: number;
  /** Values in a body. More is answered with -32600. Default 500,000. */
  readonly jsonValues: number;
  /** Unsent bytes of a stream at which writes wait. Default 64 KiB. */
  readonly streamHighWaterBytes: number;
  /**
   * Unsent bytes of a stream beyond which notifications are dropped, because a handler does not await its sends and the
   * client does not read. Default 1 MiB.
   */
  readonly streamDropBytes: number;
  /** Bytes of a sealed `requestState`. A handler that needs more fails with `limit_exceeded`. Default 256 KiB. */
  readonly requestStateBytes: number;
  /** Milliseconds that a caller has to answer a round of questions. Default 1 hour. */
  readonly requestStateTtlMs: number;
  /** Rounds of questions in one call. A handler that asks on fails with `limit_exceeded`. Default 10. */
  readonly inputRounds: number;
  /** Milliseconds without a first byte after which a pending answer becomes a stream. Default 5,000. */
  readonly silenceMs: number;
  /** Milliseconds that a caller of an older revision has to answer one question. Default 10 minutes (600,000). */
  readonly askMs: number;
  /** Messages in a batch, which revision 2025-03-26 alone knows. More are refused with -32600. Default 100. */
  readonly batch: number;
}

/** How long, and for whom, clients may cache what a server says; per list where lists differ. */
export interface ServerCache extends CacheHints {
  /** `server/discover`. */
  readonly discover?: CacheHints;
  /** `tools/list`. Always `private` where a tool is not visible to all. */
  readonly tools?: CacheHints;
  /** `prompts/list`, likewise. */
  readonly prompts?: CacheHints;
  /** `resources/list`, likewise. */
  readonly resources?: CacheHints;
  /** `resources/templates/list`, likewise. */
  readonly resourceTemplates?: CacheHints;
}

/** Options of a server. Everything has a safe default. */
export interface ServerOptions {
  /**
   * Which web origins are served, and get CORS headers. Attack: a page the user visits calls a server on the user's
   * machine or network. Default: requests without `Origin` (no browser), loopback pages when the server itself is asked
   * for by a loopback name, and the server's own origin when its host is in `allowedHosts`. A list replaces the default;
   * an empty list refuses every page. The origin `null` is never served.
   */
  readonly origins?: Origins;
  /**
   * The host names, with port where it is not the default one, under which this server is reached. Attack: DNS
   * rebinding. Default: on a loopback address only loopback names; elsewhere any.
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Who may call over HTTP: `bearerAuth(...)` of `mcpwire/auth/server`. Attack: anyone who finds the URL. Looked at on every
   * request before its body is read; who is vouched for by `server.handler({ auth })` is not looked at again. Default:
   * everyone who passes `origins` and `allowedHosts`.
   */
  readonly auth?: ServerAuth;
  /** What pages of served origins may see and remember. Default: no further headers, preflights for 7,200 s. */
  readonly cors?: CorsOptions;
  /**
   * Size, count and time limits; what is no number throws when the server is made. Default: what {@link ServerLimits} and
   * {@link SubscriptionLimits} say.
   */
  readonly limits?: Partial<ServerLimits & SubscriptionLimits>;
  /**
   * Milliseconds of quiet on an open stream before a comment is sent to keep proxies from cutting it; `Infinity`: never.
   * Default 8,000.
   */
  readonly keepAliveMs?: number;
  /** Milliseconds after which a handler's `ctx.signal` is aborted and the call fails. Default: no limit. */
  readonly handlerTimeoutMs?: number;
  /** How long, and for whom, clients may cache lists and resources. Default `{ ttlMs: 0, cacheScope: 'private' }`. */
  readonly cache?: ServerCache;
  /** Entries of a page of a list. Default: all that are registered. */
  readonly pageSize?: number;
  /**
   * What `requestState` is sealed with: 16 bytes or more, the same in every process that answers for this server. To
   * change it, give `[new, old]` for an hour. Attack: a caller that reads or changes what a handler has learned so far.
   * Default: a random one, so that only this process can go on where it stopped; a warning says so once.
   */
  readonly secret?: Secret | readonly Secret[];
  /** Carries changes between the processes that serve this server. Default: this process alone. */
  readonly bus?: Bus;
  /** Whether a caller may hear of updates of a resource. Default: of every resource that is not hidden from it by `visible`. */
  readonly mayWatch?: MayWatch;
  /**
   * Makes a span of every request: an OpenTelemetry `Tracer`, or anything of its shape. Outermost of all middleware; use
   * `tracing(...)` in its place for more than the defaults. Default: none.
   */
  readonly tracer?: Tracer;
  /** `false`: `ctx.log` sends nothing and the capability is not declared. Default `true`. */
  readonly logging?: boolean;
  /**
   * How peers of revisions before 2026-07-28 are served. `false`: not at all, plain JSON-RPC included. Default: all of them
   * (with `mcpwire/server/modern`: plain JSON-RPC alone), as {@link LegacyOptions} says.
   */
  readonly legacy?: false | LegacyOptions;
  /**
   * Hears every error that was masked before it went out, and every failure that has no caller to tell. `errorId` is the
   * id that the caller was given. Default: `console.error`.
   */
  readonly onError?: (error: unknown, ctx: Context | undefined, errorId: string) => void;
  /**
   * Sends the messages of unexpected errors to callers. They tend to hold paths, queries and credentials. Default
   * `false`.
   */
  readonly unsafelyExposeErrorMessages?: boolean;
}

/** The defaults of {@link ServerLimits}. */
export const defaultLimits: ServerLimits = {
  requestBodyBytes: 4 * 1024 * 1024,
  jsonDepth: 128,
  jsonValues: 500_000,
  streamHighWaterBytes: 64 * 1024,
  streamDropBytes: 1024 * 1024,
  requestStateBytes: 256 * 1024,
  requestStateTtlMs: 3_600_000,
  inputRounds: 10,
  silenceMs: 5_000,
  askMs: 600_000,
  batch: 100,
};

/** Of each secret, characters or bytes. */
const MIN_SECRET = 16;

/** @throws TypeError */
export function checkOptions(options: ServerOptions): void {
  const { cache, pageSize = Infinity, secret } = options;
  const { discover, tools, prompts, resources, resourceTemplates } = cache ?? {};
  for (const hints of [cache, discover, tools, prompts, resources, resourceTemplates]) checkTtl(hints, 'cache');
  if (pageSize !== Infinity && !(Number.isSafeInteger(pageSize) && pageSize > 0)) {
    throw new TypeError('pageSize must be an integer, 1 or more');
  }
  const secrets: readonly (Secret | undefined)[] = Array.isArray(secret) ? secret : [secret];
  // Now, and not when the first state is sealed.
  if (secret !== undefined && !(secrets.length > 0 && secrets.every((one) => Number(one?.length) >= MIN_SECRET))) {
    throw new TypeError(`secret must be ${MIN_SECRET} characters or bytes that nobody can guess`);
  }
}

/** The longest that timers take; more would be none at all. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds for a timer: `Infinity` is the longest there is. */
export function timerMs(ms: number): number {
  return Math.min(ms, MAX_TIMER_MS);
}

/**
 * The limits, with their defaults.
 *
 * @throws TypeError for what is no number: no comparison with it would ever be true, and there would be no limit
 */
export function limitsOf({ limits, legacy, handlerTimeoutMs = 1, keepAliveMs = 1 }: ServerOptions): ServerLimits {
  const { sessionTtlMs = 1 } = legacy || {};
  const all = { ...defaultLimits, ...limits };
  for (const [name, value] of Object.entries(all)) checkNumber(value, `limits.${name}`, 0);
  checkNumber(handlerTimeoutMs, 'handlerTimeoutMs', 1);
  checkNumber(keepAliveMs, 'keepAliveMs', 1);
  checkNumber(sessionTtlMs, 'legacy.sessionTtlMs', 1);
  return { ...all, silenceMs: timerMs(all.silenceMs) };
}

function checkNumber(value: unknown, name: string, least: number): void {
  if (typeof value !== 'number' || !(value >= least)) throw new TypeError(`${name} must be a number, ${least} or more`);
}

/** @throws TypeError for what is no time to live */
export function checkTtl({ ttlMs = 0 }: { readonly ttlMs?: unknown } = {}, owner: string): void {
  if (!Number.isSafeInteger(ttlMs) || (ttlMs as number) < 0) {
    throw new TypeError(`${owner}: ttlMs must be an integer, 0 or more`);
  }
}
