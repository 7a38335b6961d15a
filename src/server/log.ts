import { McpError } from '../errors.js';
import type { JsonRpcNotification } from '../json-rpc.js';
import { META_LOG_LEVEL } from '../spec/meta.js';
import type { LoggingLevel, MetaObject } from '../spec/types.js';

/** Least severe first, as RFC 5424 section 6.2.1 has them the other way round. */
const LEVELS: readonly string[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] satisfies LoggingLevel[];

/**
 * Checks the log level that a request asks for.
 *
 * @throws McpError `invalid_params` when it is none
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/logging#error-handling
 */
export function checkLogLevel(meta: MetaObject): void {
  const asked = meta[META_LOG_LEVEL];
  if (asked === undefined || LEVELS.includes(asked as string)) return;
  throw new McpError('invalid_params', `_meta["${META_LOG_LEVEL}"] must be one of ${LEVELS.join(', ')}`);
}

/**
 * The notification for a log message, if the request whose `_meta` is given asked for messages of this level.
 *
 * It leaves the process as it is: what is in `data` reaches the caller, who may be anyone. No credentials, no personal
 * data, no paths or addresses of what is inside.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/logging#log-message-notifications
 */
export function logNotification(
  meta: MetaObject,
  level: LoggingLevel,
  data: unknown,
  logger?: string,
): JsonRpcNotification | undefined {
  // What is asked for may be anything; a level that is none has rank -1, which nothing reaches from below.
  const least = LEVELS.indexOf(meta[META_LOG_LEVEL] as string);
  if (least === -1 || LEVELS.indexOf(level) < least) return undefined;
  // JSON leaves out what is undefined; `data` must be there.
  return { jsonrpc: '2.0', method: 'notifications/message', params: { level, logger, data: data ?? null } };
}

/** Makes the log messages of one request. */
export type RequestLog = (level: LoggingLevel, data: unknown, logger?: string) => JsonRpcNotification | undefined;

/**
 * {@link logNotification} for one request, which a handler that logs in a loop cannot flood: beyond `perSecond` messages
 * in a second, the rest of that second's are dropped.
 *
 * @param meta the request's `_meta`
 * @param perSecond messages a second. Default 100
 */
export function requestLog(meta: MetaObject, perSecond = 100): RequestLog {
  let second = 0;
  let count = 0;
  return (level, data, logger) => {
    const notification = logNotification(meta, level, data, logger);
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) count = 0;
    second = now;
    return notification !== undefined && count++ < perSecond ? notification : undefined;
  };
}
