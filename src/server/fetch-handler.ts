import { readBytes } from '../http/body.js';
import type { HttpInfo } from './exchange.js';
import { isLoopback } from '../http/origin.js';
import type { Head, HttpEndpoint } from './http-endpoint.js';
import type { AnswerHeaders, Reply } from './http-exchange.js';
import type { Trusted } from './definition.js';

/**
 * Serves a web-standard request. Never rejects.
 *
 * @param context what a Worker gets third; of it `waitUntil` is used, where there is one
 */
export function serveFetch(
  endpoint: HttpEndpoint,
  request: Request,
  trusted: Trusted,
  context?: unknown,
): Promise<Response> {
  return new Promise((resolve) => {
    const call = new FetchCall(request, resolve, endpoint.limits.streamHighWaterBytes, context);
    endpoint.serve(call, call, trusted);
  });
}

const encoder = /* @__PURE__ */ new TextEncoder();

/** What keeps a Worker's request alive. */
interface Waiting {
  waitUntil?(work: Promise<unknown>): void;
}

/** A request and its way back. */
class FetchCall implements Head, Reply {
  readonly method: string;
  readonly #request: Request;
  readonly #headers: Headers;
  readonly #resolve: (response: Response) => void;
  readonly #highWaterMark: number;
  readonly #context: Waiting;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly #waiting: (() => void)[] = [];
  #onGone: (() => void) | undefined;
  #over = false;

  constructor(request: Request, resolve: (response: Response) => void, highWaterMark: number, context: unknown) {
    this.#request = request;
    this.#headers = request.headers;
    this.method = request.method;
    this.#resolve = resolve;
    this.#highWaterMark = highWaterMark;
    // Of whatever it is, one member is looked for, and called only where it is a function.
    this.#context = context ?? {};
  }

  get(header: string): string | null {
    return this.#headers.get(header);
  }

  authority(): string {
    return this.#headers.get('host') ?? new URL(this.#request.url).host;
  }

  loopback(): boolean {
    return isLoopback(new URL(this.#request.url).hostname);
  }

  info(): HttpInfo {
    return this.#request;
  }

  body(limit: number, take: (body: Uint8Array | undefined) => void, failed: (error: unknown) => void): void {
    const { body } = this.#request;
    if (body === null) take(new Uint8Array());
    else readBytes(body, limit).then(take, failed);
  }

  answer(status: number, headers: AnswerHeaders, body?: string): void {
    this.#resolve(new Response(body ?? null, { status, headers }));
    this.#over = true;
  }

  open(headers: AnswerHeaders): void {
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#release(),
        cancel: () => {
          this.#controller = undefined;
          this.#left();
        },
      },
      { highWaterMark: this.#highWaterMark, size: (chunk) => chunk.byteLength },
    );
    this.#resolve(new Response(stream, { status: 200, headers }));
  }

  write(text: string): Promise<void> | undefined {
    const controller = this.#controller;
    if (controller === undefined || this.#over) return undefined;
    controller.enqueue(encoder.encode(text));
    if ((controller.desiredSize ?? 1) > 0) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  unsent(): number {
    return this.#highWaterMark - (this.#controller?.desiredSize ?? this.#highWaterMark);
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#controller?.close();
    this.#release();
  }

  outlive(work: Promise<unknown>): void {
    if (typeof this.#context.waitUntil === 'function') this.#context.waitUntil(work);
  }

  onGone(listener: () => void): void {
    if (this.#over) return;
    this.#onGone = listener;
    const { signal } = this.#request;
    if (signal.aborted) this.#left();
    else signal.addEventListener('abort', () => this.#left(), { once: true });
  }

  #left(): void {
    if (this.#over) return;
    this.#over = true;
    this.#controller?.close();
    // Nobody reads it; but runtimes keep what they have for a request until its promise settles.
    this.#resolve(new Response(null, { status: 499 }));
    this.#release();
    this.#onGone?.();
  }

  #release(): void {
    for (const settle of this.#waiting.splice(0)) settle();
  }
}
