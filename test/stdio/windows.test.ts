/** What is spawned on Windows, looked at elsewhere: the parts that ask for the platform are told that it is that one. */
import type { SpawnOptions } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { StdioTransport } from 'mcpwire/stdio';
import { programs, type Programs } from './programs.ts';

const spawned = vi.hoisted(() => ({
  calls: [] as { readonly command: string; readonly args: readonly string[]; readonly options: SpawnOptions }[],
  program: [] as string[],
}));
vi.mock('node:child_process', async (original) => {
  const real = await original<typeof import('node:child_process')>();
  return {
    ...real,
    spawn(command: string, args: string[], options: SpawnOptions) {
      spawned.calls.push({ command, args, options });
      // What the system's own program would do.
      if (command.endsWith('taskkill.exe')) process.kill(Number(args[1]), 'SIGKILL');
      const instead = command.endsWith('taskkill.exe') ? ['--eval', ''] : spawned.program;
      return real.spawn(process.execPath, instead, { ...options, env: process.env });
    },
  };
});

const { platform } = process;
const as = (value: string): void => void Object.defineProperty(process, 'platform', { value });

let folder = '';
let built: Programs;
let launch: typeof import('../../src/stdio/windows.ts').launch;
beforeAll(async () => {
  as('win32');
  // It asks when it is loaded, and not again.
  createRequire(import.meta.url)('cross-spawn');
  as(platform);
  ({ launch } = await import('../../src/stdio/windows.ts'));
  await import('../../src/stdio/process.ts');
  built = await programs('server', 'stubborn');
  folder = mkdtempSync(join(tmpdir(), 'mcpwire-windows-'));
  for (const name of ['npx.cmd', 'tool.cmd', 'old.bat', 'node.exe']) writeFileSync(join(folder, name), '');
  vi.stubEnv('PATHEXT', '.exe;.cmd;.bat');
  vi.stubEnv('comspec', 'C:\\Windows\\system32\\cmd.exe');
  vi.stubEnv('SYSTEMROOT', 'C:\\Windows');
});
afterAll(() => {
  vi.unstubAllEnvs();
  built.remove();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  spawned.calls.length = 0;
});
afterEach(() => as(platform));

const started = (command: string, ...args: string[]) => launch(command, args, { env: { PATH: folder } });
const CMD = 'C:\\Windows\\system32\\cmd.exe';

describe('A45: what is spawned', () => {
  test('an executable is spawned itself, with its arguments as they are', () => {
    expect(started('node', '& calc', '"', '%PATH%')).toEqual({
      command: 'node',
      args: ['& calc', '"', '%PATH%'],
      windowsVerbatimArguments: false,
    });
  });

  test('a program that there is not is left to the system, whose error names it', () => {
    expect(started('nothing', 'a')).toEqual({ command: 'nothing', args: ['a'], windowsVerbatimArguments: false });
  });

  test.each([
    ['npx', ['-y', 'server'], 'npx ^"-y^" ^"server^"'],
    ['tool.cmd', ['& calc'], 'tool.cmd ^"^&^ calc^"'],
    ['old.bat', ['a|b>c<d'], 'old.bat ^"a^|b^>c^<d^"'],
    ['tool', ['^', '%PATH%'], 'tool ^"^^^" ^"^%PATH^%^"'],
    ['tool', ['say "hi"'], 'tool ^"say^ \\^"hi\\^"^"'],
    ['tool', ['C:\\a b\\'], 'tool ^"C:\\a^ b\\\\^"'],
  ])('%s %j goes through the interpreter, with everything escaped', (command, args, line) => {
    expect(started(command, ...args)).toEqual({
      command: CMD,
      args: ['/d', '/s', '/c', `"${line}"`],
      windowsVerbatimArguments: true,
    });
  });

  test.each([[['" & calc']], [['"', '& calc']], [['a\r\ncalc']], [['%CMDCMDLINE:~-1% & calc']]])(
    '%j is refused for a batch file, which might run a part of it',
    (args) => {
      expect(() => started('tool', ...args)).toThrow(
        expect.objectContaining({ code: 'connection_failed', message: expect.stringMatching(/"tool".*Give node/) }),
      );
      expect(started('node', ...args).args).toEqual(args);
    },
  );

  test('no argument becomes a command, neither of the interpreter nor of the batch file that passes it on', () => {
    const text = fc.string({ unit: fc.constantFrom('"', '&', '|', '<', '>', '^', '\\', ' ', 'a', '%'), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (args) => {
        let line: string | undefined;
        try {
          line = started('tool', ...args).args[3];
        } catch {
          return;
        }
        const first = read(line?.slice(1, -1) ?? '');
        const second = read(first.text);
        expect(first.commands + second.commands).toBe('');
      }),
      { numRuns: 2_000 },
    );
  });
});

/** How the interpreter reads a line: what it makes of it, and which of its characters would be taken for commands. */
function read(line: string): { readonly text: string; readonly commands: string } {
  let text = '';
  let commands = '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    let char = line[at] ?? '';
    if (char === '"') quoted = !quoted;
    else if (!quoted && char === '^') char = line[++at] ?? '';
    else if (!quoted && '&|<>'.includes(char)) commands += char;
    text += char;
  }
  return { text, commands };
}

describe('StdioTransport', () => {
  const transportTo = (name: string, ...args: string[]) => {
    spawned.program = [built.path(name), ...args];
    as('win32');
    return new StdioTransport({ command: 'npx', args: ['-y', 'server'], env: { Path: folder }, graceMs: 50 });
  };

  test('starts npx through its interpreter, and never with a shell option', async () => {
    const client = await McpClient.connect(transportTo('server'));
    expect(spawned.calls).toMatchObject([
      {
        command: CMD,
        args: ['/d', '/s', '/c', '"npx ^"-y^" ^"server^""'],
        options: { shell: false, windowsVerbatimArguments: true, windowsHide: true, detached: false },
      },
    ]);
    // One of the two, and not the host's.
    const env = spawned.calls[0]?.options.env ?? {};
    expect(Object.keys(env).filter((key) => key.toUpperCase() === 'PATH')).toEqual(['Path']);
    await client.close();
    expect(spawned.calls).toHaveLength(1);
  });

  test('ends a process that ignores the end of its stdin with all that is below it', async () => {
    const transport = transportTo('stubborn');
    const client = await McpClient.connect(transport);
    const { pid } = transport;
    await client.close();
    expect(spawned.calls.slice(1)).toMatchObject([
      { command: 'C:\\Windows\\System32\\taskkill.exe', args: ['/pid', `${pid}`, '/T', '/F'] },
    ]);
  });
});
