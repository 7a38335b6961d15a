/** Prompts, and the completion of arguments. */
import * as z from 'zod/mini';
import type {
  CompleteRequestParams,
  CompleteResult,
  GetPromptRequestParams,
  GetPromptResult,
  ListPromptsRequestParams,
  ListPromptsResult,
  Prompt,
  PromptArgument,
  PromptMessage,
  PromptReference,
  ResourceTemplateReference,
} from '../spec/types.js';
import { IconSchema, MetaObjectSchema, RoleSchema } from './base.js';
import { page, PaginatedRequestParamsSchema, requestParams, resultWith } from './common.js';
import { ContentBlockSchema } from './content.js';
import { exact, oneOf, strings, where, type WireSchema } from './exact.js';
import { InputResponsesSchema } from './input.js';

/** One argument of a prompt. */
export const PromptArgumentSchema: WireSchema<PromptArgument> = exact(
  z.looseObject({
    name: z.string(),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    required: z.exactOptional(z.boolean()),
  }),
);

/** A prompt as `prompts/list` shows it. */
export const PromptSchema: WireSchema<Prompt> = exact(
  z.looseObject({
    name: z.string(),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    arguments: z.exactOptional(z.array(PromptArgumentSchema)),
    icons: z.exactOptional(z.array(IconSchema)),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** One message of a prompt. */
export const PromptMessageSchema: WireSchema<PromptMessage> = exact(
  z.looseObject({ role: RoleSchema, content: ContentBlockSchema }),
);

/** The params of `prompts/list`. */
export const ListPromptsRequestParamsSchema: WireSchema<ListPromptsRequestParams> = PaginatedRequestParamsSchema;

/** The result of `prompts/list`. */
export const ListPromptsResultSchema: WireSchema<ListPromptsResult> = exact(page({ prompts: z.array(PromptSchema) }));

/** The params of `prompts/get`. */
export const GetPromptRequestParamsSchema: WireSchema<GetPromptRequestParams> = exact(
  requestParams({
    name: z.string(),
    arguments: z.exactOptional(strings),
    inputResponses: z.exactOptional(InputResponsesSchema),
    requestState: z.exactOptional(z.string()),
  }),
);

/** The result of `prompts/get`. */
export const GetPromptResultSchema: WireSchema<GetPromptResult> = exact(
  resultWith({ description: z.exactOptional(z.string()), messages: z.array(PromptMessageSchema) }),
);

/** Points at a prompt whose argument is completed. */
export const PromptReferenceSchema: WireSchema<PromptReference> = exact(
  z.looseObject({ type: z.literal('ref/prompt'), name: z.string(), title: z.exactOptional(z.string()) }),
);

/** Points at a resource template whose variable is completed. */
export const ResourceTemplateReferenceSchema: WireSchema<ResourceTemplateReference> = exact(
  z.looseObject({ type: z.literal('ref/resource'), uri: z.string() }),
);

/** The params of `completion/complete`. */
export const CompleteRequestParamsSchema: WireSchema<CompleteRequestParams> = exact(
  requestParams({
    ref: oneOf('type', [PromptReferenceSchema, ResourceTemplateReferenceSchema]),
    argument: z.looseObject({ name: z.string(), value: z.string() }),
    context: z.exactOptional(z.looseObject({ arguments: z.exactOptional(strings) })),
  }),
);

/** The result of `completion/complete`. */
export const CompleteResultSchema: WireSchema<CompleteResult> = exact(
  resultWith({
    completion: z.looseObject({
      values: where(z.array(z.string()), z.maxLength(100)),
      total: z.exactOptional(z.int()),
      hasMore: z.exactOptional(z.boolean()),
    }),
  }),
);
