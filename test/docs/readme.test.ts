/** The two programs of README.md, run as a reader would run them. */
import { describe, expect, test, vi } from 'vitest';
import { serve } from 'mcpwire/node';
import { server } from '../../examples/server.ts';

describe('README.md', () => {
  test('the client calls the server over HTTP and sees each step and the typed result', async () => {
    const running = await serve(server);
    const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
    vi.stubEnv('MCP_URL', running.url);
    try {
      await import('../../examples/client.ts');
      expect(printed.mock.calls.map(([line]) => line)).toEqual([
        ...[20, 40, 60, 80, 100].map((progress, index) => ({
          progress,
          total: 100,
          message: `step ${index + 1} of 5`,
        })),
        'Success',
      ]);
    } finally {
      vi.unstubAllEnvs();
      printed.mockRestore();
      await running.close();
    }
  });
});
