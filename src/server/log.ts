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
