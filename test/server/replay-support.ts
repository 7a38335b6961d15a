/** One client and one server process around {@link Replay}, without anything between them. */
import { bindingOf, Replay, type ReplaySettings } from '../../src/server/replay.ts';
import type { AuthInfo } from '../../src/server/exchange.ts';
import { createSealer, type Sealer } from '../../src/util/seal.ts';

export type Json = Record<string, unknown>;
export type Handler = (replay: Replay) => unknown;
/** What a client says to a question; `undefined`: nothing. */
export type Answers = (key: string, question: { readonly method: string; readonly params?: Json }) => Json | undefined;

export const SECRET = 'a secret of more than sixteen characters';
export const EVERYTHING = { elicitation: { form: {}, url: {} }, sampling: { tools: {}, context: {} }, roots: {} };

export interface RoundOptions {
  readonly method?: string;
  readonly params?: Json;
  readonly auth?: AuthInfo;
  readonly sealer?: Sealer;
  readonly capabilities?: Json;
  readonly settings?: Partial<ReplaySettings>;
}

export interface Round {
  readonly result: Json & {
    readonly requestState?: string;
    readonly inputRequests?: Record<string, { readonly method: string; readonly params?: Json }>;
  };
  readonly replay: Replay;
  readonly cancelled: unknown[];
}

const newSealer = (): Sealer => createSealer(SECRET, { ttlMs: 3_600_000 });

/** One request, served by a process that knows nothing but the secret. */
export async function round(handler: Handler, brought: Json = {}, options: RoundOptions = {}): Promise<Round> {
  const { method = 'tools/call', params = { name: 't', arguments: {} }, auth, capabilities = EVERYTHING } = options;
  const all = { ...params, ...brought };
  const settings = {
    sealer: options.sealer ?? newSealer(),
    maxRounds: 10,
    maxStateBytes: 262_144,
    ...options.settings,
  };
  const replay = await Replay.open(all, bindingOf(method, all, auth), settings, capabilities);
  const cancelled: unknown[] = [];
  // A handler returns what it likes here; a server would make a result of it.
  const running = replay.run(
    async () => {
      const value = await handler(replay);
      return typeof value === 'object' && value !== null ? (value as Json) : { value };
    },
    (reason) => cancelled.push(reason),
  );
  return { result: await running, replay, cancelled };
}

export interface Played {
  readonly result: Json;
  readonly rounds: readonly Round[];
}

/** A whole call, as a client makes it that answers what it is asked. */
export async function play(handler: Handler, answers: Answers, options: RoundOptions = {}): Promise<Played> {
  const rounds: Round[] = [];
  let brought: Json = {};
  for (;;) {
    const one = await round(handler, brought, options);
    rounds.push(one);
    const { resultType, inputRequests = {}, requestState } = one.result;
    if (resultType !== 'input_required') return { result: one.result, rounds };
    const inputResponses: Json = {};
    for (const [key, question] of Object.entries(inputRequests)) {
      const answer = answers(key, question);
      if (answer !== undefined) inputResponses[key] = answer;
    }
    brought = { inputResponses, ...(requestState === undefined ? {} : { requestState }) };
  }
}

/** A question to a person. */
export const form = (message: string): Json => ({
  mode: 'form',
  message,
  requestedSchema: { type: 'object', properties: { text: { type: 'string' } } },
});

export const accept = (text: string): Json => ({ action: 'accept', content: { text } });
/** The text of an accepted answer. */
export const textOf = (answer: unknown): unknown => ((answer as Json)['content'] as Json)['text'];

/** Asks and reads the text. */
export async function askText(replay: Replay, message: string, key?: string): Promise<unknown> {
  return textOf(await replay.ask('elicitation/create', form(message), key === undefined ? {} : { key }));
}

/** Answers each question with its own message in capitals. */
export const loudly: Answers = (_key, { params }) => accept(String(params?.['message']).toUpperCase());
