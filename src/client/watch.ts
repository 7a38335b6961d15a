/** What can end an exchange from outside: its caller's signal, its time limits, the client's end. */
import { McpError } from '../errors.js';
import type { CallOptions } from './options.js';

// The longest delay of a timer; a longer one fires at once.
const MAX_DELAY = 2 ** 31 - 1;

/**
 * Watches over one exchange. `onEnd` is called at most once, at once, with the reason. One timer serves both limits, and
 * progress moves a number instead of the timer.
 */
export class Watch {
  /** Whether it ended from outside. */
  over = false;
  /** Who hears of the end. */
  onEnd: (error: McpError) => void;
  readonly #controller = new AbortController();
  readonly #user: AbortSignal | undefined;
  readonly #what: string;
  readonly #idleMs: number;
  readonly #totalMs: number;
  readonly #totalAt: number;
  #idleAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(what: string, options: CallOptions, onEnd: (error: McpError) => void) {
    const { timeoutMs = 60_000, maxTotalTimeoutMs = 600_000, signal } = options;
    this.#what = what;
    this.#idleMs = milliseconds(timeoutMs, 'timeoutMs');
    this.#totalMs = milliseconds(maxTotalTimeoutMs, 'maxTotalTimeoutMs');
    this.onEnd = onEnd;
    this.#user = signal;
    const now = performance.now();
    this.#totalAt = now + maxTotalTimeoutMs;
    this.touch();
    if (signal?.aborted === true) {
      this.#onAbort();
    } else {
      signal?.addEventListener('abort', this.#onAbort);
      this.#arm(now);
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

  /** Ends the exchange. */
  end(error: McpError): void {
    if (this.over) return;
    this.over = true;
    this.release();
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

  #arm(now: number): void {
    // A pause may end right after this, so it is looked at again no later than a silence that starts now would end.
    const idleAt = this.#idleAt === Infinity ? now + this.#idleMs : this.#idleAt;
    const delay = Math.ceil(Math.min(idleAt, this.#totalAt) - now);
    this.#timer = setTimeout(this.#onTimer, Math.min(delay, MAX_DELAY));
  }

  readonly #onTimer = (): void => {
    const now = performance.now();
    if (now >= this.#totalAt) this.end(this.#timeout('no response within', this.#totalMs, 'maxTotalTimeoutMs'));
    else if (now >= this.#idleAt) this.end(this.#timeout('no sign of life for', this.#idleMs, 'timeoutMs'));
    else this.#arm(now);
  };

  #timeout(what: string, ms: number, option: string): McpError {
    return new McpError('timeout', `${this.#what}: ${what} ${ms} ms (${option})`);
  }
}

function milliseconds(value: number, option: string): number {
  if (value > 0) return value;
  throw new TypeError(`${option} is in milliseconds and above 0; Infinity for no limit`);
}
