/** Takes extensions into a client. */
import type { Core } from './core.js';
import type { ClientExtension, ExtensionMethod } from './extension.js';

// The key names of `_meta`, with a prefix that is not optional.
const LABEL = '[a-z](?:[a-z0-9-]*[a-z0-9])?';
const ID = new RegExp(`^${LABEL}(?:\\.${LABEL})*/(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)?$`, 'i');

/** @throws TypeError for an id that is none, or that comes twice */
export function install(core: Core, extensions: readonly ClientExtension[]): void {
  const ids = new Set<string>();
  const methods = new Map<string, ExtensionMethod>();
  for (const { id, methods: own = {}, notifications = {}, wrapCall } of extensions) {
    if (!ID.test(id) || ids.has(id)) {
      throw new TypeError(`extensions: ${JSON.stringify(id)} comes twice or is no id, such as "com.example/parcels"`);
    }
    ids.add(id);
    for (const [name, method] of Object.entries(own)) methods.set(name, method);
    for (const [name, handler] of Object.entries(notifications)) core.on(name, handler);
    if (wrapCall !== undefined) core.use(wrapCall);
  }
  core.nameOf = ({ method, params = {} }) => methods.get(method)?.name?.(params);
}
