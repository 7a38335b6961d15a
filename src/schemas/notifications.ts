/** Subscriptions, and what accompanies a request while it runs. */
import * as z from 'zod/mini';
import type {
  CancelledNotificationParams,
  LoggingMessageNotificationParams,
  ProgressNotificationParams,
  ResourceUpdatedNotificationParams,
  SubscriptionFilter,
  SubscriptionsAcknowledgedNotificationParams,
  SubscriptionsListenRequestParams,
  SubscriptionsListenResult,
  SubscriptionsListenResultMetaObject,
} from '../spec/types.js';
import {
  ImplementationSchema,
  LoggingLevelSchema,
  ProgressTokenSchema,
  RequestIdSchema,
  ResultTypeSchema,
} from './base.js';
import { notificationParams, requestParams } from './common.js';
import { anything, exact, type WireSchema } from './exact.js';

/** What a client wants to hear of. */
export const SubscriptionFilterSchema: WireSchema<SubscriptionFilter> = exact(
  z.looseObject({
    toolsListChanged: z.exactOptional(z.boolean()),
    promptsListChanged: z.exactOptional(z.boolean()),
    resourcesListChanged: z.exactOptional(z.boolean()),
    resourceSubscriptions: z.exactOptional(z.array(z.string())),
  }),
);

/** The params of `subscriptions/listen`. */
export const SubscriptionsListenRequestParamsSchema: WireSchema<SubscriptionsListenRequestParams> = exact(
  requestParams({ notifications: SubscriptionFilterSchema }),
);

/** The `_meta` of the result of `subscriptions/listen`. */
export const SubscriptionsListenResultMetaObjectSchema: WireSchema<SubscriptionsListenResultMetaObject> = exact(
  z.looseObject({
    'io.modelcontextprotocol/serverInfo': z.exactOptional(ImplementationSchema),
    'io.modelcontextprotocol/subscriptionId': RequestIdSchema,
  }),
);

/** The result of `subscriptions/listen`: the server ends the subscription. */
export const SubscriptionsListenResultSchema: WireSchema<SubscriptionsListenResult> = exact(
  z.looseObject({
    resultType: z.exactOptional(ResultTypeSchema),
    _meta: SubscriptionsListenResultMetaObjectSchema,
  }),
);

/** The params of `notifications/subscriptions/acknowledged`. */
export const SubscriptionsAcknowledgedNotificationParamsSchema: WireSchema<SubscriptionsAcknowledgedNotificationParams> =
  exact(notificationParams({ notifications: SubscriptionFilterSchema }));

/** The params of `notifications/resources/updated`. */
export const ResourceUpdatedNotificationParamsSchema: WireSchema<ResourceUpdatedNotificationParams> = exact(
  notificationParams({ uri: z.string() }),
);

/** The params of `notifications/progress`. */
export const ProgressNotificationParamsSchema: WireSchema<ProgressNotificationParams> = exact(
  notificationParams({
    progressToken: ProgressTokenSchema,
    progress: z.number(),
    total: z.exactOptional(z.number()),
    message: z.exactOptional(z.string()),
  }),
);

/** The params of `notifications/message`. */
export const LoggingMessageNotificationParamsSchema: WireSchema<LoggingMessageNotificationParams> = exact(
  notificationParams({ level: LoggingLevelSchema, data: anything, logger: z.exactOptional(z.string()) }),
);

/** The params of `notifications/cancelled`. */
export const CancelledNotificationParamsSchema: WireSchema<CancelledNotificationParams> = exact(
  notificationParams({ requestId: RequestIdSchema, reason: z.exactOptional(z.string()) }),
);
