import type { JsonObject } from '../json-rpc.js';
import { raise } from '../server/context.js';
import type { Exchange, Given } from '../server/exchange.js';
import { isInputRequired, type InputRequired } from '../server/input-required.js';
import { capabilitiesFor, checkQuestion, isAnswer } from '../server/questions.js';
import { requireCapabilities } from '../server/capabilities.js';
import { pause } from '../util/pause.js';

/** Milliseconds before a handler that only wanted to be called again is called again; twice as many the next time. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Does for a caller that is asked over its open stream what a modern client does by itself: answers the questions of an
 * `inputRequired(...)` and runs the handler again, until it has a result.
 *
 * @param rounds how often questions may be asked
 * @throws McpError `limit_exceeded` for a handler that asks on
 */
export async function fulfil(
  exchange: Exchange,
  rounds: number,
  first: InputRequired,
  again: (given: Given) => JsonObject | Promise<JsonObject>,
): Promise<JsonObject> {
  let form: InputRequired = first;
  let ms = FIRST_PAUSE_MS;
  for (let round = 0; ;) {
    const { inputRequests, requestState } = form;
    let inputResponses: Given['inputResponses'];
    if (inputRequests === undefined) {
      await pause(ms, exchange.signal);
      ms = Math.min(2 * ms, LONGEST_PAUSE_MS);
    } else {
      if (++round > rounds)
        throw raise('limit_exceeded', `The handler asked over ${rounds} times (limits.inputRounds)`);
      inputResponses = await answersTo(exchange, rounds, inputRequests);
    }
    const result = await again({ inputResponses, requestState });
    if (!isInputRequired(result)) return result;
    form = result;
  }
}

async function answersTo(
  exchange: Exchange,
  rounds: number,
  requests: NonNullable<InputRequired['inputRequests']>,
): Promise<Record<string, unknown>> {
  const questions = Object.entries(requests).map(([key, { method, params }]) => {
    // Params of a request are an object, and JSON.
    const asked = params as JsonObject | undefined;
    checkQuestion(method, asked ?? {});
    requireCapabilities(exchange.peer.capabilities, capabilitiesFor(method, asked ?? {}));
    return [key, { method, params: asked }] as const;
  });
  // Who is here can ask: its input is `ask`.
  const answers = questions.map(async ([key, question]) => {
    // What is no answer is asked for again, as a modern client's would be.
    for (let round = 0; round < rounds; round++) {
      const answer = await exchange.ask!(question);
      if (isAnswer(question.method, answer)) return [key, answer] as const;
    }
    throw raise(
      'limit_exceeded',
      `The client gave no valid answer to ${question.method} (limits.inputRounds: ${rounds})`,
    );
  });
  return Object.fromEntries(await Promise.all(answers));
}
