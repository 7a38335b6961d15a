// @ts-check
import { McpClient } from 'mcpwire/client';
import { equal } from './assert.mjs';
import { createServer } from './server.mjs';
import { inChunks, modern } from './wire.mjs';

// 1, 2, 3 and 4 bytes a character: ten bytes a round, which no power of two is a multiple of.
const ROUND = 'aä€😀';
const MIB = ROUND.repeat(Math.ceil(2 ** 20 / 10));

/**
 * @param {import('./targets.mjs').Test} test
 * @param {import('./targets.mjs').Target} target
 */
export function addPayloadTests(test, { connect, fetch, url }) {
  test('1 MiB of text makes the round trip as JSON', async () => {
    const client = await connect();
    const { content } = await client.callTool('echo', { text: MIB });
    equal(content, [{ type: 'text', text: MIB }]);
    await client.close();
  });

  test('1 MiB of text makes the round trip as events', async () => {
    const client = await connect();
    /** @type {unknown[]} */
    const heard = [];
    const { content } = await client.callTool(
      'ticket',
      { n: 1, stub: MIB },
      { onProgress: ({ message }) => heard.push(message) },
    );
    equal([heard, content], [[MIB], [{ type: 'text', text: `1:${MIB}` }]]);
    await client.close();
  });

  test('a client joins characters that chunks have cut', async () => {
    for (const [size, text] of /** @type {[number, string][]} */ ([
      [1, ROUND.repeat(20)],
      [4_093, MIB],
    ])) {
      const client = await McpClient.connect(url, { fetch: inChunks(fetch, size) });
      /** @type {unknown[]} */
      const heard = [];
      const onProgress = (/** @type {{ message?: string }} */ { message }) => heard.push(message);
      equal((await client.callTool('echo', { text }))['content'], [{ type: 'text', text }]);
      equal((await client.callTool('ticket', { n: 2, stub: text }, { onProgress }))['content'], [
        { type: 'text', text: `2:${text}` },
      ]);
      equal(heard, [text]);
      await client.close();
    }
  });

  test('a server joins characters that chunks have cut', async () => {
    const text = ROUND.repeat(1_000);
    const { body, ...init } = modern('tools/call', { name: 'echo', arguments: { text } });
    const bytes = new TextEncoder().encode(body);
    let at = 0;
    const stream = new ReadableStream({
      pull(controller) {
        if (at < bytes.length) controller.enqueue(bytes.slice(at, (at += 7)));
        else controller.close();
      },
    });
    // Not over HTTP, where browsers send no body in pieces. TypeScript's RequestInit does not know `duplex` yet.
    const request = new Request(
      'http://localhost/mcp',
      /** @type {RequestInit} */ ({ ...init, body: stream, duplex: 'half' }),
    );
    const response = await createServer().fetch(request);
    equal((await response.json()).result.content, [{ type: 'text', text }]);
  });
}
