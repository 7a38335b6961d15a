/** Requests, whole. */
import type {
  CallToolRequest,
  ClientRequest,
  CompleteRequest,
  DiscoverRequest,
  GetPromptRequest,
  ListPromptsRequest,
  ListResourceTemplatesRequest,
  ListResourcesRequest,
  ListToolsRequest,
  ReadResourceRequest,
  SubscriptionsListenRequest,
} from '../spec/types.js';
import { RequestParamsSchema } from './common.js';
import { SubscriptionsListenRequestParamsSchema } from './notifications.js';
import {
  CompleteRequestParamsSchema,
  GetPromptRequestParamsSchema,
  ListPromptsRequestParamsSchema,
} from './prompts.js';
import {
  ListResourceTemplatesRequestParamsSchema,
  ListResourcesRequestParamsSchema,
  ReadResourceRequestParamsSchema,
} from './resources.js';
import { CallToolRequestParamsSchema, ListToolsRequestParamsSchema } from './tools.js';
import { exact, oneOf, type WireSchema } from './exact.js';
import { request } from './json-rpc.js';

/** A request of `server/discover`. */
export const DiscoverRequestSchema: WireSchema<DiscoverRequest> = request('server/discover', RequestParamsSchema);

/** A request of `tools/list`. */
export const ListToolsRequestSchema: WireSchema<ListToolsRequest> = request('tools/list', ListToolsRequestParamsSchema);

/** A request of `tools/call`. */
export const CallToolRequestSchema: WireSchema<CallToolRequest> = request('tools/call', CallToolRequestParamsSchema);

/** A request of `resources/list`. */
export const ListResourcesRequestSchema: WireSchema<ListResourcesRequest> = request(
  'resources/list',
  ListResourcesRequestParamsSchema,
);

/** A request of `resources/templates/list`. */
export const ListResourceTemplatesRequestSchema: WireSchema<ListResourceTemplatesRequest> = request(
  'resources/templates/list',
  ListResourceTemplatesRequestParamsSchema,
);

/** A request of `resources/read`. */
export const ReadResourceRequestSchema: WireSchema<ReadResourceRequest> = request(
  'resources/read',
  ReadResourceRequestParamsSchema,
);

/** A request of `prompts/list`. */
export const ListPromptsRequestSchema: WireSchema<ListPromptsRequest> = request(
  'prompts/list',
  ListPromptsRequestParamsSchema,
);

/** A request of `prompts/get`. */
export const GetPromptRequestSchema: WireSchema<GetPromptRequest> = request(
  'prompts/get',
  GetPromptRequestParamsSchema,
);

/** A request of `completion/complete`. */
export const CompleteRequestSchema: WireSchema<CompleteRequest> = request(
  'completion/complete',
  CompleteRequestParamsSchema,
);

/** A request of `subscriptions/listen`. */
export const SubscriptionsListenRequestSchema: WireSchema<SubscriptionsListenRequest> = request(
  'subscriptions/listen',
  SubscriptionsListenRequestParamsSchema,
);

/** Any request that a client sends. */
export const ClientRequestSchema: WireSchema<ClientRequest> = exact(
  oneOf('method', [
    DiscoverRequestSchema,
    ListToolsRequestSchema,
    CallToolRequestSchema,
    ListResourcesRequestSchema,
    ListResourceTemplatesRequestSchema,
    ReadResourceRequestSchema,
    ListPromptsRequestSchema,
    GetPromptRequestSchema,
    CompleteRequestSchema,
    SubscriptionsListenRequestSchema,
  ]),
);
