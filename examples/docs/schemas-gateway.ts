/** A gateway's look at messages that are not its own. */
// #region gateway
import { JsonRpcMessageSchema, methodSchemas } from 'mcpwire/schemas';
import * as z from 'zod/mini';

/** Why a message is not passed on; undefined: pass it on. */
export function refusal(body: unknown): string | undefined {
  const message = JsonRpcMessageSchema.safeParse(body);
  if (!message.success) return z.prettifyError(message.error);
  if (!('id' in message.data && 'method' in message.data)) return undefined; // no request
  const { method, params } = message.data;
  if (!isKnown(method)) return undefined; // an extension's, or the server's own
  const { error } = methodSchemas[method].params.safeParse(params);
  return error && z.prettifyError(error);
}

function isKnown(method: string): method is keyof typeof methodSchemas {
  return Object.hasOwn(methodSchemas, method);
}
// #endregion gateway
