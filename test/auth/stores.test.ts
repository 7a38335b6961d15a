import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { browserStore, fileStore, lockIn, memoryStore } from '../../src/auth/stores.ts';
import type { AuthStore } from '../../src/auth/types.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'mcpwire-store-'));
const mode = (path: string): number => statSync(path).mode & 0o777;

function memoryOfBrowser() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}

/** Another process with the same file. */
function other(...args: string[]): { child: ChildProcess; says: Promise<string>; ends: Promise<number | null> } {
  const program = fileURLToPath(new URL('fixtures/store.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', loader, program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    child,
    says: new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk).trim()))),
    ends: new Promise((resolve) => child.once('close', (code) => resolve(code))),
  };
}
// Sources import each other by the names that they are built to.
const loader = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ resolve: (specifier, context, next) =>
    next(specifier === '#auth-edge' ? ${JSON.stringify(new URL('../../src/auth/edge-node.ts', import.meta.url).href)}
      : specifier.startsWith('.') ? specifier.replace(/\\.js$/, '.ts') : specifier, context) });
`)}`;

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

describe.each<[string, () => AuthStore]>([
  ['memoryStore', memoryStore],
  ['fileStore', () => fileStore(join(folder(), 'deep/er/auth.json'))],
  ['browserStore', () => browserStore(memoryOfBrowser())],
  ['three functions', () => ((s) => ({ get: s.get, set: s.set, delete: s.delete }))(memoryStore())],
])('%s', (_name, make) => {
  it('keeps one text per key, whatever the key', async () => {
    const store = make();
    for (const key of ['a', '', '__proto__', 'https://as.example.com/ü 😀', '../x']) {
      expect(await store.get(key)).toBeUndefined();
      await store.set(key, `value of ${key}`);
      await store.set(key, `new value of ${key}`);
    }
    expect(await store.get('__proto__')).toBe('new value of __proto__');
    await store.delete('a');
    await store.delete('a');
    expect(await store.get('a')).toBeUndefined();
    expect(await store.get('../x')).toBe('new value of ../x');
  });

  it('runs one at a time for a key, and different keys beside each other', async () => {
    const store = make();
    const gate = deferred();
    const order: string[] = [];
    const first = lockIn(store, 'a', async () => {
      order.push('first');
      await gate.promise;
      order.push('first ends');
      return 1;
    });
    const second = lockIn(store, 'a', async () => void order.push('second'));
    await lockIn(store, 'b', async () => void order.push('other'));
    gate.resolve();
    expect(await first).toBe(1);
    await second;
    expect(order.filter((step) => step !== 'other')).toEqual(['first', 'first ends', 'second']);
    expect(order.indexOf('other')).toBeLessThan(order.indexOf('first ends'));
  });

  it('goes on after one that fails, and tells its failure', async () => {
    const store = make();
    const failing = lockIn(store, 'a', () => Promise.reject(new Error('failed')));
    const next = lockIn(store, 'a', async () => 'ran');
    await expect(failing).rejects.toThrow('failed');
    expect(await next).toBe('ran');
  });

  it('A33: shows nothing of what it keeps', async () => {
    const store = make();
    await store.set('canary key', 'canary value');
    expect(inspect(store, { depth: 9, showHidden: true }) + JSON.stringify(store)).not.toContain('canary');
  });
});

