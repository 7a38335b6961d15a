/** Fixtures as programs that Node starts quickly: each with the source that it imports in one file. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { entries } from '../../tools/entries.mjs';

/** Programs on disk. */
export interface Programs {
  /** The path of the program made of `fixtures/<name>.mjs`, or of the file that was named. */
  path(name: string): string;
  remove(): void;
}

export async function programs(...names: readonly string[]): Promise<Programs> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'mcpwire-stdio-'));
  await build({
    entryPoints: names.map((name) =>
      name.includes('/') ? join(root, name) : join(root, `test/stdio/fixtures/${name}.mjs`),
    ),
    outdir: folder,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Longest first: an alias also stands for what is below it.
    alias: Object.fromEntries(
      entries()
        .map(({ specifier, source }) => [specifier, join(root, source)] as const)
        .sort(([a], [b]) => b.length - a.length),
    ),
  });
  return {
    path: (name) => join(folder, `${basename(name).replace(/\.\w+$/, '')}.mjs`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Whether a process runs. One that is dead and not yet collected by its parent does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    // It may have gone between the two; and not every system has /proc.
    return (error as { code?: string }).code === 'ENOENT' && !existsSync('/proc/self');
  }
}
