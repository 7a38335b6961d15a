import { spawn } from 'node:child_process';
import { McpError } from '../errors.js';
import { within, type ByteChannel } from './framing.js';
import { readableOf, writableOf } from './node-streams.js';
import type { StdioTransportOptions } from './transport.js';

/** A server that runs as a process. */
export interface ServerProcess {
  readonly pid: number | undefined;
  /** It has exited, and its streams are closed. */
  readonly over: boolean;
  /** Its stdout and stdin. */
  readonly channel: ByteChannel;
  /** Why it has ended, as an error; waits a moment for its exit. `vain`: starts in a row, this one included, for nothing. */
  failure(cause: unknown, vain?: number): Promise<McpError>;
  /** Closes stdin, waits, sends SIGTERM, waits, sends SIGKILL. Settles when nothing of it is left. Never rejects. */
  stop(): Promise<void>;
}

/** What is inherited: what programs need to find themselves and their user, and nothing that holds credentials. */
const INHERITED =
  'HOME LANG LC_ALL LOGNAME PATH SHELL TERM TMPDIR TZ USER ' +
  // Windows
  'APPDATA COMSPEC HOMEDRIVE HOMEPATH LOCALAPPDATA PATHEXT PROCESSOR_ARCHITECTURE PROGRAMDATA PROGRAMFILES ' +
  'SYSTEMDRIVE SYSTEMROOT TEMP TMP USERNAME USERPROFILE WINDIR';
const STDERR_BYTES = 8 * 1024;
/** Milliseconds between the end of a process's stdout and its exit, and between its exit and the end of its streams. */
const LAST_MS = 1_000;
/** Milliseconds between two looks at a process group. */
const LOOK_MS = 10;

/** Whose stdin ends with this process by itself, and who is told to stop in case that does not help. */
const running = new Set<number>();
let watching = false;

/** What is needed on systems without process groups. */
type Windows = typeof import('./windows.js');

/** Loads what this system needs beside the rest. */
export async function loadSystem(): Promise<Windows | undefined> {
  return process.platform === 'win32' ? import('./windows.js') : undefined;
}

/**
 * Starts a server. That it cannot be started is told by `failure`.
 *
 * @param windows from {@link loadSystem}
 * @throws McpError `connection_failed` for arguments that cannot be passed safely on this system
 */
