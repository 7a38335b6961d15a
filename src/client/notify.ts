/** Notifications of the client's own. */
import type { JsonObject, JsonRpcNotification } from '../json-rpc.js';
import type { Core } from './core.js';
import type { CallOptions } from './options.js';
import { during } from './wait.js';

/** Sends a notification, in the time that a call may take. */
export async function notify(
  core: Core,
  method: string,
  params: JsonObject | undefined,
  options: CallOptions,
): Promise<void> {
  const full = core.link.params(params, options.meta);
  const message: JsonRpcNotification = { jsonrpc: '2.0', method, ...(full && { params: full }) };
  await during(core, method, options, (signal) =>
    core.link.transport.notify(message, { signal, headers: options.headers }),
  );
}
