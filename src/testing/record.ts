/** Records what goes over the wire. */
import { createSseDecoder } from '../http/sse-decode.js';
import { JSON_TYPE, SSE_TYPE, typeOf } from '../http/media.js';
import { isObject, type JsonRpcMessage } from '../json-rpc.js';
import { type Chunks, type Fetch, textOf, through } from './fetch.js';
import { normalise, type SnapshotOptions } from './normalise.js';

/** One thing that was seen on the wire. Members that say nothing are absent. */
export interface WireEntry {
  /** Which HTTP exchange it belongs to, from 1. */
  readonly exchange: number;
  /** From the client, or to it. */
  readonly direction: 'sent' | 'received';
  /** The HTTP method, with the head of a request. */
  readonly http?: string;
  /** The HTTP status, with the head of a response. */
  readonly status?: number;
  /** The headers that tell something, lower case, with a head; see {@link RecorderOptions.headers}. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON-RPC message, or whatever JSON came where one was expected. */
  readonly message?: unknown;
  /** What came where JSON was expected, and is none. */
  readonly text?: string;
  /** Always `true`: the client left before the response had ended. */
  readonly left?: true;
  /** Why there was no response, or no end of it. */
  readonly failure?: string;
}

/** Options of {@link recordWire}. */
export interface RecorderOptions {
  /**
   * Names of headers to record beside the usual ones: those that start with `mcp-`, `content-type`, `last-event-id`,
   * `location`, `retry-after`, `www-authenticate`. Credentials are recorded only when named here.
   */
  readonly headers?: readonly string[] | undefined;
  /** How many entries are kept; the first ones. `dropped` counts the others. Default 10,000. */
  readonly maxEntries?: number | undefined;
}

/** What {@link recordWire} returns. */
export interface WireRecorder {
  /** Sends, and records. Give it to `connect({ fetch })`. */
  readonly fetch: Fetch;
  /** Everything so far, in the order in which it was seen. */
  readonly entries: readonly WireEntry[];
  /** How many entries found no room. */
  readonly dropped: number;
  /** The JSON-RPC messages among them; of one direction, if it is given. */
  messages(direction?: WireEntry['direction']): JsonRpcMessage[];
  /** The entries in a form that is the same in every run; see {@link SnapshotOptions}. */
  snapshot(options?: SnapshotOptions): WireEntry[];
  /** Forgets everything; exchanges are numbered from 1 again. */
  clear(): void;
  /** Another `fetch` that records into this recorder. */
  wrap(fetch: Fetch): Fetch;
}

const USUAL = /^(?:mcp-.*|content-type|last-event-id|location|retry-after|www-authenticate)$/;
// Characters of one event or body. What is longer is recorded as a failure to read it; the client still gets it.
const MAX_TEXT = 16_777_216;

/** Where a recorded `fetch` puts what it sees. */
type Put = (entry: Omit<WireEntry, 'exchange'>) => void;

/**
 * Records every message in both directions, with HTTP status and the headers that matter. What the client and the server
 * see stays as it is; streams are recorded as the client reads them.
 *
 * @param fetch what sends. Default: the global `fetch`, looked up for each request
 *
 * @example
 * ```ts
 * const wire = recordWire();
 * const client = await connectInMemory(server, { record: wire });
 * await client.callTool('add', { a: 1, b: 2 });
 * expect(wire.snapshot()).toMatchSnapshot();
 * ```
 */
