/**
 * What starting and ending a server takes on Windows: `npx` and its like are batch files there, which only a command
 * interpreter can run, and there are no process groups. Loaded on Windows alone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { parse } from './cross-spawn.js';
import { McpError } from '../errors.js';

/** A program as it is given to `spawn`. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** The arguments are quoted already. */
  readonly windowsVerbatimArguments: boolean;
}

// What a batch file passes on with `%*` its interpreter reads a second time, with its quotes the other way round where an
// argument has one of its own (CVE-2024-24576, CVE-2024-27980). `%name:~0,1%` may stand for a quote.
const QUOTES = /"|%[^%:]+:[^%]*%/;
const COMMANDS = /[&|<>^]/;
const ENDS = /[\0\r\n]/;

/**
 * What to spawn for a program: itself where it is an executable, else its interpreter, with everything escaped.
 *
 * @throws McpError `connection_failed` for arguments of a batch file that cannot be escaped for certain
 */
export function launch(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string | undefined; readonly env: Readonly<Record<string, string>> },
): Launch {
  const parsed = parse(command, args, { env: options.env, ...(options.cwd !== undefined && { cwd: options.cwd }) });
  // One that is nowhere: the system's own error names it, that of an interpreter would not.
  if (parsed.file === undefined) return { command, args, windowsVerbatimArguments: false };
  const windowsVerbatimArguments = parsed.options.windowsVerbatimArguments === true;
  if (windowsVerbatimArguments) {
    const all = args.join(' ');
    if (ENDS.test(all) || (QUOTES.test(all) && COMMANDS.test(all))) {
      throw new McpError(
        'connection_failed',
        `Cannot start ${JSON.stringify(command)}: it is a batch file, and its arguments hold line ends, or quotes together ` +
          'with one of & | < > ^, which it might take for commands. Give node and the script that it runs instead',
      );
    }
  }
  return { command: parsed.command, args: parsed.args, windowsVerbatimArguments };
}

/**
 * Ends a process and everything below it, at once: there is no signal that a program could act on, and the end of its stdin
 * has told it before. What its own parent has outlived no longer counts as below.
 */
export function endTree(pid: number): void {
  const [command, args] = taskkill(pid);
  spawn(command, args, { stdio: 'ignore', windowsHide: true }).on('error', () => {
    try {
      process.kill(pid);
    } catch {
      // It has ended.
    }
  });
}

/** The same, for the last moment of this process. */
export function endTreeNow(pid: number): void {
  const [command, args] = taskkill(pid);
  spawnSync(command, args, { stdio: 'ignore', windowsHide: true });
}

// By its full path: a bare name is looked for in the current folder first.
function taskkill(pid: number): [command: string, args: string[]] {
  return [`${process.env['SYSTEMROOT'] ?? 'C:\\Windows'}\\System32\\taskkill.exe`, ['/pid', `${pid}`, '/T', '/F']];
}
