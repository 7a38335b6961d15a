import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that prints one JSON object a line. */
export interface JsonLines {
  /** The next object. Rejects, with what the program wrote to stderr, when the program ends first. */
  next(): Promise<Record<string, unknown>>;
  /** Every object up to the program's end. */
  rest(): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** Runs a program and reads what it prints, line by line, as it prints it. */
export function jsonLines(command: string, args: readonly string[]): JsonLines {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function read(): Promise<Record<string, unknown> | undefined> {
    const line = await lines.next();
    return line.done === true ? undefined : (JSON.parse(line.value) as Record<string, unknown>);
  }

  return {
    async next() {
      const value = await read();
      if (value !== undefined) return value;
      await exited;
      throw new Error(`${command} ${args.join(' ')} ended: ${complaint}`);
    },
    async rest() {
      const values: Record<string, unknown>[] = [];
      for (let value = await read(); value !== undefined; value = await read()) values.push(value);
      return values;
    },
    async stop() {
      child.kill();
      await exited;
    },
  };
}
