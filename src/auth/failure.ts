/** Errors of authorization. They never hold what was sent or received, since that is where the secrets are. */
import { isMcpError, McpError, type McpErrorFacts } from '../errors.js';

/** An error that ends a sign-in. */
export function refused(message: string, facts?: McpErrorFacts): McpError {
  return new McpError('unauthorized', message, facts);
}

/** Text of an authorization server for a message: one line, plain characters, no longer than a sentence or two. */
export function plain(text: unknown): string {
  return typeof text === 'string' ? text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300) : '';
}

/** The members of an OAuth error, of an error of `oauth4webapi` that has them. */
export function oauthError(error: unknown): { error: string; description: string } | undefined {
  const { error: code, error_description } = (error ?? {}) as { error?: unknown; error_description?: unknown };
  return typeof code === 'string' ? { error: plain(code), description: plain(error_description) } : undefined;
}

/**
 * What went wrong between this client and an authorization server.
 *
 * @param what was tried, for the message
 * @param secrets are cut out of what the server says, should it repeat them
 */
export function failure(what: string, error: unknown, secrets: Iterable<string> = []): McpError {
  if (isMcpError(error)) return error;
  const told = oauthError(error);
  if (told !== undefined) {
    let text = told.description && `: ${told.description}`;
    for (const secret of secrets) if (secret.length > 7) text = text.replaceAll(secret, '…');
    return refused(`${what} was refused with ${told.error}${text}`, { data: { error: told.error } });
  }
  // The library's errors carry whole answers as their cause; its messages are its own.
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && code.startsWith('OAUTH_')) return refused(`${what} failed: ${plain(message)}`);
  return new McpError('connection_failed', `${what} failed: ${plain(message) || 'no answer'}`, { cause: error });
}
