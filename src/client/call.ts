/**
 * One call: an exchange, and what it takes beyond one. Most calls take nothing more, so what does is loaded when it is
 * needed.
 */
import { isMcpError } from '../errors.js';
import type { JsonObject } from '../json-rpc.js';
import { attempt } from './attempt.js';
import type { ClientCall, Core } from './core.js';
import type { InternalOptions } from './options.js';

// Error codes and HTTP statuses after which a call may go on.
const RECOVERABLE = /^(?:stream_ended|connection_failed|header_mismatch|rate_limited|429|503)$/;

/** Makes a call, below the middleware. */
export async function perform(core: Core, call: ClientCall, options: InternalOptions): Promise<JsonObject> {
  const once = async (request: ClientCall): Promise<JsonObject> => {
    try {
      return await attempt(core, request, options);
    } catch (error) {
      if (!isMcpError(error) || !(RECOVERABLE.test(error.code) || RECOVERABLE.test(String(error.status)))) throw error;
      // A part that cannot be loaded, as in a page that has gone offline, must not hide what happened.
      const recovery = await import('./lazy.js').catch(() => undefined);
      if (recovery === undefined) throw error;
      return recovery.recover(core, request, options, error);
    }
  };
  const result = await (options.via === undefined ? once(call) : options.via(call, options, once));
  if (options.raw === true || core.link.complete(result)) return result;
  const { finish } = await import('./lazy.js');
  return finish(core, call, options, result, once);
}
