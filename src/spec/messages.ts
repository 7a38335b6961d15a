/**
 * Whole messages: which method goes with which params and which result.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#messages
 */
import type { ClientCapabilities, EmptyResult, NotificationParams, RequestParams } from './base.js';
import type { DiscoverResult } from './discover.js';
import type { JsonRpcErrorObject, RequestId } from './envelope.js';
import type { InputRequiredResult } from './input.js';
import type {
  CancelledNotificationParams,
  LoggingMessageNotificationParams,
  ProgressNotificationParams,
} from './notifications.js';
import type {
  CompleteRequestParams,
  CompleteResult,
  GetPromptRequestParams,
  GetPromptResult,
  ListPromptsRequestParams,
  ListPromptsResult,
} from './prompts.js';
import type {
  ListResourcesRequestParams,
  ListResourcesResult,
  ListResourceTemplatesRequestParams,
  ListResourceTemplatesResult,
  ReadResourceRequestParams,
  ReadResourceResult,
} from './resources.js';
import type {
  ResourceUpdatedNotificationParams,
  SubscriptionsAcknowledgedNotificationParams,
  SubscriptionsListenRequestParams,
  SubscriptionsListenResult,
} from './subscriptions.js';
import type { CallToolRequestParams, CallToolResult, ListToolsRequestParams, ListToolsResult } from './tools.js';

/** A request of one method. */
export interface RequestMessage<Method extends string, Params> {
  /** Always `2.0`. */
  readonly jsonrpc: '2.0';
  /** What the response carries to name its request. */
  readonly id: RequestId;
  /** What is to be done. */
  readonly method: Method;
  /** What it is to be done with. */
  readonly params: Params;
}

/** A notification of one method. */
export interface NotificationMessage<Method extends string, Params> {
  /** Always `2.0`. */
  readonly jsonrpc: '2.0';
  /** What has happened. */
  readonly method: Method;
  /** The particulars. */
  readonly params: Params;
}

/** A notification of one method that may have nothing to add. */
export interface BareNotificationMessage<Method extends string> {
  /** Always `2.0`. */
  readonly jsonrpc: '2.0';
  /** What has happened. */
  readonly method: Method;
  /** Nothing but metadata. */
  readonly params?: NotificationParams;
}

/** The response to a request of one method. */
export interface ResultMessage<Value> {
  /** Always `2.0`. */
  readonly jsonrpc: '2.0';
  /** The request's id. */
  readonly id: RequestId;
  /** What came of it. */
  readonly result: Value;
}

/** A response with an error of one code. */
export interface ErrorMessage<ErrorObject> {
  /** Always `2.0`. */
  readonly jsonrpc: '2.0';
  /** The request's id. Absent (or `null`, from older peers) when it could not be read. */
  readonly id?: RequestId | null;
  /** What went wrong. */
  readonly error: ErrorObject;
}

/** Asks what the server speaks and offers. */
export type DiscoverRequest = RequestMessage<'server/discover', RequestParams>;

/** The response to `server/discover`. */
export type DiscoverResultResponse = ResultMessage<DiscoverResult>;

/** Asks for a page of tools. */
export type ListToolsRequest = RequestMessage<'tools/list', ListToolsRequestParams>;

/** The response to `tools/list`. */
export type ListToolsResultResponse = ResultMessage<ListToolsResult>;

/** Calls a tool. */
export type CallToolRequest = RequestMessage<'tools/call', CallToolRequestParams>;

/** The response to `tools/call`. */
export type CallToolResultResponse = ResultMessage<CallToolResult | InputRequiredResult>;

/** Asks for a page of resources. */
export type ListResourcesRequest = RequestMessage<'resources/list', ListResourcesRequestParams>;

/** The response to `resources/list`. */
export type ListResourcesResultResponse = ResultMessage<ListResourcesResult>;

/** Asks for a page of resource templates. */
export type ListResourceTemplatesRequest = RequestMessage<
  'resources/templates/list',
  ListResourceTemplatesRequestParams
>;

/** The response to `resources/templates/list`. */
export type ListResourceTemplatesResultResponse = ResultMessage<ListResourceTemplatesResult>;

/** Reads a resource. */
export type ReadResourceRequest = RequestMessage<'resources/read', ReadResourceRequestParams>;

/** The response to `resources/read`. */
export type ReadResourceResultResponse = ResultMessage<ReadResourceResult | InputRequiredResult>;

