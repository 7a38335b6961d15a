/** What is given to `mcpwire/auth` from outside: where things are kept, how people are reached, what fetches. */

/** Keeps what a client must remember: registrations and tokens, one text per key. */
export interface AuthStore {
  get(key: string): string | undefined | Promise<string | undefined>;
  set(key: string, value: string): void | Promise<void>;
  delete(key: string): void | Promise<void>;
  /** Runs one at a time for a key, across everything that shares the store. Default: within this process. */
  lock?<T>(key: string, run: () => Promise<T>): Promise<T>;
}

/** Sends a person to an authorization server and brings the answer back. */
export interface Redirect {
  /** What kind of application registers: OpenID Connect `application_type`. */
  readonly applicationType: 'native' | 'web';
  /** Prepares one authorization: the redirect URI to register and to send. */
  begin(signal: AbortSignal): Promise<RedirectSession>;
}

/** One authorization under way. */
export interface RedirectSession {
  readonly redirectUri: string;
  /** Shows the page and waits for the person; resolves with the whole URL that came back. */
  authorize(url: URL): Promise<URL>;
  close(): Promise<void>;
  /**
   * Set where {@link RedirectSession.authorize} leaves the page and with it the program: what is under way is then kept in
   * the store first, and `authorize` need not resolve.
   */
  readonly leaves?: boolean | undefined;
  /** The whole URL with which the person came back to a program that had been left, if this one began so. */
  readonly returned?: URL | undefined;
}

/** `fetch` for URLs that servers choose: see guard.ts. */
export type GuardedFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;
