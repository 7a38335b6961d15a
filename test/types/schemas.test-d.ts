/** Each schema yields its type, and no schema is taken for a type that it does not yield. */
import { describe, expectTypeOf, it } from 'vitest';
import type * as wire from 'mcpwire';
import * as schemas from 'mcpwire/schemas';
import * as z from 'zod/mini';
import { exact } from '../../src/schemas/exact.js';

/** What a schema yields. */
type Of<Name extends keyof typeof schemas> = (typeof schemas)[Name] extends z.ZodMiniType<infer Value> ? Value : never;

describe('a schema yields exactly its type', () => {
  it('base', () => {
    expectTypeOf<Of<'MetaObjectSchema'>>().toEqualTypeOf<wire.MetaObject>();
    expectTypeOf<Of<'ProgressTokenSchema'>>().toEqualTypeOf<wire.ProgressToken>();
    expectTypeOf<Of<'CursorSchema'>>().toEqualTypeOf<wire.Cursor>();
    expectTypeOf<Of<'RoleSchema'>>().toEqualTypeOf<wire.Role>();
    expectTypeOf<Of<'LoggingLevelSchema'>>().toEqualTypeOf<wire.LoggingLevel>();
    expectTypeOf<Of<'IconSchema'>>().toEqualTypeOf<wire.Icon>();
    expectTypeOf<Of<'ImplementationSchema'>>().toEqualTypeOf<wire.Implementation>();
    expectTypeOf<Of<'AnnotationsSchema'>>().toEqualTypeOf<wire.Annotations>();
    expectTypeOf<Of<'ClientCapabilitiesSchema'>>().toEqualTypeOf<wire.ClientCapabilities>();
    expectTypeOf<Of<'ServerCapabilitiesSchema'>>().toEqualTypeOf<wire.ServerCapabilities>();
    expectTypeOf<Of<'RequestMetaObjectSchema'>>().toEqualTypeOf<wire.RequestMetaObject>();
    expectTypeOf<Of<'NotificationMetaObjectSchema'>>().toEqualTypeOf<wire.NotificationMetaObject>();
    expectTypeOf<Of<'ResultMetaObjectSchema'>>().toEqualTypeOf<wire.ResultMetaObject>();
    expectTypeOf<Of<'RequestParamsSchema'>>().toEqualTypeOf<wire.RequestParams>();
    expectTypeOf<Of<'NotificationParamsSchema'>>().toEqualTypeOf<wire.NotificationParams>();
    expectTypeOf<Of<'PaginatedRequestParamsSchema'>>().toEqualTypeOf<wire.PaginatedRequestParams>();
    expectTypeOf<Of<'ResultTypeSchema'>>().toEqualTypeOf<wire.ResultType>();
    expectTypeOf<Of<'ResultSchema'>>().toEqualTypeOf<wire.Result>();
    expectTypeOf<Of<'EmptyResultSchema'>>().toEqualTypeOf<wire.EmptyResult>();
    expectTypeOf<Of<'PaginatedResultSchema'>>().toEqualTypeOf<wire.PaginatedResult>();
    expectTypeOf<Of<'CacheHintsSchema'>>().toEqualTypeOf<wire.CacheHints>();
    expectTypeOf<Of<'CacheableResultSchema'>>().toEqualTypeOf<wire.CacheableResult>();
  });

  it('content', () => {
    expectTypeOf<Of<'TextContentSchema'>>().toEqualTypeOf<wire.TextContent>();
    expectTypeOf<Of<'ImageContentSchema'>>().toEqualTypeOf<wire.ImageContent>();
    expectTypeOf<Of<'AudioContentSchema'>>().toEqualTypeOf<wire.AudioContent>();
    expectTypeOf<Of<'ResourceLinkSchema'>>().toEqualTypeOf<wire.ResourceLink>();
    expectTypeOf<Of<'TextResourceContentsSchema'>>().toEqualTypeOf<wire.TextResourceContents>();
    expectTypeOf<Of<'BlobResourceContentsSchema'>>().toEqualTypeOf<wire.BlobResourceContents>();
    expectTypeOf<Of<'EmbeddedResourceSchema'>>().toEqualTypeOf<wire.EmbeddedResource>();
    expectTypeOf<Of<'ContentBlockSchema'>>().toEqualTypeOf<wire.ContentBlock>();
  });

  it('discover', () => {
    expectTypeOf<Of<'DiscoverResultSchema'>>().toEqualTypeOf<wire.DiscoverResult>();
  });

  it('elicitation', () => {
    expectTypeOf<Of<'ElicitRequestFormParamsSchema'>>().toEqualTypeOf<wire.ElicitRequestFormParams>();
    expectTypeOf<Of<'ElicitRequestURLParamsSchema'>>().toEqualTypeOf<wire.ElicitRequestURLParams>();
    expectTypeOf<Of<'ElicitRequestParamsSchema'>>().toEqualTypeOf<wire.ElicitRequestParams>();
    expectTypeOf<Of<'ElicitResultSchema'>>().toEqualTypeOf<wire.ElicitResult>();
    expectTypeOf<Of<'PrimitiveSchemaDefinitionSchema'>>().toEqualTypeOf<wire.PrimitiveSchemaDefinition>();
    expectTypeOf<Of<'StringSchemaSchema'>>().toEqualTypeOf<wire.StringSchema>();
    expectTypeOf<Of<'NumberSchemaSchema'>>().toEqualTypeOf<wire.NumberSchema>();
    expectTypeOf<Of<'BooleanSchemaSchema'>>().toEqualTypeOf<wire.BooleanSchema>();
    expectTypeOf<Of<'UntitledSingleSelectEnumSchemaSchema'>>().toEqualTypeOf<wire.UntitledSingleSelectEnumSchema>();
    expectTypeOf<Of<'TitledSingleSelectEnumSchemaSchema'>>().toEqualTypeOf<wire.TitledSingleSelectEnumSchema>();
    expectTypeOf<Of<'SingleSelectEnumSchemaSchema'>>().toEqualTypeOf<wire.SingleSelectEnumSchema>();
    expectTypeOf<Of<'UntitledMultiSelectEnumSchemaSchema'>>().toEqualTypeOf<wire.UntitledMultiSelectEnumSchema>();
    expectTypeOf<Of<'TitledMultiSelectEnumSchemaSchema'>>().toEqualTypeOf<wire.TitledMultiSelectEnumSchema>();
    expectTypeOf<Of<'MultiSelectEnumSchemaSchema'>>().toEqualTypeOf<wire.MultiSelectEnumSchema>();
    expectTypeOf<Of<'LegacyTitledEnumSchemaSchema'>>().toEqualTypeOf<wire.LegacyTitledEnumSchema>();
    expectTypeOf<Of<'EnumSchemaSchema'>>().toEqualTypeOf<wire.EnumSchema>();
  });

  it('envelope', () => {
    expectTypeOf<Of<'RequestIdSchema'>>().toEqualTypeOf<wire.RequestId>();
    expectTypeOf<Of<'JsonRpcRequestSchema'>>().toEqualTypeOf<wire.JsonRpcRequest>();
    expectTypeOf<Of<'JsonRpcNotificationSchema'>>().toEqualTypeOf<wire.JsonRpcNotification>();
    expectTypeOf<Of<'JsonRpcErrorObjectSchema'>>().toEqualTypeOf<wire.JsonRpcErrorObject>();
    expectTypeOf<Of<'JsonRpcResultResponseSchema'>>().toEqualTypeOf<wire.JsonRpcResultResponse>();
    expectTypeOf<Of<'JsonRpcErrorResponseSchema'>>().toEqualTypeOf<wire.JsonRpcErrorResponse>();
    expectTypeOf<Of<'JsonRpcResponseSchema'>>().toEqualTypeOf<wire.JsonRpcResponse>();
    expectTypeOf<Of<'JsonRpcMessageSchema'>>().toEqualTypeOf<wire.JsonRpcMessage>();
  });

  it('input', () => {
    expectTypeOf<Of<'CreateMessageRequestSchema'>>().toEqualTypeOf<wire.CreateMessageRequest>();
    expectTypeOf<Of<'ListRootsRequestSchema'>>().toEqualTypeOf<wire.ListRootsRequest>();
    expectTypeOf<Of<'ElicitRequestSchema'>>().toEqualTypeOf<wire.ElicitRequest>();
    expectTypeOf<Of<'RootSchema'>>().toEqualTypeOf<wire.Root>();
    expectTypeOf<Of<'ListRootsResultSchema'>>().toEqualTypeOf<wire.ListRootsResult>();
    expectTypeOf<Of<'InputRequestSchema'>>().toEqualTypeOf<wire.InputRequest>();
    expectTypeOf<Of<'InputResponseSchema'>>().toEqualTypeOf<wire.InputResponse>();
    expectTypeOf<Of<'InputRequestsSchema'>>().toEqualTypeOf<wire.InputRequests>();
    expectTypeOf<Of<'InputResponsesSchema'>>().toEqualTypeOf<wire.InputResponses>();
    expectTypeOf<Of<'InputRequiredResultSchema'>>().toEqualTypeOf<wire.InputRequiredResult>();
    expectTypeOf<Of<'InputResponseRequestParamsSchema'>>().toEqualTypeOf<wire.InputResponseRequestParams>();
  });

  it('messages', () => {
    expectTypeOf<Of<'DiscoverRequestSchema'>>().toEqualTypeOf<wire.DiscoverRequest>();
    expectTypeOf<Of<'DiscoverResultResponseSchema'>>().toEqualTypeOf<wire.DiscoverResultResponse>();
    expectTypeOf<Of<'ListToolsRequestSchema'>>().toEqualTypeOf<wire.ListToolsRequest>();
    expectTypeOf<Of<'ListToolsResultResponseSchema'>>().toEqualTypeOf<wire.ListToolsResultResponse>();
    expectTypeOf<Of<'CallToolRequestSchema'>>().toEqualTypeOf<wire.CallToolRequest>();
    expectTypeOf<Of<'CallToolResultResponseSchema'>>().toEqualTypeOf<wire.CallToolResultResponse>();
    expectTypeOf<Of<'ListResourcesRequestSchema'>>().toEqualTypeOf<wire.ListResourcesRequest>();
    expectTypeOf<Of<'ListResourcesResultResponseSchema'>>().toEqualTypeOf<wire.ListResourcesResultResponse>();
    expectTypeOf<Of<'ListResourceTemplatesRequestSchema'>>().toEqualTypeOf<wire.ListResourceTemplatesRequest>();
    expectTypeOf<
      Of<'ListResourceTemplatesResultResponseSchema'>
    >().toEqualTypeOf<wire.ListResourceTemplatesResultResponse>();
    expectTypeOf<Of<'ReadResourceRequestSchema'>>().toEqualTypeOf<wire.ReadResourceRequest>();
    expectTypeOf<Of<'ReadResourceResultResponseSchema'>>().toEqualTypeOf<wire.ReadResourceResultResponse>();
    expectTypeOf<Of<'ListPromptsRequestSchema'>>().toEqualTypeOf<wire.ListPromptsRequest>();
    expectTypeOf<Of<'ListPromptsResultResponseSchema'>>().toEqualTypeOf<wire.ListPromptsResultResponse>();
    expectTypeOf<Of<'GetPromptRequestSchema'>>().toEqualTypeOf<wire.GetPromptRequest>();
    expectTypeOf<Of<'GetPromptResultResponseSchema'>>().toEqualTypeOf<wire.GetPromptResultResponse>();
    expectTypeOf<Of<'CompleteRequestSchema'>>().toEqualTypeOf<wire.CompleteRequest>();
    expectTypeOf<Of<'CompleteResultResponseSchema'>>().toEqualTypeOf<wire.CompleteResultResponse>();
    expectTypeOf<Of<'SubscriptionsListenRequestSchema'>>().toEqualTypeOf<wire.SubscriptionsListenRequest>();
    expectTypeOf<
      Of<'SubscriptionsListenResultResponseSchema'>
    >().toEqualTypeOf<wire.SubscriptionsListenResultResponse>();
    expectTypeOf<Of<'CancelledNotificationSchema'>>().toEqualTypeOf<wire.CancelledNotification>();
    expectTypeOf<Of<'ProgressNotificationSchema'>>().toEqualTypeOf<wire.ProgressNotification>();
    expectTypeOf<Of<'LoggingMessageNotificationSchema'>>().toEqualTypeOf<wire.LoggingMessageNotification>();
    expectTypeOf<
      Of<'SubscriptionsAcknowledgedNotificationSchema'>
    >().toEqualTypeOf<wire.SubscriptionsAcknowledgedNotification>();
    expectTypeOf<Of<'ResourceUpdatedNotificationSchema'>>().toEqualTypeOf<wire.ResourceUpdatedNotification>();
    expectTypeOf<Of<'ResourceListChangedNotificationSchema'>>().toEqualTypeOf<wire.ResourceListChangedNotification>();
    expectTypeOf<Of<'ToolListChangedNotificationSchema'>>().toEqualTypeOf<wire.ToolListChangedNotification>();
    expectTypeOf<Of<'PromptListChangedNotificationSchema'>>().toEqualTypeOf<wire.PromptListChangedNotification>();
    expectTypeOf<Of<'ClientRequestSchema'>>().toEqualTypeOf<wire.ClientRequest>();
    expectTypeOf<Of<'ClientNotificationSchema'>>().toEqualTypeOf<wire.ClientNotification>();
    expectTypeOf<Of<'ServerNotificationSchema'>>().toEqualTypeOf<wire.ServerNotification>();
    expectTypeOf<Of<'ClientResultSchema'>>().toEqualTypeOf<wire.ClientResult>();
    expectTypeOf<Of<'ServerResultSchema'>>().toEqualTypeOf<wire.ServerResult>();
    expectTypeOf<Of<'HeaderMismatchErrorSchema'>>().toEqualTypeOf<wire.HeaderMismatchError>();
    expectTypeOf<
      Of<'MissingRequiredClientCapabilityErrorSchema'>
    >().toEqualTypeOf<wire.MissingRequiredClientCapabilityError>();
    expectTypeOf<Of<'UnsupportedProtocolVersionErrorSchema'>>().toEqualTypeOf<wire.UnsupportedProtocolVersionError>();
  });

  it('notifications', () => {
    expectTypeOf<Of<'ProgressNotificationParamsSchema'>>().toEqualTypeOf<wire.ProgressNotificationParams>();
    expectTypeOf<Of<'LoggingMessageNotificationParamsSchema'>>().toEqualTypeOf<wire.LoggingMessageNotificationParams>();
    expectTypeOf<Of<'CancelledNotificationParamsSchema'>>().toEqualTypeOf<wire.CancelledNotificationParams>();
  });

  it('prompts', () => {
    expectTypeOf<Of<'PromptSchema'>>().toEqualTypeOf<wire.Prompt>();
    expectTypeOf<Of<'PromptArgumentSchema'>>().toEqualTypeOf<wire.PromptArgument>();
    expectTypeOf<Of<'PromptMessageSchema'>>().toEqualTypeOf<wire.PromptMessage>();
    expectTypeOf<Of<'ListPromptsRequestParamsSchema'>>().toEqualTypeOf<wire.ListPromptsRequestParams>();
    expectTypeOf<Of<'ListPromptsResultSchema'>>().toEqualTypeOf<wire.ListPromptsResult>();
    expectTypeOf<Of<'GetPromptRequestParamsSchema'>>().toEqualTypeOf<wire.GetPromptRequestParams>();
    expectTypeOf<Of<'GetPromptResultSchema'>>().toEqualTypeOf<wire.GetPromptResult>();
    expectTypeOf<Of<'PromptReferenceSchema'>>().toEqualTypeOf<wire.PromptReference>();
    expectTypeOf<Of<'ResourceTemplateReferenceSchema'>>().toEqualTypeOf<wire.ResourceTemplateReference>();
    expectTypeOf<Of<'CompleteRequestParamsSchema'>>().toEqualTypeOf<wire.CompleteRequestParams>();
    expectTypeOf<Of<'CompleteResultSchema'>>().toEqualTypeOf<wire.CompleteResult>();
  });

  it('resources', () => {
    expectTypeOf<Of<'ResourceSchema'>>().toEqualTypeOf<wire.Resource>();
    expectTypeOf<Of<'ResourceTemplateSchema'>>().toEqualTypeOf<wire.ResourceTemplate>();
    expectTypeOf<Of<'ListResourcesRequestParamsSchema'>>().toEqualTypeOf<wire.ListResourcesRequestParams>();
    expectTypeOf<Of<'ListResourcesResultSchema'>>().toEqualTypeOf<wire.ListResourcesResult>();
    expectTypeOf<
      Of<'ListResourceTemplatesRequestParamsSchema'>
    >().toEqualTypeOf<wire.ListResourceTemplatesRequestParams>();
    expectTypeOf<Of<'ListResourceTemplatesResultSchema'>>().toEqualTypeOf<wire.ListResourceTemplatesResult>();
    expectTypeOf<Of<'ReadResourceRequestParamsSchema'>>().toEqualTypeOf<wire.ReadResourceRequestParams>();
    expectTypeOf<Of<'ReadResourceResultSchema'>>().toEqualTypeOf<wire.ReadResourceResult>();
  });

  it('sampling', () => {
    expectTypeOf<Of<'CreateMessageRequestParamsSchema'>>().toEqualTypeOf<wire.CreateMessageRequestParams>();
    expectTypeOf<Of<'ToolChoiceSchema'>>().toEqualTypeOf<wire.ToolChoice>();
    expectTypeOf<Of<'SamplingMessageSchema'>>().toEqualTypeOf<wire.SamplingMessage>();
    expectTypeOf<Of<'SamplingMessageContentBlockSchema'>>().toEqualTypeOf<wire.SamplingMessageContentBlock>();
    expectTypeOf<Of<'CreateMessageResultSchema'>>().toEqualTypeOf<wire.CreateMessageResult>();
    expectTypeOf<Of<'ToolUseContentSchema'>>().toEqualTypeOf<wire.ToolUseContent>();
    expectTypeOf<Of<'ToolResultContentSchema'>>().toEqualTypeOf<wire.ToolResultContent>();
    expectTypeOf<Of<'ModelPreferencesSchema'>>().toEqualTypeOf<wire.ModelPreferences>();
    expectTypeOf<Of<'ModelHintSchema'>>().toEqualTypeOf<wire.ModelHint>();
  });

  it('subscriptions', () => {
    expectTypeOf<Of<'SubscriptionFilterSchema'>>().toEqualTypeOf<wire.SubscriptionFilter>();
    expectTypeOf<Of<'SubscriptionsListenRequestParamsSchema'>>().toEqualTypeOf<wire.SubscriptionsListenRequestParams>();
    expectTypeOf<
      Of<'SubscriptionsListenResultMetaObjectSchema'>
    >().toEqualTypeOf<wire.SubscriptionsListenResultMetaObject>();
    expectTypeOf<Of<'SubscriptionsListenResultSchema'>>().toEqualTypeOf<wire.SubscriptionsListenResult>();
    expectTypeOf<
      Of<'SubscriptionsAcknowledgedNotificationParamsSchema'>
    >().toEqualTypeOf<wire.SubscriptionsAcknowledgedNotificationParams>();
    expectTypeOf<
      Of<'ResourceUpdatedNotificationParamsSchema'>
    >().toEqualTypeOf<wire.ResourceUpdatedNotificationParams>();
  });

  it('tools', () => {
    expectTypeOf<Of<'ToolAnnotationsSchema'>>().toEqualTypeOf<wire.ToolAnnotations>();
    expectTypeOf<Of<'ToolSchema'>>().toEqualTypeOf<wire.Tool>();
    expectTypeOf<Of<'ListToolsRequestParamsSchema'>>().toEqualTypeOf<wire.ListToolsRequestParams>();
    expectTypeOf<Of<'ListToolsResultSchema'>>().toEqualTypeOf<wire.ListToolsResult>();
    expectTypeOf<Of<'CallToolRequestParamsSchema'>>().toEqualTypeOf<wire.CallToolRequestParams>();
    expectTypeOf<Of<'CallToolResultSchema'>>().toEqualTypeOf<wire.CallToolResult>();
  });

  it('methods', () => {
    type Methods = typeof schemas.methodSchemas;
    expectTypeOf<keyof Methods>().toEqualTypeOf<wire.ClientRequest['method']>();
    expectTypeOf<z.infer<Methods['tools/call']['params']>>().toEqualTypeOf<wire.CallToolRequest['params']>();
    expectTypeOf<z.infer<Methods['tools/call']['result']>>().toEqualTypeOf<wire.CallToolResultResponse['result']>();
    expectTypeOf<keyof typeof schemas.notificationSchemas>().toEqualTypeOf<wire.ServerNotification['method']>();
    expectTypeOf<keyof typeof schemas.inputSchemas>().toEqualTypeOf<wire.InputRequest['method']>();
  });
});

