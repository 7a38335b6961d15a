/** Tools: how they are listed and called. */
import * as z from 'zod/mini';
import type { CallToolRequestParams, CallToolResult, ListToolsRequestParams, ListToolsResult } from '../spec/types.js';
import { page, PaginatedRequestParamsSchema, requestParams, resultWith } from './common.js';
import { ContentBlockSchema } from './content.js';
import { exact, jsonObject, type WireSchema } from './exact.js';
import { InputResponsesSchema } from './input.js';
import { ToolSchema } from './tool.js';

/** The params of `tools/list`. */
export const ListToolsRequestParamsSchema: WireSchema<ListToolsRequestParams> = PaginatedRequestParamsSchema;

/** The result of `tools/list`. */
export const ListToolsResultSchema: WireSchema<ListToolsResult> = exact(page({ tools: z.array(ToolSchema) }));

/** The params of `tools/call`. */
export const CallToolRequestParamsSchema: WireSchema<CallToolRequestParams> = exact(
  requestParams({
    name: z.string(),
    arguments: z.exactOptional(jsonObject),
    inputResponses: z.exactOptional(InputResponsesSchema),
    requestState: z.exactOptional(z.string()),
  }),
);

/** The result of `tools/call`. */
export const CallToolResultSchema: WireSchema<CallToolResult> = exact(
  resultWith({
    content: z.array(ContentBlockSchema),
    structuredContent: z.exactOptional(z.unknown()),
    isError: z.exactOptional(z.boolean()),
  }),
);
