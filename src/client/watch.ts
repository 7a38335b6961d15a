/** What can end an exchange from outside: its caller's signal, its time limits, the client's end. */
import { McpError } from '../errors.js';
import type { CallOptions, ConnectOptions } from './options.js';

// The longest delay of a timer; a longer one fires at once.
const MAX_DELAY = 2 ** 31 - 1;

/**
 * Watches over one exchange. `onEnd` is called at most once, at once, with the reason. One timer serves both limits, and
 * progress moves a number instead of the timer.
 */
export class Watch {
  /** Whether it ended from outside. */
  over = false;
  /** Whether its request was sent again because the link adapted itself: that happens once. */
  adapted = false;
  /** Whether its response has come. */
  answered = false;
  /** Who hears of the end. */
  onEnd: (error: McpError) => void;
  /** When its time in all is over. Whoever moves it calls `arm` then. */
  totalAt: number;
  readonly #controller = new AbortController();
  readonly #user: AbortSignal | undefined;
  readonly #what: string;
  readonly #open: Set<Watch>;
  readonly #idleMs: number;
  readonly #totalMs: number;
  #idleAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param what is named in errors
   * @param open holds this until it ends
   * @throws TypeError for a time limit that is none
   */
  constructor(
    what: string,
    open: Set<Watch>,
    { signal, timeoutMs, maxTotalTimeoutMs }: CallOptions,
    defaults: ConnectOptions,
    onEnd: (error: McpError) => void,
  ) {
    this.#what = what;
    this.#open = open;
    this.#idleMs = milliseconds(timeoutMs ?? defaults.timeoutMs ?? 60_000, 'timeoutMs');
    this.#totalMs = milliseconds(maxTotalTimeoutMs ?? defaults.maxTotalTimeoutMs ?? 600_000, 'maxTotalTimeoutMs');
    this.onEnd = onEnd;
    this.#user = signal;
    const now = performance.now();
    this.totalAt = now + this.#totalMs;
    this.touch();
    open.add(this);
    if (signal?.aborted === true) {
      this.#onAbort();
    } else {
      signal?.addEventListener('abort', this.#onAbort);
      this.arm(now);
    }
  }

  /** Aborted when the exchange ends from outside. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** There is a sign of life: the silence starts anew. */
  touch(): void {
    this.#idleAt = performance.now() + this.#idleMs;
  }

  /** Silence does not count until the next `touch`. */
  pause(): void {
    this.#idleAt = Infinity;
  }

  /** Neither silence nor time in all counts until the returned function is called, once. */
  hold(): () => void {
    const left = this.totalAt - performance.now();
    this.totalAt = Infinity;
    this.pause();
    return () => {
      const now = performance.now();
      this.totalAt = now + left;
      this.touch();
      if (!this.over) this.arm(now);
    };
  }

  /** Ends the exchange. */
  end(error: McpError): void {
    if (this.over) return;
    this.over = true;
    this.release();
    this.#open.delete(this);
    this.onEnd(error);
    this.#controller.abort(error);
  }

  /** Lets go of the timer and of the caller's signal. `end` works on. */
  release(): void {
    clearTimeout(this.#timer);
    this.#user?.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    this.end(new McpError('aborted', `${this.#what} was aborted`, { cause: this.#user?.reason }));
  };

  /** Sets the timer anew. */
  arm(now: number): void {
    clearTimeout(this.#timer);
    // A pause may end right after this, so it is looked at again no later than a silence that starts now would end.
    const idleAt = this.#idleAt === Infinity ? now + this.#idleMs : this.#idleAt;
    const delay = Math.ceil(Math.min(idleAt, this.totalAt) - now);
    this.#timer = setTimeout(this.#onTimer, Math.min(delay, MAX_DELAY));
  }

  readonly #onTimer = (): void => {
    const now = performance.now();
    const total = now >= this.totalAt;
    if (!total && now < this.#idleAt) return this.arm(now);
    const limit = total ? `maxTotalTimeoutMs: ${this.#totalMs}` : `timeoutMs: ${this.#idleMs}`;
    this.end(new McpError('timeout', `${this.#what} timed out (${limit})`));
  };
}

function milliseconds(value: number, option: string): number {
  if (value > 0) return value;
  throw new TypeError(`${option} must be above 0; Infinity for no limit`);
}
