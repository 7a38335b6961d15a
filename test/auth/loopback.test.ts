import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openable } from '../../src/auth/browser-url.ts';
import { loopback, type LoopbackOptions, manual } from '../../src/auth/redirects.ts';
import type { RedirectSession } from '../../src/auth/types.ts';
import { send } from '../helpers/raw-http.js';

const AS = 'https://as.example.com/authorize?response_type=code&state=s1';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Opens the system's browser, which the other tests do not. */
const SYSTEM: LoopbackOptions = {};

async function begin(options: LoopbackOptions = {}, signal = new AbortController().signal): Promise<RedirectSession> {
  const session = await loopback(options === SYSTEM ? {} : { open: () => {}, ...options }).begin(signal);
  onTestFinished(() => session.close());
  return session;
}

async function refused(url: string): Promise<void> {
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
}

/** A program on PATH that writes its arguments, one a line, and exits. */
function browser(name: string, code = 0): { argv: () => Promise<string[]> } {
  const folder = mkdtempSync(join(tmpdir(), 'mcpwire-browser-'));
  const out = join(folder, 'argv');
  writeFileSync(
    join(folder, name),
    `#!/bin/sh\nprintf '%s\\n' "$@" > "${out}.tmp"\nmv "${out}.tmp" "${out}"\nexit ${code}\n`,
  );
  chmodSync(join(folder, name), 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}/bin${delimiter}/usr/bin`);
  vi.stubEnv('DISPLAY', ':0');
  return { argv: () => vi.waitFor(() => readFileSync(out, 'utf8').trimEnd().split('\n'), { timeout: 5000 }) };
}

describe('loopback()', () => {
  it('listens on this machine alone, on a port of its own for every authorization', async () => {
    const [one, two] = [await begin(), await begin()];
    expect(one.redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(two.redirectUri).not.toBe(one.redirectUri);
    expect(loopback().applicationType).toBe('native');
  });

  it('resolves with the whole URL that came back, shows a page, and is gone', async () => {
    const session = await begin();
    const answer = session.authorize(new URL(AS));
    const url = `${session.redirectUri}?code=c1&state=s1&iss=https%3A%2F%2Fas.example.com`;
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await response.text()).toContain('You can close this page');
    expect((await answer).href).toBe(url);
    await refused(url);
  });

  it('A41, AZ10: shows nothing of the query', async () => {
    const session = await begin();
    const answer = session.authorize(new URL(AS));
    const text = '<script>alert(1)</script>canary';
    const query = new URLSearchParams({ error: text, error_description: text, state: 's1', [text]: text });
    const page = await (await fetch(`${session.redirectUri}?${query}`)).text();
    expect(page).not.toMatch(/canary|script|alert/);
    expect((await answer).searchParams.get('error_description')).toBe(text);
  });

  it.each<[string, number, (uri: URL) => [target: string, host?: string, method?: string]]>([
    ['another path', 404, () => ['/favicon.ico?code=1&state=s1']],
    ['a longer path', 404, () => ['/callback/?code=1&state=s1']],
    ['a path of another spelling', 404, () => ['/%63allback?code=1&state=s1']],
    ['A43: a path that looks like a host', 404, () => ['//evil.example/callback?code=1&state=s1']],
    ['an absolute target', 404, ({ host }) => [`http://${host}/callback?code=1&state=s1`]],
    ['another host', 403, ({ port }) => ['/callback?code=1&state=s1', `localhost:${port}`]],
    ['a rebound host', 403, ({ port }) => ['/callback?code=1&state=s1', `evil.example:${port}`]],
    ['a host without its port', 403, () => ['/callback?code=1&state=s1', '127.0.0.1']],
    ['another method', 405, ({ host }) => ['/callback?code=1&state=s1', host, 'POST']],
    ['no state', 400, () => ['/callback?code=1']],
    ['another state', 400, () => ['/callback?code=1&state=s2']],
    ['two states', 400, () => ['/callback?code=1&state=s1&state=s2']],
    ['neither code nor error', 400, () => ['/callback?state=s1']],
  ])('goes on waiting after %s', async (_name, status, make) => {
    const session = await begin();
    const answer = session.authorize(new URL(AS));
    const uri = new URL(session.redirectUri);
    const [target, host = uri.host, method = 'GET'] = make(uri);
    const reply = await send(Number(uri.port), { method, target, headers: [['Host', host]] });
    expect(reply.status).toBe(status);
    expect(reply.headers.get('content-type')).toBe('text/plain');
    expect(reply.text).toBe(String(status));
    const url = `${session.redirectUri}?code=right&state=s1`;
    await fetch(url);
    expect((await answer).href).toBe(url);
  });

  it('takes nothing before it has sent anybody', async () => {
    const session = await begin();
    expect((await fetch(`${session.redirectUri}?code=1&state=s1`)).status).toBe(409);
  });

  it('takes exactly one answer', async () => {
    const session = await begin();
    const answer = session.authorize(new URL(AS));
    const urls = [1, 2, 3, 4].map((code) => `${session.redirectUri}?code=${code}&state=s1`);
    const replies = await Promise.allSettled(urls.map(async (url) => (await fetch(url)).status));
    expect(replies.filter((reply) => reply.status === 'fulfilled' && reply.value === 200)).toHaveLength(1);
    expect(urls).toContain((await answer).href);
  });

  it('has other hosts, paths and pages of this machine', async () => {
    const session = await begin({ host: '::1', path: '/oauth/back', page: '<p>Done' });
    expect(session.redirectUri).toMatch(/^http:\/\/\[::1\]:\d+\/oauth\/back$/);
    const answer = session.authorize(new URL(AS));
    expect(await (await fetch(`${session.redirectUri}?code=1&state=s1`)).text()).toBe('<p>Done');
    await answer;
    expect((await begin({ host: 'localhost' })).redirectUri).toMatch(/^http:\/\/localhost:/);
  });

  it.each([
    { host: '0.0.0.0' },
    { host: 'example.com' },
    { port: -1 },
    { port: 1.5 },
    { path: 'x' },
    { path: '/a?b' },
    { path: '/a/../b' },
  ])('refuses %j', (options) => {
    // As a program without types would.
    expect(() => loopback(options as LoopbackOptions)).toThrow(TypeError);
  });

  it('says that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    await expect(begin({ port })).rejects.toMatchObject({
      code: 'connection_failed',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });

  it('leaves no listener after an abort, before and while it waits', async () => {
    const controller = new AbortController();
    const one = await begin({}, controller.signal);
    const two = await begin({}, controller.signal);
    const answer = two.authorize(new URL(AS));
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toMatchObject({ code: 'aborted', cause: { message: 'enough' } });
    await expect(one.authorize(new URL(AS))).rejects.toMatchObject({ code: 'aborted' });
    for (const { redirectUri } of [one, two]) await refused(redirectUri);
    const late = await begin({}, controller.signal);
    await expect(late.authorize(new URL(AS))).rejects.toMatchObject({ code: 'aborted' });
    await refused(late.redirectUri);
  });

  it('leaves no listener after timeoutMs, after close, and after a page that cannot be opened', async () => {
    const slow = await begin({ timeoutMs: 20 });
    await expect(slow.authorize(new URL(AS))).rejects.toMatchObject({ code: 'timeout' });
    await refused(slow.redirectUri);
    const closed = await begin();
    const answer = closed.authorize(new URL(AS));
    await closed.close();
    await expect(answer).rejects.toMatchObject({ code: 'closed' });
    await refused(closed.redirectUri);
    const failing = await begin({ open: () => Promise.reject(new Error('no screen')) });
    await expect(failing.authorize(new URL(AS))).rejects.toThrow('no screen');
    await refused(failing.redirectUri);
  });
});

