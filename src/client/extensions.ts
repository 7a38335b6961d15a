/** Takes extensions into a client. */
import type { Core } from './core.js';
import type { ClientExtension } from './extension.js';

// The key names of `_meta`, with a prefix that is not optional.
const LABEL = '[a-z](?:[a-z0-9-]*[a-z0-9])?';
const ID = new RegExp(`^${LABEL}(?:\\.${LABEL})*/(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)?$`, 'i');

/** @throws TypeError for an id that is none, or that comes twice */
export function install(core: Core, extensions: readonly ClientExtension[]): void {
  const ids = new Set<string>();
  const names = new Map<string, string>();
  for (const { id, headerName = {}, notifications = {}, wrapCall } of extensions) {
    if (!ID.test(id) || ids.has(id)) {
      throw new TypeError(`extensions: ${JSON.stringify(id)} comes twice or is no id, such as "com.example/parcels"`);
    }
    ids.add(id);
    for (const [method, member] of Object.entries(headerName)) names.set(method, member);
    for (const [name, handler] of Object.entries(notifications)) core.on(name, handler);
    if (wrapCall !== undefined) core.use(wrapCall);
  }
  core.nameOf = ({ method, params = {} }) => {
    const member = names.get(method);
    const name = member === undefined ? undefined : params[member];
    return typeof name === 'string' ? name : undefined;
  };
}
