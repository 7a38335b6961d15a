import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { popup, popupCallback, redirect } from '../../src/auth/browser-redirects.ts';

const AS = 'https://as.example.com/authorize?state=s1';
const HERE = 'https://app.example.com/jobs?tab=2#x';
const BACK = 'https://app.example.com/jobs?code=c1&state=s1';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** The globals of a page, as far as they are used; windows are opened as `child`. */
function page(href = HERE, child: object | null = opened()) {
  const events = new EventTarget();
  const location = { href, origin: new URL(href).origin, assign: vi.fn() };
  const history = { state: { own: 1 }, replaceState: vi.fn((_state, _unused, url: string) => (location.href = url)) };
  const globals = {
    location,
    history,
    opener: { postMessage: vi.fn() },
    open: vi.fn(() => child),
    close: vi.fn(),
    addEventListener: vi.fn(events.addEventListener.bind(events)),
    removeEventListener: vi.fn(events.removeEventListener.bind(events)),
  };
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  const dispatch = (type: string, fields: object = {}) => events.dispatchEvent(Object.assign(new Event(type), fields));
  const message = (data: unknown, source: unknown = child, origin = location.origin) =>
    dispatch('message', { data, source, origin });
  const listeners = () => globals.addEventListener.mock.calls.length - globals.removeEventListener.mock.calls.length;
  return { ...globals, dispatch, message, listeners };
}

function opened() {
  return { location: { replace: vi.fn() }, closed: false, close: vi.fn() };
}

async function session(child = opened()) {
  const window = page(HERE, child);
  const controller = new AbortController();
  const begun = await popup().begin(controller.signal);
  const answer = begun.authorize(new URL(AS));
  answer.catch(() => {});
  return { ...window, controller, begun, answer, child };
}

describe('popup()', () => {
  it('opens its window at once, sends it to the authorization server, and closes it with the answer', async () => {
    const { open, child, begun, answer, message, listeners } = await session();
    expect(open).toHaveBeenCalledWith('', '_blank', 'popup,width=600,height=720');
    expect(begun.redirectUri).toBe('https://app.example.com/jobs');
    expect(child.location.replace).toHaveBeenCalledWith(AS);
    message({ 'mcpwire:redirect': BACK });
    expect((await answer).href).toBe(BACK);
    expect(child.close).toHaveBeenCalled();
    expect(listeners()).toBe(0);
  });

  it('believes its own origin, its own window, its own redirect URI and its own state only', async () => {
    const { answer, message, child } = await session();
    const wrong = (data: unknown, ...rest: [unknown?, string?]) => message(data, ...rest);
    wrong({ 'mcpwire:redirect': `${BACK}&wrong` }, child, 'https://evil.example');
    wrong({ 'mcpwire:redirect': `${BACK}&wrong` }, child, 'https://app.example.com.evil.example');
    wrong({ 'mcpwire:redirect': `${BACK}&wrong` }, child, 'null');
    wrong({ 'mcpwire:redirect': `${BACK}&wrong` }, {});
    wrong({ 'mcpwire:redirect': 'https://app.example.com/jobs?code=wrong&state=s2' });
    wrong({ 'mcpwire:redirect': 'https://app.example.com/other?code=wrong&state=s1' });
    wrong({ 'mcpwire:redirect': 'https://evil.example/jobs?code=wrong&state=s1' });
    for (const data of [null, 1, 'x', {}, { 'mcpwire:redirect': 1 }, { 'mcpwire:redirect': 'nonsense' }]) wrong(data);
    message({ 'mcpwire:redirect': BACK });
    expect((await answer).href).toBe(BACK);
  });

  it('hears a window whose tie to its opener was cut', async () => {
    const { answer } = await session();
    const channel = new BroadcastChannel('mcpwire:redirect');
    onTestFinished(() => channel.close());
    channel.postMessage({ 'mcpwire:redirect': BACK });
    expect((await answer).href).toBe(BACK);
  });

  it('says that it was blocked', async () => {
    page(HERE, null);
    await expect(popup().begin(new AbortController().signal)).rejects.toThrow('from the handler of a click');
  });

  it('ends when the person closes the window and comes back, and not because it looks closed', async () => {
    vi.useFakeTimers();
    const child = opened();
    const { answer, dispatch, listeners } = await session(child);
    dispatch('focus');
    child.closed = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(listeners()).toBe(2);
    dispatch('focus');
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(answer).rejects.toMatchObject({ code: 'aborted' });
    expect(listeners()).toBe(0);
  });

  it('ends after timeoutMs and with its signal', async () => {
    vi.useFakeTimers();
    const one = await session();
    await vi.advanceTimersByTimeAsync(300_000);
    await expect(one.answer).rejects.toMatchObject({ code: 'timeout' });
    expect(one.child.close).toHaveBeenCalled();
    const two = await session();
    two.controller.abort();
    await expect(two.answer).rejects.toMatchObject({ code: 'aborted' });
    expect(two.listeners()).toBe(0);
    await two.begun.close();
    expect(two.child.close).toHaveBeenCalled();
  });

  it('A27: goes nowhere but to http(s)', async () => {
    const child = opened();
    page(HERE, child);
    const begun = await popup().begin(new AbortController().signal);
    await expect(begun.authorize(new URL('javascript:alert(1)'))).rejects.toMatchObject({ code: 'invalid_message' });
    expect(child.location.replace).not.toHaveBeenCalled();
  });

  it('A26: comes back to its own origin only', () => {
    page();
    expect(() => popup({ redirectUri: 'https://evil.example/' })).toThrow(TypeError);
    expect(popup({ redirectUri: '/callback' }).applicationType).toBe('web');
    page('http://localhost:5173/');
    expect(popup().applicationType).toBe('native');
    page('http://app.example.com/');
    expect(() => popup()).toThrow(TypeError);
  });

  it('says that it needs a page', () => {
    expect(() => popup()).toThrow('needs a web page');
  });
});

