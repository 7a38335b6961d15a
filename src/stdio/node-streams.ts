/** What is used of Node's streams, so that declarations name no type of Node's. */
export interface NodeReadable {
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  destroy?(): unknown;
}

/** What is used of Node's writable streams. */
export interface NodeWritable {
  on(event: 'error', listener: (error: Error) => void): unknown;
  end?(): unknown;
  destroy?(): unknown;
}

/** Writes bytes, and calls back when they are taken. */
export type NodeWrite = (bytes: Uint8Array, done: (error?: Error | null) => void) => unknown;

/** A stream of Node's, read as the web reads. It is paused while nobody reads. */
export function readableOf(stream: NodeReadable): ReadableStream<Uint8Array> {
  let over = false;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const finish = (error?: Error): void => {
          if (over) return;
          over = true;
          if (error === undefined) controller.close();
          else controller.error(error);
        };
        stream.on('data', (chunk) => {
          if (over) return;
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) stream.pause();
        });
        stream.on('end', () => finish());
        stream.on('close', () => finish());
        stream.on('error', finish);
        stream.pause();
      },
      pull() {
        stream.resume();
      },
      cancel() {
        over = true;
        stream.destroy?.();
      },
    },
    { highWaterMark: 64 * 1024, size: (chunk) => chunk?.byteLength ?? 0 },
  );
}

/**
 * A stream of Node's, written as the web writes.
 *
 * @param write its own `write`, however others see it
 */
export function writableOf(stream: NodeWritable, write: NodeWrite): WritableStream<Uint8Array> {
  let failure: Error | undefined;
  return new WritableStream<Uint8Array>({
    start(controller) {
      // Heard, so that a reader who has left (EPIPE) does not end this process.
      stream.on('error', (error) => {
        failure = error;
        controller.error(error);
      });
    },
    write(chunk) {
      return new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        write(chunk, (error) => (error ? reject(error) : resolve()));
      });
    },
    close() {
      stream.end?.();
    },
    abort() {
      stream.destroy?.();
    },
  });
}
