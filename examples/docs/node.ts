/** Serving on Node: alone, below another server, inside frameworks. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { serve, toNodeListener } from 'mcpwire/node';
import { calculator as server } from './calculator.ts';

// #region serve
export async function main() {
  const running = await serve(server, { port: Number(process.env['PORT'] ?? 3000) });
  console.log(`MCP at ${running.url}`);
  process.once('SIGTERM', () => void running.close({ graceMs: 10_000 }));
  return running;
}
// #endregion serve

// #region http
const listener = toNodeListener(server);

export const site = createServer((request, response) => {
  if (request.url === '/mcp') return listener(request, response);
  response.end('A page of yours\n');
});
// #endregion http

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
/** What is used of an Express application. */
interface Express {
  use(path: string, handler: Handler): unknown;
}
/** What is used of Fastify. */
interface Fastify {
  register(plugin: (scope: Fastify) => Promise<void>): unknown;
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown, done: (error: null) => void) => void,
  ): unknown;
  all(
    path: string,
    handler: (request: { raw: IncomingMessage }, reply: { raw: ServerResponse; hijack(): void }) => void,
  ): unknown;
}

export function mountOnExpress(app: Express): void {
  // #region express
  app.use('/mcp', toNodeListener(server)); // before app.use(express.json())
  // #endregion express
}

export function mountOnFastify(app: Fastify): void {
  // #region fastify
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers(); // the body is read by mcpwire
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.all('/mcp', (request, reply) => {
      reply.hijack();
      listener(request.raw, reply.raw);
    });
  });
  // #endregion fastify
}
