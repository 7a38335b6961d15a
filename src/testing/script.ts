/** Answers that are known beforehand, for questions that a server asks back. */
import { McpError } from '../errors.js';
import type {
  CreateMessageRequestParams,
  CreateMessageResult,
  ElicitRequestFormParams,
  ElicitRequestURLParams,
  ElicitResult,
  InputRequest,
  InputResponse,
  ListRootsResult,
  Root,
} from '../spec/types.js';

/** A value, or a function that makes it of the question. */
type Answer<Question, Value> = Value | ((question: Question) => Value | Promise<Value>);

/** What every step may say about its question. */
export interface StepOptions {
  /**
   * Which question it answers: one whose text has this string in it or fits this expression, or one that the function
   * accepts. The text is the message of an elicitation, all texts of a sampling request, and empty for roots. A step with
   * `when` answers at any time; without, it answers the question that comes when its turn has come.
   */
  readonly when?: string | RegExp | ((question: InputRequest) => boolean) | undefined;
  /** How many questions it answers. `Infinity`: any number, also none. Default 1. */
  readonly times?: number | undefined;
}

/** Answers a form. A string alone is the action, with nothing filled in. */
export interface ElicitStep extends StepOptions {
  /** What the user does. */
  readonly elicit: Answer<ElicitRequestFormParams, ElicitResult | ElicitResult['action']>;
}

/** Answers the question whether to open a page. */
export interface ElicitUrlStep extends StepOptions {
  /** What the user does. */
  readonly elicitUrl: Answer<ElicitRequestURLParams, ElicitResult | ElicitResult['action']>;
}

/** Answers for the model. A string alone is what the model says. */
export interface SampleStep extends StepOptions {
  /** What the model says. */
  readonly sample: Answer<CreateMessageRequestParams, CreateMessageResult | string>;
}

/** Tells the roots. A string is a root's URI. */
export interface RootsStep extends StepOptions {
  /** All of them. */
  readonly roots: Answer<undefined, readonly (Root | string)[]>;
}

/** One step of a {@link script}. */
export type ScriptStep = ElicitStep | ElicitUrlStep | SampleStep | RootsStep;

/** The handlers of a script, as `connect` takes them. Only those that some step needs: each one declares a capability. */
export interface ScriptHandlers {
  /** Answers forms. */
  readonly elicit?: (form: Pick<ElicitRequestFormParams, 'message' | 'requestedSchema'>) => Promise<ElicitResult>;
  /** Answers questions to open a page. */
  readonly elicitUrl?: (page: Pick<ElicitRequestURLParams, 'message' | 'url'>) => Promise<ElicitResult>;
  /** Answers for the model. */
  readonly sample?: (params: CreateMessageRequestParams) => Promise<CreateMessageResult>;
  /** Tells the roots. */
  readonly roots?: () => Promise<readonly Root[]>;
}

/** What {@link script} returns. */
export interface Script {
  /** For `connect({ ...answers.handlers })`. */
  readonly handlers: ScriptHandlers;
  /** Every question so far, in order, the unexpected ones, too. */
  readonly asked: readonly InputRequest[];
  /**
   * Answers one question.
   *
   * @throws McpError `internal` for one that no step answers
   */
  answer(question: InputRequest): Promise<InputResponse>;
  /**
   * Call it at the end of a test; a client that `connectInMemory` made with `script` does it when it is disposed of.
   *
   * @throws McpError `internal` when a question was unexpected, or a step was never used
   */
  done(): void;
}

/**
 * Plays the user, and the user's model. Steps answer in the order in which they stand, whatever they answer; those with
 * `when` stand outside of the order and are looked at first. A question that no step answers fails the call, and so does
 * `done()` when something is left over.
 *
 * @throws TypeError for a step that answers nothing, or more than one kind of question
 *
 * @example
 * ```ts
 * const answers = script([
 *   { elicit: { action: 'accept', content: { city: 'Bern' } } },
 *   { elicit: 'decline' },
 *   { when: /capital/, sample: 'Paris', times: Infinity },
 * ]);
 * await using client = await connectInMemory(server, { script: answers });
 * ```
 */
