/** A server that is one function: what it answers, without any network. */
import { McpClient, type ConnectOptions, type McpError } from 'mcpwire/client';
import { onTestFinished } from 'vitest';

export interface Asked {
  readonly id: number;
  readonly method: string;
  readonly params: Record<string, unknown> & { readonly _meta: Record<string, unknown> };
  readonly headers: Headers;
  readonly signal: AbortSignal;
}

/** A result object, or a whole response. */
export type Reply = Record<string, unknown> | Response | Promise<Record<string, unknown> | Response>;

export interface Played {
  readonly client: McpClient;
  /** Everything that was asked, in order. */
  readonly asked: Asked[];
  /** The methods of it. */
  readonly methods: () => string[];
  readonly warnings: McpError[];
}

/** A client of a server that answers as told. An object is a result, `complete` unless it says something else. */
export async function play(answer: (asked: Asked) => Reply, options: ConnectOptions = {}): Promise<Played> {
  const asked: Asked[] = [];
  const warnings: McpError[] = [];
  const client = await McpClient.connect('https://server.test/mcp', {
    protocolVersion: '2026-07-28',
    onWarning: (warning) => warnings.push(warning),
    fetch: async (_url, init) => {
      const message = JSON.parse(init.body as string) as Omit<Asked, 'headers' | 'signal'>;
      const entry: Asked = {
        ...message,
        headers: new Headers(init.headers),
        signal: init.signal ?? new AbortController().signal,
      };
      asked.push(entry);
      const reply = await answer(entry);
      return reply instanceof Response ? reply : resultOf(entry.id, reply);
    },
    ...options,
  });
  onTestFinished(() => client.close());
  return { client, asked, methods: () => asked.map(({ method }) => method), warnings };
}

/** A JSON response that carries a result. */
export function resultOf(id: number, result: Record<string, unknown>): Response {
  return Response.json({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } });
}

/** A JSON response that carries an error. */
export function errorOf(id: number, code: number, message = 'no', init?: ResponseInit): Response {
  return Response.json({ jsonrpc: '2.0', id, error: { code, message } }, init);
}

/** An event stream that its test writes. */
export interface OpenStream {
  readonly response: Response;
  readonly send: (message: object) => void;
  readonly comment: (text?: string) => void;
  /** Ends it, as a server does that has nothing more to say. */
  readonly end: () => void;
  /** Breaks it, as a network does. */
  readonly break: () => void;
  /** Settles when the client has let go of it. */
  readonly left: Promise<void>;
}

export function openStream(): OpenStream {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let leave!: () => void;
  const left = new Promise<void>((resolve) => (leave = resolve));
  const body = new ReadableStream<Uint8Array>({
    start(own) {
      controller = own;
    },
    cancel: () => leave(),
  });
  const write = (text: string): void => controller.enqueue(new TextEncoder().encode(text));
  return {
    response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    send: (message) => write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`),
    comment: (text = '') => write(`:${text}\n\n`),
    end: () => controller.close(),
    break: () => controller.error(new Error('reset')),
    left,
  };
}
