/**
 * What handlers for 2026-07-28 produce, in the shapes of an older revision. What a revision cannot carry is left out for it,
 * or said in a way that it knows. Nothing that is given is changed: results are shared between callers.
 */
import {
  HEADER_MISMATCH,
  INVALID_REQUEST,
  isObject,
  MISSING_CAPABILITY,
  UNSUPPORTED_VERSION,
  type JsonObject,
  type JsonRpcErrorObject,
  type JsonRpcNotification,
} from '../json-rpc.js';
import { blockFor, callFor, contentsFor } from './blocks.js';
import { promptFor, resourceFor, toolFor } from './lists.js';
import { each, mapped, shaped } from './members.js';
import { isSince, MEMBERS, NOTIFICATIONS, type Revision } from './revisions.js';

export { questionFor } from './questions.js';

const INVALID_PARAMS = -32602;
/** What 2026-07-28 says with -32602 and the URI. */
const RESOURCE_NOT_FOUND = -32002;

/** The lists: the member that holds the entries, and what becomes of each. */
const lists: Readonly<
  Record<string, readonly [string, (revision: Revision, item: JsonObject) => JsonObject | undefined]>
> = {
  'tools/list': ['tools', toolFor],
  'prompts/list': ['prompts', promptFor],
  'resources/list': ['resources', resourceFor],
  'resources/templates/list': ['resourceTemplates', resourceFor],
};

/**
 * A result of a method. Nothing of it is checked: what is not as the method has it stays as it is.
 *
 * What is frozen is translated once for each revision: the result of a list, and its entries, which all callers share.
 *
 * @param result as the core made it; never changed
 * @see https://modelcontextprotocol.io/specification/2025-11-25/schema
 */
export function resultFor(revision: Revision, method: string, result: JsonObject): JsonObject {
  if (Object.hasOwn(lists, method)) {
    const [key, change] = lists[method]!;
    return once(revision, result, () =>
      mapped(shaped(revision, result, MEMBERS.cacheable), key, (items) =>
        Array.isArray(items) ? once(revision, items, () => listed(revision, items, change)) : items,
      ),
    );
  }
  switch (method) {
    case 'tools/call':
      return callFor(revision, shaped(revision, result, MEMBERS.result));
    case 'prompts/get':
      return mapped(shaped(revision, result, MEMBERS.result), 'messages', each(messageFor));
    case 'resources/read': {
      const contents = each((one) => contentsFor(revision, one));
      return mapped(shaped(revision, result, MEMBERS.cacheable), 'contents', contents);
    }
    default:
      // `ttlMs` of a custom method is its author's.
      return shaped(revision, result, MEMBERS.result);
  }

  function messageFor(message: JsonObject): JsonObject {
    return mapped(message, 'content', (block) => (isObject(block) ? blockFor(revision, block) : block));
  }
}

function listed(
  revision: Revision,
  items: readonly unknown[],
  change: (revision: Revision, item: JsonObject) => JsonObject | undefined,
): readonly unknown[] {
  return items.flatMap((item) => (isObject(item) ? (change(revision, item) ?? []) : [item]));
}

const known = /* @__PURE__ */ new WeakMap<object, Map<Revision, unknown>>();

/** Makes something of an object once for each revision, where the object cannot change. */
function once<T>(revision: Revision, object: object, make: () => T): T {
  if (!Object.isFrozen(object)) return make();
  const made = known.get(object) ?? new Map<Revision, unknown>();
  known.set(object, made);
  // Frozen like what it was made of: all callers get the same one.
  if (!made.has(revision)) made.set(revision, Object.freeze(make()));
  // What is kept under an object was made of it by the one caller that has such objects.
  return made.get(revision) as T;
}

/**
 * An error, with a code that the revision knows: -32002 for a resource that is not there; and for the codes that 2026-07-28
 * introduced, the ones that older peers get for the like. `data` says the rest, and stays.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/resources#error-handling
 */
export function errorFor(_revision: Revision, method: string, error: JsonRpcErrorObject): JsonRpcErrorObject {
  const code = codeFor(method, error);
  return code === error.code ? error : { ...error, code };
}

function codeFor(method: string, { code, data }: JsonRpcErrorObject): number {
  switch (code) {
    case INVALID_PARAMS: {
      // A bad cursor has no URI.
      const missing = method.startsWith('resources/') && isObject(data) && typeof data['uri'] === 'string';
      return missing ? RESOURCE_NOT_FOUND : code;
    }
    // What `initialize` says of a version that is not spoken (2025-11-25, basic/lifecycle, "Error Handling").
    case UNSUPPORTED_VERSION:
      return INVALID_PARAMS;
    // The request itself is not one that this server takes, or not from this client; as 2025-11-25 says of a call that needs a
    // task and is none (basic/utilities/tasks, "Protocol Errors").
    case HEADER_MISMATCH:
    case MISSING_CAPABILITY:
      return INVALID_REQUEST;
    default:
      return code;
  }
}

/** A notification to the client; or nothing, where the revision has no such notification. Custom ones pass. */
export function notificationFor(
  revision: Revision,
  notification: JsonRpcNotification,
): JsonRpcNotification | undefined {
  const { method, params } = notification;
  if (Object.hasOwn(NOTIFICATIONS, method) && !isSince(revision, NOTIFICATIONS[method]!)) return undefined;
  if (params === undefined) return notification;
  const own = shaped(revision, params, method === 'notifications/progress' ? MEMBERS.progress : {});
  if (own === params) return notification;
  const { params: _, ...bare } = notification;
  return Object.keys(own).length === 0 ? bare : { ...bare, params: own };
}

/** What a server can do, for the result of `initialize`. */
export function capabilitiesFor(revision: Revision, capabilities: JsonObject): JsonObject {
  return shaped(revision, capabilities, MEMBERS.capabilities);
}

/** Who the server is, for the result of `initialize`. */
export function implementationFor(revision: Revision, info: JsonObject): JsonObject {
  return shaped(revision, info, MEMBERS.implementation);
}
