import { isObject } from '../json-rpc.js';
import type { ClientCapabilities } from '../spec/types.js';
import { raise } from './context.js';

/**
 * Checks that a client declares everything that it is to be asked for. What it declares is its own word, so it is looked at
 * member by member.
 *
 * @throws McpError `missing_capability` that reaches the caller, with `requiredCapabilities`
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr#server-requirements-basic-workflow
 */
export function requireCapabilities(declared: ClientCapabilities, required: ClientCapabilities): void {
  const missing = Object.entries(required).filter(([name, settings]) => {
    const own = (declared as Readonly<Record<string, unknown>>)[name];
    // `elicitation: {}` means forms (client/elicitation, "Capabilities").
    const has = (one: string): boolean =>
      isObject(own) && (isObject(own[one]) || (one === 'form' && own['url'] === undefined));
    return !isObject(own) || !Object.keys(settings as object).every(has);
  });
  if (missing.length === 0) return;
  const requiredCapabilities = Object.fromEntries(missing);
  throw raise('missing_capability', `The client does not declare ${namesOf(requiredCapabilities)}`, {
    data: { requiredCapabilities },
  });
}

function namesOf(required: object): string {
  return Object.entries(required)
    .map(([name, settings]) => [name, ...Object.keys(Object(settings) as object)].join('.'))
    .join(', ');
}
