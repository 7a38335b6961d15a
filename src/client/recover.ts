/** What may still become of a call whose exchange has failed. */
import { McpError } from '../errors.js';
import { HEADER_MISMATCH, type JsonObject } from '../json-rpc.js';
import type { ClientCall, Core } from './core.js';
import { list } from './lists.js';
import type { CallOptions } from './options.js';
import { ofAuth } from './transport.js';
import { backoff, isPassing, patienceOf, pause } from './wait.js';

// Requests that change nothing, whatever the server.
const READS =
  /^(?:server\/discover|tools\/list|resources\/(?:list|templates\/list|read)|prompts\/(?:list|get)|completion\/complete)$/;

const RETRIES = 3;
const LONGEST_PAUSE = 5_000;
// A server that wants more patience than this is down, as far as a caller is concerned.
const LONGEST_RETRY_AFTER = 60_000;

/**
 * Makes a call that has failed once more, where that may help and cannot do harm.
 *
 * @throws McpError what it failed with at last
 */
export async function recover(
  core: Core,
  call: ClientCall,
  options: CallOptions,
  failure: McpError,
): Promise<JsonObject> {
  const { attempt } = core.wire;
  let error = failure;
  if (error.rpcCode === HEADER_MISMATCH) {
    if (!(await relisted(core, call, options))) throw error;
    try {
      return await attempt(core, call, options);
    } catch (second) {
      error = McpError.from(second);
    }
  }
  const retries = retriesOf(core, call, options);
  for (let tries = 1; tries <= retries && isPassing(error) && !ofAuth.has(error); tries++) {
    const patience = patienceOf(error);
    if (patience > LONGEST_RETRY_AFTER) break;
    await pause(core, call.method, Math.max(patience, backoff(tries, LONGEST_PAUSE)), options.signal);
    try {
      return await attempt(core, call, options);
    } catch (next) {
      error = McpError.from(next);
    }
  }
  throw error;
}

/** How often a request may be sent again. */
function retriesOf(core: Core, { method, params }: ClientCall, { retry }: CallOptions): number {
  if (typeof retry === 'number') return retry;
  const harmless = READS.test(method) || (method === 'tools/call' && core.tools?.get(params?.['name'])?.repeatable);
  return (retry ?? harmless) ? RETRIES : 0;
}

/**
 * Lists the tools anew after a header mismatch.
 *
 * @returns whether the call's headers are others now
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#client-behavior
 */
async function relisted(core: Core, call: ClientCall, { signal, headers }: CallOptions): Promise<boolean> {
  if (call.method !== 'tools/call') return false;
  const before = JSON.stringify(core.tools?.headers(call) ?? {});
  try {
    await list(core, 'tools/list', { signal, headers, refresh: true });
  } catch (error) {
    core.warn(McpError.from(error));
    return false;
  }
  return before !== JSON.stringify(core.tools?.headers(call) ?? {});
}
