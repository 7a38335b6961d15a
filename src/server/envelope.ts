/** What every request carries in its `_meta`, whatever brought it. */
import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import { MODERN_VERSIONS } from '../spec/versions.js';

/** The `_meta` of something that may not even be a message. */
export function metaOf(value: unknown): JsonObject | undefined {
  // Whatever JSON it is, a member that is not there is undefined.
  const meta = (value as { readonly params?: { readonly _meta?: unknown } | null } | null)?.params?._meta;
  return isObject(meta) ? meta : undefined;
}

/** The error of a request without what every request carries. */
export function missingMeta(key: string): McpError {
  return new McpError('invalid_params', `params._meta must carry ${key}`);
}

/** The error of a request in a revision that is not served. */
export function unsupportedVersion(requested: string): McpError {
  return new McpError('unsupported_version', `Unsupported protocol version; supported: ${MODERN_VERSIONS.join()}`, {
    data: { supported: [...MODERN_VERSIONS], requested },
  });
}
