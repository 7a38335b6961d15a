import { HttpTransport, McpClient } from 'mcpwire/client';
import { describe, expect, it } from 'vitest';
import { type Answer, errorOf, json, listen, pinned, result } from './support.js';

const to =
  (status: number, location: string): Answer =>
  (_received, response) =>
    void response.writeHead(status, { location }).end();

const secrets = { authorization: 'Bearer secret', cookie: 'a=secret', 'x-api-key': 'secret' };

describe('a redirect to another origin', () => {
  it.each([301, 302, 303, 307, 308])('%i sends nothing there and names it', async (status) => {
    const other = await listen(({ message }, response) => json(response, result(message.id)));
    const { url } = await listen(to(status, other.url));
    const client = await pinned(url, { headers: secrets });
    const error = await errorOf(client.callTool('x'));
    expect(error).toMatchObject({ code: 'http_status', status, url });
    expect(error.message).toContain(other.origin);
    expect((await errorOf(client.notify('x'))).code).toBe('http_status');
    expect(other.received).toEqual([]);
  });

  it.each([301, 302, 303, 307, 308])('%i sends nothing there without given headers either', async (status) => {
    const other = await listen(({ message }, response) => json(response, result(message.id)));
    const { url } = await listen(to(status, other.url));
    await errorOf((await pinned(url)).callTool('x'));
    expect(other.received).toEqual([]);
  });

  it('is not followed after a redirect within the origin', async () => {
    const other = await listen(({ message }, response) => json(response, result(message.id)));
    const { url } = await listen(
      ({ url: path }, response) =>
        void response.writeHead(307, { location: path === '/mcp' ? '/two' : other.url }).end(),
    );
    expect((await errorOf((await pinned(url, { headers: secrets })).callTool('x'))).code).toBe('http_status');
    expect(other.received).toEqual([]);
  });

  it.each(['//127.0.0.2/', 'http://user@127.0.0.1/', 'http://[', 'file:///etc/passwd', ''])(
    'to %j is an error',
    async (location) => {
      const { url } = await listen(to(308, location));
      expect((await errorOf((await pinned(url)).callTool('x'))).code).toBe('http_status');
    },
  );
});

describe('a redirect within the origin', () => {
  it.each([307, 308])('%i is followed with method, headers and body', async (status) => {
    const { url, received } = await listen((entry, response, request) => {
      if (entry.url === '/mcp') to(status, '/other?x=1')(entry, response, request);
      else json(response, result(entry.message.id, { done: true }));
    });
    const client = await pinned(url, { headers: secrets });
    await expect(client.request('a', { b: 1 })).resolves.toMatchObject({ done: true });
    expect(received).toHaveLength(2);
    expect(received[1]).toMatchObject({
      method: 'POST',
      url: '/other?x=1',
      body: received[0]?.body,
      headers: { ...secrets, 'mcp-method': 'a' },
    });
  });

  it.each([301, 302, 303])('%i is not followed: it would turn the POST into a GET', async (status) => {
    const { url, received } = await listen(to(status, '/other'));
    expect(await errorOf((await pinned(url)).callTool('x'))).toMatchObject({ code: 'http_status', status });
    expect(received).toHaveLength(1);
  });

  it('is followed 5 times', async () => {
    const { url, received } = await listen(
      (_received, response) => void response.writeHead(307, { location: '/mcp' }).end(),
    );
    expect(await errorOf((await pinned(url)).callTool('x'))).toMatchObject({ code: 'http_status', status: 307 });
    expect(received).toHaveLength(6);
  });
});

// What fetch makes of a redirect in a browser: no status, no headers, no body.
class Opaque extends Response {
  override readonly type = 'opaqueredirect';
  override readonly status = 0;
  override readonly ok = false;
}

describe('where redirects cannot be inspected', () => {
  async function browser(
    options: ConstructorParameters<typeof HttpTransport>[1],
  ): Promise<{ modes: unknown[]; client: McpClient }> {
    const modes: unknown[] = [];
    const fetch = (_url: string, init: RequestInit): Promise<Response> => {
      modes.push(init.redirect);
      return Promise.resolve(
        init.redirect === 'follow'
          ? new Response(result(1), { headers: { 'content-type': 'application/json' } })
          : new Opaque(null),
      );
    };
    return {
      modes,
      client: await McpClient.connect(new HttpTransport('https://example.com/mcp', { fetch, ...options }), {
        protocolVersion: '2026-07-28',
      }),
    };
  }

  it('the browser follows when no headers were given', async () => {
    const { modes, client } = await browser({});
    await client.request('x');
    expect(modes).toEqual(['manual', 'follow']);
  });

  it.each([
    { headers: {} },
    { headers: secrets },
    { headers: () => secrets },
    { auth: (request: Request, next: (request: Request) => Promise<Response>) => next(request) },
  ])('with %o a redirect is an error, and nothing is sent again', async (options) => {
    const { modes, client } = await browser(options);
    expect((await errorOf(client.request('x'))).code).toBe('http_status');
    expect(modes).toEqual(['manual']);
  });

  it('a redirect is an error when the call gives headers', async () => {
    const { modes, client } = await browser({});
    expect((await errorOf(client.request('x', undefined, { headers: secrets }))).code).toBe('http_status');
    expect(modes).toEqual(['manual']);
  });
});
