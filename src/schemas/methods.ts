/** Methods by name, for those who look at messages of every method: gateways, recorders, proxies. */
import * as z from 'zod/mini';
import { callToolAnswer, getPromptAnswer, readResourceAnswer } from './answers.js';
import { MetaObjectSchema } from './base.js';
import { NotificationParamsSchema, RequestParamsSchema } from './common.js';
import { DiscoverResultSchema } from './discover.js';
import { ElicitRequestParamsSchema, ElicitResultSchema } from './elicitation.js';
import { ListRootsResultSchema } from './input.js';
import {
  CancelledNotificationParamsSchema,
  LoggingMessageNotificationParamsSchema,
  ProgressNotificationParamsSchema,
  ResourceUpdatedNotificationParamsSchema,
  SubscriptionsAcknowledgedNotificationParamsSchema,
  SubscriptionsListenRequestParamsSchema,
  SubscriptionsListenResultSchema,
} from './notifications.js';
import {
  CompleteRequestParamsSchema,
  CompleteResultSchema,
  GetPromptRequestParamsSchema,
  ListPromptsRequestParamsSchema,
  ListPromptsResultSchema,
} from './prompts.js';
import {
  ListResourceTemplatesRequestParamsSchema,
  ListResourceTemplatesResultSchema,
  ListResourcesRequestParamsSchema,
  ListResourcesResultSchema,
  ReadResourceRequestParamsSchema,
} from './resources.js';
import { CreateMessageRequestParamsSchema, CreateMessageResultSchema } from './sampling.js';
import { CallToolRequestParamsSchema, ListToolsRequestParamsSchema, ListToolsResultSchema } from './tools.js';

/** The requests that a client sends: their params, and what the server may answer. */
export const methodSchemas = {
  'server/discover': { params: RequestParamsSchema, result: DiscoverResultSchema },
  'tools/list': { params: ListToolsRequestParamsSchema, result: ListToolsResultSchema },
  'tools/call': { params: CallToolRequestParamsSchema, result: callToolAnswer },
  'resources/list': { params: ListResourcesRequestParamsSchema, result: ListResourcesResultSchema },
  'resources/templates/list': {
    params: ListResourceTemplatesRequestParamsSchema,
    result: ListResourceTemplatesResultSchema,
  },
  'resources/read': { params: ReadResourceRequestParamsSchema, result: readResourceAnswer },
  'prompts/list': { params: ListPromptsRequestParamsSchema, result: ListPromptsResultSchema },
  'prompts/get': { params: GetPromptRequestParamsSchema, result: getPromptAnswer },
  'completion/complete': { params: CompleteRequestParamsSchema, result: CompleteResultSchema },
  'subscriptions/listen': { params: SubscriptionsListenRequestParamsSchema, result: SubscriptionsListenResultSchema },
} as const;

/** The params of notifications, of either side. Those of `list_changed` may be absent. */
export const notificationSchemas = {
  'notifications/cancelled': { params: CancelledNotificationParamsSchema },
  'notifications/progress': { params: ProgressNotificationParamsSchema },
  'notifications/message': { params: LoggingMessageNotificationParamsSchema },
  'notifications/subscriptions/acknowledged': { params: SubscriptionsAcknowledgedNotificationParamsSchema },
  'notifications/resources/updated': { params: ResourceUpdatedNotificationParamsSchema },
  'notifications/resources/list_changed': { params: NotificationParamsSchema },
  'notifications/tools/list_changed': { params: NotificationParamsSchema },
  'notifications/prompts/list_changed': { params: NotificationParamsSchema },
} as const;

/** What a server asks back: the params of each question, and the answer. */
export const inputSchemas = {
  'elicitation/create': { params: ElicitRequestParamsSchema, result: ElicitResultSchema },
  'sampling/createMessage': { params: CreateMessageRequestParamsSchema, result: CreateMessageResultSchema },
  'roots/list': { params: z.looseObject({ _meta: z.exactOptional(MetaObjectSchema) }), result: ListRootsResultSchema },
} as const;
