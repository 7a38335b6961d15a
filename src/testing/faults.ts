/** A network that misbehaves on order. */
import { isObject, type JsonRpcMessage } from '../json-rpc.js';
import { eachEventTwice, inPieces, pause, upTo, withGarbage } from './fault-body.js';
import { type Chunks, type Fetch, textOf, through } from './fetch.js';

/**
 * What goes wrong with one request. Several members combine; those of the response apply in the order in which they
 * stand here, so `cutAfterBytes` counts the bytes that the members above it leave.
 */
export interface Fault {
  /** Milliseconds to wait before the request is sent, or answered with `status`. */
  readonly delayMs?: number | undefined;
  /**
   * `'request'`: the connection breaks before the server has seen anything. `'response'`: the server does its work, and
   * its answer is lost. The caller cannot tell one from the other.
   */
  readonly drop?: 'request' | 'response' | undefined;
  /** Answered with this status by something on the way; the server sees nothing. */
  readonly status?: number | undefined;
  /** Headers of the answer with `status`. */
  readonly headers?: HeadersInit | undefined;
  /** Body of the answer with `status`. Default none. */
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
  /** The server gets the request twice at the same time; the caller gets the first one's answer. */
  readonly duplicateRequest?: boolean | undefined;
  /** Every server-sent event comes twice. */
  readonly duplicateEvents?: boolean | undefined;
  /**
   * Bytes that do not belong there, put in at the offset `at` of the body; at its end when it is shorter. A number stands
   * for that many random bytes.
   */
  readonly garbage?: { readonly at: number; readonly bytes: Uint8Array | string | number } | undefined;
  /** The body comes in pieces of at most this many bytes. */
  readonly chunkBytes?: number | undefined;
  /** Milliseconds between two pieces. Default 0. */
  readonly chunkDelayMs?: number | undefined;
  /** The connection breaks after this many bytes of the body. */
  readonly cutAfterBytes?: number | undefined;
  /** The body ends after this many bytes, as if that were all of it. */
  readonly endAfterBytes?: number | undefined;
}

/** A request that is to go wrong, or not. */
export interface FaultRequest {
  /** How many requests came before it. */
  readonly index: number;
  /** Where it goes. */
  readonly url: string;
  /** Its HTTP method. */
  readonly httpMethod: string;
  /** Its headers. */
  readonly headers: Headers;
  /** The message in it, if there is one. */
  readonly message?: JsonRpcMessage;
  /** A number from 0 up to 1, from the seed. */
  readonly random: () => number;
}

/**
 * Which requests go wrong, and how: one fault for all of them, a list with one entry for each from the first on
 * (`undefined`, and what is after the list's end, goes well), or a function that decides.
 */
export type FaultPlan = Fault | readonly (Fault | undefined)[] | ((request: FaultRequest) => Fault | undefined);

/** Options of {@link faultyFetch}. */
export interface FaultyFetchOptions {
  /** Where random numbers start: the same seed gives the same faults. An integer. Default 1. */
  readonly seed?: number | undefined;
}

/**
 * Wraps a `fetch` so that it fails as planned. Delays run on the global timers, so a {@link fakeClock} moves them.
 *
 * @throws TypeError (from the wrapped `fetch`) as a real one does, when a connection breaks
 *
 * @example
 * ```ts
 * // The first tool call loses its connection after 100 bytes of the answer.
 * let first = true;
 * const flaky = faultyFetch(fetch, ({ message }) => {
 *   if (!first || message === undefined || !('method' in message) || message.method !== 'tools/call') return undefined;
 *   first = false;
 *   return { cutAfterBytes: 100 };
 * });
 * const client = await McpClient.connect('https://example.com/mcp', { fetch: flaky });
 * ```
 */
