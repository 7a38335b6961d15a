import { afterEach, describe, expect, test, vi } from 'vitest';
import { checkLogLevel, logNotification, requestLog } from '../../src/server/log.ts';

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;
const asking = (level: unknown) => ({ 'io.modelcontextprotocol/logLevel': level });

afterEach(() => void vi.useRealTimers());

describe('what a request gets to hear', () => {
  // spec: server/utilities/logging#per-request-log-level
  test('BI12: nothing, when its _meta has no log level', () => {
    for (const level of LEVELS) expect(logNotification({}, level, 'x')).toBeUndefined();
  });

  // spec: server/utilities/logging#per-request-log-level
  test.each(LEVELS)('BI12: %s and what is more severe', (asked) => {
    const heard = LEVELS.filter((level) => logNotification(asking(asked), level, 'x') !== undefined);
    expect(heard).toEqual(LEVELS.slice(LEVELS.indexOf(asked)));
  });

  // spec: server/utilities/logging#log-message-notifications
  test('a message has its level, its data, and its logger where it has one', () => {
    expect(JSON.parse(JSON.stringify(logNotification(asking('info'), 'error', { code: 7 }, 'db')))).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'error', logger: 'db', data: { code: 7 } },
    });
    expect(JSON.parse(JSON.stringify(logNotification(asking('info'), 'info', undefined)))).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'info', data: null },
    });
  });

  test.each(['verbose', 'ERROR', '', 3, null, ['error']])('a level that is none (%j) gets nothing', (asked) => {
    for (const level of LEVELS) expect(logNotification(asking(asked), level, 'x')).toBeUndefined();
  });
});

describe('checkLogLevel', () => {
  // spec: server/utilities/logging#error-handling
  test.each(['verbose', 'ERROR', '', 3, null, ['error']])('refuses %j with -32602', (asked) => {
    expect(() => checkLogLevel(asking(asked))).toThrow(
      expect.objectContaining({
        code: 'invalid_params',
        message: expect.stringMatching(/logLevel.*debug, info/) as unknown,
      }),
    );
  });

  test('takes every level, and none at all', () => {
    for (const meta of [...LEVELS.map(asking), {}]) expect(() => checkLogLevel(meta)).not.toThrow();
  });
});

// spec: server/utilities/logging#implementation-considerations
test('a handler that logs in a loop is cut off after 100 messages a second', () => {
  vi.useFakeTimers();
  const log = requestLog(asking('info'));
  const flood = () => Array.from({ length: 1_000 }, () => log('info', 'x')).filter((one) => one !== undefined).length;
  expect(flood()).toBe(100);
  expect(flood()).toBe(0);
  vi.advanceTimersByTime(1_000);
  for (let index = 0; index < 500; index++) log('debug', 'below the level, and so not counted');
  expect(flood()).toBe(100);
});
