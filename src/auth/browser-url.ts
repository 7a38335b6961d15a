/** URLs that a person's browser is sent to. A server chose them, and what opens them may be a shell script. */
import { McpError } from '../errors.js';
import { bareHost, isLoopbackHost } from './hosts.js';

/** Longer command lines are refused by some systems, and longer URLs by some servers. */
const MAX_LENGTH = 16 * 1024;

/**
 * A URL as a browser may be asked to open it. What a shell would read as an order is percent-encoded, which is the same URL.
 *
 * @throws McpError `invalid_message` for anything but https, or http to this machine; for one with a user name; for one that
 * is longer than 16 KiB
 * @see https://modelcontextprotocol.io/docs/2026-07-28/tutorials/security/security_best_practices
 */
export function openable(input: string | URL): string {
  const text = String(input);
  const url = text.length <= MAX_LENGTH && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw refused(`it is none, or longer than ${MAX_LENGTH} characters`);
  const { protocol, origin, pathname, search, hash, username, password } = url;
  if (protocol !== 'https:' && (protocol !== 'http:' || !isLoopbackHost(bareHost(url)))) {
    throw refused(`a browser is sent to https URLs, and to http ones of this machine, and not to ${protocol}`);
  }
  if (username !== '' || password !== '') throw refused(`the one for ${origin} holds a user name`);
  return (
    origin +
    (pathname + search + hash).replace(
      /[^\w\-./?#@:&+,=%~]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
  );
}

function refused(why: string): McpError {
  return new McpError('invalid_message', `Refused to open the authorization server's page: ${why}`);
}
