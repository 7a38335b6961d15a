import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSince, negotiated } from '../../src/legacy/revisions.ts';
import { LEGACY_VERSIONS } from '../../src/spec/versions.ts';

// See 2025-11-25/basic/lifecycle#version-negotiation
describe('an initialize is answered with', () => {
  test.each([...LEGACY_VERSIONS])('%s, where that is asked for', (revision) => {
    expect(negotiated(revision)).toBe(revision);
  });

  test.each(['2026-07-28', '2099-01-01', '2024-10-07', '', 'toString', undefined, null, 1, {}, ['2025-06-18']])(
    'the newest older revision for %j',
    (asked) => {
      expect(negotiated(asked)).toBe('2025-11-25');
    },
  );

  test('a revision, whatever is asked for', () => {
    fc.assert(fc.property(fc.anything(), (asked) => LEGACY_VERSIONS.includes(negotiated(asked))));
  });
});

test('revisions follow each other, and 2026-07-28 follows all', () => {
  const order = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const;
  for (const [place, revision] of order.entries()) {
    expect(order.map((since) => isSince(revision, since))).toEqual(order.map((_, other) => other <= place));
    expect(isSince(revision, '2026-07-28')).toBe(false);
  }
});
