/** A tool, as lists show it and as models are given it. */
import * as z from 'zod/mini';
import type { Tool, ToolAnnotations } from '../spec/types.js';
import { IconSchema, MetaObjectSchema } from './base.js';
import { exact, type WireSchema } from './exact.js';

/** Hints about a tool. */
export const ToolAnnotationsSchema: WireSchema<ToolAnnotations> = exact(
  z.looseObject({
    title: z.exactOptional(z.string()),
    readOnlyHint: z.exactOptional(z.boolean()),
    destructiveHint: z.exactOptional(z.boolean()),
    idempotentHint: z.exactOptional(z.boolean()),
    openWorldHint: z.exactOptional(z.boolean()),
  }),
);

/** A tool as `tools/list` shows it. */
export const ToolSchema: WireSchema<Tool> = exact(
  z.looseObject({
    name: z.string(),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    inputSchema: z.looseObject({ $schema: z.exactOptional(z.string()), type: z.literal('object') }),
    outputSchema: z.exactOptional(z.looseObject({ $schema: z.exactOptional(z.string()) })),
    annotations: z.exactOptional(ToolAnnotationsSchema),
    icons: z.exactOptional(z.array(IconSchema)),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);
