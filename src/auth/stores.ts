/** Where a client keeps its registrations and tokens. */
import { edge } from '#auth-edge';
import { McpError } from '../errors.js';
import { oneAtATime } from './one-at-a-time.js';
import type { AuthStore } from './types.js';

/**
 * Keeps registrations and tokens as long as the program runs.
 *
 * @example
 * ```ts
 * const client = await McpClient.connect(url, { auth: oauth({ redirect: loopback(), store: memoryStore() }) });
 * ```
 */
export function memoryStore(): Required<AuthStore> {
  // Out of sight of whatever prints the store.
  const texts = new Map<string, string>();
  return {
    get: (key) => texts.get(key),
    set: (key, value) => void texts.set(key, value),
    delete: (key) => void texts.delete(key),
    lock: oneAtATime(),
  };
}

/**
 * Keeps registrations and tokens in a file that only its owner can read (mode 0600, in a folder of mode 0700 where it has to be
 * made), for Node, Deno and Bun. The file is replaced as a whole, so that no crash leaves half of one. Processes that share it
 * wait for each other: locks lie beside it as `<file>.….lock`, and one whose holder has crashed is taken over at once,
 * one whose holder is on another machine or has stopped answering after 10 seconds.
 *
 * Calls reject with an {@link McpError} `internal` that names the file when it cannot be read, written or understood.
 *
 * @param path the file; `~/` at its start is the home folder of the user
 * @throws McpError `internal` where there are no files
 *
 * @example
 * ```ts
 * const store = fileStore('~/.config/jobs/mcp.json');
 * ```
 */
export function fileStore(path: string): Required<AuthStore> {
  const { files } = edge;
  if (files === undefined) {
    throw new McpError(
      'internal',
      'fileStore() needs Node, Deno or Bun: use browserStore(), or three functions of your own',
    );
  }
  let opened: Promise<Required<AuthStore>> | undefined;
  const open = (): Promise<Required<AuthStore>> => (opened ??= files().then(({ openFiles }) => openFiles(path)));
  return {
    get: async (key) => (await open()).get(key),
    set: async (key, value) => (await open()).set(key, value),
    delete: async (key) => (await open()).delete(key),
    lock: async (key, run) => (await open()).lock(key, run),
  };
}

/** What is used of a `Storage`. */
export interface BrowserStorage {
  /** What is kept under a key; `null` for nothing. */
  getItem(key: string): string | null;
  /** Keeps a text. */
  setItem(key: string, value: string): void;
  /** Forgets a text. */
  removeItem(key: string): void;
}

/** Options of {@link browserStore}. */
export interface BrowserStoreOptions {
  /** What the keys begin with. Default `mcpwire:`. */
  readonly prefix?: string;
}

/**
 * Keeps registrations and tokens in a browser, where every script of the same origin can read them: a page that may run scripts of
 * strangers is better off with {@link memoryStore}. Tabs wait for each other where there is `navigator.locks` (pages served
 * over https or from this machine).
 *
 * @param storage default `localStorage`
 * @throws McpError `internal` where there is no such storage
 *
 * @example
 * ```ts
 * const store = browserStore(sessionStorage, { prefix: 'jobs:' });
 * ```
 */
export function browserStore(
  storage: BrowserStorage | undefined = (globalThis as { readonly localStorage?: BrowserStorage }).localStorage,
  { prefix = 'mcpwire:' }: BrowserStoreOptions = {},
): Required<AuthStore> {
  if (storage === undefined) {
    throw new McpError(
      'internal',
      'browserStore() needs localStorage: give it a Storage, or use memoryStore() or fileStore()',
    );
  }
  // `navigator` is not everywhere, and has no locks on pages that came without TLS.
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: LockManager } };
  const locks = navigator?.locks;
  return {
    get: (key) => storage.getItem(prefix + key) ?? undefined,
    set: (key, value) => storage.setItem(prefix + key, value),
    delete: (key) => storage.removeItem(prefix + key),
    lock: locks === undefined ? oneAtATime() : async (key, run) => await locks.request(prefix + key, run),
  };
}

const locksOf = /* @__PURE__ */ new WeakMap<AuthStore, Required<AuthStore>['lock']>();

/** Runs one at a time for a key: as the store does it, else within this process, for everybody who has the same store. */
export function lockIn<T>(store: AuthStore, key: string, run: () => Promise<T>): Promise<T> {
  if (store.lock !== undefined) return store.lock(key, run);
  let lock = locksOf.get(store);
  if (lock === undefined) locksOf.set(store, (lock = oneAtATime()));
  return lock(key, run);
}
