import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSealer, type Secret } from '../../src/util/seal.ts';

const secret = 'a secret of more than sixteen characters';
const other = 'another secret, also more than sixteen characters';
const hour = { ttlMs: 3_600_000 };

afterEach(() => {
  vi.useRealTimers();
});

describe('a sealed value', () => {
  test('opens to what it was, in its context', async () => {
    const sealer = createSealer(secret, hour);
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.string(), async (value, context) => {
        const sealed = await sealer.seal(value, context);
        expect(sealed).toMatch(/^[\w-]+$/);
        expect(await sealer.open(sealed, context)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('opens in another process that knows the secret, as text or as bytes', async () => {
    const sealed = await createSealer(secret, hour).seal({ a: 1 }, 'c');
    expect(await createSealer(secret, hour).open(sealed, 'c')).toEqual({ a: 1 });
    expect(await createSealer(new TextEncoder().encode(secret), hour).open(sealed, 'c')).toEqual({ a: 1 });
  });

  // spec: client/elicitation#statefulness.2
  test('shows nothing of the value, and never looks the same twice', async () => {
    const sealer = createSealer(secret, hour);
    const [one, two] = [await sealer.seal('canary', 'c'), await sealer.seal('canary', 'c')];
    expect(one).not.toBe(two);
    expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('canary');
  });

  test('opens in no other context, and with no other secret', async () => {
    const sealer = createSealer(secret, hour);
    const sealed = await sealer.seal('value', 'context');
    expect(await sealer.open(sealed, 'Context')).toBeUndefined();
    expect(await sealer.open(sealed, '')).toBeUndefined();
    expect(await createSealer(other, hour).open(sealed, 'context')).toBeUndefined();
    expect(await createSealer(undefined, hour).open(sealed, 'context')).toBeUndefined();
  });

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.4
  test('A25 MR1: opens no more when any one of its characters is another, missing or more', async () => {
    const sealer = createSealer(secret, hour);
    const sealed = await sealer.seal({ role: 'user' }, 'c');
    const changed = sealed.split('').flatMap((character, at) => {
      const put = (text: string): string => sealed.slice(0, at) + text + sealed.slice(at + 1);
      return [put(character === 'A' ? 'B' : 'A'), put(character === '_' ? '-' : '_'), put('')];
    });
    for (const text of [...changed, `${sealed}A`, `${sealed}-TAMPERED`, `${sealed}=`, ` ${sealed}`, sealed + sealed]) {
      expect([text, await sealer.open(text, 'c')]).toEqual([text, undefined]);
    }
    expect(await sealer.open(sealed, 'c')).toEqual({ role: 'user' });
  });

  test.each([undefined, null, 0, 12_345, true, [], {}, ['AQ'], '', 'A', 'garbage', 'AQ', '{"a":1}', 'A'.repeat(40)])(
    'A24: %j is none',
    async (value) => {
      expect(await createSealer(secret, hour).open(value, 'c')).toBeUndefined();
    },
  );

  test('is not even decoded when it is too long', async () => {
    const decrypt = vi.spyOn(crypto.subtle, 'decrypt');
    const sealer = createSealer(secret, { ...hour, maxChars: 200 });
    const long = await sealer.seal('x'.repeat(150), 'c');
    expect(long.length).toBeGreaterThan(200);
    expect(await sealer.open(long, 'c')).toBeUndefined();
    expect(decrypt).not.toHaveBeenCalled();
    decrypt.mockRestore();
  });
});

describe('expiry', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
  });

  test('a time of Infinity never passes', async () => {
    const sealer = createSealer('0123456789abcdef', { ttlMs: Infinity });
    expect(await sealer.open(await sealer.seal('value', 'c'), 'c')).toBe('value');
  });

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.7
  test('A25 MR2: a value opens until its time has passed, by the clock of whoever opens it', async () => {
    const sealer = createSealer(secret, { ttlMs: 1000 });
    const sealed = await sealer.seal('value', 'c');
    vi.setSystemTime(1_000_999);
    expect(await sealer.open(sealed, 'c')).toBe('value');
    vi.setSystemTime(1_001_000);
    expect(await sealer.open(sealed, 'c')).toBeUndefined();
  });
});

describe('secrets', () => {
  test('rotate: the first one seals, each one opens', async () => {
    const old = await createSealer(secret, hour).seal('old', 'c');
    const sealer = createSealer([other, secret], hour);
    const fresh = await sealer.seal('new', 'c');
    expect(await sealer.open(old, 'c')).toBe('old');
    expect(await sealer.open(fresh, 'c')).toBe('new');
    expect(await createSealer(secret, hour).open(fresh, 'c')).toBeUndefined();
    expect(await createSealer(other, hour).open(fresh, 'c')).toBe('new');
  });

  test.each<[string, unknown]>([
    ['an empty one', ''],
    ['15 characters', 'x'.repeat(15)],
    ['15 bytes', new Uint8Array(15)],
    ['a short one among others', [secret, 'short']],
    ['no string', [42]],
    ['null', null],
  ])('%s is refused, with the cure', (_what, bad) => {
    expect(() => createSealer(bad as Secret, hour)).toThrow(/^secret: at least 16 .*openssl rand/);
  });

  test('an empty list is refused', () => {
    expect(() => createSealer([], hour)).toThrow(/empty list/);
  });

  test('16 bytes are enough, and changing them later changes nothing', async () => {
    const bytes = new Uint8Array(16).fill(7);
    const sealer = createSealer(bytes, hour);
    bytes.fill(0);
    const sealed = await sealer.seal('value', 'c');
    expect(await createSealer(new Uint8Array(16).fill(7), hour).open(sealed, 'c')).toBe('value');
  });

  test('without one a random key is made at the first seal and told once', async () => {
    const onRandomKey = vi.fn<() => void>();
    const sealer = createSealer(undefined, { ...hour, onRandomKey });
    expect(await sealer.open('AQ', 'c')).toBeUndefined();
    expect(onRandomKey).not.toHaveBeenCalled();
    const [one, two] = await Promise.all([sealer.seal(1, 'c'), sealer.seal(2, 'c')]);
    expect(onRandomKey).toHaveBeenCalledTimes(1);
    expect([await sealer.open(one, 'c'), await sealer.open(two, 'c')]).toEqual([1, 2]);
  });

  test('with one nobody is told, and no key is derived before it is needed', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey');
    const onRandomKey = vi.fn<() => void>();
    const sealer = createSealer(secret, { ...hour, onRandomKey });
    expect(importKey).not.toHaveBeenCalled();
    await sealer.seal(1, 'c');
    await sealer.seal(2, 'c');
    expect(importKey).toHaveBeenCalledTimes(1);
    expect(onRandomKey).not.toHaveBeenCalled();
    importKey.mockRestore();
  });
});
