/** Servers over stdio in other runtimes, started by Node. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { StdioTransport } from 'mcpwire/stdio';
import { packageBinary } from '../runtimes/binaries.mjs';
import { isRunning, programs, type Programs } from '../stdio/programs.ts';

let built: Programs;
beforeAll(async () => {
  built = await programs('server');
});
afterAll(() => built.remove());

describe.each([
  ['bun', []],
  ['deno', ['run', '--allow-all']],
] as const)('%s', (name, args) => {
  test('serves, keeps stray output out of the stream, stays while nobody asks, and ends with its stdin', async () => {
    let stderr = '';
    const transport = new StdioTransport({
      command: await packageBinary(name),
      args: [...args, built.path('server')],
      stderr: (text) => (stderr += text),
      onWarning: (warning) => expect.unreachable(warning.message),
    });
    const client = await McpClient.connect(transport);
    const { pid = 0 } = transport;
    expect((await client.callTool('print')).content).toMatchObject([{ text: 'printed' }]);
    expect(stderr).toContain('stray line\n');
    expect(stderr).toContain('stray write\n');
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => client.callTool('fill', { size: 64 * 1024, tag: 'x' })),
    );
    expect(answers).toHaveLength(50);
    expect(transport.pid).toBe(pid);
    await client.close();
    expect(isRunning(pid)).toBe(false);
  });
});
