import type { McpError } from '../errors.js';
import { encodeMessage, type JsonRpcNotification, type JsonRpcResponse } from '../json-rpc.js';
import { raise } from '../server/context.js';
import type { Exchange, Peer, RespondOptions } from '../server/exchange.js';
import type { Running } from '../server/running.js';
import type { LineWriter } from './framing.js';

/** What the exchanges of a channel share. */
export interface ChannelPlace {
  readonly writer: LineWriter;
  readonly running: Running;
  readonly exposesErrors: boolean;
  readonly owner: boolean;
  readonly highWaterBytes: number;
  readonly dropBytes: number;
  /** Takes responses, which go out together with others. Default: each goes out by itself. */
  readonly gather?: (text: string) => void;
}

/** One request among others on a channel, and its way back. */
export class ChannelExchange implements Exchange {
  readonly peer: Peer;
  readonly bare: boolean;
  readonly exposesErrors: boolean;
  readonly owner: boolean;
  onClosing: (() => void) | undefined;
  /** The handler has ended: who looks at the signal later must not be kept. */
  over = false;
  readonly #place: ChannelPlace;
  readonly #over: (torn: boolean) => void;
  #controller: AbortController | undefined;
  #gone: McpError | undefined;
  #done = false;
  #answered = false;
  #unsent = 0;

  /**
   * @param over called once, when nothing more will be sent; `torn`: although the caller has no response and waits for one
   */
  constructor(peer: Peer, bare: boolean, place: ChannelPlace, over: (torn: boolean) => void) {
    this.peer = peer;
    this.bare = bare;
    this.exposesErrors = place.exposesErrors;
    this.owner = place.owner;
    this.#place = place;
    this.#over = over;
  }

  get input(): 'replay' | 'none' {
    return this.bare ? 'none' : 'replay';
  }

  get gone(): boolean {
    return this.#gone !== undefined;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#gone !== undefined) this.#controller.abort(this.#gone);
      else if (!this.over) this.#place.running.listen(this);
    }
    return this.#controller.signal;
  }

  /** Of this exchange, not of the channel: a large answer to another request is no reason to drop anything here. */
  get unsent(): number {
    return this.#unsent;
  }

  async send(message: JsonRpcNotification): Promise<void> {
    // The author does not await, the client does not read: memory has an end, so these messages have.
    if (this.#done || this.#unsent > this.#place.dropBytes) return;
    const written = this.#write(encodeMessage(message));
    if (this.#place.writer.unsent > this.#place.highWaterBytes) await written;
  }

  respond(response: JsonRpcResponse, { more = false }: RespondOptions = {}): Promise<void> | void {
    if (this.#done) return;
    // Before anything is settled: a result that JSON cannot carry throws here.
    const text = encodeMessage(response);
    this.#answered = true;
    const { gather } = this.#place;
    const written = gather === undefined ? this.#write(text) : gather(text);
    if (!more) this.end();
    return written;
  }

  end(): void {
    if (this.#done) return;
    this.#done = true;
    this.#over(!this.#answered);
  }

  cancel(reason: unknown): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }

  /** The caller waits no more: it has cancelled the request, or it has gone. What was not written yet never is. */
  leave(message: string): void {
    if (this.#gone !== undefined) return;
    this.#gone = raise('aborted', message);
    if (!this.#done) {
      this.#done = true;
      this.#over(false);
    }
    this.#controller?.abort(this.#gone);
  }

  async #write(text: string): Promise<void> {
    this.#unsent += text.length;
    try {
      await this.#place.writer.write(text, () => this.gone);
    } catch {
      // Nobody reads any more; the channel tells all of its exchanges.
    } finally {
      this.#unsent -= text.length;
    }
  }
}
