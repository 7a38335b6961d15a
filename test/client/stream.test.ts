import * as fc from 'fast-check';
import { McpClient } from 'mcpwire/client';
import { describe, expect, it } from 'vitest';
import {
  collect,
  deferred,
  event,
  failure,
  json,
  listen,
  notification,
  pinned,
  progress,
  result,
  sse,
} from './support.js';

describe('client.stream', () => {
  it('yields each message when it arrives, response first or last, to the end of the stream', async () => {
    const gates = Array.from({ length: 7 }, () => deferred());
    const messages = [
      '{"jsonrpc":"2.0","id":1,"result":{"status":"Job started. Awaiting progress..."}}',
      ...[20, 40, 60, 80, 100].map((value) => notification('job/progress', { job_id: 'job-123', progress: value })),
      notification('job/completed', { job_id: 'job-123', final_status: 'Success' }),
    ];
    const { url } = await listen((_received, response) => {
      sse(response);
      void (async () => {
        for (const [index, message] of messages.entries()) {
          await gates[index]?.promise;
          response.write(event(message));
        }
        response.end();
      })();
    });
    const client = await McpClient.connect(url, { protocolVersion: 'none' });
    let index = 0;
    gates[0]?.resolve();
    for await (const message of client.stream('tools/call', { name: 'job/run', arguments: { job_id: 'job-123' } })) {
      expect(JSON.stringify(message)).toBe(messages[index]);
      // The next message is sent only after this one was seen: nothing waits for the end.
      gates[++index]?.resolve();
    }
    expect(index).toBe(7);
  });

  it('yields the one message of a JSON response', async () => {
    const { url } = await listen(({ message }, response) => json(response, result(message.id, { a: 1 })));
    expect(await collect((await pinned(url)).stream('x'))).toEqual([
      { jsonrpc: '2.0', id: 1, result: { resultType: 'complete', a: 1 } },
    ]);
  });

  it('yields a JSON-RPC error as a message, whatever its HTTP status', async () => {
    const { url } = await listen(({ message }, response) =>
      json(response, failure(message.id, -32001, 'Invalid or expired session token'), 401),
    );
    expect(await collect((await pinned(url)).stream('x'))).toMatchObject([{ error: { code: -32001 } }]);
  });

  it('tells onProgress, onMessage and client.on as well', async () => {
    const { url } = await listen(
      (entry, response) => void sse(response).end(event(progress(entry, 1)) + event(result(entry.message.id))),
    );
    const client = await pinned(url);
    const heard: string[] = [];
    client.on('notifications/progress', () => heard.push('on'));
    await collect(
      client.stream('x', {}, { onProgress: () => heard.push('progress'), onMessage: () => heard.push('message') }),
    );
    expect(heard).toEqual(['progress', 'message', 'on', 'message']);
  });

  it('closes the stream when its reader leaves the loop', async () => {
    const gone = deferred();
    const { url } = await listen((_received, response) => {
      response.on('close', gone.resolve);
      sse(response).write(event(notification('a')));
    });
    for await (const message of (await pinned(url)).stream('x')) {
      expect(message).toMatchObject({ method: 'a' });
      break;
    }
    await gone.promise;
  });

  it('closes the stream when its reader throws', async () => {
    const gone = deferred();
    const { url } = await listen((_received, response) => {
      response.on('close', gone.resolve);
      sse(response).write(event(notification('a')));
    });
    const client = await pinned(url);
    await expect(
      (async () => {
        for await (const message of client.stream('x')) throw new Error(JSON.stringify(message));
      })(),
    ).rejects.toThrow('"a"');
    await gone.promise;
  });

  it('does not read ahead of its reader for ever', async () => {
    let pulled = 0;
    const client = await McpClient.connect('http://localhost/mcp', {
      protocolVersion: 'none',
      fetch: () => {
        const body = new ReadableStream<Uint8Array>({
          pull(controller) {
            pulled++;
            controller.enqueue(new TextEncoder().encode(event(notification('n'))));
          },
        });
        return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
      },
    });
    const stream = client.stream('x');
    for (let count = 0; count < 10; count++) await stream.next();
    expect(pulled).toBeLessThan(15);
    await stream.return?.();
  });
});

