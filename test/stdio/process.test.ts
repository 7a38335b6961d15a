/** Servers as processes: their start, their streams, their end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { StdioTransport, type StdioTransportOptions } from 'mcpwire/stdio';
import { gate, until } from '../helpers/gate.ts';
import { call, request } from './channels.ts';
import { isRunning, programs, type Programs } from './programs.ts';

let built: Programs;
beforeAll(async () => {
  built = await programs('server', 'stubborn', 'noisy', 'host');
});
afterAll(() => built.remove());

const transportTo = (name: string, options: Partial<StdioTransportOptions> = {}, args: string[] = []) =>
  new StdioTransport({ command: process.execPath, args: [built.path(name), ...args], ...options });

async function textOf(client: McpClient, tool: string, args: object = {}): Promise<string> {
  const { content } = await client.callTool(tool, { ...args });
  const [block] = content;
  return block?.type === 'text' ? block.text : '';
}

describe('StdioTransport', () => {
  test('starts nothing before the first message, and one process for all of them', async () => {
    const transport = transportTo('server');
    expect(transport.pid).toBeUndefined();
    const client = await McpClient.connect(transport);
    const pids = await Promise.all([textOf(client, 'pid'), textOf(client, 'pid')]);
    expect(pids).toEqual([String(transport.pid), String(transport.pid)]);
    await client.close();
    expect(transport.pid).toBeUndefined();
  });

  test('a program that there is not is connection_failed, and says what to look at', async () => {
    const connecting = McpClient.connect(new StdioTransport({ command: 'no-such-program-here' }));
    await expect(connecting).rejects.toMatchObject({
      code: 'connection_failed',
      message: expect.stringMatching(/no-such-program-here.*ENOENT.*PATH/),
    });
    await expect(
      McpClient.connect(new StdioTransport({ command: process.execPath, cwd: '/no/such/folder' })),
    ).rejects.toMatchObject({ code: 'connection_failed' });
  });

  test('a program that ends at once tells its exit code and the end of its stderr', async () => {
    const script = `process.stderr.write('x'.repeat(100000) + '\\nCannot find module\\n', () => process.exit(3))`;
    const transport = new StdioTransport({ command: process.execPath, args: ['--eval', script] });
    const error = await McpClient.connect(transport).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'stream_ended',
      exitCode: 3,
      message: expect.stringMatching(/code 3.*Cannot find module/),
    });
    expect((error as { stderr: string }).stderr.length).toBeLessThanOrEqual(8192);
    await transport.close();
  });

  test.each([
    [{ command: '' }],
    [{ command: 'a', args: 'b' }],
    [{ command: 'a', args: [1] }],
    [{ command: 'a', graceMs: -1 }],
    [{ command: 'a', limits: { lineBytes: '1' } }],
    [{ command: 'a', limits: { unreadBytes: 0 } }],
  ])('%j is a TypeError', (options) => {
    expect(() => new StdioTransport(options as never)).toThrow(TypeError);
  });

  test('A45: there is no shell: arguments arrive as they are', async () => {
    const script = `console.error(JSON.stringify(process.argv.slice(1)))`;
    const args = ['$(touch /tmp/x); echo `id` && "quoted" | * > out', "it's"];
    let stderr = '';
    const transport = new StdioTransport({
      command: process.execPath,
      args: ['--eval', script, '--', ...args],
      stderr: (text) => (stderr += text),
    });
    await McpClient.connect(transport).catch(() => {});
    // It is started again, since it may have died of a question that it does not know.
    expect(JSON.parse(stderr.split('\n')[0] ?? '')).toEqual(args);
  });

  test('AZ14: the one who has started a server needs no scopes', async () => {
    const client = await McpClient.connect(transportTo('server'));
    expect(await textOf(client, 'guarded')).toBe('psst');
    await client.close();
  });

  // spec: basic#auth.2
  test('A45: the process gets no variable but the listed ones and those that were given', async () => {
    vi.stubEnv('API_TOKEN', 'secret');
    vi.stubEnv('TERM', '() { :; }; echo vulnerable');
    const client = await McpClient.connect(transportTo('server', { env: { GIVEN: 'yes', HOME: undefined } }));
    const env = JSON.parse(await textOf(client, 'env')) as Record<string, string>;
    expect(env).toMatchObject({ GIVEN: 'yes', PATH: process.env['PATH'] });
    for (const name of ['API_TOKEN', 'TERM', 'HOME']) expect(env).not.toHaveProperty(name);
    await client.close();
    vi.unstubAllEnvs();
  });

  // spec: basic/transports/stdio#top.2
  test('what a server writes to stderr is heard and is no error', async () => {
    let stderr = '';
    const client = await McpClient.connect(transportTo('server', { stderr: (text) => (stderr += text) }));
    expect(await textOf(client, 'echo', { text: 'a' })).toBe('a');
    await until(() => stderr.includes('ready'));
    await client.close();
  });

  test('lines on stdout that are no messages are passed over, with one warning', async () => {
    const onWarning = vi.fn();
    const client = await McpClient.connect(transportTo('noisy', { onWarning }));
    expect(await textOf(client, 'x')).toBe('tools/call');
    expect(onWarning).toHaveBeenCalledTimes(1);
    await client.close();
  });

  test('a process that is killed in the middle of calls fails them at once, with the signal', async () => {
    const transport = transportTo('server');
    const client = await McpClient.connect(transport);
    const calls = [1, 2, 3].map(() => client.callTool('wait', {}, { retry: false }).catch((error: unknown) => error));
    await textOf(client, 'echo', { text: 'they run' });
    process.kill(transport.pid ?? 0, 'SIGKILL');
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ code: 'stream_ended', exitSignal: 'SIGKILL' });
    }
    await client.close();
  });

  test('the end of a process is told, although one that has left its group holds its stdout', async () => {
    const script = `
      const idle = ['--eval', 'setTimeout(() => {}, 60_000)'];
      const child = require('child_process').spawn(process.execPath, idle, { stdio: ['ignore', 1, 'ignore'], detached: true });
      process.stderr.write('child ' + child.pid, () => process.exit(7));`;
    let stderr = '';
    const transport = new StdioTransport({
      command: process.execPath,
      args: ['--eval', script],
      stderr: (text) => (stderr += text),
    });
    await expect(McpClient.connect(transport)).rejects.toMatchObject({ code: 'stream_ended', exitCode: 7 });
    await transport.close();
    process.kill(Number(/child (\d+)/.exec(stderr)?.[1]));
  });

  // spec: basic/transports/stdio#unexpected-termination.1
  test('a server that has exited is started again with the next call', async () => {
    const transport = transportTo('server');
    const client = await McpClient.connect(transport);
    const before = await textOf(client, 'pid');
    await expect(client.callTool('exit', { code: 7 })).rejects.toMatchObject({
      code: 'stream_ended',
      exitCode: 7,
      message: expect.stringContaining('about to exit'),
    });
    const after = await Promise.all([textOf(client, 'pid'), textOf(client, 'pid')]);
    expect(after[0]).toBe(after[1]);
    expect(after[0]).not.toBe(before);
    await client.close();
  });

  // spec: basic/patterns/subscriptions#graceful-closure.2
  test('a subscription goes on with the next process, and says that it may have missed something', async () => {
    const transport = transportTo('server');
    const client = await McpClient.connect(transport);
    const listening = gate();
    const changes = client.listen({ resourceSubscriptions: ['note://1'] }, { onListening: () => listening.open() });
    const change = changes.next();
    await listening.opened;
    process.kill(transport.pid ?? 0, 'SIGKILL');
    expect(await change).toMatchObject({ value: { type: 'refetch' } });
    const next = changes.next();
    await textOf(client, 'touch');
    expect(await next).toMatchObject({ value: { type: 'resourceUpdated', uri: 'note://1' } });
    await client.close();
  });

  // spec: basic/transports/stdio#shutdown.1
  test('close() ends a process that ignores the end of its stdin and SIGTERM, and what that has started', async () => {
    let stderr = '';
    const transport = transportTo('stubborn', { graceMs: 50, stderr: (text) => (stderr += text) }, ['--parent']);
    const client = await McpClient.connect(transport);
    await until(() => /child \d+\n/.test(stderr));
    const pids = [transport.pid ?? 0, Number(/child (\d+)/.exec(stderr)?.[1])];
    expect(pids.map(isRunning)).toEqual([true, true]);
    await client.close();
    expect(pids.map(isRunning)).toEqual([false, false]);
  });

  test('close() before the first message, twice, and while the process starts', async () => {
    const unused = transportTo('server');
    await unused.close();
    await unused.close();
    await expect(McpClient.connect(unused)).rejects.toMatchObject({ code: 'closed' });
    const early = transportTo('server');
    const connecting = McpClient.connect(early).catch((error: unknown) => error);
    await early.close();
    expect(await connecting).toMatchObject({ code: 'closed' });
    expect(early.pid).toBeUndefined();
  });

  test('a process does not outlive a host that exits without closing it', async () => {
    const host = spawn(process.execPath, [built.path('host'), built.path('stubborn'), '--mild'], { stdio: 'pipe' });
    const { value } = await createInterface({ input: host.stdout })[Symbol.asyncIterator]().next();
    expect(Number(value)).toBeGreaterThan(0);
    await until(() => !isRunning(Number(value)));
  });
});

describe('serveStdio', () => {
  /** The server's process, driven by hand. */
  function started(name = 'server') {
    const child = spawn(process.execPath, [built.path(name)], { stdio: 'pipe' });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const exited = once(child, 'close') as Promise<[code: number | null, signal: string | null]>;
    const errors: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
    return {
      child,
      exited,
      stderr: () => errors.join(''),
      send: (message: object) => child.stdin.write(`${JSON.stringify(message)}\n`),
      async next() {
        const { done, value } = await lines.next();
        return done === true ? undefined : (JSON.parse(value) as Record<string, any>);
      },
    };
  }

  // spec: basic/transports/stdio#top.3
  test('what a handler prints goes to stderr, with one warning, and the messages stay whole', async () => {
    const { child, send, next, stderr, exited } = started();
    send(call(1, 'print'));
    expect(await next()).toMatchObject({ id: 1, result: { content: [{ text: 'printed' }] } });
    send(call(2, 'print'));
    expect(await next()).toMatchObject({ id: 2 });
    child.stdin.end();
    expect(await exited).toEqual([0, null]);
    expect(stderr().split('stray line\n')).toHaveLength(3);
    expect(stderr().split('stray write\n')).toHaveLength(3);
    expect(stderr().split('stdout carries the protocol')).toHaveLength(2);
  });

  // spec: basic/transports/stdio#shutdown.2
  test('when stdin ends, running requests are answered, subscriptions end with their result, and the process exits', async () => {
    const { child, send, next, exited } = started();
    send(request(1, 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
    expect(await next()).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    send(call(2, 'fill', { size: 500_000, tag: 'x' }));
    child.stdin.end();
    const answers = [await next(), await next()];
    expect(new Set(answers.map((answer) => answer?.['id']))).toEqual(new Set([1, 2]));
    expect(await next()).toBeUndefined();
    expect(await exited).toEqual([0, null]);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it gracefully', async (signal) => {
    const { child, send, next, exited } = started();
    send(request(1, 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
    await next();
    child.kill(signal);
    expect(await next()).toMatchObject({ id: 1, result: { resultType: 'complete' } });
    expect(await exited).toEqual([0, null]);
  });

  test('a client that has closed its end of stdout (EPIPE) ends it quietly', async () => {
    const { child, send, next, stderr, exited } = started();
    send(call(1, 'echo', { text: 'a' }));
    await next();
    child.stdout.destroy();
    send(call(2, 'fill', { size: 200_000, tag: 'x' }));
    send(call(3, 'fill', { size: 200_000, tag: 'x' }));
    expect(await exited).toEqual([0, null]);
    expect(stderr()).toBe('ready\n');
  });

  test('the messages of unexpected errors reach the client, which has started it', async () => {
    const { child, send, next, exited } = started();
    send(call(1, 'fail'));
    expect(await next()).toMatchObject({
      result: { isError: true, content: [{ text: 'the disk /dev/null is full' }] },
    });
    child.stdin.end();
    await exited;
  });

  test('a question needs no secret, and nothing warns of it', async () => {
    const { child, send, next, stderr, exited } = started();
    send(call(1, 'greet', {}, { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } }));
    expect(await next()).toMatchObject({ result: { resultType: 'input_required' } });
    child.stdin.end();
    await exited;
    expect(stderr()).toBe('ready\n');
  });
});