export function startProcess(options: StdioTransportOptions, windows: Windows | undefined): ServerProcess {
  const { command, args = [], env = {}, cwd, stderr, graceMs = 5_000 } = options;
  const keepsStderr = stderr === undefined || typeof stderr === 'function';
  const all = environment(env, windows !== undefined);
  const own = windows?.launch(command, args, { cwd, env: all }) ?? { command, args };
  const child = spawn(own.command, [...own.args], {
    ...('windowsVerbatimArguments' in own && { windowsVerbatimArguments: own.windowsVerbatimArguments }),
    cwd,
    env: all,
    stdio: ['pipe', 'pipe', keepsStderr ? 'pipe' : stderr],
    shell: false,
    windowsHide: true,
    // A process group of its own, so that what it starts can be ended with it.
    detached: windows === undefined,
  });
  const { pid } = child;
  // Both are pipes, as asked for above.
  const stdin = child.stdin!;
  const stdout = child.stdout!;
  const name = JSON.stringify(command);
  let problem: Error | undefined;
  let exit: { readonly code: number | null; readonly signal: string | null } | undefined;
  let over = false;
  let tail = '';

  if (keepsStderr) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-STDERR_BYTES);
      if (typeof stderr === 'function') {
        try {
          stderr(text);
        } catch (error) {
          // Its own failure must not end this process from within a stream.
          console.error(error);
        }
      }
    });
  }
  if (pid !== undefined) remember(pid, windows);

  const exited = new Promise<void>((resolve) => {
    child.on('exit', (code, signal) => {
      exit = { code, signal };
      resolve();
    });
    child.on('error', (error) => {
      problem ??= error;
      if (pid === undefined) resolve();
    });
  });
  const closed = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
    child.on('error', () => pid === undefined && resolve());
  }).then(() => {
    over = true;
    if (pid !== undefined) running.delete(pid);
  });
  // What it has started may hold its streams after its own end: nobody would be told then.
  void exited.then(async () => {
    if (await within(LAST_MS, closed)) return;
    kill('SIGKILL');
    // One that has left the group, or a system without groups: it keeps its ends, and nobody here waits for them.
    if (!(await within(LAST_MS, closed))) letGo();
  });

  function letGo(): void {
    for (const stream of [stdin, stdout, child.stderr]) stream?.destroy();
  }

  function kill(signal: NodeJS.Signals): void {
    if (pid === undefined) return;
    try {
      if (windows === undefined) process.kill(-pid, signal);
      // One that has exited may have given its id to another process.
      else if (exit === undefined) windows.endTree(pid);
    } catch {
      // There is none left.
    }
  }

  /** Whether anything of its group runs. */
  function alive(): boolean {
    if (pid === undefined || windows !== undefined) return false;
    try {
      return process.kill(-pid, 0);
    } catch (error) {
      // Of another user by now, and out of reach.
      return (error as { readonly code?: string }).code === 'EPERM';
    }
  }

  async function gone(ms: number): Promise<boolean> {
    if (!(await within(ms, closed))) return false;
    // What it has left behind gets less: a dead process that nobody collects, as in a container, stays in its group.
    const until = performance.now() + Math.min(ms, LAST_MS);
    while (alive()) {
      if (performance.now() >= until) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return true;
  }

  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    stdin.end();
    if (!(await gone(graceMs))) kill('SIGTERM');
    if (!(await gone(graceMs))) kill('SIGKILL');
    await gone(LAST_MS);
    letGo();
  }

  return {
    pid,
    get over() {
      return over;
    },
    channel: { readable: readableOf(stdout), writable: writableOf(stdin, (bytes, done) => stdin.write(bytes, done)) },
    async failure(cause, vain = 0) {
      await within(LAST_MS, closed);
      const facts = {
        cause: problem ?? cause,
        exitCode: exit?.code ?? undefined,
        exitSignal: exit?.signal ?? undefined,
        stderr: tail === '' ? undefined : tail,
      };
      if (problem !== undefined && pid === undefined) {
        const text = `Cannot start ${name} (${problem.message}): check the command, cwd and PATH`;
        return new McpError('connection_failed', text, facts);
      }
      const how =
        exit === undefined
          ? 'has closed its stdout'
          : `has exited with ${exit.signal === null ? `code ${exit.code}` : exit.signal}`;
      const last = tail.trimEnd().split('\n').at(-1);
      return new McpError(
        'stream_ended',
        `The server ${name} ${how}${vain > 1 ? `, as the ${vain - 1} before it, and has answered nothing` : ''}${last ? `; its stderr ends: ${last}` : ''}`,
        facts,
      );
    },
    stop: () => (stopping ??= stop()),
  };
}

function environment(own: Readonly<Record<string, string | undefined>>, anyCase: boolean): Record<string, string> {
  const all: Record<string, string | undefined> = {};
  const given = new Set(Object.keys(own).map((key) => (anyCase ? key.toUpperCase() : key)));
  for (const key of INHERITED.split(' ')) {
    // `Path` is `PATH` on Windows, and of two the system would choose.
    if (given.has(key)) continue;
    const value = process.env[key];
    // What begins like this is a shell's function and not a value (CVE-2014-6271).
    if (value?.startsWith('()') === false) all[key] = value;
  }
  const entries = Object.entries({ ...all, ...own }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return Object.fromEntries(entries);
}

/** Ends a process group with this process, also where nobody closes the transport. */
function remember(pid: number, windows: Windows | undefined): void {
  running.add(pid);
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const one of running) {
      try {
        if (windows === undefined) process.kill(-one, 'SIGTERM');
        else windows.endTreeNow(one);
      } catch {
        // It has ended.
      }
    }
  });
}
