import type { NodeWrite } from './node-streams.js';

type Write = (...args: never[]) => unknown;

/** What is used of a process. */
export interface GuardedProcess {
  readonly stdout: { write: Write };
  readonly stderr: { write: Write };
}

/** What holds stdout. */
export interface StdoutGuard {
  /** The one way to stdout that is left. */
  readonly write: NodeWrite;
  /** Gives stdout back. */
  release(): void;
}

const WARNING =
  'mcpwire: stdout carries the protocol, so what is written there goes to stderr. Use console.error for logs.\n';

/** Bun and Deno write these to stdout past `process.stdout`. */
const METHODS = ['log', 'info', 'debug'] as const;

/** Leads what is written to stdout to stderr, with one warning, so that it does not end up between messages. */
export function guardStdout({ stdout, stderr }: GuardedProcess): StdoutGuard {
  const { write } = stdout;
  const before = METHODS.map((method) => console[method]);
  let warned = false;
  const warn = (): void => {
    if (warned) return;
    warned = true;
    stderr.write(...([WARNING] as never[]));
  };
  // The same arguments, whichever overload was meant.
  const guarded: Write = (...args) => {
    warn();
    return stderr.write(...args);
  };
  const logged = (...data: unknown[]): void => {
    warn();
    console.error(...data);
  };
  stdout.write = guarded;
  for (const method of METHODS) console[method] = logged;
  return {
    // A stream's write takes bytes and a callback.
    write: (bytes, done) => write.apply(stdout, [bytes, done] as never[]),
    release() {
      // Who has replaced it since keeps it.
      if (stdout.write === guarded) stdout.write = write;
      METHODS.forEach((method, index) => {
        if (console[method] === logged && before[index] !== undefined) console[method] = before[index];
      });
    },
  };
}
