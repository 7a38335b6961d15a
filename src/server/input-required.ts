/**
 * The explicit form of asking for input, and what every handler that asks may meet. Small, since it is always loaded; what
 * does the work is in `replay.ts`.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr
 */
import { isObject } from '../json-rpc.js';

/** The questions that a server can ask. */
export type InputMethod = 'elicitation/create' | 'sampling/createMessage' | 'roots/list';

/** What a handler needs before it can answer. Made by {@link inputRequired}. */
export interface InputRequired {
  /** The questions, under keys of the author's choice. The answers come back in `ctx.inputResponses` under the same keys. */
  readonly inputRequests?: { readonly [key: string]: { readonly method: InputMethod; readonly params?: object } };
  /** Any JSON: sealed on its way through the client, and back in `ctx.requestState`. */
  readonly requestState?: unknown;
}

// Registered symbols, so that two copies of this package in one program understand each other.
const BRAND = /* @__PURE__ */ Symbol.for('mcpwire.InputRequired');
const SUSPENSION = /* @__PURE__ */ Symbol.for('mcpwire.Suspension');

/**
 * Return it from a tool, a prompt or a resource to ask the client for more: the client sends the same request again, with
 * the answers in `ctx.inputResponses` and the state in `ctx.requestState`. The answers are what the client says; nobody has
 * checked them. `ctx.elicit` and its siblings do the same with less work.
 *
 * @throws TypeError without questions and without a state
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr#inputrequiredresult
 *
 * @example
 * ```ts
 * server.tool('import', {}, async (_args, ctx) => {
 *   const job = ctx.requestState ?? (await startImport());
 *   return (await isDone(job)) ? 'Imported.' : inputRequired({ requestState: job });
 * });
 * ```
 */
export function inputRequired({ inputRequests, requestState }: InputRequired): InputRequired {
  const asks = inputRequests !== undefined && Object.keys(inputRequests).length > 0;
  if (!asks && requestState === undefined) throw new TypeError('inputRequired needs inputRequests or a requestState');
  const form = asks ? { inputRequests, requestState } : { requestState };
  return Object.defineProperty(form, BRAND, { value: true });
}

/** Whether a value was made by {@link inputRequired}. */
export function isInputRequired(value: unknown): value is InputRequired {
  return isObject(value) && BRAND in value;
}

/** What an unanswered question rejects with: it ends the handler, which starts anew when the answer comes. */
export function suspension(): Error {
  const error = new Error('Waiting for input: the handler runs again when it comes. Let this error pass.');
  return Object.defineProperty(error, SUSPENSION, { value: true });
}

/** Whether a value was made by {@link suspension}. */
export function isSuspension(value: unknown): boolean {
  return typeof value === 'object' && value !== null && SUSPENSION in value;
}