export function recordWire(
  fetch: Fetch = (url, init) => globalThis.fetch(url, init),
  options: RecorderOptions = {},
): WireRecorder {
  const { headers: more = [], maxEntries = 10_000 } = options;
  const wanted = new Set(more.map((header) => header.toLowerCase()));
  const entries: WireEntry[] = [];
  let dropped = 0;
  let exchanges = 0;

  const told = (headers: Headers): Pick<WireEntry, 'headers'> => {
    const found = [...headers].filter(([header]) => USUAL.test(header) || wanted.has(header));
    return found.length === 0 ? {} : { headers: Object.fromEntries(found) };
  };
  const wrap =
    (inner: Fetch): Fetch =>
    async (url, init) => {
      const exchange = ++exchanges;
      const put: Put = (entry) => {
        if (entries.length < maxEntries) entries.push({ exchange, ...entry });
        else dropped++;
      };
      const { method = 'GET', signal } = init;
      put({ direction: 'sent', http: method, ...told(new Headers(init.headers)), ...read(textOf(init)) });
      let response;
      try {
        response = await inner(url, init);
      } catch (error) {
        put(signal?.aborted === true ? LEFT : { direction: 'received', failure: String(error) });
        throw error;
      }
      const head = { direction: 'received', status: response.status, ...told(response.headers) } as const;
      const type = typeOf(response.headers.get('content-type'));
      if (type === SSE_TYPE) put(head);
      if (response.body === null) put(head);
      return through(response, (chunks, left) =>
        type === SSE_TYPE ? watchEvents(chunks, left, put) : watchBody(chunks, left, put, head, type === JSON_TYPE),
      );
    };

  return {
    fetch: wrap(fetch),
    wrap,
    entries,
    get dropped() {
      return dropped;
    },
    messages: (direction) =>
      entries.flatMap(({ direction: way, message }) =>
        // Only what is an object can be a message; what else is wrong with it is for the test to say.
        isObject(message) && (direction ?? way) === way ? [message as unknown as JsonRpcMessage] : [],
      ),
    snapshot: (how) => normalise(entries, how),
    clear() {
      entries.length = 0;
      dropped = 0;
      exchanges = 0;
    },
  };
}

const LEFT = { direction: 'sent', left: true } as const;

/** Passes an event stream on, and records each message before the reader gets its last byte. */
async function* watchEvents(source: AsyncIterable<Uint8Array>, left: AbortSignal, put: Put): Chunks {
  let decode: ReturnType<typeof createSseDecoder> | undefined = createSseDecoder(MAX_TEXT);
  const note = (chunk: Uint8Array): void => {
    try {
      for (const data of decode?.(chunk) ?? []) put({ direction: 'received', ...read(data) });
    } catch (error) {
      decode = undefined;
      put({ direction: 'received', failure: String(error) });
    }
  };
  yield* watch(source, left, put, note);
}

/** Passes any other body on, and records it at its end. */
async function* watchBody(
  source: AsyncIterable<Uint8Array>,
  left: AbortSignal,
  put: Put,
  head: Omit<WireEntry, 'exchange'>,
  json: boolean,
): Chunks {
  const decoder = new TextDecoder();
  let text = '';
  const note = (chunk: Uint8Array): void => {
    if (text.length <= MAX_TEXT) text += decoder.decode(chunk, { stream: true });
  };
  const over = (): void => put({ ...head, ...(text !== '' && (json ? read(text) : { text })) });
  yield* watch(source, left, put, note, over);
}

async function* watch(
  source: AsyncIterable<Uint8Array>,
  left: AbortSignal,
  put: Put,
  note: (chunk: Uint8Array) => void,
  over: () => void = () => {},
): Chunks {
  const onLeave = (): void => {
    over();
    put(LEFT);
  };
  left.addEventListener('abort', onLeave);
  try {
    for await (const chunk of source) {
      note(chunk);
      yield chunk;
    }
    if (!left.aborted) over();
  } catch (error) {
    if (!left.aborted) {
      over();
      put({ direction: 'received', failure: String(error) });
    }
    throw error;
  } finally {
    left.removeEventListener('abort', onLeave);
  }
}

/** What a text says: a message, if it is JSON. */
function read(text: string | undefined): Pick<WireEntry, 'message' | 'text'> {
  if (text === undefined) return {};
  try {
    return { message: JSON.parse(text) as unknown };
  } catch {
    return { text };
  }
}
