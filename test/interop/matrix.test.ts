/**
 * Every client with every server, of both eras and of either: a pair speaks the newest era that both know, and fails at
 * once, saying why, where there is none.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#compatibility-matrix
 */
import * as v2 from '@modelcontextprotocol/client';
import { StdioClientTransport as V2Stdio } from '@modelcontextprotocol/client/stdio';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { isMcpError, McpClient } from 'mcpwire/client';
import { McpClient as ModernClient } from 'mcpwire/client/modern';
import { toNodeListener } from 'mcpwire/node';
import { McpServer as ModernServer } from 'mcpwire/server/modern';
import { StdioTransport } from 'mcpwire/stdio';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { programs, type Programs } from '../stdio/programs.ts';
import { place, type Listener, type Place } from './http.ts';
import { equip, OUR_NAME, OUR_OPTIONS } from './servers/ours-tools.ts';
import { ourServer } from './servers/ours.ts';
import { v1Sessions } from './servers/v1-http.ts';
import { v2Handler } from './servers/v2-http.ts';

type Era = 'modern' | 'legacy';
type Eras = 'Modern' | 'Dual-era' | 'Legacy';

const KNOWN: Readonly<Record<Eras, readonly Era[]>> = {
  Modern: ['modern'],
  'Dual-era': ['modern', 'legacy'],
  Legacy: ['legacy'],
};

/** A server that listens, or a program. */
type Target = { readonly url: string } | { readonly args: readonly string[] };

interface Connected {
  readonly era: Era | undefined;
  sum(): Promise<unknown>;
  close(): Promise<void>;
}

interface Client {
  readonly name: string;
  readonly eras: Eras;
  readonly ours: boolean;
  connect(target: Target): Promise<Connected>;
}

interface Server {
  readonly name: string;
  readonly eras: Eras;
  readonly ours: boolean;
  listener(): Listener;
  /** A file of this folder, and its arguments. */
  readonly program: readonly [string, ...string[]];
}

const ADD = { a: 1, b: 2 };

const ours = (name: string, eras: Eras, Client: typeof ModernClient, protocolVersion?: string): Client => ({
  name,
  eras,
  ours: true,
  async connect(target) {
    const transport =
      'url' in target ? target.url : new StdioTransport({ command: process.execPath, args: target.args });
    const client = await Client.connect(transport, { protocolVersion });
    return {
      get era() {
        return client.server.era === 'plain' ? undefined : client.server.era;
      },
      sum: async () => (await client.callTool('add', ADD)).structuredContent,
      close: () => client.close(),
    };
  },
});

const second = (name: string, eras: Eras, mode: v2.VersionNegotiationMode): Client => ({
  name,
  eras,
  ours: false,
  async connect(target) {
    const client = new v2.Client({ name: 'v2', version: '1.0.0' }, { versionNegotiation: { mode } });
    await client.connect(
      'url' in target
        ? new v2.StreamableHTTPClientTransport(new URL(target.url))
        : new V2Stdio({ command: process.execPath, args: [...target.args], stderr: 'ignore' }),
    );
    return {
      era: client.getProtocolEra(),
      sum: async () => (await client.callTool({ name: 'add', arguments: ADD })).structuredContent,
      close: () => client.close(),
    };
  },
});

const CLIENTS: readonly Client[] = [
  ours('mcpwire/client/modern', 'Modern', ModernClient),
  second('client 2.4, pinned', 'Modern', { pin: '2026-07-28' }),
  ours('mcpwire/client', 'Dual-era', McpClient),
  second('client 2.4, auto', 'Dual-era', 'auto'),
  ours('mcpwire/client of 2025-11-25', 'Legacy', McpClient, '2025-11-25'),
  second('client 2.4', 'Legacy', 'legacy'),
  {
    name: 'sdk 1.32',
    eras: 'Legacy',
    ours: false,
    async connect(target) {
      const client = new V1Client({ name: 'v1', version: '1.0.0' });
      await client.connect(
        'url' in target
          ? new StreamableHTTPClientTransport(new URL(target.url))
          : new StdioClientTransport({ command: process.execPath, args: [...target.args], stderr: 'ignore' }),
      );
      return {
        era: 'legacy',
        sum: async () => (await client.callTool({ name: 'add', arguments: ADD })).structuredContent,
        close: () => client.close(),
      };
    },
  },
];

