import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, digestOf } from '../../src/util/canonical.ts';

/** The same value, with the members of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

describe('canonicalJson', () => {
  test('is JSON, and the same for equal values however their members are ordered', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('keeps the order of arrays, and a member called __proto__', () => {
    expect(canonicalJson([2, 1])).toBe('[2,1]');
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"z":1,"a":2}}'))).toBe('{"__proto__":{"a":2,"z":1},"b":1}');
  });
});

describe('digestOf', () => {
  test('names a text in 14 letters and digits, always the same', () => {
    expect(digestOf('')).toMatch(/^[0-9a-z]{14}$/);
    expect(digestOf('a question')).toBe(digestOf('a question'));
  });

  test('tells 20,000 similar texts apart', () => {
    const names = new Set<string>();
    for (let count = 0; count < 10_000; count++) {
      names.add(digestOf(`["elicitation/create",{"message":"Question ${count}"}]`));
      names.add(digestOf(`${count}["elicitation/create",{"message":"Question"}]`));
    }
    expect(names.size).toBe(20_000);
  });
});
