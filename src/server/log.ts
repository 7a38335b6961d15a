import type { LoggingLevel } from '../spec/types.js';

const LEVELS: readonly unknown[] = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** Whether a value is a level of RFC 5424. */
export function isLogLevel(value: unknown): value is LoggingLevel {
  return LEVELS.includes(value);
}

/** Whether a request that asked for messages from one level up gets one of another. */
export function wantsLog(asked: unknown, level: LoggingLevel): boolean {
  return isLogLevel(asked) && LEVELS.indexOf(level) >= LEVELS.indexOf(asked);
}

/**
 * Counts the log messages of one request, so that a handler that logs in a loop does not flood its caller.
 *
 * @returns whether one more may go out: `perSecond` do in a second, the rest of that second's are dropped
 */
export function logBudget(perSecond = 100): () => boolean {
  let second = 0;
  let count = 0;
  return () => {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) count = 0;
    second = now;
    return count++ < perSecond;
  };
}
