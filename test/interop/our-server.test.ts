/** The server of this package and the clients of the official ones; and its own, where it speaks as they do. */
import * as v2 from '@modelcontextprotocol/client';
import { StdioClientTransport as V2StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { toNodeListener } from 'mcpwire/node';
import { StdioTransport } from 'mcpwire/stdio';
import { afterAll, beforeAll, describe } from 'vitest';
import { programs, type Programs } from '../stdio/programs.ts';
import { ourCaller } from './clients/ours.ts';
import { v1Caller } from './clients/v1.ts';
import { v2Caller } from './clients/v2.ts';
import { listeningFetch, place, type Place } from './http.ts';
import type { Caller } from './peer.ts';
import { runs } from './run.ts';
import type { Exceptions } from './scenarios.ts';
import { ourServer } from './servers/ours.ts';

let http: Place;
let stateless: Place;
let built: Programs;
beforeAll(async () => {
  http = await place(toNodeListener(ourServer({ legacy: { httpSse: { sse: '/sse', messages: '/messages' } } })));
  stateless = await place(toNodeListener(ourServer({ legacy: { sessions: false } })));
  built = await programs('test/interop/servers/ours-stdio.ts');
});
afterAll(async () => {
  await http.close();
  await stateless.close();
  built.remove();
});

/** What no server of this package does to anybody. */
const NEVER: Exceptions = {
  'elicitation by URL as an error': 'the server asks; it never sends -32042',
  'a ping of the server': 'the server notices lost connections by itself and sends no ping',
};

const stdio = () => ({ command: process.execPath, args: [built.path('test/interop/servers/ours-stdio.ts')] });

const sse = (): URL => new URL('/sse', http.url);

type Connect = () => Promise<Caller>;

const v1: Readonly<Record<string, Connect>> = {
  'Streamable HTTP'() {
    const { fetch, listening } = listeningFetch();
    return v1Caller(new StreamableHTTPClientTransport(new URL(http.url), { fetch }), '2025-11-25', listening);
  },
  'HTTP+SSE': () => v1Caller(new SSEClientTransport(sse()), '2025-11-25'),
  stdio: () => v1Caller(new StdioClientTransport(stdio()), '2025-11-25'),
};

const v2Modern = (options?: Parameters<typeof v2Caller>[1]): Readonly<Record<string, Connect>> => ({
  'Streamable HTTP'() {
    const { fetch, listening } = listeningFetch();
    return v2Caller(new v2.StreamableHTTPClientTransport(new URL(http.url), { fetch }), options, listening);
  },
  stdio: () => v2Caller(new V2StdioClientTransport(stdio()), options),
});

const v2Legacy = (...supportedProtocolVersions: string[]): Readonly<Record<string, Connect>> => {
  const options = supportedProtocolVersions.length === 0 ? {} : { supportedProtocolVersions };
  return { ...v2Modern(options), 'HTTP+SSE': () => v2Caller(new v2.SSEClientTransport(sse()), options) };
};

const own = (protocolVersion: string): Readonly<Record<string, Connect>> => ({
  'Streamable HTTP': () => ourCaller(http.url, { protocolVersion }),
  'HTTP+SSE': () => ourCaller(sse().href, { protocolVersion }),
  stdio: () => ourCaller(new StdioTransport(stdio()), { protocolVersion }),
});

/** Who connects, what is agreed on, and over what. */
const CLIENTS: readonly (readonly [string, string, Readonly<Record<string, Connect>>])[] = [
  ['sdk 1.32', '2025-11-25', v1],
  ['client 2.4', '2025-11-25', v2Legacy()],
  ['client 2.4 of 2025-06-18', '2025-06-18', v2Legacy('2025-06-18')],
  ['client 2.4 of 2025-03-26', '2025-03-26', v2Legacy('2025-03-26')],
  ['client 2.4 of 2024-11-05', '2024-11-05', v2Legacy('2024-11-05')],
  ['client 2.4, auto', '2026-07-28', v2Modern({ versionNegotiation: { mode: 'auto' } })],
  ['client 2.4, pinned', '2026-07-28', v2Modern({ versionNegotiation: { mode: { pin: '2026-07-28' } } })],
  ['this client of 2025-11-25', '2025-11-25', own('2025-11-25')],
  ['this client of 2025-06-18', '2025-06-18', own('2025-06-18')],
  ['this client of 2025-03-26', '2025-03-26', own('2025-03-26')],
  ['this client of 2024-11-05', '2024-11-05', own('2024-11-05')],
];

/** What takes more than one request, or more than one answer. */
const ALONE = 'the server keeps nothing between requests';
const STATELESS: Exceptions = {
  'elicitation by form': ALONE,
  'elicitation by URL': ALONE,
  'a page that is done with': ALONE,
  sampling: ALONE,
  roots: ALONE,
  logging: ALONE,
  changes: ALONE,
  cancellation: 'the client says so in another request',
};

describe.each([
  ['sdk 1.32', () => v1Caller(new StreamableHTTPClientTransport(new URL(stateless.url)), '2025-11-25')],
  ['client 2.4', () => v2Caller(new v2.StreamableHTTPClientTransport(new URL(stateless.url)))],
])('%s, without sessions', (_name, connect) => {
  runs(connect, '2025-11-25', { ...NEVER, ...STATELESS });
});

describe.each(CLIENTS)('%s', (_name, revision, transports) => {
  describe.each(Object.entries(transports))('over %s', (_transport, connect) => {
    runs(connect, revision, NEVER);
  });
});
