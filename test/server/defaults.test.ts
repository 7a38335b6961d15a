import { expect, test } from 'vitest';
import { McpServer, type ServerOptions } from 'mcpwire/server';
import { defaultLimits } from '../../src/server/options.js';
import { ask, modern, plain, toolCall } from '../helpers/wire.js';

test('A35: the limits and timers of a server, each a promise of its documentation', () => {
  expect(defaultLimits).toEqual({
    requestBodyBytes: 4 * 1024 * 1024,
    jsonDepth: 128,
    jsonValues: 500_000,
    streamHighWaterBytes: 64 * 1024,
    streamDropBytes: 1024 * 1024,
    requestStateBytes: 256 * 1024,
    requestStateTtlMs: 3_600_000,
    inputRounds: 10,
    silenceMs: 5_000,
    askMs: 600_000,
    batch: 100,
  });
});

test('A35: what a server does that was given no options', async () => {
  const server = new McpServer({ name: 'd', version: '1' }, { onError: () => {} }).tool('fail', {}, () => {
    throw new Error('secret');
  });
  const status = async (headers: Record<string, string>, url?: string) =>
    (await server.fetch(modern('tools/list', {}, { headers, ...(url === undefined ? {} : { url }) }))).status;
  const page = await server.fetch(modern('tools/list', {}, { headers: { origin: 'http://localhost:5173' } }));
  const call = await ask(server, toolCall('fail'));
  expect({
    noOrigin: await status({}),
    loopbackOrigin: await status({ origin: 'http://localhost:5173' }),
    foreignOrigin: await status({ origin: 'https://evil.example' }),
    nullOrigin: await status({ origin: 'null' }),
    sameForeignOrigin: await status({ origin: 'https://api.example.com' }, 'https://api.example.com/mcp'),
    loopbackOriginToForeignHost: await status({ origin: 'http://localhost:5173' }, 'https://api.example.com/mcp'),
    foreignHost: await status({ host: 'evil.example' }),
    allowOrigin: page.headers.get('access-control-allow-origin'),
    allowCredentials: page.headers.get('access-control-allow-credentials'),
    textPlain: await status({ 'content-type': 'text/plain' }),
    plainJsonRpc: (await server.fetch(plain('tools/list'))).status,
    cache: [call, await ask(server, modern('tools/list'))].map(({ result }) => [result['ttlMs'], result['cacheScope']]),
    messagesExposed: JSON.stringify(call).includes('secret'),
  }).toEqual({
    noOrigin: 200,
    loopbackOrigin: 200,
    foreignOrigin: 403,
    nullOrigin: 403,
    sameForeignOrigin: 403,
    loopbackOriginToForeignHost: 403,
    foreignHost: 403,
    allowOrigin: 'http://localhost:5173',
    allowCredentials: null,
    textPlain: 415,
    plainJsonRpc: 200,
    cache: [
      [undefined, undefined],
      [0, 'private'],
    ],
    messagesExposed: false,
  });
});

test('invalid origins fail when the server is made, not when the first request comes', () => {
  for (const origins of [['*'], ['https://example.com/'], ['example.com'], [7]]) {
    expect(() => new McpServer({ name: 'd', version: '1' }, { origins } as unknown as ServerOptions)).toThrow(
      /origins/,
    );
  }
});
