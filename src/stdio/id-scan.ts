import { BACKSLASH, CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '../http/body.js';
import { isRequestId, type RequestId } from '../json-rpc.js';

/** Bytes of a member's name or of an id that are looked at; no id that a client of this package makes is longer. */
const TOKEN_BYTES = 512;

/** Looks for the id of a message that is too long to be kept. */
export interface IdScan {
  /** Takes the next bytes of the message. */
  push(bytes: Uint8Array): void;
  /** The message's id, as far as one was seen. */
  id(): RequestId | undefined;
}

/** Makes an {@link IdScan}: it reads JSON as far as it takes to find the member `id` of the outermost object. */
export function scanForId(): IdScan {
  let depth = 0;
  let inString = false;
  let escaped = false;
  /** The token that is being read at depth 1: a name, or after `"id":` a value. */
  let token: number[] = [];
  let name: string | undefined;
  let found: RequestId | undefined;

  const text = (): string => new TextDecoder().decode(new Uint8Array(token)).trim();
  const settle = (): void => {
    if (name === '"id"' && found === undefined) {
      try {
        const value: unknown = JSON.parse(text());
        if (isRequestId(value)) found = value;
      } catch {
        // Not an id.
      }
    }
    name = undefined;
    token = [];
  };

  return {
    push(bytes) {
      for (const byte of bytes) {
        if (found !== undefined) return;
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) inString = false;
        } else if (byte === QUOTE) {
          inString = true;
        } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
          depth++;
          if (depth === 1) continue;
        } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
          if (--depth === 0) settle();
        } else if (depth === 1 && byte === COLON) {
          name = text();
          token = [];
          continue;
        } else if (depth === 1 && byte === COMMA) {
          settle();
          continue;
        }
        // What is too long stays too long: it is no id, and no name of ours.
        if (depth === 1 && token.length <= TOKEN_BYTES) token.push(byte);
      }
    },
    id: () => found,
  };
}
