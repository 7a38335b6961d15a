/** Time that stands still until a test moves it. */
import { disposable, type Disposes } from './dispose.js';

/** Options of {@link fakeClock}. */
export interface FakeClockOptions {
  /** What `Date.now()` says at first: milliseconds since 1970. Default: the real time at which it is installed. */
  readonly now?: number | undefined;
}

/**
 * A clock in the place of the real one: `setTimeout`, `setInterval`, what clears them, `AbortSignal.timeout`,
 * `Date.now` and `performance.now`. `new Date()` without arguments stays real, and so does `setTimeout` without a delay: who
 * waits for the next turn does not wait for time.
 */
export interface FakeClock {
  /** What `Date.now()` says while it is installed, in milliseconds since 1970. */
  readonly now: number;
  /** Whether it is in the place of the real clock. */
  readonly installed: boolean;
  /** In how many milliseconds each waiting timer is due, the next one first. */
  readonly pending: readonly number[];
  /**
   * Takes the place of the real clock. Timers that run already go on in real time.
   *
   * @throws TypeError while another one is installed
   */
  install(): this;
  /** Gives the real clock its place back. Timers that wait here never fire. Does nothing when it is not installed. */
  uninstall(): void;
  /**
   * Moves time on. Every timer that falls due on the way fires at its own time, in order, and what it sets in motion
   * runs before the next one does: promises, streams, and whatever else is ready within three turns of the event loop.
   *
   * @param ms milliseconds; 0 only lets run what is ready
   * @throws what a timer's callback throws, and TypeError when it is not installed or `ms` is negative
   */
  advance(ms: number): Promise<void>;
  /**
   * Waits, in real time, until timers wait here: for what has still to come by before it starts them, such as a part of
   * the package that is loaded when it is first needed, a connection, or a signature.
   *
   * @param timers how many there must be. Default 1
   * @throws TypeError when it is not installed
   */
  armed(timers?: number): Promise<void>;
}

/** {@link FakeClock} for `using`, where the compiler's `lib` knows it. */
export type DisposableClock = FakeClock & Disposes<'dispose', void>;

// A longer delay is one of 1 ms, as on Node.
const MAX_DELAY = 2 ** 31 - 1;
// Far from any number that a real timer has.
const FIRST_ID = 2 ** 40;
// Turns of the event loop between two timers, which cost microseconds, for what goes from one turn to the next.
const TURNS = 3;

type Callback = (...args: unknown[]) => void;

/** What `setTimeout` returns: as on Node, and a number where one is wanted. */
interface Timer {
  readonly id: number;
  readonly callback: Callback;
  readonly args: readonly unknown[];
  readonly delay: number;
  readonly repeats: boolean;
  at: number;
}

let installed: FakeClock | undefined;

/**
 * Makes a clock for tests of timeouts, keep-alives, retries and expiry. It depends on no test runner, and works on client
 * and server alike, since both look the globals up whenever they need them.
 *
 * @example
 * ```ts
 * using clock = fakeClock().install();
 * const call = client.callTool('slow', {}, { timeoutMs: 5_000 });
 * await Promise.all([expect(call).rejects.toMatchObject({ code: 'timeout' }), clock.advance(5_000)]);
 * ```
 */
