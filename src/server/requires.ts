import { isObject } from '../json-rpc.js';
import type { ClientCapabilities } from '../spec/types.js';
import { raise } from './context.js';

/**
 * Refuses a caller that has not declared what is needed.
 *
 * @throws McpError `missing_capability` (-32021), whose `data.requiredCapabilities` says what is missing
 */
export function requireCapabilities(required: ClientCapabilities, declared: ClientCapabilities): void {
  const requiredCapabilities = missing(required, normal(declared));
  if (requiredCapabilities === undefined) return;
  throw raise('missing_capability', 'The client lacks a required capability', { data: { requiredCapabilities } });
}

/** Of old, `elicitation: {}` meant forms (client/elicitation, "Capabilities"). */
function normal(declared: ClientCapabilities): object {
  const { elicitation } = declared;
  return isObject(elicitation) && Object.keys(elicitation).length === 0
    ? { ...declared, elicitation: { form: {} } }
    : declared;
}

function missing(required: object, declared: object): object | undefined {
  const lacks: Record<string, unknown> = {};
  for (const [name, wanted] of Object.entries(required)) {
    const has: unknown = (declared as Record<string, unknown>)[name];
    if (!isObject(wanted)) {
      if (wanted !== undefined && has !== wanted) lacks[name] = wanted;
    } else if (!isObject(has)) {
      lacks[name] = wanted;
    } else {
      const deeper = missing(wanted, has);
      if (deeper !== undefined) lacks[name] = deeper;
    }
  }
  return Object.keys(lacks).length > 0 ? lacks : undefined;
}
