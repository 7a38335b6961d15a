import type { JsonObject } from '../../json-rpc.js';
import type { AuthInfo } from '../../server/exchange.js';

/** Seconds by which clocks may differ. */
export const SKEW = 60;

/** What the claims of a token say of its bearer (RFC 9068, RFC 7662; `scp` and `azp` as some authorization servers have it). */
export function authInfoOf(claims: JsonObject): AuthInfo {
  const { iss, sub, client_id, azp, scope, scp, exp } = claims;
  const clientId = text(client_id) ?? text(azp);
  return {
    ...(typeof iss === 'string' && { issuer: iss }),
    ...(clientId !== undefined && { clientId }),
    ...(typeof sub === 'string' && { subject: sub }),
    scopes: scopesOf(scope ?? scp),
    ...(typeof exp === 'number' && { expiresAt: exp }),
    claims,
  };
}

function scopesOf(scope: unknown): readonly string[] {
  if (typeof scope === 'string') return scope.split(' ').filter((one) => one !== '');
  return Array.isArray(scope) ? scope.filter((one) => typeof one === 'string') : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Whether a token is meant for one of these: exactly, and not by a prefix. */
export function isFor(audience: unknown, ours: readonly string[]): boolean {
  const named: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  return ours.some((one) => named.includes(one));
}

/** Whether it is now a time at which a token with these claims is good. */
export function isTimely({ exp, nbf }: JsonObject): boolean {
  const now = Date.now() / 1000;
  const ends = exp === undefined || (typeof exp === 'number' && exp + SKEW > now);
  return ends && (nbf === undefined || (typeof nbf === 'number' && nbf - SKEW <= now));
}