describe('exact', () => {
  const uri = z.string();
  const name = z.exactOptional(z.string());
  const meta = z.exactOptional(schemas.MetaObjectSchema);

  it('takes a schema that yields the type', () => {
    const same: schemas.WireSchema<wire.Root> = exact(z.looseObject({ uri, name, _meta: meta }));
    expectTypeOf<z.infer<typeof same>>().toEqualTypeOf<wire.Root>();
  });

  it('refuses every other', () => {
    // @ts-expect-error a member is missing
    const missing: schemas.WireSchema<wire.Root> = exact(z.looseObject({ uri, _meta: meta }));
    // @ts-expect-error a member too many
    const more: schemas.WireSchema<wire.Root> = exact(z.looseObject({ uri, name, _meta: meta, size: z.number() }));
    // @ts-expect-error an optional member is required
    const required: schemas.WireSchema<wire.Root> = exact(z.looseObject({ uri, name: z.string(), _meta: meta }));
    // @ts-expect-error a required member is optional
    const optional: schemas.WireSchema<wire.Root> = exact(z.looseObject({ uri: name, name, _meta: meta }));
    // @ts-expect-error an optional member may be undefined
    const loose: schemas.WireSchema<wire.Root> = exact(z.looseObject({ uri, name: z.optional(uri), _meta: meta }));
    // @ts-expect-error a member is wider
    const wider: schemas.WireSchema<wire.Root> = exact(z.looseObject({ uri: z.unknown(), name, _meta: meta }));
    // @ts-expect-error a member is narrower
    const narrower: schemas.WireSchema<wire.Root> = exact(z.looseObject({ uri: z.literal('x'), name, _meta: meta }));
    expectTypeOf([missing, more, required, optional, loose, wider, narrower]).toBeArray();
  });
});
