/** Processes that are started and closed again and again. `MCPWIRE_CYCLES=1000` runs as many cycles; 50 run by default. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { StdioTransport } from 'mcpwire/stdio';
import { until } from '../helpers/gate.ts';
import { isRunning, programs, type Programs } from './programs.ts';

const CYCLES = Number(process.env['MCPWIRE_CYCLES'] ?? 50);
const AT_ONCE = 5;

let built: Programs;
beforeAll(async () => {
  built = await programs('server', 'stubborn', 'old');
});
afterAll(() => built.remove());

/** Starts a server of one kind and ends it. Returns the ids of all processes that there were. */
type Cycle = (
  transport: (name: string, ...args: string[]) => StdioTransport,
  stderr: () => string,
) => Promise<number[]>;

const connected = async (transport: StdioTransport) => {
  const client = await McpClient.connect(transport);
  return { client, pid: transport.pid ?? 0 };
};

const KINDS: { readonly [kind: string]: Cycle } = {
  async 'ends with its stdin'(transport) {
    const { client, pid } = await connected(transport('server'));
    await client.close();
    return [pid];
  },
  async 'is closed in the middle of calls'(transport) {
    const { client, pid } = await connected(transport('server'));
    const calls = [1, 2, 3].map(() => client.callTool('wait').catch(() => {}));
    await client.close();
    await Promise.all(calls);
    return [pid];
  },
  async 'ignores the end of its stdin'(transport) {
    const { client, pid } = await connected(transport('stubborn', '--mild'));
    await client.close();
    return [pid];
  },
  async 'ignores SIGTERM, too, and has a child that does the same'(transport, stderr) {
    const { client, pid } = await connected(transport('stubborn', '--parent'));
    await until(() => /child \d+\n/.test(stderr()));
    await client.close();
    return [pid, Number(/child (\d+)/.exec(stderr())?.[1])];
  },
  async 'ends by itself and is started anew'(transport) {
    const one = transport('server');
    const { client, pid } = await connected(one);
    await client.callTool('exit', { code: 1 }, { retry: false }).catch(() => {});
    await client.callTool('echo', { text: '' });
    const next = one.pid ?? 0;
    await client.close();
    return [pid, next];
  },
  async 'dies of the probe'(transport) {
    const one = transport('old', '--dies');
    await McpClient.connect(one).catch(() => {});
    const pid = one.pid ?? 0;
    await one.close();
    return pid === 0 ? [] : [pid];
  },
  async 'is closed while it starts'(transport) {
    const one = transport('server');
    const connecting = McpClient.connect(one).catch(() => {});
    await until(() => one.pid !== undefined);
    const pid = one.pid ?? 0;
    await one.close();
    await connecting;
    return [pid];
  },
};

/** What keeps a process alive, without what vitest itself has. */
const held = (): string[] =>
  process.getActiveResourcesInfo().filter((name) => /Process|Pipe|Socket|TTY|Timeout/.test(name));

test(
  `${CYCLES} processes, started and ended in every way, leave none behind, and nothing that waits for one`,
  {
    timeout: 20_000 + CYCLES * 1_000,
  },
  async () => {
    const cycles = Object.values(KINDS);
    const pids: number[] = [];
    const run = async (index: number): Promise<void> => {
      let stderr = '';
      const transport = (name: string, ...args: string[]) =>
        new StdioTransport({
          command: process.execPath,
          args: [built.path(name), ...args],
          graceMs: 100,
          stderr: (text) => (stderr += text),
        });
      const cycle = cycles[index % cycles.length];
      pids.push(...((await cycle?.(transport, () => stderr)) ?? []));
    };
    // The first of each loads what stays.
    await Promise.all(cycles.map((_cycle, index) => run(index)));
    const before = held();
    const listeners = process.eventNames().map((name) => process.listenerCount(name));
    let next = cycles.length;
    const worker = async (): Promise<void> => {
      while (next < CYCLES) await run(next++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(pids.length).toBeGreaterThanOrEqual(CYCLES);
    expect(pids.filter((pid) => !(pid > 0))).toEqual([]);
    expect(pids.filter(isRunning)).toEqual([]);
    expect(held().sort()).toEqual(before.sort());
    expect(process.eventNames().map((name) => process.listenerCount(name))).toEqual(listeners);
  },
);
