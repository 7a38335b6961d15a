/** The client of this package and the servers of the official ones. */
import { StdioTransport } from 'mcpwire/stdio';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe } from 'vitest';
import { ourCaller } from './clients/ours.ts';
import { place, type Listener, type Place } from './http.ts';
import { runs } from './run.ts';
import type { Exceptions } from './scenarios.ts';
import { v1Sessions, v1Sse, v1Stateless } from './servers/v1-http.ts';
import { v2Handler, v2Sessions } from './servers/v2-http.ts';

/** Which of the official servers, how it is served, and what it cannot do then. */
interface Server {
  readonly name: string;
  readonly serve?: () => Listener;
  readonly path?: string;
  readonly program?: string;
  /** What each `protocolVersion` leads to. */
  readonly spoken: Readonly<Record<string, string>>;
  readonly cannot?: Exceptions;
}

const DATED = {
  '2025-11-25': '2025-11-25',
  '2025-06-18': '2025-06-18',
  '2025-03-26': '2025-03-26',
  '2024-11-05': '2024-11-05',
};
const LEGACY = { auto: '2025-11-25', ...DATED };

/** A server that is made for one request has no way to its client but the answer. */
const ALONE = 'the server keeps nothing between requests';
const STATELESS: Exceptions = {
  'elicitation by form': ALONE,
  'elicitation by URL': ALONE,
  'a page that is done with': ALONE,
  'elicitation by URL as an error': ALONE,
  sampling: ALONE,
  roots: ALONE,
  logging: ALONE,
  changes: ALONE,
  'a ping of the server': ALONE,
};

const UNTOLD: Exceptions = {
  'a page that is done with': 'the package does not say so where it asks in the way of both eras',
};

const ONE_OBJECT = 'an answer that is one JSON object has no room for it';

const SERVERS: readonly Server[] = [
  { name: 'sdk 1.32 with sessions', serve: v1Sessions, spoken: LEGACY },
  { name: 'sdk 1.32 without sessions', serve: v1Stateless, spoken: LEGACY, cannot: STATELESS },
  {
    name: 'sdk 1.32 with sessions and JSON answers',
    serve: () => v1Sessions({ enableJsonResponse: true }),
    spoken: { auto: '2025-11-25' },
    cannot: {
      progress: ONE_OBJECT,
      cancellation: ONE_OBJECT,
      // Other questions take the stream of the session.
      'elicitation by URL': ONE_OBJECT,
      'a page that is done with': ONE_OBJECT,
    },
  },
  { name: 'sdk 1.32 over HTTP+SSE', serve: v1Sse, path: '/sse', spoken: LEGACY },
  { name: 'sdk 1.32 over stdio', program: 'v1.ts', spoken: LEGACY },
  { name: 'server 2.4', serve: v2Handler, spoken: { auto: '2026-07-28', '2026-07-28': '2026-07-28' } },
  { name: 'server 2.4 for older clients', serve: v2Handler, spoken: DATED, cannot: STATELESS },
  { name: 'server 2.4 with sessions', serve: v2Sessions, spoken: LEGACY, cannot: UNTOLD },
  {
    name: 'server 2.4 over stdio',
    program: 'v2.ts',
    spoken: { auto: '2026-07-28', '2026-07-28': '2026-07-28', ...DATED },
    cannot: UNTOLD,
  },
];

describe.each(SERVERS)('$name', ({ serve, path, program, spoken, cannot = {} }) => {
  let at: Place | undefined;
  beforeAll(async () => {
    if (serve !== undefined) at = await place(serve(), path);
  });
  afterAll(() => at?.close());
  describe.each(Object.entries(spoken))('asked for %s', (protocolVersion, revision) => {
    runs(() => ourCaller(at?.url ?? start(program ?? ''), { protocolVersion }), revision, cannot);
  });
});

const start = (program: string): StdioTransport =>
  new StdioTransport({
    command: process.execPath,
    args: [fileURLToPath(new URL(`servers/${program}`, import.meta.url))],
  });
