/** A client that is asked for input, as messages: over `server.fetch`, one request after the other. */
import type { AuthInfo, McpServer } from 'mcpwire/server';
import { META, modern, type Json, type RpcError } from '../helpers/wire.ts';

export const SECRET = 'a secret of more than sixteen characters';
const EVERYTHING = { elicitation: { form: {}, url: {} }, sampling: { tools: {}, context: {} }, roots: {} };

export interface Question {
  readonly method: string;
  readonly params?: Json;
}

export interface InputResult extends Json {
  readonly resultType: string;
  readonly inputRequests?: Record<string, Question>;
  readonly requestState?: string;
}

export interface Reply {
  readonly status: number;
  readonly id: unknown;
  readonly type: string | null;
  /** What came on the stream before the response. */
  readonly notifications: readonly Json[];
  readonly result: InputResult;
  readonly error: RpcError;
}

export interface CallOptions {
  readonly id?: number;
  readonly capabilities?: Json;
  readonly auth?: AuthInfo;
  readonly meta?: Json;
}

/** One request and its response. */
export async function send(
  server: McpServer<unknown>,
  method: string,
  params: Json,
  { id = 1, capabilities = EVERYTHING, auth, meta }: CallOptions = {},
): Promise<Reply> {
  const name = params['name'] ?? params['uri'];
  const request = modern(method, params, {
    id,
    meta: { [META.capabilities]: capabilities, ...meta },
    headers: typeof name === 'string' ? { 'mcp-name': name } : {},
  });
  const response = await server.handler({ auth })(request);
  const body = await response.text();
  const messages = body.startsWith('{') ? [body] : [...body.matchAll(/^data: ?(.*)$/gm)].map(([, data = '']) => data);
  const parsed = messages.map((message) => JSON.parse(message) as Json);
  const last = parsed.pop() as Json & Reply;
  const { status, headers } = response;
  return {
    status,
    type: headers.get('content-type'),
    notifications: parsed,
    id: last.id,
    result: last.result,
    error: last.error,
  };
}

/** What a client says to a question; `undefined`: nothing. */
export type Answers = (key: string, question: Question) => Json | undefined;

/** Sends a request, answers what it is asked, and sends it again, until the answer is another one. Every reply, in order. */
export async function converse(
  server: McpServer<unknown> | (() => McpServer<unknown>),
  method: string,
  params: Json,
  answers: Answers,
  options: CallOptions = {},
): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  let brought: Json = {};
  for (;;) {
    const place = typeof server === 'function' ? server() : server;
    const reply = await send(place, method, { ...params, ...brought }, { ...options, id: replies.length + 1 });
    replies.push(reply);
    if (reply.error !== undefined || reply.result.resultType !== 'input_required') return replies;
    brought = retryOf(reply, answers);
  }
}

/** What a conforming client adds to its request after a reply. */
export function retryOf({ result: { inputRequests = {}, requestState } }: Reply, answers: Answers): Json {
  const said = Object.entries(inputRequests).map(([key, question]) => [key, answers(key, question)] as const);
  return {
    inputResponses: Object.fromEntries(said.filter(([, answer]) => answer !== undefined)),
    ...(requestState === undefined ? {} : { requestState }),
  };
}

export const accept = (content: Json): Json => ({ action: 'accept', content });
export const keysOf = ({ result }: Reply): string[] => Object.keys(result.inputRequests ?? {});
