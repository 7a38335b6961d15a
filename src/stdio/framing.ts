/**
 * One line, one message, over any pair of byte streams.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
 */
import { McpError } from '../errors.js';
import { concat } from '../http/body.js';
import type { RequestId } from '../json-rpc.js';
import { scanForId, type IdScan } from './id-scan.js';

/**
 * Two byte streams: what the other side sends, and what it is sent. A socket, a pipe, a WebSocket or a `MessagePort`
 * wrapped as streams.
 */
export interface ByteChannel {
  /** What comes from the other side: a `ReadableStream` of bytes, of the web or of `node:stream/web`. */
  readonly readable: {
    /** Its reader, which nobody else may have. */
    getReader(): ByteReader;
  };
  /** What goes there: a `WritableStream` of bytes. */
  readonly writable: {
    /** Its writer, likewise. */
    getWriter(): ByteWriter;
  };
}

/** What is used of a stream's reader. */
export interface ByteReader {
  /** The next bytes. */
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  /** Reads no more. */
  cancel(): Promise<unknown>;
}

/** What is used of a stream's writer. */
export interface ByteWriter {
  /** Rejects when the stream breaks. */
  readonly closed: Promise<unknown>;
  /** Settles when the bytes are taken. */
  write(bytes: Uint8Array): Promise<unknown>;
  /** Ends the stream, after what was written. */
  close(): Promise<unknown>;
  /** Ends the stream at once. */
  abort(): Promise<unknown>;
}

/** Limits of a channel. They bound what the other side can make this one hold. */
export interface ChannelLimits {
  /** Bytes of one line. A longer one is skipped, and its call fails. Default 16 MiB (16,777,216). */
  readonly lineBytes?: number | undefined;
}

/** The default of {@link ChannelLimits.lineBytes}. */
export const LINE_BYTES: number = 16 * 1024 * 1024;

// A longer delay fires at once.
const MAX_TIMER_MS = 2 ** 31 - 1;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Who gets the lines. */
export interface LineSink {
  /** One line without its end, never empty. */
  line(bytes: Uint8Array): void;
  /** A line was too long; this is the id in it, where there is one. */
  skipped(id: RequestId | undefined): void;
}

/** Cuts bytes into lines, however they arrive. */
export interface LineCutter {
  push(bytes: Uint8Array): void;
  /** The input has ended, perhaps without a last line end. */
  end(): void;
}

/** Makes a {@link LineCutter}. Each byte is looked at once and copied at most once, however small the pieces are. */
export function cutLines(limit: number, sink: LineSink): LineCutter {
  let parts: Uint8Array[] = [];
  let length = 0;
  let skipping: IdScan | undefined;

  const append = (bytes: Uint8Array): void => {
    if (skipping !== undefined) return skipping.push(bytes);
    parts.push(bytes);
    length += bytes.byteLength;
    // One more for the carriage return that may be its last.
    if (length <= limit + 1) return;
    skipping = scanForId();
    for (const part of parts) skipping.push(part);
    parts = [];
  };
  const finish = (): void => {
    const scan = skipping;
    const whole = parts.length === 1 && parts[0] !== undefined ? parts[0] : concat(parts, scan ? 0 : length);
    parts = [];
    length = 0;
    skipping = undefined;
    if (scan !== undefined) return sink.skipped(scan.id());
    const line = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
    if (line.byteLength > limit) {
      const late = scanForId();
      late.push(line);
      sink.skipped(late.id());
    } else if (line.byteLength > 0) {
      sink.line(line);
    }
  };

  return {
    push(bytes) {
      let from = 0;
      for (let at; (at = bytes.indexOf(NEWLINE, from)) !== -1; from = at + 1) {
        append(bytes.subarray(from, at));
        finish();
      }
      // A copy: what lies in a small piece may belong to a large buffer that its reader uses again.
      if (from < bytes.byteLength) append(bytes.slice(from));
    },
    end: finish,
  };
}

/**
 * Reads a stream to its end.
 *
 * @param room waited for before each read: the way to slow the other side down
 * @throws what the stream fails with
 */
export async function readLines(
  reader: ByteReader,
  limit: number,
  sink: LineSink,
  room?: () => Promise<void> | undefined,
): Promise<void> {
  const cutter = cutLines(limit, sink);
  for (;;) {
    await room?.();
    const { done, value } = await reader.read();
    if (done || value === undefined) return cutter.end();
    cutter.push(value);
  }
}

const encoder = /* @__PURE__ */ new TextEncoder();

/** Writes lines, one after the other. */
export class LineWriter {
  /** Bytes that were given and not yet taken. */
  unsent = 0;
  readonly #writer: ByteWriter;
  #last: Promise<void> = Promise.resolve();
  #failure: McpError | undefined;

  constructor(writable: ByteChannel['writable']) {
    this.#writer = writable.getWriter();
    // Each write tells; nobody waits for this one.
    this.#writer.closed.catch(() => {});
  }

  /** Whether a write has failed: nothing reaches the other side any more. */
  get failure(): McpError | undefined {
    return this.#failure;
  }

  /**
   * Writes one line after those before it.
   *
   * @param text JSON, which holds no line end
   * @param unwanted looked at when its turn comes: whether nobody waits for it any more
   * @returns settles when the stream has taken it; rejects with `connection_failed` when the stream is broken
   */
  write(text: string, unwanted?: () => boolean): Promise<void> {
    const bytes = encoder.encode(`${text}\n`);
    this.unsent += bytes.byteLength;
    const written = this.#last.then(async () => {
      try {
        if (this.#failure !== undefined) throw this.#failure;
        if (unwanted?.() !== true) await this.#writer.write(bytes);
      } catch (cause) {
        throw (this.#failure ??= new McpError('connection_failed', 'The other side of the channel does not read', {
          cause,
        }));
      } finally {
        this.unsent -= bytes.byteLength;
      }
    });
    this.#last = written.catch(() => {});
    return written;
  }

  /** Settles when everything that was given is written, or cannot be. */
  flushed(): Promise<void> {
    return this.#last;
  }

  /** Writes what was given, and ends the stream. Never rejects. `graceMs`: milliseconds after which it is cut. */
  async close(graceMs: number): Promise<void> {
    const ended = this.#last.then(() => this.#writer.close()).catch(() => {});
    if (!(await within(graceMs, ended))) void this.#writer.abort().catch(() => {});
  }
}

/** Waits for a promise, but no longer than so many milliseconds. @returns whether it has settled in that time */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), Math.min(ms, MAX_TIMER_MS))));
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Gives an option back.
 *
 * @throws TypeError for what is no number: no comparison with it would ever be true, and there would be no limit
 */
export function atLeast(least: number, value: unknown, name: string): number {
  if (typeof value === 'number' && value >= least) return value;
  throw new TypeError(`${name} must be a number, ${least} or more`);
}
