/** The server of this package and the clients of the official ones. */
import * as v2 from '@modelcontextprotocol/client';
import { StdioClientTransport as V2StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { toNodeListener } from 'mcpwire/node';
import { afterAll, beforeAll, describe } from 'vitest';
import { programs, type Programs } from '../stdio/programs.ts';
import { v1Caller } from './clients/v1.ts';
import { v2Caller } from './clients/v2.ts';
import { listeningFetch, place, type Place } from './http.ts';
import type { Caller } from './peer.ts';
import { runs } from './run.ts';
import type { Exceptions } from './scenarios.ts';
import { ourServer } from './servers/ours.ts';

let http: Place;
let built: Programs;
beforeAll(async () => {
  http = await place(toNodeListener(ourServer()));
  built = await programs('test/interop/servers/ours-stdio.ts');
});
afterAll(async () => {
  await http.close();
  built.remove();
});

/** What no server of this package does to anybody. */
const NEVER: Exceptions = {
  'elicitation by URL as an error': 'the server asks; it never sends -32042',
  'a ping of the server': 'the server notices lost connections by itself and sends no ping',
};

const stdio = () => ({ command: process.execPath, args: [built.path('test/interop/servers/ours-stdio.ts')] });

const v1 = {
  'Streamable HTTP': () => {
    const { fetch, listening } = listeningFetch();
    const transport = new StreamableHTTPClientTransport(new URL(http.url), { fetch });
    return v1Caller(transport, '2025-11-25', listening);
  },
  stdio: () => v1Caller(new StdioClientTransport(stdio()), '2025-11-25'),
};

const v2Over = (options?: Parameters<typeof v2Caller>[1]) => ({
  'Streamable HTTP': () => {
    const { fetch, listening } = listeningFetch();
    return v2Caller(new v2.StreamableHTTPClientTransport(new URL(http.url), { fetch }), options, listening);
  },
  stdio: () => v2Caller(new V2StdioClientTransport(stdio()), options),
});

type Connect = () => Promise<Caller>;

/** Who connects, what is agreed on, and over what. */
const CLIENTS: readonly (readonly [string, string, Readonly<Record<string, Connect>>])[] = [
  ['sdk 1.32', '2025-11-25', v1],
  ['client 2.4', '2025-11-25', v2Over()],
  ['client 2.4 of 2025-06-18', '2025-06-18', v2Over({ supportedProtocolVersions: ['2025-06-18'] })],
  ['client 2.4 of 2025-03-26', '2025-03-26', v2Over({ supportedProtocolVersions: ['2025-03-26'] })],
  ['client 2.4, auto', '2026-07-28', v2Over({ versionNegotiation: { mode: 'auto' } })],
  ['client 2.4, pinned', '2026-07-28', v2Over({ versionNegotiation: { mode: { pin: '2026-07-28' } } })],
];

describe.each(CLIENTS)('%s', (_name, revision, transports) => {
  describe.each(Object.entries(transports))('over %s', (_transport, connect) => {
    runs(connect, revision, NEVER);
  });
});
