/** Discovery: what a server speaks and offers. */
import * as z from 'zod/mini';
import type { DiscoverResult } from '../spec/types.js';
import { ServerCapabilitiesSchema } from './base.js';
import { cacheable } from './common.js';
import { exact, type WireSchema } from './exact.js';

/** The result of `server/discover`. */
export const DiscoverResultSchema: WireSchema<DiscoverResult> = exact(
  cacheable({
    supportedVersions: z.array(z.string()),
    capabilities: ServerCapabilitiesSchema,
    instructions: z.exactOptional(z.string()),
  }),
);
