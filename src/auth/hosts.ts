/**
 * Which hosts are on the public network. Nothing here parses an address: `URL` does, and it knows one spelling of each
 * (`0x7f.1`, `2130706433` and `１２７.0.0.1` become `127.0.0.1`), so that patterns over that spelling are enough.
 */

/**
 * - `public`: an address or a name of the public network
 * - `local`: this machine, or a private network
 * - `special`: link-local (where clouds keep credentials), translated, multicast, reserved, for documentation: no server
 *   has a reason to be there
 */
export type HostKind = 'public' | 'local' | 'special';

// RFC 6890, RFC 6598 (100.64/10), and 0/8, which is this machine.
const LOCAL_4 = /^(?:0|10|127|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
// Link-local, IETF (192.0.0/24), documentation, 6to4 relays, benchmarks, multicast and what is reserved above it.
const SPECIAL_4 =
  /^(?:169\.254|192\.0\.[02]|192\.88\.99|198\.1[89]|198\.51\.100|203\.0\.113|22[4-9]|2[34]\d|25[0-5])\./;
const LOCAL_6 = /^\[(?:::1?\]|f[cd][0-9a-f]{2}:)/;
// All that is given out is in 2000::/3; the rest is mapped, translated (64:ff9b::), site-local, link-local, multicast.
const PUBLIC_6 = /^\[[23][0-9a-f]{3}:/;
// In it: 2001::/23 (Teredo and more), 2001:db8::/32 and 3fff::/20 (documentation), 2002::/16 (6to4).
const SPECIAL_6 = /^\[(?:2002|2001:(?:1?[0-9a-f]{0,2}|db8)|3fff:[0-9a-f]{0,3}):/;
const LOOPBACK = /^(?:127\..+|\[::1\]|(?:.+\.)?localhost)$/;
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|localdomain|internal|home\.arpa)$|^[^.]+$/;

/** A host name as `URL` spells it, without the dot that may end it. */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/\.+$/, '');
}

/** Whether a host, as {@link bareHost} gives it, is this machine by its very name. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Whether a host, as {@link bareHost} gives it, is an address and no name. */
export function isAddress(host: string): boolean {
  // `URL` makes an address, or nothing, of all that ends in a number.
  return host.startsWith('[') || /^[\d.]+$/.test(host);
}

/** Looks at a host, as {@link bareHost} gives it. Where a name leads is not known here. */
export function kindOfHost(host: string): HostKind {
  if (!isAddress(host)) return LOCAL_NAME.test(host) ? 'local' : 'public';
  if (LOCAL_4.test(host) || LOCAL_6.test(host)) return 'local';
  const isPublic = host.startsWith('[') ? PUBLIC_6.test(host) && !SPECIAL_6.test(host) : !SPECIAL_4.test(host);
  return isPublic ? 'public' : 'special';
}

/** Looks at an address as a resolver gives it, such as `10.0.0.1` or `fe80::1%eth0`. */
export function kindOfAddress(address: string): HostKind {
  const url = `https://${address.includes(':') ? `[${address}]` : address}`;
  // With a zone it is none for `URL`, and none of the public network.
  return URL.canParse(url) ? kindOfHost(new URL(url).hostname) : 'special';
}
