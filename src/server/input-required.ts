import type { JsonObject } from '../json-rpc.js';

const INPUT_REQUIRED = /* @__PURE__ */ Symbol.for('mcpwire.InputRequired');

/** What a handler returns to ask for input by itself, without `ctx.elicit` and its kin. Made by {@link inputRequired}. */
export interface InputRequired {
  /** The questions by key: JSON-RPC requests such as `{ method: 'elicitation/create', params }`. */
  readonly inputRequests?: Readonly<Record<string, { readonly method: string; readonly params?: JsonObject }>>;
  /** Whatever the retry should bring back, any JSON; sealed on its way, so that callers can neither read nor change it. */
  readonly requestState?: unknown;
}

/**
 * Asks the caller for input in so many words: the handler runs again when the caller retries, with `ctx.inputResponses`
 * and `ctx.requestState`.
 *
 * @throws TypeError when there is neither a question nor a state
 * @example
 * ```ts
 * if (ctx.inputResponses?.['name'] === undefined) {
 *   const params = { message: 'Who are you?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } };
 *   return inputRequired({ inputRequests: { name: { method: 'elicitation/create', params } } });
 * }
 * ```
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr#inputrequiredresult
 */
export function inputRequired(form: InputRequired): InputRequired {
  if (form.inputRequests === undefined && form.requestState === undefined) {
    throw new TypeError('inputRequired needs inputRequests, requestState or both');
  }
  return Object.defineProperty({ ...form }, INPUT_REQUIRED, { value: true });
}

/** Whether a value was made by {@link inputRequired}. */
export function isInputRequired(value: unknown): boolean {
  return typeof value === 'object' && value !== null && INPUT_REQUIRED in value;
}
