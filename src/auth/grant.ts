/** The seam between how a token is got and how it is kept, sent and renewed. */
import type { AuthorizationServer } from 'oauth4webapi';
import type { Keep } from './keep.js';
import type { Registration } from './registration.js';
import type { Reach, Tokens } from './token-request.js';

/** What a token is asked for. */
export interface Ask {
  /** The MCP server. */
  readonly server: URL;
  /** Its identifier, to be sent as it is. */
  readonly resource: string;
  readonly as: AuthorizationServer;
  readonly scope: string | undefined;
  readonly keep: Keep;
  readonly reach: Reach;
}

/** What came of asking. */
export interface Obtained {
  readonly tokens: Tokens;
  /** Who asked, where the token can be renewed. */
  readonly client?: Registration | undefined;
  /** What was asked for, where that was not now. */
  readonly scope?: string | undefined;
}

/** One way to a token. */
export interface Grant {
  /** The authorization server to go to, where the MCP server trusts several. Default: the first. */
  readonly issuer?: string | undefined;
  /** Scopes to ask for, whatever the server says. */
  readonly scope?: string | undefined;
  /** Asks for a token, with the help of whoever it takes. */
  obtain(ask: Ask): Promise<Obtained>;
  /** Renews a token without anybody's help. Absent: the way itself takes nobody's help. */
  refresh?(ask: Ask, client: Registration, token: string): Promise<Tokens>;
}

/** A token with all that it takes to use and to renew it. It is stored as it is. */
export interface Held {
  readonly issuer: string;
  readonly resource: string;
  /** Whether its issuer told nothing of itself. */
  readonly bare: boolean;
  /** What was asked for. */
  readonly scope: string | undefined;
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly renewAt: number | undefined;
  readonly expiresAt: number | undefined;
  readonly refreshToken: string | undefined;
  readonly client: Registration | undefined;
  /** The key that it is bound to, where that is stored. */
  readonly key: JsonWebKey | undefined;
}

/** All scopes of several lists, each once. */
export function union(...lists: readonly (string | undefined)[]): string | undefined {
  return [...new Set(lists.join(' ').split(/\s+/).filter(Boolean))].join(' ') || undefined;
}

/** When a token ends, and when it is to be renewed: a tenth of its time ahead, but no more than a minute. */
export function timesOf(
  { seconds }: Tokens,
  now: number,
): { readonly expiresAt: number | undefined; readonly renewAt: number | undefined } {
  if (seconds === undefined) return { expiresAt: undefined, renewAt: undefined };
  const expiresAt = now + seconds * 1000;
  return { expiresAt, renewAt: expiresAt - Math.min(60_000, seconds * 100) };
}
