/** Ways to send a person to an authorization server from a web page. */
import { McpError } from '../errors.js';
import { deferred } from '../util/deferred.js';
import { openable } from './browser-url.js';
import { applicationTypeOf, untilAborted } from './redirects.js';
import type { Redirect } from './types.js';

/** What a page has and other programs have not. */
interface Page {
  readonly location: { readonly href: string; readonly origin: string; assign(url: string): void };
  readonly history: { readonly state: unknown; replaceState(state: unknown, unused: string, url: string): void };
  readonly opener: { postMessage(message: unknown, origin: string): void } | null;
  open(url: string, target: string, features: string): Popup | null;
  close(): void;
  addEventListener(type: string, listener: (event: unknown) => void): void;
  removeEventListener(type: string, listener: (event: unknown) => void): void;
}

interface Popup {
  readonly location: { replace(url: string): void };
  readonly closed: boolean;
  close(): void;
}

/** Names the messages between windows, and the channel that they go through. */
const NAME = 'mcpwire:redirect';
/** Milliseconds after which a window that was closed sends no message any more. */
const LAST_MS = 1_000;
/** What an authorization server adds to a redirect URI (RFC 6749, RFC 9207, OpenID Connect). */
const ANSWER = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'session_state'];

/** Options of {@link popup}. */
export interface PopupOptions {
  /** The page that calls {@link popupCallback}, of the same origin. Default: this page, without query and fragment. */
  readonly redirectUri?: string;
  /** The window's features, as `window.open` takes them; not `noopener`. Default `popup,width=600,height=720`. */
  readonly features?: string;
  /** Milliseconds to wait for the person. Default 300,000. */
  readonly timeoutMs?: number;
}

/**
 * Signs in with a window of its own, for web pages. Browsers open one only soon after a click: connect from its handler. The
 * page at the redirect URI must call {@link popupCallback}. Messages count only from the page's own origin, and with the
 * `state` that was sent.
 *
 * @throws McpError `missing_capability` where there is no page
 * @throws TypeError for a redirect URI of another origin
 *
 * @example
 * ```ts
 * if (!popupCallback()) {
 *   button.onclick = async () => {
 *     const client = await McpClient.connect(url, { auth: oauth({ redirect: popup(), store: browserStore() }) });
 *   };
 * }
 * ```
 */
export function popup(options: PopupOptions = {}): Redirect {
  const { features = 'popup,width=600,height=720', timeoutMs = 300_000 } = options;
  const page = pageOf('popup');
  const redirectUri = redirectUriOf(page, options.redirectUri);
  return {
    applicationType: applicationTypeOf(redirectUri),
    async begin(signal) {
      // Now, while the click counts. It is empty, and asks nobody yet.
      const child = page.open('', '_blank', features);
      if (child === null) {
        const text = 'The browser has blocked the window to sign in: connect from the handler of a click';
        throw new McpError('missing_capability', text);
      }
      return {
        redirectUri,
        authorize: (url) => answerOf(page, child, { url, redirectUri, timeoutMs, signal }),
        async close() {
          child.close();
        },
      };
    },
  };
}

