import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { McpClient } from 'mcpwire/client';
import { McpServer } from 'mcpwire/server';
import { connectInMemory, recordWire, type Fetch } from 'mcpwire/testing';
import { PACKAGE_VERSION } from '../../src/client/version.js';
import { errorOf, event, failure, json, listen, notification, result, sse } from '../client/support.js';
import { gate, settle } from '../helpers/gate.js';

const server = new McpServer({ name: 'jobs', version: '1.0.0' })
  .tool('ping', {}, () => 'pong')
  .tool('work', { inputSchema: z.object({ id: z.int().optional() }) }, async (_args, ctx) => {
    await ctx.progress(1, 2);
    return 'done';
  });

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'mcpwire', version: PACKAGE_VERSION },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const sent = { 'content-type': 'application/json', 'mcp-protocol-version': '2026-07-28' };

describe('a recorder', () => {
  test('has every message in both directions, in order, with status and headers', async () => {
    const wire = recordWire();
    await using client = await connectInMemory(server, { record: wire, protocolVersion: '2026-07-28' });
    await client.callTool('work');
    await client.notify('seen');
    expect(wire.entries).toEqual([
      {
        exchange: 1,
        direction: 'sent',
        http: 'POST',
        headers: { ...sent, 'mcp-method': 'tools/call', 'mcp-name': 'work' },
        message: {
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'work', arguments: {}, _meta: { ...envelope, progressToken: 1 } },
        },
      },
      { exchange: 1, direction: 'received', status: 200, headers: { 'content-type': 'text/event-stream' } },
      {
        exchange: 1,
        direction: 'received',
        message: {
          jsonrpc: '2.0',
          method: 'notifications/progress',
          params: { progressToken: 1, progress: 1, total: 2 },
        },
      },
      {
        exchange: 1,
        direction: 'received',
        message: { jsonrpc: '2.0', id: 1, result: expect.objectContaining({ resultType: 'complete' }) as unknown },
      },
      {
        exchange: 2,
        direction: 'sent',
        http: 'POST',
        headers: { ...sent, 'mcp-method': 'seen' },
        message: { jsonrpc: '2.0', method: 'seen', params: { _meta: envelope } },
      },
      { exchange: 2, direction: 'received', status: 202 },
    ]);
    expect(wire.messages()).toHaveLength(4);
    expect(wire.messages('sent').map((message) => 'method' in message && message.method)).toEqual([
      'tools/call',
      'seen',
    ]);
    wire.clear();
    await client.callTool('ping');
    expect(wire.entries.map(({ exchange, status }) => [exchange, status])).toEqual([
      [1, undefined],
      [1, 200],
    ]);
  });

  test('records a real connection as well, by the fetch that is global at the time', async () => {
    const { url } = await listen(({ message }, response) => json(response, failure(message.id, -32601), 404));
    const wire = recordWire();
    const client = await McpClient.connect(url, { fetch: wire.fetch, protocolVersion: 'none' });
    await expect(client.request('nothing')).rejects.toMatchObject({ code: 'method_not_found' });
    expect(wire.entries).toEqual([
      expect.objectContaining({ message: { jsonrpc: '2.0', id: 1, method: 'nothing' } }),
      {
        exchange: 1,
        direction: 'received',
        status: 404,
        headers: { 'content-type': 'application/json' },
        message: { jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'no' } },
      },
    ]);
  });

  test('changes nothing for the client: status, headers, URL, body, its end', async () => {
    const original = new Response('body', { status: 418, statusText: 'teapot', headers: { 'x-a': '1' } });
    Object.defineProperty(original, 'url', { value: 'http://x/final' });
    const { fetch } = recordWire(() => Promise.resolve(original));
    const response = await fetch('http://x/', {});
    expect([response.status, response.statusText, response.headers.get('x-a'), response.url]).toEqual([
      418,
      'teapot',
      '1',
      'http://x/final',
    ]);
    expect(await response.text()).toBe('body');
    const empty = new Response(null, { status: 204 });
    expect(await recordWire(() => Promise.resolve(empty)).fetch('http://x/', {})).toBe(empty);
  });

  test('records a message before the client has it, and reads nothing ahead of the client', async () => {
    let pulls = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => controller.enqueue(new TextEncoder().encode(event(notification('tick', { n: ++pulls })))),
      },
      { highWaterMark: 0 },
    );
    const wire = recordWire(() =>
      Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } })),
    );
    const reader = (await wire.fetch('http://x/', {})).body!.getReader();
    expect(pulls).toBe(0);
    await reader.read();
    await reader.read();
    expect([pulls, wire.messages()]).toMatchObject([2, [{ params: { n: 1 } }, { params: { n: 2 } }]]);
  });

  test('notes that the client left, or gave up before there was an answer', async () => {
    const gone = gate();
    const waiting = new McpServer({ name: 'w', version: '1' }).tool('wait', {}, async (_args, ctx) => {
      if (ctx.meta['quiet'] !== true) await ctx.progress(1);
      await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()));
      gone.open();
    });
    const wire = recordWire();
    await using client = await connectInMemory(waiting, { record: wire, protocolVersion: '2026-07-28' });
    const controller = new AbortController();
    const call = client.callTool('wait', {}, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    await gone.opened;
    expect(wire.entries.slice(2)).toEqual([
      expect.objectContaining({ message: expect.objectContaining({ method: 'notifications/progress' }) as unknown }),
      { exchange: 1, direction: 'sent', left: true },
    ]);

    const half = new ReadableStream<Uint8Array>({ start: (sink) => sink.enqueue(new TextEncoder().encode('{"id":')) });
    const first = recordWire(() => Promise.resolve(new Response(half, { status: 500 })));
    const reader = (await first.fetch('http://x/', {})).body!.getReader();
    await reader.read();
    const pending = reader.read();
    await settle();
    await reader.cancel();
    await pending;
    await settle();
    expect(first.entries.slice(1)).toEqual([
      { exchange: 1, direction: 'received', status: 500, text: '{"id":' },
      { exchange: 1, direction: 'sent', left: true },
    ]);

    const never: Fetch = (_url, { signal }) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    const second = recordWire(never);
    const late = await McpClient.connect('http://x/', { fetch: second.fetch, protocolVersion: 'none' });
    const given = late.request('x');
    await late.close();
    await expect(given).rejects.toMatchObject({ code: 'closed' });
    expect(second.entries[1]).toEqual({ exchange: 1, direction: 'sent', left: true });
  });

  test('notes what went wrong: no connection, a broken stream, text where JSON was due', async () => {
    const { url } = await listen(({ message, headers }, response) => {
      const what = headers['x-what'];
      if (what === 'reset') response.destroy();
      else if (what === 'broken')
        sse(response).write(event(notification('x')) + 'data: {"json', () => response.destroy());
      else if (what === 'text') sse(response).end(event('no JSON') + event(result(message.id)));
      else if (what === 'bytes') sse(response).end(Buffer.of(0xff));
      else response.writeHead(502, { 'content-type': 'text/html' }).end('<html>');
    });
    const wire = recordWire();
    const client = await McpClient.connect(url, { fetch: wire.fetch, protocolVersion: 'none' });
    const entriesOf = async (what: string) => {
      wire.clear();
      await errorOf(client.request('x', {}, { headers: { 'x-what': what } }));
      return wire.entries.slice(1).map(({ exchange: _exchange, headers: _headers, ...rest }) => rest);
    };
    const failed = expect.stringMatching(/./) as string;
    const stream = { direction: 'received', status: 200 };
    expect(await entriesOf('reset')).toEqual([{ direction: 'received', failure: failed }]);
    expect(await entriesOf('broken')).toEqual([
      stream,
      { direction: 'received', message: { jsonrpc: '2.0', method: 'x', params: {} } },
      { direction: 'received', failure: failed },
    ]);
    expect((await entriesOf('text')).slice(0, 2)).toEqual([stream, { direction: 'received', text: 'no JSON' }]);
    expect((await entriesOf('bytes'))[1]).toEqual({
      direction: 'received',
      failure: expect.stringContaining('UTF-8') as string,
    });
    expect(await entriesOf('html')).toEqual([{ direction: 'received', status: 502, text: '<html>' }]);
  });

  test('keeps credentials out unless they are asked for, and only so many entries', async () => {
    const fetch = (): Promise<Response> => Promise.resolve(new Response(null, { status: 202 }));
    const init = { method: 'POST', headers: { authorization: 'Bearer secret', 'X-Own': '1' } };
    const wire = recordWire(fetch, { maxEntries: 3 });
    for (let i = 0; i < 3; i++) await wire.fetch('http://x/', init);
    expect(wire.entries).toHaveLength(3);
    expect(wire.dropped).toBe(3);
    expect(JSON.stringify(wire.entries)).not.toMatch(/secret|x-own/i);
    const curious = recordWire(fetch, { headers: ['X-Own', 'authorization'] });
    await curious.fetch('http://x/', init);
    expect(curious.entries[0]?.headers).toEqual({ authorization: 'Bearer secret', 'x-own': '1' });
  });
});

