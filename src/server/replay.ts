/**
 * Straight-line handlers over rounds of requests. A handler that asks what nobody has answered yet is ended, the client is
 * asked, and the handler starts anew with what is known by then: sealed in `requestState`, which travels with the client.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr
 */
import { isMcpError, McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import type { ClientCapabilities } from '../spec/types.js';
import { canonicalJson, digestOf } from '../util/canonical.js';
import { deferred } from '../util/deferred.js';
import { quiet } from '../util/quiet.js';
import type { Sealer } from '../util/seal.js';
import { requireCapabilities } from './capabilities.js';
import { raise, raisedBy } from './context.js';
import type { AuthInfo } from './exchange.js';
import { isInputRequired, suspension, type InputMethod, type InputRequired } from './input-required.js';
import { capabilitiesFor, checkQuestion, isAnswer } from './questions.js';
import { recordOf } from './record.js';

/** What replay needs of a server. */
export interface ReplaySettings {
  readonly sealer: Sealer;
  /** How often one call may ask its client for input. */
  readonly maxRounds: number;
  /** The longest `requestState`. It travels in bodies, so it is ASCII. */
  readonly maxStateBytes: number;
}

/** Options of {@link Replay.ask}. */
export interface AskOptions {
  /** Names the question. Absent: what is asked names it, and how often it was asked before. */
  readonly key?: string | undefined;
  /**
   * Checks an answer of the right shape, and makes the value that the author gets. An `McpError` means that the answer does
   * not fit, and the question is asked again; any other error is the handler's.
   */
  readonly validate?: ((answer: JsonObject) => unknown) | undefined;
}

/** A question that was asked in this round or an earlier one. The digest tells whether it still is the same one. */
interface Asked {
  readonly digest: string;
  readonly answer?: unknown;
}

/** What {@link Replay.once} has returned. */
interface Done {
  readonly value?: unknown;
}

type Question = NonNullable<InputRequired['inputRequests']>[string];

/** What travels. */
interface State {
  readonly rounds: number;
  readonly asked: readonly (readonly [key: string, asked: Asked])[];
  readonly done: readonly (readonly [key: string, done: Done])[];
  /** The author's own, of the explicit form. */
  readonly own?: unknown;
}

/**
 * What a state is bound to: it opens for the same principal and the same request, and for no other.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr#server-requirements-basic-workflow
 */
export function bindingOf(method: string, params: JsonObject, auth: AuthInfo | undefined): string {
  const { _meta, inputResponses: _answers, requestState: _state, ...salient } = params;
  // The name in front changes with the form of State, so that a state of another form is a foreign one.
  return canonicalJson(['replay 1', auth?.issuer, auth?.clientId, auth?.subject, method, salient]);
}

/** Milliseconds for which a question waits for what runs beside it. What waits for the question itself would never end. */
const MAX_HOLD_MS = 30_000;

/** One run of a handler that may ask: what it knows from earlier rounds, and what it wants to know in this one. */
export class Replay {
  /** What the client sent, unchecked: the explicit form's answers. */
  readonly inputResponses: JsonObject | undefined;
  /** The author's own state, of the explicit form. */
  readonly requestState: unknown;
  readonly #settings: ReplaySettings;
  readonly #binding: string;
  readonly #capabilities: ClientCapabilities;
  readonly #rounds: number;
  readonly #asked: Map<string, Asked>;
  readonly #done: Map<string, Done>;
  /** Names of answers and results that earlier rounds left, until the handler has come by. */
  readonly #ahead: Set<string>;
  readonly #named = new Set<string>();
  /** What goes out at the end of this round. */
  readonly #questions = new Map<string, Question>();
  readonly #round = deferred<never>();
  readonly #outcome = deferred<JsonObject>();
  #live = false;
  #closed = false;
  #busy = 0;
  #held: ReturnType<typeof setTimeout> | undefined;
  #afterwards: (() => void) | undefined;

  private constructor(
    state: State,
    inputResponses: JsonObject | undefined,
    binding: string,
    settings: ReplaySettings,
    capabilities: ClientCapabilities,
  ) {
    this.inputResponses = inputResponses;
    this.requestState = state.own;
    this.#settings = settings;
    this.#binding = binding;
    this.#capabilities = capabilities;
    this.#rounds = state.rounds;
    this.#asked = new Map(state.asked);
    this.#done = new Map(state.done);
    const answered = state.asked.filter(([key, { answer = this.#brought(key) }]) => answer !== undefined);
    this.#ahead = new Set([...answered.map(([key]) => nameOf(key)), ...[...this.#done.keys()].map(nameOfOnce)]);
  }

  /**
   * Reads what a request brings of earlier rounds.
   *
   * @param binding made by {@link bindingOf}
   * @throws McpError `invalid_params` for a state that is not a string, was changed, has expired or belongs elsewhere, and
   * for malformed answers
   */
  static async open(
    { requestState, inputResponses }: JsonObject,
    binding: string,
    settings: ReplaySettings,
    capabilities: ClientCapabilities,
  ): Promise<Replay> {
    if (inputResponses !== undefined && !(isObject(inputResponses) && Object.values(inputResponses).every(isObject))) {
      throw new McpError('invalid_params', 'params.inputResponses must be an object of objects');
    }
    // What opens under this binding was written by #seal.
    const state = (
      requestState === undefined
        ? { rounds: 0, asked: [], done: [] }
        : await settings.sealer.open(requestState, binding)
    ) as State | undefined;
    if (state === undefined) {
      throw new McpError('invalid_params', 'requestState was changed, has expired, or belongs to another request');
    }
    return new Replay(state, inputResponses, binding, settings, capabilities);
  }

  /**
   * The handler goes where it was before: what it tells the caller was told. Until it has come by everything that is
   * recorded, or does something that is not.
   */
  get replaying(): boolean {
    return !this.#live && this.#ahead.size > 0;
  }

  /** A question waits for the client: however the handler ends now, the answer is `input_required`. */
  get suspended(): boolean {
    return this.#questions.size > 0;
  }

  /**
   * Asks the client, or answers what it has said.
   *
   * @returns what `validate` makes of the answer. Without an answer it rejects at the end of the round, with an error that
   * {@link isSuspension} knows
   * @throws TypeError for a key that was used before, and for a question that must not be asked
   * @throws McpError `missing_capability`, and `limit_exceeded` after too many rounds or for too large a state
   */
  ask(method: InputMethod, params: JsonObject | undefined, options: AskOptions = {}): Promise<unknown> {
    return quiet(this.#ask(method, params, options));
  }

  /**
   * Runs a function unless an earlier round did: at least once, since a round may be lost on its way. It must not ask.
   *
   * @returns its result, which must be JSON or nothing
   * @throws TypeError for a key that was used before, and for a result that is not JSON
   */
  once<T>(key: string, fn: () => T | Promise<T>): Promise<T> {
    return quiet(this.#once(key, fn));
  }

  /**
   * Runs a handler to its result, or to the end of the round in which it asked. Again, where middleware tries again what
   * has failed.
   *
   * @param cancel called when the round is over: whatever the handler still does is for nothing
   */
  run(handler: () => JsonObject | Promise<JsonObject>, cancel: (reason: unknown) => void): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      const settle = (apply: () => void): void => {
        if (this.suspended) this.#afterwards = apply;
        else apply();
      };
      this.#named.clear();
      const running = (async () => handler())();
      running.then(
        (result) => settle(() => resolve(isInputRequired(result) ? this.seal(result) : this.#uncached(result))),
        // What ctx raised is a protocol error, and asking would not mend it.
        (error: Error) => (raisedBy(error) === undefined ? settle(() => reject(error)) : reject(error)),
      );
      void this.#outcome.promise.then((result) => {
        resolve(result);
        cancel(suspension());
      });
    });
  }

  /**
   * The explicit form's result: as it goes out.
   *
   * @throws McpError `missing_capability`, and `limit_exceeded` after too many rounds or for too large a state
   */
  async seal({ inputRequests, requestState }: InputRequired): Promise<JsonObject> {
    for (const { method, params } of Object.values(inputRequests ?? {})) this.#admit(method, { ...params });
    // Without a state nobody needs to share a secret.
    if (requestState === undefined && this.#asked.size + this.#done.size === 0) {
      return { resultType: 'input_required', inputRequests };
    }
    this.#countRound();
    return this.#seal(inputRequests, requestState);
  }

  async #ask(method: InputMethod, params: JsonObject | undefined, { key, validate }: AskOptions): Promise<unknown> {
    const digest = digestOf(canonicalJson([method, params]));
    const id = key ?? this.#nth(digest);
    this.#claim(nameOf(id), `The key "${id}" names two questions; keys are unique within a call`);
    if (this.#closed) return this.#round.promise;
    const asked = this.#asked.get(id);
    // A question that has changed since is another one.
    const answers = asked === undefined || asked.digest === digest ? [asked?.answer, this.#brought(id)] : [];
    for (const answer of answers) {
      if (!isAnswer(method, answer)) continue;
      const accepted = await this.#accept(answer, validate);
      if (accepted === undefined) continue;
      this.#asked.set(id, { digest, answer });
      this.#ahead.delete(nameOf(id));
      return accepted.value;
    }
    this.#live = true;
    this.#admit(method, params ?? {});
    this.#asked.set(id, { digest });
    // As it is now: an author may change it before it goes out, and it would be another question.
    this.#questions.set(id, JSON.parse(JSON.stringify({ method, params })) as Question);
    this.#mayClose();
    return this.#round.promise;
  }

  async #once<T>(key: string, fn: () => T | Promise<T>): Promise<T> {
    const name = nameOfOnce(key);
    this.#claim(name, `ctx.once was called twice with the key "${key}"; keys are unique within a call`);
    if (this.#closed) return this.#round.promise;
    const done = this.#done.get(key);
    if (done !== undefined) {
      this.#ahead.delete(name);
      // What this key has recorded is what its function returned. A copy, since an author may change what he gets.
      return structuredClone(done.value) as T;
    }
    this.#live = true;
    return this.#work(async () => {
      const record = recordOf(await fn(), key);
      this.#done.set(key, record);
      // What later rounds will get, to the sign of a zero.
      return structuredClone(record.value) as T;
    });
  }

  /** Undefined for an answer that does not fit. */
  async #accept(
    answer: JsonObject,
    validate: AskOptions['validate'],
  ): Promise<{ readonly value: unknown } | undefined> {
    // A copy, since an author may change what he gets, and the answer travels on.
    const own = structuredClone(answer);
    if (validate === undefined) return { value: own };
    return this.#work(async () => {
      try {
        return { value: await validate(own) };
      } catch (error) {
        if (isMcpError(error) && raisedBy(error) === undefined) return undefined;
        throw error;
      }
    });
  }

  /** What runs keeps the round open, so that it can be recorded. */
  async #work<T>(work: () => Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work();
    } finally {
      this.#busy--;
      this.#mayClose();
    }
  }

  /** A turn later: what is asked in the same one goes out in the same round. */
  #mayClose(): void {
    if (!this.suspended || this.#closed) return;
    if (this.#busy > 0) this.#held ??= setTimeout(() => void this.#close(), MAX_HOLD_MS);
    else setTimeout(() => void (this.#busy === 0 && this.#close()), 0);
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#held);
    try {
      const result = await this.#seal(Object.fromEntries(this.#questions), this.requestState);
      this.#round.reject(suspension());
      this.#outcome.resolve(result);
    } catch (error) {
      // Nothing goes out. Whoever asked is told, and what the handler makes of it counts.
      this.#questions.clear();
      this.#round.reject(error);
      this.#afterwards?.();
    }
  }

  /** What came of answers is no answer to others (server/utilities/caching, "Cache Key"). */
  #uncached(result: JsonObject): JsonObject {
    const retried = this.#rounds > 0 || this.inputResponses !== undefined;
    return retried && 'ttlMs' in result ? { ...result, ttlMs: 0, cacheScope: 'private' } : result;
  }

  async #seal(inputRequests: InputRequired['inputRequests'], own: unknown): Promise<JsonObject> {
    const { sealer, maxStateBytes } = this.#settings;
    const asked = [...this.#asked].map(([key, { digest, answer }]): readonly [string, Asked] => [
      key,
      // An answer that the handler has not come by yet: the client will not send it again.
      { digest, answer: answer ?? (this.#questions.has(key) ? undefined : this.#brought(key)) },
    ]);
    const state: State = { rounds: this.#rounds + 1, asked, done: [...this.#done], own };
    const requestState = await sealer.seal(state, this.#binding);
    if (requestState.length > maxStateBytes) {
      throw raise('limit_exceeded', `What this call must remember exceeds ${maxStateBytes} bytes of requestState`);
    }
    return { resultType: 'input_required', ...(inputRequests && { inputRequests }), requestState };
  }

  /** Whether a question may go out. */
  #admit(method: InputMethod, params: JsonObject): void {
    requireCapabilities(this.#capabilities, capabilitiesFor(method, params));
    checkQuestion(method, params);
    this.#countRound();
  }

  #countRound(): void {
    const { maxRounds } = this.#settings;
    if (this.#rounds >= maxRounds) throw raise('limit_exceeded', `This call has asked for input ${maxRounds} times`);
  }

  #claim(name: string, twice: string): void {
    if (this.#named.has(name)) throw new TypeError(twice);
    this.#named.add(name);
  }

  /** The name of a question without a key. */
  #nth(digest: string): string {
    let id = digest;
    for (let count = 2; this.#named.has(nameOf(id)); count++) id = `${digest}-${count}`;
    return id;
  }

  #brought(key: string): unknown {
    const { inputResponses } = this;
    return inputResponses !== undefined && Object.hasOwn(inputResponses, key) ? inputResponses[key] : undefined;
  }
}

function nameOf(key: string): string {
  return `ask ${key}`;
}

function nameOfOnce(key: string): string {
  return `once ${key}`;
}
