/** Handshakes by hand, and servers of the older revisions for one test. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { type EventStore, StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { ElicitResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import type { ExchangeOptions } from '../../src/client/transport.js';
import type { JsonRpcMessage, JsonRpcRequest } from '../../src/json-rpc.js';
import type { LegacyWire } from '../../src/legacy/wire.js';
import { collect, deferred, listen, type Received } from '../client/support.js';

let nextId = 100;

export const request = (method: string, params: Record<string, unknown> = {}): JsonRpcRequest => ({
  jsonrpc: '2.0',
  id: nextId++,
  method,
  params,
});

export const toolCall = (name: string, args: object = {}): JsonRpcRequest => {
  const call = request('tools/call', { name, arguments: args });
  return { ...call, params: { ...call.params, _meta: { progressToken: call.id } } };
};

export const live = (): ExchangeOptions => ({ signal: new AbortController().signal });

export const initialize = (version = '2025-11-25'): JsonRpcRequest =>
  request('initialize', {
    protocolVersion: version,
    capabilities: { elicitation: {} },
    clientInfo: { name: 'wire', version: '1' },
  });

/** Shakes hands; afterwards a session that is lost is made anew. */
export async function shake(wire: LegacyWire, version = '2025-11-25'): Promise<JsonRpcMessage> {
  onTestFinished(() => wire.close());
  const handshake = async (): Promise<JsonRpcMessage> => {
    const [answer] = await collect(wire.exchange(initialize(version), live()));
    if (answer === undefined || !('result' in answer)) throw new Error(`no handshake: ${JSON.stringify(answer)}`);
    await wire.notify({ jsonrpc: '2.0', method: 'notifications/initialized' }, live());
    wire.opened(String(answer.result['protocolVersion']));
    return answer;
  };
  wire.renew = async () => void (await handshake());
  return handshake();
}

/** The result of one exchange; its other messages go into `seen`, and questions are answered. */
export async function ask(
  wire: LegacyWire,
  message: JsonRpcRequest,
  { seen = [], ...options }: Partial<ExchangeOptions> & { seen?: JsonRpcMessage[] } = {},
): Promise<JsonRpcMessage> {
  let answer: JsonRpcMessage | undefined;
  for await (const got of wire.exchange(message, { ...live(), ...options })) {
    if (!('method' in got)) answer = got;
    else {
      seen.push(got);
      if ('id' in got)
        await wire.respond?.({ jsonrpc: '2.0', id: got.id, result: { action: 'accept', content: { name: 'Ada' } } });
    }
  }
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

/** What `initialize` is answered with by hand-written servers. */
export const welcome = (id: unknown, version = '2025-11-25'): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    result: { protocolVersion: version, capabilities: {}, serverInfo: { name: 'hand', version: '1' } },
  });

interface OfficialOptions {
  readonly sessions?: boolean;
  readonly store?: boolean;
  readonly json?: boolean;
  readonly retryInterval?: number;
}

/** The tools that tests call. */
export function officialTools(): { server: McpServer; cancelled: Promise<void>; started: Promise<void> } {
  const server = new McpServer({ name: 'official', version: '1.0.0' }, { capabilities: { logging: {} } });
  const cancelled = deferred();
  const started = deferred();
  server.registerTool('add', { inputSchema: { a: z.number(), b: z.number() } }, async ({ a, b }) => ({
    content: [{ type: 'text', text: String(a + b) }],
  }));
  server.registerTool('steps', {}, async ({ _meta, sendNotification }) => {
    for (let progress = 1; progress <= 3; progress++)
      await sendNotification({
        method: 'notifications/progress',
        params: { progressToken: _meta?.progressToken ?? 0, progress },
      });
    return { content: [{ type: 'text', text: 'done' }] };
  });
  server.registerTool('name', {}, async ({ sendRequest }) => {
    const { content } = await sendRequest(
      {
        method: 'elicitation/create',
        params: { message: 'Who?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } },
      },
      ElicitResultSchema,
    );
    return { content: [{ type: 'text', text: String(content?.['name']) }] };
  });
  server.registerTool('away', {}, async ({ closeSSEStream, sendNotification, _meta }) => {
    closeSSEStream?.();
    await sendNotification({
      method: 'notifications/progress',
      params: { progressToken: _meta?.progressToken ?? 0, progress: 1 },
    });
    return { content: [{ type: 'text', text: 'back' }] };
  });
  server.registerTool('hang', {}, async ({ signal }) => {
    started.resolve();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    cancelled.resolve();
    return { content: [] };
  });
  return { server, cancelled: cancelled.promise, started: started.promise };
}

/** The official SDK's server on Streamable HTTP. */
export async function official({ sessions: keeps = true, store, json, retryInterval }: OfficialOptions = {}) {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const servers: ReturnType<typeof officialTools>[] = [];
  const eventStore = store === true ? eventStoreInOrder() : undefined;
  const serve = async ({ headers, body, message }: Received, response: never, incoming: never): Promise<void> => {
    const id = headers['mcp-session-id'];
    let transport = typeof id === 'string' ? sessions.get(id) : undefined;
    if (transport === undefined) {
      if (id !== undefined) return refuse(response);
      transport = new StreamableHTTPServerTransport({
        ...(keeps && {
          sessionIdGenerator: () => randomUUID(),
          onsessioninitialized: (made: string) => void sessions.set(made, transport!),
        }),
        ...(eventStore && { eventStore }),
        ...(json && { enableJsonResponse: true }),
        ...(retryInterval !== undefined && { retryInterval }),
      });
      const tools = officialTools();
      servers.push(tools);
      // Its own types are not written for exactOptionalPropertyTypes.
      await tools.server.connect(transport);
    }
    await transport.handleRequest(incoming, response, body === '' ? undefined : message);
  };
  const server = await listen((entry, response, incoming) => void serve(entry, response as never, incoming as never));
  return { ...server, sessions, servers };
}

/** Keeps the order of events also within one millisecond, which the store of the SDK's examples does not. */
function eventStoreInOrder(): EventStore {
  const events: { stream: string; message: Parameters<EventStore['storeEvent']>[1] }[] = [];
  return {
    async storeEvent(stream, message) {
      return String(events.push({ stream, message }));
    },
    async replayEventsAfter(last, { send }) {
      const stream = events[Number(last) - 1]?.stream ?? '';
      for (const [index, event] of events.entries())
        if (index >= Number(last) && event.stream === stream) await send(String(index + 1), event.message);
      return stream;
    },
  };
}

function refuse(response: { writeHead(status: number): { end(text: string): void } }): void {
  response
    .writeHead(404)
    .end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } }));
}
