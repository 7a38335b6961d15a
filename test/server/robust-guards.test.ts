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
    expect(onError).toHaveBeenCalledExactlyOnceWith(error, undefined, /[0-9a-f]{8}/.exec(answer.error.message)?.[0]);
  });

  test('a body that was read before: the operator hears the cure', async () => {
    const onError = vi.fn<OnError>();
    const request = modern('server/discover');
    await request.json();
    const answer = await ask(new McpServer({ name: 'g', version: '1' }, { onError }), request);
    expect(answer).toMatchObject({ status: 500, error: { code: -32603 } });
    expect(String(onError.mock.calls[0]?.[0])).toContain('request.clone()');
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