export function fakeClock(options: FakeClockOptions = {}): DisposableClock {
  const timers = new Map<number, Timer>();
  let restore: (() => void)[] = [];
  let rest: () => Promise<void>;
  // Milliseconds since it was installed.
  let elapsed = 0;
  let startedAt = 0;
  let nextId = FIRST_ID;
  let moving = Promise.resolve();

  const set = (callback: Callback, delay: unknown, repeats: boolean, args: readonly unknown[]): object => {
    const wanted = Math.trunc(Number(delay));
    const ms = wanted >= 1 && wanted <= MAX_DELAY ? wanted : 1;
    const timer: Timer = { id: nextId++, callback, args, delay: ms, repeats, at: elapsed + ms };
    timers.set(timer.id, timer);
    const handle = {
      ref: () => handle,
      unref: () => handle,
      hasRef: () => true,
      refresh() {
        timer.at = elapsed + ms;
        timers.set(timer.id, timer);
        return handle;
      },
      close: () => void timers.delete(timer.id),
      [Symbol.toPrimitive]: () => timer.id,
    };
    return handle;
  };
  const due = (): Timer[] => [...timers.values()].sort((a, b) => a.at - b.at || a.id - b.id);
  const check = (): void => {
    if (installed !== clock) throw new TypeError('The fake clock is not installed: fakeClock().install()');
  };
  const fire = (timer: Timer): void => {
    elapsed = timer.at;
    if (timer.repeats) timer.at += timer.delay;
    else timers.delete(timer.id);
    timer.callback(...timer.args);
  };

  const clock: FakeClock = {
    get now() {
      return startedAt + elapsed;
    },
    get installed() {
      return installed === clock;
    },
    get pending() {
      return due().map(({ at }) => at - elapsed);
    },
    install() {
      if (installed !== undefined) throw new TypeError('A fake clock is installed already: uninstall() it first');
      installed = clock;
      timers.clear();
      elapsed = 0;
      startedAt = options.now ?? Date.now();
      // Whole, so that sums of times are exact and a timer is not late by a rounding error.
      const performanceAt = Math.floor(performance.now());
      const { setTimeout, clearTimeout } = globalThis;
      // A real millisecond: what other threads do (WebCrypto) mostly comes back within it.
      rest = () => new Promise((resolve) => void setTimeout(resolve, 1));
      const clear = (handle: unknown): void => {
        // A timer from before: the two kinds of timer share one way to end them in every runtime.
        if (!timers.delete(Number(handle))) clearTimeout(handle as Parameters<typeof clearTimeout>[0]);
      };
      const start =
        (repeats: boolean) =>
        (callback: Callback, delay?: number, ...args: unknown[]): unknown =>
          repeats || Number(delay) > 0 ? set(callback, delay, repeats, args) : setTimeout(callback, 0, ...args);
      restore = [
        replace(globalThis, 'setTimeout', start(false)),
        replace(globalThis, 'setInterval', start(true)),
        replace(globalThis, 'clearTimeout', clear),
        replace(globalThis, 'clearInterval', clear),
        replace(Date, 'now', () => startedAt + elapsed),
        replace(performance, 'now', () => performanceAt + elapsed),
        replace(AbortSignal, 'timeout', (ms: number) => {
          const controller = new AbortController();
          const expire = (): void =>
            controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
          set(expire, ms, false, []);
          return controller.signal;
        }),
      ];
      return this;
    },
    uninstall() {
      if (installed !== clock) return;
      installed = undefined;
      for (const undo of restore.splice(0)) undo();
    },
    async armed(count = 1) {
      for (check(); timers.size < count; check()) await rest();
    },
    advance(ms) {
      // One after the other: time that is moved from two places adds up, and never goes back.
      const moved = moving.then(() => move(ms));
      moving = moved.catch(() => {});
      return moved;
    },
  };
  const move = async (ms: number): Promise<void> => {
    check();
    if (!(ms >= 0)) throw new TypeError('advance(ms): time does not go back');
    const end = elapsed + ms;
    const { port1, port2 } = new MessageChannel();
    port1.start();
    const turn = (): Promise<void> =>
      new Promise((resolve) => {
        port1.addEventListener('message', () => resolve(), { once: true });
        port2.postMessage(0);
      });
    try {
      await rest();
      for (let timer; (timer = due()[0]) !== undefined && timer.at <= end;) {
        fire(timer);
        for (let count = 0; count < TURNS; count++) await turn();
      }
      elapsed = end;
      await rest();
    } finally {
      // An open one keeps a process alive.
      port1.close();
    }
  };
  return disposable(clock, 'dispose', () => clock.uninstall());
}

/** Puts a value in the place of another, and returns what undoes it. */
function replace(target: object, key: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, key);
  Object.defineProperty(target, key, { value, configurable: true, writable: true });
  return () => {
    // Inherited, like `performance.now`: it shows again once ours is gone.
    if (before === undefined) Reflect.deleteProperty(target, key);
    else Object.defineProperty(target, key, before);
  };
}