interface Asked {
  readonly url: URL;
  readonly redirectUri: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

async function answerOf(page: Page, child: Popup, { url, redirectUri, timeoutMs, signal }: Asked): Promise<URL> {
  const href = openable(url);
  const state = url.searchParams.get('state');
  const { promise, resolve, reject } = deferred<URL>();
  const receive = (data: unknown): void => {
    const text = (data as { readonly [NAME]?: unknown } | null)?.[NAME];
    const answer = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
    if (answer === undefined || answer.origin + answer.pathname !== redirectUri.split('?', 1)[0]) return;
    if (state === null || answer.searchParams.get('state') === state) resolve(answer);
  };
  const onMessage = (event: unknown): void => {
    const { data, origin, source } = event as MessageEvent<unknown>;
    // Types apart, it is the window that was opened.
    if (origin === page.location.origin && source === (child as unknown)) receive(data);
  };
  // Authorization servers may cut the tie between a window and its opener; pages of one origin still hear each other.
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener('message', (event) => receive((event as MessageEvent<unknown>).data));
  let timer: ReturnType<typeof setTimeout> | undefined;
  // A window whose tie was cut looks closed as well: only with the person back on this page it counts.
  const onFocus = (): void => {
    if (!child.closed) return;
    clearTimeout(timer);
    timer = setTimeout(() => reject(new McpError('aborted', 'The window to sign in was closed')), LAST_MS);
  };
  const tooLong = setTimeout(
    () => reject(new McpError('timeout', `Nobody has signed in within ${timeoutMs} ms`)),
    timeoutMs,
  );
  page.addEventListener('message', onMessage);
  page.addEventListener('focus', onFocus);
  try {
    return await untilAborted(signal, () => {
      child.location.replace(href);
      return promise;
    });
  } finally {
    clearTimeout(timer);
    clearTimeout(tooLong);
    page.removeEventListener('message', onMessage);
    page.removeEventListener('focus', onFocus);
    channel.close();
    child.close();
  }
}

/**
 * Hands the answer in this page's URL to the page that has opened it with {@link popup}, and closes the window. Call it first thing
 * on the page of the redirect URI.
 *
 * @returns whether there is an answer: the page need show nothing then
 */
export function popupCallback(): boolean {
  const page = pageOf('popupCallback');
  const { href, origin } = page.location;
  if (!isAnswer(new URL(href))) return false;
  const message = { [NAME]: href };
  scrub(page);
  page.opener?.postMessage(message, origin);
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(message);
  channel.close();
  page.close();
  return true;
}

/** A {@link Redirect} that leaves the page. What began before goes on after, with what was stored meanwhile. */
export interface PageRedirect extends Redirect {
  /**
   * The URL that came back for an authorization that an earlier load of the page has begun, and takes its answer out of the address
   * bar. Undefined when the page was loaded for another reason.
   *
   * @param state the `state` that was sent
   */
  resume(state: string): URL | undefined;
}

/** Options of {@link redirect}. */
export interface PageRedirectOptions {
  /** The page that goes on, of the same origin. Default: this page, without query and fragment. */
  readonly redirectUri?: string;
}

/**
 * Signs in by leaving the page: the authorization server sends the person back, the page loads anew and connects again. What was
 * begun must be kept meanwhile, so this needs a store that outlives the page, such as `browserStore(sessionStorage)`.
 *
 * @throws McpError `missing_capability` where there is no page
 * @throws TypeError for a redirect URI of another origin
 *
 * @example
 * ```ts
 * const auth = oauth({ redirect: redirect(), store: browserStore(sessionStorage) });
 * const client = await McpClient.connect(url, { auth });
 * ```
 */
export function redirect(options: PageRedirectOptions = {}): PageRedirect {
  const page = pageOf('redirect');
  const redirectUri = redirectUriOf(page, options.redirectUri);
  return {
    applicationType: applicationTypeOf(redirectUri),
    begin: async (signal) => ({
      redirectUri,
      authorize: (url) => leave(page, openable(url), signal),
      close: async () => {},
    }),
    resume(state) {
      const url = new URL(page.location.href);
      if (!isAnswer(url) || url.searchParams.get('state') !== state) return undefined;
      scrub(page);
      return url;
    },
  };
}

/** Never resolves: the page is gone, or the person came back to it. */
async function leave(page: Page, href: string, signal: AbortSignal): Promise<never> {
  const { promise, reject } = deferred<never>();
  const onShow = (event: unknown): void => {
    if ((event as PageTransitionEvent).persisted) reject(new McpError('aborted', 'Signing in was left by going back'));
  };
  page.addEventListener('pageshow', onShow);
  try {
    return await untilAborted(signal, () => {
      page.location.assign(href);
      return promise;
    });
  } finally {
    page.removeEventListener('pageshow', onShow);
  }
}

function isAnswer({ searchParams }: URL): boolean {
  return searchParams.has('state') && (searchParams.has('code') || searchParams.has('error'));
}

/** Takes the answer out of the address bar, and so out of the history. */
function scrub({ history, location }: Page): void {
  const url = new URL(location.href);
  for (const name of ANSWER) url.searchParams.delete(name);
  history.replaceState(history.state, '', url.href);
}

function pageOf(name: string): Page {
  // Asked below.
  const page = globalThis as unknown as Partial<Page>;
  if (page.location === undefined || page.history === undefined) {
    throw new McpError('missing_capability', `${name}() needs a web page: use loopback(), or manual() in a server`);
  }
  return page as Page;
}

function redirectUriOf({ location }: Page, given: string | undefined): string {
  const here = new URL(location.href);
  const url = given === undefined ? new URL(here.pathname, here) : new URL(given, here);
  if (url.origin !== here.origin)
    throw new TypeError(`redirectUri ${JSON.stringify(given)} is no page of ${here.origin}`);
  return url.href;
}
