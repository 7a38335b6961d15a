/** What is given to `mcpwire/auth` from outside: where things are kept, how people are reached, what fetches. */

/** Keeps what a client must remember: registrations and tokens, one text per key. */
export interface AuthStore {
  /** What is kept under a key; `undefined` for nothing. */
  get(key: string): string | undefined | Promise<string | undefined>;
  /** Keeps a text, instead of what was there. */
  set(key: string, value: string): void | Promise<void>;
  /** Forgets a text, if there is one. */
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
  /**
   * For those that leave the program: what is under way is kept in the store, and the program that begins anew asks for the
   * whole URL that came back, if this is the authorization that it came back from.
   *
   * @param state the `state` that was sent
   */
  resume?(state: string): URL | undefined;
}

/** One authorization under way. */
export interface RedirectSession {
  /** Where the authorization server sends the person back to. */
  readonly redirectUri: string;
  /** Shows the page and waits for the person; resolves with the whole URL that came back. */
  authorize(url: URL): Promise<URL>;
  /** Frees what it holds. Called once, whatever came of it. */
  close(): Promise<void>;
}

/** `fetch` for URLs that servers choose: see guard.ts. */
export type GuardedFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;
