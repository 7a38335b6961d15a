/** A file of texts that several processes share. */
import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { McpError } from '../errors.js';
import { lockFile } from './lock-file-node.js';
import { oneAtATime } from './one-at-a-time.js';
import type { AuthStore } from './types.js';

/** A registration and its tokens are some kilobytes: this is room for a thousand servers. */
const MAX_BYTES = 16 * 1024 * 1024;

/** @param path as {@link fileStore} takes it */
export function openFiles(path: string): Required<AuthStore> {
  const file = resolve(/^~(?=$|[/\\])/.test(path) ? join(homedir(), path.slice(1)) : path);
  // Whoever waits in this process need not look at the disk.
  const inTurn = oneAtATime();

  async function read(): Promise<Map<string, string>> {
    let text: string;
    try {
      const { mode, size } = await stat(file);
      if (size > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES} bytes`);
      // Made by hand, or by a copy.
      if ((mode & 0o077) !== 0 && process.platform !== 'win32') await chmod(file, 0o600);
      text = await readFile(file, 'utf8');
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return new Map();
      throw failure('read', cause);
    }
    const entries = entriesOf(text);
    if (entries === undefined) {
      // Without a cause: what a parser says quotes the text, and that may be a token.
      const what = `${file} is no file of registrations and tokens, or a damaged one: repair it, or delete it and sign in again`;
      throw new McpError('internal', what);
    }
    return new Map(entries);
  }

  async function write(texts: ReadonlyMap<string, string>): Promise<void> {
    // One that is a link stays one.
    const target = await realpath(file).catch(() => file);
    const temporary = `${target}.${randomUUID()}.tmp`;
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(Object.fromEntries(texts), undefined, 2)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, target);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {});
      throw failure('written', cause);
    }
  }

  async function change(how: (texts: Map<string, string>) => boolean): Promise<void> {
    await held('', async () => {
      const texts = await read();
      if (how(texts)) await write(texts);
    });
  }

  async function held<T>(name: string, run: () => Promise<T>): Promise<T> {
    return await inTurn(name, async () => {
      let release: () => Promise<void>;
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        release = await lockFile(`${file}${name}.lock`);
      } catch (cause) {
        throw failure('locked', cause);
      }
      try {
        return await run();
      } finally {
        await release();
      }
    });
  }

  function failure(what: string, cause: unknown): McpError {
    const why = codeOf(cause) ?? (cause as Error).message;
    return new McpError(
      'internal',
      `${file} cannot be ${what} (${why}): see that it is this user's, and that the disk has room`,
      {
        cause,
      },
    );
  }

  return {
    get: async (key) => (await read()).get(key),
    set: (key, value) => change((texts) => texts.get(key) !== value && texts.set(key, value).has(key)),
    delete: (key) => change((texts) => texts.delete(key)),
    // A key may be anything, a file's name not. None has the name of the file's own lock.
    lock: (key, run) => held(`.${createHash('sha256').update(key).digest('hex').slice(0, 16)}`, run),
  };
}

function entriesOf(text: string): [string, string][] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value);
    return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string') ? entries : undefined;
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string | undefined {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
