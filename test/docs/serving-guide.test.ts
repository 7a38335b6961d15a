/** What docs/serving.md shows: each way to serve, called by the real client. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { McpClient } from 'mcpwire/client';
import app from '../../examples/docs/app.ts';
import type { calculator } from '../../examples/docs/calculator.ts';
import { main, mountOnExpress, mountOnFastify, site } from '../../examples/docs/node.ts';
import { ask } from '../../examples/docs/page.ts';
import worker from '../../examples/docs/worker.ts';
import { listen } from '../helpers/adapters.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function sumAt(target: string, fetch?: (url: string, init: RequestInit) => Promise<Response>) {
  const client = await McpClient.connect<typeof calculator>(target, { fetch });
  const { structuredContent } = await client.callTool('add', { a: 1, b: 2 });
  await client.close();
  return structuredContent;
}

/** A framework as far as the guide uses one: routes by path, and hands over the raw request and response. */
async function framework(mount: (use: (path: string, handler: Handler) => void) => void) {
  const routes = new Map<string, Handler>();
  mount((path, handler) => routes.set(path, handler));
  return listen(createServer((request, response) => routes.get(request.url ?? '')?.(request, response)));
}

describe('on Node', () => {
  test('below a server of your own', async () => {
    const { port, close } = await listen(site);
    expect(await sumAt(`http://127.0.0.1:${port}/mcp`)).toEqual({ sum: 3 });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('A page of yours\n');
    await close();
  });

  test('the way of Express: a path and a listener', async () => {
    const { port, close } = await framework((use) => mountOnExpress({ use }));
    expect(await sumAt(`http://127.0.0.1:${port}/mcp`)).toEqual({ sum: 3 });
    await close();
  });

  test('the way of Fastify: the body is left alone and the reply handed over', async () => {
    const calls: string[] = [];
    const { port, close } = await framework((use) => {
      const scope: Parameters<typeof mountOnFastify>[0] = {
        register: (plugin) => plugin(scope),
        removeAllContentTypeParsers: () => calls.push('removeAllContentTypeParsers'),
        addContentTypeParser: (type, parser) => parser({}, {}, (error) => calls.push(`${type} ${String(error)}`)),
        all: (path, handler) => {
          use(path, (raw, response) => handler({ raw }, { raw: response, hijack: () => calls.push('hijack') }));
        },
      };
      mountOnFastify(scope);
    });
    expect(calls).toEqual(['removeAllContentTypeParsers', '* null']);
    expect(await sumAt(`http://127.0.0.1:${port}/mcp`)).toEqual({ sum: 3 });
    expect(calls).toContain('hijack');
    await close();
  });
});

describe('on web-standard runtimes', () => {
  test('the default export answers requests, and further arguments change nothing', async () => {
    const { fetch } = app as { fetch: (request: Request, ...more: unknown[]) => Promise<Response> };
    const deaf = (url: string, init: RequestInit) => fetch(new Request(url, init), { auth: { scopes: ['admin'] } }, {});
    expect(await sumAt('https://edge.example/mcp', deaf)).toEqual({ sum: 3 });
  });

  test('what a Worker exports sees its bindings and the verified caller', async () => {
    const env = { GREETING: 'Hello', TOKEN: 'secret' };
    const call = async (headers: Record<string, string>) => {
      const client = await McpClient.connect('https://worker.example/mcp', {
        headers,
        fetch: (url, init) => worker.fetch(new Request(url, init), env),
      });
      const { content } = await client.callTool('greet');
      return content[0];
    };
    expect(await call({})).toMatchObject({ text: 'Hello, stranger!' });
    expect(await call({ authorization: 'Bearer secret' })).toMatchObject({ text: 'Hello, operator!' });
  });

  test('a page, or a test, needs no network', async () => {
    expect(await ask()).toBe('none');
  });
});

// The last one, since closing closes the server.
test('serve', async () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.stubEnv('PORT', '0');
  const before = new Set(process.listeners('SIGTERM'));
  const running = await main();
  try {
    expect(await sumAt(running.url)).toEqual({ sum: 3 });
    expect(printed).toHaveBeenCalledWith(`MCP at ${running.url}`);
  } finally {
    for (const added of process.listeners('SIGTERM')) if (!before.has(added)) process.off('SIGTERM', added);
    vi.unstubAllEnvs();
    printed.mockRestore();
    await running.close();
  }
});