describe('A27, UR1: the page of the authorization server', () => {
  it('is opened by an argument of its own, without a shell', async () => {
    const { argv } = browser('xdg-open');
    const session = await begin(SYSTEM);
    const spare = join(tmpdir(), `mcpwire-pwned-${process.pid}`);
    const payload = `https://as.example.com/$(touch ${spare})/\`x\`?state=s1&x='|touch&calc";--y`;
    const answer = session.authorize(new URL(payload));
    const args = await argv();
    expect(args).toEqual([
      `https://as.example.com/%24%28touch%20${spare}%29/%60x%60?state=s1&x=%27%7Ctouch&calc%22%3B--y`,
    ]);
    await fetch(`${session.redirectUri}?code=1&state=s1`);
    await answer;
  });

  it.each([0, 3])('is told on stderr only where no browser can be started: exit code %i', async (code) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { argv } = browser('xdg-open', code);
    const session = await begin(SYSTEM);
    const answer = session.authorize(new URL(AS));
    await argv();
    await vi.waitUntil(() => code === 0 || log.mock.calls.length > 0);
    await fetch(`${session.redirectUri}?code=1&state=s1`);
    await answer;
    expect(log.mock.calls.join()).toBe(code === 0 ? '' : `Open this page in a browser to sign in:\n\n  ${AS}\n`);
  });

  it('is told where there is no such program, and where it is not to be opened', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.stubEnv('PATH', mkdtempSync(join(tmpdir(), 'mcpwire-empty-')));
    vi.stubEnv('DISPLAY', ':0');
    for (const options of [SYSTEM, { open: false } as const]) {
      const session = await begin(options);
      const answer = session.authorize(new URL(AS));
      await vi.waitFor(() => expect(log.mock.calls.join()).toContain(AS));
      await fetch(`${session.redirectUri}?code=1&state=s1`);
      await answer;
      expect(log).toHaveBeenCalledTimes(1);
      log.mockClear();
    }
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    '\tjavascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'vbscript:x',
    'ms-msdt:x',
    'ftp://as.example.com/',
    'http://a/$(calc.exe)',
    'http://as.example.com/',
    'http://10.0.0.1/',
    'http://localhost.evil.com/',
    'http://a%0d%0aX:',
    'https://user:canary@as.example.com/',
    '--upload-pack=x',
    '-x',
    '',
    `https://as.example.com/${'a'.repeat(1_000_000)}`,
    'https://\u202Eexample.com/',
  ])('is not opened if it is %j', (url) => {
    const error = (() => {
      try {
        return openable(url);
      } catch (reason) {
        return reason;
      }
    })();
    expect(error).toMatchObject({ code: 'invalid_message' });
    expect(inspect(error).length).toBeLessThan(3000);
    expect((error as Error).message).not.toContain('canary');
  });

  it.each([
    ['https://a/?x=&calc', 'https://a/?x=&calc'],
    ['https://a/"|calc', 'https://a/%22%7Ccalc'],
    ['https://a/\0\u202E?q=\0&r', 'https://a/%00%E2%80%AE?q=%00&r'],
    ['http://localhost:9/x y', 'http://localhost:9/x%20y'],
    ['http://[::1]:9/', 'http://[::1]:9/'],
    ['https://a/?scope=a+b&r=https%3A%2F%2Fx%2F~y', 'https://a/?scope=a+b&r=https%3A%2F%2Fx%2F~y'],
  ])('is opened as plain text: %j', (url, href) => {
    expect(openable(url)).toBe(href);
    expect(new URL(href).searchParams.get('q')).toBe(new URL(url).searchParams.get('q'));
  });

  it('of a listener is checked too, and no browser is started', async () => {
    const open = vi.fn();
    const session = await begin({ open });
    await expect(session.authorize(new URL('javascript:alert(1)'))).rejects.toMatchObject({ code: 'invalid_message' });
    expect(open).not.toHaveBeenCalled();
  });
});