/** Asks for a page of prompts. */
export type ListPromptsRequest = RequestMessage<'prompts/list', ListPromptsRequestParams>;

/** The response to `prompts/list`. */
export type ListPromptsResultResponse = ResultMessage<ListPromptsResult>;

/** Fills in a prompt. */
export type GetPromptRequest = RequestMessage<'prompts/get', GetPromptRequestParams>;

/** The response to `prompts/get`. */
export type GetPromptResultResponse = ResultMessage<GetPromptResult | InputRequiredResult>;

/** Asks how an argument could go on. */
export type CompleteRequest = RequestMessage<'completion/complete', CompleteRequestParams>;

/** The response to `completion/complete`. */
export type CompleteResultResponse = ResultMessage<CompleteResult>;

/** Asks to be told of changes. */
export type SubscriptionsListenRequest = RequestMessage<'subscriptions/listen', SubscriptionsListenRequestParams>;

/** The response to `subscriptions/listen`. */
export type SubscriptionsListenResultResponse = ResultMessage<SubscriptionsListenResult>;

/** The sender gave a request up. */
export type CancelledNotification = NotificationMessage<'notifications/cancelled', CancelledNotificationParams>;

/** A request goes on. */
export type ProgressNotification = NotificationMessage<'notifications/progress', ProgressNotificationParams>;

/**
 * The server logs something.
 *
 * Logging is deprecated by revision 2026-07-28.
 */
export type LoggingMessageNotification = NotificationMessage<'notifications/message', LoggingMessageNotificationParams>;

/** A subscription begins. */
export type SubscriptionsAcknowledgedNotification = NotificationMessage<
  'notifications/subscriptions/acknowledged',
  SubscriptionsAcknowledgedNotificationParams
>;

/** A resource changed. */
export type ResourceUpdatedNotification = NotificationMessage<
  'notifications/resources/updated',
  ResourceUpdatedNotificationParams
>;

/** The list of resources changed. */
export type ResourceListChangedNotification = BareNotificationMessage<'notifications/resources/list_changed'>;

/** The list of tools changed. */
export type ToolListChangedNotification = BareNotificationMessage<'notifications/tools/list_changed'>;

/** The list of prompts changed. */
export type PromptListChangedNotification = BareNotificationMessage<'notifications/prompts/list_changed'>;

/** Any request that a client sends. */
export type ClientRequest =
  | DiscoverRequest
  | ListToolsRequest
  | CallToolRequest
  | ListResourcesRequest
  | ListResourceTemplatesRequest
  | ReadResourceRequest
  | ListPromptsRequest
  | GetPromptRequest
  | CompleteRequest
  | SubscriptionsListenRequest;

/** Any notification that a client sends. */
export type ClientNotification = CancelledNotification;

/** Any notification that a server sends. */
export type ServerNotification =
  | CancelledNotification
  | ProgressNotification
  | LoggingMessageNotification
  | SubscriptionsAcknowledgedNotification
  | ResourceUpdatedNotification
  | ResourceListChangedNotification
  | ToolListChangedNotification
  | PromptListChangedNotification;

/** Any result that a client sends: there is none but the empty one, since answers travel in requests. */
export type ClientResult = EmptyResult;

/** Any result that a server sends. */
export type ServerResult =
  | EmptyResult
  | DiscoverResult
  | ListToolsResult
  | CallToolResult
  | ListResourcesResult
  | ListResourceTemplatesResult
  | ReadResourceResult
  | ListPromptsResult
  | GetPromptResult
  | CompleteResult
  | SubscriptionsListenResult
  | InputRequiredResult;

/** The headers of a request say something else than its body. */
export type HeaderMismatchError = ErrorMessage<JsonRpcErrorObject & { readonly code: -32020 }>;

/** The request needs a capability that the client did not declare. */
export type MissingRequiredClientCapabilityError = ErrorMessage<
  JsonRpcErrorObject & {
    readonly code: -32021;
    /** What the client would have to declare. */
    readonly data: { readonly requiredCapabilities: ClientCapabilities };
  }
>;

/** The server does not speak the request's revision. */
export type UnsupportedProtocolVersionError = ErrorMessage<
  JsonRpcErrorObject & {
    readonly code: -32022;
    /** What the server speaks, and what was asked for. */
    readonly data: { readonly supported: readonly string[]; readonly requested: string };
  }
>;
