/** Ways to serve the server of `@modelcontextprotocol/server` over HTTP. */
import {
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
  type StreamableHTTPServerTransportOptions,
} from '@modelcontextprotocol/node';
import { createMcpHandler, type CreateMcpHandlerOptions, type McpServer } from '@modelcontextprotocol/server';
import { randomUUID } from 'node:crypto';
import type { Listener } from '../http.ts';
import { OTHER, README } from '../peer.ts';
import { v2Server } from './v2.ts';
import { newWorld } from './world.ts';

/** Both eras, the older one without sessions; or only the newer one. */
export function v2Handler(options: CreateMcpHandlerOptions = {}): Listener {
  const world = newWorld();
  const handler = createMcpHandler(() => v2Server(world), options);
  const { notify } = handler;
  world.publish = () => {
    for (const uri of [OTHER, README]) notify.resourceUpdated(uri);
    notify.toolsChanged();
    notify.promptsChanged();
    notify.resourcesChanged();
  };
  const listener = toNodeHandler(handler);
  // The package's types of requests disagree with Node's under exactOptionalPropertyTypes.
  return (request, response) => void listener(request as Parameters<typeof listener>[0], response);
}

const fixture = (): (() => McpServer) => {
  const world = newWorld();
  return () => v2Server(world);
};

/** The older era with sessions. */
export function v2Sessions(options: Partial<StreamableHTTPServerTransportOptions> = {}, make = fixture()): Listener {
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>();
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
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (session) => void sessions.set(session, transport),
      onsessionclosed: (session) => void sessions.delete(session),
      ...options,
    });
    await make().connect(transport);
    return transport.handleRequest(request, response);
  };
}