describe('manual()', () => {
  it('hands out the URL and takes back another', async () => {
    const redirect = manual({
      redirectUri: 'https://app.example.com/cb',
      authorize: async (url) => `https://app.example.com/cb?code=1&from=${url.host}`,
    });
    const session = await redirect.begin(new AbortController().signal);
    expect([redirect.applicationType, session.redirectUri]).toEqual(['web', 'https://app.example.com/cb']);
    expect((await session.authorize(new URL(AS))).search).toBe('?code=1&from=as.example.com');
  });

  it('stops waiting when its signal aborts', async () => {
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    const never = (_url: URL, signal: AbortSignal) => (signals.push(signal), new Promise<URL>(() => {}));
    const session = await manual({ redirectUri: 'http://localhost:3000/cb', authorize: never }).begin(
      controller.signal,
    );
    const answer = session.authorize(new URL(AS));
    controller.abort();
    await expect(answer).rejects.toMatchObject({ code: 'aborted' });
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    await expect(session.authorize(new URL(AS))).rejects.toMatchObject({ code: 'aborted' });
    expect(signals).toHaveLength(1);
  });

  it.each(['http://app.example.com/cb', 'http://localhost.evil.com/', 'javascript:x', 'https://a/#x', 'data:x', ''])(
    'A26, AZ16: refuses the redirect URI %j',
    (redirectUri) => {
      expect(() => manual({ redirectUri, authorize: async (url) => url })).toThrow(TypeError);
    },
  );
});
