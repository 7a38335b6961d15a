/**
 * Subscriptions: one long request on whose stream a server tells what changes.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions
 */
import type { NotificationParams, RequestParams, Result, ResultMetaObject } from './base.js';
import type { RequestId } from './envelope.js';

/** What a client wants to hear of. Nothing else is sent. */
export interface SubscriptionFilter {
  /** The list of tools changed. */
  readonly toolsListChanged?: boolean;
  /** The list of prompts changed. */
  readonly promptsListChanged?: boolean;
  /** The list of resources changed. */
  readonly resourcesListChanged?: boolean;
  /** One of these resources changed, by URI. */
  readonly resourceSubscriptions?: readonly string[];
}

/** The params of `subscriptions/listen`. */
export interface SubscriptionsListenRequestParams extends RequestParams {
  /** What to tell of. */
  readonly notifications: SubscriptionFilter;
}

/** The `_meta` of a {@link SubscriptionsListenResult}. */
export interface SubscriptionsListenResultMetaObject extends ResultMetaObject {
  /** The id of the `subscriptions/listen` request that ends here. */
  readonly 'io.modelcontextprotocol/subscriptionId': RequestId;
}

/** The result of `subscriptions/listen`: the server ends the subscription. */
export interface SubscriptionsListenResult extends Result {
  /** Which subscription. */
  readonly _meta: SubscriptionsListenResultMetaObject;
}

/** The params of `notifications/subscriptions/acknowledged`, the first notification of a subscription. */
export interface SubscriptionsAcknowledgedNotificationParams extends NotificationParams {
  /** What the server will tell of: what was asked for, less what it does not have. */
  readonly notifications: SubscriptionFilter;
}

/** The params of `notifications/resources/updated`. */
export interface ResourceUpdatedNotificationParams extends NotificationParams {
  /** The resource that changed, or a part of the one that was subscribed to. */
  readonly uri: string;
}