function modernServer(): ModernServer {
  const server = new ModernServer(OUR_NAME, OUR_OPTIONS);
  equip(server);
  return server;
}

const SERVERS: readonly Server[] = [
  {
    name: 'mcpwire/server/modern',
    eras: 'Modern',
    ours: true,
    listener: () => toNodeListener(modernServer()),
    program: ['ours-modern-stdio.ts'],
  },
  {
    name: 'server 2.4, strict',
    eras: 'Modern',
    ours: false,
    listener: () => v2Handler({ legacy: 'reject' }),
    program: ['v2.ts', '--strict'],
  },
  {
    name: 'mcpwire/server',
    eras: 'Dual-era',
    ours: true,
    listener: () => toNodeListener(ourServer()),
    program: ['ours-stdio.ts'],
  },
  { name: 'server 2.4', eras: 'Dual-era', ours: false, listener: v2Handler, program: ['v2.ts'] },
  { name: 'sdk 1.32', eras: 'Legacy', ours: false, listener: v1Sessions, program: ['v1.ts'] },
];

const FOLDER = 'test/interop/servers/';
const places = new Map<string, Place>();
let built: Programs;
beforeAll(async () => {
  built = await programs(`${FOLDER}ours-stdio.ts`, `${FOLDER}ours-modern-stdio.ts`);
  for (const { name, listener } of SERVERS) places.set(name, await place(listener()));
});
afterAll(async () => {
  for (const { close } of places.values()) await close();
  built.remove();
});

const TRANSPORTS = {
  'Streamable HTTP': ({ name }: Server): Target => ({ url: places.get(name)?.url ?? '' }),
  stdio: ({ ours: own, program: [file, ...args] }: Server): Target => ({
    args: [own ? built.path(file) : fileURLToPath(new URL(`servers/${file}`, import.meta.url)), ...args],
  }),
};

const CELLS = Object.entries(TRANSPORTS).flatMap(([transport, target]) =>
  CLIENTS.flatMap((client) =>
    // What the others do with each other is theirs to test.
    SERVERS.filter((server) => client.ours || server.ours).map((server) => {
      const era = KNOWN[client.eras].find((one) => KNOWN[server.eras].includes(one));
      const title = `${client.eras} × ${server.eras} over ${transport}: ${client.name}, ${server.name}`;
      return [title, { era, client, target: () => target(server) }] as const;
    }),
  ),
);

describe('works', () => {
  // spec: basic/versioning#compatibility-matrix
  test.each(CELLS.filter(([, { era }]) => era !== undefined))('%s', async (_title, { client, era, target }) => {
    const connected = await client.connect(target());
    onTestFinished(() => connected.close());
    expect(connected.era).toBe(era);
    expect(await connected.sum()).toEqual({ sum: 3 });
    // And stays there.
    expect(connected.era).toBe(era);
  });
});

describe('fails', () => {
  // spec: basic/versioning#compatibility-matrix
  test.each(CELLS.filter(([, { era, client }]) => era === undefined && client.ours))(
    '%s: the error says what to do',
    async (_title, { client, target }) => {
      const error = await client.connect(target()).catch((failure: unknown) => failure);
      const cure = client.eras === 'Modern' ? /mcpwire\/client/ : /2026-07-28/;
      expect(isMcpError(error) && error.code).toBe('unsupported_version');
      expect(isMcpError(error) && error.message).toMatch(cure);
    },
  );

  // spec: basic/versioning#backward-compatibility-with-initialization-based-versions.2
  test.each(CELLS.filter(([, { era, client }]) => era === undefined && !client.ours))(
    '%s: the answer to initialize names the versions that are served',
    async (_title, { client, target }) => {
      await expect(client.connect(target())).rejects.toThrow(/2026-07-28/);
    },
  );

  // spec: basic/versioning#compatibility-matrix
  test('Legacy × Modern over HTTP+SSE: sdk 1.32, mcpwire/server/modern: at the opening GET', async () => {
    const client = new V1Client({ name: 'v1', version: '1.0.0' });
    const at = places.get('mcpwire/server/modern');
    await expect(client.connect(new SSEClientTransport(new URL(at?.url ?? '')))).rejects.toThrow(/405/);
    expect(at?.seen.at(-1)).toMatchObject({ method: 'GET' });
  });
});
