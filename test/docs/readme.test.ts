/** The programs of the README, as they stand there. */
import { McpClient } from 'mcpwire/client';
import { serve, type RunningServer } from 'mcpwire/node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { server } from '../../examples/server.ts';

const started: RunningServer[] = [];

// They name port 3000, which may be taken here; the port is all that is exchanged.
vi.mock('mcpwire/node', async (original) => {
  const module = await original<typeof import('mcpwire/node')>();
  const serveAnywhere: typeof module.serve = async (target, options) => {
    const running = await module.serve(target, { ...options, port: 0 });
    started.push(running);
    return running;
  };
  return { ...module, serve: serveAnywhere };
});

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.resetModules();
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  for (const running of started.splice(0)) await running.close({ graceMs: 0 });
});

test('the start file serves the server and prints its URL', async () => {
  await import('../../examples/start.ts');
  const url = started[0]!.url;
  expect(console.log).toHaveBeenCalledWith(url);
  const client = await McpClient.connect(url);
  expect((await client.listTools()).map(({ name }) => name)).toEqual(['job_run']);
  await client.close();
});

test('the client prints each step and the typed result', async () => {
  const { url } = await serve(server);
  const realFetch = fetch;
  vi.stubGlobal('fetch', (asked: string, init?: RequestInit) => {
    expect(asked).toBe('http://127.0.0.1:3000/mcp');
    return realFetch(url, init);
  });
  await import('../../examples/client.ts');
  expect(vi.mocked(console.log).mock.calls.map(([value]) => value as unknown)).toEqual([
    ...[1, 2, 3, 4, 5].map((step) => ({ progress: step * 20, total: 100, message: `job-1: step ${step} of 5` })),
    'Success',
  ]);
});
