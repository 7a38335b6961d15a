/** What the parts of the test kit that sit around `fetch` share. */

/** A `fetch` as a client calls it: `connect({ fetch })` takes one, and the global `fetch` is one. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Chunks of a body on their way to the reader. */
export type Chunks = AsyncGenerator<Uint8Array, void, undefined>;

/**
 * The same response with its body led through `stage`. Nothing is read ahead of the reader, so that what a stage does
 * happens when the reader gets there. A reader that leaves cancels the body beneath, and aborts `left`.
 */
export function through(
  response: Response,
  stage: (chunks: AsyncIterable<Uint8Array>, left: AbortSignal) => Chunks,
): Response {
  const { body } = response;
  if (body === null) return response;
  const reader = body.getReader();
  const controller = new AbortController();
  const staged = stage(chunksOf(reader), controller.signal);
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(sink) {
        const { done, value } = await staged.next();
        if (done === true) sink.close();
        else sink.enqueue(value);
      },
      async cancel(reason) {
        controller.abort(reason);
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const copy = new Response(stream, response);
  // The only fact of a response that its constructor does not take.
  return Object.defineProperty(copy, 'url', { value: response.url });
}

async function* chunksOf(reader: ReadableStreamDefaultReader<Uint8Array>): Chunks {
  try {
    for (let step; !(step = await reader.read()).done;) yield step.value;
  } finally {
    // For a stage that stops early; after the end it does nothing.
    reader.cancel().catch(() => {});
  }
}

/** What `init.body` says, where it is text. */
export function textOf({ body }: RequestInit): string | undefined {
  return typeof body === 'string' ? body : undefined;
}
