/** What can happen to a body between a server and its reader, one stage for each. */
import type { Chunks } from './fetch.js';

type Source = AsyncIterable<Uint8Array>;

const encoder = /* @__PURE__ */ new TextEncoder();

/** Sends every server-sent event twice. What is left without its blank line comes once. */
export async function* eachEventTwice(source: Source): Chunks {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of source) {
    text += decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf('\n\n') + 2;
    if (end < 2) continue;
    const events = text.slice(0, end).split('\n\n').slice(0, -1);
    text = text.slice(end);
    // Comments are no events.
    yield encoder.encode(events.map((one) => `${one}\n\n`.repeat(one.startsWith(':') ? 1 : 2)).join(''));
  }
  if (text !== '') yield encoder.encode(text);
}

/** Puts bytes in at an offset; at the end, when the body is shorter. */
export async function* withGarbage(source: Source, at: number, bytes: Uint8Array): Chunks {
  let before = at;
  for await (const chunk of source) {
    if (before < 0 || chunk.byteLength < before) {
      before -= chunk.byteLength;
      yield chunk;
      continue;
    }
    if (before > 0) yield chunk.subarray(0, before);
    yield bytes;
    yield chunk.subarray(before);
    before = -1;
  }
  if (before >= 0) yield bytes;
}

/** Cuts chunks into pieces of at most `size` bytes, with a pause before each but the first. */
export async function* inPieces(source: Source, size: number, pauseMs: number, left: AbortSignal): Chunks {
  let first = true;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength; at += size) {
      if (!first && pauseMs > 0) await pause(pauseMs, left);
      first = false;
      yield chunk.subarray(at, at + size);
    }
  }
}

/** Ends after `length` bytes: by throwing `broken`, or as if that were all. */
export async function* upTo(source: Source, length: number, broken: Error | undefined): Chunks {
  let rest = length;
  for await (const chunk of source) {
    if (chunk.byteLength >= rest) {
      if (rest > 0) yield chunk.subarray(0, rest);
      if (broken !== undefined) throw broken;
      return;
    }
    rest -= chunk.byteLength;
    yield chunk;
  }
}

/** Waits, on whatever clock is installed. @throws the signal's reason, at once, when it aborts */
export function pause(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
