/** What to do with a result that is not complete: the server asks for input, or an extension knows what it is. */
import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import type { ClientCall, Core } from './core.js';
import type { ExtensionContext } from './extension.js';
import { answerAll } from './input.js';
import type { CallOptions } from './options.js';
import { backoff, during, pause, unlimited } from './wait.js';

// https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr#supported-requests
const MAY_ASK = /^(?:tools\/call|prompts\/get|resources\/read)$/;
const LONGEST_PAUSE = 5_000;

/**
 * Goes on with a call until its result is complete.
 *
 * @param once sends a request
 * @throws McpError `invalid_message` for results that make no sense, `limit_exceeded` after too many rounds,
 *   `missing_capability` for questions that this client does not answer
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr
 */
export async function finish(
  core: Core,
  call: ClientCall,
  options: CallOptions,
  first: JsonObject,
  once: (call: ClientCall) => Promise<JsonObject>,
): Promise<JsonObject> {
  const { inputRounds = 10 } = core.options.limits ?? {};
  const { method, params } = call;
  // Rounds in a row without a question: then the server waits for something, and is asked less and less often.
  let idle = 0;
  let result = first;
  for (let round = 0; !core.link.complete(result); round++) {
    const { resultType } = result;
    if (round >= inputRounds) {
      throw new McpError('limit_exceeded', `${method}: over ${inputRounds} rounds of input (limits.inputRounds)`, {
        data: result,
      });
    }
    const extension = extensionFor(core, resultType);
    if (extension !== undefined) {
      result = await during(core, method, unlimited(options.signal), (signal) =>
        extension(result, contextOf(core, call, options, signal)),
      );
      continue;
    }
    if (resultType !== 'input_required' || !MAY_ASK.test(method)) {
      throw new McpError('invalid_message', `${method}: unexpected resultType ${JSON.stringify(resultType)}`, {
        data: result,
      });
    }
    const { inputRequests, requestState } = result;
    checkState(core, method, inputRequests, requestState);
    const inputResponses = isObject(inputRequests)
      ? await answerAll(core, call, inputRequests, options.signal)
      : undefined;
    if (Object.keys(inputResponses ?? {}).length > 0) idle = 0;
    else if (idle++ > 0) await pause(core, method, backoff(idle, LONGEST_PAUSE), options.signal);
    // What an earlier round carried must not stay.
    const { inputResponses: _answers, requestState: _state, ...rest } = params ?? {};
    const more = { ...(inputResponses && { inputResponses }), ...(requestState !== undefined && { requestState }) };
    result = await once({ method, params: { ...rest, ...more } });
  }
  return result;
}

function checkState(core: Core, method: string, inputRequests: unknown, requestState: unknown): void {
  const { requestState: limit = 1_048_576 } = core.options.limits ?? {};
  if (
    (inputRequests === undefined && requestState === undefined) ||
    (inputRequests !== undefined && !isObject(inputRequests)) ||
    (requestState !== undefined && typeof requestState !== 'string')
  ) {
    throw new McpError(
      'invalid_message',
      `${method}: input_required without inputRequests and requestState that are any`,
    );
  }
  if (requestState !== undefined && requestState.length > limit) {
    throw new McpError('limit_exceeded', `${method}: requestState is over ${limit} characters (limits.requestState)`);
  }
}

type ResultHandler = NonNullable<NonNullable<ConnectExtension['resultTypes']>[string]>;
type ConnectExtension = NonNullable<Core['options']['extensions']>[number];

function extensionFor(core: Core, resultType: unknown): ResultHandler | undefined {
  for (const { resultTypes = {} } of core.options.extensions ?? []) {
    // Own members alone: a server may answer with the type "constructor".
    if (typeof resultType === 'string' && Object.hasOwn(resultTypes, resultType)) return resultTypes[resultType];
  }
  return undefined;
}

function contextOf(core: Core, call: ClientCall, options: CallOptions, signal: AbortSignal): ExtensionContext {
  return {
    call,
    options,
    server: core.link.server,
    signal,
    request: (method, params, own) => core.call(method, params, { headers: options.headers, signal, ...own }),
    answer: (inputRequests) => answerAll(core, call, inputRequests, signal),
  };
}
