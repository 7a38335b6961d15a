/** What accompanies a request while it runs: progress, log messages, cancellation. */
import type { LoggingLevel, NotificationParams, ProgressToken } from './base.js';
import type { RequestId } from './envelope.js';

/** The params of `notifications/progress`. */
export interface ProgressNotificationParams extends NotificationParams {
  /** The token that the request carried. */
  readonly progressToken: ProgressToken;
  /** How far the work is; it only increases. */
  readonly progress: number;
  /** Where it ends, if known. */
  readonly total?: number;
  /** For people. */
  readonly message?: string;
}

/** The params of `notifications/message`. */
export interface LoggingMessageNotificationParams extends NotificationParams {
  /** How severe it is. */
  readonly level: LoggingLevel;
  /** Any JSON. */
  readonly data: unknown;
  /** Which part of the server speaks. */
  readonly logger?: string;
}

/** The params of `notifications/cancelled`. */
export interface CancelledNotificationParams extends NotificationParams {
  /** Which request. */
  readonly requestId: RequestId;
  /** Why, for people. */
  readonly reason?: string;
}
