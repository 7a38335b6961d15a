/** Sampling: a server asks the client's model. Deprecated by revision 2026-07-28. */
import * as z from 'zod/mini';
import type {
  CreateMessageRequestParams,
  CreateMessageResult,
  ModelHint,
  ModelPreferences,
  SamplingMessage,
  SamplingMessageContentBlock,
  ToolChoice,
  ToolResultContent,
  ToolUseContent,
} from '../spec/types.js';
import { MetaObjectSchema, RoleSchema } from './base.js';
import { AudioContentSchema, ContentBlockSchema, ImageContentSchema, TextContentSchema } from './content.js';
import { exact, jsonObject, oneOf, share, type WireSchema } from './exact.js';
import { ToolSchema } from './tool.js';

/** One model that would be liked. */
export const ModelHintSchema: WireSchema<ModelHint> = exact(z.looseObject({ name: z.exactOptional(z.string()) }));

/** Which model would be liked. */
export const ModelPreferencesSchema: WireSchema<ModelPreferences> = exact(
  z.looseObject({
    hints: z.exactOptional(z.array(ModelHintSchema)),
    costPriority: z.exactOptional(share),
    speedPriority: z.exactOptional(share),
    intelligencePriority: z.exactOptional(share),
  }),
);

/** Whether the model may or must use tools. */
export const ToolChoiceSchema: WireSchema<ToolChoice> = exact(
  z.looseObject({ mode: z.exactOptional(z.enum(['auto', 'required', 'none'])) }),
);

/** The model wants a tool called. */
export const ToolUseContentSchema: WireSchema<ToolUseContent> = exact(
  z.looseObject({
    type: z.literal('tool_use'),
    id: z.string(),
    name: z.string(),
    input: jsonObject,
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** What a tool answered, for the model. */
export const ToolResultContentSchema: WireSchema<ToolResultContent> = exact(
  z.looseObject({
    type: z.literal('tool_result'),
    toolUseId: z.string(),
    content: z.array(ContentBlockSchema),
    structuredContent: z.exactOptional(z.unknown()),
    isError: z.exactOptional(z.boolean()),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** One block of a message. */
export const SamplingMessageContentBlockSchema: WireSchema<SamplingMessageContentBlock> = exact(
  oneOf('type', [
    TextContentSchema,
    ImageContentSchema,
    AudioContentSchema,
    ToolUseContentSchema,
    ToolResultContentSchema,
  ]),
);

/** One message of a conversation with a model. */
export const SamplingMessageSchema: WireSchema<SamplingMessage> = exact(
  z.looseObject({
    role: RoleSchema,
    content: z.union([SamplingMessageContentBlockSchema, z.array(SamplingMessageContentBlockSchema)]),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** The params of `sampling/createMessage`. */
export const CreateMessageRequestParamsSchema: WireSchema<CreateMessageRequestParams> = exact(
  z.looseObject({
    messages: z.array(SamplingMessageSchema),
    modelPreferences: z.exactOptional(ModelPreferencesSchema),
    systemPrompt: z.exactOptional(z.string()),
    includeContext: z.exactOptional(z.enum(['none', 'thisServer', 'allServers'])),
    temperature: z.exactOptional(z.number()),
    maxTokens: z.int(),
    stopSequences: z.exactOptional(z.array(z.string())),
    metadata: z.exactOptional(jsonObject),
    tools: z.exactOptional(z.array(ToolSchema)),
    toolChoice: z.exactOptional(ToolChoiceSchema),
  }),
);

// Providers have reasons of their own: every string is one.
const stopReason = z.string() as unknown as WireSchema<Exclude<CreateMessageResult['stopReason'], undefined>>;

/** The result of `sampling/createMessage`. */
export const CreateMessageResultSchema: WireSchema<CreateMessageResult> = exact(
  z.looseObject({
    role: RoleSchema,
    content: z.union([SamplingMessageContentBlockSchema, z.array(SamplingMessageContentBlockSchema)]),
    _meta: z.exactOptional(MetaObjectSchema),
    model: z.string(),
    stopReason: z.exactOptional(stopReason),
  }),
);
