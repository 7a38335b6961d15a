/**
 * Finds handlers that do not go the same way twice. A server that asks back forgets everything until the answers come, and
 * then runs the handler from its start; a handler that asks something else by then loses its answers. What is looked at is
 * the wire alone, so any server can be checked.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr
 */
import { fillIn } from '../client/form.js';
import { HttpTransport } from '../client/http-transport.js';
import { errorOf } from '../client/transport.js';
import { PACKAGE_VERSION } from '../client/version.js';
import { McpError } from '../errors.js';
import { isObject, type JsonObject, type JsonRpcMessage } from '../json-rpc.js';
import { META_CLIENT_CAPABILITIES, META_CLIENT_INFO, META_PROTOCOL_VERSION } from '../spec/meta.js';
import type { Served } from '../spec/served.js';
import type { ClientCapabilities, ElicitResult, InputRequest, InputResponse } from '../spec/types.js';
import { MODERN_VERSIONS } from '../spec/versions.js';
import type { FakeClock } from './clock.js';
import { script, type Script, type ScriptHandlers, type ScriptStep } from './script.js';

/** What is called: a tool, a prompt or a resource. */
export type ReplayCall =
  | { readonly tool: string; readonly arguments?: JsonObject }
  | { readonly prompt: string; readonly arguments?: Readonly<Record<string, string>> }
  | { readonly resource: string };

/** Options of {@link checkReplay}. */
export interface ReplayOptions {
  /**
   * Moved on by a minute before each request, so that a handler shows whether it asks by the time of day. It must be
   * installed. Default: none, and time is the real one.
   */
  readonly clock?: FakeClock | undefined;
  /**
   * `'same'`: the same answers must lead to the same result, `_meta` aside; two failures of a tool count as the same.
   * `'any'`: a result may hold a time or a new id. Default `'any'`.
   */
  readonly results?: 'same' | 'any' | undefined;
  /** How often the handler may ask back. Default 10. */
  readonly maxRounds?: number | undefined;
  /** What the client declares. Default: what the script answers. */
  readonly capabilities?: ClientCapabilities | undefined;
}

/** What {@link checkReplay} found. */
export interface ReplayReport {
  /** The result, in the end. */
  readonly result: JsonObject;
  /** The questions of each round, in order. A round in which the server only wanted to be asked again has none. */
  readonly rounds: readonly (readonly InputRequest[])[];
  /** How often the handler ran. */
  readonly runs: number;
}

/** How a request ended. */
interface Outcome {
  readonly result: JsonObject;
  /** The questions under their keys; none when this is the end. */
  readonly asked: readonly (readonly [key: string, question: InputRequest])[];
  readonly over: boolean;
}

type Answers = Readonly<Record<string, InputResponse>>;

/**
 * Calls a tool, a prompt or a resource that asks for input, and runs its handler more often than a client would: after each
 * round of questions without any answer, and with one of several, where it must ask the same again, in the same order and
 * under the same names; at the end with the same answers again, where it must not ask anything.
 *
 * So the handler runs a few times, with everything it does outside of `ctx.once`: check it against doubles of what has
 * effects.
 *
 * @param answers the steps of a {@link script}, or a script, which is then played to its end
 * @throws McpError `internal` that shows both ways, where the handler went two; the same for a question that no step
 * answers and for steps that are left over; `limit_exceeded` for too many rounds; whatever the call itself fails with
 *
 * @example
 * ```ts
 * test('book asks the same way every time', async () => {
 *   const { result } = await checkReplay(server, { tool: 'book', arguments: { city: 'Bern' } }, [
 *     { when: /how many/, elicit: { action: 'accept', content: { nights: 2 } } },
 *   ]);
 *   expect(result).toMatchObject({ structuredContent: { nights: 2 } });
 * });
 * ```
 */
export async function checkReplay(
  server: Served,
  call: ReplayCall,
  answers: Script | readonly ScriptStep[],
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  const { clock, results = 'any', maxRounds = 10 } = options;
  const played = 'answer' in answers ? answers : script(answers);
  const send = sender(server, call, options.capabilities ?? capabilitiesOf(played.handlers));
  let runs = 0;
  const ask = async (state: unknown, given?: Answers): Promise<Outcome> => {
    await clock?.advance(60_000);
    runs++;
    return send({
      ...(given !== undefined && { inputResponses: given }),
      ...(state !== undefined && { requestState: state }),
    });
  };

  const rounds: InputRequest[][] = [];
  const known = new Map<string, InputRequest>();
  let given: Answers | undefined;
  let state: unknown;
  for (;;) {
    const outcome = await ask(state, given);
    const { asked, over, result } = outcome;
    if (over) {
      compare('with the same answers', outcome, await ask(state, given), results);
      played.done();
      return { result, rounds, runs };
    }
    if (rounds.push(asked.map(([, question]) => question)) > maxRounds) {
      throw new McpError('limit_exceeded', `${nameOf(call)} asked for input more than ${maxRounds} times (maxRounds)`);
    }
    for (const [key, question] of asked) {
      const before = known.get(key);
      if (before !== undefined && !isSame(before, question)) {
        throw diverged(`the question "${key}" changed between two rounds`, [[key, before]], [[key, question]]);
      }
      known.set(key, question);
    }
    state = result['requestState'];
    if (asked.length === 0) {
      // The server waits for something else, and what comes next is open.
      given = undefined;
      continue;
    }
    // Not the same request again: what `ctx.once` did in this round is known from here on.
    compare('without an answer', outcome, await ask(state), results);
    const all: Record<string, InputResponse> = {};
    for (const [key, question] of asked) all[key] = await answer(played, question);
    given = all;
    for (const [answered] of asked.length > 1 ? asked : []) {
      const rest = asked.filter(([key]) => key !== answered);
      const some = await ask(state, { [answered]: all[answered]! });
      // With this answer it may go on to further questions; those that are open it must ask again.
      const open = some.asked.filter(([key]) => rest.some(([other]) => other === key));
      if (!isSame(rest, open)) throw diverged(`with an answer to "${answered}" alone`, rest, open);
    }
  }
}