/** A client whose every response has these bytes, in these pieces. */
async function fed(pieces: readonly Uint8Array[], type = 'text/event-stream'): Promise<McpClient> {
  const fetch = (): Promise<Response> => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    });
    return Promise.resolve(new Response(body, { headers: { 'content-type': type } }));
  };
  return McpClient.connect('http://localhost/mcp', { protocolVersion: 'none', fetch, onWarning: () => {} });
}

describe('whatever the bytes', () => {
  const text = `\uFEFF: hi\r\n\r\n${event(notification('n', { text: 'naïve 😀\u2028' }))}event: ping\ndata: {\n\ndata: {"jsonrpc":"2.0",\r\ndata: "id":1,"result":{}}\r\n\r\n`;
  const bytes = new TextEncoder().encode(text);
  const expected = [
    { jsonrpc: '2.0', method: 'n', params: { text: 'naïve 😀\u2028' } },
    { jsonrpc: '2.0', id: 1, result: {} },
  ];

  it('a stream that is split at any byte is the same stream', async () => {
    for (let at = 0; at <= bytes.length; at++) {
      const client = await fed([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(await collect(client.stream('x')), `split at ${at}`).toEqual(expected);
    }
  });

  it('a stream that is split at random is the same stream', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 30 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const client = await fed(at.slice(1).map((end, index) => bytes.subarray(at[index], end)));
        expect(await collect(client.stream('x'))).toEqual(expected);
      }),
    );
  });

  it('a stream that is cut at any byte before its end is stream_ended', async () => {
    // The response is complete with the first of its two closing line ends, CRLF: a CR closes a line by itself.
    for (let at = 0; at < bytes.length - 1; at++) {
      const client = await fed([bytes.subarray(0, at)]);
      await expect(client.request('x'), `cut at ${at}`).rejects.toMatchObject({ code: 'stream_ended' });
    }
  });

  it('50,000 frames that are no messages, then a good one, deliver the good one', async () => {
    const flood = new TextEncoder().encode(
      'event: other\ndata: {{{\n\n'.repeat(50_000) + event('{"jsonrpc":"2.0","id":1,"result":{"good":1}}'),
    );
    await expect((await fed([flood])).request('x')).resolves.toEqual({ good: 1 });
  });

  it('50,000 notifications in one chunk, then the response, all arrive', async () => {
    const flood = new TextEncoder().encode(
      event(notification('n')).repeat(50_000) + event('{"jsonrpc":"2.0","id":1,"result":{}}'),
    );
    const client = await fed([flood]);
    let count = 0;
    client.on('n', () => count++);
    await client.request('x');
    expect(count).toBe(50_000);
  });

  it.each(['text/event-stream', 'application/json'])(
    'garbage as %s settles the call with a typed error',
    async (type) => {
      const almost = fc.constantFrom(
        'data: ',
        '\n',
        '\r',
        '\n\n',
        '{"jsonrpc":"2.0","id":1,"result":',
        '{}',
        '}',
        '"error":{"code":1}',
        'null',
        '[]',
        ':',
        'event: message\n',
        '\u0000',
      );
      const piece = fc.oneof(
        almost.map((string) => new TextEncoder().encode(string)),
        fc.uint8Array({ maxLength: 20 }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
          const client = await fed(pieces, type);
          const outcome = await client.request('x').then(
            () => 'answered',
            (error: { code?: string }) => error.code,
          );
          expect(['answered', 'invalid_message', 'stream_ended', 'rpc_error']).toContain(outcome);
        }),
        { numRuns: 500 },
      );
    },
  );

  it('any JSON in an event settles the call with a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (value) => {
        const client = await fed([new TextEncoder().encode(event(value))]);
        await expect(client.request('x')).rejects.toMatchObject({ code: 'invalid_message' });
      }),
    );
  });
});
