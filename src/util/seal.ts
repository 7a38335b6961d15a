/**
 * Values that travel through strangers: readable and writable by those alone who know the secret. AES-256-GCM with a key
 * that HKDF-SHA-256 derives from it.
 */
import { decodeBase64url, encodeBase64url } from './base64url.js';

/** What sealing keys are derived from: at least 16 characters or bytes that nobody can guess. */
export type Secret = string | Uint8Array;

/** Seals values and opens them again. Made by {@link createSealer}. */
export interface Sealer {
  /**
   * Seals a value.
   *
   * @param value any JSON
   * @param context where it will be opened: it opens in no other
   * @returns base64url
   */
  seal(value: unknown, context: string): Promise<string>;
  /**
   * Opens what {@link seal} made.
   *
   * @returns the value; `undefined` for what was sealed with another secret or context, was changed, or has expired, and for
   * what never was a sealed value
   */
  open(sealed: unknown, context: string): Promise<unknown>;
}

/** Options of {@link createSealer}. */
export interface SealerOptions {
  /** Milliseconds for which a sealed value can be opened, by the clock of whoever opens it. */
  readonly ttlMs: number;
  /** Longer texts are not looked at. Default 524,288: an attacker makes a server decrypt no more than that. */
  readonly maxChars?: number;
  /** Called once, when the first value is sealed with a random key, which no other process knows. */
  readonly onRandomKey?: () => void;
}

type Key = () => Promise<CryptoKey>;

const VERSION = 1;
/** 96 bits, random: good for 2^32 values under one secret (NIST SP 800-38D, section 8.3). */
const NONCE_BYTES = 12;
const HEAD_BYTES = 1 + NONCE_BYTES;
const MIN_SECRET = 16;

/**
 * Makes a {@link Sealer}.
 *
 * @param secret the first one seals, each one opens: to change secrets, put the new one first and drop the old one when
 *   `ttlMs` has passed. `undefined`: a random key, made when it is needed
 * @throws TypeError for a secret that is too short, and for a list without one
 */
export function createSealer(
  secret: Secret | readonly Secret[] | undefined,
  { ttlMs, maxChars = 512 * 1024, onRandomKey }: SealerOptions,
): Sealer {
  const secrets =
    secret === undefined ? [] : Array.isArray(secret) ? (secret as readonly Secret[]) : [secret as Secret];
  if (secret !== undefined && secrets.length === 0) {
    throw new TypeError('secret: an empty list; leave the option out for a random key');
  }
  const keys = secrets.map(keyOf);

  function sealingKey(): Key {
    if (keys[0] === undefined) {
      keys.push(keyFrom(crypto.getRandomValues(new Uint8Array(32))));
      onRandomKey?.();
    }
    // There is one now.
    return keys[0]!;
  }

  return {
    async seal(value, context) {
      const key = await sealingKey()();
      const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const payload = utf8(JSON.stringify([Date.now() + ttlMs, value]));
      const sealed = new Uint8Array(
        await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(context) }, key, payload),
      );
      const bytes = new Uint8Array(HEAD_BYTES + sealed.length);
      bytes[0] = VERSION;
      bytes.set(iv, 1);
      bytes.set(sealed, HEAD_BYTES);
      return encodeBase64url(bytes);
    },

    async open(sealed, context) {
      if (typeof sealed !== 'string' || sealed.length > maxChars) return undefined;
      const bytes = decodeBase64url(sealed);
      if (bytes?.[0] !== VERSION) return undefined;
      const algorithm = { name: 'AES-GCM', iv: bytes.subarray(1, HEAD_BYTES), additionalData: utf8(context) };
      for (const key of keys) {
        const opening = crypto.subtle.decrypt(algorithm, await key(), bytes.subarray(HEAD_BYTES));
        // An OperationError: not sealed with this key, or changed since.
        const payload = await opening.catch(() => undefined);
        if (payload === undefined) continue;
        // What opens is what `seal` wrote.
        const [expires, value] = JSON.parse(new TextDecoder().decode(payload)) as [number | null, unknown];
        // JSON has no infinity: null.
        return expires === null || Date.now() < expires ? value : undefined;
      }
      return undefined;
    },
  };
}

function keyOf(secret: Secret): Key {
  if ((typeof secret !== 'string' && !ArrayBuffer.isView(secret)) || secret.length < MIN_SECRET) {
    throw new TypeError(
      `secret: at least ${MIN_SECRET} characters or bytes that nobody can guess, such as those of \`openssl rand -base64 32\``,
    );
  }
  return keyFrom(typeof secret === 'string' ? utf8(secret) : new Uint8Array(secret));
}

function keyFrom(secret: Uint8Array<ArrayBuffer>): Key {
  // The key and not a promise of it: on workerd a promise belongs to the request that made it.
  let key: CryptoKey | undefined;
  return async () => (key ??= await derive(secret));
}

async function derive(secret: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(`mcpwire seal ${VERSION}`) },
    base,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