/** Answers as a client does: what a form has defaults for is filled in, and what does not fit it is no answer. */
async function answer(played: Script, question: InputRequest): Promise<InputResponse> {
  const given = await played.answer(question);
  if (question.method !== 'elicitation/create' || question.params.mode === 'url') return given;
  // The script answers an elicitation with the result of one.
  return fillIn(question.params, given as ElicitResult);
}

function compare(how: string, first: Outcome, second: Outcome, results: ReplayOptions['results']): void {
  if (first.over !== second.over || !isSame(first.asked, second.asked)) {
    throw diverged(how, first.asked, second.asked);
  }
  const failed = first.result['isError'] === true && second.result['isError'] === true;
  if (first.over && results === 'same' && !failed && !isSame(essence(first.result), essence(second.result))) {
    throw new McpError(
      'internal',
      `The handler diverged ${how}: it answered\n  ${show(first.result)}\nand then\n  ${show(second.result)}`,
      { data: [first.result, second.result] },
    );
  }
}

function diverged(how: string, first: Outcome['asked'], second: Outcome['asked']): McpError {
  const list = (asked: Outcome['asked']): string =>
    asked.map(([key, question]) => `\n  ${key}: ${show(question)}`).join('') || ' nothing';
  return new McpError(
    'internal',
    `The handler diverged ${how}: it asked${list(first)}\nand then${list(second)}\n` +
      'Ask the same way in every run: put what changes (time, chance, outside state) into ctx.once',
    { data: [first, second] },
  );
}

/** Sends the call with what belongs to a round, over the real codec. */
function sender(server: Served, call: ReplayCall, capabilities: ClientCapabilities) {
  const fetch = (url: string, init: RequestInit): Promise<Response> => server.fetch(new Request(url, init));
  const transport = new HttpTransport('http://localhost/mcp', { fetch });
  const { signal } = new AbortController();
  const { method, params } = requestOf(call);
  const _meta = {
    [META_PROTOCOL_VERSION]: MODERN_VERSIONS[0],
    [META_CLIENT_INFO]: { name: 'mcpwire', version: PACKAGE_VERSION },
    [META_CLIENT_CAPABILITIES]: capabilities,
  };
  let id = 0;
  return async (round: JsonObject): Promise<Outcome> => {
    const request = { jsonrpc: '2.0', id: ++id, method, params: { ...params, ...round, _meta } } as const;
    let answer: JsonRpcMessage | undefined;
    for await (const message of transport.exchange(request, { signal })) if (!('method' in message)) answer = message;
    // An exchange without a response is an error of the transport.
    if (answer === undefined || 'method' in answer) throw new McpError('stream_ended', `${method} was not answered`);
    if ('error' in answer) throw errorOf(answer);
    const { result } = answer;
    if (result['resultType'] !== 'input_required') return { result, asked: [], over: true };
    const { inputRequests = {}, requestState } = result;
    if (!isObject(inputRequests) || (requestState !== undefined && typeof requestState !== 'string')) {
      throw new McpError('invalid_message', `${method}: inputRequests is no object, or requestState no string`);
    }
    // What a server asks; the script looks at what it is.
    return { result, asked: Object.entries(inputRequests) as [string, InputRequest][], over: false };
  };
}

function requestOf(call: ReplayCall): { readonly method: string; readonly params: JsonObject } {
  if ('resource' in call) return { method: 'resources/read', params: { uri: call.resource } };
  const { arguments: args = {} } = call;
  return 'tool' in call
    ? { method: 'tools/call', params: { name: call.tool, arguments: args } }
    : { method: 'prompts/get', params: { name: call.prompt, arguments: args } };
}

const nameOf = (call: ReplayCall): string =>
  'resource' in call ? call.resource : 'tool' in call ? call.tool : call.prompt;

function capabilitiesOf({ elicit, elicitUrl, sample, roots }: ScriptHandlers): ClientCapabilities {
  return {
    ...((elicit ?? elicitUrl) && { elicitation: { ...(elicit && { form: {} }), ...(elicitUrl && { url: {} }) } }),
    ...(sample && { sampling: {} }),
    ...(roots && { roots: {} }),
  };
}

function essence({ _meta, ...rest }: JsonObject): JsonObject {
  return rest;
}

const show = (value: unknown): string => JSON.stringify(value).slice(0, 500);

/** Whether two JSON values say the same. The order of members does not matter, that of items does. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}
