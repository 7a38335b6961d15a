import type { HttpInfo } from '../../server/exchange.js';
import type { Head } from '../../server/http-endpoint.js';

const CREDENTIALS = ['authorization', 'dpop'];

/** Whether a body goes on; who says no has answered. */
export type Sift = (body: Uint8Array) => boolean;

/** A request without its credentials: handlers cannot pass on by accident what they do not have. */
export class DiscreetHead implements Head {
  readonly method: string;
  readonly #head: Head;
  readonly #sift: Sift | undefined;
  #info: HttpInfo | undefined;

  /** @param sift looks at the body first */
  constructor(head: Head, sift?: Sift) {
    this.method = head.method;
    this.#head = head;
    this.#sift = sift;
  }

  get(header: string): string | null | undefined {
    return CREDENTIALS.includes(header) ? undefined : this.#head.get(header);
  }

  authority(): string {
    return this.#head.authority();
  }

  loopback(): boolean {
    return this.#head.loopback();
  }

  info(): HttpInfo {
    if (this.#info === undefined) {
      const { url, headers: all } = this.#head.info();
      const headers = new Headers(all);
      for (const header of CREDENTIALS) headers.delete(header);
      this.#info = { url, headers };
    }
    return this.#info;
  }

  body(...[limit, take, failed]: Parameters<Head['body']>): void {
    this.#head.body(
      limit,
      (body) => {
        if (body === undefined || this.#sift?.(body) !== false) take(body);
      },
      failed,
    );
  }
}
