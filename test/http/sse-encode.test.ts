import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeComment, encodeEvent } from '../../src/http/sse-encode.js';
import { anyString } from '../helpers/arbitraries.js';
import { blocksOf } from '../helpers/sse.js';

test('each message is one data line', () => {
  expect(encodeEvent('{"a":1}')).toBe('data: {"a":1}\n\n');
});

test('any JSON text stays on one line, line separators of Unicode included', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), anyString, fc.constantFrom('\r\n\n', '\u2028\u2029\u0085', ':x\ndata: y')),
      (value) => {
        const json = JSON.stringify(value);
        expect(blocksOf(encodeEvent(json))).toEqual([{ data: json }]);
      },
    ),
  );
});

test('TR7: a keep-alive is a comment, which carries no event', () => {
  expect(blocksOf(encodeComment())).toEqual([{ comment: '' }]);
});
