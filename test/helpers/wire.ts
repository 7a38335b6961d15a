/** Messages of revision 2026-07-28 as a conforming client writes them, and plain JSON-RPC as anyone writes it. */
import type { McpServer } from 'mcpwire/server';

export const VERSION = '2026-07-28';
const URL_OF_ENDPOINT = 'http://localhost/mcp';
export const META = {
  version: 'io.modelcontextprotocol/protocolVersion',
  info: 'io.modelcontextprotocol/clientInfo',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  server: 'io.modelcontextprotocol/serverInfo',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscription: 'io.modelcontextprotocol/subscriptionId',
} as const;

export type Json = Record<string, unknown>;

/** The `_meta` that every modern request carries. */
export function meta(extra: Json = {}): Json {
  return {
    [META.version]: VERSION,
    [META.info]: { name: 'test', version: '1.0.0' },
    [META.capabilities]: {},
    ...extra,
  };
}

export interface MessageOptions {
  readonly id?: unknown;
  readonly meta?: Json;
}

/** A modern request message. */
export function rpc(method: string, params: Json = {}, { id = 1, meta: extra }: MessageOptions = {}): Json {
  return { jsonrpc: '2.0', id, method, params: { ...params, _meta: meta(extra) } };
}

/** The headers that a conforming client sends with a modern request. */
export function headersOf(message: Json): Record<string, string> {
  const params = (message['params'] ?? {}) as Json;
  const named = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' }[String(message['method'])];
  const name = named === undefined ? undefined : params[named];
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': VERSION,
    'mcp-method': String(message['method']),
    ...(typeof name === 'string' ? { 'mcp-name': headerText(name) } : {}),
  };
}

/** A header value in the words of streamable-http#value-encoding, written apart from the code under test. */
function headerText(value: string): string {
  const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value) && !/^=\?base64\?.*\?=$/.test(value);
  return plain ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}

export interface RequestOptions extends MessageOptions {
  readonly headers?: Record<string, string>;
  readonly url?: string;
  readonly signal?: AbortSignal;
}

/** A `Request` with any body. */
export function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
  url = URL_OF_ENDPOINT,
): Request {
  return new Request(url, { method: 'POST', headers, body });
}

/** A modern request as a `Request`. */
export function modern(method: string, params: Json = {}, options: RequestOptions = {}): Request {
  const message = rpc(method, params, options);
  return new Request(options.url ?? URL_OF_ENDPOINT, {
    method: 'POST',
    headers: { ...headersOf(message), ...options.headers },
    body: JSON.stringify(message),
    signal: options.signal ?? null,
  });
}

/** A plain JSON-RPC request as a `Request`: no MCP headers, no `_meta`. */
export function plain(method: string, params?: Json, options: RequestOptions = {}): Request {
  return new Request(options.url ?? URL_OF_ENDPOINT, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: '*/*', ...options.headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: options.id ?? 1, method, ...(params === undefined ? {} : { params }) }),
    signal: options.signal ?? null,
  });
}

/** A tool call as a `Request`. */
export function toolCall(name: string, args: Json = {}, options: RequestOptions = {}): Request {
  return modern('tools/call', { name, arguments: args }, options);
}

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A JSON-RPC response, with members typed loosely enough to look at. */
export interface Answer {
  readonly jsonrpc: string;
  readonly id?: unknown;
  readonly result: ToolResult & Json;
  readonly error: RpcError;
}

export interface ToolResult {
  readonly content: readonly { readonly type: string; readonly text: string }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
}

/** The JSON of a response's body. */
export async function answerOf(response: Response): Promise<Answer> {
  return (await response.json()) as Answer;
}

/** Sends a request in process and reads the JSON answer. */
export async function ask(
  server: McpServer<unknown>,
  request: Request,
): Promise<{ status: number; headers: Headers } & Answer> {
  const response = await server.fetch(request);
  return { status: response.status, headers: response.headers, ...(await answerOf(response)) };
}

/** The entries of a list that is read to its end, page by page, with the pages themselves. */
export async function listAll(
  server: McpServer<unknown>,
  method: string,
  key: string,
  options: RequestOptions = {},
): Promise<{ readonly entries: Json[]; readonly pages: (ToolResult & Json)[] }> {
  const pages: (ToolResult & Json)[] = [];
  const entries: Json[] = [];
  let cursor: unknown;
  do {
    const { result, error } = await ask(server, modern(method, cursor === undefined ? {} : { cursor }, options));
    if (result === undefined) throw new Error(`${method}: ${error.message}`);
    pages.push(result);
    entries.push(...(result[key] as Json[]));
    cursor = result['nextCursor'];
  } while (cursor !== undefined);
  return { entries, pages };
}

/** The text of a tool result's first block. */
export function firstText(answer: Answer): string {
  return answer.result.content[0]?.text ?? '';
}
