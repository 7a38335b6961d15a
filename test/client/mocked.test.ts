import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { McpClient, type McpErrorCode } from 'mcpwire/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deferred, errorOf, event, notification, result } from './support.js';

// A mocked endpoint, as the users of this client write it in their own tests.
const endpoint = 'https://mcp.example/mcp';
const mock = setupServer();

interface Body {
  readonly id: number;
  readonly method: string;
  readonly params: { readonly _meta: { readonly progressToken: number } };
}

beforeAll(() => mock.listen({ onUnhandledFrame: 'error' }));
afterEach(() => mock.resetHandlers());
afterAll(() => mock.close());

const bodyOf = async (request: Request): Promise<Body> => (await request.json()) as Body;

const respond = (answer: (body: Body, request: Request) => Response): void =>
  mock.use(http.post(endpoint, async ({ request }) => answer(await bodyOf(request.clone()), request)));

const jsonOf = (text: string, status = 200): Response =>
  new HttpResponse(text, { status, headers: { 'content-type': 'application/json' } });

describe('against a mocked endpoint', () => {
  it('discovers, lists and calls', async () => {
    respond(({ id, method }) => {
      const tools = [{ name: 'add', inputSchema: { type: 'object' } }];
      if (method === 'server/discover')
        return jsonOf(result(id, { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }));
      return jsonOf(result(id, method === 'tools/list' ? { tools } : { content: [{ type: 'text', text: '8' }] }));
    });
    const client = await McpClient.connect(endpoint);
    expect(await client.listTools()).toMatchObject([{ name: 'add' }]);
    expect(await client.callTool('add', { a: 5, b: 3 })).toMatchObject({ content: [{ text: '8' }] });
  });

  it('receives progress while the stream is open', async () => {
    const seen = deferred();
    respond(({ id, params }) => {
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          const write = (text: string): void => controller.enqueue(new TextEncoder().encode(event(text)));
          write(
            notification('notifications/progress', {
              progressToken: params._meta.progressToken,
              progress: 20,
              total: 100,
            }),
          );
          await seen.promise;
          write(result(id, { content: [], structuredContent: { status: 'Success' } }));
          controller.close();
        },
      });
      return new HttpResponse(body, { headers: { 'content-type': 'text/event-stream' } });
    });
    const client = await McpClient.connect(endpoint, { protocolVersion: '2026-07-28' });
    const { structuredContent } = await client.callTool('job_run', {}, { onProgress: () => seen.resolve() });
    expect(structuredContent).toEqual({ status: 'Success' });
  });

  it('closes the response when a call is aborted', async () => {
    const gone = deferred();
    respond(() => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode(event(notification('started')))),
        cancel: () => gone.resolve(),
      });
      return new HttpResponse(body, { headers: { 'content-type': 'text/event-stream' } });
    });
    const client = await McpClient.connect(endpoint, { protocolVersion: '2026-07-28' });
    const controller = new AbortController();
    client.on('started', () => controller.abort());
    expect((await errorOf(client.callTool('x', {}, { signal: controller.signal }))).code).toBe('aborted');
    await gone.promise;
  });

  it.each<[McpErrorCode, string, () => Response]>([
    ['connection_failed', 'a network error', () => HttpResponse.error()],
    ['http_status', 'HTTP 500', () => new HttpResponse('oops', { status: 500 })],
    ['unauthorized', 'HTTP 401', () => new HttpResponse(null, { status: 401 })],
    ['invalid_message', 'HTTP 202', () => new HttpResponse(null, { status: 202 })],
    ['invalid_message', 'HTML', () => HttpResponse.html('<html>')],
    [
      'stream_ended',
      'an empty stream',
      () => new HttpResponse('', { headers: { 'content-type': 'text/event-stream' } }),
    ],
  ])('fails with %s on %s', async (code, _name, answer) => {
    respond(answer);
    const client = await McpClient.connect(endpoint, { protocolVersion: '2026-07-28' });
    expect((await errorOf(client.callTool('x'))).code).toBe(code);
  });
});
