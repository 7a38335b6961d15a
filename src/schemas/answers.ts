/** The results of methods that a server may ask back about. */
import * as z from 'zod/mini';
import type { CallToolResult, GetPromptResult, InputRequiredResult, ReadResourceResult } from '../spec/types.js';
import { exact, type WireSchema } from './exact.js';
import { InputRequiredResultSchema } from './input.js';
import { GetPromptResultSchema } from './prompts.js';
import { ReadResourceResultSchema } from './resources.js';
import { CallToolResultSchema } from './tools.js';

/** What `tools/call` may be answered with. */
export const callToolAnswer: WireSchema<CallToolResult | InputRequiredResult> = exact(
  z.union([CallToolResultSchema, InputRequiredResultSchema]),
);

/** What `resources/read` may be answered with. */
export const readResourceAnswer: WireSchema<ReadResourceResult | InputRequiredResult> = exact(
  z.union([ReadResourceResultSchema, InputRequiredResultSchema]),
);

/** What `prompts/get` may be answered with. */
export const getPromptAnswer: WireSchema<GetPromptResult | InputRequiredResult> = exact(
  z.union([GetPromptResultSchema, InputRequiredResultSchema]),
);