export function faultyFetch(fetch: Fetch, plan: FaultPlan, { seed = 1 }: FaultyFetchOptions = {}): Fetch {
  const random = randomFrom(seed);
  let count = 0;
  return async (url, init) => {
    const index = count++;
    const fault = isList(plan)
      ? plan[index]
      : typeof plan === 'function'
        ? plan({ index, url, ...describe(init), random })
        : plan;
    return fault === undefined ? fetch(url, init) : suffer(fault, fetch, url, init, random);
  };
}

async function suffer(fault: Fault, fetch: Fetch, url: string, init: RequestInit, random: () => number) {
  const { delayMs = 0, drop, status, headers, body, duplicateRequest = false } = fault;
  if (delayMs > 0) await pause(delayMs, init.signal);
  if (drop === 'request') throw broken('connect ECONNREFUSED');
  if (status !== undefined) return new Response(body ?? null, { status, ...(headers !== undefined && { headers }) });
  const answers = [fetch(url, init), ...(duplicateRequest ? [fetch(url, init)] : [])];
  // Read to the end, since leaving would tell the server to stop.
  for (const answer of answers.slice(drop === 'response' ? 0 : 1)) void answer.then(drain, () => {});
  if (drop === 'response') {
    await Promise.allSettled(answers);
    throw broken('read ECONNRESET');
  }
  const response = await answers[0]!;
  return needsStage(fault) ? through(response, (chunks, left) => spoil(fault, chunks, left, random)) : response;
}

const needsStage = (fault: Fault): boolean =>
  fault.duplicateEvents === true ||
  (fault.garbage ?? fault.chunkBytes ?? fault.cutAfterBytes ?? fault.endAfterBytes) !== undefined;

function spoil(fault: Fault, source: AsyncIterable<Uint8Array>, left: AbortSignal, random: () => number): Chunks {
  const { duplicateEvents, garbage, chunkBytes = Infinity, chunkDelayMs = 0, cutAfterBytes, endAfterBytes } = fault;
  if (chunkBytes < 1) throw new TypeError('chunkBytes must be at least 1');
  let body = source;
  if (duplicateEvents === true) body = eachEventTwice(body);
  if (garbage !== undefined) body = withGarbage(body, garbage.at, bytesOf(garbage.bytes, random));
  const pieces = inPieces(body, chunkBytes, chunkDelayMs, left);
  if (cutAfterBytes !== undefined) return upTo(pieces, cutAfterBytes, broken('terminated: other side closed'));
  return endAfterBytes === undefined ? pieces : upTo(pieces, endAfterBytes, undefined);
}

/** What `fetch` rejects with, and a body breaks with, in the runtimes. */
const broken = (reason: string): TypeError => new TypeError('fetch failed', { cause: new Error(reason) });

async function drain(response: Response): Promise<void> {
  try {
    const reader = response.body?.getReader();
    while ((await reader?.read())?.done === false);
  } catch {
    // It is thrown away in any case.
  }
}

function describe(init: RequestInit): Pick<FaultRequest, 'httpMethod' | 'headers' | 'message'> {
  const head = { httpMethod: init.method ?? 'GET', headers: new Headers(init.headers) };
  try {
    const message: unknown = JSON.parse(textOf(init) ?? '');
    // What a client of JSON-RPC sends as one object is a message; a plan that looks closer checks for itself.
    return isObject(message) ? { ...head, message: message as unknown as JsonRpcMessage } : head;
  } catch {
    return head;
  }
}

function bytesOf(bytes: Uint8Array | string | number, random: () => number): Uint8Array {
  if (typeof bytes === 'string') return new TextEncoder().encode(bytes);
  return typeof bytes === 'number' ? Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)) : bytes;
}

// `Array.isArray` does not narrow a readonly array.
const isList = (plan: FaultPlan): plan is readonly (Fault | undefined)[] => Array.isArray(plan);

/** Numbers from 0 up to 1 that depend on the seed alone: a linear congruence, scrambled by two xor-shifts. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 2 ** 32;
  };
}