describe('popupCallback()', () => {
  it('hands the answer to its own origin, takes it out of the address bar, and closes the window', () => {
    const { opener, close, location } = page(`${BACK}&tab=2`);
    expect(popupCallback()).toBe(true);
    expect(opener.postMessage).toHaveBeenCalledWith({ 'mcpwire:redirect': `${BACK}&tab=2` }, 'https://app.example.com');
    expect(location.href).toBe('https://app.example.com/jobs?tab=2');
    expect(close).toHaveBeenCalled();
  });

  it('does nothing on a page without an answer', () => {
    const { opener, close } = page();
    expect(popupCallback()).toBe(false);
    expect([opener.postMessage.mock.calls, close.mock.calls]).toEqual([[], []]);
  });
});

describe('redirect()', () => {
  it('leaves the page, and waits for nothing more', async () => {
    const { location, dispatch, listeners } = page();
    const begun = await redirect({ redirectUri: '/back' }).begin(new AbortController().signal);
    expect(begun.redirectUri).toBe('https://app.example.com/back');
    const answer = begun.authorize(new URL(AS));
    expect(location.assign).toHaveBeenCalledWith(AS);
    dispatch('pageshow', { persisted: true });
    await expect(answer).rejects.toMatchObject({ code: 'aborted' });
    expect(listeners()).toBe(0);
  });

  it('finds its answer on the next load, once, by its state', () => {
    const { location, history } = page('https://app.example.com/jobs?tab=2&code=c1&state=s1&iss=x#y');
    expect(redirect().resume('s2')).toBeUndefined();
    expect(history.replaceState).not.toHaveBeenCalled();
    expect(redirect().resume('s1')?.searchParams.get('code')).toBe('c1');
    expect(location.href).toBe('https://app.example.com/jobs?tab=2#y');
    expect(redirect().resume('s1')).toBeUndefined();
  });
});
