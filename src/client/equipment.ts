/** What a client says that it can do, and what its extensions add. */
import type { ClientCapabilities } from '../spec/types.js';
import type { Core } from './core.js';
import type { ClientExtension } from './extension.js';

// The key names of `_meta`, with a prefix that is not optional.
const LABEL = '[a-z](?:[a-z0-9-]*[a-z0-9])?';
const ID = new RegExp(`^${LABEL}(?:\\.${LABEL})*/(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)?$`, 'i');

/**
 * Takes in the handlers and extensions of a client.
 *
 * @returns what is declared with every request
 * @throws TypeError for the id of an extension that is none, or that comes twice
 */
export function equip(core: Core): ClientCapabilities {
  const { elicit, elicitUrl, sample, roots, extensions, capabilities } = core.options;
  if (extensions !== undefined) install(core, extensions);
  return {
    ...((elicit || elicitUrl) && { elicitation: { ...(elicit && { form: {} }), ...(elicitUrl && { url: {} }) } }),
    ...(sample && { sampling: {} }),
    ...(roots && { roots: {} }),
    ...(extensions && { extensions: Object.fromEntries(extensions.map(({ id, settings = {} }) => [id, settings])) }),
    ...capabilities,
  };
}

function install(core: Core, extensions: readonly ClientExtension[]): void {
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
