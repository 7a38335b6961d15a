import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64url, encodeBase64url } from '../../src/util/base64url.ts';

describe('base64url', () => {
  test('encodes as RFC 4648 section 5 does, without padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(encodeBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      }),
    );
  });

  test('decodes what it encoded, beyond the size of one slice too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeBase64url(encodeBase64url(bytes))).toEqual(bytes);
      }),
    );
    const large = new Uint8Array(100_001).map((_zero, at) => at * 31);
    expect(decodeBase64url(encodeBase64url(large))).toEqual(large);
  });

  test.each(['A', 'AAAAA', 'AA==', 'AB', 'AAB', 'A+', 'A/', 'A A', ' AA', 'AA\n', 'Aé', '=', 'AA.A'])(
    '%j is refused: not the one text of any bytes',
    (text) => {
      expect(decodeBase64url(text)).toBeUndefined();
    },
  );

  test('each text that decodes is the one that its bytes encode to', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{0,12}$/), (text) => {
        const bytes = decodeBase64url(text);
        expect(bytes === undefined || encodeBase64url(bytes) === text).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
