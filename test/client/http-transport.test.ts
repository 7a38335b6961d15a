import { HttpTransport } from 'mcpwire/client';
import { describe, expect, it } from 'vitest';
import type { JsonRpcRequest } from '../../src/json-rpc.js';
import { collect, deferred, errorOf, event, listen, notification, result, sse, type Answer } from './support.js';

const request: JsonRpcRequest = { jsonrpc: '2.0', id: 'a', method: 'x' };
const { signal } = new AbortController();

/** A server that tells when its answer's connection is closed. */
async function watched(
  answer: Answer,
): Promise<{ url: string; transport: HttpTransport; gone: Promise<void>; received: unknown[] }> {
  const gone = deferred();
  const { url, received } = await listen((entry, response, incoming) => {
    response.on('close', gone.resolve);
    answer(entry, response, incoming);
  });
  return {
    url,
    transport: new HttpTransport(url, { limits: { jsonResponse: 100, errorBody: 100 } }),
    gone: gone.promise,
    received,
  };
}

describe('HttpTransport by itself', () => {
  it('yields the messages of an exchange', async () => {
    const { transport } = await watched(
      (_r, response) => void sse(response).end(event(notification('n')) + event(result('a'))),
    );
    expect(await collect(transport.exchange(request, { signal }))).toMatchObject([{ method: 'n' }, { id: 'a' }]);
  });

  it('names the URL of a stream that ends without a response', async () => {
    const { transport, url } = await watched((_r, response) => void sse(response).end());
    expect(await errorOf(collect(transport.exchange(request, { signal })))).toMatchObject({
      code: 'stream_ended',
      url,
    });
  });

  it.each<[string, Answer]>([
    ['its reader leaves', (_r, response) => void sse(response).write(event(notification('n')))],
    ['the stream has bad JSON', (_r, response) => void sse(response).write(event('{'))],
    [
      'the type is wrong',
      (_r, response) => void response.writeHead(200, { 'content-type': 'text/html' }).write('<html>'),
    ],
    [
      'a JSON body is too long',
      (_r, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write(' '.repeat(200)),
    ],
    ['an error body is too long', (_r, response) => void response.writeHead(500).write(' '.repeat(200))],
    ['it redirects', (_r, response) => void response.writeHead(302, { location: '/' }).write(' ')],
  ])('closes the connection when %s', async (_name, answer) => {
    const { transport, gone } = await watched(answer);
    const leave = async (): Promise<void> => {
      for await (const message of transport.exchange(request, { signal })) if ('method' in message) break;
    };
    await leave().catch(() => {});
    await expect(gone).resolves.toBeUndefined();
  });

  it('does not wait for the body of the answer to a notification', async () => {
    const { transport, gone } = await watched((_r, response) => void response.writeHead(200).write('x'));
    await transport.notify({ jsonrpc: '2.0', method: 'n' }, { signal });
    await expect(gone).resolves.toBeUndefined();
  });

  it('rejects with the reason of an abort', async () => {
    const { transport, gone } = await watched((_r, response) => void sse(response).write(event(notification('n'))));
    const controller = new AbortController();
    const exchange = (async () => {
      for await (const message of transport.exchange(request, { signal: controller.signal })) {
        expect(message).toMatchObject({ method: 'n' });
        controller.abort('enough');
      }
    })();
    expect(await errorOf(exchange)).toMatchObject({ code: 'aborted', cause: 'enough' });
    await expect(gone).resolves.toBeUndefined();
  });

  it.each([200, 500])(
    'lets go of an answer (%i) that comes after the abort, from a fetch that knows none',
    async (status) => {
      const left = deferred();
      const answer = deferred<Response>();
      const transport = new HttpTransport('http://localhost/mcp', { fetch: () => answer.promise });
      const controller = new AbortController();
      const over = errorOf(collect(transport.exchange(request, { signal: controller.signal })));
      await Promise.resolve();
      controller.abort('enough');
      const body = new ReadableStream<Uint8Array>({ cancel: () => left.resolve() });
      answer.resolve(new Response(body, { status, headers: { 'content-type': 'text/event-stream' } }));
      expect(await over).toMatchObject({ code: 'aborted', cause: 'enough' });
      await left.promise;
    },
  );

  it('sends nothing when it is aborted before its headers are made', async () => {
    let calls = 0;
    const controller = new AbortController();
    const transport = new HttpTransport('http://localhost/mcp', {
      headers: () => {
        controller.abort();
        return {};
      },
      fetch: () => {
        calls++;
        return Promise.resolve(new Response());
      },
    });
    expect((await errorOf(collect(transport.exchange(request, { signal: controller.signal })))).code).toBe('aborted');
    expect(calls).toBe(0);
  });

  it('encodes a name that it is given, and sends params as they are', async () => {
    const { transport, received } = await watched((_r, response) => void sse(response).end(event(result('a'))));
    const modern = { ...request, params: { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } } };
    await collect(
      transport.exchange(modern, { signal, name: 'task-1', params: { 'mcp-param-region': '=?base64?c8O8ZA==?=' } }),
    );
    expect(received).toMatchObject([{ headers: { 'mcp-name': 'task-1', 'mcp-param-region': '=?base64?c8O8ZA==?=' } }]);
  });
});
