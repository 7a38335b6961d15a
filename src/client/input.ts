/** Answers the questions of servers with the handlers that the client was given. */
import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import type { CreateMessageRequestParams } from '../spec/types.js';
import { actionOf } from './action.js';
import type { ClientCall, Core } from './core.js';
import { fillIn } from './form.js';
import type { FormRequest, InputContext, UrlRequest } from './input-handlers.js';
import type { ConnectOptions } from './options.js';
import { during, unlimited } from './wait.js';

// What people can look through before they agree to open it.
const LONGEST_URL = 8192;

/**
 * Answers all questions of one round, at the same time. None is asked where one of them cannot be.
 *
 * @returns `inputResponses`
 * @throws McpError `missing_capability` that names the option, `invalid_message` for questions that are none,
 *   `limit_exceeded` for too many, `internal` when a handler fails or gives an answer that does not fit
 */
export async function answerAll(
  core: Core,
  call: ClientCall,
  requests: JsonObject,
  signal: AbortSignal | undefined,
): Promise<JsonObject> {
  const { inputRequests: limit = 100 } = core.options.limits ?? {};
  const questions = Object.entries(requests);
  if (questions.length > limit) {
    throw new McpError('limit_exceeded', `${call.method}: over ${limit} questions (limits.inputRequests)`);
  }
  const prepared = questions.map(([key, request]) => [key, prepare(core.options, request)] as const);
  const { method, params } = call;
  return during(core, method, unlimited(signal), async (over) => {
    const answers = prepared.map(async ([key, answer]) => {
      const ctx: InputContext = { server: core.link.server, call: { method, params }, key, signal: over };
      return [key, await answer(ctx)] as const;
    });
    return Object.fromEntries(await Promise.all(answers));
  });
}

type Answerer = (ctx: InputContext) => Promise<unknown>;

/** Looks at a question, and says who answers it. */
function prepare(options: ConnectOptions, request: unknown): Answerer {
  const { method, params = {} } = isObject(request) ? request : {};
  if (!isObject(params))
    throw new McpError('invalid_message', 'A question of the server has params that are no object');
  const { elicit, elicitUrl, sample, roots, capabilities } = options;
  switch (method) {
    case 'elicitation/create': {
      const { mode = 'form' } = params;
      if (mode === 'form') {
        const form = formOf(params);
        const ask = given(elicit, 'elicitation/create (form)', 'elicit');
        return async (ctx) => fillIn(form, await run('elicit', () => ask(form, ctx)));
      }
      if (mode !== 'url') break;
      const ask = given(elicitUrl, 'elicitation/create (url)', 'elicitUrl');
      const page = pageOf(params);
      return async (ctx) => ({ action: actionOf(await run('elicitUrl', () => ask(page, ctx)), 'elicitUrl') });
    }
    case 'sampling/createMessage': {
      const ask = given(sample, method, 'sample');
      const withTools = params['tools'] !== undefined || params['toolChoice'] !== undefined;
      if (withTools && capabilities?.sampling?.tools === undefined) {
        throw missing(`${method} with tools`, 'capabilities: { sampling: { tools: {} } }');
      }
      if (!Array.isArray(params['messages'])) {
        throw new McpError('invalid_message', `${method}: messages is no array`);
      }
      // What else is in it is for the handler to look at.
      return (ctx) => run('sample', () => ask(params as unknown as CreateMessageRequestParams, ctx), isMessage);
    }
    case 'roots/list': {
      const tell = given(roots, method, 'roots');
      return async (ctx) => ({
        roots: await run('roots', () => (typeof tell === 'function' ? tell(ctx) : tell), areRoots),
      });
    }
  }
  throw new McpError('invalid_message', `The server asks what no client can answer: ${JSON.stringify(method)}`, {
    data: request,
  });
}

function given<T>(handler: T | undefined, what: string, option: string): T {
  if (handler === undefined) throw missing(what, option);
  return handler;
}

function missing(what: string, option: string): McpError {
  return new McpError('missing_capability', `The server asks for ${what}: give McpClient.connect the option ${option}`);
}

/** Runs a handler, and looks at its answer. */
async function run<T>(option: string, handler: () => T | Promise<T>, fits?: (answer: T) => boolean): Promise<T> {
  let answer: T;
  try {
    answer = await handler();
  } catch (cause) {
    throw new McpError('internal', `The handler ${option} failed: ${String(cause)}`, { cause });
  }
  if (fits?.(answer) === false) throw new McpError('internal', `The handler ${option} gave no valid answer`);
  return answer;
}

function formOf({ message, requestedSchema }: JsonObject): FormRequest {
  const { properties, required = [] } = isObject(requestedSchema) ? requestedSchema : {};
  if (typeof message !== 'string' || !isObject(properties) || !Array.isArray(required)) {
    throw new McpError('invalid_message', 'The server asks for a form without message or requestedSchema');
  }
  // How the fields are described is for the handler to look at; fillIn checks what it knows.
  return { message, requestedSchema: requestedSchema as FormRequest['requestedSchema'] };
}

/**
 * Reads the page that a server wants opened. What is passed on is normalised: no white space, quotes or control characters
 * that a program which opens it could take for something else.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation#safe-url-handling
 */
function pageOf({ message, url }: JsonObject): UrlRequest {
  const parsed = typeof url === 'string' && url.length <= LONGEST_URL && URL.canParse(url) ? new URL(url) : undefined;
  if (
    typeof message !== 'string' ||
    parsed === undefined ||
    !/^https?:$/.test(parsed.protocol) ||
    parsed.username + parsed.password !== ''
  ) {
    throw new McpError(
      'invalid_message',
      'The server asks to open what is no http: or https: URL, holds credentials, or is over 8,192 characters',
      { data: url },
    );
  }
  const warnings: ('http' | 'punycode')[] = [];
  if (parsed.protocol === 'http:') warnings.push('http');
  if (/(?:^|\.)xn--/.test(parsed.hostname)) warnings.push('punycode');
  return { message, url: parsed.href, host: parsed.host, warnings };
}

function isMessage(answer: unknown): boolean {
  const { role, model, content } = Object(answer) as JsonObject;
  return typeof role === 'string' && typeof model === 'string' && typeof content === 'object' && content !== null;
}

/** https://modelcontextprotocol.io/specification/2026-07-28/client/roots#root */
function areRoots(answer: unknown): boolean {
  return (
    Array.isArray(answer) &&
    answer.every((root: unknown) => {
      const { uri, name } = Object(root) as JsonObject;
      return (
        typeof uri === 'string' &&
        /^file:\/\//i.test(uri) &&
        URL.canParse(uri) &&
        // Dots that lead elsewhere, also in disguise.
        !/(?:^|[\\/]|%2f)(?:\.|%2e){2}(?:[\\/]|%2f|$)/i.test(uri) &&
        (name === undefined || typeof name === 'string')
      );
    })
  );
}
