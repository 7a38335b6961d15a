/** Ways to serve the server of `@modelcontextprotocol/sdk` over HTTP. */
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import {
  StreamableHTTPServerTransport,
  type EventStore,
  type StreamableHTTPServerTransportOptions,
} from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { randomUUID } from 'node:crypto';
import type { Listener } from '../http.ts';
import { v1Server } from './v1.ts';
import { newWorld } from './world.ts';

type Make = () => McpServer;

const fixture = (): Make => {
  const world = newWorld();
  return () => v1Server(world);
};

/** One server for each session. */
export function v1Sessions(options: Partial<StreamableHTTPServerTransportOptions> = {}, make = fixture()): Listener {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  return async (request, response) => {
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? sessions.get(id) : undefined;
    if (known !== undefined) return known.handleRequest(request, response);
    // This package leaves it to its users to answer for sessions that are gone.
    if (id !== undefined) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
      return;
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (session) => void sessions.set(session, transport),
      onsessionclosed: (session) => void sessions.delete(session),
      ...options,
    });
    await make().connect(transport);
    return transport.handleRequest(request, response);
  };
}

/** One server for each request. */
export function v1Stateless(make = fixture()): Listener {
  return async (request, response) => {
    const transport = new StreamableHTTPServerTransport({});
    const server = make();
    response.on('close', () => void server.close());
    await server.connect(transport);
    return transport.handleRequest(request, response);
  };
}

/** HTTP+SSE of 2024-11-05. */
export function v1Sse(make = fixture()): Listener {
  const sessions = new Map<string, SSEServerTransport>();
  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    if (request.method === 'GET' && pathname === '/sse') {
      const transport = new SSEServerTransport('/messages', response);
      sessions.set(transport.sessionId, transport);
      return make().connect(transport);
    }
    const known = sessions.get(searchParams.get('sessionId') ?? '');
    if (request.method === 'POST' && pathname === '/messages' && known !== undefined)
      return known.handlePostMessage(request, response);
    response.writeHead(pathname === '/sse' ? 405 : 404).end();
  };
}

/** Keeps the events of streams, as the package leaves to its users. */
export function eventStore(): EventStore {
  const events: { readonly stream: string; readonly message: Parameters<EventStore['storeEvent']>[1] }[] = [];
  return {
    storeEvent: async (stream, message) => String(events.push({ stream, message }) - 1),
    getStreamIdForEventId: async (id) => events[Number(id)]?.stream,
    async replayEventsAfter(last, { send }) {
      const { stream = '' } = events[Number(last)] ?? {};
      for (const [id, event] of events.entries()) {
        if (id > Number(last) && event.stream === stream) await send(String(id), event.message);
      }
      return stream;
    },
  };
}