describe('AZ16: fileStore', () => {
  it('makes the file for its owner alone, and a folder of its own', async () => {
    const home = folder();
    const path = join(home, 'app/mcp/auth.json');
    await fileStore(path).set('a', 'b');
    expect([mode(path), mode(join(home, 'app')), mode(join(home, 'app/mcp'))]).toEqual([0o600, 0o700, 0o700]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ a: 'b' });
    expect(readdirSync(join(home, 'app/mcp'))).toEqual(['auth.json']);
  });

  it('takes from others what they could read, when it reads', async () => {
    const path = join(folder(), 'auth.json');
    writeFileSync(path, '{"a":"b"}');
    chmodSync(path, 0o644);
    expect(await fileStore(path).get('a')).toBe('b');
    expect(mode(path)).toBe(0o600);
  });

  it('knows the home folder', async () => {
    const home = folder();
    vi.stubEnv('HOME', home);
    onTestFinished(() => void vi.unstubAllEnvs());
    await fileStore('~/x/auth.json').set('a', 'b');
    expect(existsSync(join(home, 'x/auth.json'))).toBe(true);
  });

  it('writes through a link', async () => {
    const home = folder();
    writeFileSync(join(home, 'real.json'), '{}');
    symlinkSync(join(home, 'real.json'), join(home, 'auth.json'));
    await fileStore(join(home, 'auth.json')).set('a', 'b');
    expect(readFileSync(join(home, 'real.json'), 'utf8')).toContain('"a"');
  });

  it.each(['{"a":"canary', '[]', '{"a":1}', 'null', '', '\0\0\0'])(
    'names a damaged file and leaves it: %j',
    async (text) => {
      const path = join(folder(), 'auth.json');
      writeFileSync(path, text);
      for (const call of [fileStore(path).get('a'), fileStore(path).set('a', 'b')]) {
        const error = await Promise.resolve(call).then(
          () => expect.unreachable(),
          (reason: unknown) => reason as Error,
        );
        expect(error).toMatchObject({ code: 'internal', message: expect.stringContaining(path) });
        expect(inspect(error)).not.toContain('canary');
      }
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );

  it('tells that it cannot write', async () => {
    const path = join(folder(), 'auth.json');
    writeFileSync(path, '{}');
    const below = join(path, 'auth.json');
    await expect(fileStore(below).set('a', 'b')).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining(below),
    });
  });

  it('loses nothing that another process writes', { timeout: 30_000 }, async () => {
    const path = join(folder(), 'auth.json');
    const all = [other(path, 'set', 'p', '20'), other(path, 'set', 'q', '20')];
    const store = fileStore(path);
    for (let i = 0; i < 20; i++) await store.set(`r-${i}`, 'x');
    expect(await Promise.all(all.map(({ ends }) => ends))).toEqual([0, 0]);
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')) as object)).toHaveLength(60);
  });

  it('runs one at a time across processes', { timeout: 30_000 }, async () => {
    const path = join(folder(), 'auth.json');
    const all = [other(path, 'count', '25'), other(path, 'count', '25')];
    expect(await Promise.all(all.map(({ ends }) => ends))).toEqual([0, 0]);
    expect(await fileStore(path).get('counter')).toBe('50');
  });

  it('waits for a process that holds a lock, and for no other key', { timeout: 30_000 }, async () => {
    const path = join(folder(), 'auth.json');
    const { child, says, ends } = other(path, 'hold', 'a');
    expect(await says).toBe('held');
    const store = fileStore(path);
    let entered = false;
    const waiting = store.lock('a', async () => void (entered = true));
    await store.lock('b', async () => store.set('b', 'beside'));
    expect(entered).toBe(false);
    child.stdin?.end();
    await waiting;
    expect(await ends).toBe(0);
    expect(await store.get('b')).toBe('beside');
  });

  it('takes over what a crashed process held: one of many that wait', { timeout: 30_000 }, async () => {
    const path = join(folder(), 'auth.json');
    const { child, says, ends } = other(path, 'hold', 'counter');
    expect(await says).toBe('held');
    const all = [other(path, 'count', '10'), other(path, 'count', '10')];
    child.kill('SIGKILL');
    await ends;
    expect(await Promise.all(all.map((one) => one.ends))).toEqual([0, 0]);
    expect(await fileStore(path).get('counter')).toBe('20');
    expect(readdirSync(join(path, '..'))).toEqual(['auth.json']);
  });

  it.each([
    JSON.stringify({ id: 'x', pid: process.pid, place: 'another machine' }),
    JSON.stringify({ id: 'x', pid: 1, place: hostname() }),
    '',
  ])('takes over what nobody has touched for 10 seconds, and waits for one that is touched: %s', async (text) => {
    const path = join(folder(), 'auth.json');
    const lock = `${path}.lock`;
    writeFileSync(lock, text);
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    onTestFinished(() => clock.mockRestore());
    const looks = async (): Promise<void> => {
      const before = clock.mock.calls.length;
      await vi.waitFor(() => expect(clock.mock.calls.length).toBeGreaterThan(before + 4));
    };
    let done = false;
    const setting = Promise.resolve(fileStore(path).set('a', 'b')).then(() => (done = true));
    await looks();
    now = 9_999;
    await looks();
    utimesSync(lock, new Date(), new Date());
    await looks();
    now = 19_000;
    await looks();
    expect(done).toBe(false);
    now = 30_000;
    await setting;
    expect(existsSync(lock)).toBe(false);
  });
});

describe('browserStore', () => {
  it('begins its keys with a prefix', () => {
    const storage = memoryOfBrowser();
    void browserStore(storage).set('a', '1');
    void browserStore(storage, { prefix: 'jobs/' }).set('a', '2');
    expect([...storage.items]).toEqual([
      ['mcpwire:a', '1'],
      ['jobs/a', '2'],
    ]);
  });

  it('locks across tabs where a browser can', async () => {
    const request = vi.fn((_name: string, run: () => unknown) => Promise.resolve(run()));
    vi.stubGlobal('navigator', { locks: { request } });
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(await browserStore(memoryOfBrowser()).lock('a', async () => 1)).toBe(1);
    expect(request).toHaveBeenCalledWith('mcpwire:a', expect.any(Function));
  });

  it('says what is missing', () => {
    vi.stubGlobal('localStorage', undefined);
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(() => browserStore()).toThrow('needs localStorage');
  });
});
