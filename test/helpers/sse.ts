/** Reads event streams the slow and obvious way, independent of the code under test. */
import type { Json } from './wire.js';

/** One block of a stream: an event's data, or a comment. */
export interface Block {
  readonly data?: string;
  readonly comment?: string;
}

/** Splits a stream's text into blocks. Throws on anything that is neither one `data:` line nor one comment. */
export function blocksOf(text: string): Block[] {
  const parts = text.split('\n\n');
  if (parts.pop() !== '')
    throw new Error(`The stream does not end with a blank line: ${JSON.stringify(text.slice(-80))}`);
  return parts.map((part) => {
    if (part.startsWith('data: ') && !part.includes('\n')) return { data: part.slice(6) };
    if (part.startsWith(':') && !part.includes('\n')) return { comment: part.slice(1) };
    throw new Error(`Neither one data line nor a comment: ${JSON.stringify(part)}`);
  });
}

/** The messages of a stream's text. */
export function messagesOf(text: string): Json[] {
  return blocksOf(text).flatMap(({ data }) => (data === undefined ? [] : [JSON.parse(data) as Json]));
}

/** Reads a response block by block, as they arrive. */
export class BlockReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(response: Response) {
    if (response.body === null) throw new Error('The response has no body');
    this.#reader = response.body.getReader();
  }

  /** The next block, or `undefined` at the end. */
  async next(): Promise<Block | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end !== -1) {
        const [block] = blocksOf(this.#text.slice(0, end + 2));
        this.#text = this.#text.slice(end + 2);
        return block;
      }
      const { done, value } = await this.#reader.read();
      if (done) {
        if (this.#text !== '') throw new Error(`The stream ended inside a block: ${JSON.stringify(this.#text)}`);
        return undefined;
      }
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  /** The next message; comments are skipped. */
  async message(): Promise<Json | undefined> {
    for (;;) {
      const block = await this.next();
      if (block === undefined) return undefined;
      if (block.data !== undefined) return JSON.parse(block.data) as Json;
    }
  }

  /** Leaves, as a caller does who has lost interest. */
  async leave(): Promise<void> {
    await this.#reader.cancel();
  }
}
