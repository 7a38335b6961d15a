/** Options of a server. */
import { McpServer } from 'mcpwire/server';

export const reports: { errorId: string; error: unknown }[] = [];
const report = (entry: { errorId: string; error: unknown }): void => void reports.push(entry);

// #region on-error
export const masked = new McpServer(
  { name: 'masked', version: '1.0.0' },
  { onError: (error, _ctx, errorId) => report({ errorId, error }) },
).tool('read', {}, () => {
  throw new Error('connect ECONNREFUSED 10.0.0.7:5432');
});
// #endregion on-error

// #region origins
export const published = new McpServer(
  { name: 'published', version: '1.0.0' },
  {
    allowedHosts: ['mcp.example.com'],
    origins: ['https://app.example.com', /https:\/\/[a-z0-9-]+\.preview\.example\.com/],
  },
);
// #endregion origins

// #region limits
export const tight = new McpServer(
  { name: 'tight', version: '1.0.0' },
  { limits: { requestBodyBytes: 64 * 1024, jsonDepth: 16 }, handlerTimeoutMs: 30_000, keepAliveMs: 5_000 },
);
// #endregion limits