describe('a snapshot', () => {
  const record = async (before: number) => {
    const wire = recordWire();
    await using client = await connectInMemory(server, { record: wire });
    for (let i = 0; i < before; i++) await client.callTool('ping');
    wire.clear();
    const trace = `00-${crypto.randomUUID().replaceAll('-', '')}-00f067aa0ba902b7-01`;
    await client.callTool('work', { id: 17 }, { meta: { traceparent: trace } });
    await client.callTool('ping');
    return wire;
  };

  test('is the same in every run', async () => {
    const [first, second] = [await record(0), await record(5)];
    expect(first.entries).not.toEqual(second.entries);
    expect(first.snapshot()).toEqual(second.snapshot());
    expect(first.snapshot()[0]?.message).toEqual({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'work',
        arguments: { id: 17 },
        _meta: {
          ...envelope,
          'io.modelcontextprotocol/clientInfo': { name: 'mcpwire', version: '<version>' },
          progressToken: 1,
          traceparent: '<traceparent>',
        },
      },
    });
  });

  test('keeps what it is told to keep, and replaces what it is told to replace', async () => {
    const wire = await record(3);
    expect(wire.snapshot({ ids: false, volatile: false })).toEqual(wire.entries);
    const text = JSON.stringify(wire.snapshot({ replace: (key, value) => (key === 'content' ? '<content>' : value) }));
    expect(text).toContain('<content>');
    expect(text).not.toContain('pong');
  });

  test('takes no data for an id', async () => {
    const data = { id: 'x', arguments: { id: 'x', progressToken: 'x', requestState: 'x', traceparent: 'x' } };
    const message = { id: 'x', method: 'own', params: { ...data, progressToken: 'x' } };
    const wire = recordWire(() => Promise.resolve(new Response(null, { status: 202 })));
    await wire.fetch('http://x/', { method: 'POST', body: JSON.stringify(message) });
    expect(wire.snapshot()[0]?.message).toEqual({ id: 1, method: 'own', params: { ...data, progressToken: 1 } });
  });

  test('numbers states, so that one shows whether it came back unchanged', async () => {
    const states = ['s-a', 's-b', 's-a'];
    const wire = recordWire(() => Promise.resolve(new Response(null, { status: 202 })));
    for (const requestState of states) {
      await wire.fetch('http://x/', {
        method: 'POST',
        body: JSON.stringify({ id: requestState, params: { requestState } }),
      });
    }
    const messages = wire.snapshot().flatMap(({ message }) => (message === undefined ? [] : [message]));
    expect(messages).toEqual(
      [1, 2, 1].map((number) => ({ id: number, params: { requestState: `<state ${number}>` } })),
    );
  });
});
