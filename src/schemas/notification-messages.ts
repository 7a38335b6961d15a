/** Notifications, whole. */
import type {
  CancelledNotification,
  ClientNotification,
  LoggingMessageNotification,
  ProgressNotification,
  PromptListChangedNotification,
  ResourceListChangedNotification,
  ResourceUpdatedNotification,
  ServerNotification,
  SubscriptionsAcknowledgedNotification,
  ToolListChangedNotification,
} from '../spec/types.js';
import {
  CancelledNotificationParamsSchema,
  LoggingMessageNotificationParamsSchema,
  ProgressNotificationParamsSchema,
  ResourceUpdatedNotificationParamsSchema,
  SubscriptionsAcknowledgedNotificationParamsSchema,
} from './notifications.js';
import { exact, oneOf, type WireSchema } from './exact.js';
import { bareNotification, notification } from './json-rpc.js';

/** A `notifications/cancelled`. */
export const CancelledNotificationSchema: WireSchema<CancelledNotification> = notification(
  'notifications/cancelled',
  CancelledNotificationParamsSchema,
);

/** A `notifications/progress`. */
export const ProgressNotificationSchema: WireSchema<ProgressNotification> = notification(
  'notifications/progress',
  ProgressNotificationParamsSchema,
);

/** A `notifications/message`. */
export const LoggingMessageNotificationSchema: WireSchema<LoggingMessageNotification> = notification(
  'notifications/message',
  LoggingMessageNotificationParamsSchema,
);

/** A `notifications/subscriptions/acknowledged`. */
export const SubscriptionsAcknowledgedNotificationSchema: WireSchema<SubscriptionsAcknowledgedNotification> =
  notification('notifications/subscriptions/acknowledged', SubscriptionsAcknowledgedNotificationParamsSchema);

/** A `notifications/resources/updated`. */
export const ResourceUpdatedNotificationSchema: WireSchema<ResourceUpdatedNotification> = notification(
  'notifications/resources/updated',
  ResourceUpdatedNotificationParamsSchema,
);

/** A `notifications/resources/list_changed`. */
export const ResourceListChangedNotificationSchema: WireSchema<ResourceListChangedNotification> = bareNotification(
  'notifications/resources/list_changed',
);

/** A `notifications/tools/list_changed`. */
export const ToolListChangedNotificationSchema: WireSchema<ToolListChangedNotification> = bareNotification(
  'notifications/tools/list_changed',
);

/** A `notifications/prompts/list_changed`. */
export const PromptListChangedNotificationSchema: WireSchema<PromptListChangedNotification> = bareNotification(
  'notifications/prompts/list_changed',
);

/** Any notification that a client sends. */
export const ClientNotificationSchema: WireSchema<ClientNotification> = exact(CancelledNotificationSchema);

/** Any notification that a server sends. */
export const ServerNotificationSchema: WireSchema<ServerNotification> = exact(
  oneOf('method', [
    CancelledNotificationSchema,
    ProgressNotificationSchema,
    LoggingMessageNotificationSchema,
    SubscriptionsAcknowledgedNotificationSchema,
    ResourceUpdatedNotificationSchema,
    ResourceListChangedNotificationSchema,
    ToolListChangedNotificationSchema,
    PromptListChangedNotificationSchema,
  ]),
);
