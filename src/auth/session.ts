/** One client at one server: its token, and how that is got and renewed. */
import type { AuthorizationServer } from 'oauth4webapi';
import { isMcpError } from '../errors.js';
import type { Demand } from './challenge.js';
import { covers, findIssuer, findProtected, isTexts, type Protected } from './discovery.js';
import { refused } from './failure.js';
import { Flight } from './flight.js';
import { type Ask, type Grant, type Held, timesOf, union } from './grant.js';
import type { Keep } from './keep.js';
import type { Possession } from './possession.js';
import type { Registration } from './registration.js';
import type { Reach, Tokens } from './token-request.js';
import type { GuardedFetch } from './types.js';

/** What all sessions of one `auth` share. */
export interface Setting {
  readonly grant: Grant;
  readonly keep: Keep;
  readonly guard: (server: URL) => GuardedFetch;
  /** Whether tokens are to be bound to a key. */
  readonly dpop: boolean;
  /** Whether what is kept outlives the program. */
  readonly lasting: boolean;
}

/** What came of an attempt to get a better token: the name of what was tried, nothing where there is nothing left to try. */
type Tried = string | undefined;

export class Session {
  readonly #server: URL;
  readonly #setting: Setting;
  readonly #fetch: GuardedFetch;
  readonly #flight = new Flight<Tried>();
  /** What went wrong with all that was asked for, so that nobody is asked again. */
  readonly #futile = new Set<string>();
  #loaded: Promise<void> | undefined;
  #held: Held | undefined;
  #possession: Promise<Possession> | undefined;
  #known: { readonly found: Protected; readonly as: AuthorizationServer } | undefined;
  /** All scopes that were asked for at an issuer: what is asked for next includes them. */
  #asked: { readonly issuer: string; readonly scope: string | undefined } | undefined;

  constructor(server: URL, setting: Setting) {
    this.#server = server;
    this.#setting = setting;
    this.#fetch = setting.guard(server);
  }

  /** Whether a URL belongs to the server: it is where the session began, or within the resource of its token. */
  covers(url: URL): boolean {
    const { origin, pathname } = this.#server;
    return (
      url.origin === origin &&
      (url.pathname === pathname || (this.#held !== undefined && covers(this.#held.resource, url)))
    );
  }

  /** The token to send next, renewed where it is about to end; none where there is none. */
  async token(signal: AbortSignal): Promise<string | undefined> {
    await (this.#loaded ??= this.#load());
    let held = this.#held;
    // Somebody is being asked: a request without a token would only ask again.
    if (held === undefined && this.#flight.busy) await this.#flight.join(signal, async () => undefined);
    held = this.#held;
    if (held?.renewAt !== undefined && held.renewAt <= Date.now()) await this.#renewAhead(held, signal);
    return this.#held?.token;
  }

  /** Sends a request with a token. */
  async send(
    request: Request,
    token: string | undefined,
    next: (request: Request) => Promise<Response>,
  ): Promise<Response> {
    if (token === undefined) {
      request.headers.delete('authorization');
      return next(request);
    }
    const possession = await this.#possess();
    if (possession !== undefined) return possession.send(request, token, next);
    request.headers.set('authorization', `Bearer ${token}`);
    return next(request);
  }

  /**
   * Gets a token that answers a demand.
   *
   * @param used the token that was refused
   * @param tried what this operation has tried; what is tried now is added
   * @returns whether it is worth sending again
   */
  async renew(used: string | undefined, demand: Demand, tried: Set<string>, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      // Somebody else was faster.
      if (this.#held !== undefined && this.#held.token !== used) return true;
      let mine = false;
      const what = await this.#flight.join(signal, (own) => {
        mine = true;
        return this.#renew(demand, tried, own);
      });
      if (what !== undefined) tried.add(what);
      if (mine) return what !== undefined;
    }
  }

  async #load(): Promise<void> {
    try {
      this.#held ??= await this.#setting.keep.json<Held>('token', this.#name);
    } catch (error) {
      this.#loaded = undefined;
      throw error;
    }
  }

  get #name(): string {
    return this.#server.origin + this.#server.pathname;
  }

  #possess(): Promise<Possession> | undefined {
    const { dpop, lasting } = this.#setting;
    if (!dpop) return undefined;
    return (this.#possession ??= import('./possession.js').then(({ possess }) => possess(lasting, this.#held?.key)));
  }

  async #reach(signal: AbortSignal): Promise<Reach> {
    return { fetch: this.#fetch, signal, proofs: (await this.#possess())?.proofs };
  }

