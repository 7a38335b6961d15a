/**
 * A lock that processes share: a file that only one of them can make. It says who holds it, so that nobody waits for one that
 * has crashed; and its holder touches it, so that whoever cannot look at that process sees whether it lives.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, readlink, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds between two looks at a lock that another holds. */
const LOOK_MS = 25;
/** Milliseconds between two touches. */
const TOUCH_MS = 2_000;
/** Milliseconds without a touch after which a holder counts as gone, by the clock of whoever waits: a disk may have its own. */
const SILENT_MS = 10_000;
/** How often Windows may say that a file is being deleted, before that counts as a failure. */
const PATIENCE = 40;

interface Look {
  readonly text: string;
  readonly touched: number;
}

/**
 * Waits for a lock, and takes it.
 *
 * @returns gives it back, and never rejects
 * @throws the system's own error where the file cannot be made
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const place = await placeOf();
  const own = JSON.stringify({ id: randomUUID(), pid: process.pid, place });
  let last = '';
  let since = 0;
  for (let tries = 0; !(await make(path, own, tries < PATIENCE)); tries++) {
    const look = await lookAt(path);
    if (look !== undefined) {
      tries = 0;
      const now = `${look.touched} ${look.text}`;
      if (now !== last) since = performance.now();
      last = now;
      if (isGone(look.text, place)) await remove(path, look.text);
      else if (performance.now() - since >= SILENT_MS) await remove(path, look.text, look.touched);
      // It may have been one of several that wait.
      else await pause(LOOK_MS);
    } else if (tries > 0) {
      await pause(LOOK_MS);
    }
  }
  const touching = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, TOUCH_MS).unref();
  return async () => {
    clearInterval(touching);
    // Not that of another, who has taken this one for gone.
    const look = await lookAt(path).catch(() => undefined);
    if (look?.text === own) await rm(path, { force: true }).catch(() => {});
  };
}

/** @returns whether there was none */
async function make(path: string, text: string, patient: boolean): Promise<boolean> {
  try {
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === 'EEXIST') return false;
    if (process.platform === 'win32' && patient && (code === 'EPERM' || code === 'EBUSY')) return false;
    throw error;
  }
}

async function lookAt(path: string): Promise<Look | undefined> {
  try {
    const { mtimeMs } = await stat(path);
    return { text: await readFile(path, 'utf8'), touched: mtimeMs };
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes a lock whose holder is gone, one process at a time: another would remove what the next holder has made by then. */
async function remove(path: string, text: string, touched?: number): Promise<void> {
  const release = await lockFile(`${path}.gone`);
  try {
    const look = await lookAt(path);
    if (look?.text === text && (touched ?? look.touched) === look.touched) await rm(path, { force: true });
  } finally {
    await release();
  }
}

/** Where process ids mean the same: a machine, and on Linux what a container sees of it. */
async function placeOf(): Promise<string> {
  return `${hostname()} ${await readlink('/proc/self/ns/pid').catch(() => '')}`;
}

/** Whether a lock's holder is known to be gone. Half a text (it is being written, or never will be) tells nothing. */
function isGone(text: string, place: string): boolean {
  try {
    const holder = JSON.parse(text) as { readonly pid?: unknown; readonly place?: unknown };
    if (holder.place !== place || typeof holder.pid !== 'number') return false;
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as { readonly code?: string }).code === 'ESRCH';
  }
  return false;
}
