import { describe, expect, test, vi } from 'vitest';
import { McpServer, type ServerOptions } from 'mcpwire/server';
import { ask, headersOf, modern, rpc } from '../helpers/wire.js';

type OnError = NonNullable<ServerOptions['onError']>;

describe('what fails before there is a message', () => {
  test('in a function of the options is masked, and onError hears it with the id that the caller gets', async () => {
    const onError = vi.fn<OnError>();
    const error = new Error('secret');
    const origins = () => {
      throw error;
    };
    const server = new McpServer({ name: 'g', version: '1' }, { origins, onError });
    const answer = await ask(server, modern('server/discover', {}, { headers: { origin: 'https://a.test' } }));
    expect(answer).toMatchObject({ status: 500, error: { code: -32603 } });
    expect(answer.error.message).not.toContain('secret');
    const id = / \(error id ([0-9a-z]{1,8})\)$/.exec(answer.error.message)?.[1];
    expect(id).toBeDefined();
    expect(onError).toHaveBeenCalledExactlyOnceWith(error, undefined, id);
  });

  test.each<[string, (request: Request) => Promise<unknown>]>([
    ['as JSON', (request) => request.json()],
    ['as text', (request) => request.text()],
    ['and is being read still', ({ body }) => Promise.resolve(body!.getReader())],
  ])('a body that somebody else read before, %s: masked, and the operator hears of it', async (_what, read) => {
    const onError = vi.fn<OnError>();
    const request = modern('server/discover');
    await read(request);
    const answer = await ask(new McpServer({ name: 'g', version: '1' }, { onError }), request);
    expect(answer).toMatchObject({ status: 500, error: { code: -32603 } });
    expect(answer.error.message).toMatch(/^The request failed \(error id [0-9a-z]{1,8}\)$/);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(TypeError), undefined, expect.any(String));
  });

  test('a body that breaks off is its sender’s affair, and is not reported', async () => {
    const onError = vi.fn<() => void>();
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('reset')) });
    const init = { method: 'POST', headers: headersOf(rpc('server/discover')), body, duplex: 'half' } as RequestInit;
    const response = await new McpServer({ name: 'g', version: '1' }, { onError }).fetch(
      new Request('http://localhost/', init),
    );
    expect(response.status).toBe(500);
    expect(onError).not.toHaveBeenCalled();
  });
});
