import type { AuthInfo } from './exchange.js';

/**
 * One string for who is calling, for what is counted per caller: the user where there is one, else the program. Never built
 * from what a caller says of itself. `undefined`: not authenticated.
 */
export function principalOf(auth: AuthInfo | undefined): string | undefined {
  if (auth === undefined) return undefined;
  const { issuer, subject, clientId } = auth;
  // A user with many programs is one caller: registering programs is often free.
  return JSON.stringify(subject === undefined ? [issuer, null, clientId] : [issuer, subject]);
}
