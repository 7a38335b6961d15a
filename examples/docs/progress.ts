/** Long work: progress, backpressure, cancellation. */
import * as z from 'zod';
import { McpServer } from 'mcpwire/server';

// #region progress
export const importer = new McpServer({ name: 'importer', version: '1.0.0' }).tool(
  'import',
  { inputSchema: z.object({ urls: z.array(z.url()) }), outputSchema: z.object({ bytes: z.number() }) },
  async ({ urls }, ctx) => {
    let bytes = 0;
    for (const [index, url] of urls.entries()) {
      const response = await fetch(url, { signal: ctx.signal });
      bytes += (await response.arrayBuffer()).byteLength;
      await ctx.progress(index + 1, urls.length, url);
    }
    return { bytes };
  },
);
// #endregion progress
