import { isMcpError, McpError } from '../errors.js';
import type { JsonObject } from '../json-rpc.js';
import type {
  CreateMessageRequestParams,
  CreateMessageResult,
  ElicitResult,
  ListRootsResult,
  Root,
} from '../spec/types.js';
import { createSealer } from '../util/seal.js';
import { raise, type AskOptions, type Elicited, type ElicitUrlOptions } from './context.js';
import { formOf } from './elicitation.js';
import type { Exchange } from './exchange.js';
import type { InputMethod } from './input-required.js';
import { capabilitiesFor, checkQuestion, isAnswer } from './questions.js';
import { bindingOf, Replay } from './replay.js';
import type { ServerLimits } from './options.js';
import type { Service } from './request-context.js';
import { requireCapabilities } from './capabilities.js';

/** How a handler asks. */
export interface Ask {
  /** @typeParam Content - what the schema admits */
  elicit<Content>(message: string, schema: unknown, options?: AskOptions): Promise<Elicited<Content>>;
  elicitUrl(message: string, url: string | URL, options?: ElicitUrlOptions): Promise<Elicited<undefined>>;
  sample(params: CreateMessageRequestParams, options?: AskOptions): Promise<CreateMessageResult>;
  roots(options?: AskOptions): Promise<readonly Root[]>;
  once<T>(key: string, fn: () => T | Promise<T>): Promise<T>;
}

/** Asks one question. `validate` throws, or answers the value to hand on. */
type Put = (
  method: InputMethod,
  params: JsonObject | undefined,
  options: {
    readonly key?: string;
    readonly validate: (answer: unknown) => unknown;
    readonly done?: () => boolean | Promise<boolean>;
  },
) => Promise<unknown>;

/** Asks by answering `input_required`, and running the handler again. */
export function askByReplay(replay: Replay): Ask {
  return askWith(
    (...question) => replay.ask(...question),
    (key, fn) => replay.once(key, fn),
  );
}

/** Asks over a stream that is open for it, or says that nobody can be asked. */
export function askOver(exchange: Exchange, { inputRounds }: ServerLimits): Ask {
  const put: Put = async (method, params, { validate, done }) => {
    checkQuestion(method, params ?? {});
    if (exchange.input !== 'ask' || exchange.ask === undefined) {
      const why = exchange.input === 'replay' ? 'only tools, prompts and resources can ask' : 'its transport cannot';
      throw raise('missing_capability', `This caller cannot be asked for input here: ${why}`, {
        data: { requiredCapabilities: capabilitiesFor(method, params ?? {}) },
      });
    }
    requireCapabilities(exchange.peer.capabilities, capabilitiesFor(method, params ?? {}));
    for (let rounds = 0; rounds < inputRounds; rounds++) {
      const answer = await exchange.ask({ method, params, done });
      if (!isAnswer(method, answer)) continue;
      try {
        return await validate(answer);
      } catch (error) {
        // An answer that does not fit is asked for again.
        if (!isMcpError(error)) throw error;
      }
    }
    throw raise('limit_exceeded', `No valid answer to ${method} (limits.inputRounds)`);
  };
  return askWith(put, async (_key, fn) => fn());
}

function askWith(put: Put, once: Ask['once']): Ask {
  return {
    once,

    async elicit<Content>(message: string, schema: unknown, options?: AskOptions) {
      const form = formOf(schema, 'ctx.elicit');
      const params = { mode: 'form', message, requestedSchema: form.requestedSchema };
      return (await put('elicitation/create', params, {
        ...options,
        validate: (answer) => elicited(answer, (content) => form.validate(content ?? {})),
        // What the form's schema admitted is what the schema's type says.
      })) as Elicited<Content>;
    },

    async elicitUrl(message, url, options) {
      const done = async (): Promise<boolean | undefined> => options?.done?.();
      if ((await done()) === true) return { action: 'accept', content: undefined };
      const params = { mode: 'url', message, url: String(url) };
      return (await put('elicitation/create', params, {
        ...options,
        validate: (answer) =>
          elicited(answer, async () => {
            if ((await done()) === false) throw new McpError('invalid_message', 'It is not done yet');
          }),
      })) as Elicited<undefined>;
    },

    async sample(params, options) {
      const asked = params as unknown as JsonObject;
      return (await put('sampling/createMessage', asked, {
        ...options,
        validate: (answer) => answer,
      })) as CreateMessageResult;
    },

    async roots(options) {
      return (await put('roots/list', undefined, {
        ...options,
        validate: (answer) => (answer as ListRootsResult).roots,
      })) as readonly Root[];
    },
  };
}

async function elicited(answer: unknown, read: (content: unknown) => unknown): Promise<Elicited<unknown>> {
  // Questions and answers were matched before.
  const { action, content } = answer as ElicitResult;
  return action === 'accept' ? { action, content: await read(content) } : { action };
}

/** Reads what a retry brings. The sealer is the server's: its key may be a random one. */
export async function openReplay(
  service: Service,
  method: string,
  params: JsonObject,
  { peer }: Exchange,
): Promise<Replay> {
  const { requestStateBytes: maxStateBytes, requestStateTtlMs: ttlMs, inputRounds: maxRounds } = service.limits;
  service.sealer ??= createSealer(service.secret, {
    ttlMs,
    maxChars: maxStateBytes,
    onRandomKey: () => {
      if (!service.alone) console.warn(NO_SECRET);
    },
  });
  const settings = { sealer: service.sealer, maxRounds, maxStateBytes };
  const binding = JSON.stringify(service.name) + bindingOf(method, params, peer.auth);
  return Replay.open(params, binding, settings, peer.capabilities);
}

const NO_SECRET = 'mcpwire: no option "secret": only this process can open the requestState that it seals';