  /** A token that is about to end is good for as long as it lasts: only one that has ended makes a failure matter. */
  async #renewAhead(held: Held, signal: AbortSignal): Promise<void> {
    if (held.refreshToken === undefined && this.#setting.grant.refresh !== undefined) return;
    try {
      await this.#flight.join(signal, async (own) => {
        if (this.#held !== held) return undefined;
        if (this.#setting.grant.refresh !== undefined) return (await this.#refresh(held, own)) ? 'refresh' : undefined;
        if (this.#known !== undefined) await this.#obtain(this.#known.found, this.#known.as, held.scope, own);
        return undefined;
      });
    } catch (error) {
      if (signal.aborted || this.#held !== held || (held.expiresAt ?? Infinity) <= Date.now()) throw error;
    }
  }

  async #renew(demand: Demand, tried: ReadonlySet<string>, signal: AbortSignal): Promise<Tried> {
    const { grant } = this.#setting;
    const found = await findProtected(this.#server, demand.metadata, this.#fetch, signal);
    const { issuers } = found;
    let held = this.#held;
    if (held !== undefined && !issuers.includes(held.issuer)) {
      // The server has moved to another authorization server: what the old one issued is nothing there.
      await this.#drop();
      held = undefined;
    }
    if (held?.refreshToken !== undefined && demand.status === 401 && !tried.has('refresh')) {
      if (await this.#refresh(held, signal)) return 'refresh';
    }
    const issuer = choose(issuers, held?.issuer ?? grant.issuer, found.bare);
    const as = await findIssuer(issuer, found.bare, this.#fetch, signal);
    if (this.#asked?.issuer !== as.issuer) this.#asked = undefined;
    const wanted = union(
      held?.scope ?? this.#asked?.scope,
      grant.scope,
      demand.scope ?? (grant.scope === undefined ? found.scopes : undefined),
      // https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization#refresh-tokens
      grant.refresh !== undefined && isTexts(as.scopes_supported) && as.scopes_supported.includes('offline_access')
        ? 'offline_access'
        : undefined,
    );
    const what = `${as.issuer} ${wanted?.split(' ').sort().join(' ')}`;
    if (tried.has(what) || this.#futile.has(what)) {
      if (demand.status === 403) this.#futile.add(what);
      return undefined;
    }
    this.#asked = { issuer: as.issuer, scope: wanted };
    await this.#obtain(found, as, wanted, signal);
    return what;
  }

  async #obtain(
    found: Protected,
    as: AuthorizationServer,
    scope: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { grant, keep } = this.#setting;
    const { resource } = found;
    const ask: Ask = { server: this.#server, resource, as, scope, keep, reach: await this.#reach(signal) };
    const { tokens, client, scope: asked = scope } = await grant.obtain(ask);
    this.#known = { found, as };
    await this.#hold(tokens, { issuer: as.issuer, resource, bare: found.bare, scope: asked, client }, undefined);
  }

  /**
   * Renews a token.
   *
   * @returns whether there is a new one; if not, the old one is gone as well
   * @throws McpError when the server cannot be asked now
   */
  #refresh(held: Held, signal: AbortSignal): Promise<boolean> {
    const { grant, keep } = this.#setting;
    return keep.lock('token', this.#name, async () => {
      // Whoever had the lock before may have renewed it, and the refresh token may be good for one use.
      const stored = await keep.json<Held>('token', this.#name);
      if (stored !== undefined && stored.token !== held.token) {
        this.#held = stored;
        return true;
      }
      const { refreshToken, client, issuer, bare, resource, scope } = held;
      if (stored === undefined || refreshToken === undefined || client === undefined || grant.refresh === undefined) {
        await this.#drop();
        return false;
      }
      try {
        const known = this.#known?.as;
        const as =
          known?.issuer === issuer
            ? known
            : await findIssuer(bare ? this.#server.origin : issuer, bare, this.#fetch, signal);
        const ask: Ask = { server: this.#server, resource, as, scope, keep, reach: await this.#reach(signal) };
        const tokens = await grant.refresh(ask, client, refreshToken);
        await this.#hold(tokens, held, refreshToken);
        return true;
      } catch (error) {
        const reason = isMcpError(error) ? (error.data as { readonly error?: unknown } | undefined)?.error : undefined;
        if (!/^(?:invalid_grant|invalid_client|unauthorized_client)$/.test(String(reason))) throw error;
        if (reason !== 'invalid_grant') await keep.delete('client', issuer);
        await this.#drop();
        return false;
      }
    });
  }

  async #hold(
    tokens: Tokens,
    about: Pick<Held, 'issuer' | 'resource' | 'bare' | 'scope'> & { readonly client?: Registration | undefined },
    refreshToken: string | undefined,
  ): Promise<void> {
    const { issuer, resource, bare, scope, client } = about;
    const held: Held = {
      issuer,
      resource,
      bare,
      scope,
      client,
      token: tokens.token,
      // A server that does not rotate it says nothing of it.
      refreshToken: tokens.refreshToken ?? refreshToken,
      ...timesOf(tokens, Date.now()),
      key: (await this.#possess())?.stored,
    };
    this.#held = held;
    await this.#setting.keep.set('token', this.#name, JSON.stringify(held));
  }

  async #drop(): Promise<void> {
    this.#held = undefined;
    await this.#setting.keep.delete('token', this.#name);
  }
}

/** The authorization server to go to. */
function choose(issuers: readonly string[], wanted: string | undefined, bare: boolean): string {
  const [first = ''] = issuers;
  if (wanted === undefined || (bare && wanted === `${first}/`)) return first;
  if (issuers.includes(wanted)) return wanted;
  throw refused(
    `The server trusts ${issuers.join(', ')}, and not ${wanted} where this client is registered: register there, and change clientId and issuer`,
  );
}
