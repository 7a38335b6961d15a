// #region add
import * as z from 'zod';
import { defineTool } from 'mcpwire/server';

export const add = defineTool(
  'add',
  {
    description: 'Adds two numbers.',
    inputSchema: z.object({ a: z.number(), b: z.number() }),
    outputSchema: z.object({ sum: z.number() }),
  },
  ({ a, b }) => ({ sum: a + b }),
);
// #endregion add