export function script(steps: readonly ScriptStep[]): Script {
  const rest = steps.map((step) => ({ step, kind: kindOf(step), left: step.times ?? 1 }));
  const asked: InputRequest[] = [];
  let unexpected: McpError | undefined;

  const answer = async (question: InputRequest): Promise<InputResponse> => {
    asked.push(question);
    const kind = kindOfQuestion(question);
    const open = rest.filter(({ left }) => left > 0);
    const next = open.find(({ step }) => step.when === undefined);
    const found =
      open.find(({ step, kind: own }) => own === kind && step.when !== undefined && fits(step.when, question)) ??
      (next?.kind === kind ? next : undefined);
    if (found === undefined) {
      const wanted = next === undefined ? 'no step is left' : `the next step answers ${next.kind}`;
      const error = new McpError('internal', `The script has no answer to ${describe(question)}: ${wanted}`);
      unexpected ??= error;
      throw error;
    }
    found.left--;
    return respond(found.step, question);
  };

  // Each gives answers of its own kind: a step is found by the kind of the question.
  const all: Required<ScriptHandlers> = {
    elicit: ({ message, requestedSchema }) =>
      answer({ method: 'elicitation/create', params: { message, requestedSchema } }) as Promise<ElicitResult>,
    elicitUrl: ({ message, url }) =>
      answer({ method: 'elicitation/create', params: { mode: 'url', message, url } }) as Promise<ElicitResult>,
    sample: (params) => answer({ method: 'sampling/createMessage', params }) as Promise<CreateMessageResult>,
    roots: async () => ((await answer({ method: 'roots/list' })) as ListRootsResult).roots,
  };
  const handlers: ScriptHandlers = Object.fromEntries(rest.map(({ kind }) => [kind, all[kind]]));

  return {
    handlers,
    asked,
    answer,
    done() {
      if (unexpected !== undefined) throw unexpected;
      const left = rest.filter(({ left: count }) => count > 0 && count !== Infinity);
      if (left.length === 0) return;
      const names = left.map(({ step, kind }) => `${kind} (step ${steps.indexOf(step) + 1})`);
      throw new McpError('internal', `The script was not played to its end; nobody asked for ${names.join(', ')}`);
    },
  };
}

const KINDS = ['elicit', 'elicitUrl', 'sample', 'roots'] as const;
type Kind = (typeof KINDS)[number];

function kindOf(step: ScriptStep): Kind {
  const [kind, ...more] = KINDS.filter((name) => name in step);
  if (kind === undefined || more.length > 0)
    throw new TypeError('A step of a script has one of elicit, elicitUrl, sample, roots');
  return kind;
}

function kindOfQuestion(question: InputRequest): Kind {
  if (question.method === 'elicitation/create') return question.params.mode === 'url' ? 'elicitUrl' : 'elicit';
  return question.method === 'roots/list' ? 'roots' : 'sample';
}

async function respond(step: ScriptStep, question: InputRequest): Promise<InputResponse> {
  if ('roots' in step) {
    const roots = typeof step.roots === 'function' ? await step.roots(undefined) : step.roots;
    return { roots: roots.map((root) => (typeof root === 'string' ? { uri: root } : root)) };
  }
  if ('sample' in step) {
    // Of this kind, since the step was found by it; the same below.
    const params = question.params as CreateMessageRequestParams;
    const said = typeof step.sample === 'function' ? await step.sample(params) : step.sample;
    if (typeof said !== 'string') return said;
    return { role: 'assistant', content: { type: 'text', text: said }, model: 'script', stopReason: 'endTurn' };
  }
  const given = 'elicit' in step ? step.elicit : step.elicitUrl;
  const done =
    typeof given === 'function'
      ? await given(question.params as ElicitRequestFormParams & ElicitRequestURLParams)
      : given;
  return typeof done === 'string' ? { action: done } : done;
}

function fits(when: NonNullable<StepOptions['when']>, question: InputRequest): boolean {
  if (typeof when === 'function') return when(question);
  const text = textOf(question);
  // Not `test`, which remembers where it was in an expression with the flag `g`.
  return typeof when === 'string' ? text.includes(when) : text.search(when) !== -1;
}

function textOf(question: InputRequest): string {
  if (question.method === 'elicitation/create') return question.params.message;
  if (question.method === 'roots/list') return '';
  return question.params.messages
    .flatMap(({ content }) => content)
    .flatMap((block) => (block.type === 'text' ? [block.text] : []))
    .join('\n');
}

function describe(question: InputRequest): string {
  const text = textOf(question);
  return text === '' ? question.method : `${question.method} ${JSON.stringify(text.slice(0, 200))}`;
}
