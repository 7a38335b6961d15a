import { array, assert, property, string, stringMatching, tuple, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { challengesOf, demandOf, wantsNonce } from '../../src/auth/challenge.ts';

const read = (header: string): unknown =>
  challengesOf(header).map(({ scheme, params }) => [scheme, Object.fromEntries(params)]);
const refusal = (status: number, ...challenges: string[]): Response => {
  const headers = new Headers();
  for (const one of challenges) headers.append('www-authenticate', one);
  return new Response(null, { status, headers });
};

describe('WWW-Authenticate', () => {
  // spec: basic/authorization/authorization-server-discovery#protected-resource-metadata-discovery-requirements
  test.each<[string, unknown]>([
    ['Bearer', [['bearer', {}]]],
    ['BEARER Scope=a', [['bearer', { scope: 'a' }]]],
    ['Bearer realm="a, b", scope="x y"', [['bearer', { realm: 'a, b', scope: 'x y' }]]],
    ['Bearer error="say \\"no\\", \\\\"', [['bearer', { error: 'say "no", \\' }]]],
    ['Bearer a=1 , b = "2"', [['bearer', { a: '1', b: '2' }]]],
    [
      'Negotiate YWJj==, Bearer scope="x"',
      [
        ['negotiate', {}],
        ['bearer', { scope: 'x' }],
      ],
    ],
    [
      'Basic realm="a", DPoP algs="ES256", Bearer',
      [
        ['basic', { realm: 'a' }],
        ['dpop', { algs: 'ES256' }],
        ['bearer', {}],
      ],
    ],
    [
      'Bearer, DPoP error="use_dpop_nonce"',
      [
        ['bearer', {}],
        ['dpop', { error: 'use_dpop_nonce' }],
      ],
    ],
    ['Bearer scope="a", scope="b"', [['bearer', { scope: 'a' }]]],
    ['Bearer scope="unfinished', [['bearer', {}]]],
    ['Bearer realm="a"\tscope="b"', [['bearer', { realm: 'a', scope: 'b' }]]],
    [', ,Bearer ,', [['bearer', {}]]],
    ['Bearer __proto__="x"', [['bearer', { ['__proto__']: 'x' }]]],
    ['="x"', []],
    ['', []],
  ])('%s', (header, expected) => {
    expect(JSON.stringify(read(header))).toBe(JSON.stringify(expected));
  });

  test('every set of challenges is read as it was written', () => {
    const token = stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    const value = string({ maxLength: 20 });
    const challenge = tuple(token, uniqueArray(tuple(token, value), { selector: ([name]) => name, minLength: 1 }));
    assert(
      property(array(challenge, { maxLength: 4 }), (all) => {
        const text = all.map(
          ([scheme, params]) =>
            `${scheme} ${params.map(([name, one]) => `${name}="${one.replace(/["\\]/g, '\\$&')}"`).join(', ')}`,
        );
        expect(challengesOf(text.join(', '))).toEqual(
          all.map(([scheme, params]) => ({ scheme, params: new Map(params) })),
        );
      }),
    );
  });

  test.each(['a ', 'a,', 'a=', '"', 'a="\\', 'Bearer ="', 'a=b,', '\t', 'Bearer a" '])(
    'a header of many %j takes one pass',
    (piece) => {
      // Quadratic work on this would take minutes, and the test's time limit is seconds.
      const text = piece.repeat(1_000_000 / piece.length);
      expect(challengesOf(text).length).toBeLessThan(text.length);
    },
  );

  test('a 401 is a demand whatever it says, and a 403 only for scopes', () => {
    expect(demandOf(refusal(200))).toBeUndefined();
    expect(demandOf(refusal(401))).toEqual({ status: 401, scope: undefined, metadata: undefined });
    expect(demandOf(refusal(403))).toBeUndefined();
    expect(demandOf(refusal(403, 'Bearer error="invalid_token"'))).toBeUndefined();
    expect(demandOf(refusal(403, 'Basic error="insufficient_scope"'))).toBeUndefined();
    expect(demandOf(refusal(403, 'Basic realm="x"', 'Bearer error="insufficient_scope", scope="a b"'))).toEqual({
      status: 403,
      scope: 'a b',
      metadata: undefined,
    });
    expect(
      demandOf(
        refusal(401, 'Basic resource_metadata="https://no.example"', 'DPoP resource_metadata="https://yes.example"'),
      ),
    ).toEqual({
      status: 401,
      scope: undefined,
      metadata: 'https://yes.example',
    });
  });

  test('a nonce is wanted where a DPoP challenge says so and brings one', () => {
    const response = refusal(401, 'DPoP error="use_dpop_nonce"');
    expect(wantsNonce(response)).toBe(false);
    response.headers.set('dpop-nonce', 'n');
    expect(wantsNonce(response)).toBe(true);
  });
});
